"""Authorities and other bodies: the list, and one with all that is held of it and what is not."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.core.comparison import rate
from portal.core.errors import NotComparable
from portal.core.vocabulary import Vocabulary
from portal.store.reading.figures import Figure, figures, rules
from portal.store.reading.lists import PAGE, Page

# What a rate may be of, and per how many of what: a measure of data/vocabulary/measures.toml.
PER = {"resident_population": 100_000, "police_officers": 100}
# The note of a body in data/bodies.csv says so where residents are no measure of its size.
NO_RATES = "do not compute rates"


@dataclass(frozen=True, slots=True)
class Kin:
    """What came before a body, what it belongs to or became, and what belongs to it."""

    parent: sqlite3.Row | None
    predecessors: list[sqlite3.Row]
    parts: list[sqlite3.Row]


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure per so many residents or officers, with the method and the publisher's caution."""

    figure: Figure
    base: Figure
    per: int
    low: Decimal | None
    high: Decimal | None
    method: str
    caution: str
    caution_source: str


@dataclass(frozen=True, slots=True)
class BodyPage:
    """One body with its names, its kin, its figures on both sides of the flow, and the gaps."""

    body: sqlite3.Row
    names: list[str]
    kin: Kin
    held: list[sqlite3.Row]
    asked: list[sqlite3.Row]
    missing: list[sqlite3.Row]
    figures: Page
    drawn: list[list[Figure]]
    sizes: list[Figure]
    rates: list[Rate]
    no_rates: bool

    @property
    def cautions(self) -> list[tuple[str, str]]:
        """The publishers' own cautions about what is shown, each once, with where it stands."""
        found = {m["caution"]: m["caution_source"] for m in self.held if m["caution"]}
        return list(found.items())

    @property
    def rate_cautions(self) -> list[tuple[str, str]]:
        """The cautions that belong beside the rates, each once."""
        return list({r.caution: r.caution_source for r in self.rates if r.caution}.items())


LISTED = """
SELECT b.id, b.label, b.body_type, b.area, b.valid_from, b.valid_to, b.note, t.label AS type_label,
  t.plural, t.side, coalesce(a.label, '') AS area_label, coalesce(sum(s.figures), 0) AS held,
  coalesce(min(nullif(s.first_day, '')), '') AS first, coalesce(max(s.last_day), '') AS last
FROM bodies b JOIN body_types t ON t.id = b.body_type LEFT JOIN areas a ON a.id = b.area
LEFT JOIN holdings s ON s.role = 'requester' AND s.body = b.id
  AND s.measure IN (SELECT id FROM measures WHERE topic <> 'denominator')
WHERE b.id <> '_T' AND t.side <> 'operator' AND (?1 = '' OR b.body_type = ?1)
  AND (?2 = '' OR b.area = ?2)
  AND (?3 = '' OR b.id IN (SELECT body FROM body_names WHERE name LIKE '%' || ?3 || '%'))
GROUP BY b.id ORDER BY t.rowid, b.label
"""
BODY = """
SELECT b.*, t.label AS type_label, t.plural, t.side, coalesce(a.label, '') AS area_label
FROM bodies b JOIN body_types t ON t.id = b.body_type LEFT JOIN areas a ON a.id = b.area
WHERE b.id = ? AND b.id <> '_T'
"""


def bodies(
    db: sqlite3.Connection, kind: str = "", area: str = "", name: str = ""
) -> list[sqlite3.Row]:
    """Return the bodies that ask or oversee, with how many figures are held and from when."""
    like = name.replace("%", "").replace("_", "")
    return db.execute(LISTED, [kind, area, like]).fetchall()


