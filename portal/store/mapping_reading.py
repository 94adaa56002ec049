"""Tables that wait for a mapping, and what was mapped before: read, never changed."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from portal.store.desk import Desk
from portal.store.private import current_records, rows

LIVE = "p.table_id = t.id AND p.state <> 'dropped'"
LISTED = f"""
SELECT t.id, t.document, t.number, t.place, t.page, t.title, t.shape, t.confidence, t.doubts,
  d.name, d.state, coalesce(d.request, '') AS request, coalesce(r.body, '') AS body,
  coalesce(r.reference, '') AS foi_reference,
  (SELECT count(*) FROM proposals p WHERE {LIVE}) AS proposals,
  (SELECT count(*) FROM mappings m WHERE m.shape = t.shape) AS offered
FROM document_tables t JOIN documents d ON d.sha256 = t.document
LEFT JOIN foi_requests r ON r.id = d.request
WHERE d.state = 'ready'
  AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.document = d.sha256)
  AND (:all OR NOT EXISTS (SELECT 1 FROM proposals p WHERE {LIVE}))
ORDER BY offered = 0, d.received_at, t.document, t.number
"""
TABLE = """
SELECT t.*, d.name, d.kind, d.state, coalesce(d.request, '') AS request,
  coalesce(r.body, '') AS body, coalesce(r.law, '') AS law,
  EXISTS (SELECT 1 FROM withdrawals w WHERE w.document = d.sha256) AS withdrawn
FROM document_tables t JOIN documents d ON d.sha256 = t.document
LEFT JOIN foi_requests r ON r.id = d.request WHERE t.id = :id
"""
DOCUMENT = """
SELECT d.sha256, d.name, d.state, d.pages, coalesce(d.request, '') AS request,
  coalesce(r.body, '') AS body, coalesce(r.law, '') AS law, coalesce(r.state, '') AS answer,
  coalesce(r.exemptions, '[]') AS exemptions
FROM documents d LEFT JOIN foi_requests r ON r.id = d.request
WHERE d.sha256 = :sha256 AND d.state = 'ready'
  AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.document = d.sha256)
"""
HELD = """
SELECT "row", "column" FROM held_cells WHERE table_id = :table_id AND released_by = ''
"""
BY_SHAPE = "SELECT * FROM mappings WHERE shape = :shape ORDER BY id DESC LIMIT :most"
USED = """
SELECT m.* FROM mappings m WHERE m.id = (SELECT max(p.mapping) FROM proposals p
  WHERE p.table_id = :table_id AND p.state <> 'dropped')
"""
OF_TABLE = """
SELECT p.*, EXISTS (SELECT 1 FROM approvals a WHERE a.proposal = p.id) AS approved
FROM proposals p WHERE p.table_id = :table_id AND p.state <> 'dropped'
ORDER BY p."row", p."column"
"""
OF_ANSWER = """
SELECT p.*, EXISTS (SELECT 1 FROM approvals a WHERE a.proposal = p.id) AS approved
FROM proposals p WHERE p.document = :document AND p.table_id IS NULL AND p.state <> 'dropped'
ORDER BY p.id
"""


def tables(db: Desk, everything: bool = False) -> list[sqlite3.Row]:
    """The tables that wait for a mapping (or all), those with an offered mapping first."""
    return list(rows(db, LISTED, all=int(everything)))


def table(db: Desk, id: int) -> sqlite3.Row | None:
    """One table with its document and request; None when there is none."""
    return next(rows(db, TABLE, id=id), None)


def held(db: Desk, table_id: int) -> set[tuple[int, int]]:
    """The places, from 0, whose text is held back."""
    return {(row[0], row[1]) for row in rows(db, HELD, table_id=table_id)}


def page(db: Desk, document: str, number: int) -> sqlite3.Row | None:
    """The picture of a page; None when there is none."""
    sql = "SELECT * FROM pages WHERE document = :document AND page = :number"
    return next(rows(db, sql, document=document, number=number), None)


def open_document(db: Desk, sha256: str) -> sqlite3.Row | None:
    """A document that may be worked on, with its request; None when there is none."""
    return next(rows(db, DOCUMENT, sha256=sha256), None)


def holds_back(db: Desk, document: str) -> bool:
    """True when some cell of the document is held back."""
    sql = (
        "SELECT 1 FROM held_cells h JOIN document_tables t ON t.id = h.table_id"
        " WHERE t.document = ? AND h.released_by = '' LIMIT 1"
    )
    return db.execute(sql, [document]).fetchone() is not None


def confirmed(db: Desk, kind: str) -> list[tuple[str, str]]:
    """What people confirmed printed names to be: (printed, code)."""
    sql = "SELECT printed, code FROM confirmed_names WHERE kind = :kind ORDER BY printed"
    return [(row["printed"], row["code"]) for row in rows(db, sql, kind=kind)]


def confirmed_names(db: Desk) -> list[sqlite3.Row]:
    """All confirmed names with who confirmed them and when."""
    return list(rows(db, "SELECT * FROM confirmed_names ORDER BY printed, kind"))


def words(db: Desk, kinds: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """The vocabulary as it stands: kind -> id -> fields."""
    return {
        kind: {row["id"]: json.loads(row["content"]) for row in current_records(db, kind)}
        for kind in kinds
    }


def mappings(db: Desk, shape: str, most: int = 20) -> list[sqlite3.Row]:
    """The mappings made for tables of a shape, the newest first."""
    return list(rows(db, BY_SHAPE, shape=shape, most=most))


def mapping(db: Desk, id: int) -> sqlite3.Row | None:
    """One mapping; None when there is none."""
    return next(rows(db, "SELECT * FROM mappings WHERE id = :id", id=id), None)


def used(db: Desk, table_id: int) -> sqlite3.Row | None:
    """The mapping that the table's proposals come from; None when it has none."""
    return next(rows(db, USED, table_id=table_id), None)


def proposals(db: Desk, table_id: int) -> list[sqlite3.Row]:
    """The proposals of a table that count."""
    return list(rows(db, OF_TABLE, table_id=table_id))


def answers(db: Desk, document: str) -> list[sqlite3.Row]:
    """The proposals of a document that come from no table."""
    return list(rows(db, OF_ANSWER, document=document))
