"""One reported value: a number, a band, or the reason why there is none."""

import re
from collections.abc import Callable, Mapping
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

KINDS = ("count", "money", "share", "rate", "days", "amount")
WHOLE = ("count", "days")
NEVER_NEGATIVE = (*WHOLE, "amount")  # an amount of people in full-time equivalents has fractions

AT_LEAST = ("at least", "over", "more than", "upwards of", "≥", ">=", ">")
LESS_THAN = ("less than", "fewer than", "just under", "under", "up to", "≤", "<=", "<")
ABOUT = ("about", "around", "approximately", "almost", "nearly", "some", "c.", "~")
STRICT = ("over", "more than", ">", "less than", "fewer than", "just under", "under", "<")

# As many as Decimal computes with: a sign or a step of one never rounds.
MOST_DIGITS = 28
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Value:
    """A number, a band (`low` to `high`, either end may be open), or neither with a status why.

    A number may come with the band around it (both ends), as an estimate with its margin does.
    `status` is a code of data/vocabulary/statuses.toml. `printed` is the publisher's own text.
    """

    number: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    status: str = "normal"
    printed: str = ""

    def __post_init__(self) -> None:
        for name in ("number", "low", "high"):
            _check_decimal(name, getattr(self, name))
        if self.low is not None and self.high is not None and self.low > self.high:
            raise BadValue("a band whose low end is not above its high end", self.band_text)
        if self.number is not None and (self.low is None) != (self.high is None):
            raise BadValue("both ends of the band around a number", self.band_text)
        if self.number is not None and not self._holds(self.number):
            raise BadValue(f"a number inside its band {self.band_text}", str(self.number))
        if not self.status or (self.is_missing and self.status == "normal"):
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
        """The lowest and highest number that this value allows; None is open.

        Of a number with a band around it these are the ends of the band.
        """
        if self.number is not None and self.low is None:
            return self.number, self.number
        return self.low, self.high

    @property
    def band_text(self) -> str:
        """The band as text, `0 - 499`, `>= 5` or `<= 4`; empty when there is none."""
        return _band_text(self.low, self.high, plain)


def _check_decimal(name: str, part: object) -> None:
    if part is None:
        return
    if not (isinstance(part, Decimal) and part.is_finite()):
        raise BadValue(f"a finite Decimal as {name}", part)
    _, digits, exponent = part.as_tuple()
    assert isinstance(exponent, int)  # it is finite
    if max(len(digits), -exponent) + max(exponent, 0) > MOST_DIGITS:
        raise BadValue(f"at most {MOST_DIGITS} digits as {name}", str(part)[:LONGEST])


def _band_text(
    low: Decimal | None, high: Decimal | None, write: Callable[[Decimal | None], str]
) -> str:
    if low is None:
        return "" if high is None else f"<= {write(high)}"
    return f">= {write(low)}" if high is None else f"{write(low)} - {write(high)}"


