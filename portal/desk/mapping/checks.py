"""Sums beside a mapping: do the totals that the table prints agree with the figures mapped?"""

from collections.abc import Sequence
from dataclasses import replace

from portal.desk.mapping.model import LEAVE_OUT, TOTALS, Mapping
from portal.desk.mapping.places import Places, places
from portal.extract.model import Table
from portal.extract.sums import Finding, adds_up


def sums(table: Table, mapping: Mapping) -> list[Finding]:
    """Compare each printed total that the mapping names with the figures that it is the sum of."""
    return sums_of(places(table, mapping))


def doubts_of(found: Sequence[Finding], row: int, column: int) -> list[str]:
    """Return a doubt for a figure that is part of a printed total which does not agree."""
    return [
        f"A printed total does not agree: {each}."
        for each in found
        if not each.agrees and (each.column == column if each.kind == "column" else each.row == row)
    ]


def sums_of(laid: Places) -> list[Finding]:
    """Return the sums of a table that a mapping is laid over."""
    figures = set(laid.figure_columns)
    total_columns = {n for n, each in laid.columns.items() if each.role == TOTALS}
    total_rows = {row for row, role in laid.row_roles.items() if role == TOTALS}
    spots = {(s.row, s.column) for s in laid.mapping.spots if s.role == LEAVE_OUT}
    rows = {*laid.body(), *total_rows}
    cells = tuple(
        cell
        for cell in laid.table.cells
        if (cell.row in rows or cell.row < laid.mapping.header_rows)
        and (cell.column in figures | total_columns or cell.column == 0)
        and (cell.row, cell.column) not in spots
    )
    asked = replace(
        laid.table,
        cells=cells,
        header_rows=laid.mapping.header_rows,
        total_rows=tuple(sorted(total_rows)),
        total_columns=tuple(sorted(total_columns)),
    )
    return adds_up(asked) if total_rows or total_columns else []
