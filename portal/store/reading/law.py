"""Laws that order data to be kept, and what happened when."""

import sqlite3
from dataclasses import dataclass
from datetime import date

FIRST_YEAR = 2001


@dataclass(frozen=True, slots=True)
class Law:
    """One law with its place on the axis of years; `start` is None when no day is in hand."""

    row: sqlite3.Row
    start: float | None
    end: float | None
    state_words: str


STATES = {
    "in_force": "in force",
    "ended": "ended",
    "struck_down": "struck down",
    "not_in_force": "not in force",
    "judgment": "judgment",
}


def laws(db: sqlite3.Connection, today: date) -> list[tuple[str, list[Law]]]:
    """Return laws by jurisdiction, the United Kingdom first and the European Union second."""
    rows = db.execute(
        "SELECT l.*, a.label AS area_label, r.title AS source_title, r.publisher FROM laws l "
        "JOIN areas a ON a.id = l.area LEFT JOIN sources r ON r.id = l.source "
        "ORDER BY l.area <> 'GB', l.area <> 'EU', a.label, "
        "l.in_force_from = '', l.in_force_from, l.id"
    ).fetchall()
    grouped: dict[str, list[Law]] = {}
    for row in rows:
        grouped.setdefault(row["area_label"], []).append(_law(row, today))
    return list(grouped.items())


def _law(row: sqlite3.Row, today: date) -> Law:
    start = _year(row["in_force_from"])
    ended = row["ended_on"] or (row["status_event_date"] if row["state"] != "in_force" else "")
    end = _year(ended) if ended else _year(today.isoformat())
    if start is not None and end is not None and end < start:
        end = start
    if row["state"] == "judgment" and start is not None:
        end = start
    return Law(row, start, end, STATES.get(row["state"], row["state"]))


def _year(text: str) -> float | None:
    """A date as a point on the axis, as exact as it is known: `2015-03` lies at 2015.17."""
    parts = [int(part) for part in text.split("-")] if text else []
    if not parts:
        return None
    month, day = (*parts[1:], 1, 1)[:2] if len(parts) > 1 else (1, 1)
    return parts[0] + (month - 1) / 12 + (day - 1) / 365


def in_force(db: sqlite3.Connection, area: str) -> sqlite3.Row | None:
    """Return the law in force in an area that says for how many months data are kept."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM laws WHERE area = ? AND state = 'in_force' AND months_max IS NOT NULL "
        "AND in_force_from <> '' ORDER BY in_force_from DESC LIMIT 1",
        [area],
    ).fetchone()
    return row


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: an event, the start or end of a law, or a break."""

    id: str
    date: str
    kind: str
    title: str
    detail: str
    area: str
    url: str
    source: str
    away: bool


def timeline(db: sqlite3.Connection, area: str = "") -> list[tuple[str, list[Entry]]]:
    """Return events and breaks by year, oldest first, of one area or of all."""
    where, values = ("WHERE t.area = ?", [area]) if area else ("", [])
    events = db.execute(
        "SELECT t.*, a.label AS area_label FROM timeline t "
        f"LEFT JOIN areas a ON a.id = t.area {where}",
        values,
    ).fetchall()
    entries = [
        Entry(
            e["id"], e["date"], "event", e["event"],
            ", ".join(part for part in (e["instrument"], e["body"]) if part),
            e["area_label"] or "", e["url"], e["source_title"], True,
        )
        for e in events
    ]  # fmt: skip
    entries += _law_entries(db, area) + _break_entries(db, area)
    by_year: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: (e.date, e.kind, e.title)):
        by_year.setdefault(entry.date[:4], []).append(entry)
    return list(by_year.items())


def _law_entries(db: sqlite3.Connection, area: str) -> list[Entry]:
    where, values = ("AND l.area = ?", [area]) if area else ("", [])
    rows = db.execute(
        "SELECT l.*, a.label AS area_label, r.title AS source_title FROM laws l "
        "JOIN areas a ON a.id = l.area LEFT JOIN sources r ON r.id = l.source "
        f"WHERE l.state <> 'judgment' {where}",
        values,
    ).fetchall()
    found = []
    for row in rows:
        for name, words in (("in_force_from", "begins"), ("ended_on", "ends")):
            if row[name]:
                said = f"{row['status']}" if name == "ended_on" else row["data_covered"]
                found.append(
                    Entry(
                        f"law-{words}-{row['id']}", row[name], "law",
                        f"{words}: {row['instrument']}", said, row["area_label"],
                        row["url"], row["source_title"] or "", True,
                    )
                )  # fmt: skip
    return found


def _break_entries(db: sqlite3.Connection, area: str) -> list[Entry]:
    rows = db.execute(
        "SELECT b.*, r.title AS source_title, "
        "(SELECT min((SELECT min(s.area) FROM series s WHERE s.measure = m.measure)) "
        "FROM break_measures m WHERE m.break = b.id) AS area "
        "FROM breaks b LEFT JOIN sources r ON r.id = b.source"
    ).fetchall()
    labels = dict(db.execute("SELECT id, label FROM areas").fetchall())
    wanted = [row for row in rows if not area or row["area"] == area]
    return [
        Entry(
            f"break-{row['id']}", row["date"], "break", row["title"], row["changed"],
            labels.get(row["area"], ""), f"/sources/{row['source']}" if row["source"] else "",
            row["source_title"] or "", False,
        )
        for row in wanted
    ]  # fmt: skip


def timeline_areas(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the areas that have an event or a law."""
    return db.execute(
        "SELECT id, label FROM areas WHERE id IN (SELECT area FROM timeline UNION "
        "SELECT area FROM laws) ORDER BY id <> 'GB', id <> 'EU', label"
    ).fetchall()
