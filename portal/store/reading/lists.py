"""Long lists of figures, one page at a time, found by an index however many there are."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from portal.store.reading.figures import Figure, figures

PAGE = 50
# column -> the order in which its index holds the figures
ORDER = {
    "requester": "o.measure, o.start",
    "holder": "o.measure, o.start",
    "source": "o.measure, o.start",
    "snapshot": 'o."row"',
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a longer list, and how long the list is."""

    lines: Sequence[Figure]
    number: int
    total: int
    size: int = PAGE

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def first_line(self) -> int:
        """The place of this page's first line in the list, from 1."""
        return (self.number - 1) * self.size + 1


def figures_by(
    db: sqlite3.Connection, column: str, code: str, page: int, total: int, size: int = PAGE
) -> Page:
    """Return one page of the figures that name a code in a column."""
    # The inner question reads the index only; words are joined to the lines of one page.
    inner = f"SELECT o.rowid FROM observations o WHERE o.{column} = ? ORDER BY {ORDER[column]}"
    wanted = f"WHERE o.rowid IN ({inner} LIMIT ? OFFSET ?) ORDER BY {ORDER[column]}, o.id"
    lines = figures(db, wanted, [code, size, (page - 1) * size])
    return Page(lines, page, total, size)


def figures_of(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Figure]:
    """Return the figures of these ids by id; ids that no figure has are left out."""
    found: dict[str, Figure] = {}
    for part in (ids[at : at + 500] for at in range(0, len(ids), 500)):
        marks = ", ".join("?" * len(part))
        found |= {each.id: each for each in figures(db, f"WHERE o.id IN ({marks})", part)}
    return found
