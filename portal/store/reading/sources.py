"""Sources, and the archived bytes that figures were read from."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading.lists import Page, figures_by


@dataclass(frozen=True, slots=True)
class Source:
    """One source: what it is, its breaks and errors that we know of, and its figures."""

    source: sqlite3.Row
    breaks: list[sqlite3.Row]
    corrections: list[sqlite3.Row]
    laws: list[sqlite3.Row]
    figures: Page


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Archived bytes, and the figures read from them."""

    snapshot: sqlite3.Row
    figures: Page


LISTED = """
SELECT r.*, l.label AS licence_label FROM sources r JOIN licences l ON l.id = r.licence
WHERE (?1 = '' OR r.kind = ?1) ORDER BY r.kind, r.publisher, r.year, r.title
"""


def sources(db: sqlite3.Connection, kind: str = "") -> list[sqlite3.Row]:
    """Return all sources, or those of one kind."""
    return db.execute(LISTED, [kind]).fetchall()


def kinds(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the kinds of source that occur, and how many of each."""
    question = "SELECT kind, count(*) AS sources FROM sources GROUP BY kind ORDER BY kind"
    return db.execute(question).fetchall()


def source(db: sqlite3.Connection, id: str, page: int) -> Source | None:
    """Return one source with a page of its figures."""
    question = """
    SELECT r.*, l.label AS licence_label, l.url AS licence_url, l.attribution
    FROM sources r JOIN licences l ON l.id = r.licence WHERE r.id = ?
    """
    row = db.execute(question, [id]).fetchone()
    if row is None:
        return None
    return Source(
        source=row,
        breaks=_of(db, "SELECT * FROM breaks WHERE source = ? ORDER BY date", id),
        corrections=_of(db, "SELECT * FROM corrections WHERE source = ? ORDER BY id", id),
        laws=_of(db, "SELECT * FROM laws WHERE source = ? ORDER BY in_force_from", id),
        figures=figures_by(db, "source", id, page, row["observations"]),
    )


def _of(db: sqlite3.Connection, question: str, id: str) -> list[sqlite3.Row]:
    return db.execute(question, [id]).fetchall()


def snapshot(db: sqlite3.Connection, sha256: str, page: int) -> Snapshot | None:
    """Return archived bytes by their hash with a page of the figures read from them."""
    row = db.execute("SELECT * FROM snapshots WHERE sha256 = ?", [sha256]).fetchone()
    if row is None:
        return None
    return Snapshot(row, figures_by(db, "snapshot", sha256, page, row["observations"]))


def snapshots(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return all archived files that figures were read from."""
    return db.execute("SELECT * FROM snapshots ORDER BY name").fetchall()
