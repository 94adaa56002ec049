"""Sources, and the archived bytes that figures were read from."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading import revising
from portal.store.reading.lists import Page, figures_by


@dataclass(frozen=True, slots=True)
class Source:
    """One source: what it is, its breaks and errors that we know of, and its figures."""

    source: sqlite3.Row
    breaks: list[sqlite3.Row]
    corrections: list[sqlite3.Row]
    laws: list[sqlite3.Row]
    pairs: list[revising.Pair]
    files: list[sqlite3.Row]
    told: "Told"
    figures: Page


@dataclass(frozen=True, slots=True)
class Told:
    """What a source tells in words: publications with their notes and files, and requests."""

    publications: list[sqlite3.Row]
    notes: dict[str, list[sqlite3.Row]]
    files: dict[str, list[sqlite3.Row]]
    requests: list[sqlite3.Row]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Archived bytes, where they came from and when, and the figures read from them."""

    snapshot: sqlite3.Row
    fetches: list[sqlite3.Row]
    licences: list[sqlite3.Row]
    pairs: list[sqlite3.Row]
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


def source_row(db: sqlite3.Connection, id: str) -> sqlite3.Row | None:
    """Return one source with its licence."""
    question = """
    SELECT r.*, l.label AS licence_label, l.url AS licence_url, l.attribution
    FROM sources r JOIN licences l ON l.id = r.licence WHERE r.id = ?
    """
    row: sqlite3.Row | None = db.execute(question, [id]).fetchone()
    return row


def source(db: sqlite3.Connection, id: str, page: int) -> Source | None:
    """Return one source with a page of its figures."""
    row = source_row(db, id)
    if row is None:
        return None
    return Source(
        source=row,
        breaks=_of(db, "SELECT * FROM breaks WHERE source = ? ORDER BY date", id),
        corrections=_of(db, "SELECT * FROM corrections WHERE source = ? ORDER BY id", id),
        laws=_of(db, "SELECT * FROM laws WHERE source = ? ORDER BY in_force_from", id),
        pairs=revising.pairs(db, id),
        files=_of(db, FILES, id),
        told=_told(db, id),
        figures=figures_by(db, "source", id, page, row["observations"]),
    )


FILES = """
SELECT f.*, s.name, s.bytes, s.observations FROM fetches f JOIN snapshots s ON s.sha256 = f.snapshot
WHERE f.source = ? ORDER BY f.label, f.first_fetched DESC
"""
PUBLICATIONS = """
SELECT rowid AS number, * FROM publications WHERE source = ? ORDER BY updated DESC, id LIMIT 100
"""
REQUESTS = """
SELECT f.rowid AS number, f.*, b.label AS body_label FROM foi_requests f
LEFT JOIN bodies b ON b.id = f.body WHERE f.source = ? ORDER BY f.updated DESC, f.id LIMIT 100
"""
NOTES = "SELECT * FROM publication_notes WHERE publication = ? ORDER BY date DESC, position"
OFFERED = "SELECT * FROM publication_files WHERE publication = ? ORDER BY position"


def _told(db: sqlite3.Connection, id: str) -> Told:
    publications = _of(db, PUBLICATIONS, id)
    paths = [row["id"] for row in publications]
    return Told(
        publications,
        {path: _of(db, NOTES, path) for path in paths},
        {path: _of(db, OFFERED, path) for path in paths},
        _of(db, REQUESTS, id),
    )


def _of(db: sqlite3.Connection, question: str, id: str) -> list[sqlite3.Row]:
    return db.execute(question, [id]).fetchall()


def snapshot(db: sqlite3.Connection, sha256: str, page: int) -> Snapshot | None:
    """Return archived bytes by their hash with a page of the figures read from them."""
    row = db.execute("SELECT * FROM snapshots WHERE sha256 = ?", [sha256]).fetchone()
    if row is None:
        return None
    return Snapshot(
        row,
        _of(db, "SELECT * FROM fetches WHERE snapshot = ? ORDER BY first_fetched, address", sha256),
        _of(db, LICENCES, sha256),
        db.execute(PAIRS, [sha256]).fetchall(),
        figures_by(db, "snapshot", sha256, page, row["observations"]),
    )


LICENCES = """
SELECT DISTINCT l.* FROM fetches f JOIN sources r ON r.id = f.source
JOIN licences l ON l.id = r.licence WHERE f.snapshot = ?
"""
PAIRS = "SELECT * FROM comparisons WHERE old = ?1 OR new = ?1 ORDER BY position"


def snapshots(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return all archived files that figures were read from."""
    return db.execute("SELECT * FROM snapshots ORDER BY name").fetchall()
