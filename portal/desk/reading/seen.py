"""Of what was extracted, only what a reader of the document sees, and no person, goes on.

Extraction reads values; inspection knows which of them are hidden. A cell that inspection has not
seen is dropped with its text. A visible cell that may name a person, or runs on as free text, is
held: its text stays back until a reviewer releases it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from portal.desk.inspection import figures, pii
from portal.desk.inspection import tables as visible
from portal.desk.inspection.findings import Report
from portal.extract.describe import described
from portal.extract.model import Cell, Table

SHEETS = ("xlsx", "xls", "ods", "csv", "tsv")


@dataclass(frozen=True, slots=True)
class Held:
    """A cell whose text waits for a reviewer."""

    row: int
    column: int
    reason: str
    text: str


def cleared(
    table: Table, kind: str, seen: Sequence[visible.Table], hides: bool
) -> tuple[Table, list[Held]] | None:
    """Return the table without what may not be shown yet, and the cells that are held.

    None when nobody sees any of it: then even its name is hidden. `hides` says that the document
    hides text somewhere: then what is held outside of sheets keeps no text, for nobody can tell
    whether a reader ever saw it.
    """
    if kind in SHEETS:
        found = list(_cells_of_sheet(table, seen))
    else:
        found = list(_cells_of_page(table, kind, seen, hides))
    if not any(cell.text.strip() or held for cell, held in found):
        return None
    cells = tuple(cell for cell, _ in found)
    return _told_anew(table, cells, kind, seen), [held for _, held in found if held]


def _told_anew(
    table: Table, cells: tuple[Cell, ...], kind: str, seen: Sequence[visible.Table]
) -> Table:
    """The table over these cells; title, notes and doubts must not quote what was left out."""

    def may_stand(text: str) -> bool:
        seen_there = kind == "pdf" or not text or _folded(text) in _texts(seen)
        return seen_there and not pii.kinds(text)

    title = table.title if may_stand(table.title) else ""
    notes = tuple(note for note in table.notes if may_stand(note))
    if cells == table.cells and (title, notes) == (table.title, table.notes):
        return table
    plain = replace(table, cells=cells, title=title, notes=notes, unit="", doubts=())
    return described(plain)


def nameless(tables: Sequence[Table]) -> list[Table]:
    """The tables, those on a sheet whose name may be of a person under its number instead.

    A sheet's name stands in the place of each of its cells, and so beside each published figure.
    """
    numbers = {place: n for n, place in enumerate(dict.fromkeys(t.place for t in tables), 1)}
    return [
        _renamed(table, f"sheet no. {numbers[table.place]}") if pii.kinds(table.place) else table
        for table in tables
    ]


def _renamed(table: Table, place: str) -> Table:
    cells = tuple(
        replace(cell, reference=f"{place}!{_reference(cell)}") if cell.reference else cell
        for cell in table.cells
    )
    title = "" if pii.kinds(table.title) else table.title
    return replace(table, place=place, cells=cells, title=title)


def from_visible(seen: Sequence[visible.Table]) -> list[Table]:
    """Tables of what inspection saw, for a document that extraction cannot read."""
    numbered: Counter[str] = Counter()
    tables = []
    for each in seen:
        if each.prose or not each.cells:
            continue
        numbered[each.place] += 1
        cells = tuple(
            Cell(c.row - 1, c.column - 1, c.text, reference=c.reference) for c in each.cells
        )
        doubt = "read by the inspection, not by the reader of tables"
        table = Table(each.place, numbered[each.place], cells, reader="inspection", doubts=(doubt,))
        tables.append(described(table))
    return tables


def _cells_of_sheet(
    table: Table, seen: Sequence[visible.Table]
) -> Iterator[tuple[Cell, Held | None]]:
    """Each cell as it may stand: with its text only where inspection saw that very text."""
    shown = _same_sheet(table, seen)
    for cell in table.cells:
        if not cell.text or cell.text.isspace():
            yield cell, None
            continue
        sight = shown.get(_reference(cell))
        if sight is not None and sight.held:
            yield replace(cell, text=""), Held(cell.row, cell.column, sight.held, cell.text)
        elif sight is not None and _same(sight.text, cell.text):
            yield cell, None
        else:
            yield replace(cell, text=""), None


def _same_sheet(table: Table, seen: Sequence[visible.Table]) -> dict[str, visible.Cell]:
    """The cells that inspection saw on the table's sheet, by reference.

    Inspection numbers sheets, extraction names them: the sheet is the one that says the same most
    often. Were it the wrong one, only what it shows in the same places would be seen.
    """
    sheets = [{cell.reference: cell for cell in each.cells} for each in seen]
    if len(sheets) < 2:
        return sheets[0] if sheets else {}
    mine = [(_reference(cell), cell.text) for cell in table.cells if cell.text]

    def alike(sheet: dict[str, visible.Cell]) -> int:
        return sum(
            reference in sheet and _same(sheet[reference].text, text) for reference, text in mine
        )

    return max(sheets, key=alike)


def _cells_of_page(
    table: Table, kind: str, seen: Sequence[visible.Table], hides: bool
) -> Iterator[tuple[Cell, Held | None]]:
    """Each cell as it may stand, of a document whose inspection knows texts but no places."""
    said = _texts(seen) if kind != "pdf" else set()

    def is_seen(text: str) -> bool:
        # A PDF that hides text is read from the pictures of its pages.
        lines = text.splitlines()
        return kind == "pdf" or _folded(text) in said or all(_folded(x) in said for x in lines)

    shown = [c if is_seen(c.text) else replace(c, text="") for c in table.cells]
    judged = figures.judge(_as_visible(replace(table, cells=tuple(shown))), Report())
    reasons = {(cell.row - 1, cell.column - 1): cell.held for cell in judged.cells if cell.held}
    for cell in shown:
        reason = reasons.get((cell.row, cell.column), "")
        if reason:
            text = "" if hides else cell.text
            yield replace(cell, text=""), Held(cell.row, cell.column, reason, text)
        else:
            yield cell, None


def _texts(seen: Iterable[visible.Table]) -> set[str]:
    return {_folded(cell.text) for each in seen for cell in each.cells}


def _reference(cell: Cell) -> str:
    if cell.reference:
        return cell.reference.rpartition("!")[2].partition(":")[0]
    return f"{visible.letters(cell.column + 1)}{cell.row + 1}"


def _same(one: str, other: str) -> bool:
    return one == other or _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return "".join(text.replace("\ufeff", "").split()).casefold()


def _as_visible(table: Table) -> visible.Table:
    cells = [visible.Cell(c.row + 1, c.column + 1, c.text) for c in table.cells if c.text.strip()]
    return visible.Table(table.place, cells)
