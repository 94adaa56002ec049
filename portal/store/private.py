"""What the private store holds now: the questions that imports, checks and the publisher ask."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from portal.store.desk import Desk

CURRENT_RECORDS = """
SELECT r.kind, r.id, r.position, r.content FROM records r
WHERE r.kind = :kind AND r.content IS NOT NULL AND r.import =
  (SELECT max(l.import) FROM records l WHERE l.kind = r.kind AND l.id = r.id)
ORDER BY r.position, r.id
"""

CURRENT_READINGS = """
SELECT g.*, o.feed FROM observations o JOIN readings g ON g.observation = o.id
WHERE o.feed = :feed AND g.revision =
  (SELECT max(l.revision) FROM readings l WHERE l.observation = o.id)
"""

# The newest reading that somebody, or a rule, has approved; what waits is not seen.
APPROVED = """
SELECT o.*, g.period, g.value, g.low, g.high, g.status, g.printed, g.note, g.snapshot, g.locator,
  g.revision
FROM observations o JOIN readings g ON g.observation = o.id
WHERE g.revision = (
  SELECT max(d.revision) FROM decisions d WHERE d.observation = o.id AND d.verdict = 'approved'
)
ORDER BY o.id
"""

REVISIONS = """
SELECT g.observation, g.revision, g.value, g.low, g.high, g.status, g.printed, g.note, g.snapshot,
  g.reason, g.explanation, d.rule AS approved_by, i.recorded_at, i.id AS import
FROM readings g JOIN imports i ON i.id = g.import
JOIN decisions d ON d.observation = g.observation AND d.revision = g.revision
  AND d.verdict = 'approved'
ORDER BY g.observation, g.revision
"""


def rows(db: Desk, sql: str, **given: Any) -> Iterator[sqlite3.Row]:
    """Yield rows that answer to their column names."""
    cursor = db.conn.cursor()
    cursor.row_factory = sqlite3.Row
    return iter(cursor.execute(sql, given))


def current_records(db: Desk, kind: str) -> list[sqlite3.Row]:
    """The words of one kind as they stand, in the order of their file."""
    return list(rows(db, CURRENT_RECORDS, kind=kind))


def last_fetch(db: Desk, address: str) -> sqlite3.Row | None:
    """The newest fetch of an address; None when it was never asked."""
    sql = "SELECT * FROM fetches WHERE address = :address ORDER BY id DESC LIMIT 1"
    return next(rows(db, sql, address=address), None)


def looks(db: Desk, source: str) -> list[sqlite3.Row]:
    """Every run over a source, the newest first."""
    return list(rows(db, "SELECT * FROM looks WHERE source = :s ORDER BY id DESC", s=source))


def current_readings(db: Desk, feed: str) -> dict[str, sqlite3.Row]:
    """The newest reading of each figure of a feed, approved or not, by observation."""
    return {row["observation"]: row for row in rows(db, CURRENT_READINGS, feed=feed)}
