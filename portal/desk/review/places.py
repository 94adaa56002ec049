"""Where a figure stands in its document: the framed cell of a page, or the cells around it."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.desk.people.model import Person
from portal.desk.review import observing
from portal.extract.model import Cell, Table
from portal.store import review_reading
from portal.store.desk import Desk

Row = Mapping[str, Any] | sqlite3.Row
NEAR = 4  # rows and columns shown around a cell
# The close-up of a page: at least so many pixels of it, and so much around the cell.
CLOSE, ABOUT = (420.0, 130.0), 48.0


@dataclass(frozen=True, slots=True)
class Framed:
    """A page's picture in pixels, the frame around the cell, and the part shown close up."""

    page: int
    width: int
    height: int
    frame: tuple[float, float, float, float]
    close: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Square:
    """One cell of the neighbourhood; a held one has no text."""

    text: str
    here: bool
    held: bool
    head: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the neighbourhood, under the number that the document gives it."""

    name: str
    cells: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells around a figure's cell."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def framed(db: Desk, row: Row, me: Person) -> Framed | None:
    """The picture of the page, unless it shows what this person must not see yet."""
    box = observing.box(row)
    found = review_reading.picture(db, row["document"], row["page"]) if row["page"] else None
    if found is None or not box:
        return None
    if (found["held"] or found["state"] == "quarantined") and not me.may("release_cells"):
        return None
    left, top, right, bottom = (each * found["scale"] for each in box)
    frame = (left - 3, top - 3, right - left + 6, bottom - top + 6)
    wide = min(float(found["width"]), max(CLOSE[0], right - left + 2 * ABOUT))
    high = min(float(found["height"]), max(CLOSE[1], bottom - top + 2 * ABOUT))
    x = min(max(0.0, (left + right - wide) / 2), found["width"] - wide)
    y = min(max(0.0, (top + bottom - high) / 2), found["height"] - high)
    return Framed(row["page"], found["width"], found["height"], frame, (x, y, wide, high))


def grid(db: Desk, row: Row, table: Table | None) -> Grid | None:
    """The cells around, with the table's head and first column."""
    if table is None:
        return None
    held = review_reading.held(db, row["table_id"])
    near_rows = range(max(0, row["row"] - NEAR), min(table.rows, row["row"] + NEAR + 1))
    near = range(max(0, row["column"] - NEAR), min(table.columns, row["column"] + NEAR + 1))
    rows = sorted({*range(min(table.header_rows, 4)), *near_rows})
    columns = sorted({0, *near})
    wanted = set(rows)
    at = {(c.row, c.column): c for c in table.cells if c.row in wanted}

    def square(r: int, c: int) -> Square:
        cell = at.get((r, c))
        here = (r, c) == (row["row"], row["column"])
        return Square(cell.text if cell else "", here, (r, c) in held, r < table.header_rows)

    lines = tuple(
        Line(
            _part(at.get((r, columns[0])), "row") or str(r + 1),
            tuple(square(r, c) for c in columns),
        )
        for r in rows
    )
    return Grid(tuple(_column(at, rows, c) for c in columns), lines)


def _column(at: Mapping[tuple[int, int], Cell], rows: Sequence[int], column: int) -> str:
    found = (_part(at.get((r, column)), "column") for r in rows)
    return next((each for each in found if each), str(column + 1))


def _part(cell: Cell | None, part: str) -> str:
    """The row or column that a sheet calls the cell by; empty elsewhere."""
    found = observing.CELL.fullmatch(cell.reference) if cell else None
    return found[part] if found else ""
