"""Operators and companies: who is asked, by the United Kingdom and, apart from it, by others."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading.bodies import Kin, body_row, drawn, held_by_measure, kin, names, newest
from portal.store.reading.figures import Figure, figures
from portal.store.reading.lists import PAGE, Page


@dataclass(frozen=True, slots=True)
class OperatorPage:
    """One operator or company: what the UK asked of it, what other states did, what it was paid."""

    body: sqlite3.Row
    names: list[str]
    kin: Kin
    held: list[sqlite3.Row]
    asks: list[sqlite3.Row]
    drawn: list[list[Figure]]
    banded: list[list[Figure]]
    uk: Page
    states: list[Figure]
    more_states: int

    @property
    def cautions(self) -> list[tuple[str, str]]:
        """The publishers' own cautions about what is shown, each once, with where it stands."""
        found = {m["caution"]: m["caution_source"] for m in self.held if m["caution"]}
        return list(found.items())


LISTED = """
SELECT b.id, b.label, b.body_type, b.note, b.valid_from, b.valid_to, t.label AS type_label,
  t.plural, coalesce(a.label, '') AS area_label, coalesce(sum(s.figures), 0) AS held,
  coalesce(sum(s.british), 0) AS from_uk,
  coalesce(min(nullif(s.first_day, '')), '') AS first, coalesce(max(s.last_day), '') AS last
FROM bodies b JOIN body_types t ON t.id = b.body_type LEFT JOIN areas a ON a.id = b.area
LEFT JOIN holdings s ON s.role = 'holder' AND s.body = b.id
WHERE t.side = 'operator' GROUP BY b.id ORDER BY t.rowid, b.label
"""


def operators(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the operators and companies with how many figures are held and from when."""
    return db.execute(LISTED).fetchall()


UK = """
WHERE o.rowid IN (SELECT o.rowid FROM observations o WHERE o.holder = ?1 AND o.area = 'GB'
  ORDER BY o.measure, o.start LIMIT ?2 OFFSET ?3)
ORDER BY o.measure, o.breakdown, o.start, o.id
"""
# The newest figure of each other state, of the count for which most of them are held.
STATES = """
WHERE o.rowid IN (SELECT (SELECT rowid FROM observations WHERE series = s.id
    ORDER BY start DESC LIMIT 1)
  FROM (SELECT id FROM series WHERE holder = ?1 AND measure = ?2 AND area <> 'GB'
    AND breakdown = '_T' LIMIT 300) s)
ORDER BY o.start DESC, a.label LIMIT 60
"""
WIDEST = """
SELECT s.measure, s.states FROM holdings s JOIN measures m ON m.id = s.measure
JOIN units u ON u.id = m.unit
WHERE s.role = 'holder' AND s.body = ? AND s.states > 0 AND u.kind = 'count'
ORDER BY m.label LIKE '%request%' DESC, s.states DESC LIMIT 1
"""


# What may be told in bands only: warrants and national security, the United Kingdom's first.
BANDED = """
SELECT s.id FROM series s WHERE s.holder = ? AND s.bands > 0
ORDER BY s.area <> 'GB', s.bands DESC, s.breakdown, s.measure DESC LIMIT 12
"""


def operator_page(db: sqlite3.Connection, id: str, page: int = 1) -> OperatorPage | None:
    """Return one operator or company, None when there is none of that id."""
    row = body_row(db, id)
    if row is None or row["side"] != "operator":
        return None
    held = held_by_measure(db, "holder", id)
    total = sum(row["british"] for row in held)
    uk = Page(figures(db, UK, [id, PAGE, (page - 1) * PAGE]), page, total)
    widest = db.execute(WIDEST, [id]).fetchone()
    states = figures(db, STATES, [id, widest["measure"]]) if widest else []
    return OperatorPage(
        body=row,
        names=names(db, row),
        kin=kin(db, row),
        held=held,
        asks=held_by_measure(db, "requester", id),
        drawn=drawn(db, "holder", id),
        banded=[newest(db, row["id"]) for row in db.execute(BANDED, [id]).fetchall()],
        uk=uk,
        states=states,
        more_states=(widest["states"] if widest else 0) - len(states),
    )
