"""Tables that go on over several pages, put together."""

from collections.abc import Sequence
from dataclasses import replace

from portal.extract.model import Cell, Table

NEAR = 12.0  # points by which the sides of two pages' tables may differ


def joined(tables: Sequence[Table]) -> list[Table]:
    """Join each table with the one on the next page that goes on with it."""
    found: list[Table] = []
    for number, table in enumerate(tables):
        last = found[-1] if found else None
        first_here = number == 0 or tables[number - 1].page < table.page
        if last and first_here and _goes_on(last, table):
            found[-1] = _together(last, table)
        else:
            found.append(table)
    return found


def _goes_on(last: Table, table: Table) -> bool:
    pages = {c.page for c in last.cells}
    if max(pages) + 1 != table.page or last.columns != table.columns:
        return False
    if not last.box or not table.box or not _same_sides(last, table):
        return False
    # A table that has ended with its total does not go on.
    if last.grid()[-1][0].strip().lower().startswith(("total", "grand total")):
        return False
    if _repeated(last, table):
        return True
    told = "continued" in table.title.lower() or "cont'd" in table.title.lower()
    titled = table.title.lower().startswith(("table", "figure", "annex", "exhibit"))
    return told or (table.header_rows == 0 and not titled)


def _same_sides(last: Table, table: Table) -> bool:
    assert last.box and table.box
    left, right = abs(last.box[0] - table.box[0]), abs(last.box[2] - table.box[2])
    return left <= NEAR and right <= 3 * NEAR


def _head(table: Table) -> list[tuple[int, int, str]]:
    return [
        (c.row, c.column, "".join(c.text.split())) for c in table.cells if c.row < table.header_rows
    ]


def _repeated(last: Table, table: Table) -> bool:
    """True when the second table begins with the first one's head."""
    return table.header_rows > 0 and sorted(_head(last)) == sorted(_head(table))


def _together(last: Table, table: Table) -> Table:
    skip = table.header_rows if _repeated(last, table) else 0
    by = last.rows - skip
    moved = tuple(_moved(c, by) for c in table.cells if c.row >= skip)
    notes = tuple(dict.fromkeys((*last.notes, *table.notes)))
    doubts = tuple(dict.fromkeys((*last.doubts, *table.doubts)))
    return replace(
        last,
        cells=(*last.cells, *moved),
        notes=notes,
        doubts=doubts,
        confidence=min(last.confidence, table.confidence),
    )


def _moved(cell: Cell, by: int) -> Cell:
    return replace(cell, row=cell.row + by)
