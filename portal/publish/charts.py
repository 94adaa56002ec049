"""Charts as data: figures and breaks in, panels with walls out. A page's table draws them.

Nothing here joins, adds or compares across a break: panels end at walls, and `describe` speaks of
one panel at a time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from math import floor, log10

from portal.core.comparison import breaks_between
from portal.core.observations import TOTAL
from portal.core.periods import MONTHS, Period
from portal.core.vocabulary import Break, Vocabulary
from portal.store.reading.figures import Figure

# Heights and starts are written as classes h0 to h400: no inline style, so a strict policy holds.
STEPS = 400
LETTERS = "abcdefghijklmnopqrstuvwxyz"
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
KINDS = {
    "number": "counted",
    "projected": "partly projected",
    "odd": "a period of another length",
    "second-hand": "known from a second-hand source only",
    "approximate": "about",
    "band": "a band, drawn from its low to its high end",
    "open": "a bound: at least, or at most",
    "doubtful": "doubtful",
    "disputed": "another source says otherwise",
    "missing": "no figure in hand",
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


@dataclass(frozen=True, slots=True)
class Panel:
    """Columns that may stand on one line: one measure, no break between them."""

    title: str
    unit: str
    columns: tuple[Column, ...]
    walls: tuple[Break, ...] = ()

    @property
    def wall(self) -> str:
        """What stands on the wall in front of this panel."""
        return " · ".join(b.title for b in self.walls)


@dataclass(frozen=True, slots=True)
class Group:
    """Panels of one measure: inner walls part them, their title stands once."""

    title: str
    unit: str
    panels: tuple[Panel, ...]

    @property
    def size(self) -> int:
        """How many columns it holds."""
        return sum(len(panel.columns) for panel in self.panels)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with everything that must stay with it."""

    id: str
    headline: str
    statistic: str
    side: str
    panels: tuple[Panel, ...]
    breaks: tuple[Break, ...]
    top: float
    ticks: tuple[tuple[int, float], ...]
    unit: str
    kind: str
    symbol: str
    beside: tuple[Figure, ...] = ()
    sources: tuple[tuple[str, str, str], ...] = ()
    csv: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def columns(self) -> list[Column]:
        """All columns in order of time."""
        return [c for panel in self.panels for c in panel.columns]

    @property
    def groups(self) -> list[Group]:
        """Panels that follow each other with one title."""
        found = groupby(self.panels, key=lambda panel: (panel.title, panel.unit))
        return [Group(title, unit, tuple(panels)) for (title, unit), panels in found]

    def letters(self, panel: Panel) -> str:
        """The letters of the breaks on the wall in front of a panel: `a`, `b c`."""
        ids = [b.id for b in self.breaks]
        return " ".join(LETTERS[ids.index(b.id) % len(LETTERS)] for b in panel.walls)

    @property
    def key(self) -> list[tuple[str, str]]:
        """The legend: only what is really drawn."""
        drawn = {kind for c in self.columns for kind in c.kinds}
        return [(kind, words) for kind, words in KINDS.items() if kind in drawn]

    @property
    def marks(self) -> list[str]:
        """The marks that stand beside figures of this chart."""
        drawn = [f for c in self.columns for f in (c.figure, *c.others) if f]
        return sorted({mark for figure in drawn for mark in figure.marks.split()})

    @property
    def dense(self) -> bool:
        """True when the columns are too narrow for their numbers."""
        return len(self.columns) > MOST_NUMBERS

    @property
    def lines(self) -> int:
        """How many lines the labels below the columns need."""
        details = [len([part for part in (c.detail, c.sources > 1) if part]) for c in self.columns]
        return 1 + max(details, default=0)

    @property
    def disputes(self) -> list[Column]:
        """Columns that another source disputes."""
        return [c for c in self.columns if c.others]


