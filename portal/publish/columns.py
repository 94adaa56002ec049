"""The columns of a chart: which figures follow each other, what is missing, how each is drawn."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from math import floor, log10

from portal.core.periods import MONTHS, Period
from portal.store.reading.figures import Figure

# Heights and starts are written as classes h0 to h400: no inline style, so a strict policy holds.
STEPS = 400
MOST_COLUMNS = 60
# More columns than this are too narrow for every number to be printed on top.
MOST_NUMBERS = 22
NOT_IN_HAND = "not in hand"
# A longer gap is one column that says how many periods it stands for.
MOST_GAPS = 8
MONTHS_OF = {"year": 12, "financial_year": 12, "july_year": 12, "half": 6, "quarter": 3, "month": 1}
# Statuses that change how a column is drawn; the others show by their mark.
DRAWN_STATUS = {
    "projected": "projected",
    "approximate": "approximate",
    "estimated": "approximate",
    "provisional": "approximate",
    "doubtful": "doubtful",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One period of one panel: the figure drawn, what disputes it, and how it is drawn."""

    label: str
    period: str
    detail: str
    figure: Figure | None
    others: tuple[Figure, ...] = ()
    agreeing: tuple[Figure, ...] = ()
    kinds: tuple[str, ...] = ()
    bottom: int = 0
    height: int = 0
    ticks: tuple[int, ...] = ()
    why: str = ""
    shows_label: bool = True
    shows_value: bool = True

    @property
    def sources(self) -> int:
        """How many sources print this same value."""
        return len({f.source for f in self.agreeing})


def laid_out(
    figures: Sequence[Figure], years: tuple[int, int] | None, preferred: Iterable[str]
) -> tuple[list[Column], list[Figure]]:
    """Return a column for each period, gaps included, and the figures that have no place there."""
    drawn, beside = _lane(figures)
    wanted = frozenset(preferred)
    columns = [_column(list(group), wanted) for _, group in groupby(drawn, key=_when)]
    return thinned(_with_gaps(columns, years)), beside


def _when(figure: Figure) -> tuple[str, str, str]:
    return figure.measure, figure.start or "", figure.end or ""


def _lane(figures: Sequence[Figure]) -> tuple[list[Figure], list[Figure]]:
    """Split figures into those that follow each other and those that overlap them or lack days."""
    dated = [f for f in figures if f.start and f.end]
    usual = Counter(f.period_kind for f in dated).most_common(1)
    main = usual[0][0] if usual else ""
    # Several payments of one day, one file: none disputes the other, and none stands for the day.
    rows = Counter((f.start, f.end, f.measure, f.source) for f in dated if f.kind == "money")
    dated = [f for f in dated if rows[f.start, f.end, f.measure, f.source] < 2 or main != "day"]
    drawn = [f for f in dated if f.period_kind == main != "span"]
    longest = 2 * max((_days(f) for f in drawn or dated), default=0)
    for figure in [f for f in dated if f.period_kind != main or main == "span"]:
        same = [f for f in drawn if (f.start, f.end) == (figure.start, figure.end)]
        clear = all(figure.end < f.start or figure.start > f.end for f in drawn)
        if _days(figure) <= longest and (same or clear):
            drawn.append(figure)
    drawn = sorted(drawn, key=lambda f: (f.start, f.end, f.measure))[-MOST_COLUMNS:]
    held = {f.id for f in drawn}
    return drawn, [f for f in figures if f.id not in held]


def _days(figure: Figure) -> int:
    return figure.days.days or 0


def _weight(figure: Figure, preferred: frozenset[str]) -> tuple[bool, bool, bool, bool]:
    return (
        figure.id not in preferred,
        figure.is_missing,
        figure.status == "doubtful",
        figure.is_second_hand,
    )


def _column(same: list[Figure], preferred: frozenset[str]) -> Column:
    """One period: the best attested value is drawn, a different one is kept as a dispute."""
    first = min(same, key=lambda f: _weight(f, preferred))
    agreeing = [f for f in same if _value(f) == _value(first)]
    others = [f for f in same if _value(f) != _value(first) and not f.is_missing]
    return Column(
        label=short_label(first.days),
        period=first.period,
        detail=length_note(first.days),
        figure=first,
        others=tuple(others),
        agreeing=tuple(agreeing),
        kinds=_kinds(first, agreeing, others),
    )


def _value(figure: Figure) -> tuple[float | None, float | None, float | None]:
    return figure.value, figure.low, figure.high


def _kinds(figure: Figure, agreeing: Sequence[Figure], others: Sequence[Figure]) -> tuple[str, ...]:
    if figure.is_missing:
        return ("missing",)
    found: list[str] = []
    if figure.value is None:
        # "At most 400" may be anything from nothing on: a band. "At least" has no upper end.
        found.append("open" if figure.high is None else "band")
    if figure.status in DRAWN_STATUS:
        found.append(DRAWN_STATUS[figure.status])
    if figure.period_kind == "span":
        found.append("odd")
    if all(f.is_second_hand for f in agreeing):
        found.append("second-hand")
    return (*(found or ["number"]), *(["disputed"] if others else []))


