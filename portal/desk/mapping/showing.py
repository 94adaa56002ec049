"""What the mapping pages show: the grid, the picture of the page, and the preview in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.observations import TOTAL, read_breakdown
from portal.desk.mapping.apply import Proposed
from portal.desk.mapping.deeds import Preview, Seen, Unknown
from portal.desk.mapping.form import Chosen
from portal.desk.mapping.model import DIMENSION
from portal.desk.mapping.places import spread
from portal.extract.heads import letters
from portal.extract.model import Table

FIRST_ROWS, LAST_ROWS = 300, 50
MOST_COLUMNS = 100
FIRST_FIGURES, MOST_DOUBTFUL = 20, 100


@dataclass(frozen=True, slots=True)
class GridCell:
    """One place of the grid; `merged` where the text stands at an earlier place."""

    column: int
    text: str
    merged: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of the grid, counted from 0; `skipped` rows before it are not shown."""

    number: int
    cells: Sequence[GridCell]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A cell in the picture of its page, in points from the top left."""

    row: int
    column: int
    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture of a page with the cells in it; `width` and `height` are in points."""

    page: int
    address: str
    width: float
    height: float
    cells: Sequence[Rectangle]


@dataclass(frozen=True, slots=True)
class Figure:
    """A proposal in words."""

    place: str
    measure: str
    who: str
    period: str
    breakdown: str
    printed: str
    read: str
    doubts: Sequence[str]
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A word that a person is asked about, and what they have said so far."""

    word: Unknown
    title: str
    chosen: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview in words: counts, the first figures, those with doubts, and what is asked."""

    total: int
    whole: int
    doubtful: int
    first: Sequence[Figure]
    doubts: Sequence[Figure]
    asked: Sequence[Asked]
    sums: Sequence[str]
    left: Sequence[str]


TITLES = {
    "measure": "What is counted", "requester": "Authority", "holder": "Operator", "area": "Area",
}  # fmt: skip


def grid(table: Table, held: Sequence[tuple[int, int]] | set[tuple[int, int]]) -> list[GridRow]:
    """Return the rows that are shown: the first and the last of a long table."""
    at, last, width = spread(table), table.rows, min(table.columns, MOST_COLUMNS)
    numbers = [*range(min(last, FIRST_ROWS))]
    numbers += range(max(FIRST_ROWS, last - LAST_ROWS), last)
    rows, before = [], -1
    for number in numbers:
        cells = []
        for column in range(width):
            cell = at.get((number, column))
            origin = cell is None or (cell.row, cell.column) == (number, column)
            text = cell.text if cell else ""
            cells.append(GridCell(column, text, not origin, (number, column) in held))
        rows.append(GridRow(number, cells, number - before - 1))
        before = number
    return rows


def heads(table: Table) -> list[str]:
    """Return what each column is called: its letter, and the words of its head."""
    at = spread(table)
    found = []
    for column in range(min(table.columns, MOST_COLUMNS)):
        texts = [at[row, column].text for row in range(table.header_rows) if (row, column) in at]
        words = " / ".join(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))
        found.append(f"{letters(column)} {words}".strip())
    return found


def picture(
    table: Table, page: int, address: str, size: tuple[int, int], scale: float
) -> Picture | None:
    """Return the picture of a page with the table's cells; None when no cell has a place on it."""
    cells = [
        Rectangle(
            cell.row,
            cell.column,
            round(cell.box[0], 2),
            round(cell.box[1], 2),
            round(max(cell.box[2] - cell.box[0], 1), 2),
            round(max(cell.box[3] - cell.box[1], 1), 2),
            cell.text,
        )
        for cell in table.cells
        if cell.box and cell.page == page
    ]
    width, height = (round(pixels / scale, 2) for pixels in size)
    return Picture(page, address, width, height, cells) if cells else None


def shown(
    seen: Seen, preview: Preview, asked: Sequence[Unknown], chosen: Sequence[Chosen]
) -> Shown:
    """Return a preview in words; `asked` are the words as long as nothing was said of them."""
    said = {(each.field, each.printed): each.code for each in chosen}
    figures = [figure(seen, row) for row in preview.rows]
    questions = []
    for word in asked:
        code = said.get((word.field, word.printed), "")
        listed = code in {each.code for each in word.suggestions}
        title = TITLES.get(word.field, word.field.removeprefix(DIMENSION).replace("_", " "))
        questions.append(Asked(word, title, code if listed else "", "" if listed else code))
    return Shown(
        total=len(figures),
        whole=preview.whole,
        doubtful=preview.doubtful,
        first=figures[:FIRST_FIGURES],
        doubts=[each for each in figures if each.doubts or each.missing][:MOST_DOUBTFUL],
        asked=questions,
        sums=[str(each) for each in preview.sums],
        left=[letters(column) for column in preview.left],
    )


def _place(row: Proposed) -> str:
    """Where a cell is, as the grid on the page numbers it: on paper no cell has a name."""
    here = f"row {row.row + 1}, column {row.column + 1}"
    return f"page {row.page}, {here}" if row.page else row.reference or here


def figure(seen: Seen, row: Proposed) -> Figure:
    """Return one proposal in words."""
    known = seen.known
    who = [known.label("requester", row.requester) if row.requester else "?"]
    if row.holder != TOTAL:
        who.append(known.label("holder", row.holder) if row.holder else "?")
    parts = read_breakdown(row.breakdown) if row.breakdown else ()
    told = [known.label(f"{DIMENSION}{name}", code) for name, code in parts]
    return Figure(
        place=_place(row),
        measure=known.label("measure", row.measure) if row.measure else "?",
        who=", asked of ".join(who),
        period=row.period or "?",
        breakdown="; ".join(told) if row.breakdown else "?",
        printed=row.printed,
        read=as_read(seen, row),
        doubts=row.doubts,
        missing=row.missing,
    )


def as_read(seen: Seen, row: Proposed) -> str:
    """Return the value as read: a number, a band, or why there is none."""
    if row.value is not None:
        return row.value
    if row.low is not None or row.high is not None:
        return f"{row.low or 'up'} to {row.high}" if row.high else f"{row.low} or more"
    if not row.status:
        return "not read"
    label = seen.known.vocabulary.statuses[row.status].label
    return f"{label}: {row.note}" if row.note else label
