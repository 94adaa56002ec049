"""A table as it was read: cells with their place, and what is doubtful about them."""

import time
from dataclasses import dataclass, field

from portal.extract.errors import TooMuch

Box = tuple[float, float, float, float]  # left, top, right, bottom; points from the top left


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: rows and columns count from 0; `reference` is followed by a person (`Sheet1!B7`).

    `box` is in points from the top left of the page as shown, None outside of PDF.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    box: Box | None = None
    reference: str = ""
    page: int = 0
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `place` is its sheet's name or page number, `index` its number there from 1.

    `confidence` is 0 to 1; `doubts` are sentences for the person who checks the table.
    """

    place: str
    index: int
    cells: tuple[Cell, ...]
    page: int = 0
    box: Box | None = None
    header_rows: int = 0
    title: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()
    total_rows: tuple[int, ...] = ()
    total_columns: tuple[int, ...] = ()
    reader: str = ""
    confidence: float = 1.0
    doubts: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return max((c.row + c.row_span for c in self.cells), default=0)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max((c.column + c.column_span for c in self.cells), default=0)

    def grid(self) -> list[list[str]]:
        """Return the texts by row and column; a merged cell's text stands at its first place."""
        lines = [[""] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            lines[cell.row][cell.column] = cell.text
        return lines


@dataclass(frozen=True, slots=True)
class Limits:
    """How much we read before we stop with TooMuch."""

    pages: int = 1000
    cells: int = 5_000_000
    columns: int = 16_384
    bytes: int = 200_000_000
    unpacked: int = 1_000_000_000
    seconds: float = 300.0
    scanned_pages: int = 50
    words: int = 10_000  # on one page of a PDF
    started: float = field(default_factory=time.monotonic)

    def check_time(self, where: str) -> None:
        """Raise TooMuch once the time is over."""
        spent = time.monotonic() - self.started
        if spent > self.seconds:
            raise TooMuch(f"reading within {self.seconds:g} s", f"{spent:.0f} s so far", where)

    def check(self, what: str, found: int, where: str = "") -> None:
        """Raise TooMuch when there is more of `what` (the name of a limit) than allowed."""
        most = getattr(self, what)
        if found > most:
            raise TooMuch(f"at most {most:,} {what.replace('_', ' ')}", f"{found:,}", where)
