"""Figures and series for programs: filtered by what an index holds, one page at a time."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from portal.core.errors import BadInput
from portal.store.reading.figures import Figure, figures

# A filter that an index begins with, and the order in which that index holds the figures.
INDEXED = {
    "series": "start",
    "measure": "measure, requester, holder, area, breakdown, start",
    "requester": "requester, measure, start",
    "holder": "holder, measure, start",
    "source": "source, measure, start",
    "snapshot": 'snapshot, "row"',
}
FURTHER = ("area", "breakdown", "status")
DEEPEST = 100_000


@dataclass(frozen=True, slots=True)
class Caveat:
    """What must travel with the figures of a measure: its caution and its breaks."""

    measure: str
    definition: str
    counted_by: str
    caution: str
    caution_source: str
    breaks: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One series: what its figures share, and how many there are from when to when."""

    id: str
    label: str
    measure: str
    unit: str
    requester: str
    holder: str
    area: str
    breakdown: str
    first_day: str
    last_day: str
    observations: int


def observations(
    db: sqlite3.Connection, given: Mapping[str, str], first: str, last: str, page: int, size: int
) -> list[Figure]:
    """Return a page of figures, and one more when a further page exists."""
    where, values, order = _where(given, INDEXED)
    for sign, day in ((">=", first), ("<=", last)):
        if day:
            where.append(f"o.start {sign} ?")
            values.append(day)
    inner = f"SELECT o.rowid FROM observations o {_all(where)} ORDER BY {order} LIMIT ? OFFSET ?"
    wanted = f"WHERE o.rowid IN ({inner}) ORDER BY {_outer(order)}"
    return figures(db, wanted, [*values, size + 1, _offset(page, size)])


def _where(
    given: Mapping[str, str], indexed: Mapping[str, str]
) -> tuple[list[str], list[object], str]:
    """The conditions of a question; refuses one that no index could answer."""
    named = {name: code for name, code in given.items() if code}
    lead = next((name for name in indexed if name in named), "")
    if named and not lead:
        expected = f"{next(iter(named))} together with one of {', '.join(indexed)}"
        raise BadInput(expected, next(iter(named)))
    order = ", ".join(f"o.{column.strip()}" for column in indexed[lead].split(",")) if lead else ""
    return [f"o.{name} = ?" for name in named], list(named.values()), order or "o.rowid"


def _all(where: list[str]) -> str:
    return f"WHERE {' AND '.join(where)}" if where else ""


def _outer(order: str) -> str:
    return f"{order}, o.rowid" if order != "o.rowid" else order


def _offset(page: int, size: int) -> int:
    offset = (page - 1) * size
    if offset > DEEPEST:
        raise BadInput(f"at most {DEEPEST:,} figures page by page; take the dataset", offset)
    return offset


SERIES = """
SELECT o.id, o.label, o.measure, m.unit, o.requester, o.holder, o.area, o.breakdown,
  o.first_day, o.last_day, o.observations
FROM series o JOIN measures m ON m.id = o.measure
"""
SERIES_INDEXED = {"measure": "rowid", "requester": "rowid", "holder": "rowid"}


def series(
    db: sqlite3.Connection, given: Mapping[str, str], page: int, size: int
) -> list[SeriesLine]:
    """Return a page of series, and one more when a further page exists."""
    where, values, _ = _where(given, SERIES_INDEXED)
    question = f"{SERIES} {_all(where)} ORDER BY o.rowid LIMIT ? OFFSET ?"
    found = db.execute(question, [*values, size + 1, _offset(page, size)])
    return [SeriesLine(*row) for row in found]


def caveats(db: sqlite3.Connection, measures: set[str]) -> list[Caveat]:
    """Return what must travel with figures of these measures."""
    marks = ", ".join("?" * len(measures))
    question = f"SELECT * FROM measures WHERE id IN ({marks}) ORDER BY id"
    return [_caveat(db, row) for row in db.execute(question, sorted(measures)).fetchall()]


def _caveat(db: sqlite3.Connection, row: sqlite3.Row) -> Caveat:
    question = """
    SELECT b.id, b.date, b.kind, b.title, b.changed, x.side FROM break_measures x
    JOIN breaks b ON b.id = x.break WHERE x.measure = ? ORDER BY b.date, b.id
    """
    breaks = [dict(each) for each in db.execute(question, [row["id"]])]
    words = (row[name] for name in ("definition", "counted_by", "caution", "caution_source"))
    return Caveat(row["id"], *words, breaks)
