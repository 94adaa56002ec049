"""A reporting period: first and last day, and the label as printed."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from portal.core.errors import BadPeriod

MONTHS = (
    "january february march april may june july august september october november december".split()
)


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included. Either may be None when the source does not say."""

    start: date | None
    end: date | None
    label: str = ""

    def __post_init__(self) -> None:
        if self.start and self.end and self.start > self.end:
            raise BadPeriod("a first day not after the last", f"{self.start} to {self.end}")
        if not self.label:
            object.__setattr__(self, "label", default_label(self.start, self.end))

    @property
    def kind(self) -> str:
        """year, financial_year (April-March), july_year, half, quarter, month, day, span, open."""
        if not (self.start and self.end):
            return "open"
        if self.start == self.end:
            return "day"
        return _KINDS.get(_shape(self.start, self.end), "span")

    @property
    def days(self) -> int | None:
        """Length in days, None when an end is open."""
        return (self.end - self.start).days + 1 if self.start and self.end else None

    def same_length(self, other: "Period") -> bool:
        """True when both are whole calendar spans of as many months, or of as many days."""
        mine, theirs = self.months, other.months
        return (
            mine == theirs if mine and theirs else self.days is not None and self.days == other.days
        )

    @property
    def months(self) -> int | None:
        """Length in whole calendar months, None when it does not begin and end with one."""
        if not (self.start and self.end):
            return None
        if self.start.day != 1 or self.end.day != monthrange(self.end.year, self.end.month)[1]:
            return None
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    def overlaps(self, other: "Period") -> bool:
        """True when a day may belong to both."""
        first, last = date.min, date.max
        return (self.start or first) <= (other.end or last) and (other.start or first) <= (
            self.end or last
        )

    @property
    def sort_key(self) -> tuple[date, date]:
        """Order by first day, then by last; unknown days come last."""
        return (self.start or self.end or date.max, self.end or date.max)


def _shape(start: date, end: date) -> tuple[int, int] | None:
    months = Period(start, end, "-").months
    return (start.month, months) if months else None


_KINDS: dict[tuple[int, int] | None, str] = {
    (1, 12): "year",
    (4, 12): "financial_year",
    (7, 12): "july_year",
}
_KINDS |= {(month, 6): "half" for month in (1, 7)} | {
    (month, 3): "quarter" for month in (1, 4, 7, 10)
}
_KINDS |= {(month, 1): "month" for month in range(1, 13)}


def default_label(start: date | None, end: date | None) -> str:
    """Return the label a reader expects: `2013`, `2008-09`, `2013 H1`, `2014 Q3`, `March 2014`."""
    if not (start and end):
        return f"from {start}" if start else f"to {end}" if end else "not stated"
    shape = _shape(start, end)
    kind = "day" if start == end else _KINDS.get(shape, "span")
    labels = {
        "year": f"{start.year}",
        "financial_year": f"{start.year}-{end.year % 100:02d}",
        "july_year": f"July {start.year} - June {end.year}",
        "half": f"{start.year} H{1 if start.month == 1 else 2}",
        "quarter": f"{start.year} Q{(start.month + 2) // 3}",
        "month": f"{MONTHS[start.month - 1].title()} {start.year}",
        "day": f"{start.isoformat()}",
        "span": f"{start.isoformat()} to {end.isoformat()}",
    }
    if kind == "span" and shape:
        return f"{_month(start)} - {_month(end)}"
    return labels[kind]


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1][:3].title()} {day.year}"


def write_period(period: Period) -> str:
    """Return text that `read_period` reads back to the same days."""
    return default_label(period.start, period.end)


