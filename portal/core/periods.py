"""A reporting period: first and last day, and the label as printed."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.core.errors import BadPeriod

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip

# No figure of ours lies outside: a year such as 0212 or 1618 is a misprint or not a year.
YEARS = (1900, 2100)
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included. Either may be None when the source does not say."""

    start: date | None
    end: date | None
    label: str = ""

    def __post_init__(self) -> None:
        for day in (self.start, self.end):
            if day is None:
                continue
            if type(day) is not date:
                raise BadPeriod("a date without a time of day", day)
            if not YEARS[0] <= day.year <= YEARS[1]:
                raise BadPeriod(f"a year from {YEARS[0]} to {YEARS[1]}", day.isoformat())
        if self.start and self.end and self.start > self.end:
            raise BadPeriod("a first day not after the last", f"{self.start} to {self.end}")
        if not self.label:
            object.__setattr__(self, "label", default_label(self.start, self.end))

    @property
    def kind(self) -> str:
        """year, financial_year (April-March), july_year, half, quarter, month, day, span, open."""
        if not (self.start and self.end):
            return "open"
        return _kind(self.start, self.end)

    @property
    def days(self) -> int | None:
        """Length in days, None when an end is open."""
        return (self.end - self.start).days + 1 if self.start and self.end else None

    def same_length(self, other: "Period") -> bool:
        """True when both are whole calendar spans of as many months, or of as many days."""
        mine, theirs = self.months, other.months
        if mine and theirs:
            return mine == theirs
        return self.days is not None and self.days == other.days

    @property
    def months(self) -> int | None:
        """Length in whole calendar months, None when it does not begin and end with one."""
        return _months_of(self.start, self.end) if self.start and self.end else None

    def overlaps(self, other: "Period") -> bool:
        """True when a day may belong to both."""
        first, last = date.min, date.max
        begins = max(self.start or first, other.start or first)
        return begins <= min(self.end or last, other.end or last)

    @property
    def sort_key(self) -> tuple[date, date]:
        """Order by first day, then by last; unknown days come last."""
        return (self.start or self.end or date.max, self.end or date.max)


def _months_of(start: date, end: date) -> int | None:
    if start.day != 1 or end.day != monthrange(end.year, end.month)[1]:
        return None
    return (end.year - start.year) * 12 + end.month - start.month + 1


# (first month, months) -> kind
_KINDS = {
    (1, 12): "year",
    (4, 12): "financial_year",
    (7, 12): "july_year",
    **{(month, 6): "half" for month in (1, 7)},
    **{(month, 3): "quarter" for month in (1, 4, 7, 10)},
    **{(month, 1): "month" for month in range(1, 13)},
}


def _kind(start: date, end: date) -> str:
    if start == end:
        return "day"
    return _KINDS.get((start.month, _months_of(start, end) or 0), "span")


def default_label(start: date | None, end: date | None) -> str:
    """Return the label a reader expects: `2013`, `2008-09`, `2013 H1`, `2014 Q3`, `March 2014`."""
    if not (start and end):
        return f"from {start}" if start else f"to {end}" if end else "not stated"
    kind = _kind(start, end)
    if kind == "span":
        whole = _months_of(start, end)
        return f"{_month(start)} - {_month(end)}" if whole else f"{start} to {end}"
    return {
        "year": f"{start.year}",
        "financial_year": f"{start.year}-{end.year % 100:02d}",
        "july_year": f"July {start.year} - June {end.year}",
        "half": f"{start.year} H{1 if start.month == 1 else 2}",
        "quarter": f"{start.year} Q{(start.month + 2) // 3}",
        "month": f"{MONTHS[start.month - 1].title()} {start.year}",
        "day": start.isoformat(),
    }[kind]


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1][:3].title()} {day.year}"


def write_period(period: Period) -> str:
    """Return text that `read_period` reads back to the same days."""
    return default_label(period.start, period.end)


def read_period(printed: str, *, financial_year_starts: int = 4) -> Period:
    """Read a printed period; the label stays as printed. Raises BadPeriod rather than guess.

    Reads: `2013`, `2008-09`, `2008/2009` and `2012/13`, `2013 H1`, `2013-H1`, `2013_H1`,
    `H1 2013`, `Jan-Jun 2017`, `2014 Q3`, `March 2014`, `Jan 2005 - Mar 2006`,
    `July 2012 - June 2013`, `jul12jun13`, `year ending March 2014`, `2013-06-30`, `30 June 2013`,
    `2005-01-01 to 2006-03-31`, `1 April 2008 to 31 March 2009`, `11 April to 31 December 2006`.

    `2012-13` is April to March unless `financial_year_starts` names another month: Australia
    prints its July-June year the same way. Days in figures (`1/2/13`) are refused: a source that
    prints them says so and uses `read_us_date`.
    """
    if not 2 <= financial_year_starts <= 12:
        raise BadPeriod("a month from 2 to 12 in which a year begins", financial_year_starts)
    text = " ".join(printed.split())
    for pattern, read in _GRAMMAR if len(text) <= LONGEST else ():
        if match := pattern.fullmatch(text):
            extra = (financial_year_starts,) if read is _financial else ()
            try:
                start, end = read(*match.groups(), *extra)
                return Period(start, end, printed)
            except (ValueError, BadPeriod) as problem:
                raise BadPeriod("a period that exists", printed) from problem
    raise BadPeriod("a period such as 2013, 2008-09, 2013 H1 or Jan 2005 - Mar 2006", printed)


