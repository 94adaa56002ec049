"""What an identifier must fulfil beside its form: check digits, numbering plans, words nearby."""

import ipaddress
import re
from functools import lru_cache

import phonenumbers
from stdnum import imei
from stdnum.gb import nhs

from portal.desk.inspection import nearby

WORDS = set(
    """AND THE FOR NOT ALL OUT PER ARE WAS HAS BUT ANY NEW OLD USE SEE TOP END LTD PLC LLP
    INC""".split()
)
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATE = (
    r"(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2})|(?:19|20)\d\d[/.\-]\d{1,2}[/.\-]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ \-]{MONTH}[ ,\-]{{1,2}}(?:\d{{4}}|\d{{2}})"
    rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)
RANK = r"(?:PC|WPC|DC|WDC|DS|DI|DCI|DSU|PS|Sgt|Sergeant|Insp|Inspector|Constable|PCSO|TDC|SPC)"
TITLE = rf"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Rev|{RANK})"
HONOUR = (
    r"(?:Sir|Dame|Lady|Lord|Baroness|Cllr|Councillor|Superintendent|Supt|Chief Supt|Constable|"
    r"Sergeant|Sgt|Inspector|Mr|Mrs|Ms|Miss|Dr|PC|DC|DS|PS)"
)
# ways to write an address so that programs do not find it
AT = r" ?[\[({] ?at ?[\])}] ?| AT |&#64;|&commat;| at (?=[\w\-]{1,63} ?(?:dot|[\[({]dot))"
DOT = r" ?[\[({] ?(?:dot|\.) ?[\])}] ?| dot | DOT |\."
SPOKEN = (
    r"first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|"
    r"fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|"
    r"(?:twenty|thirty)[ \-](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
)
NAME = r"[A-Z][a-z]+(?:['’\-][A-Z]?[a-z]+)?"
NOT_NAMES = set(
    """Accreditation Act Agency And Area Authority Average Board Branch Care Case Chief Clause
    Code Command Commissioner Committee Costs Council Court Crime Data Days Department Division
    Dr Figures Force General Group Inc Ltd Month Number Of Office Officers Order Part Performance
    Police Policy Report Rights Section Sector Sergeants Service Staff Table Team The Total
    Training Unit Units Year""".split()
)


def health_number(found: re.Match[str], text: str, context: str) -> bool:
    """Take ten digits that pass the check; without blanks only where health is spoken of."""
    if not nhs.is_valid(found[0]):
        return False
    return not found[0].isdigit() or nearby.health(found, text, context)


def prefixed_vehicle(found: re.Match[str], text: str, context: str) -> bool:
    """Take a plate of the letter-first years that is no word and figure."""
    letters = re.sub(r"[^A-Z]", " ", found[0]).split()
    return (" " in found[0] and not WORDS.intersection(letters)) or nearby.vehicle(
        found, text, context
    )


def current_vehicle(found: re.Match[str], text: str, context: str) -> bool:
    """Take a plate of today unless its letters are a word."""
    return found[0][-3:] not in WORDS or nearby.vehicle(found, text, context)


def driven(found: re.Match[str], text: str, context: str) -> bool:
    """Tell old and private plates from any word and figure: something must say what they are."""
    letters = set(re.findall(r"[A-Z]+", found[0].upper()))
    return not WORDS & letters and not _MONTHS & letters and _plated(found, text, context)


_MONTHS = set("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC AM PM KM MPH CC OF IN TO".split())
_plated = nearby.near(
    r"(?:vehicle|car|van|lorry|motorcycle|motorbike|ford|bmw|audi|vauxhall|plate|vrm|vrn|anpr)"
    r"(?: (?:index|reg(?:istration)?|with|number|plate|is|was|mark|no\.?)){0,3}[ :]{0,2}$"
    r"|(?:registration|index|reg|plate)(?: (?:number|no\.?|mark|plate))?[ :]{1,3}$"
    r"|driving (?:an? )?$"
)
northern = nearby.near(r"vehicle|car|van|plate|driv|vrm|vrn|anpr|index|reg")


def ipv4(found: re.Match[str], text: str, context: str) -> bool:
    """Take four octets that are no version and no paragraph."""
    octets = [int(part) for part in found[0].split(".")]
    if max(octets) > 255 or nearby.version(found, text[: found.start()][-14:] + found[0], context):
        return False
    before = text[max(0, found.start() - 12) : found.start()]
    if re.search(r"(?i)\b(?:version|ver|v|release|build|firmware|section|para)\.? ?$", before):
        return False
    return max(octets) >= 32 or nearby.network(found, text, context)


def ipv6(found: re.Match[str], text: str, context: str) -> bool:
    """Take what the library reads as an address."""
    try:
        address = ipaddress.IPv6Address(found[0])
    except ValueError:
        return False
    return len(found[0]) > 5 and int(address) > 0xFFFF


def phone(found: re.Match[str], text: str, context: str) -> bool:
    """Take a number that the numbering plan has."""
    digits = re.sub(r"\D", "", found[0])
    if found[0].startswith("+") and not digits.startswith("44"):
        return 9 <= len(digits) <= 15 and _possible(f"+{digits}")
    national = "0" + re.sub(r"^(?:0044|44)?0?", "", digits)
    if national[1:2] not in tuple("123578") or not _possible(national):
        return False
    return len(national) == 11 or nearby.telephone(found, text, context)


@lru_cache(maxsize=4_096)
def _possible(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "GB"))
    except phonenumbers.NumberParseException:
        return False


def reference(found: re.Match[str], text: str, context: str) -> bool:
    """Take a reference of at least four digits."""
    return sum(letter.isdigit() for letter in found["reference"]) >= 4


def named(found: re.Match[str], text: str, context: str) -> bool:
    """Take a title and a name, not a title and an office."""
    return not NOT_NAMES.intersection(found[0].split()[1:])


def device_number(found: re.Match[str], text: str, context: str) -> bool:
    """Take fifteen digits that pass the check beside a word for a device."""
    number = re.sub(r"\D", "", found[0])
    return imei.is_valid(number) and nearby.device(found, text, context)


def always(found: re.Match[str], text: str, context: str) -> bool:
    """Take whatever has the form."""
    return True
