"""A document as its page shows it: findings by kind, and a table as read with what is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.desk.inspection.findings import OUTCOMES
from portal.desk.inspection.tables import letters
from portal.desk.intake import sentences
from portal.desk.reading.tables import load
from portal.store.documents import Part

MOST_ROWS, MOST_COLUMNS, MOST_PLACES = 100, 40, 12
Row = Any  # a row of the store, which answers to its columns' names


@dataclass(frozen=True, slots=True)
class Found:
    """Findings of one kind: a sentence, where, how often, and what follows."""

    kind: str
    sentence: str
    places: tuple[str, ...]
    more: int
    count: int
    outcome: str
    follows: str


@dataclass(frozen=True, slots=True)
class Square:
    """One cell as shown: `held` says in words why its text waits."""

    text: str
    held: str = ""
    rows: int = 1
    columns: int = 1
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row as shown, numbered from 1; None stands where a merged cell reaches in."""

    number: int
    squares: tuple[Square | None, ...]


@dataclass(frozen=True, slots=True)
class HeldCell:
    """A cell that waits: its table, its place as stored and as the page names it, and why."""

    table: int
    number: int
    row: int
    column: int
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The top left of a table, with its letters of columns; `rows` and `columns` count it all."""

    title: str
    unit: str
    letters: tuple[str, ...]
    lines: tuple[Line, ...]
    rows: int
    columns: int
    doubts: tuple[str, ...]
    notes: tuple[str, ...]


def found(rows: Sequence[Row]) -> list[Found]:
    """Findings by kind, the strictest first."""
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(row["kind"], []).append(row)
    shown = [_found(kind, each) for kind, each in kinds.items()]
    return sorted(shown, key=lambda each: (-OUTCOMES.index(each.outcome), each.kind))


def held_cells(rows: Sequence[Row]) -> list[HeldCell]:
    """The cells that wait, each named as its page names it: row 5, column B."""
    return [
        HeldCell(
            table=row["table_id"],
            number=row["number"],
            row=row["row"],
            column=row["column"],
            place=f"row {row['row'] + 1}, column {letters(row['column'] + 1)}",
            why=sentences.held(row["reason"]),
        )
        for row in rows
    ]


def grid(part: Part, held: Sequence[Row]) -> Grid:
    """The first rows of a table as a page shows them; `held` are its cells that wait."""
    table = load(part.content)
    rows, columns = min(part.rows, MOST_ROWS), min(part.columns, MOST_COLUMNS)
    squares: list[list[Square | None]] = [[Square("")] * columns for _ in range(rows)]
    waiting = {(each["row"], each["column"]): sentences.held(each["reason"]) for each in held}
    for cell in table.cells:
        if cell.row >= rows or cell.column >= columns:
            continue
        high = min(cell.row_span, rows - cell.row)
        wide = min(cell.column_span, columns - cell.column)
        for row in range(cell.row, cell.row + high):
            squares[row][cell.column : cell.column + wide] = [None] * wide
        why = waiting.get((cell.row, cell.column), "")
        heading = cell.row < table.header_rows
        squares[cell.row][cell.column] = Square(cell.text, why, high, wide, heading)
    lines = (Line(number, tuple(line)) for number, line in enumerate(squares, 1))
    named = tuple(letters(number) for number in range(1, columns + 1))
    return Grid(
        table.title, table.unit, named, tuple(lines), part.rows, part.columns,
        table.doubts, table.notes,
    )  # fmt: skip


def _found(kind: str, rows: Sequence[Row]) -> Found:
    known = [row["outcome"] if row["outcome"] in OUTCOMES else "quarantine" for row in rows]
    outcome = max(known, key=OUTCOMES.index)
    places = tuple(row["place"] for row in rows)
    return Found(
        kind=kind,
        sentence=sentences.finding(kind),
        places=places[:MOST_PLACES],
        more=max(0, len(places) - MOST_PLACES),
        count=sum(row["count"] for row in rows),
        outcome=outcome,
        follows=sentences.outcome(outcome),
    )