def half_ending(last_day: date, label: str = "") -> Period:
    """The half-year that ends on `last_day` (Google prints `Period Ending`)."""
    if (last_day.month, last_day.day) not in ((6, 30), (12, 31)):
        raise BadPeriod("30 June or 31 December as the end of a half-year", last_day.isoformat())
    return Period(
        date(last_day.year, last_day.month - 5, 1), last_day, label or last_day.isoformat()
    )


def read_us_date(printed: str) -> date:
    """Read month/day/year, `6/30/13` or `6/30/2013` (Apple); two digits are years from 2000 on."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})", printed.strip(), re.ASCII)
    if not match:
        raise BadPeriod("a date as month/day/year", printed)
    month, day, year = int(match[1]), int(match[2]), _full(match[3])
    try:
        found = date(year, month, day)
    except ValueError as problem:
        raise BadPeriod("a date that exists, as month/day/year", printed) from problem
    if not YEARS[0] <= year <= YEARS[1]:
        raise BadPeriod(f"a year from {YEARS[0]} to {YEARS[1]}", printed)
    return found


Days = tuple[date | None, date | None]


def _span(year: int, month: int, months: int) -> tuple[date, date]:
    last = year * 12 + month - 1 + months
    return date(year, month, 1), date(last // 12, last % 12 + 1, 1) - timedelta(days=1)


def _named(name: str) -> int:
    word = "sep" if name.lower() == "sept" else name.lower()
    found = [n for n, month in enumerate(MONTHS, 1) if word in (month, month[:3])]
    if not found:
        raise ValueError(name)
    return found[0]


def _full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _months(first: str, year: str | None, last: str, last_year: str) -> Days:
    start = date(_full(year or last_year), _named(first), 1)
    return start, _span(_full(last_year), _named(last), 1)[1]


def _financial(year: str, following: str, first_month: int) -> Days:
    after = int(year) + 1
    if following not in (f"{after}", f"{after % 100:02d}"):
        raise ValueError(following)
    return _span(int(year), first_month, 12)


def _year_ending(day: str | None, month: str, year: str) -> Days:
    last_of_month = _span(int(year), _named(month), 1)[1]
    end = last_of_month.replace(day=int(day)) if day else last_of_month
    # A day on: 31 March ends a year that began on 1 April, 28 February one that began on 1 March.
    following = end + timedelta(days=1)
    return following.replace(year=following.year - 1), end


def _days(
    first: str, month: str, year: str | None, last: str, last_month: str, last_year: str
) -> Days:
    start = date(int(year or last_year), _named(month), int(first))
    return start, date(int(last_year), _named(last_month), int(last))


def _iso(first: str, last: str) -> Days:
    return date.fromisoformat(first), date.fromisoformat(last)


def _day(day: str, month: str, year: str) -> Days:
    return _days(day, month, year, day, month, year)


_M = r"([a-z]{3,9})\.?"
_D = r"(\d{1,2})(?:st|nd|rd|th)?"
_Y = r"(\d{4})"
_ISO = r"(\d{4}-\d\d-\d\d)"
_TO = r"(?: ?[-–—] ?| to )"
_RULES: tuple[tuple[str, Callable[..., Any]], ...] = (
    (_Y, lambda y: _span(int(y), 1, 12)),
    (rf"{_Y}[-/–](\d{{4}}|\d{{2}})", _financial),
    (rf"{_Y}[ _-]?H([12])", lambda y, h: _span(int(y), 6 * int(h) - 5, 6)),
    (rf"H([12])[ _-]?{_Y}", lambda h, y: _span(int(y), 6 * int(h) - 5, 6)),
    (rf"{_Y}[ _-]?Q([1-4])", lambda y, q: _span(int(y), 3 * int(q) - 2, 3)),
    (rf"Q([1-4])[ _-]?{_Y}", lambda q, y: _span(int(y), 3 * int(q) - 2, 3)),
    (rf"{_M} {_Y}", lambda m, y: _span(int(y), _named(m), 1)),
    (rf"{_M}(?: {_Y})?{_TO}{_M} {_Y}", _months),
    (r"([a-z]{3})(\d{2})([a-z]{3})(\d{2})", _months),
    (rf"year (?:ending|ended|to)(?: {_D})? {_M} {_Y}", _year_ending),
    (_ISO, lambda day: _iso(day, day)),
    (rf"{_ISO}{_TO}{_ISO}", _iso),
    (rf"{_D} {_M} {_Y}", _day),
    (rf"{_D} {_M}(?: {_Y})?{_TO}{_D} {_M} {_Y}", _days),
    (rf"from {_ISO}", lambda day: (date.fromisoformat(day), None)),
    (rf"to {_ISO}", lambda day: (None, date.fromisoformat(day))),
    (r"not stated", lambda: (None, None)),
)
# ASCII: digits of other scripts and look-alike letters are refused, not read.
_GRAMMAR = [(re.compile(p, re.IGNORECASE | re.ASCII), read) for p, read in _RULES]
