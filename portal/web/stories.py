"""What each story page holds: one dataclass a page, filled from the edition."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from portal.core.comparison import reasons_against
from portal.core.observations import TOTAL
from portal.publish.alternatives import runs
from portal.publish.charts import Chart
from portal.store.reading import law, totals, trends
from portal.store.reading.figures import Figure, rules, series_figures, total_figures
from portal.web.charting import chain_chart, figures_chart, newest, series_chart

LEAD = "cd_items"
MOST_SERIES = 6


@dataclass(frozen=True, slots=True)
class Home:
    """The question a visitor has, each part with its newest figure."""

    lead: Figure | None
    later: Figure | None
    missing: str
    missing_count: int
    national: Chart | None
    power: Figure | None
    bodies: sqlite3.Row
    companies: list[Figure]
    company_count: int
    company_chart: Chart | None
    authority_chart: Chart | None
    law: sqlite3.Row | None
    grants: tuple[Figure, Figure] | None
    errors: Figure | None
    changes: list[sqlite3.Row]
    counts: sqlite3.Row


def home(db: sqlite3.Connection) -> Home:
    """Fill the home page."""
    national = chain_chart(db, "national")
    lead = newest(total_figures(db, LEAD))
    held = [c.figure for c in national.columns if c.figure] if national else []
    later = newest(held)
    gaps = [c.label for c in national.columns if c.figure is None] if national else []
    companies = totals.newest_of_companies(db)
    errors = totals.topic_figures(db, "errors", "errors_reported")
    return Home(
        lead=lead,
        later=later if later and lead and later.id != lead.id else None,
        missing=runs(gaps),
        missing_count=len(gaps),
        national=national,
        power=newest(totals.authorities_using_power(db)),
        bodies=totals.named_bodies(db),
        companies=_newest_of_each(companies),
        company_count=len({f.holder for f in companies}),
        company_chart=_company_chart(db),
        authority_chart=_authority_chart(db),
        law=law.in_force(db, "GB"),
        grants=_grants(db),
        errors=newest([f for f in errors if f.breakdown == TOTAL and f.requester == TOTAL]),
        changes=totals.newest_changes(db),
        counts=totals.counts(db),
    )


def _newest_of_each(figures: Sequence[Figure]) -> list[Figure]:
    """What each company says of the newest period in hand, all parts when there is no total."""
    found = []
    for _, group in groupby(figures, key=lambda f: f.holder):
        held = list(group)
        last = max(f.end for f in held)
        newest_ones = [f for f in held if f.end == last]
        found += [f for f in newest_ones if f.breakdown == TOTAL] or newest_ones
    return sorted(found, key=lambda f: (f.end, f.holder_label), reverse=True)


def _company_chart(db: sqlite3.Connection) -> Chart | None:
    """The company with the longest series of requests from the United Kingdom."""
    shown = totals.longest_company(db, [TOTAL, "legal_process=legal_requests"])
    if not shown:
        return None
    return figures_chart(
        db,
        "company",
        shown,
        headline=f"What {shown[0].holder_label} says it received",
        csv=f"/trends.csv?s={shown[0].series}",
    )


def _authority_chart(db: sqlite3.Connection) -> Chart | None:
    figures = [*total_figures(db, "cd_notices"), *total_figures(db, "cd_items")]
    if not figures:
        return None
    title = "What public authorities say they obtained"
    return figures_chart(db, "authority", figures, title, csv="/trends.csv?chain=national")


def _grants(db: sqlite3.Connection) -> tuple[Figure, Figure] | None:
    found = totals.topic_figures(db, "cost", "retention_grants")
    yearly = [f for f in found if f.period_kind == "financial_year" and f.breakdown == TOTAL]
    return (yearly[0], yearly[-1]) if yearly else None


@dataclass(frozen=True, slots=True)
class Trends:
    """A measure, its series, and the one that is drawn."""

    topics: list[tuple[str, list[sqlite3.Row]]]
    chains: list[sqlite3.Row]
    measure: sqlite3.Row | None
    chain: sqlite3.Row | None
    choices: dict[str, list[trends.Choice]]
    series: sqlite3.Row | None
    others: list[sqlite3.Row]
    chart: Chart | None
    figures: list[Figure]
    found_none: bool


def trends_page(
    db: sqlite3.Connection, measure: str = "", chain: str = "", **wanted: str
) -> Trends:
    """Fill the page of trends for a measure or a chain, or offer all."""
    row = trends.measure(db, measure) if measure else None
    if chain:
        chart = chain_chart(db, chain)
        return Trends(
            trends.measures(db), trends.chains(db), None, trends.chain(db, chain), {}, None, [],
            chart, trends.chain_figures(db, chain), chart is None,
        )  # fmt: skip
    if row is None:
        return Trends(
            trends.measures(db), trends.chains(db), None, None, {}, None, [], None, [],
            bool(measure),
        )  # fmt: skip
    rows = trends.series_of(db, measure)
    parts = {part: code for part, code in wanted.items() if code}
    fitting = [r for r in rows if all(r[part] == code for part, code in parts.items())]
    chosen = fitting[0] if fitting else None
    chart = series_chart(db, chosen["id"]) if chosen else None
    figures = series_figures(db, chosen["id"]) if chosen else []
    others = [r for r in fitting if r is not chosen] or [r for r in rows if r is not chosen]
    return Trends(
        trends.measures(db), trends.chains(db), row, None, trends.choices(rows, chosen), chosen,
        others[:60], chart, figures, chosen is None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One series of a comparison, with the address that takes it out."""

    series: sqlite3.Row
    chart: Chart
    without: str


