"""The register of publishers' errors and of conflicts, and what changed from edition to edition."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading.figures import Figure
from portal.store.reading.lists import figures_of
from portal.store.reading.observations import Conflict, conflicts

PAGE = 100
# How many figures of one error its entry names.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Correction:
    """One error of a publisher and the figures that it touches."""

    correction: sqlite3.Row
    figures: list[Figure]

    @property
    def kind(self) -> str:
        """What kind of error it is."""
        return str(self.correction["kind"])


@dataclass(frozen=True, slots=True)
class Register:
    """All known errors and all conflicts, both sides of each."""

    corrections: list[Correction]
    conflicts: list[Conflict]


TOUCHED = """
SELECT f.correction, f.observation FROM correction_figures f
JOIN observations o ON o.id = f.observation ORDER BY f.correction, o.start, o.id
"""
ERRORS = """
SELECT c.*, r.title AS source_title, r.url AS source_url FROM corrections c
LEFT JOIN sources r ON r.id = c.source ORDER BY c.state = 'fixed', c.kind, c.id
"""


def register(db: sqlite3.Connection) -> Register:
    """Return every error and every conflict of the edition."""
    errors = db.execute(ERRORS).fetchall()
    touched: dict[str, list[str]] = {}
    for row in db.execute(TOUCHED):
        touched.setdefault(row["correction"], []).append(row["observation"])
    shown = {id: ids[:SHOWN] for id, ids in touched.items()}
    held = figures_of(db, sorted({id for ids in shown.values() for id in ids}))
    found = [Correction(each, [held[id] for id in shown.get(each["id"], [])]) for each in errors]
    return Register(found, conflicts(db))


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of changes, the newest first."""

    changes: list[sqlite3.Row]
    page: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


def changes(db: sqlite3.Connection, page: int = 1) -> Changes:
    """Return a page of what changed, the newest first."""
    question = "SELECT * FROM changes ORDER BY id DESC LIMIT ? OFFSET ?"
    total = db.execute("SELECT count(*) FROM changes").fetchone()[0]
    return Changes(db.execute(question, [PAGE, (page - 1) * PAGE]).fetchall(), page, total)
