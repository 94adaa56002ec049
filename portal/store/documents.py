"""What is known of documents, without any text that is held: lists, findings, tables, history."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portal.store.desk import Desk
from portal.store.private import rows

PER_PAGE = 50
STATES = ("received", "reading", "ready", "quarantined", "rejected")

LISTED = """
SELECT d.sha256, d.name, d.kind, d.bytes, d.state, d.pages, coalesce(d.request, '') AS request,
  d.publication, d.parent, d.received_by, d.received_at,
  (SELECT count(*) FROM document_tables t WHERE t.document = d.sha256) AS tables,
  (SELECT count(DISTINCT f.kind) FROM document_findings f WHERE f.document = d.sha256) AS findings
FROM documents d
WHERE (:state = '' OR d.state = :state) AND (:kind = '' OR d.kind = :kind)
  AND (:request = '' OR d.request = :request)
ORDER BY d.received_at DESC, d.rowid DESC LIMIT :limit OFFSET :offset
"""
COUNTED = """
SELECT count(*) FROM documents d WHERE (:state = '' OR d.state = :state)
  AND (:kind = '' OR d.kind = :kind) AND (:request = '' OR d.request = :request)
"""
TABLES = """
SELECT t.id, t.number, t.place, t.page, t.title, t.confidence, t.doubts,
  (SELECT count(*) FROM held_cells h WHERE h.table_id = t.id AND h.released_at = '') AS held
FROM document_tables t WHERE t.document = :sha256 ORDER BY t.number
"""
SOME_ROWS = """
WITH cells AS (
  SELECT value, json_extract(value, '$[0]') AS r, json_extract(value, '$[1]') AS c
  FROM document_tables t, json_each(t.content, '$.cells') WHERE t.id = :table
), chosen AS (
  SELECT coalesce(max(r) + 1, 0) AS height, coalesce(max(c) + 1, 0) AS width,
    json_group_array(json(value))
      FILTER (WHERE r >= :first AND r < :end AND c < :columns) AS picked
  FROM cells
)
SELECT height, width, json_set(t.content, '$.cells', json(picked))
FROM document_tables t, chosen WHERE t.id = :table
"""
# `empty` tells that no text was kept: nobody could say whether a reader ever saw it.
HELD = """
SELECT h.table_id, t.number, h."row" AS row, h."column" AS "column", h.reason, h.text = '' AS empty
FROM held_cells h JOIN document_tables t ON t.id = h.table_id
WHERE t.document = :sha256 AND h.released_at = '' ORDER BY t.number, h."row", h."column"
"""
# Whoever let the figures of a stopped document be used has let out no more than these. Where it
# tells of persons outside of the cells that are held, or were, its pages stay closed until their
# pictures are released.
CLOSED = """
(d.state = 'quarantined' OR (d.outcome = 'quarantine'
  AND (SELECT coalesce(sum(f.count), 0) FROM document_findings f
    WHERE f.document = d.sha256 AND f.kind IN ('pii', 'free_text'))
  > (SELECT count(*) FROM held_cells c JOIN document_tables t ON t.id = c.table_id
    WHERE t.document = d.sha256)
  AND NOT EXISTS (SELECT 1 FROM releases r WHERE r.document = d.sha256 AND r.what = 'pictures')))
"""
# A held cell stands somewhere on the pages of its table; which one, only its JSON knows.
PICTURE = f"""
SELECT p.picture, d.state, (SELECT count(*) FROM document_tables t JOIN held_cells h
  ON h.table_id = t.id WHERE t.document = p.document AND h.released_at = '') AS held,
  {CLOSED} AS closed
FROM pages p JOIN documents d ON d.sha256 = p.document
WHERE p.document = :sha256 AND p.page = :page
"""
HISTORY = """
SELECT recorded_at, actor, action, detail FROM audit WHERE object = :sha256
ORDER BY id DESC LIMIT 50
"""
COPY = """
SELECT json_extract(a.detail, '$.copy') FROM audit a JOIN documents d ON d.sha256 = a.object
WHERE a.object = :sha256 AND a.action = 'made cleaned copy'
  AND json_extract(a.detail, '$.version') = d.version
ORDER BY a.id DESC LIMIT 1
"""
JOBS = """
SELECT id, what, object, state, attempt, problem, asked_by, asked_at, ended_at FROM jobs
WHERE (:what = '' OR what = :what) AND (:state = '' OR state = :state)
  AND (:object = '' OR object = :object)
ORDER BY id DESC LIMIT :limit
"""
REQUESTS = """
SELECT r.id, r.body, r.reference, r.state FROM foi_requests r ORDER BY r.made_at DESC, r.id
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents a list shows; an empty word means all."""

    state: str = ""
    kind: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a table as JSON, and how many rows and columns all of it has."""

    rows: int
    columns: int
    content: str


