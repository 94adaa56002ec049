"""People, invitations, keys and sign-ins of the desk: written and asked for here only."""

import sqlite3
from dataclasses import dataclass

from portal.core.errors import StoreError
from portal.store.desk import Desk, now, transaction
from portal.store.private import rows
from portal.store.sessions import end, end_token, later
from portal.store.writing import note

PEOPLE = """
SELECT p.id, p.name, p.role, p.state, p.oidc, p.created_at, p.changed_at,
  (SELECT max(s.seen_at) FROM sessions s WHERE s.person = p.id) AS seen_at,
  (SELECT count(*) FROM passkeys k WHERE k.person = p.id) AS passkeys
FROM people p ORDER BY p.state, p.name
"""
LAST_ADMIN = "SELECT count(*) FROM people WHERE role = 'admin' AND state = 'active' AND id <> ?"
KEEP_AN_ADMIN = "This is the last admin; make somebody else an admin first."


@dataclass(frozen=True, slots=True)
class Keys:
    """How a person proves who they are: a password's hash, a seed, and hashes of codes."""

    password: str
    totp: str
    step: int
    codes: list[str]


def people(db: Desk) -> list[sqlite3.Row]:
    """Everybody who ever came in: those who may come first."""
    return list(rows(db, PEOPLE))


def named(db: Desk, name: str) -> sqlite3.Row | None:
    """The person of a name, with the hashes of their keys; None when there is none."""
    return next(rows(db, "SELECT * FROM people WHERE name = :name", name=name), None)


def numbered(db: Desk, id: int) -> sqlite3.Row | None:
    """The person of a number; None when there is none."""
    return next(rows(db, "SELECT * FROM people WHERE id = :id", id=id), None)


def invite(db: Desk, hash: str, name: str, role: str, actor: str, seconds: float) -> None:
    """Write an invitation down; an earlier one of the same name opens nothing any more."""
    with transaction(db) as conn:
        conn.execute("DELETE FROM invitations WHERE name = ? AND used_at = ''", [name])
        conn.execute(
            "INSERT INTO invitations (hash, name, role, invited_by, made_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [hash, name, role, actor, now(), later(seconds)],
        )
        known = conn.execute("SELECT id FROM people WHERE name = ?", [name]).fetchone()
        if known:
            end(conn, known[0])
        note(conn, actor, "reset" if known else "invite", f"person/{name}", role)


def invitation(db: Desk, hash: str) -> sqlite3.Row | None:
    """An invitation that still opens something; None for every other."""
    sql = "SELECT * FROM invitations WHERE hash = :hash AND used_at = '' AND expires_at > :now"
    return next(rows(db, sql, hash=hash, now=now()), None)


def invitations(db: Desk) -> list[sqlite3.Row]:
    """The invitations that wait, the newest first."""
    sql = (
        "SELECT name, role, invited_by, made_at, expires_at FROM invitations"
        " WHERE used_at = '' AND expires_at > :now ORDER BY made_at DESC, name"
    )
    return list(rows(db, sql, now=now()))


def withdraw_invitation(db: Desk, name: str, actor: str) -> bool:
    """Take an invitation back; False when none waits."""
    with transaction(db) as conn:
        gone = conn.execute(
            "DELETE FROM invitations WHERE name = ? AND used_at = ''", [name]
        ).rowcount
        if gone:
            note(conn, actor, "withdraw invitation", f"person/{name}")
    return bool(gone)


def accept(db: Desk, hash: str, keys: Keys) -> int:
    """Use an invitation: a person comes in, or gets new keys; returns their number.

    Refused when it was used in the meantime.
    """
    with transaction(db) as conn:
        used = conn.execute(
            "UPDATE invitations SET used_at = ? WHERE hash = ? AND used_at = '' AND expires_at > ?"
            " RETURNING name, role",
            [now(), hash, now()],
        ).fetchone()
        if used is None:
            raise StoreError("This invitation was used already, or has expired.")
        name, role = used
        id = conn.execute(
            "INSERT INTO people (name, role, state, password, totp, totp_step, created_at,"
            " changed_at) VALUES (?, ?, 'active', ?, ?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET password = excluded.password,"
            " totp = excluded.totp, totp_step = excluded.totp_step, role = excluded.role,"
            " state = 'active', changed_at = excluded.changed_at RETURNING id",
            [name, role, keys.password, keys.totp, keys.step, now(), now()],
        ).fetchone()[0]
        conn.execute("DELETE FROM passkeys WHERE person = ?", [id])
        end(conn, id)
        end_token(conn, id)
        _codes(conn, id, keys.codes)
        note(conn, name, "accept invitation", f"person/{name}", role)
    return int(id)


def set_role(db: Desk, name: str, role: str, actor: str) -> bool:
    """Give a person another role; False when there is no such person at work here."""
    with transaction(db) as conn:
        found = _active(conn, name)
        if found is None:
            return False
        id, before = found
        if before == "admin" and role != "admin":
            _keep_an_admin(conn, id)
        if before != role:
            conn.execute(
                "UPDATE people SET role = ?, changed_at = ? WHERE id = ?", [role, now(), id]
            )
            # New keys on their way must not bring the old role back.
            conn.execute(
                "UPDATE invitations SET role = ? WHERE name = ? AND used_at = ''", [role, name]
            )
            note(conn, actor, "role", f"person/{name}", f"{before} to {role}")
    return True


