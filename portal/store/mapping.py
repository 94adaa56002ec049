"""Mappings as people made them, and the proposals they lead to.

A mapping, the names confirmed with it and its proposals are recorded together or not at all.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.core.errors import PortalError
from portal.store.desk import Desk, now, transaction
from portal.store.mapping_reading import answers, mappings, proposals, used
from portal.store.writing import note

# What a proposal says; how sure we are of it may change without making it another.
SAYS = (
    "reference", "measure", "requester", "holder", "area", "breakdown", "start", "end", "period",
    "printed", "value", "low", "high", "status", "exemptions", "note",
)  # fmt: skip
COLUMNS = ("row", "column", "page", "box", *SAYS, "confidence", "doubts")
APPROVED = (
    "{count} figures of this document are approved already and would change: two people have to"
    " take them back first. Nothing was changed."
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """A table mapped by a person: the mapping as JSON, names they confirmed, and the proposals.

    `names` are (printed, kind, code). `mapping` is an earlier one when it is applied as it was.
    """

    table_id: int
    shape: str
    name: str
    content: str
    rows: Sequence[Row]
    actor: str
    names: Sequence[tuple[str, str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a deed changed: proposals added, kept and dropped; none of it when done before."""

    mapping: int = 0
    added: int = 0
    kept: int = 0
    dropped: int = 0
    unchanged: bool = False


def propose(db: Desk, deed: Deed, seen: int | None = None) -> Outcome | None:
    """Record a mapping, its names and its proposals; the same a second time writes nothing.

    `seen` is the mapping that the person saw in use (0 for none; None asks for no such check):
    returns None when another one is by now. Proposals that say the same stay with what was read
    of them; others are dropped. Raises PortalError when an approved one would change.
    """
    with transaction(db) as conn:
        document = _document(conn, deed.table_id)
        named = _new_names(conn, deed.names)
        current, change = used(db, deed.table_id), _change(db, deed)
        known = [each["content"] for each in (current, *mappings(db, deed.shape, 1)) if each]
        if not (change.any or named) and deed.content in known:
            return Outcome(current["id"] if current else 0, kept=change.kept, unchanged=True)
        if seen is not None and seen != (current["id"] if current else 0):
            return None
        _drop(conn, change.gone)
        conn.executemany(
            "UPDATE proposals SET doubts = ?, confidence = ?, version = version + 1 WHERE id = ?",
            [[new["doubts"], new["confidence"], old["id"]] for old, new in change.told],
        )
        id = _mapping(conn, deed)
        _insert(conn, document, (deed.table_id, id), change.added, deed.actor)
        _confirm(conn, named, deed.actor)
        done = Outcome(id, len(change.added), change.kept, len(change.gone))
        _note(conn, document, deed, done)
        return done


@dataclass(frozen=True, slots=True)
class _Change:
    """What a deed would do: proposals gone, rows added, and open ones that are told otherwise."""

    gone: list[sqlite3.Row]
    added: list[Row]
    told: list[tuple[sqlite3.Row, Row]]
    kept: int

    @property
    def any(self) -> bool:
        return bool(self.gone or self.added or self.told)


def _change(db: Desk, deed: Deed) -> _Change:
    new = {(each["row"], each["column"]): each for each in deed.rows}
    before = [(old, new.get((old["row"], old["column"]))) for old in proposals(db, deed.table_id)]
    gone = [old for old, row in before if not _same(old, row)]
    kept = [(old, row) for old, row in before if row is not None and _same(old, row)]
    places = {(old["row"], old["column"]) for old, _ in kept}
    told = [
        (old, row) for old, row in kept if old["state"] == "open" and old["doubts"] != row["doubts"]
    ]
    return _Change(
        gone, [row for place, row in new.items() if place not in places], told, len(kept)
    )


def answer(db: Desk, document: str, given: Sequence[Row], actor: str) -> Outcome:
    """Record what a document answers as a whole; the same a second time writes nothing.

    A figure of the same meaning that was proposed before is dropped, unless it is approved.
    """
    with transaction(db) as conn:
        before = answers(db, document)
        meant = {_meaning(each): each for each in given}
        touched = [old for old in before if _meaning(old) in meant]
        gone = [old for old in touched if not _same(old, meant[_meaning(old)])]
        kept = {_meaning(old) for old in touched if old not in gone}
        added = [each for meaning, each in meant.items() if meaning not in kept]
        if not added and not gone:
            return Outcome(kept=len(kept), unchanged=True)
        _drop(conn, gone)
        _insert(conn, document, (None, None), added, actor)
        detail = {"proposals": len(added), "dropped": len(gone)}
        note(conn, actor, "entered an answer", document, json.dumps(detail))
        return Outcome(added=len(added), kept=len(kept), dropped=len(gone))