def _with_gaps(columns: list[Column], years: tuple[int, int] | None) -> list[Column]:
    """Put an empty column, named as missing, for each whole period that no figure covers."""
    kinds = Counter(c.figure.period_kind for c in columns if c.figure)
    kinds = Counter({k: n for k, n in kinds.items() if k in MONTHS_OF})
    if not kinds or not columns:
        return columns
    main = kinds.most_common(1)[0][0]
    spans = [c.figure.days for c in columns if c.figure]
    filled: list[Column] = []
    cursor = date(years[0], 1, 1) if years else None
    for column, span in zip(columns, spans, strict=True):
        if cursor and span.start:
            filled += _gaps(whole_periods(main, cursor, span.start - timedelta(days=1)))
        filled.append(column)
        cursor = max(cursor or date.min, (span.end or date.min) + timedelta(days=1))
    if years and cursor:
        filled += _gaps(whole_periods(main, cursor, date(years[1], 12, 31)))
    return filled


def _gaps(periods: list[Period]) -> list[Column]:
    """Each missing period by itself, or one column with their number when they are many."""
    if len(periods) <= MOST_GAPS:
        return [_gap(period) for period in periods]
    first, last = periods[0], periods[-1]
    label = f"{short_label(first)} to {short_label(last)}"
    why = f"{len(periods)} periods {NOT_IN_HAND}"
    return [Column(label, label, "", None, kinds=("missing",), why=why)]


def _gap(period: Period) -> Column:
    label = short_label(period)
    return Column(label, label, "", None, kinds=("missing",), why=NOT_IN_HAND)


def whole_periods(kind: str, first: date, last: date) -> list[Period]:
    """Return the whole periods of a kind that lie between two days, both included."""
    size = MONTHS_OF[kind]
    offset = {"financial_year": 3, "july_year": 6}.get(kind, 0)
    at = (first.year * 12 + first.month - 1 - offset + (first.day > 1) + size - 1) // size * size
    found: list[Period] = []
    while True:
        start, after = _month(at + offset), _month(at + offset + size)
        if after - timedelta(days=1) > last:
            return found
        found.append(Period(start, after - timedelta(days=1)))
        at += size


def _month(count: int) -> date:
    return date(count // 12, count % 12 + 1, 1)


def short_label(period: Period) -> str:
    """The label below a column: `2013`, `2008–09`, `2013 H1`, `2005–06`."""
    start, end = period.start, period.end
    if not (start and end):
        return period.label
    if period.kind == "year":
        return f"{start.year}"
    if period.kind == "half":
        return f"{start.year} H{1 if start.month == 1 else 2}"
    if period.kind == "quarter":
        return f"{start.year} Q{(start.month + 2) // 3}"
    if period.kind in ("month", "day"):
        of = f"{start.day} " if period.kind == "day" else ""
        return f"{of}{MONTHS[start.month - 1][:3].title()} {start.year}"
    return f"{start.year}" if start.year == end.year else f"{start.year}–{end.year % 100:02d}"


def length_note(period: Period) -> str:
    """How long a period is when it is no usual one: `15 months`, `265 days`."""
    if period.kind != "span":
        return ""
    if period.days and period.days > 800:
        return f"about {round(period.days / 365.25)} years"
    return f"{period.months} months" if period.months else f"{period.days} days"


def reach(column: Column) -> float:
    """The highest number of a column, bounds and disputing values included."""
    bounds = [n for f in _all(column) for n in _value(f) if n is not None]
    return max((float(n) for n in bounds), default=0.0)


def _all(column: Column) -> list[Figure]:
    return [*([column.figure] if column.figure else []), *column.others]


def nice_top(highest: float) -> float:
    """The top of the scale: the next round number that four lines divide well."""
    if highest <= 0:
        return 1.0
    size = 10.0 ** floor(log10(highest))
    steps = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
    return next(size * step for step in steps if size * step >= highest * 0.9999)


def step(value: float | None, top: float) -> int:
    """A value as one of the steps of the stylesheet, never above the top."""
    return max(0, min(STEPS, round(STEPS * float(value or 0) / top))) if top else 0


def drawn(column: Column, top: float) -> Column:
    """The same column with its place on the scale, in steps of the stylesheet."""
    figure = column.figure
    if figure is None or figure.is_missing:
        return column
    low, high = figure.low, figure.high
    if figure.value is not None:
        bottom, height = 0, step(abs(figure.value), top)
    elif low is not None and high is not None:
        bottom, height = step(low, top), max(1, step(high, top) - step(low, top))
    else:
        bottom, height = 0, step(high if low is None else low, top)
    ticks = tuple(step(reach(Column("", "", "", f)), top) for f in column.others)
    return replace(column, bottom=bottom, height=height, ticks=ticks)


def thinned(columns: list[Column]) -> list[Column]:
    """Choose which labels and numbers are printed when columns are many; the table keeps all."""
    if len(columns) <= MOST_NUMBERS:
        return columns
    every = -(-len({c.label[:4] for c in columns}) // 14)
    seen: list[str] = []
    best = {max(columns, key=reach).label, columns[-1].label, columns[0].label}
    thinned = []
    for column in columns:
        year = column.label[:4]
        new = year not in seen
        seen += [year] if new else []
        shows = new and (len(seen) - 1) % every == 0
        kept = column.label in best or bool(column.others)
        thinned.append(replace(column, shows_label=shows, shows_value=kept))
    return thinned