def plain(number: Decimal | None) -> str:
    """Return the shortest exact text of a number: `1234`, `84582.23`."""
    if number is None:
        return ""
    text = format(number if number else Decimal(0), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_value(value: Value, *, locale: str = "en") -> str:
    """Return text that `read_value` reads back to the same number and band.

    A number with a band around it is written `1000 [950 - 1050]`. Thousands are not marked.
    """
    _, point = _numerals(locale)

    def write(number: Decimal | None) -> str:
        return plain(number).replace(".", point)

    band = _band_text(value.low, value.high, write)
    if value.is_missing:
        raise BadValue("a number or a band to write", value.status)
    if value.number is None:
        return band
    return f"{write(value.number)} [{band}]" if band else write(value.number)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A printed cell and what is known of its column."""

    printed: str
    kind: str
    symbol: str
    locale: str


def read_value(
    printed: str,
    *,
    kind: str = "count",
    symbol: str = "",
    locale: str = "en",
    missing: Mapping[str, str] = MISSING,
) -> Value:
    """Read one printed cell.

    `kind` is the unit's, one of KINDS; a count is whole, and neither it nor an amount is negative.
    `symbol` is the unit's (`£`, `%`); another one is refused. `missing` takes the place of the
    usual table and is looked at first, so a source may say what its blank, dash or 0 means.

    Raises BadValue rather than guess: a blank, a footnote mark glued to the number (`761,70244`),
    groups of other than three digits, brackets, digits of other scripts, more than 28 digits, a
    leading zero (`007` is a code, `0,123` another locale's fraction), `1.234` as a count or an
    amount (it may be 1,234). Nobody can see that `201948` is 2019 with note 48: sums must tell.
    """
    text = " ".join(printed.split())
    mark = next((missing[key] for key in (printed, text, text.lower()) if key in missing), None)
    if mark is not None:
        return Value(status=mark, printed=printed)
    if not text or len(text) > LONGEST:
        raise BadValue("a number or a mark for a missing one", printed)
    cell = _Cell(printed, kind, symbol, locale)
    return _worded(text, cell) or _banded(text, cell) or Value(_number(text, cell), printed=printed)


def _worded(text: str, cell: _Cell) -> Value | None:
    for words, read in ((AT_LEAST, _at_least), (LESS_THAN, _less_than), (ABOUT, _about)):
        word = next((w for w in words if _leads(w, text)), None)
        if word:
            return read(_number(text[len(word) :].strip(), cell), word, cell)
    return None


def _leads(word: str, text: str) -> bool:
    if word == "c.":  # "C. 12" is the third entry of a list, not about 12
        return text.startswith(word)
    apart = not word[-1].isalpha() or text[len(word) : len(word) + 1] == " "
    return apart and text.lower().startswith(word)


def _at_least(number: Decimal, word: str, cell: _Cell) -> Value:
    return Value(low=number + _step(word, cell), printed=cell.printed)


def _less_than(number: Decimal, word: str, cell: _Cell) -> Value:
    high = number - _step(word, cell)
    if high < 0 and cell.kind in NEVER_NEGATIVE:
        raise BadValue("a bound above zero", cell.printed)
    # "<5" is how small counts are hidden: at least one, or the publisher would print 0.
    hidden = word == "<" and cell.kind == "count" and high >= 1
    return Value(low=Decimal(1) if hidden else None, high=high, printed=cell.printed)


def _step(word: str, cell: _Cell) -> int:
    # Between whole numbers "over 5" is 6 or more; among shares it is kept as 5 or more.
    return 1 if word in STRICT and cell.kind in WHOLE else 0


def _about(number: Decimal, word: str, cell: _Cell) -> Value:
    return Value(number, status="approximate", printed=cell.printed)


def _banded(text: str, cell: _Cell) -> Value | None:
    around = re.fullmatch(r"([^\[\]]+) \[([^\[\]]+)\]", text)
    number = _number(around[1], cell) if around else None
    ends = _ends(around[2] if around else text)
    if ends is None:
        if around:
            raise BadValue("a band in the brackets", cell.printed)
        return None
    low, high = (_number(end, cell) for end in ends)
    try:
        return Value(number, low, high, printed=cell.printed)
    except BadValue as problem:
        raise BadValue(problem.expected, cell.printed) from problem


def _ends(text: str) -> tuple[str, str] | None:
    spaced = re.split(r" (?:[-–—]|to) ", text)
    if len(spaced) == 2:
        return spaced[0], spaced[1]
    # Without spaces a dash between digits parts two numbers; half-spaced (`5 -3`) says nothing.
    tight = re.fullmatch(r"([^-–—]*[0-9][^-–— ]*)[-–—]([^-–— ][^-–—]*)", text)
    return (tight[1], tight[2]) if tight else None


def _numerals(locale: str) -> tuple[str, str]:
    if locale not in NUMERALS:
        raise BadValue(f"a locale ({', '.join(NUMERALS)})", locale)
    return NUMERALS[locale]


def _pattern(marks: str, point: str) -> re.Pattern[str]:
    grouped = rf"[1-9]\d{{0,2}}([{marks}])\d{{3}}(?:\2\d{{3}})*"
    return re.compile(rf"(0|[1-9]\d*|{grouped})(?:{re.escape(point)}(\d+))?", re.ASCII)


_PATTERNS = {locale: _pattern(*numerals) for locale, numerals in NUMERALS.items()}


def _number(text: str, cell: _Cell) -> Decimal:
    _numerals(cell.locale)
    body, negative = _unsigned(text, cell.symbol)
    match = _PATTERNS[cell.locale].fullmatch(body)
    if not match:
        raise BadValue(f"one number as printed in locale {cell.locale!r}", cell.printed)
    whole, mark, fraction = re.sub(r"\D", "", match[1]), match[2], match[3] or ""
    if len(whole + fraction) > MOST_DIGITS:
        raise BadValue(f"at most {MOST_DIGITS} digits", cell.printed)
    # TikTok prints counts as "49.0"; "1.000" may be a thousand, so one or two zeros at most.
    if cell.kind in WHOLE and (negative or fraction not in ("", "0", "00")):
        raise BadValue("a whole number that is not negative", cell.printed)
    if cell.kind in NEVER_NEGATIVE and negative:
        raise BadValue("a number that is not negative", cell.printed)
    like_thousands = not mark and len(fraction) == 3 and len(whole) < 4 and whole != "0"
    if cell.kind in ("money", "amount") and like_thousands:
        raise BadValue("an amount that cannot be read as thousands", cell.printed)
    number = Decimal(f"{whole}.{fraction}" if fraction else whole)
    return -number if negative and number else number


def _unsigned(text: str, symbol: str) -> tuple[str, bool]:
    """Take off the symbol and one minus sign, `-£5` or `£-5`; a minus must touch what follows."""
    if text.startswith(("-", "−")):
        return _without_symbol(text[1:], symbol), True
    body = _without_symbol(text, symbol)
    if symbol and text.startswith(symbol) and body.startswith(("-", "−")):
        return body[1:], True
    return body, False


def _without_symbol(text: str, symbol: str) -> str:
    if not symbol:
        return text
    if symbol == "%" or not text.startswith(symbol):
        return text.removesuffix(symbol).rstrip() if text.endswith(symbol) else text
    body = text.removeprefix(symbol).lstrip()
    # South Wales prints "£488,208.60p": the p repeats what the point has said.
    return re.sub(r"(?<=\.\d\d)p$", "", body) if symbol == "£" else body
