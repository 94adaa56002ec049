"""What stands behind a sign-in: tries that were made, challenges that wait, and passkeys."""

import sqlite3
from dataclasses import dataclass

from portal.core.errors import StoreError
from portal.store.desk import Desk, now, transaction
from portal.store.private import rows
from portal.store.sessions import later
from portal.store.writing import note

# A try counts for so long; after that it is forgotten, and with it where it came from.
REMEMBERED = 24 * 3600.0
# Challenges that are posed to whoever asks: so many wait, the oldest make room.
OF_ANYBODY, MOST_OF_ANYBODY = ("sign-in", "oidc"), 2_000
OLDEST = """
DELETE FROM challenges WHERE what = :what AND rowid <= (
  SELECT rowid FROM challenges WHERE what = :what ORDER BY rowid DESC LIMIT 1 OFFSET :most)
"""
PASSKEY = """
SELECT k.*, p.name, p.role, p.state FROM passkeys k JOIN people p ON p.id = k.person
WHERE k.id = :id
"""


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries since the last good one, and when the last of them was."""

    count: int
    last: str


def tries(conn: sqlite3.Connection, column: str, value: str) -> Tries:
    """The wrong tries of one `name` or one `origin`."""
    if column not in ("name", "origin"):
        raise ValueError(column)
    sql = (
        f"SELECT count(*), coalesce(max(at), '') FROM attempts WHERE {column} = ? AND good = 0"
        f" AND id > (SELECT coalesce(max(id), 0) FROM attempts WHERE {column} = ? AND good = 1)"
    )
    return Tries(*conn.execute(sql, [value, value]).fetchone())


def begin_try(conn: sqlite3.Connection, name: str, origin: str) -> int:
    """Write a try down as wrong before it is looked at; returns its number."""
    conn.execute("DELETE FROM attempts WHERE at < ?", [later(-REMEMBERED)])
    sql = "INSERT INTO attempts (name, origin, at, good) VALUES (?, ?, ?, 0)"
    return int(conn.execute(sql, [name, origin, now()]).lastrowid or 0)


def good_try(db: Desk, number: int) -> None:
    """A try was right: what was wrong before it counts no more."""
    with transaction(db) as conn:
        conn.execute("UPDATE attempts SET good = 1 WHERE id = ?", [number])


def pose(db: Desk, hash: str, what: str, content: str, seconds: float, person: int = 0) -> None:
    """Keep a challenge until it is answered or too old; the same one again changes nothing."""
    with transaction(db) as conn:
        conn.execute("DELETE FROM challenges WHERE expires_at <= ?", [now()])
        conn.execute(
            "INSERT OR IGNORE INTO challenges (hash, what, person, content, expires_at)"
            " VALUES (?, ?, ?, ?, ?)",
            [hash, what, person or None, content, later(seconds)],
        )
        if what in OF_ANYBODY:
            # Whoever asks for challenges and answers none must not fill the store with them.
            conn.execute(OLDEST, {"what": what, "most": MOST_OF_ANYBODY})


def posed(db: Desk, hash: str, what: str) -> str:
    """What a challenge holds; empty when there is none."""
    sql = "SELECT content FROM challenges WHERE hash = ? AND what = ? AND expires_at > ?"
    found = db.execute(sql, [hash, what, now()]).fetchone()
    return str(found[0]) if found else ""


def take(db: Desk, hash: str, what: str, person: int = 0) -> str:
    """Use a challenge up and return what it holds; empty when there is none, or no more."""
    with transaction(db) as conn:
        found = conn.execute(
            "DELETE FROM challenges WHERE hash = ? AND what = ? AND coalesce(person, 0) = ?"
            " AND expires_at > ? RETURNING content",
            [hash, what, person, now()],
        ).fetchone()
    return str(found[0]) if found else ""


def add_passkey(
    db: Desk, id: str, person: int, name: str, key: bytes, count: int, label: str
) -> None:
    """Keep a passkey's public half."""
    with transaction(db) as conn:
        if conn.execute("SELECT 1 FROM passkeys WHERE id = ?", [id]).fetchone():
            raise StoreError("This passkey is known already.")
        conn.execute(
            "INSERT INTO passkeys (id, person, public_key, sign_count, label, added_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [id, person, key, count, label, now()],
        )
        note(conn, name, "passkey added", f"person/{name}", label)


def passkey(db: Desk, id: str) -> sqlite3.Row | None:
    """A passkey with its person; None when it is not known."""
    return next(rows(db, PASSKEY, id=id), None)


def passkeys_of(db: Desk, person: int) -> list[sqlite3.Row]:
    """The passkeys of a person, the oldest first."""
    sql = (
        "SELECT id, label, added_at, used_at FROM passkeys WHERE person = :person"
        " ORDER BY added_at, id"
    )
    return list(rows(db, sql, person=person))


def passkey_used(db: Desk, id: str, before: int, count: int) -> bool:
    """Remember a passkey's new count of signatures; False when another sign-in was faster."""
    with transaction(db) as conn:
        sql = "UPDATE passkeys SET sign_count = ?, used_at = ? WHERE id = ? AND sign_count = ?"
        return conn.execute(sql, [count, now(), id, before]).rowcount == 1


def drop_passkey(db: Desk, id: str, person: int, name: str) -> bool:
    """Give a passkey up; False when it is not this person's."""
    with transaction(db) as conn:
        sql = "DELETE FROM passkeys WHERE id = ? AND person = ? RETURNING label"
        gone = conn.execute(sql, [id, person]).fetchone()
        if gone:
            note(conn, name, "passkey removed", f"person/{name}", gone[0])
    return gone is not None
