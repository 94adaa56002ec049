"""The vocabulary as readers look it up: units, measures, statuses, codes, powers, exemptions."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading.documents import Agreement, agreement


@dataclass(frozen=True, slots=True)
class Glossary:
    """Every word of the portal with its definition."""

    units: list[sqlite3.Row]
    measures: list[sqlite3.Row]
    statuses: list[sqlite3.Row]
    dimensions: list[tuple[sqlite3.Row, list[sqlite3.Row]]]
    powers: list[sqlite3.Row]
    purposes: list[sqlite3.Row]
    exemptions: list[sqlite3.Row]


@dataclass(frozen=True, slots=True)
class Methodology:
    """What the method page shows from the edition: breaks, marks, cautions, how readers agree."""

    breaks: list[sqlite3.Row]
    statuses: list[sqlite3.Row]
    cautions: list[sqlite3.Row]
    conflicts: int
    corrections: int
    agreement: Agreement


def glossary(db: sqlite3.Connection) -> Glossary:
    """Return all words of the portal."""
    dimensions = db.execute("SELECT * FROM dimensions ORDER BY label").fetchall()
    codes = "SELECT * FROM codes WHERE dimension = ? ORDER BY label"
    return Glossary(
        units=db.execute("SELECT * FROM units ORDER BY label").fetchall(),
        measures=db.execute(MEASURES).fetchall(),
        statuses=db.execute("SELECT * FROM statuses ORDER BY has_value DESC, label").fetchall(),
        dimensions=[(each, db.execute(codes, [each["id"]]).fetchall()) for each in dimensions],
        powers=db.execute('SELECT * FROM powers ORDER BY "from", label').fetchall(),
        purposes=db.execute("SELECT * FROM purposes ORDER BY label").fetchall(),
        exemptions=db.execute("SELECT * FROM exemptions ORDER BY section, label").fetchall(),
    )


MEASURES = """
SELECT m.*, u.label AS unit_label, u.many FROM measures m JOIN units u ON u.id = m.unit
ORDER BY m.topic, m.label
"""
CAUTIONS = """
SELECT caution, caution_source, group_concat(label, '; ') AS measures FROM measures
WHERE caution <> '' GROUP BY caution, caution_source ORDER BY min(topic), caution
"""
BREAKS = """
SELECT b.*, r.title AS source_title,
  (SELECT group_concat(m.label, '; ') FROM break_measures x JOIN measures m ON m.id = x.measure
   WHERE x.break = b.id) AS measures
FROM breaks b LEFT JOIN sources r ON r.id = b.source ORDER BY b.date, b.id
"""


def methodology(db: sqlite3.Connection) -> Methodology:
    """Return what the method page resolves from the edition."""
    return Methodology(
        breaks=db.execute(BREAKS).fetchall(),
        statuses=db.execute("SELECT * FROM statuses ORDER BY has_value DESC, label").fetchall(),
        cautions=db.execute(CAUTIONS).fetchall(),
        conflicts=db.execute("SELECT count(*) FROM conflicts").fetchone()[0],
        corrections=db.execute("SELECT count(*) FROM corrections").fetchone()[0],
        agreement=agreement(db),
    )
