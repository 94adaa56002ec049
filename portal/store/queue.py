"""Jobs of the desk: asked for in the transaction of their cause, recorded once, whatever dies.

The row in `jobs` is what must be done; how it reaches a worker is not told here. A job belongs to
one attempt at a time: what an earlier attempt brings back is thrown away.
"""

import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.store.desk import Desk, now, transaction
from portal.store.private import rows
from portal.store.writing import note

ATTEMPTS = 3
JOB = "id, what, object, attempt, asked_by"


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done: `what` with which `object`; `attempt` counts from 1."""

    id: int
    what: str
    object: str
    attempt: int
    asked_by: str


def ask(conn: sqlite3.Connection, what: str, object: str, actor: str) -> int:
    """Ask for a job inside the transaction of its cause; one that waits already is not doubled."""
    waiting = (
        "SELECT id FROM jobs WHERE what = ? AND object = ? AND state IN ('waiting', 'running')"
    )
    found = conn.execute(waiting, [what, object]).fetchone()
    if found:
        return int(found[0])
    made = conn.execute(
        "INSERT INTO jobs (what, object, state, asked_by, asked_at) VALUES (?, ?, 'waiting', ?, ?)",
        [what, object, actor, now()],
    )
    return int(made.lastrowid or 0)


def waiting(conn: sqlite3.Connection, what: str, actor: str) -> int:
    """How many jobs of one kind a person has asked for that have not ended."""
    sql = (
        "SELECT count(*) FROM jobs WHERE what = ? AND asked_by = ?"
        " AND state IN ('waiting', 'running')"
    )
    return int(conn.execute(sql, [what, actor]).fetchone()[0])


def take(db: Desk, seconds: float, what: tuple[str, ...] = ()) -> Job | None:
    """Take the oldest job that waits, for so many seconds; None when there is none."""
    marks = ", ".join("?" * len(what))
    chosen = f" AND what IN ({marks})" if what else ""
    with transaction(db) as conn:
        row = conn.execute(
            f"SELECT {JOB} FROM jobs WHERE state = 'waiting'{chosen} ORDER BY id LIMIT 1", [*what]
        ).fetchone()
        if row is None:
            return None
        taken = replace(Job(*row), attempt=row[3] + 1)
        conn.execute(
            "UPDATE jobs SET state = 'running', attempt = ?, lease_until = ? WHERE id = ?",
            [taken.attempt, _until(seconds), taken.id],
        )
        return taken


def running(db: Desk, what: tuple[str, ...]) -> list[Job]:
    """The jobs that an earlier process had taken."""
    marks = ", ".join("?" * len(what))
    sql = f"SELECT {JOB} FROM jobs WHERE state = 'running' AND what IN ({marks}) ORDER BY id"
    return [Job(*row) for row in db.execute(sql, [*what]).fetchall()]


def give_back(db: Desk, only_over: bool = False) -> int:
    """Let taken jobs wait again (only those whose time is over); returns how many.

    One that was taken too often has failed: it may be what ends its workers.
    """
    over = " AND lease_until < :now" if only_over else ""
    with transaction(db) as conn:
        given = {"now": now(), "most": ATTEMPTS}
        stopped = conn.execute(
            "SELECT id, what, object FROM jobs WHERE state = 'running' AND attempt >= :most" + over,
            given,
        ).fetchall()
        for id, what, object in stopped:
            _end(conn, id, "failed", f"given up after {ATTEMPTS} attempts that did not come back")
            note(conn, "portal", "job failed", f"{what} {object}", "did not come back")
        again = conn.execute(
            "UPDATE jobs SET state = 'waiting' WHERE state = 'running'" + over, given
        )
        return int(again.rowcount)


def finish(conn: sqlite3.Connection, job: Job) -> bool:
    """End a job inside the transaction of its result; False when it no longer is this attempt's."""
    ours = is_ours(conn, job)
    if ours:
        _end(conn, job.id, "done", "")
    return ours


def is_ours(conn: sqlite3.Connection, job: Job) -> bool:
    """Whether a job still is this attempt's: it may have been given to another, or ended."""
    sql = "SELECT 1 FROM jobs WHERE id = ? AND attempt = ? AND state = 'running'"
    return conn.execute(sql, [job.id, job.attempt]).fetchone() is not None


def done(db: Desk, job: Job) -> None:
    """End a job whose result stands for itself."""
    with transaction(db) as conn:
        finish(conn, job)


def fail(db: Desk, job: Job, problem: str) -> None:
    """End a job that cannot be done, with the sentence that says why."""
    with transaction(db) as conn:
        if finish(conn, job):
            _end(conn, job.id, "failed", problem)
            note(conn, "portal", "job failed", f"{job.what} {job.object}", problem)


def counts(db: Desk) -> dict[tuple[str, str], int]:
    """How many jobs there are, by what and state."""
    sql = "SELECT what, state, count(*) AS n FROM jobs GROUP BY what, state"
    return {(row["what"], row["state"]): row["n"] for row in rows(db, sql)}


def of(db: Desk, what: str, object: str) -> dict[str, Any] | None:
    """The newest job of that kind for that object."""
    sql = "SELECT * FROM jobs WHERE what = :what AND object = :object ORDER BY id DESC LIMIT 1"
    row = next(rows(db, sql, what=what, object=object), None)
    return dict(row) if row else None


def _end(conn: sqlite3.Connection, id: int, state: str, problem: str) -> None:
    conn.execute(
        "UPDATE jobs SET state = ?, problem = ?, ended_at = ? WHERE id = ?",
        [state, problem, now(), id],
    )


def _until(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")
