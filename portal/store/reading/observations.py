"""One figure with all that is known of it: where it stands, what it was, what contradicts it."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.store.reading.figures import Figure, figure, figures
from portal.store.reading.lists import figures_of

NEIGHBOURS = 40


@dataclass(frozen=True, slots=True)
class Side:
    """What one source says in a conflict; its figure is None when only a note tells of it."""

    says: str
    source: str
    source_title: str
    figure: Figure | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two or more sources that say different things of the same."""

    id: str
    title: str
    explanation: str
    preferred: str
    sides: list[Side]


@dataclass(frozen=True, slots=True)
class FigurePage:
    """A figure, its words, its place, its history and what lies around it in its series."""

    figure: Figure
    place: sqlite3.Row
    measure: sqlite3.Row
    unit: sqlite3.Row
    status: sqlite3.Row
    source: sqlite3.Row
    revisions: list[sqlite3.Row]
    conflicts: list[Conflict]
    corrections: list[sqlite3.Row]
    breaks: list[sqlite3.Row]
    series: list[Figure]


def figure_page(db: sqlite3.Connection, id: str) -> FigurePage | None:
    """Return one figure with its surroundings, None when no figure has that id."""
    found = figure(db, id)
    if found is None:
        return None
    return FigurePage(
        figure=found,
        place=_one(db, PLACE, id),
        measure=_one(db, "SELECT * FROM measures WHERE id = ?", found.measure),
        unit=_one(db, "SELECT * FROM units WHERE id = ?", found.unit),
        status=_one(db, "SELECT * FROM statuses WHERE id = ?", found.status),
        source=_one(db, SOURCE, found.source),
        revisions=db.execute(REVISIONS, [id]).fetchall(),
        conflicts=conflicts(db, "SELECT conflict FROM conflict_sides WHERE observation = ?", [id]),
        corrections=db.execute(CORRECTIONS, [id]).fetchall(),
        breaks=db.execute(BREAKS, [found.measure, found.holder, found.holder]).fetchall(),
        series=neighbours(db, found),
    )


def _one(db: sqlite3.Connection, question: str, id: str) -> sqlite3.Row:
    row: sqlite3.Row = db.execute(question, [id]).fetchone()
    return row


PLACE = """
SELECT s.sha256, s.name, s.address, s.media_type, s.bytes, s.mirrored, o.part, o."row", o."column"
FROM observations o JOIN snapshots s ON s.sha256 = o.snapshot WHERE o.id = ?
"""
SOURCE = """
SELECT r.*, l.label AS licence_label, l.url AS licence_url, l.attribution
FROM sources r JOIN licences l ON l.id = r.licence WHERE r.id = ?
"""
REVISIONS = """
SELECT r.*, t.label AS status_label, t.mark, u.one, u.many, u.kind, u.symbol, o.unit
FROM revisions r JOIN statuses t ON t.id = r.status
JOIN observations o ON o.id = r.observation JOIN units u ON u.id = o.unit
WHERE r.observation = ? ORDER BY r.revision DESC
"""
CORRECTIONS = """
SELECT c.*, r.title AS source_title FROM correction_figures f
JOIN corrections c ON c.id = f.correction LEFT JOIN sources r ON r.id = c.source
WHERE f.observation = ? ORDER BY c.id
"""
BREAKS = """
SELECT DISTINCT b.*, r.title AS source_title FROM break_measures m
JOIN breaks b ON b.id = m.break LEFT JOIN sources r ON r.id = b.source
WHERE m.measure = ? AND coalesce(b.holder, ?) = ? ORDER BY b.date, b.id
"""
SIDES = """
SELECT s.observation, s.says, s.source, coalesce(r.title, '') AS source_title
FROM conflict_sides s LEFT JOIN sources r ON r.id = s.source
WHERE s.conflict = ? ORDER BY s.position
"""


def conflicts(
    db: sqlite3.Connection, wanted: str = "SELECT id FROM conflicts", given: Sequence[str] = ()
) -> list[Conflict]:
    """Return conflicts with both their sides: all, or those whose ids a question of ours gives."""
    question = f"SELECT * FROM conflicts WHERE id IN ({wanted}) ORDER BY title, id"
    rows = db.execute(question, given).fetchall()
    sides = {row["id"]: db.execute(SIDES, [row["id"]]).fetchall() for row in rows}
    ids = {s["observation"] for each in sides.values() for s in each if s["observation"]}
    held = figures_of(db, sorted(ids))
    return [_conflict(row, sides[row["id"]], held) for row in rows]


def _conflict(
    row: sqlite3.Row, sides: Sequence[sqlite3.Row], held: Mapping[str, Figure]
) -> Conflict:
    found = [
        Side(s["says"], s["source"] or "", s["source_title"], held.get(s["observation"]))
        for s in sides
    ]
    return Conflict(row["id"], row["title"], row["explanation"], row["preferred"] or "", found)


# Both halves walk the index of the series outward from this figure's first day.
NEAR = """
WHERE o.rowid IN (
  SELECT * FROM (SELECT rowid FROM observations WHERE series = ?1 AND start >= ?2
    ORDER BY start LIMIT ?3)
  UNION ALL
  SELECT * FROM (SELECT rowid FROM observations WHERE series = ?1 AND start < ?2
    ORDER BY start DESC LIMIT ?3))
ORDER BY o.start, o."end", o.source, o.id
"""


def neighbours(db: sqlite3.Connection, one: Figure) -> list[Figure]:
    """Return the figures of the same series, so many to each side, in order of time."""
    return figures(db, NEAR, [one.series, one.start, NEIGHBOURS // 2])
