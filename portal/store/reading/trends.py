"""Finding a series: measures by topic, series of a measure, chains, and series side by side."""

import sqlite3
from dataclasses import dataclass

from portal.core.observations import TOTAL
from portal.store.reading.figures import Figure, figures

TOPICS = {
    "volume": "How much is asked",
    "company": "What companies report",
    "foi": "What police forces answered",
    "errors": "Errors",
    "cost": "Money",
    "warrants": "Interception warrants (content, not communications data)",
    "covert": "Covert surveillance by councils (not communications data)",
    "retention": "Keeping data",
    "abroad": "Other countries",
    "denominator": "Population and police officers",
}
DIMENSIONS = ("requester", "holder", "area", "breakdown")
TABLES = {"requester": "bodies", "holder": "bodies", "area": "areas", "breakdown": "breakdowns"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a part of the key, as a form offers it."""

    id: str
    label: str
    chosen: bool


def measures(db: sqlite3.Connection) -> list[tuple[str, list[sqlite3.Row]]]:
    """Return the measures that have figures, by topic in the order a reader asks."""
    rows = db.execute(
        "SELECT m.*, u.many, (SELECT count(*) FROM series s WHERE s.measure = m.id) AS series "
        "FROM measures m JOIN units u ON u.id = m.unit WHERE m.observations > 0 ORDER BY m.label"
    ).fetchall()
    topics = [*TOPICS, *sorted({r["topic"] for r in rows} - set(TOPICS))]
    grouped = [(TOPICS.get(t, t), [r for r in rows if r["topic"] == t]) for t in topics]
    return [(label, found) for label, found in grouped if found]


def measure(db: sqlite3.Connection, id: str) -> sqlite3.Row | None:
    """Return one measure with its unit."""
    row: sqlite3.Row | None = db.execute(
        "SELECT m.*, u.label AS unit_label, u.one, u.many, u.definition AS unit_definition, "
        "u.kind, u.symbol FROM measures m JOIN units u ON u.id = m.unit WHERE m.id = ?",
        [id],
    ).fetchone()
    return row


def series_of(db: sqlite3.Connection, measure: str) -> list[sqlite3.Row]:
    """Return all series of a measure: national totals first, then the longest."""
    return db.execute(
        "SELECT s.*, q.label AS requester_label, h.label AS holder_label, a.label AS area_label, "
        "b.label AS breakdown_label FROM series s "
        "JOIN bodies q ON q.id = s.requester JOIN bodies h ON h.id = s.holder "
        "JOIN areas a ON a.id = s.area JOIN breakdowns b ON b.id = s.breakdown "
        "WHERE s.measure = ? ORDER BY s.breakdown <> ?, s.requester <> ?, s.area <> 'GB', "
        "s.observations DESC, s.label",
        [measure, TOTAL, TOTAL],
    ).fetchall()


def series(db: sqlite3.Connection, id: str) -> sqlite3.Row | None:
    """Return one series with the words of its key."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM series WHERE id = ?", [id]).fetchone()
    return row


def choices(rows: list[sqlite3.Row], chosen: sqlite3.Row | None) -> dict[str, list[Choice]]:
    """Return what each part of the key can be, for the parts in which there is a choice."""
    offered = {}
    for part in DIMENSIONS:
        labels = {row[part]: _label(row, part) for row in rows}
        if len(labels) > 1:
            ordered = sorted(labels.items(), key=lambda pair: (pair[0] != TOTAL, pair[1]))
            now = chosen[part] if chosen else None
            offered[part] = [Choice(id, label, id == now) for id, label in ordered]
    return offered


def _label(row: sqlite3.Row, part: str) -> str:
    return "Total" if row[part] == TOTAL else str(row[f"{part}_label"])


def chain(db: sqlite3.Connection, id: str) -> sqlite3.Row | None:
    """Return one chain of measures."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM chains WHERE id = ?", [id]).fetchone()
    return row


def chains(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return all chains, the national one first."""
    return db.execute("SELECT * FROM chains ORDER BY id <> 'national', label").fetchall()


def chain_figures(db: sqlite3.Connection, id: str) -> list[Figure]:
    """Return the national totals of the measures of a chain in order of time."""
    return figures(
        db,
        "JOIN (SELECT x.measure, x.position, (SELECT min(s.area) FROM series s "
        "WHERE s.measure = x.measure) AS area FROM chain_measures x WHERE x.chain = ?) c "
        "ON c.measure = o.measure AND c.area = o.area "
        "WHERE o.requester IN (?, 'home-office') AND o.holder = ? AND o.breakdown = ? "
        'ORDER BY o.start, o."end", c.position, o.source',
        [id, TOTAL, TOTAL, TOTAL],
    )


def found_series(db: sqlite3.Connection, words: str, limit: int = 40) -> list[sqlite3.Row]:
    """Return series whose name holds every word, the longest first."""
    parts = [f"%{word}%" for word in words.split()[:6]]
    if not parts:
        return []
    where = " AND ".join("label LIKE ?" for _ in parts)
    return db.execute(
        f"SELECT * FROM series WHERE {where} ORDER BY observations DESC, label LIMIT ?",
        [*parts, limit],
    ).fetchall()
