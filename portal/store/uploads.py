"""Uploads that are under way: what is expected, whose it is, and the document it became."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.store.desk import Desk, now, transaction

COLUMNS = "id, person, name, bytes, sha256, request, publication, began_at, ended_at"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way: `sha256` is what its sender says, and once it ended, what it is."""

    id: str
    person: int
    name: str
    bytes: int
    sha256: str
    request: str
    publication: str
    began_at: str
    ended_at: str = ""


def begin(db: Desk, upload: Upload, most: int) -> bool:
    """Record an upload; False when that person has too many under way."""
    with transaction(db) as conn:
        open_now = "SELECT count(*) FROM uploads WHERE person = ? AND ended_at = ''"
        if conn.execute(open_now, [upload.person]).fetchone()[0] >= most:
            return False
        conn.execute(
            f"INSERT INTO uploads ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')",
            [upload.id, upload.person, upload.name, upload.bytes, upload.sha256]
            + [upload.request, upload.publication, now()],
        )
    return True


def find(db: Desk, id: str, person: int) -> Upload | None:
    """A person's own upload; None for anybody else's."""
    sql = f"SELECT {COLUMNS} FROM uploads WHERE id = ? AND person = ?"
    return _one(db.conn.execute(sql, [id, person]).fetchone())


def under_way(db: Desk, person: int) -> list[Upload]:
    """A person's uploads that have not ended, oldest first."""
    sql = f"SELECT {COLUMNS} FROM uploads WHERE person = ? AND ended_at = '' ORDER BY began_at, id"
    return [Upload(*row) for row in db.conn.execute(sql, [person]).fetchall()]


def older_than(db: Desk, hours: float) -> list[Upload]:
    """Uploads of anybody that began so long ago and have not ended."""
    before = (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="seconds")
    sql = f"SELECT {COLUMNS} FROM uploads WHERE ended_at = '' AND began_at < ?"
    return [Upload(*row) for row in db.conn.execute(sql, [before]).fetchall()]


def known(db: Desk, id: str) -> bool:
    """Whether there is an upload of that id that has not ended."""
    sql = "SELECT 1 FROM uploads WHERE id = ? AND ended_at = ''"
    return bool(db.conn.execute(sql, [id]).fetchone())


def name_of(db: Desk, person: int) -> str:
    """The name of the person with that number."""
    row = db.conn.execute("SELECT name FROM people WHERE id = ?", [person]).fetchone()
    return str(row[0]) if row else ""


def end(db: Desk, id: str, name: str, sha256: str) -> None:
    """Say which document an upload became, and under which name it is kept."""
    with transaction(db) as conn:
        conn.execute(
            "UPDATE uploads SET ended_at = ?, name = ?, sha256 = ? WHERE id = ? AND ended_at = ''",
            [now(), name, sha256, id],
        )


def drop(db: Desk, id: str) -> None:
    """Forget an upload that will not end."""
    with transaction(db) as conn:
        conn.execute("DELETE FROM uploads WHERE id = ? AND ended_at = ''", [id])


def _one(row: sqlite3.Row | None) -> Upload | None:
    return Upload(*row) if row else None
