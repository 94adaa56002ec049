"""What inspection and extraction found in a document, recorded at once with the end of its job."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from portal.store import queue
from portal.store.desk import Desk, now, transaction
from portal.store.writing import note


@dataclass(frozen=True, slots=True)
class Found:
    """Findings of one kind at one place, and what they lead to."""

    kind: str
    place: str
    count: int
    outcome: str


@dataclass(frozen=True, slots=True)
class HeldCell:
    """A cell that waits for a reviewer; counted from 0."""

    row: int
    column: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table as it lies in the store: its JSON, its shape, what is doubtful, what is held."""

    number: int
    place: str
    page: int
    title: str
    shape: str
    confidence: float
    doubts: Sequence[str]
    content: str
    held: Sequence[HeldCell] = ()


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The archived picture of a page: size in pixels, `scale` in pixels to the point."""

    page: int
    picture: str
    width: int
    height: int
    scale: float


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one reading of a document found."""

    kind: str
    outcome: str
    walls: Sequence[str]
    problem: str
    pages: int
    findings: Sequence[Found] = ()
    tables: Sequence[FoundTable] = ()
    pictures: Sequence[PagePicture] = ()

    @property
    def state(self) -> str:
        """The state that the outcome leads to."""
        known = {"reject": "rejected", "quarantine": "quarantined"}
        return known.get(self.outcome, "ready")


def record(db: Desk, job: queue.Job, reading: Reading) -> bool:
    """Record a reading of the document `job.object`; False when another attempt was first.

    A second reading replaces tables that nobody has worked on; tables with proposals stay.
    """
    with transaction(db) as conn:
        if not queue.finish(conn, job):
            return False
        conn.execute(
            "UPDATE documents SET kind = ?, state = ?, outcome = ?, problem = ?, walls = ?,"
            " pages = ?, read_at = ?, version = version + 1 WHERE sha256 = ?",
            [reading.kind, reading.state, reading.outcome, reading.problem]
            + [" ".join(reading.walls), reading.pages, now(), job.object],
        )
        conn.execute("DELETE FROM document_findings WHERE document = ?", [job.object])
        conn.executemany(
            "INSERT INTO document_findings VALUES (?, ?, ?, ?, ?)",
            [(job.object, f.kind, f.place, f.count, f.outcome) for f in reading.findings],
        )
        _pictures(conn, job.object, reading.pictures)
        _tables(conn, job.object, reading.tables)
        kinds = sorted({f.kind for f in reading.findings})
        detail = {"outcome": reading.outcome, "tables": len(reading.tables), "findings": kinds}
        note(conn, "portal", "read document", job.object, json.dumps(detail))
    return True


def begin(db: Desk, sha256: str) -> None:
    """Say that a document is being read."""
    with transaction(db) as conn:
        conn.execute(
            "UPDATE documents SET state = 'reading' WHERE sha256 = ? AND state = 'received'",
            [sha256],
        )


def _pictures(conn: sqlite3.Connection, sha256: str, pictures: Sequence[PagePicture]) -> None:
    conn.executemany(
        "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?)",
        [(sha256, p.page, p.picture, p.width, p.height, p.scale) for p in pictures],
    )


def _tables(conn: sqlite3.Connection, sha256: str, tables: Sequence[FoundTable]) -> None:
    used = (
        "SELECT id FROM document_tables WHERE document = ? AND id IN"
        " (SELECT table_id FROM proposals WHERE table_id IS NOT NULL)"
    )
    if conn.execute(used, [sha256]).fetchone():
        return
    old = "(SELECT id FROM document_tables WHERE document = ?)"
    conn.execute(f"DELETE FROM held_cells WHERE table_id IN {old}", [sha256])
    conn.execute("DELETE FROM document_tables WHERE document = ?", [sha256])
    for each in tables:
        made = conn.execute(
            "INSERT INTO document_tables (document, number, place, page, title, shape, confidence,"
            f" doubts, content) VALUES ({', '.join('?' * 9)})",
            [sha256, each.number, each.place, each.page, each.title, each.shape, each.confidence]
            + [json.dumps(list(each.doubts), ensure_ascii=False), each.content],
        )
        conn.executemany(
            'INSERT INTO held_cells (table_id, "row", "column", reason, text)'
            " VALUES (?, ?, ?, ?, ?)",
            [(made.lastrowid, h.row, h.column, h.reason, h.text) for h in each.held],
        )
