"""What a reader of a document sees: cells of plain text with their reference."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

# a spreadsheet runs a cell that starts with one of these; full-width forms included
STARTS_A_FORMULA = "=+-@\t\r\n\0|%＝＋－＠"


class Cell(NamedTuple):
    """One visible cell, counted from 1; `held` says why its text is kept back."""

    row: int
    column: int
    text: str
    held: str = ""

    @property
    def reference(self) -> str:
        """The cell's address as spreadsheets write it: C4."""
        return f"{letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Table:
    """Visible cells of one sheet, table or page; `prose` marks running text, not columns."""

    place: str
    cells: list[Cell] = field(default_factory=list)
    prose: bool = False

    def rows(self) -> dict[int, list[Cell]]:
        """The cells by row, in their order."""
        rows: dict[int, list[Cell]] = {}
        for cell in self.cells:
            rows.setdefault(cell.row, []).append(cell)
        return rows

    def columns(self) -> dict[int, list[Cell]]:
        """The cells by column, in their order."""
        columns: dict[int, list[Cell]] = {}
        for cell in self.cells:
            columns.setdefault(cell.column, []).append(cell)
        return columns


@cache
def letters(column: int) -> str:
    """Return the letters of a column counted from 1: 28 is AB."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(reference: str) -> int:
    """Return the column of a reference, counted from 1; 0 where it has no letters."""
    number = 0
    for letter in reference:
        value = ord(letter) & 0xDF
        if not 65 <= value <= 90:
            break
        number = number * 26 + value - 64
    return number


def escaped(text: str) -> str:
    """Return the text so that no spreadsheet runs it; plain signed numbers stay as they are."""
    if text.lstrip(" \u00a0")[:1] not in tuple(STARTS_A_FORMULA):
        return text
    return text if is_signed_number(text) else f"'{text}"


def is_signed_number(text: str) -> bool:
    """Tell whether the text is a number with its sign, and nothing else."""
    bare = text.strip().lstrip("+-−").replace(",", "").removesuffix("%")
    return bare.replace(".", "", 1).isdigit()


def as_csv(table: Table, width: int = 16_384) -> str:
    """Return the table as CSV made anew from its values; what is held back stays empty."""
    lines = io.StringIO()
    writer = csv.writer(lines, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    last = 0
    for number, cells in sorted(table.rows().items()):
        if number - last > 1 and number - last < 100:
            lines.write("\r\n" * (number - last - 1))
        writer.writerow(_line(cells, width))
        last = number
    return lines.getvalue().replace("\0", "")


def _line(cells: Iterable[Cell], width: int) -> list[str]:
    by_column = {cell.column: "" if cell.held else escaped(cell.text) for cell in cells}
    last = min(max(by_column), width)
    return [by_column.get(column, "") for column in range(1, last + 1)]
