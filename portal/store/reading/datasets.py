"""Datasets as readers download them, the licences of their sources, and rows for a preview."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading.figures import Figure, figures


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset: what it holds, whose figures, and its first lines."""

    dataset: sqlite3.Row
    measures: list[sqlite3.Row]
    licences: list[sqlite3.Row]
    preview: list[Figure]


def datasets(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the datasets that hold figures."""
    return db.execute("SELECT * FROM datasets WHERE rows > 0 ORDER BY rowid").fetchall()


LICENCES = """
SELECT l.*, count(*) AS sources, group_concat(DISTINCT r.publisher) AS publishers
FROM licences l JOIN sources r ON r.licence = l.id
WHERE EXISTS (SELECT 1 FROM measures m JOIN observations o ON o.source = r.id AND o.measure = m.id
  WHERE m.topic = ?)
GROUP BY l.id ORDER BY sources DESC
"""
PREVIEW = """
WHERE o.rowid IN (SELECT o.rowid FROM measures m
  JOIN observations o ON o.measure = m.id WHERE m.topic = ? LIMIT 12)
"""


def dataset(db: sqlite3.Connection, id: str) -> Dataset | None:
    """Return one dataset, None when there is none of that id or it holds nothing."""
    row = db.execute("SELECT * FROM datasets WHERE id = ? AND rows > 0", [id]).fetchone()
    if row is None:
        return None
    measures = """
    SELECT m.*, u.many FROM measures m JOIN units u ON u.id = m.unit
    WHERE m.topic = ? AND m.observations > 0 ORDER BY m.label
    """
    return Dataset(
        row,
        db.execute(measures, [id]).fetchall(),
        db.execute(LICENCES, [id]).fetchall(),
        figures(db, PREVIEW, [id]),
    )


def tables(db: sqlite3.Connection) -> dict[str, int]:
    """Return the row counts of the tables that are offered beside the datasets."""
    names = ("bodies", "laws", "timeline", "sources", "breaks", "corrections")
    return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
