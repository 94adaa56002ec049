"""What the private store holds now: the questions that imports, checks and the publisher ask."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from portal.store import looked
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


def looks(db: Desk, source: str) -> list[dict[str, Any]]:
    """Every run over a source that found something new, and the newest one; the newest first."""
    sql = "SELECT * FROM looks WHERE source = :s ORDER BY id DESC"
    recorded = [dict(row) for row in rows(db, sql, s=source)]
    noted = looked.newest(db, source, recorded[0]["id"]) if recorded else None
    return [noted, *recorded] if noted else recorded


def current_readings(db: Desk, feed: str) -> dict[str, sqlite3.Row]:
    """The newest reading of each figure of a feed, approved or not, by observation."""
    return {row["observation"]: row for row in rows(db, CURRENT_READINGS, feed=feed)}


NEWEST_READINGS = """
SELECT o.id, o.source, o.measure, o.holder, o.area, o.breakdown, o.start, o."end", g.period,
  g.value, g.low, g.high, g.status, g.printed, g.note, g.snapshot, g.locator,
  EXISTS (SELECT 1 FROM decisions d WHERE d.observation = o.id AND d.verdict = 'approved')
    AS published
FROM observations o JOIN readings g ON g.observation = o.id
WHERE o.source = :source AND g.revision =
  (SELECT max(l.revision) FROM readings l WHERE l.observation = o.id)
ORDER BY o.id
"""

APPROVED_SINCE = """
SELECT EXISTS (SELECT 1 FROM decisions WHERE verdict = 'approved' AND recorded_at >= e.built_at)
  OR EXISTS (SELECT 1 FROM records WHERE import > e.last_import)
  OR EXISTS (SELECT 1 FROM import_decisions WHERE recorded_at >= e.built_at)
FROM (SELECT coalesce(max(built_at), '') AS built_at, coalesce(max(last_import), 0) AS last_import
  FROM editions) e
"""

IMPORTED = "SELECT DISTINCT name, snapshot FROM imports WHERE name LIKE :source || '/%'"


def newest_readings(db: Desk, source: str) -> Iterator[sqlite3.Row]:
    """The newest reading of each figure of a source, in order of their ids."""
    return rows(db, NEWEST_READINGS, source=source)


def fetches(db: Desk, source: str) -> list[sqlite3.Row]:
    """Everything that was fetched for a source, the oldest first."""
    return list(rows(db, "SELECT * FROM fetches WHERE source = :s ORDER BY id", s=source))


def imported(db: Desk, source: str) -> set[tuple[str, str]]:
    """Which snapshots of a source's feeds were recorded: (feed, SHA-256)."""
    return {tuple(row) for row in rows(db, IMPORTED, source=source)}


def newest_snapshot(db: Desk, feed: str) -> str:
    """The hash of what a feed was last read from; "" when it never was."""
    sql = "SELECT snapshot FROM imports WHERE name = ? ORDER BY id DESC LIMIT 1"
    found = db.execute(sql, [feed]).fetchone()
    return str(found[0]) if found else ""


def approved_since_edition(db: Desk) -> bool:
    """Whether anything was approved, or told in words, that the newest edition cannot hold."""
    return bool(db.execute(APPROVED_SINCE).fetchone()[0])


# What a source tells in words (a publication, a request) has no reading to decide on: it is shown
# when its source is proven, or once a person has approved the import.
APPROVED_RECORDS = """
SELECT r.id, r.content, i.snapshot, substr(i.name, 1, instr(i.name, '/') - 1) AS source
FROM records r JOIN imports i ON i.id = r.import
WHERE r.kind = :kind AND r.content IS NOT NULL AND r.import = (
  SELECT max(l.import) FROM records l JOIN imports n ON n.id = l.import
  WHERE l.kind = r.kind AND l.id = r.id AND (
    substr(n.name, 1, instr(n.name, '/') - 1) IN (SELECT value FROM json_each(:proven))
    OR EXISTS (SELECT 1 FROM import_decisions d WHERE d.import = n.id)))
ORDER BY r.id
"""

FETCHED = """
SELECT sha256, address, source, label, linked_from, min(fetched_at) AS first_fetched,
  max(fetched_at) AS last_fetched
FROM fetches GROUP BY sha256, address, source ORDER BY sha256, address, source
"""

# A reading that was overtaken by a later, approved one is no longer waited for.
WAITING = """
SELECT i.id, i.name, i.recorded_at, sum(g.revision = 1) AS new,
  sum(g.revision > 1 AND g.status <> 'withdrawn') AS revised,
  sum(g.revision > 1 AND g.status = 'withdrawn') AS withdrawn
FROM imports i JOIN readings g ON g.import = i.id
WHERE i.name LIKE :source || '/%' AND NOT EXISTS (SELECT 1 FROM decisions d
  WHERE d.observation = g.observation AND d.revision >= g.revision)
GROUP BY i.id
UNION ALL
SELECT i.id, i.name, i.recorded_at, count(*), 0, 0
FROM imports i JOIN records r ON r.import = i.id
WHERE i.name LIKE :source || '/%' AND NOT :proven AND r.content IS NOT NULL
  AND r.kind IN ('publication', 'foi_request') AND NOT EXISTS (
    SELECT 1 FROM import_decisions d JOIN records l ON l.import = d.import
    WHERE l.kind = r.kind AND l.id = r.id AND d.import >= i.id)
GROUP BY i.id ORDER BY 1
"""


def approved_records(db: Desk, kind: str, proven: Sequence[str]) -> list[sqlite3.Row]:
    """What sources tell in words, as far as it may be shown: id, content, snapshot, source."""
    return list(rows(db, APPROVED_RECORDS, kind=kind, proven=json.dumps(proven)))


def waiting(db: Desk, source: str, proven: bool) -> list[sqlite3.Row]:
    """The imports of a source that wait for a person, and what they would change."""
    return list(rows(db, WAITING, source=source, proven=proven))
