"""What readers of figures ask the private store: what waits for them, and what is known nearby."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from portal.store.desk import Desk
from portal.store.documents import CLOSED
from portal.store.private import rows

# What somebody may do as a second reader or a third, not counting what the rules refuse besides.
QUEUE = """
WITH seen AS (
  SELECT p.*, coalesce((SELECT r.verdict FROM person_readings r
    WHERE r.proposal = p.id AND r.person = :me ORDER BY r.id DESC LIMIT 1), 'ask') <> 'ask' AS mine,
    EXISTS (SELECT 1 FROM person_readings r WHERE r.proposal = p.id AND r.verdict <> 'ask') AS begun
  FROM proposals p WHERE p.state <> 'dropped' AND (:document = '' OR p.document = :document)
)
SELECT s.document, d.name, d.kind, coalesce(q.body, '') AS body, d.publication,
  count(*) AS figures,
  sum(s.state = 'open' AND (NOT s.begun OR (:reviewer AND s.made_by <> :me))) AS first,
  sum(s.state = 'single' AND NOT s.mine AND :reviewer AND s.made_by <> :me) AS second,
  sum(s.state = 'disputed' AND NOT s.mine AND :reviewer AND s.made_by <> :me) AS settle,
  sum(s.state = 'asked' AND s.made_by = :me) AS answer,
  sum(s.state = 'single') AS single, sum(s.state = 'disputed') AS disputed,
  sum(s.state = 'asked') AS asked, sum(s.state = 'agreed') AS agreed,
  sum(s.state = 'recorded') AS recorded, sum(s.state = 'rejected') AS rejected,
  max(s.blind) AS blind
FROM seen s JOIN documents d ON d.sha256 = s.document LEFT JOIN foi_requests q ON q.id = d.request
GROUP BY s.document ORDER BY d.received_at, s.document
"""
# The approved reading of every figure of these series.
KNOWN = """
SELECT o.id, o.series, o.start, o."end", o.source, o.variant, o.feed, g.period, g.value, g.low,
  g.high, g.status, g.printed
FROM observations o JOIN readings g ON g.observation = o.id AND g.revision = (
  SELECT max(d.revision) FROM decisions d WHERE d.observation = o.id AND d.verdict = 'approved')
WHERE o.series IN (SELECT value FROM json_each(:series)) AND g.status <> 'withdrawn'
ORDER BY o.series, o.start, o."end", o.source, o.variant
"""
# The figures of a document in reading order, and what of them this person can have to do with.
ORDER = """
SELECT p.id, p.state, p.made_by = :me AS mapped,
  coalesce((SELECT r.verdict FROM person_readings r
    WHERE r.proposal = p.id AND r.person = :me ORDER BY r.id DESC LIMIT 1), 'ask') <> 'ask' AS mine
FROM proposals p LEFT JOIN document_tables t ON t.id = p.table_id
WHERE p.document = :document AND p.state <> 'dropped'
ORDER BY coalesce(t.number, 0), p."row", p."column", p.id
"""
# Other figures of the same thing in the document, whatever their period.
BESIDE = """
SELECT o.* FROM proposals p JOIN proposals o ON o.document = p.document AND o.id <> p.id
  AND o.measure = p.measure AND o.requester = p.requester AND o.holder = p.holder
  AND o.area = p.area AND o.breakdown = p.breakdown
WHERE p.id = :id AND o.state NOT IN ('dropped', 'rejected')
ORDER BY o.start, o.id LIMIT 200
"""
TABLE = "SELECT * FROM document_tables WHERE id = :id"
PICTURE = f"""
SELECT g.*, d.state, EXISTS (SELECT 1 FROM held_cells h JOIN document_tables t ON t.id = h.table_id
  WHERE t.document = g.document AND t.page = g.page AND h.released_by = '')
  OR {CLOSED} AS held
FROM pages g JOIN documents d ON d.sha256 = g.document
WHERE g.document = :document AND g.page = :page
"""
HELD = """
SELECT "row", "column" FROM held_cells WHERE table_id = :id AND released_by = ''
"""


def queue(db: Desk, me: str, reviewer: bool, document: str = "") -> list[sqlite3.Row]:
    """What waits for this person in each document (or one) that has figures, the oldest first."""
    return list(rows(db, QUEUE, me=me, reviewer=reviewer, document=document))


def order(db: Desk, document: str, me: str) -> list[sqlite3.Row]:
    """Number and state of each figure of a document in reading order; `mine` when read by me."""
    return list(rows(db, ORDER, document=document, me=me))


def beside(db: Desk, proposal: int) -> list[sqlite3.Row]:
    """Other figures of the same document for the same thing."""
    return list(rows(db, BESIDE, id=proposal))


def known(db: Desk, series: Iterable[str]) -> dict[str, list[sqlite3.Row]]:
    """The approved figures of these series, by series, in order of time."""
    found: dict[str, list[sqlite3.Row]] = {}
    for row in rows(db, KNOWN, series=json.dumps(sorted(set(series)))):
        found.setdefault(row["series"], []).append(row)
    return found


def table(db: Desk, id: int) -> sqlite3.Row | None:
    """One table as it was read."""
    return next(rows(db, TABLE, id=id), None)


def picture(db: Desk, document: str, page: int) -> sqlite3.Row | None:
    """Size and scale of a page's picture; `held` when a text on the page is held back."""
    return next(rows(db, PICTURE, document=document, page=page), None)


def held(db: Desk, table_id: int) -> set[tuple[Any, Any]]:
    """Rows and columns of a table whose texts wait for a reviewer."""
    return {(row["row"], row["column"]) for row in rows(db, HELD, id=table_id)}
