"""Charts as data: figures and breaks in, panels with walls out. A page's table draws them.

Nothing here joins, adds or compares across a break: panels end at walls, and the text alternative
speaks of one panel at a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10

from portal.core.comparison import breaks_between
from portal.core.observations import TOTAL
from portal.core.vocabulary import Break, Vocabulary
from portal.publish.columns import (
    MOST_COLUMNS,
    MOST_NUMBERS,
    STEPS,
    Column,
    drawn,
    laid_out,
    nice_top,
    reach,
    short_label,
)
from portal.store.reading.figures import Figure

__all__ = ["Chart", "Column", "Decades", "Panel", "chart", "decades", "short_label", "stylesheet"]

# More columns than this are too narrow for a label such as `2013 H1` on one line.
MOST_LONG = 10
# More than this, and numbers of six digits meet unless they are set smaller.
MOST_WIDE = 13
LETTERS = "abcdefghijklmnopqrstuvwxyz"
KINDS = {
    "number": "counted",
    "projected": "partly projected",
    "odd": "a period of another length",
    "second-hand": "known from a second-hand source only",
    "approximate": "about",
    "band": "a band, drawn from its low to its high end",
    "open": "at least: how much more is not known",
    "doubtful": "doubtful",
    "disputed": "another source says otherwise",
    "missing": "no figure in hand",
}


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
    notes: tuple[str, ...] = ()

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
    def many(self) -> bool:
        """True when columns are narrow, but each still carries its number."""
        return len(self.columns) > MOST_WIDE and not self.dense

    @property
    def stacked(self) -> bool:
        """True when labels such as `2013 H1` are wider than their columns: the half goes below."""
        return len(self.columns) > MOST_LONG and any(len(c.label) > 5 for c in self.columns)

    @property
    def lines(self) -> int:
        """How many lines the labels below the columns need."""
        details = [len([part for part in (c.detail, c.sources > 1) if part]) for c in self.columns]
        return 1 + (self.stacked and not self.dense) + max(details, default=0)

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
    filled, beside = laid_out(figures, years, preferred)
    highest = max((reach(c) for c in filled), default=0)
    # A dense chart has a scale beside it; else the numbers stand on the columns.
    high = top or (nice_top(highest) if len(filled) > MOST_NUMBERS else highest) or 1
    panels = _panels(filled, high, rules)
    first = next((c.figure for c in filled if c.figure), figures[0] if figures else None)
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


def _sources(figures: Iterable[Figure]) -> tuple[tuple[str, str, str], ...]:
    return tuple({f.source: (f.source, f.publisher, f.source_title) for f in figures}.values())


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


def _split_gaps(held: list[Column], crossed: Sequence[Break]) -> tuple[list[Column], list[Column]]:
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
    return Panel(title, unit, tuple(drawn(c, top) for c in columns), walls)


@dataclass(frozen=True, slots=True)
class Decades:
    """A scale of amounts on which each step to the right is ten times more; it has no zero."""

    low: float
    high: float

    def at(self, amount: float) -> int:
        """Where an amount stands, in steps of the stylesheet; below the scale is its left end."""
        if amount <= self.low:
            return 0
        low, high = log10(self.low), log10(self.high)
        return min(STEPS, round(STEPS * (log10(amount) - low) / (high - low)))

    @property
    def ticks(self) -> list[tuple[int, float]]:
        """The whole tens of the scale and where they stand."""
        count = round(log10(self.high) - log10(self.low))
        amounts = [self.low * 10**step for step in range(count + 1)]
        return [(self.at(amount), amount) for amount in amounts]


def decades(amounts: Iterable[float]) -> Decades:
    """A scale that holds all amounts above zero; from 1 to 10 when there are none."""
    held = [amount for amount in amounts if amount > 0]
    low = floor(log10(min(held, default=1)))
    high = ceil(log10(max(held, default=10)))
    return Decades(10.0**low, 10.0 ** max(high, low + 1))


def stylesheet() -> str:
    """The steps that charts are drawn in: heights, starts and numbers of columns as classes."""
    lines = ["/* Made by portal.publish.charts.stylesheet; scripts/steps writes it. */"]
    for name in ("h", "b"):
        lines += [f".{name}{i}{{--{name}:{i / STEPS:.4g}}}" for i in range(STEPS + 1)]
    lines += [f".n{i}{{--n:{i}}}" for i in range(1, MOST_COLUMNS + 1)]
    lines += [f".w{i}{{--w:{i}}}" for i in range(13)]
    lines += [f".l{i}{{--lines:{i}}}" for i in range(1, 6)]
    return "\n".join(lines) + "\n"