def listed(db: Desk, wanted: Wanted, page: int = 1) -> tuple[list[sqlite3.Row], int]:
    """One page of documents, newest first, and how many there are on all pages."""
    given: dict[str, Any] = {
        "state": wanted.state, "kind": wanted.kind, "request": wanted.request,
    }  # fmt: skip
    total = db.execute(COUNTED, given).fetchone()[0]
    found = rows(db, LISTED, **given, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return list(found), int(total)


def kinds(db: Desk) -> list[str]:
    """The kinds of documents that are here."""
    sql = "SELECT DISTINCT kind FROM documents WHERE kind <> '' ORDER BY kind"
    return [row[0] for row in db.execute(sql).fetchall()]


def counts(db: Desk) -> dict[str, int]:
    """How many documents are in each state."""
    sql = "SELECT state, count(*) FROM documents GROUP BY state"
    return dict(db.execute(sql).fetchall())


def document(db: Desk, sha256: str) -> sqlite3.Row | None:
    """A document; None when there is none of that hash."""
    sql = "SELECT *, coalesce(request, '') AS owner FROM documents WHERE sha256 = :sha256"
    return next(rows(db, sql, sha256=sha256), None)


def findings(db: Desk, sha256: str) -> list[sqlite3.Row]:
    """Kinds, places, counts and outcomes of what inspection found."""
    sql = "SELECT * FROM document_findings WHERE document = :sha256 ORDER BY kind, place"
    return list(rows(db, sql, sha256=sha256))


def tables(db: Desk, sha256: str) -> list[sqlite3.Row]:
    """The tables of a document without their cells, and how many cells of each are held."""
    return list(rows(db, TABLES, sha256=sha256))


def some_rows(db: Desk, table: int, first: int, rows: int, columns: int) -> Part | None:
    """Some rows of a table, counted from 0, held cells blank; None when there is no such table.

    A table may have a million cells: SQLite picks these out while other requests are answered.
    """
    given = {"table": table, "first": first, "end": first + rows, "columns": columns}
    found = db.execute(SOME_ROWS, given).fetchone()
    return Part(*found) if found else None


def contents(db: Desk, sha256: str) -> Iterator[str]:
    """The tables of a document as JSON, one by one, held cells blank."""
    sql = "SELECT content FROM document_tables WHERE document = :sha256 ORDER BY number"
    return (row["content"] for row in rows(db, sql, sha256=sha256))


def copy_of(db: Desk, sha256: str) -> str:
    """The cleaned copy of a document as it stands now; empty when it has changed since."""
    found = db.execute(COPY, {"sha256": sha256}).fetchone()
    return str(found[0]) if found else ""


def held(db: Desk, sha256: str) -> list[sqlite3.Row]:
    """The cells that wait for a reviewer: where and why, without their text."""
    return list(rows(db, HELD, sha256=sha256))


def pages(db: Desk, sha256: str) -> list[sqlite3.Row]:
    """The pages of a document that have pictures."""
    sql = "SELECT * FROM pages WHERE document = :sha256 ORDER BY page"
    return list(rows(db, sql, sha256=sha256))


def picture(db: Desk, sha256: str, page: int) -> sqlite3.Row | None:
    """The picture of a page, and how many held cells of the document stand on that page."""
    return next(rows(db, PICTURE, sha256=sha256, page=page), None)


def closed(db: Desk, sha256: str) -> bool:
    """Whether the pages of a document are not for everybody's eyes, whatever cells are held."""
    found = db.execute(f"SELECT {CLOSED} FROM documents d WHERE d.sha256 = ?", [sha256]).fetchone()
    return found is None or bool(found[0])


def parts(db: Desk, sha256: str) -> list[sqlite3.Row]:
    """The documents inside a document."""
    sql = "SELECT sha256, name, state, kind FROM documents WHERE parent = :sha256 ORDER BY rowid"
    return list(rows(db, sql, sha256=sha256))


def history(db: Desk, sha256: str) -> list[sqlite3.Row]:
    """What was done with a document, newest first."""
    return list(rows(db, HISTORY, sha256=sha256))


def releases(db: Desk, sha256: str) -> list[sqlite3.Row]:
    """What of a document was released, by whom and why."""
    sql = "SELECT * FROM releases WHERE document = :sha256 ORDER BY id"
    return list(rows(db, sql, sha256=sha256))


def jobs(
    db: Desk, what: str = "", state: str = "", object: str = "", limit: int = 100
) -> Sequence[sqlite3.Row]:
    """The newest jobs, of one kind, state or object if asked."""
    return list(rows(db, JOBS, what=what, state=state, object=object, limit=limit))


def requests(db: Desk) -> list[sqlite3.Row]:
    """The requests that documents can belong to, newest first."""
    return list(rows(db, REQUESTS))


def active(db: Desk, name: str) -> bool:
    """Whether a person of that name works at this desk now."""
    sql = "SELECT 1 FROM people WHERE name = ? AND state = 'active'"
    return bool(db.execute(sql, [name]).fetchone())
