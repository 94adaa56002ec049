"""Sessions, tokens and forms that wait for a sign-in: written here, and found by their hashes."""

import sqlite3
from datetime import UTC, datetime, timedelta

from portal.core.errors import StoreError
from portal.store.desk import Desk, now, transaction
from portal.store.private import rows
from portal.store.writing import note

SESSION = """
SELECT s.hash, s.person, s.csrf, s.began_at, s.seen_at, s.expires_at, s.revoked_at,
  p.name, p.role, p.state
FROM sessions s JOIN people p ON p.id = s.person WHERE s.hash = :hash
"""
TOKEN = """
SELECT t.hash, t.person, t.label, t.scopes, t.made_at, t.expires_at, t.used_at, t.revoked_at,
  p.name, p.role, p.state
FROM tokens t JOIN people p ON p.id = t.person WHERE t.hash = :hash
"""
HELD = "SELECT * FROM held_forms WHERE hash = :hash AND person = :person AND expires_at > :now"

SHORT_WAIT = 100  # milliseconds
FORGOTTEN = 7 * 24 * 3600.0
# So many forms may wait for one person; the oldest makes room.
MOST_HELD = 20


def later(seconds: float) -> str:
    """The time so many seconds from now, as recorded."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def session(db: Desk, hash: str) -> sqlite3.Row | None:
    """A session with its person, ended or not; None when there never was one."""
    return next(rows(db, SESSION, hash=hash), None)


def start(conn: sqlite3.Connection, hash: str, person: int, csrf: str, seconds: float) -> None:
    """Begin a session inside the transaction of the sign-in; those long ended are forgotten."""
    conn.execute("DELETE FROM sessions WHERE expires_at < ?", [later(-FORGOTTEN)])
    conn.execute(
        "INSERT INTO sessions (hash, person, csrf, began_at, seen_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [hash, person, csrf, now(), now(), later(seconds)],
    )


def seen(db: Desk, hash: str) -> None:
    """Remember that a session is in use."""
    _remember(db, "UPDATE sessions SET seen_at = ? WHERE hash = ?", hash)


def end(conn: sqlite3.Connection, person: int, hash: str = "", *, but: str = "") -> int:
    """End one session of a person, or all of them but one; returns how many ended."""
    given = [now(), person, hash, hash, but]
    return conn.execute(
        "UPDATE sessions SET revoked_at = ? WHERE person = ? AND (hash = ? OR ? = '')"
        " AND hash <> ? AND revoked_at = ''",
        given,
    ).rowcount


def sessions_of(db: Desk, person: int) -> list[sqlite3.Row]:
    """The sessions of a person that have not ended, the newest first."""
    sql = (
        "SELECT hash, began_at, seen_at, expires_at FROM sessions WHERE person = :person"
        " AND revoked_at = '' AND expires_at > :now ORDER BY began_at DESC, hash"
    )
    return list(rows(db, sql, person=person, now=now()))


def token(db: Desk, hash: str) -> sqlite3.Row | None:
    """A token with its person, ended or not; None when there never was one."""
    return next(rows(db, TOKEN, hash=hash), None)


def token_used(db: Desk, hash: str) -> None:
    """Remember that a token was used."""
    _remember(db, "UPDATE tokens SET used_at = ? WHERE hash = ?", hash)


def _remember(db: Desk, sql: str, hash: str) -> None:
    """Write a time down, unless somebody writes for long or the disk is full: pages go on then."""
    [waits] = db.execute("PRAGMA busy_timeout").fetchone()
    db.execute(f"PRAGMA busy_timeout = {SHORT_WAIT}")
    try:
        with transaction(db) as conn:
            conn.execute(sql, [now(), hash])
    except StoreError:
        return
    finally:
        db.execute(f"PRAGMA busy_timeout = {waits}")


def add_token(
    db: Desk, person: int, name: str, hash: str, label: str, scopes: str, seconds: float
) -> None:
    """Give a person a token."""
    with transaction(db) as conn:
        conn.execute(
            "INSERT INTO tokens (hash, person, label, scopes, made_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [hash, person, label, scopes, now(), later(seconds)],
        )
        note(conn, name, "token made", f"person/{name}", f"{label}: {scopes}")


def end_token(conn: sqlite3.Connection, person: int, hash: str = "") -> int:
    """End one token of a person, or all; returns how many ended."""
    return conn.execute(
        "UPDATE tokens SET revoked_at = ? WHERE person = ? AND (hash = ? OR ? = '')"
        " AND revoked_at = ''",
        [now(), person, hash, hash],
    ).rowcount


def tokens_of(db: Desk, person: int) -> list[sqlite3.Row]:
    """The tokens of a person that still open something, the newest first."""
    sql = (
        "SELECT hash, label, scopes, made_at, expires_at, used_at FROM tokens"
        " WHERE person = :person AND revoked_at = '' AND expires_at > :now"
        " ORDER BY made_at DESC, hash"
    )
    return list(rows(db, sql, person=person, now=now()))


def hold(db: Desk, hash: str, person: int, address: str, content: str, seconds: float) -> None:
    """Keep a form that came after its session had ended; what is too old goes."""
    with transaction(db) as conn:
        conn.execute("DELETE FROM held_forms WHERE expires_at <= ?", [now()])
        conn.execute(
            "INSERT INTO held_forms (hash, person, address, content, expires_at)"
            " VALUES (?, ?, ?, ?, ?)",
            [hash, person, address, content, later(seconds)],
        )
        conn.execute(
            "DELETE FROM held_forms WHERE person = ? AND hash NOT IN (SELECT hash FROM held_forms"
            " WHERE person = ? ORDER BY expires_at DESC, rowid DESC LIMIT ?)",
            [person, person, MOST_HELD],
        )


def held(db: Desk, hash: str, person: int) -> sqlite3.Row | None:
    """The form that waits for this person; None when there is none."""
    return next(rows(db, HELD, hash=hash, person=person, now=now()), None)


def drop_held(db: Desk, hash: str, person: int) -> None:
    """Forget a form that was sent again."""
    with transaction(db) as conn:
        conn.execute("DELETE FROM held_forms WHERE hash = ? AND person = ?", [hash, person])
