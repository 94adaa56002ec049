"""Identifiers of persons in UK forms: check digits and numbering plans by stdnum, phonenumbers."""

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from stdnum import imei
from stdnum.gb import nhs

from portal.desk.inspection import nearby

WINDOW = 4_000
OVERLAP = 120


class Identifier(NamedTuple):
    """What kind of identifier stands where in the text; never the text itself."""

    kind: str
    start: int
    end: int


_WORDS = set(
    "AND THE FOR NOT ALL OUT PER ARE WAS HAS BUT ANY NEW OLD USE SEE TOP END LTD PLC LLP INC".split()
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATE = (
    r"(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2})|(?:19|20)\d\d[/.\-]\d{1,2}[/.\-]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ \-]{_MONTH}[ ,\-]{{1,2}}(?:\d{{4}}|\d{{2}})"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)
_RANK = r"(?:PC|WPC|DC|WDC|DS|DI|DCI|DSU|PS|Sgt|Sergeant|Insp|Inspector|Constable|PCSO|TDC|SPC)"
_TITLE = rf"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Rev|{_RANK})"
_NAME = r"[A-Z][a-z]+(?:['’\-][A-Z]?[a-z]+)?"
_NOT_NAMES = set(
    """Accreditation Act Agency And Area Authority Average Board Branch Care Case Chief Clause
    Code Command Commissioner Committee Costs Council Court Crime Data Days Department Division
    Dr Figures Force General Group Inc Ltd Month Number Of Office Officers Order Part Performance
    Police Policy Report Rights Section Sector Sergeants Service Staff Table Team The Total
    Training Unit Units Year""".split()
)


def _nhs(found: re.Match[str], text: str, context: str) -> bool:
    if not nhs.is_valid(found[0]):
        return False
    return not found[0].isdigit() or nearby.health(found, text, context)


def _prefixed_vehicle(found: re.Match[str], text: str, context: str) -> bool:
    letters = re.sub(r"[^A-Z]", " ", found[0]).split()
    return (" " in found[0] and not _WORDS.intersection(letters)) or nearby.vehicle(
        found, text, context
    )


def _current_vehicle(found: re.Match[str], text: str, context: str) -> bool:
    return found[0][-3:] not in _WORDS or nearby.vehicle(found, text, context)


def _ipv4(found: re.Match[str], text: str, context: str) -> bool:
    octets = [int(part) for part in found[0].split(".")]
    if max(octets) > 255 or nearby.version(found, text[: found.start()][-14:] + found[0], context):
        return False
    before = text[max(0, found.start() - 12) : found.start()]
    if re.search(r"(?i)\b(?:version|ver|v|release|build|firmware|section|para)\.? ?$", before):
        return False
    return max(octets) >= 32 or nearby.network(found, text, context)


def _ipv6(found: re.Match[str], text: str, context: str) -> bool:
    try:
        address = ipaddress.IPv6Address(found[0])
    except ValueError:
        return False
    return len(found[0]) > 5 and int(address) > 0xFFFF


def _phone(found: re.Match[str], text: str, context: str) -> bool:
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


def _reference(found: re.Match[str], text: str, context: str) -> bool:
    return sum(letter.isdigit() for letter in found["reference"]) >= 4


def _named(found: re.Match[str], text: str, context: str) -> bool:
    return not _NOT_NAMES.intersection(found[0].split()[1:])


def _imei(found: re.Match[str], text: str, context: str) -> bool:
    number = re.sub(r"\D", "", found[0])
    return imei.is_valid(number) and nearby.device(found, text, context)


def _always(found: re.Match[str], text: str, context: str) -> bool:
    return True


# kind, letters of which one must be in the text at all, pattern (every repeat bounded), check
_RULES: tuple[tuple[str, str, re.Pattern[str], nearby.Check], ...] = tuple(
    (kind, need, re.compile(pattern, flags), check)
    for kind, need, pattern, flags, check in (
        (
            "email",
            "@",
            r"(?<![\w.+\-])[\w.%+'\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{2,63}){1,6}",
            re.A,
            _always,
        ),
        ("nhs", "#", r"(?<![\w.,£$/\-])\d{3}[ \-]?\d{3}[ \-]?\d{4}(?![\w/\-])", re.A, _nhs),
        (
            "nino",
            "#",
            r"(?<![A-Z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
            r"[ \-]?\d\d[ \-]?\d\d[ \-]?\d\d[ \-]?[A-D](?![A-Z0-9])",
            re.A | re.I,
            _always,
        ),
        (
            "postcode",
            "#",
            r"(?<![A-Z0-9])(?:GIR 0AA|[A-PR-UWYZ](?:\d\d?|[A-HK-Y]\d\d?|\d[A-HJKPSTUW]"
            r"|[A-HK-Y]\d[ABEHMNPRV-Y]) ?\d[ABD-HJLNP-UW-Z]{2})(?![A-Za-z0-9])",
            re.A,
            _always,
        ),
        (
            "postcode",
            "#",
            r"(?<![a-z0-9])[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}(?![A-Za-z0-9])",
            re.A,
            nearby.postal,
        ),
        (
            "vehicle",
            "#",
            r"(?<![A-Z0-9/\-])[A-HK-PR-Y][A-HJ-PR-Y]\d\d ?[A-HJ-PR-Z]{3}(?![A-Za-z0-9])",
            re.A,
            _current_vehicle,
        ),
        (
            "vehicle",
            "#",
            r"(?<![A-Z0-9/\-])(?:[A-HJ-NPR-Y]\d{1,3} ?[A-HJ-PR-Y]{3}"
            r"|[A-HJ-PR-Y]{3} ?\d{1,3}[A-HJ-NPR-Y])(?![A-Za-z0-9])",
            re.A,
            _prefixed_vehicle,
        ),
        (
            "vehicle",
            "#",
            r"(?<![A-Z0-9/\-])(?:[A-Z]{1,3} \d{1,4}|[A-Z]{2}\d\d ?[A-Z]{3})(?![A-Za-z0-9])",
            re.A,
            nearby.near(r"vehicle|vrm|vrn|number plate|anpr"),
        ),
        ("ip", ".", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)", re.A, _ipv4),
        (
            "ip",
            ":",
            r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])",
            re.A,
            _ipv6,
        ),
        (
            "mac",
            ":-",
            r"(?<![\w:\-])[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?![\w:\-])",
            re.A,
            _always,
        ),
        (
            "phone",
            "#",
            r"(?<![\w/.,\-])(?:\+|00|\(?0)(?:[ ().\-]{0,2}\d){8,14}(?![\w/])",
            re.A,
            _phone,
        ),
        ("phone", "#", r"(?<![\w/.,\-])[127]\d{9}(?![\w/])", re.A, nearby.telephone),
        ("date_of_birth", "#", rf"(?<![\w/]){DATE}(?![\w/])", re.A | re.I, nearby.birth),
        (
            "crime_reference",
            "#",
            r"(?<![\w/])CR(?:[/\-]\d{4,8}[/\-]\d{2,4}|\d{8,12})(?![\w/])",
            re.A,
            _always,
        ),
        (
            "crime_reference",
            "#",
            r"\b(?:crime|incident|occurrence|offence|custody|cad|urn|intel(?:ligence)?)"
            r"(?: (?:log|record|report|reference|ref|number|no)\.?){0,3}[ :#]{1,3}"
            r"(?P<reference>[A-Z0-9]{1,12}(?:[/\-][A-Z0-9]{1,10}){1,3}|\d{7,14})(?![\w/])",
            re.A | re.I,
            _reference,
        ),
        (
            "collar",
            "#",
            rf"\b{_RANK}\.? (?:no\.? |number )?\d{{2,6}}[A-Z]{{0,2}}(?![\w/,.]\d)\b",
            re.A,
            _always,
        ),
        (
            "collar",
            "#",
            r"\b(?:collar|shoulder|warrant card|warrant|badge|officer)(?: (?:no\.?|number))?"
            r"[ :#]{1,3}[A-Z]{0,2}\d{3,6}(?![\w/,.]\d)\b",
            re.A | re.I,
            _always,
        ),
        ("imei", "#", r"(?<![\w.])\d{2}[ \-]?\d{6}[ \-]?\d{6}[ \-]?\d(?!\w)", re.A, _imei),
        ("imsi", "#", r"(?<![\w.])\d{14,15}(?!\w)", re.A, nearby.subscriber),
        ("name", "A", rf"\b{_TITLE}\.? (?:[A-Z]\.? ){{0,2}}{_NAME}", 0, _named),
    )
)

