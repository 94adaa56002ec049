"""The register of publishers' errors and of conflicts, and what changed from edition to edition."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading.observations import SIDES, Conflict

PAGE = 100


@dataclass(frozen=True, slots=True)
class Correction:
    """One error of a publisher and the figures that it touches."""

    correction: sqlite3.Row
    figures: list[sqlite3.Row]


@dataclass(frozen=True, slots=True)
class Register:
    """All known errors and all conflicts, both sides of each."""

    corrections: list[Correction]
    conflicts: list[Conflict]


TOUCHED = """
SELECT o.*, u.one, u.many, u.kind AS unit_kind, u.symbol, s.label AS series_label
FROM correction_figures f JOIN observations o ON o.id = f.observation
JOIN units u ON u.id = o.unit JOIN series s ON s.id = o.series
WHERE f.correction = ? ORDER BY o.start, o.id LIMIT 50
"""
ERRORS = """
SELECT c.*, r.title AS source_title, r.url AS source_url FROM corrections c
LEFT JOIN sources r ON r.id = c.source ORDER BY c.state = 'fixed', c.kind, c.id
"""


def register(db: sqlite3.Connection) -> Register:
    """Return every error and every conflict of the edition."""
    errors = db.execute(ERRORS).fetchall()
    disputes = db.execute("SELECT * FROM conflicts ORDER BY title").fetchall()
    return Register(
        [Correction(each, db.execute(TOUCHED, [each["id"]]).fetchall()) for each in errors],
        [Conflict(each, db.execute(SIDES, [each["id"]]).fetchall()) for each in disputes],
    )


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
