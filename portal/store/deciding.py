"""What a reviewer decides on a document, each in one transaction with its note.

Every decision names the version that the reviewer saw; when the document has changed since,
nothing is written and False is returned.
"""

import json
import sqlite3

from portal.core.errors import BadInput
from portal.store import queue
from portal.store.desk import Desk, now, transaction
from portal.store.writing import note

HELD = """
SELECT h.text, t.number FROM held_cells h JOIN document_tables t ON t.id = h.table_id
WHERE t.document = ? AND h.table_id = ? AND h."row" = ? AND h."column" = ? AND h.released_at = ''
"""
# A cell lies in its table's JSON as [row, column, text, ...].
INSERTED = """
UPDATE document_tables SET content = json_set(content, (
  SELECT '$.cells[' || j.key || '][2]' FROM json_each(content, '$.cells') j
  WHERE json_extract(j.value, '$[0]') = :row AND json_extract(j.value, '$[1]') = :column
), :text) WHERE id = :table
"""
PLACE = 'table_id = ? AND "row" = ? AND "column" = ?'


def use_figures(db: Desk, sha256: str, actor: str, why: str, version: int) -> bool:
    """Let the visible figures of a stopped document be used, and nothing else of it."""
    with transaction(db) as conn:
        if not _changed(conn, sha256, version, "ready", ("quarantined",)):
            return False
        conn.execute(
            "INSERT INTO releases (document, what, actor, why, recorded_at)"
            " VALUES (?, 'figures', ?, ?, ?)",
            [sha256, actor, why, now()],
        )
        note(conn, actor, "released figures", sha256, json.dumps({"why": why}))
    return True


def reject(db: Desk, sha256: str, actor: str, why: str, version: int) -> bool:
    """Take nothing of a document, whatever a reading of it that is under way may find.

    Raises BadInput when something of it was approved: that must be withdrawn instead.
    """
    with transaction(db) as conn:
        if has_agreed(db, sha256):
            expected = "a document without agreed figures"
            raise BadInput(expected, "some that were agreed on or released; withdraw it", "reject")
        if not _changed(conn, sha256, version, "rejected", ("quarantined", "ready")):
            return False
        conn.execute(
            "UPDATE documents SET problem = ? WHERE sha256 = ?",
            [f"a reviewer rejected it: {why}", sha256],
        )
        conn.execute(
            "UPDATE proposals SET state = 'dropped', version = version + 1 WHERE document = ?"
            " AND state NOT IN ('agreed', 'recorded', 'rejected', 'dropped')",
            [sha256],
        )
        conn.execute(
            "UPDATE jobs SET state = 'failed', problem = 'the document was rejected',"
            " ended_at = ? WHERE object = ? AND state IN ('waiting', 'running')",
            [now(), sha256],
        )
        note(conn, actor, "rejected document", sha256, json.dumps({"why": why}))
    return True


def has_agreed(db: Desk, sha256: str) -> bool:
    """Whether two people have agreed on a figure of a document, or one is let out before that."""
    sql = (
        "SELECT 1 FROM proposals p WHERE p.document = ? AND (p.state IN ('agreed', 'recorded')"
        " OR (p.state NOT IN ('dropped', 'rejected')"
        " AND EXISTS (SELECT 1 FROM approvals a WHERE a.proposal = p.id)))"
    )
    return bool(db.execute(sql, [sha256]).fetchone())


def ask(db: Desk, what: str, sha256: str, actor: str, action: str) -> bool:
    """Ask for a job on a document; False while the same one waits already."""
    waiting = "SELECT 1 FROM jobs WHERE what = ? AND object = ? AND state IN ('waiting', 'running')"
    with transaction(db) as conn:
        if conn.execute(waiting, [what, sha256]).fetchone():
            return False
        queue.ask(conn, what, sha256, actor)
        note(conn, actor, action, sha256)
    return True


def note_copy(db: Desk, sha256: str, copy: str, version: int) -> None:
    """Say which cleaned copy was made of a document, as it stood in that version."""
    detail = json.dumps({"copy": copy, "version": version})
    with transaction(db) as conn:
        note(conn, "portal", "made cleaned copy", sha256, detail)


def look_at_cell(
    db: Desk, sha256: str, table: int, row: int, column: int, actor: str
) -> str | None:
    """Return the text of a held cell and note who looked; None when it is not held any more."""
    with transaction(db) as conn:
        found = conn.execute(HELD, [sha256, table, row, column]).fetchone()
        if found is None:
            return None
        where = {"table": found[1], "row": row, "column": column}
        note(conn, actor, "looked at held cell", sha256, json.dumps(where))
    return str(found[0])


def release_cell(
    db: Desk,
    sha256: str,
    place: tuple[int, int, int],
    actor: str,
    version: int,
) -> bool:
    """Put the text of a held cell back into its table; `place` is table, row and column."""
    with transaction(db) as conn:
        found = conn.execute(HELD, [sha256, *place]).fetchone()
        if found is None or not _changed(conn, sha256, version):
            return False
        table, row, column = place
        conn.execute(
            f"UPDATE held_cells SET released_by = ?, released_at = ? WHERE {PLACE}",
            [actor, now(), *place],
        )
        conn.execute(INSERTED, {"table": table, "row": row, "column": column, "text": found[0]})
        where = {"table": found[1], "row": row, "column": column}
        note(conn, actor, "released cell", sha256, json.dumps(where))
    return True


def _changed(
    conn: sqlite3.Connection,
    sha256: str,
    version: int,
    state: str = "",
    before: tuple[str, ...] = (),
) -> bool:
    """Count a document's version up, with its new state; False when it is another version."""
    marks = f" AND state IN ({', '.join('?' * len(before))})" if before else ""
    done = conn.execute(
        "UPDATE documents SET version = version + 1,"
        " state = CASE WHEN ? = '' THEN state ELSE ? END"
        f" WHERE sha256 = ? AND version = ?{marks}",
        [state, state, sha256, version, *before],
    )
    return done.rowcount == 1
