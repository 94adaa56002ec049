"""How a cell of an answer is read: numbers, bands, marks of notes, and the words of a refusal.

What core reads of any publisher is read the same here. Authorities add words of their own: a
refusal names its section, a small count is `5+`. Whatever is neither is left to a person.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.core.errors import BadValue
from portal.core.values import MISSING, Value, read_value
from portal.core.vocabulary import Unit

# A refusal is said in a few words; what is longer is for a person to read.
LONGEST = 300
# The publisher's mark in a cell: it counts as a note only where a figure stands before it.
MARKS = re.compile(r"(?P<figure>.*?\d%?)\s*(?P<mark>[*†‡§¹²³⁴-⁹]+|\[[a-z0-9]{1,2}\]|\([a-z]\))")
AT_LEAST = re.compile(r"(\d[\d,]*)\s?\+")
# "s.24", "S31(1)", "sections 23(5) and 24", "Sec 12": sections of the Act of 2000.
NUMBER = r"\d{1,2}(?!\d)(?:\s?\([0-9a-z]{1,3}\))*"
SECTION = re.compile(
    rf"\b(?:sections?|sec|ss?)(?![a-z])[. ]{{0,2}}({NUMBER}(?:(?:\s?[,;/&]\s?|\s?and\s){NUMBER})*)",
    re.I,
)
REFUSED = re.compile(
    r"(?:information )?(?:refused|refusal|exempt(?:ed|ion)?(?: information)?|withheld|redacted)",
    re.I,
)
NOT_HELD = re.compile(
    r"(?:(?:information|data|figures?) )?not (?:held|recorded|collated|collected)"
    r"|no (?:information|data|records?)(?: is| are)? held|none held",
    re.I,
)
NEITHER = re.compile(r"ncnd|(?:we )?(?:can )?neither confirm n?or deny(?:ing)?", re.I)
COST = re.compile(r"(?:over |exceeds? )?(?:the )?cost(?:s| limit)?(?: exceeded| limit)?", re.I)
NO_ANSWER = re.compile(
    r"no (?:answer|response|reply)(?: received)?|did not (?:answer|respond)", re.I
)


@dataclass(frozen=True, slots=True)
class Read:
    """A cell as read: `value` is None where nobody may say what it is; `exemptions` are codes."""

    value: Value | None
    exemptions: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def read_cell(printed: str, unit: Unit, marks: Mapping[str, str] | None = None) -> Read:
    """Read one printed cell as a figure of this unit; `marks` is what a person said of marks.

    Never raises: what cannot be read comes back without a value and with a doubt.
    """
    text = " ".join(printed.split())
    # The mapping's own words are looked at first: the same dash is "none" here, "refused" there.
    mine = (marks or {}).get(text.casefold())
    if mine is not None:
        return Read(Value(status=mine, printed=printed), exemptions(text))
    if not text:
        return Read(None, (), ("The cell is blank: it may be zero, unknown or left out.",))
    worded = refusal(text)
    if worded is not None:
        return replace(worded, value=replace(worded.value, printed=printed))
    try:
        return Read(_value(text, printed, unit))
    except BadValue as problem:
        return _marked(text, printed, unit) or Read(None, (), (f"It does not read: {problem}.",))


def refusal(text: str) -> Read | None:
    """Return a refusal, "not held" or the like, with the sections it names; None for other text."""
    if len(text) > LONGEST:
        return None
    codes = exemptions(text)
    bare = " ".join(SECTION.sub(" ", text).split()).strip(" .,;:()-–/&")
    bare = re.sub(r"(?:\s+(?:under|by|and|of|foia?|the|act|2000))+$", "", bare, flags=re.I)
    if NEITHER.fullmatch(bare) or ("ncnd" in bare.casefold().split() and len(bare) < 20):
        return Read(Value(status="refused"), _with("ncnd", codes))
    if NOT_HELD.fullmatch(bare) and not codes:
        return Read(Value(status="not_held"))
    if COST.fullmatch(bare):
        return Read(Value(status="refused"), _with("s12", codes))
    if NO_ANSWER.fullmatch(bare) and not codes:
        return Read(Value(status="no_answer"))
    if REFUSED.fullmatch(bare) or (codes and not bare):
        doubt = () if codes else ("No section is named for this refusal.",)
        return Read(Value(status="refused"), codes, doubt)
    return None


def exemptions(text: str) -> tuple[str, ...]:
    """Return the codes of the sections that a text names, `s24`, each once, in their order."""
    named = [re.sub(r"\([^)]*\)", "", found) for found in SECTION.findall(text)]
    numbers = [number for found in named for number in re.findall(r"\d+", found)]
    return tuple(dict.fromkeys(f"s{int(number)}" for number in numbers))


def is_mark(text: str) -> bool:
    """True for a cell that says why there is no figure."""
    plain = " ".join(text.split())
    return plain.casefold() in MISSING or refusal(plain) is not None


def _with(code: str, others: tuple[str, ...]) -> tuple[str, ...]:
    return (code, *(other for other in others if other != code))


def _value(text: str, printed: str, unit: Unit) -> Value:
    at_least = AT_LEAST.fullmatch(text)
    if at_least:
        number = read_value(at_least[1], kind=unit.kind, symbol=unit.symbol).number
        return Value(low=number, printed=printed)
    return replace(read_value(text, kind=unit.kind, symbol=unit.symbol), printed=printed)


def _marked(text: str, printed: str, unit: Unit) -> Read | None:
    match = MARKS.fullmatch(text)
    if not match:
        return None
    try:
        value = _value(match["figure"].rstrip(), printed, unit)
    except BadValue:
        return None
    doubt = f"The mark {match['mark']} stands beside the figure: its note may change what it means."
    return Read(value, (), (doubt,))
