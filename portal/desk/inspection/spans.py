"""Places in a sheet: areas, short names of many cells, and cells that lie far off."""

import re
from collections.abc import Iterable

from portal.desk.inspection.findings import Report
from portal.desk.inspection.tables import Cell, Table, column_number, letters

_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?\Z")
# an empty stretch that nobody scrolls over by chance
ROWS_APART, COLUMNS_APART = 300, 40


def area(reference: str) -> tuple[int, int, int, int] | None:
    """Read B2:D9 as top, left, bottom, right; None for anything else."""
    found = _AREA.match(reference.strip().upper())
    if not found:
        return None
    left, top = column_number(found[1]), int(found[2])
    right = column_number(found[3]) if found[3] else left
    bottom = int(found[4]) if found[4] else top
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def of_cells(kind: str, cells: list[Cell]) -> str:
    """Name where cells are: by rows, by columns, or by their first references."""
    if kind == "hidden_row":
        return f"rows {_runs({cell.row for cell in cells}, str)}"
    if kind == "hidden_column":
        return f"columns {_runs({cell.column for cell in cells}, letters)}"
    names = [cell.reference for cell in cells[:12]]
    return ", ".join(names) + (f" and {len(cells) - 12} more" if len(cells) > 12 else "")


def _runs(numbers: Iterable[int], name: object) -> str:
    ordered = sorted(numbers)
    runs: list[list[int]] = []
    for number in ordered:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    called = name if callable(name) else str
    shown = [called(a) if a == b else f"{called(a)}-{called(b)}" for a, b in runs[:12]]
    return ", ".join(shown) + (f" and {len(runs) - 12} more" if len(runs) > 12 else "")


def far_away(table: Table, place: str, report: Report) -> None:
    """Move cells behind a long empty stretch out of the table, and note them."""
    last_row = _before_a_gap({cell.row for cell in table.cells}, ROWS_APART)
    last_column = _before_a_gap({cell.column for cell in table.cells}, COLUMNS_APART)
    far = [c for c in table.cells if c.row > last_row or c.column > last_column]
    if not far:
        return
    table.cells[:] = [c for c in table.cells if c.row <= last_row and c.column <= last_column]
    text = "\n".join(cell.text for cell in far)
    report.hidden("off_screen_cell", f"{place}, {of_cells('', far)}", text, len(far))


def _before_a_gap(numbers: set[int], apart: int) -> int:
    last = 0
    for number in sorted(numbers):
        if number - last > apart:
            return last
        last = number
    return last