def chart(
    id: str,
    figures: Sequence[Figure],
    rules: Vocabulary,
    *,
    headline: str = "",
    statistic: str = "",
    years: tuple[int, int] | None = None,
    preferred: Iterable[str] = (),
    top: float | None = None,
    csv: str = "",
    notes: Sequence[str] = (),
) -> Chart:
    """Lay out figures that follow each other in time; what overlaps goes `beside` the chart."""
    drawn, beside = _lane(figures)
    wanted = frozenset(preferred)
    columns = [_column(list(group), wanted) for _, group in groupby(drawn, key=_when)]
    filled = _with_gaps(columns, years)
    highest = max((_reach(c) for c in filled), default=0)
    # A dense chart has a scale beside it; else the numbers stand on the columns.
    high = top or (nice_top(highest) if len(filled) > MOST_NUMBERS else highest) or 1
    panels = _panels(_thinned(filled), high, rules)
    first = drawn[0] if drawn else figures[0] if figures else None
    return Chart(
        id=id,
        headline=headline,
        statistic=statistic,
        side=first.side if first else "other",
        panels=panels,
        breaks=tuple({b.id: b for p in panels for b in p.walls}.values()),
        top=high,
        ticks=tuple((round(STEPS * part / 4), high * part / 4) for part in range(5)),
        unit=first.many if first else "",
        kind=first.kind if first else "count",
        symbol=first.symbol if first else "",
        beside=tuple(beside),
        sources=_sources(figures),
        csv=csv,
        notes=tuple(notes),
    )


def _when(figure: Figure) -> tuple[str, str, str]:
    return figure.measure, figure.start or "", figure.end or ""


def _sources(figures: Iterable[Figure]) -> tuple[tuple[str, str, str], ...]:
    return tuple({f.source: (f.source, f.publisher, f.source_title) for f in figures}.values())


def _lane(figures: Sequence[Figure]) -> tuple[list[Figure], list[Figure]]:
    """Split figures into those that follow each other and those that overlap them or lack days."""
    dated = [f for f in figures if f.start and f.end]
    usual = Counter(f.period_kind for f in dated).most_common(1)
    main = usual[0][0] if usual else ""
    drawn = [f for f in dated if f.period_kind == main]
    longest = 2 * max((_days(f) for f in drawn), default=0)
    for figure in dated:
        same = [f for f in drawn if (f.start, f.end) == (figure.start, figure.end)]
        clear = all(figure.end < f.start or figure.start > f.end for f in drawn)
        if figure not in drawn and _days(figure) <= longest and (same or clear):
            drawn.append(figure)
    drawn = sorted(drawn, key=lambda f: (f.start, f.end, f.measure))[-MOST_COLUMNS:]
    return drawn, [f for f in figures if f not in drawn]


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
    """One period: the value that most deserves it is drawn, a different one is kept as a dispute."""
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


def _kinds(
    figure: Figure, agreeing: Sequence[Figure], others: Sequence[Figure]
) -> tuple[str, ...]:
    if figure.is_missing:
        return ("missing",)
    found = []
    if figure.value is None:
        both = figure.low is not None and figure.high is not None
        found.append("band" if both else "open")
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
    found = []
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
        return f"{MONTHS[start.month - 1][:3].title()} {start.year}"
    return f"{start.year}" if start.year == end.year else f"{start.year}–{end.year % 100:02d}"


def length_note(period: Period) -> str:
    """How long a period is when it is no usual one: `15 months`, `265 days`."""
    if period.kind != "span":
        return ""
    if period.days and period.days > 800:
        return f"about {round(period.days / 365.25)} years"
    return f"{period.months} months" if period.months else f"{period.days} days"


def _reach(column: Column) -> float:
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


def _drawn(column: Column, top: float) -> Column:
    figure = column.figure
    if figure is None or figure.is_missing:
        return column
    low, high = figure.low, figure.high
    if figure.value is not None:
        bottom, height = 0, step(abs(figure.value), top)
    elif low is not None and high is not None:
        bottom, height = step(low, top), max(1, step(high, top) - step(low, top))
    else:
        bottom, height = 0, step(low if low is not None else high, top)
    ticks = tuple(step(_reach(Column("", "", "", f)), top) for f in column.others)
    return replace(column, bottom=bottom, height=height, ticks=ticks)


