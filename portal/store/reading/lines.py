"""Figures as lines of a table: each with its words, its unit, its marks and its source."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

LINE = """
SELECT o.*, m.label AS measure_label, m.topic, u.one, u.many, u.kind AS unit_kind, u.symbol,
  q.label AS requester_label, h.label AS holder_label, a.label AS area_label,
  b.label AS breakdown_label, t.label AS status_label, r.title AS source_title,
  r.publisher, r.year AS source_year, s.label AS series_label
FROM observations o JOIN measures m ON m.id = o.measure JOIN units u ON u.id = o.unit
JOIN bodies q ON q.id = o.requester JOIN bodies h ON h.id = o.holder JOIN areas a ON a.id = o.area
JOIN breakdowns b ON b.id = o.breakdown JOIN statuses t ON t.id = o.status
JOIN sources r ON r.id = o.source JOIN series s ON s.id = o.series
"""
PAGE = 100
# column -> the part of the question that finds its lines by an index, in the index's order
BY = {
    "requester": "WHERE o.requester = ? ORDER BY o.measure, o.start, o.id",
    "holder": "WHERE o.holder = ? ORDER BY o.measure, o.start, o.id",
    "source": "WHERE o.source = ? ORDER BY o.measure, o.start, o.id",
    "snapshot": 'WHERE o.snapshot = ? ORDER BY o."row", o.id',
    "series": "WHERE o.series = ? ORDER BY o.start, o.id",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a longer list, and how long the list is."""

    lines: list[sqlite3.Row]
    number: int
    total: int
    size: int = PAGE

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def first_line(self) -> int:
        """The place of this page's first line in the list, from 1."""
        return (self.number - 1) * self.size + 1


def lines_by(
    db: sqlite3.Connection, column: str, code: str, page: int, total: int, size: int = PAGE
) -> Page:
    """Return one page of the figures that name a code in a column."""
    # The inner question reads the index only; words are joined to the lines of one page.
    wanted = f"SELECT o.id FROM observations o {BY[column]} LIMIT ? OFFSET ?"
    order = BY[column].split("ORDER BY")[1]
    found = db.execute(
        f"{LINE} WHERE o.id IN ({wanted}) ORDER BY {order}", [code, size, (page - 1) * size]
    ).fetchall()
    return Page(found, page, total, size)


def lines_of(db: sqlite3.Connection, ids: Sequence[str]) -> list[sqlite3.Row]:
    """Return the figures of these ids, in that order; ids that no figure has are left out."""
    marks = ", ".join("?" * len(ids))
    found = {
        line["id"]: line for line in db.execute(f"{LINE} WHERE o.id IN ({marks})", list(ids))
    }
    return [found[id] for id in ids if id in found]
