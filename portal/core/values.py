"""One reported value: a number, a band, or the reason why there is none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.core.errors import BadValue

# What publishers print where a number is missing. A source may hand in its own table: the same
# dash means "not reported" at Apple and "none" elsewhere. A blank cell is never guessed at.
MISSING = {
    "n/a": "not_available", "na": "not_available", "not available": "not_available",
    "-": "not_available", "–": "not_available", "—": "not_available", "..": "not_available",
    "~": "suppressed", "*": "suppressed", "c": "suppressed", "[c]": "suppressed",
    "[x]": "not_available", "[z]": "not_applicable", "[low]": "low", "[w]": "none_recorded",
    "not applicable": "not_applicable", "not held": "not_held", "not recorded": "not_held",
    "can't disclose": "withheld_by_law", "cannot disclose": "withheld_by_law",
}  # fmt: skip

# locale -> (thousands marks, decimal mark)
NUMERALS = {"en": (",", "."), "de": (".", ","), "ch": ("'’", ".")}

AT_LEAST = ("at least", "over", "more than", "upwards of", "≥", ">=", ">")
LESS_THAN = ("less than", "fewer than", "just under", "under", "up to", "≤", "<=", "<")
ABOUT = ("about", "around", "approximately", "almost", "nearly", "some", "c.", "~")
STRICT = ("over", "more than", ">", "less than", "fewer than", "just under", "under", "<")


@dataclass(frozen=True, slots=True)
class Value:
    """A number, a band (`low` to `high`, either end may be open), or neither with a status why.

    `status` is a code of data/vocabulary/statuses.toml. `printed` is the publisher's own text.
    """

    number: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    status: str = "normal"
    printed: str = ""

    def __post_init__(self) -> None:
        for name in ("number", "low", "high"):
            part = getattr(self, name)
            if part is not None and not (isinstance(part, Decimal) and part.is_finite()):
                raise BadValue(f"a finite Decimal as {name}", part)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise BadValue("a band whose low end is not above its high end", self.band_text)
        if self.number is not None and not self._holds(self.number):
            raise BadValue(f"a number inside its band {self.band_text}", str(self.number))
        if self.is_missing and self.status == "normal":
            raise BadValue("a status that says why there is no number", self.printed or "nothing")

    def _holds(self, number: Decimal) -> bool:
        above = self.low is None or number >= self.low
        return above and (self.high is None or number <= self.high)

    @property
    def is_missing(self) -> bool:
        """True when there is neither a number nor a bound."""
        return self.number is None and self.low is None and self.high is None

    @property
    def is_band(self) -> bool:
        """True when only bounds are known."""
        return self.number is None and not self.is_missing

    @property
    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """The lowest and highest number that this value allows; None is open."""
        return (self.number, self.number) if self.number is not None else (self.low, self.high)

    @property
    def band_text(self) -> str:
        """The band as text, `0 - 499`, `>= 5` or `<= 4`."""
        if self.low is None:
            return f"<= {plain(self.high)}"
        return (
            f">= {plain(self.low)}"
            if self.high is None
            else f"{plain(self.low)} - {plain(self.high)}"
        )


def plain(number: Decimal | None) -> str:
    """Return the shortest exact text of a number: `1234`, `84582.23`."""
    if number is None:
        return ""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_value(value: Value) -> str:
    """Return text that `read_value` reads back to the same number or band."""
    if value.is_missing:
        raise BadValue("a number or a band to write", value.status)
    return plain(value.number) if value.number is not None else value.band_text


def read_value(
    printed: str,
    *,
    kind: str = "count",
    symbol: str = "",
    locale: str = "en",
    missing: Mapping[str, str] = MISSING,
) -> Value:
    """Read one printed cell.

    `kind` is the unit's: count, money, share, rate or days; a count is whole and not negative.
    `symbol` is the unit's (`£`, `%`); another one is refused. Raises BadValue rather than guess:
    a blank, a footnote mark glued to the number, groups of other than three digits, brackets.
    """
    text = printed.replace("\u00a0", " ").replace("\u202f", " ").strip()
    if text.lower() in missing:
        return Value(status=missing[text.lower()], printed=printed)
    if not text:
        raise BadValue("a number or a mark for a missing one", printed)
    for words, read in ((AT_LEAST, _at_least), (LESS_THAN, _less_than), (ABOUT, _about)):
        word = next((w for w in words if text.lower().startswith(w)), None)
        if word and _apart(text, word):
            number = _number(text[len(word) :].strip(), printed, kind, symbol, locale)
            return read(number, word, kind, printed)
    band = re.fullmatch(r"(.*\d.*?)\s*(?:[-–—]|\bto\b)\s*(.*\d.*)", text)
    if band and not text.startswith("-"):
        low, high = (_number(part, printed, kind, symbol, locale) for part in band.groups())
        return Value(low=low, high=high, printed=printed)
    return Value(_number(text, printed, kind, symbol, locale), printed=printed)


def _apart(text: str, word: str) -> bool:
    rest = text[len(word) :]
    return not word[-1].isalpha() or rest[:1] == " "


def _step(kind: str) -> Decimal:
    return Decimal(1) if kind in ("count", "days") else Decimal(0)


def _at_least(number: Decimal, word: str, kind: str, printed: str) -> Value:
    return Value(low=number + (_step(kind) if word in STRICT else 0), printed=printed)


def _less_than(number: Decimal, word: str, kind: str, printed: str) -> Value:
    high = number - (_step(kind) if word in STRICT else 0)
    # "<5" is how small counts are hidden: at least one, or the publisher would print 0.
    hidden = word == "<" and kind == "count" and high >= 1
    if high < 0:
        raise BadValue("a bound above zero", printed)
    return Value(low=Decimal(1) if hidden else None, high=high, printed=printed)


def _about(number: Decimal, word: str, kind: str, printed: str) -> Value:
    return Value(number, status="approximate", printed=printed)


def _number(text: str, printed: str, kind: str, symbol: str, locale: str) -> Decimal:
    body, negative = _without_symbol(text, symbol), False
    if body.startswith(("-", "−")):
        body, negative = _without_symbol(body[1:].strip(), symbol), True
    thousands, point = NUMERALS[locale]
    marks, point = re.escape(thousands), re.escape(point)
    pattern = rf"(\d{{1,3}}(?:[{marks}]\d{{3}})+|\d+)(?:{point}(\d+))?"
    match = re.fullmatch(pattern, body, re.ASCII)
    if not match:
        raise BadValue(f"one number as printed in locale {locale!r}", printed)
    whole, fraction = re.sub(rf"[{marks}]", "", match[1]), match[2]
    number = Decimal(f"{whole}.{fraction}" if fraction else whole)
    if kind in ("count", "days") and (fraction or negative):
        raise BadValue("a whole number that is not negative", printed)
    return -number if negative else number


def _without_symbol(text: str, symbol: str) -> str:
    if not symbol:
        return text
    if symbol == "%":
        return text.removesuffix("%").strip()
    body = text.removeprefix(symbol).strip()
    # South Wales prints "£488,208.60p": the p repeats what the point has said.
    return re.sub(r"(?<=\.\d\d)p$", "", body)
