"""What is held of which authority in which year: a gap is a finding."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.store.reading.figures import Figure
from portal.store.reading.lists import figures_of

FIRST_YEAR = 2008


@dataclass(frozen=True, slots=True)
class Cell:
    """One authority in one year: a figure, a gap, or a year in which it did not exist."""

    year: int
    figure: Figure | None
    existed: bool

    @property
    def is_gap(self) -> bool:
        """True when it existed and nobody has told us."""
        return self.existed and self.figure is None


@dataclass(frozen=True, slots=True)
class Line:
    """One authority and its years."""

    body: str
    label: str
    slug: str
    cells: list[Cell]

    @property
    def missing(self) -> int:
        """How many years nobody has told us of."""
        return sum(cell.is_gap for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Authorities of one type by year."""

    years: Sequence[int]
    lines: list[Line] = field(default_factory=list)

    @property
    def cells(self) -> int:
        """All cells of years in which the authority existed."""
        return sum(cell.existed for line in self.lines for cell in line.cells)

    @property
    def missing(self) -> int:
        """The empty ones."""
        return sum(line.missing for line in self.lines)


TYPES = """
SELECT t.id, t.plural, count(*) AS bodies FROM body_types t JOIN bodies b ON b.body_type = t.id
WHERE t.side = 'authority' AND b.area IN (SELECT id FROM areas WHERE id = 'GB' OR id LIKE 'GB-%')
GROUP BY t.id ORDER BY bodies DESC
"""

BODIES = """
SELECT b.id, b.label, b.whatdotheyknow_slug, b.valid_from, b.valid_to FROM bodies b
WHERE b.body_type = ? AND (b.valid_to = '' OR b.valid_to >= ?)
  AND (b.area = 'GB' OR b.area LIKE 'GB-%')
ORDER BY b.label
"""

# The figure for exactly that year comes before one of a longer or an odd period.
HELD = """
SELECT h.body, h.year, h.observation FROM held h JOIN bodies b ON b.id = h.body
WHERE b.body_type = ? AND h.year >= ? ORDER BY h.whole_year, h.observation
"""


def body_types(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Return the types of British authorities with how many are listed."""
    return db.execute(TYPES).fetchall()


def matrix(db: sqlite3.Connection, body_type: str, last_year: int) -> Matrix:
    """Return the authorities of a type with what is held of each year."""
    years = range(FIRST_YEAR, last_year + 1)
    held = {
        (body, year): figure for body, year, figure in db.execute(HELD, [body_type, FIRST_YEAR])
    }
    known = figures_of(db, sorted(set(held.values())))
    lines = []
    for id, label, slug, begun, ended in db.execute(BODIES, [body_type, str(FIRST_YEAR)]):
        span = (int(begun[:4] or 0), int(ended[:4] or 9999))
        figures = [(year, known.get(held.get((id, year), ""))) for year in years]
        cells = [Cell(year, figure, span[0] <= year <= span[1]) for year, figure in figures]
        lines.append(Line(id, label, slug, cells))
    return Matrix(years, lines)


def line(db: sqlite3.Connection, body: str, last_year: int) -> Line | None:
    """Return one authority's years; None for a body that is not held."""
    found = db.execute(
        "SELECT label, whatdotheyknow_slug, body_type FROM bodies WHERE id = ?", [body]
    ).fetchone()
    if not found:
        return None
    label, slug, body_type = found
    whole = matrix(db, body_type, last_year)
    mine = (each.cells for each in whole.lines if each.body == body)
    return Line(body, label, slug, next(mine, []))