def read_period(printed: str) -> Period:
    """Read a printed period; the label stays as printed. Raises BadPeriod rather than guess.

    Reads: `2013`, `2008-09` and `2008/2009` (April-March), `2013 H1`, `2013-H1`, `H1 2013`,
    `Jan-Jun 2017`, `2014 Q3`, `March 2014`, `Jan 2005 - Mar 2006`, `July 2012 - June 2013`,
    `jul12jun13`, `2013-06-30`, `2005-01-01 to 2006-03-31`, `11 April to 31 December 2006`.
    """
    text = re.sub(r"\s+", " ", printed.strip())
    for pattern, read in _GRAMMAR:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match:
            try:
                start, end = read(*match.groups())
            except ValueError as problem:
                raise BadPeriod("a period that exists", printed) from problem
            return Period(start, end, printed)
    raise BadPeriod("a period such as 2013, 2008-09, 2013 H1 or Jan 2005 - Mar 2006", printed)


def half_ending(last_day: date, label: str = "") -> Period:
    """The half-year that ends on `last_day` (Google prints `Period Ending`)."""
    if (last_day.month, last_day.day) not in ((6, 30), (12, 31)):
        raise BadPeriod("30 June or 31 December as the end of a half-year", last_day.isoformat())
    return Period(
        date(last_day.year, last_day.month - 5, 1), last_day, label or last_day.isoformat()
    )


def _span(year: int, month: int, months: int) -> tuple[date, date]:
    last = year * 12 + month - 1 + months
    return date(year, month, 1), date(last // 12, last % 12 + 1, 1) - timedelta(days=1)


def _named(name: str) -> int:
    found = [
        n for n, month in enumerate(MONTHS, 1) if len(name) >= 3 and month.startswith(name.lower())
    ]
    if name.lower() == "sept":
        found = [9]
    if len(found) != 1:
        raise ValueError(name)
    return found[0]


def _full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _months(first: str, year: str | None, last: str, last_year: str) -> tuple[date, date]:
    start = date(_full(year or last_year), _named(first), 1)
    return start, _span(_full(last_year), _named(last), 1)[1]


def _financial(year: str, following: str) -> tuple[date, date]:
    if int(following) % 100 != (int(year) + 1) % 100:
        raise ValueError(following)
    return _span(int(year), 4, 12)


def _days(
    first: str, month: str, year: str | None, last: str, last_month: str, last_year: str
) -> tuple[date, date]:
    start = date(int(year or last_year), _named(month), int(first))
    return start, date(int(last_year), _named(last_month), int(last))


_M = r"([a-z]{3,9})\.?"
_TO = r"\s?(?:-|–|to)\s?"
_GRAMMAR = (
    (r"(\d{4})", lambda y: _span(int(y), 1, 12)),
    (r"(\d{4})[-/–](\d{2}|\d{4})", _financial),
    (r"(\d{4})[ -]?H([12])", lambda y, h: _span(int(y), 6 * int(h) - 5, 6)),
    (r"H([12])[ -]?(\d{4})", lambda h, y: _span(int(y), 6 * int(h) - 5, 6)),
    (r"(\d{4})[ -]?Q([1-4])", lambda y, q: _span(int(y), 3 * int(q) - 2, 3)),
    (r"Q([1-4])[ -]?(\d{4})", lambda q, y: _span(int(y), 3 * int(q) - 2, 3)),
    (rf"{_M} (\d{{4}})", lambda m, y: _span(int(y), _named(m), 1)),
    (rf"{_M}(?: (\d{{4}}))?{_TO}{_M} (\d{{4}})", _months),
    (r"([a-z]{3})(\d{2})([a-z]{3})(\d{2})", _months),
    (r"(\d{4}-\d\d-\d\d)", lambda d: (date.fromisoformat(d),) * 2),
    (
        rf"(\d{{4}}-\d\d-\d\d){_TO}(\d{{4}}-\d\d-\d\d)",
        lambda a, b: (date.fromisoformat(a), date.fromisoformat(b)),
    ),
    (rf"(\d{{1,2}}) {_M}(?: (\d{{4}}))?{_TO}(\d{{1,2}}) {_M} (\d{{4}})", _days),
    (r"from (\d{4}-\d\d-\d\d)", lambda d: (date.fromisoformat(d), None)),
    (r"to (\d{4}-\d\d-\d\d)", lambda d: (None, date.fromisoformat(d))),
    (r"not stated", lambda: (None, None)),
)
