"""Readers' reports of errors: taken in once, answered by version, never thrown away."""

import sqlite3
from dataclasses import dataclass

from portal.store.desk import Desk, now, transaction
from portal.store.private import rows
from portal.store.writing import note

STATES = ("open", "answered", "closed")


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader wrote about an address of the site, and what became of it."""

    id: int
    address: str
    text: str
    received_at: str
    state: str
    answer: str
    answered_by: str
    answered_at: str
    version: int


def take_in(db: Desk, key: str, address: str, text: str, received_at: str) -> bool:
    """Record a report; `key` is its own name, so that a second time changes nothing."""
    with transaction(db) as conn:
        known = "SELECT 1 FROM audit WHERE object = ? AND action = 'report'"
        if conn.execute(known, [f"report {key}"]).fetchone():
            return False
        made = conn.execute(
            "INSERT INTO reports (address, text, received_at, state) VALUES (?, ?, ?, 'open')",
            [address, text, received_at],
        )
        note(conn, "a reader", "report", f"report {key}", str(made.lastrowid))
    return True


def report(db: Desk, id: int) -> Report | None:
    """One report; None when there is none of that number."""
    row = next(rows(db, "SELECT * FROM reports WHERE id = :id", id=id), None)
    return Report(**dict(row)) if row else None


def reports(db: Desk, state: str = "", most: int = 200) -> list[Report]:
    """Reports, open ones first, then the newest; of one state if named."""
    sql = (
        "SELECT * FROM reports WHERE :state IN ('', state)"
        " ORDER BY state <> 'open', id DESC LIMIT :most"
    )
    return [Report(**dict(row)) for row in rows(db, sql, state=state, most=most)]


def decide(db: Desk, id: int, version: int, state: str, answer: str, actor: str) -> bool:
    """Answer, close or open a report again; False when somebody else was faster."""
    with transaction(db) as conn:
        done = conn.execute(
            "UPDATE reports SET state = ?, answer = ?, answered_by = ?, answered_at = ?,"
            " version = version + 1 WHERE id = ? AND version = ?",
            [state, answer, actor, now(), id, version],
        )
        if done.rowcount:
            note(conn, actor, f"report {state}", str(id), answer)
    return bool(done.rowcount)


def counts(db: sqlite3.Connection | Desk) -> dict[str, int]:
    """How many reports stand in each state, none left out."""
    found = dict(db.execute("SELECT state, count(*) FROM reports GROUP BY state").fetchall())
    return {state: found.get(state, 0) for state in STATES}
