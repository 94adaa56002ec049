"""What the pages of law, money, errors and the timeline hold: one dataclass a page."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from portal.core.observations import TOTAL
from portal.publish.charts import Chart, Decades, decades
from portal.store.reading import law, payments, totals, trends
from portal.store.reading.figures import Figure
from portal.store.reading.payments import Payments
from portal.web.charting import figures_chart, newest, series_chart


@dataclass(frozen=True, slots=True)
class Retention:
    """Laws by jurisdiction on one axis of years."""

    areas: list[tuple[str, list[law.Law]]]
    first: int
    last: int
    now: sqlite3.Row | None
    years: list[tuple[int, int]]


def retention_page(db: sqlite3.Connection, today: date) -> Retention:
    """Fill the page of laws."""
    first, last = law.FIRST_YEAR, today.year + 1
    years = [(year, round(400 * (year - first) / (last - first))) for year in range(first, last, 5)]
    return Retention(law.laws(db, today), first, last, law.in_force(db, "GB"), years)


@dataclass(frozen=True, slots=True)
class Costs:
    """Money, each kind apart."""

    grants: Chart | None
    parts: list[Figure]
    fees: list[Chart]
    other_fees: list[Figure]
    estimates: list[tuple[str, list[Figure]]]
    spent: list[Figure]
    payments: Payments | None
    register: list[sqlite3.Row]
    scale: Decades


ESTIMATES = (
    "retention_cost_estimate", "programme_cost_estimate", "provider_reimbursement_estimate",
    "programme_benefit_estimate", "programme_net_present_value",
)  # fmt: skip


def costs_page(db: sqlite3.Connection) -> Costs:
    """Fill the page of money: grants, fees, estimates and budgets never share a chart."""
    found = totals.topic_figures(db, "cost")
    grants = [f for f in found if f.measure == "retention_grants"]
    whole = [f for f in grants if f.breakdown == TOTAL]
    fees = [f for f in found if f.measure == "fees_paid_to_operators"]
    runs_of = {f.series: [g for g in fees if g.series == f.series] for f in fees}
    long = {id: f for id, f in runs_of.items() if len(f) > 2}
    estimates = [f for f in found if f.measure in ESTIMATES]
    by_measure = {m: [f for f in estimates if f.measure == m] for m in ESTIMATES}
    done = {"retention_grants", "fees_paid_to_operators", payments.MEASURE, *ESTIMATES}
    return Costs(
        figures_chart(db, "grants", whole, csv=f"/trends.csv?s={whole[0].series}")
        if whole
        else None,
        [f for f in grants if f.breakdown != TOTAL],
        [c for c in (series_chart(db, id, f[0].requester_label) for id, f in long.items()) if c],
        [f for f in fees if f.series not in long],
        [(held[0].measure_label, held) for held in by_measure.values() if held],
        [f for f in found if f.measure not in done],
        payments.payments(db),
        totals.register(db, "cost"),
        decades(amount(f) for f in estimates),
    )


def amount(figure: Figure) -> float:
    """What stands of an estimate on a scale: its value, else the end of it that is known."""
    ends = (figure.value, figure.high, figure.low)
    return float(next((end for end in ends if end is not None), 0))


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of one year; `whole` is true when they add up to a hundred."""

    period: str
    parts: list[Figure]
    total: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors by year, whose they were, of what kind, and what does not add up."""

    chart: Chart | None
    newest: Figure | None
    why: str
    redefined: int
    shares: list[Shares]
    parties: list[tuple[str, str]]
    kinds: list[Figure]
    serious: list[Figure]
    interception: Chart | None
    register: list[sqlite3.Row]
    mismatches: list[tuple[Figure, list[Figure], float]]


def errors_page(db: sqlite3.Connection) -> Errors:
    """Fill the page of errors."""
    found = totals.topic_figures(db, "errors")
    reported = [f for f in found if f.measure == "errors_reported"]
    whole = [f for f in reported if f.breakdown == TOTAL and f.requester == TOTAL]
    shares = [f for f in found if f.measure == "errors_share"]
    serious = [f for f in found if f.measure.startswith(("serious", "erroneous"))]
    interception = [f for f in found if f.measure.startswith("interception")]
    chains = [f for f in interception if f.requester == TOTAL and f.measure.endswith("_errors")]
    chart = (
        figures_chart(db, "errors", whole, csv=f"/trends.csv?s={whole[0].series}")
        if whole
        else None
    )
    measure = trends.measure(db, "errors_reported")
    return Errors(
        chart,
        newest(whole),
        measure["why"] if measure else "",
        sum(b.kind == "definition" for b in chart.breaks) if chart else 0,
        _shares(shares),
        list({f.breakdown: _short_breakdown(f) for f in shares}.items()),
        [f for f in reported if f.breakdown != TOTAL],
        serious,
        figures_chart(db, "interception", [f for f in chains if f.measure == "interception_errors"])
        if chains
        else None,
        totals.register(db, "errors"),
        _mismatches(whole, reported),
    )


def _short_breakdown(figure: Figure) -> str:
    return figure.breakdown_label.split(": ", 1)[-1]


def _shares(figures: Sequence[Figure]) -> list[Shares]:
    """Shares by year: a hundred within rounding is a whole, else the parts stand apart."""
    found = []
    for period, group in groupby(sorted(figures, key=lambda f: f.start), key=lambda f: f.period):
        parts = list(group)
        total = sum(f.value or 0 for f in parts)
        found.append(Shares(period, parts, total, len(parts) > 1 and abs(total - 100) <= 1))
    return found


def _mismatches(
    whole: Sequence[Figure], reported: Sequence[Figure]
) -> list[tuple[Figure, list[Figure], float]]:
    """Years whose printed parts by responsible party do not add up to the printed total."""
    found = []
    for total in whole:
        parts = [
            f
            for f in reported
            if f.period == total.period
            and f.source == total.source
            and f.breakdown.startswith("responsible_party=")
            and ";" not in f.breakdown
        ]
        added = sum(f.value or 0 for f in parts)
        if parts and added != total.value:
            found.append((total, parts, added))
    return found


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events, laws and breaks by year, of one area or of all."""

    years: list[tuple[str, list[law.Entry]]]
    areas: list[sqlite3.Row]
    area: str
    count: int


def timeline_page(db: sqlite3.Connection, area: str = "") -> Timeline:
    """Fill the timeline."""
    years = law.timeline(db, area)
    return Timeline(years, law.timeline_areas(db), area, sum(len(entries) for _, entries in years))