def revoke(db: Desk, name: str, actor: str) -> bool:
    """End a person's work here: sessions, tokens and keys open nothing from now on."""
    with transaction(db) as conn:
        found = _active(conn, name)
        if found is None:
            return False
        id, role = found
        if role == "admin":
            _keep_an_admin(conn, id)
        conn.execute(
            "UPDATE people SET state = 'revoked', changed_at = ? WHERE id = ?", [now(), id]
        )
        ended = end(conn, id)
        tokens = end_token(conn, id)
        conn.execute("DELETE FROM invitations WHERE name = ? AND used_at = ''", [name])
        conn.execute("DELETE FROM held_forms WHERE person = ?", [id])
        note(conn, actor, "revoke", f"person/{name}", f"{ended} sessions, {tokens} tokens")
    return True


def end_sessions(
    db: Desk, person: int, name: str, actor: str, hash: str = "", but: str = ""
) -> int:
    """End one session of a person, or all but one, and say so in the audit trail."""
    with transaction(db) as conn:
        ended = end(conn, person, hash, but=but)
        note(conn, actor, "end sessions", f"person/{name}", str(ended))
    return ended


def end_tokens(db: Desk, person: int, name: str, hash: str) -> int:
    """End one token of a person, and say so in the audit trail."""
    with transaction(db) as conn:
        ended = end_token(conn, person, hash)
        if ended:
            note(conn, name, "token ended", f"person/{name}")
    return ended


def set_password(db: Desk, person: int, name: str, hash: str, but: str) -> None:
    """Change a password; every other session of the person ends."""
    with transaction(db) as conn:
        conn.execute(
            "UPDATE people SET password = ?, changed_at = ? WHERE id = ?", [hash, now(), person]
        )
        end(conn, person, but=but)
        note(conn, name, "password", f"person/{name}")


def rehash(db: Desk, person: int, hash: str) -> None:
    """Keep a password under today's cost of guessing."""
    with transaction(db) as conn:
        conn.execute("UPDATE people SET password = ? WHERE id = ?", [hash, person])


def use_step(db: Desk, person: int, step: int) -> bool:
    """Use up a time step of the codes; False when it, or a later one, was used before."""
    with transaction(db) as conn:
        sql = "UPDATE people SET totp_step = ? WHERE id = ? AND totp_step < ?"
        return conn.execute(sql, [step, person, step]).rowcount == 1


def use_code(db: Desk, person: int, name: str, hash: str) -> bool:
    """Use up a recovery code; False when it is none of this person, or was used before."""
    with transaction(db) as conn:
        sql = "UPDATE recovery_codes SET used_at = ? WHERE person = ? AND hash = ? AND used_at = ''"
        good = conn.execute(sql, [now(), person, hash]).rowcount == 1
        if good:
            note(conn, name, "recovery code used", f"person/{name}")
    return good


def set_codes(db: Desk, person: int, name: str, codes: list[str]) -> None:
    """Replace the recovery codes of a person."""
    with transaction(db) as conn:
        _codes(conn, person, codes)
        note(conn, name, "recovery codes", f"person/{name}", f"{len(codes)} new")


def codes_left(db: Desk, person: int) -> int:
    """How many recovery codes a person has not used."""
    sql = "SELECT count(*) FROM recovery_codes WHERE person = ? AND used_at = ''"
    return int(db.execute(sql, [person]).fetchone()[0])


def link_oidc(db: Desk, name: str, subject: str, actor: str) -> bool:
    """Let a person sign in through the organisation's own server, or no more; False if unknown."""
    with transaction(db) as conn:
        found = _active(conn, name)
        if found is None:
            return False
        taken = "SELECT name FROM people WHERE oidc = ? AND oidc <> '' AND id <> ?"
        other = conn.execute(taken, [subject, found[0]]).fetchone()
        if other:
            raise StoreError(f"That subject belongs to {other[0]} already.")
        conn.execute(
            "UPDATE people SET oidc = ?, changed_at = ? WHERE id = ?", [subject, now(), found[0]]
        )
        note(conn, actor, "link", f"person/{name}", subject)
    return True


def by_oidc(db: Desk, subject: str) -> sqlite3.Row | None:
    """The person that an admin linked to a subject; None when nobody was."""
    sql = "SELECT * FROM people WHERE oidc = :subject AND oidc <> '' AND state = 'active'"
    return next(rows(db, sql, subject=subject), None)


def _active(conn: sqlite3.Connection, name: str) -> tuple[int, str] | None:
    sql = "SELECT id, role FROM people WHERE name = ? AND state = 'active'"
    found = conn.execute(sql, [name]).fetchone()
    return (int(found[0]), str(found[1])) if found else None


def _keep_an_admin(conn: sqlite3.Connection, id: int) -> None:
    if not conn.execute(LAST_ADMIN, [id]).fetchone()[0]:
        raise StoreError(KEEP_AN_ADMIN)


def _codes(conn: sqlite3.Connection, person: int, codes: list[str]) -> None:
    conn.execute("DELETE FROM recovery_codes WHERE person = ?", [person])
    conn.executemany(
        "INSERT INTO recovery_codes (person, hash) VALUES (?, ?)",
        [(person, code) for code in codes],
    )
