"""Figures of an edition as pages show them: a series, its breaks, what may stand beside what."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.core.observations import TOTAL, Observation, Series, read_breakdown
from portal.core.periods import Period
from portal.core.values import Value
from portal.core.vocabulary import Break, Measure, Unit, Vocabulary

# Every column of a Figure, in its order; a question adds WHERE and ORDER BY.
SELECT = """
SELECT o.id, o.series, o.measure, m.label AS measure_label, m.topic, m.side, o.unit,
  u.one, u.many, u.kind, u.symbol, o.requester, q.label AS requester_label,
  o.holder, h.label AS holder_label, o.area, a.label AS area_label,
  o.breakdown, b.label AS breakdown_label, o.period, o.start, o."end", o.period_kind,
  o.value, o.low, o.high, o.status, t.label AS status_label, o.marks, o.printed,
  o.source, r.title AS source_title, r.publisher, r.kind AS source_kind, o.page, o.url,
  o.variant, o.note, o.disputed, o.corrected, o.revision
FROM observations o
JOIN measures m ON m.id = o.measure JOIN units u ON u.id = o.unit
JOIN bodies q ON q.id = o.requester JOIN bodies h ON h.id = o.holder
JOIN areas a ON a.id = o.area JOIN breakdowns b ON b.id = o.breakdown
JOIN statuses t ON t.id = o.status JOIN sources r ON r.id = o.source
"""

# Who repeats what another published. Nothing of theirs is drawn as if we had seen the original.
SECOND_HAND = frozenset({"press", "ngo", "compilation", "legal_note"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One observation of an edition with the words a page needs beside it."""

    id: str
    series: str
    measure: str
    measure_label: str
    topic: str
    side: str
    unit: str
    one: str
    many: str
    kind: str
    symbol: str
    requester: str
    requester_label: str
    holder: str
    holder_label: str
    area: str
    area_label: str
    breakdown: str
    breakdown_label: str
    period: str
    start: str
    end: str
    period_kind: str
    value: int | float | None
    low: int | float | None
    high: int | float | None
    status: str
    status_label: str
    marks: str
    printed: str
    source: str
    source_title: str
    publisher: str
    source_kind: str
    page: str
    url: str
    variant: str
    note: str
    disputed: int
    corrected: int
    revision: int

    @property
    def is_missing(self) -> bool:
        """True when there is neither a number nor a bound."""
        return self.value is None and self.low is None and self.high is None

    @property
    def is_second_hand(self) -> bool:
        """True when the source repeats what somebody else published."""
        return self.source_kind in SECOND_HAND

    @property
    def days(self) -> Period:
        """The period by its days, for the rules of core."""
        return Period(_day(self.start), _day(self.end), self.period)

    @property
    def observation(self) -> Observation:
        """The figure as the rules of comparison take it."""
        series = Series(
            self.measure, self.requester, self.holder, self.area, read_breakdown(self.breakdown)
        )
        number, low, high = (_exact(n) for n in (self.value, self.low, self.high))
        value = Value(number, low, high, self.status)
        return Observation(series, self.days, value, self.source)


def _exact(number: int | float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def figures(db: sqlite3.Connection, condition: str, values: Iterable[object] = ()) -> list[Figure]:
    """Return the figures that a WHERE (and ORDER BY) clause of ours names."""
    cursor = db.execute(SELECT + condition, tuple(values))
    return [Figure(*row) for row in cursor]


def figure(db: sqlite3.Connection, id: str) -> Figure | None:
    """Return one figure by its address, or None when the edition holds none."""
    found = figures(db, "WHERE o.id = ?", [id])
    return found[0] if found else None


def series_figures(db: sqlite3.Connection, series: str) -> list[Figure]:
    """Return all figures of one series in order of time."""
    return figures(db, 'WHERE o.series = ? ORDER BY o.start, o."end", o.source', [series])


def total_figures(db: sqlite3.Connection, measure: str) -> list[Figure]:
    """Return the national figures of a measure: all requesters, all holders, no breakdown."""
    where = "WHERE o.measure = ? AND o.requester = ? AND o.holder = ? AND o.area = 'GB'"
    rest = ' AND o.breakdown = ? ORDER BY o.start, o."end", o.source'
    return figures(db, where + rest, [measure, TOTAL, TOTAL, TOTAL])


def rules(db: sqlite3.Connection, shown: Iterable[Figure]) -> Vocabulary:
    """Return what core's rules need to judge these figures: their units, measures and breaks."""
    shown = list(shown)
    wanted = sorted({f.measure for f in shown})
    holes = ",".join("?" * len(wanted))
    rows = db.execute(
        "SELECT m.*, u.label AS u_label, u.one, u.many, u.kind, u.symbol FROM measures m "
        f"JOIN units u ON u.id = m.unit WHERE m.id IN ({holes})",
        wanted,
    ).fetchall()
    units = {
        r["unit"]: Unit(r["unit"], r["u_label"], r["one"], r["many"], r["kind"], r["symbol"])
        for r in rows
    }
    names = "id label unit topic side counted_by definition why".split()
    found = {r["id"]: Measure(*(r[name] for name in names)) for r in rows}
    holders = {"", *(f.holder for f in shown)}
    breaks = {b.id: b for b in _breaks(db, wanted, holes).values() if b.holder in holders}
    return Vocabulary(units, found, {}, {}, breaks, {}, {}, {}, {})


def _breaks(db: sqlite3.Connection, wanted: list[str], holes: str) -> dict[str, Break]:
    rows = db.execute(
        "SELECT b.*, m.measure, m.side FROM breaks b JOIN break_measures m ON m.break = b.id "
        f"WHERE b.id IN (SELECT break FROM break_measures WHERE measure IN ({holes})) "
        "ORDER BY b.date, b.id",
        wanted,
    ).fetchall()
    found: dict[str, Break] = {}
    for row in rows:
        before = tuple(r["measure"] for r in rows if r["id"] == row["id"] and r["side"] != "after")
        after = tuple(r["measure"] for r in rows if r["id"] == row["id"] and r["side"] == "after")
        found[row["id"]] = Break(
            row["id"], date.fromisoformat(row["date"]), row["kind"], row["title"],
            row["changed"], before, after, row["source"] or "", row["locator"],
            row["holder"] or "",
        )  # fmt: skip
    return found


def preferred(db: sqlite3.Connection) -> frozenset[str]:
    """Return the figures that our notes on conflicts hold for the better reading."""
    rows = db.execute("SELECT preferred FROM conflicts WHERE preferred IS NOT NULL")
    return frozenset(row[0] for row in rows)
