"""Charts of an edition for any page: a series, a chain, or figures a page already holds."""

import sqlite3
from collections.abc import Sequence

from portal.core.observations import TOTAL
from portal.publish.charts import Chart, chart, short_label
from portal.store.reading import trends
from portal.store.reading.figures import Figure, preferred, rules, series_figures
from portal.web.rendering import day, lower_first, unit_words, value_text

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def figures_chart(
    db: sqlite3.Connection,
    id: str,
    figures: Sequence[Figure],
    headline: str = "",
    statistic: str = "",
    *,
    years: tuple[int, int] | None = None,
    top: float | None = None,
    csv: str = "",
    notes: Sequence[str] = (),
) -> Chart:
    """Draw figures in hand; headline and statistical title are computed unless given."""
    return chart(
        id,
        figures,
        rules(db, figures),
        headline=headline or newest_words(figures),
        statistic=statistic or statistical_title(figures),
        years=years,
        preferred=preferred(db),
        top=top,
        csv=csv,
        notes=notes,
    )


def series_chart(
    db: sqlite3.Connection, series: str, headline: str = "", **given: object
) -> Chart | None:
    """Draw one series; None when the edition does not hold it."""
    figures = series_figures(db, series)
    if not figures:
        return None
    csv = f"/trends.csv?s={series}"
    return figures_chart(db, f"s-{series}", figures, headline, csv=csv, **given)  # type: ignore[arg-type]


def chain_chart(db: sqlite3.Connection, id: str) -> Chart | None:
    """Draw a chain of measures, each in its own panels; None when there is no such chain."""
    row = trends.chain(db, id)
    figures = trends.chain_figures(db, id) if row else []
    if not row or not figures:
        return None
    measures = list(dict.fromkeys(f.measure for f in figures))
    ways = SMALL[len(measures)] if len(measures) < len(SMALL) else str(len(measures))
    return figures_chart(
        db,
        f"chain-{id}",
        figures,
        headline=f"{ways.title()} ways of counting, no single line",
        statistic=f"{row['label']}, {figures[0].area_label}, {row['first']} to {row['last']}; "
        "each panel in its own unit",
        years=(row["first"], row["last"]),
        csv=f"/trends.csv?chain={id}",
        notes=(
            "Heights follow the printed numbers. Columns in different panels count different "
            "things: neither a rise nor a fall can be read from one panel to the next.",
        ),
    )


def newest(figures: Sequence[Figure]) -> Figure | None:
    """The newest figure that has a value, a sound one before a doubtful one."""
    held = [f for f in figures if not f.is_missing]
    sound = [f for f in held if f.status != "doubtful"] or held
    return max(sound, key=lambda f: (f.end or f.start or "", not f.is_second_hand), default=None)


def newest_words(figures: Sequence[Figure]) -> str:
    """A headline that claims nothing but the newest figure."""
    figure = newest(figures)
    if figure is None:
        return "No figure in hand"
    money = figure.kind == "money"
    words = f"{value_text(figure, short=money)} {unit_words(figure)}".strip()
    words = words[:1].upper() + words[1:]
    if figure.period_kind == "open" and not (figure.start or figure.end):
        return f"{words}, period not stated"
    if figure.period_kind == "day":
        return f"{words} on {day(figure.start)}"
    if figure.period_kind in ("span", "open"):
        return f"{words}, {figure.period}"
    return f"{words} in {short_label(figure.days)}"


def statistical_title(figures: Sequence[Figure]) -> str:
    """What is counted, in which unit, by whom, of whom, where, and from when to when."""
    if not figures:
        return ""
    first, last = figures[0], max(figures, key=lambda f: (f.end or "", f.start or ""))
    measures = list(dict.fromkeys(f.measure_label for f in figures))
    parts = ["; ".join(measures)]
    parts += [first.requester_label] if first.requester != TOTAL else []
    parts += [f"asked of {first.holder_label}"] if _one(figures, "holder") else []
    same = len({f.breakdown for f in figures}) == 1
    parts += [lower_first(first.breakdown_label)] if same and first.breakdown != TOTAL else []
    spans = list(dict.fromkeys(short_label(f.days) for f in (first, last)))
    span = " to ".join(spans)
    named = ", ".join([*parts, first.area_label, span])
    units = list(dict.fromkeys(f.many for f in figures))
    return f"{named}. {'Unit' if len(units) == 1 else 'Units, never mixed'}: {', '.join(units)}."


def _one(figures: Sequence[Figure], role: str) -> bool:
    return {getattr(f, role) for f in figures} != {TOTAL}