def _thinned(columns: list[Column]) -> list[Column]:
    """Choose which labels and numbers are printed when columns are many: none is lost in the table."""
    if len(columns) <= MOST_NUMBERS:
        return columns
    every = -(-len({c.label[:4] for c in columns}) // 14)
    seen: list[str] = []
    best = {max(columns, key=_reach).label, columns[-1].label, columns[0].label}
    thinned = []
    for column in columns:
        year = column.label[:4]
        new = year not in seen
        seen += [year] if new else []
        shows = new and (len(seen) - 1) % every == 0
        kept = column.label in best or bool(column.others)
        thinned.append(replace(column, shows_label=shows, shows_value=kept))
    return thinned


def _panels(columns: Sequence[Column], top: float, rules: Vocabulary) -> tuple[Panel, ...]:
    """Cut the row of columns wherever a break or another measure begins."""
    panels: list[Panel] = []
    held: list[Column] = []
    walls: tuple[Break, ...] = ()
    last: Figure | None = None
    for column in columns:
        figure = column.figure
        if figure and last:
            crossed = breaks_between(last.observation, figure.observation, rules)
            if crossed or _line(figure) != _line(last):
                held, tail = _split_gaps(held, crossed)
                panels.append(_panel(held, top, walls))
                held, walls = tail, tuple(crossed)
        held.append(column)
        last = figure or last
    return (*panels, _panel(held, top, walls)) if held else tuple(panels)


def _line(figure: Figure) -> tuple[str, str, str, str, str]:
    return figure.measure, figure.requester, figure.holder, figure.area, figure.breakdown


def _split_gaps(
    held: list[Column], crossed: Sequence[Break]
) -> tuple[list[Column], list[Column]]:
    """Missing periods stand on the side of the wall on which they lie in time."""
    day = min((b.date for b in crossed), default=None)
    tail: list[Column] = []
    while held and held[-1].figure is None and day and held[-1].label[:4] >= str(day.year):
        tail.insert(0, held.pop())
    return held, tail


def _panel(columns: Sequence[Column], top: float, walls: tuple[Break, ...]) -> Panel:
    figure = next((c.figure for c in columns if c.figure), None)
    if figure is None:
        return Panel("", "", tuple(columns), walls)
    whole = figure.breakdown == TOTAL
    title = f"{figure.many[:1].upper()}{figure.many[1:]}" if whole else figure.breakdown_label
    unit = figure.measure_label if whole else figure.many
    return Panel(title, unit, tuple(_drawn(c, top) for c in columns), walls)


def describe(chart: Chart, text: Mapping[str, str]) -> str:
    """The chart in words, computed. `text` gives each figure's value as the page prints it.

    Speaks of one panel at a time: it never compares across a break or across lengths of period.
    """
    held = [c for c in chart.columns if c.figure and not c.figure.is_missing]
    if not held:
        return "The chart holds no figure."
    parts = [f"{len(held)} figures, {held[0].period} to {held[-1].period}."]
    if len(held) == 1:
        parts = [f"One figure, for {held[0].period}: {text[held[0].figure.id]}."]  # type: ignore[union-attr]
    for panel in chart.panels if len(held) > 1 else ():
        parts += [f"Break: {b.title} ({b.date})." for b in panel.walls]
        parts.append(_panel_words(panel, text, named=len(chart.panels) > 1))
    gaps = [c.label for c in chart.columns if not c.figure or c.figure.is_missing]
    if gaps:
        parts.append(f"No figure in hand for {', '.join(gaps)}.")
    if chart.disputes:
        parts.append(f"Disputed: {', '.join(c.label for c in chart.disputes)}.")
    return " ".join(part for part in parts if part)


def _panel_words(panel: Panel, text: Mapping[str, str], named: bool) -> str:
    held = [c for c in panel.columns if c.figure and not c.figure.is_missing]
    usual = [c for c in held if not c.detail] or held
    if not held:
        return ""
    name = f"{panel.title}, {panel.unit}: " if named else ""
    if len(usual) == 1 or len({_reach(c) for c in usual}) == 1:
        return name + "; ".join(f"{c.label} {text[c.figure.id]}" for c in held if c.figure) + "."
    low = min(usual, key=_reach)
    high = max(usual, key=_reach)
    said = f"lowest {_named(low, text)}, highest {_named(high, text)}"
    odd = [f"{_named(c, text)} over {c.detail}" for c in held if c.detail and c not in usual]
    return name + "; ".join([said, *odd]) + "."


def _named(column: Column, text: Mapping[str, str]) -> str:
    return f"{text[column.figure.id]} in {column.label}" if column.figure else column.label


def stylesheet() -> str:
    """The steps that charts are drawn in: heights, starts and numbers of columns as classes."""
    lines = ["/* Made by portal.publish.charts.stylesheet; scripts/steps writes it. */"]
    for name in ("h", "b"):
        lines += [f".{name}{i}{{--{name}:{i / STEPS:.4g}}}" for i in range(STEPS + 1)]
    lines += [f".n{i}{{--n:{i}}}" for i in range(1, MOST_COLUMNS + 1)]
    lines += [f".w{i}{{--w:{i}}}" for i in range(13)]
    lines += [f".l{i}{{--lines:{i}}}" for i in range(1, 5)]
    return "\n".join(lines) + "\n"