@dataclass(frozen=True, slots=True)
class Compare:
    """Series side by side, and why they must not be compared."""

    sides: list[Side]
    reasons: list[str]
    same_scale: bool
    query: str
    found: list[tuple[sqlite3.Row, str]]
    full: bool
    unknown: list[str]
    address: str


def compare_page(db: sqlite3.Connection, ids: Sequence[str], query: str = "") -> Compare:
    """Fill the comparison: one scale only where unit and length of period agree."""
    wanted = list(dict.fromkeys(ids))[:MOST_SERIES]
    rows = {id: trends.series(db, id) for id in wanted}
    known = [id for id in wanted if rows[id]]
    figures = {id: series_figures(db, id) for id in known}
    reasons = _reasons(db, list(figures.values()))
    charts = {id: series_chart(db, id) for id in known}
    same = len(known) > 1 and _one_scale(list(figures.values()))
    if same:
        top = max(c.top for c in charts.values() if c)
        charts = {id: series_chart(db, id, top=top) for id in known}
    sides = [
        Side(row, replace(chart, headline=row["label"]), _address([i for i in known if i != id]))
        for id, chart in charts.items()
        if chart and (row := rows[id])
    ]
    found = [
        (row, _address([*known, row["id"]]))
        for row in trends.found_series(db, query)
        if row["id"] not in known
    ]
    return Compare(
        sides, reasons, same, query, found, len(known) >= MOST_SERIES,
        [id for id in wanted if not rows[id]], _address(known),
    )  # fmt: skip


def _address(ids: Sequence[str]) -> str:
    return "/compare" + ("?" + "&".join(f"s={id}" for id in ids) if ids else "")


def _one_scale(sides: Sequence[Sequence[Figure]]) -> bool:
    units = {f.unit for figures in sides for f in figures}
    kinds = {f.period_kind for figures in sides for f in figures}
    return len(units) == 1 and len(kinds) == 1


def _reasons(db: sqlite3.Connection, sides: Sequence[Sequence[Figure]]) -> list[str]:
    """Why these series must not be compared, judged at the newest period that all of them have."""
    if len(sides) < 2:
        return []
    shared = set.intersection(*({(f.start, f.end) for f in figures} for figures in sides))
    last = max(shared, default=None)
    picked = [
        next((f for f in figures if (f.start, f.end) == last), figures[-1]) for figures in sides
    ]
    words = rules(db, picked)
    found = reasons_against([f.observation for f in picked], words)
    if last is None:
        found.append("They have no period in common.")
    return found
