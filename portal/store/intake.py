"""Documents as they come in: each is written once, with the job that reads it and an audit note."""

import json
import sqlite3
from dataclasses import dataclass

from portal.core.errors import BadInput
from portal.store import queue
from portal.store.desk import Desk, now, transaction
from portal.store.writing import note

DEPTH = """
WITH RECURSIVE up(sha256, parent, depth) AS (
  SELECT sha256, parent, 0 FROM documents WHERE sha256 = ?
  UNION SELECT d.sha256, d.parent, up.depth + 1 FROM up JOIN documents d ON d.sha256 = up.parent
  WHERE up.depth < 10
)
SELECT max(depth) FROM up
"""


@dataclass(frozen=True, slots=True)
class New:
    """A document whose bytes are archived: it came for a request, a publication, or in another."""

    sha256: str
    name: str
    bytes: int
    actor: str
    request: str = ""
    publication: str = ""
    address: str = ""
    parent: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of a document that came before."""

    name: str
    state: str
    request: str
    publication: str
    parent: str
    received_at: str


def known(conn: sqlite3.Connection, sha256: str) -> Known | None:
    """What is known of the document with that hash; None when it never came."""
    row = conn.execute(
        "SELECT name, state, coalesce(request, ''), publication, parent, received_at"
        " FROM documents WHERE sha256 = ?",
        [sha256],
    ).fetchone()
    return Known(*row) if row else None


def depth(conn: sqlite3.Connection, sha256: str) -> int:
    """How many documents a document lies in; 0 for one that came by itself."""
    return int(conn.execute(DEPTH, [sha256]).fetchone()[0] or 0)


def take_in(db: Desk, new: New) -> Known | None:
    """Record a document with the job that reads it; one that is here already is returned instead.

    Raises BadInput for a request that the desk does not have.
    """
    with transaction(db) as conn:
        request = new.request or None
        check_request(db, new.request)
        before = known(conn, new.sha256)
        if before:
            # A part whose container is read again is nothing that happened.
            if not new.parent or before.parent != new.parent:
                note(conn, new.actor, "received again", new.sha256, _detail(new))
            return before
        conn.execute(
            "INSERT INTO documents (sha256, name, bytes, parent, member, address, request,"
            " publication, state, received_by, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'received', ?, ?)",
            [new.sha256, new.name, new.bytes, new.parent, new.member, new.address]
            + [request, new.publication, new.actor, now()],
        )
        queue.ask(conn, "read", new.sha256, new.actor)
        note(conn, new.actor, "received document", new.sha256, _detail(new))
    return None


def check_request(db: Desk, id: str) -> None:
    """Raise BadInput for a request that the desk does not have; none at all is no such."""
    sql = "SELECT 1 FROM foi_requests WHERE id = ?"
    if id and not db.conn.execute(sql, [id]).fetchone():
        raise BadInput("the reference of a request at this desk", id, "request")


def leave_out(db: Desk, parent: str, member: int, why: str, actor: str) -> None:
    """Note once that a part of a document was not taken in, by its number."""
    detail = json.dumps({"member": member, "why": why})
    sql = "SELECT 1 FROM audit WHERE object = ? AND action = 'part left out' AND detail = ?"
    with transaction(db) as conn:
        if not conn.execute(sql, [parent, detail]).fetchone():
            note(conn, actor, "part left out", parent, detail)


def _detail(new: New) -> str:
    said = {"bytes": new.bytes, "request": new.request, "publication": new.publication}
    said |= {"parent": new.parent, "address": new.address}
    return json.dumps({name: value for name, value in said.items() if value})