_BODIES = _NOT_NAMES | set(
    """Agency Annex Answer Appendix Borough City Commission Constabulary County Council Data
    Disclosure District Draft Fire Freedom Government Health Home Hospital Information Justice
    Log London Metropolitan Ministry National Official Public Request Requests Response Rescue
    Scotland Scottish Sensitive Statistics Title Transport Trust University Wales West""".split()
)
_DIGIT = re.compile(r"\d", re.A)
_CAPITAL = re.compile(r"[A-Z]")
_HIDDEN_NAME = re.compile(rf"\b(?:{_NAME},? |[A-Z]\. ?){{1,3}}{_NAME}\b")
_HIDDEN = re.compile(rf"(?<![\w/]){DATE}(?![\w/])|(?<!\w)\d{{10}}(?!\w)|\S@\S", re.A | re.I)


def find(text: str, context: str = "") -> Iterator[Identifier]:
    """Yield the identifiers in one cell or line; `context` is its column's header."""
    for start in range(0, max(len(text), 1), WINDOW):
        piece = text[start : start + WINDOW + OVERLAP]
        for kind, low, high in _in_piece(piece, context):
            if low < WINDOW:
                yield Identifier(kind, start + low, start + high)


def _in_piece(piece: str, context: str) -> Iterator[Identifier]:
    has = {"#": bool(_DIGIT.search(piece)), "A": bool(_CAPITAL.search(piece))}
    for kind, need, pattern, check in _RULES:
        if not any(has.get(letter, letter in piece) for letter in need):
            continue
        for found in pattern.finditer(piece):
            if check(found, piece, context):
                yield Identifier(kind, found.start(), found.end())


@lru_cache(maxsize=50_000)
def kinds(text: str, context: str = "") -> frozenset[str]:
    """Return the kinds of identifiers in one cell."""
    return frozenset(identifier.kind for identifier in find(text, context))


def hidden_count(text: str) -> int:
    """Count identifiers in text nobody was meant to see: any date, any pair of names counts."""
    text = text[:200_000]
    strict = sum(1 for _ in find(text))
    return strict or sum(1 for _ in _HIDDEN.finditer(text)) + _pairs(text)


def header_count(text: str) -> int:
    """Count identifiers in a page's header; the names of bodies stand there rightly."""
    text = text[:20_000]
    strict = sum(1 for _ in find(text))
    named = (found[0].replace(",", " ").split() for found in _HIDDEN_NAME.finditer(text))
    return strict or sum(1 for words in named if not _BODIES.intersection(words))


def _pairs(text: str) -> int:
    return sum(1 for _ in _HIDDEN_NAME.finditer(text))


def looks_like_a_name(text: str) -> bool:
    """Tell whether a whole cell reads as a person's name: two or three capitalised words."""
    found = _HIDDEN_NAME.fullmatch(text.strip()[:80])
    return bool(found) and not _NOT_NAMES.intersection(text.replace(",", " ").split())