def change_name(db: Desk, printed: str, kind: str, code: str, actor: str, before: str) -> bool:
    """Let a confirmed name mean another code, or nothing; False when it no longer means `before`.

    Proposals stay as they are: whoever maps their table again sees what changes.
    """
    with transaction(db) as conn:
        asked = "SELECT 1 FROM confirmed_names WHERE printed = ? AND kind = ? AND code = ?"
        if not conn.execute(asked, [printed, kind, before]).fetchone():
            return False
        if code == before:
            return True
        if code:
            _confirm(conn, [(printed, kind, code)], actor)
        else:
            conn.execute(
                "DELETE FROM confirmed_names WHERE printed = ? AND kind = ?", [printed, kind]
            )
            detail = json.dumps({"kind": kind, "code": before}, ensure_ascii=False)
            note(conn, actor, "took back a name", printed, detail)
        return True


def _document(conn: sqlite3.Connection, table_id: int) -> str:
    """The document of a table, if it may still be worked on; else raises PortalError."""
    found = conn.execute(
        "SELECT d.sha256 FROM document_tables t JOIN documents d ON d.sha256 = t.document"
        " WHERE t.id = ? AND d.state = 'ready'"
        " AND NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.document = d.sha256)",
        [table_id],
    ).fetchone()
    if found is None:
        raise PortalError(f"Table {table_id}: its document was rejected, withdrawn or read anew.")
    return str(found[0])


def _same(old: sqlite3.Row, new: Row | None) -> bool:
    return new is not None and all(old[name] == new[name] for name in SAYS)


def _meaning(row: Row | sqlite3.Row) -> tuple[Any, ...]:
    names = ("measure", "requester", "holder", "area", "breakdown", "start", "end", "period")
    return tuple(row[name] for name in names)


def _drop(conn: sqlite3.Connection, gone: Collection[sqlite3.Row]) -> None:
    approved = sum(old["approved"] for old in gone)
    if approved:
        raise PortalError(APPROVED.format(count=approved))
    conn.executemany(
        "UPDATE proposals SET state = 'dropped', version = version + 1 WHERE id = ?",
        [[old["id"]] for old in gone],
    )


def _mapping(conn: sqlite3.Connection, deed: Deed) -> int:
    """The newest mapping of the shape if it is this one and new to the table, else a new row."""
    newest = conn.execute(
        "SELECT id, content FROM mappings WHERE shape = ? ORDER BY id DESC LIMIT 1", [deed.shape]
    ).fetchone()
    taken = "SELECT 1 FROM proposals WHERE table_id = ? AND mapping = ? LIMIT 1"
    same = newest is not None and newest[1] == deed.content
    if same and not conn.execute(taken, [deed.table_id, newest[0]]).fetchone():
        return int(newest[0])
    made = conn.execute(
        "INSERT INTO mappings (name, shape, content, made_by, made_at) VALUES (?, ?, ?, ?, ?)",
        [deed.name, deed.shape, deed.content, deed.actor, now()],
    )
    return int(made.lastrowid or 0)


def _insert(
    conn: sqlite3.Connection,
    document: str,
    origin: tuple[int | None, int | None],
    added: Sequence[Row],
    actor: str,
) -> None:
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    marks = ", ".join("?" * (len(COLUMNS) + 6))
    conn.executemany(
        f"INSERT INTO proposals ({names}, document, table_id, mapping, state, made_by, made_at)"
        f" VALUES ({marks})",
        [
            [*(each[name] for name in COLUMNS), document, *origin, "open", actor, now()]
            for each in added
        ],
    )


def _new_names(
    conn: sqlite3.Connection, names: Sequence[tuple[str, str, str]]
) -> list[tuple[str, str, str]]:
    asked = "SELECT 1 FROM confirmed_names WHERE printed = ? AND kind = ? AND code = ?"
    return [name for name in names if not conn.execute(asked, list(name)).fetchone()]


def _confirm(conn: sqlite3.Connection, names: Sequence[tuple[str, str, str]], actor: str) -> None:
    for printed, kind, code in names:
        conn.execute(
            "INSERT OR REPLACE INTO confirmed_names (printed, kind, code, actor, recorded_at)"
            " VALUES (?, ?, ?, ?, ?)",
            [printed, kind, code, actor, now()],
        )
        detail = json.dumps({"kind": kind, "code": code}, ensure_ascii=False)
        note(conn, actor, "confirmed a name", printed, detail)


def _note(conn: sqlite3.Connection, document: str, deed: Deed, done: Outcome) -> None:
    unread = sum(1 for each in deed.rows if each["doubts"] not in ("", "[]"))
    detail = {
        "table": deed.table_id, "mapping": done.mapping, "added": done.added, "kept": done.kept,
        "dropped": done.dropped, "doubtful": unread,
    }  # fmt: skip
    note(conn, deed.actor, "mapped a table", document, json.dumps(detail))