def body_types(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the types of body that ask or oversee, and how many bodies each has."""
    question = """
    SELECT t.*, count(b.id) AS bodies FROM body_types t
    JOIN bodies b ON b.body_type = t.id AND b.id <> '_T'
    WHERE t.side <> 'operator' GROUP BY t.id ORDER BY t.rowid
    """
    return db.execute(question).fetchall()


def body_areas(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the areas that these bodies belong to."""
    question = """
    SELECT a.id, a.label FROM areas a WHERE a.id IN (SELECT b.area FROM bodies b
      JOIN body_types t ON t.id = b.body_type WHERE t.side <> 'operator') ORDER BY a.label
    """
    return db.execute(question).fetchall()


def body_row(db: sqlite3.Connection, id: str) -> sqlite3.Row | None:
    """Return one body with its type and area in words."""
    row: sqlite3.Row | None = db.execute(BODY, [id]).fetchone()
    return row


def body_page(db: sqlite3.Connection, id: str, page: int = 1) -> BodyPage | None:
    """Return one body, None when there is none of that id."""
    row = body_row(db, id)
    if row is None:
        return None
    held = held_by_measure(db, "requester", id)
    about = [m for m in held if m["topic"] != "denominator"]
    no_rates = NO_RATES in row["note"].lower()
    sizes = figures(db, SIZES, [id])
    return BodyPage(
        body=row,
        names=names(db, row),
        kin=kin(db, row),
        held=about,
        asked=held_by_measure(db, "holder", id),
        missing=db.execute(MISSING, [row["body_type"], row["area"], id]).fetchall(),
        figures=requested(db, id, page, sum(m["figures"] for m in about)),
        drawn=drawn(db, "requester", id),
        sizes=sizes,
        rates=[] if no_rates else rates(db, id, sizes, held),
        no_rates=no_rates,
    )


def names(db: sqlite3.Connection, body: sqlite3.Row) -> list[str]:
    """Return the other names under which publishers mean this body."""
    question = "SELECT name FROM body_names WHERE body = ? AND name <> ? ORDER BY name"
    return [row["name"] for row in db.execute(question, [body["id"], body["label"]])]


def kin(db: sqlite3.Connection, body: sqlite3.Row) -> Kin:
    """Return what a body belongs to or became; a child that has ended was a predecessor."""
    one = "SELECT id, label, body_type, valid_from, valid_to FROM bodies WHERE id = ?"
    children = db.execute(CHILDREN, [body["id"]]).fetchall()
    return Kin(
        db.execute(one, [body["parent"]]).fetchone() if body["parent"] else None,
        [child for child in children if child["valid_to"]],
        [child for child in children if not child["valid_to"]],
    )


CHILDREN = """
SELECT id, label, body_type, valid_from, valid_to FROM bodies WHERE parent = ? ORDER BY label
"""
HELD = """
SELECT m.id, m.label, m.topic, m.caution, m.caution_source, u.many,
  s.figures, s.british, s.states, s.first_day AS first, s.last_day AS last
FROM holdings s JOIN measures m ON m.id = s.measure JOIN units u ON u.id = m.unit
WHERE s.role = ? AND s.body = ? ORDER BY m.topic = 'denominator', m.topic, m.label
"""
# A measure that others of the same type and area have, and this body has not: a gap to ask about.
MISSING = """
SELECT m.id, m.label, count(*) AS others FROM holdings s
JOIN bodies b ON b.id = s.body AND b.body_type = ?1 AND b.area IS ?2
JOIN measures m ON m.id = s.measure
WHERE s.role = 'requester' AND m.topic IN ('volume', 'foi', 'cost', 'errors') AND m.id NOT IN
  (SELECT measure FROM holdings WHERE role = 'requester' AND body = ?3)
GROUP BY m.id HAVING others >= 2 ORDER BY others DESC, m.label
"""
SIZES = """
WHERE o.rowid IN (SELECT rowid FROM observations WHERE requester = ?
    AND measure IN (SELECT id FROM measures WHERE topic = 'denominator')
  ORDER BY start DESC LIMIT 40)
ORDER BY o.measure DESC, o.start, o.id
"""


def held_by_measure(db: sqlite3.Connection, column: str, id: str) -> list[sqlite3.Row]:
    """Return the measures held of a body on one side: how many figures, from when to when."""
    return db.execute(HELD, [column, id]).fetchall()


def requested(db: sqlite3.Connection, id: str, page: int, total: int) -> Page:
    """Return a page of a body's figures, its size in residents and officers left out."""
    inner = """
    SELECT o.rowid FROM observations o WHERE o.requester = ?
      AND o.measure NOT IN (SELECT id FROM measures WHERE topic = 'denominator')
    ORDER BY o.measure, o.start LIMIT ? OFFSET ?
    """
    wanted = f"WHERE o.rowid IN ({inner}) ORDER BY o.measure, o.start, o.breakdown, o.id"
    return Page(figures(db, wanted, [id, PAGE, (page - 1) * PAGE]), page, total)


# Each side has an index in this order; a condition on the area belongs to the side that is asked.
LONG = """
SELECT s.id FROM series s JOIN measures m ON m.id = s.measure
WHERE s.{column} = ?1 {area} AND s.breakdown {total} '_T' AND m.topic <> 'denominator'
  AND s.observations >= ?2
ORDER BY s.observations DESC LIMIT ?3
"""
# A chart of fewer figures says less than their rows.
FEWEST, MOST_CHARTS, MOST_COLUMNS = 3, 3, 25


def drawn(db: sqlite3.Connection, column: str, id: str) -> list[list[Figure]]:
    """Return the longest series of a body on one side, for charts: totals before their parts."""
    area = "AND s.area = 'GB'" if column == "holder" else ""
    found: list[str] = []
    for total in ("=", "<>"):
        question = LONG.format(column=column, area=area, total=total)
        more = db.execute(question, [id, FEWEST, MOST_CHARTS - len(found)])
        found += [row["id"] for row in more.fetchall()]
    return [newest(db, series) for series in found]


def newest(db: sqlite3.Connection, series: str) -> list[Figure]:
    """Return the newest figures of a series, as many as are drawn, in order of time."""
    inner = "SELECT rowid FROM observations WHERE series = ? ORDER BY start DESC LIMIT ?"
    wanted = f'WHERE o.rowid IN ({inner}) ORDER BY o.start, o."end", o.source'
    return figures(db, wanted, [series, MOST_COLUMNS])


COUNTED = """
WHERE o.rowid IN (SELECT rowid FROM observations
  WHERE requester = ? AND holder = '_T' AND breakdown = '_T' AND measure IN
    (SELECT m.id FROM measures m JOIN units u ON u.id = m.unit
     WHERE m.topic IN ('volume', 'foi') AND u.kind = 'count')
  ORDER BY start DESC LIMIT 12)
ORDER BY o.start DESC, o.id
"""


def rates(
    db: sqlite3.Connection, id: str, sizes: Sequence[Figure], held: Sequence[sqlite3.Row]
) -> list[Rate]:
    """Return a body's counts per residents and officers, where both are of the same time."""
    found: list[Rate] = []
    numbers = figures(db, COUNTED, [id])
    words = rules(db, [*numbers, *sizes])
    cautions = {m["id"]: (m["caution"], m["caution_source"]) for m in held}
    for counted in numbers:
        for measure, per in PER.items():
            base = _within(counted, [size for size in sizes if size.measure == measure])
            if base:
                found += _rate(counted, base, per, words, cautions[counted.measure])
    return found


def _within(counted: Figure, sizes: Sequence[Figure]) -> Figure | None:
    """The size counted on a day of the period, nearest to its middle; None when there is none."""
    period = counted.days
    if not (period.start and period.end):
        return None
    middle = period.start + (period.end - period.start) / 2
    dated = [(s.days.start, s) for s in sizes if s.days.start and not s.is_missing]
    inside = [(abs(day - middle), s) for day, s in dated if period.start <= day <= period.end]
    return min(inside, key=lambda pair: pair[0])[1] if inside else None


def _rate(
    counted: Figure, base: Figure, per: int, words: Vocabulary, caution: tuple[str, str]
) -> list[Rate]:
    try:
        result = rate(counted.observation, base.observation, words, per=per)
    except NotComparable:
        return []
    low, high = result.value.bounds
    return [Rate(counted, base, per, low, high, result.method, *caution)]
