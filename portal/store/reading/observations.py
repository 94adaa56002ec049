"""One figure with all that is known of it: where it stands, what it was, what contradicts it."""

import sqlite3
from dataclasses import dataclass, field

from portal.store.reading.lines import LINE

NEIGHBOURS = 60


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two or more sources that say different things of the same, each side with its figure."""

    conflict: sqlite3.Row
    sides: list[sqlite3.Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, its words, its place, its history and what lies around it in its series."""

    line: sqlite3.Row
    measure: sqlite3.Row
    unit: sqlite3.Row
    status: sqlite3.Row
    source: sqlite3.Row
    snapshot: sqlite3.Row
    revisions: list[sqlite3.Row]
    conflicts: list[Conflict]
    corrections: list[sqlite3.Row]
    breaks: list[sqlite3.Row]
    series: list[sqlite3.Row]


def figure(db: sqlite3.Connection, id: str) -> Figure | None:
    """Return one figure, None when no figure has that id."""
    line = db.execute(f"{LINE} WHERE o.id = ?", [id]).fetchone()
    if line is None:
        return None
    return Figure(
        line=line,
        measure=_one(db, "SELECT * FROM measures WHERE id = ?", line["measure"]),
        unit=_one(db, "SELECT * FROM units WHERE id = ?", line["unit"]),
        status=_one(db, "SELECT * FROM statuses WHERE id = ?", line["status"]),
        source=_one(db, SOURCE, line["source"]),
        snapshot=_one(db, "SELECT * FROM snapshots WHERE sha256 = ?", line["snapshot"]),
        revisions=db.execute(REVISIONS, [id]).fetchall(),
        conflicts=conflicts_of(db, id),
        corrections=db.execute(CORRECTIONS, [id]).fetchall(),
        breaks=db.execute(BREAKS, [line["measure"]]).fetchall(),
        series=neighbours(db, line),
    )


def _one(db: sqlite3.Connection, question: str, id: str) -> sqlite3.Row:
    row: sqlite3.Row = db.execute(question, [id]).fetchone()
    return row


SOURCE = """
SELECT r.*, l.label AS licence_label, l.url AS licence_url, l.attribution
FROM sources r JOIN licences l ON l.id = r.licence WHERE r.id = ?
"""
REVISIONS = """
SELECT r.*, t.label AS status_label, t.mark FROM revisions r JOIN statuses t ON t.id = r.status
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
WHERE m.measure = ? ORDER BY b.date, b.id
"""
SIDES = """
SELECT s.*, r.title AS source_title, o.value, o.low, o.high, o.marks, o.printed, o.period,
  o.status, o.series, u.one, u.many, u.kind AS unit_kind, u.symbol, o.id
FROM conflict_sides s LEFT JOIN sources r ON r.id = s.source
LEFT JOIN observations o ON o.id = s.observation LEFT JOIN units u ON u.id = o.unit
WHERE s.conflict = ? ORDER BY s.position
"""
NEAR = """
SELECT * FROM (SELECT id, start FROM observations WHERE series = ?1 AND start >= ?2
  ORDER BY start LIMIT ?3)
UNION SELECT * FROM (SELECT id, start FROM observations WHERE series = ?1 AND start < ?2
  ORDER BY start DESC LIMIT ?3)
"""


def conflicts_of(db: sqlite3.Connection, id: str) -> list[Conflict]:
    """Return the conflicts that a figure stands in, with all their sides."""
    question = """
    SELECT c.* FROM conflicts c WHERE c.id IN
      (SELECT conflict FROM conflict_sides WHERE observation = ?) ORDER BY c.id
    """
    found = db.execute(question, [id]).fetchall()
    return [Conflict(each, db.execute(SIDES, [each["id"]]).fetchall()) for each in found]


def neighbours(db: sqlite3.Connection, line: sqlite3.Row) -> list[sqlite3.Row]:
    """Return the figures of the same series, at most sixty around this one, in order of time."""
    half = NEIGHBOURS // 2
    near = f"SELECT id FROM ({NEAR})"
    return db.execute(
        f"{LINE} WHERE o.id IN ({near}) ORDER BY o.start, o.\"end\", o.source, o.id",
        [line["series"], line["start"], half],
    ).fetchall()
