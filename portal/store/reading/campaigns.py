"""Public campaigns as an edition holds them: who was asked, what came of it, what is in hand."""

import json
import sqlite3
from dataclasses import dataclass

from portal.core.foi import league
from portal.core.foi.league import Asked
from portal.core.foi.matrix import ORDER, Cell, Line, counts, matrix

CAMPAIGNS = """
SELECT c.*, count(a.body) AS asked, sum(a.answered_on <> '') AS answered
FROM campaigns c LEFT JOIN asked a ON a.campaign = c.id
GROUP BY c.id ORDER BY c.last DESC, c.title, c.id
"""
ASKED = """
SELECT a.*, b.label, b.body_type FROM asked a JOIN bodies b ON b.id = a.body
WHERE a.campaign = ? ORDER BY b.label, a.sent_on, a.reference
"""
HELD = """
SELECT DISTINCT o.requester, substr(o.start, 1, 4), substr(o."end", 1, 4) FROM observations o
WHERE o.measure IN (SELECT value FROM json_each(?)) AND o.start <> '' AND o.status <> 'withdrawn'
  AND o.requester IN (SELECT body FROM asked WHERE campaign = ?)
"""
# Only campaigns that ask how much was asked for: their answers would fill that matrix.
GAPS = """
SELECT a.body, a.state, c.first, c.last FROM asked a JOIN campaigns c ON c.id = a.campaign
WHERE EXISTS (SELECT 1 FROM measures m WHERE m.topic IN ('volume', 'foi')
  AND instr(' ' || c.measures || ' ', ' ' || m.id || ' '))
"""
COLUMNS = (
    "campaign", "body", "label", "body_type", "reference", "address", "law", "sent_on", "due_on",
    "answered_on", "state", "exemptions", "working_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicCampaign:
    """One campaign on the day of its edition."""

    about: sqlite3.Row
    years: range
    rows: list[sqlite3.Row]
    times: list[league.Times]
    refusals: list[league.Refused]
    places: list[league.Place]
    waiting: list[Asked]
    untimed: list[Asked]
    matrix: list[Line]
    cells: dict[str, int]
    measures: list[sqlite3.Row]
    types: dict[str, str]
    exemptions: dict[str, sqlite3.Row]


def campaigns(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Every public campaign with how many were asked and answered, the newest years first."""
    return db.execute(CAMPAIGNS).fetchall()


def rows(db: sqlite3.Connection, id: str) -> list[sqlite3.Row]:
    """The requests of a campaign with the names of their authorities."""
    return db.execute(ASKED, [id]).fetchall()


def held_years(db: sqlite3.Connection, id: str, measures: list[str], years: range) -> set[
    tuple[str, int]
]:  # fmt: skip
    """The (body, year) of which a figure of one of the measures is in the edition."""
    found = set()
    for body, first, last in db.execute(HELD, [json.dumps(measures), id]):
        found |= {(body, year) for year in years if first <= str(year) <= (last or first)}
    return found


def campaign(db: sqlite3.Connection, id: str, today: str) -> PublicCampaign | None:
    """Return one campaign; what is overdue is counted on the day `today`. None if not there."""
    about = db.execute("SELECT * FROM campaigns WHERE id = ?", [id]).fetchone()
    if about is None:
        return None
    found = rows(db, id)
    asked = [_asked(row) for row in found]
    years = range(int(about["first"]), int(about["last"]) + 1)
    measures = about["measures"].split()
    held = held_years(db, id, measures, years)
    lines = matrix(
        {each.body: each.label for each in asked},
        years,
        [(each.body, each.state) for each in asked],
        held,
    )
    of_measures = "SELECT id, label FROM measures WHERE id IN (SELECT value FROM json_each(?))"
    return PublicCampaign(
        about=about,
        years=years,
        rows=found,
        times=league.times(asked, today),
        refusals=league.refusals(asked),
        places=league.places(asked),
        waiting=league.waiting(asked),
        untimed=[each for each in asked if each.is_answered and each.working_days is None],
        matrix=lines,
        cells=counts(lines),
        measures=db.execute(of_measures, [json.dumps(measures)]).fetchall(),
        types=dict(db.execute("SELECT id, plural FROM body_types").fetchall()),
        exemptions={row["id"]: row for row in db.execute("SELECT * FROM exemptions")},
    )


def gap_states(db: sqlite3.Connection) -> dict[tuple[str, int], Cell]:
    """What campaigns have got for each (body, year) that they asked for, the best answer of all.

    The matrix of gaps shows it where no figure is in hand.
    """
    found: dict[tuple[str, int], Cell] = {}
    for body, state, first, last in db.execute(GAPS):
        for year in range(int(first), int(last) + 1):
            before = found.get((body, year))
            if before is None or ORDER.index(state) < ORDER.index(before.state):
                found[body, year] = Cell(year, state)
    return found


def _asked(row: sqlite3.Row) -> Asked:
    return Asked(
        body=row["body"],
        label=row["label"],
        body_type=row["body_type"],
        law=row["law"],
        state=row["state"],
        sent_on=row["sent_on"],
        due_on=row["due_on"],
        answered_on=row["answered_on"],
        exemptions=tuple(json.loads(row["exemptions"])),
        working_days=row["working_days"],
        address=row["address"],
    )
