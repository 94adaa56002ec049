"""Of what was extracted, only what a reader of the document sees, and no person, goes on.

Extraction reads values; inspection knows which of them are hidden. A cell that inspection has not
seen is dropped with its text. A visible cell that may name a person, or runs on as free text, is
held: its text stays back until a reviewer releases it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
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
    is_seen = _sight(table, kind, seen)
    shown = [c if is_seen(c) or not c.text.strip() else replace(c, text="") for c in table.cells]
    if not any(cell.text.strip() for cell in shown):
        return None
    judged = figures.judge(_as_visible(replace(table, cells=tuple(shown))), Report())
    reasons = {(cell.row - 1, cell.column - 1): cell.held for cell in judged.cells if cell.held}
    cells, held = [], []
    for cell in shown:
        reason = reasons.get((cell.row, cell.column), "")
        if reason:
            text = "" if hides and kind not in SHEETS else cell.text
            held.append(Held(cell.row, cell.column, reason, text))
        cells.append(replace(cell, text="") if reason else cell)
    return _told_anew(table, tuple(cells), kind, seen), held


def _told_anew(
    table: Table, cells: tuple[Cell, ...], kind: str, seen: Sequence[visible.Table]
) -> Table:
    """The table over these cells; title, notes and doubts must not quote what was left out."""
    said = _texts(seen)

    def may_stand(text: str) -> bool:
        return (kind == "pdf" or _folded(text) in said) and not pii.kinds(text)

    title = table.title if may_stand(table.title) else ""
    notes = tuple(note for note in table.notes if may_stand(note))
    if cells == table.cells and (title, notes) == (table.title, table.notes):
        return table
    plain = replace(table, cells=cells, title=title, notes=notes, unit="", doubts=())
    return described(plain)


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


def _sight(table: Table, kind: str, seen: Sequence[visible.Table]) -> Callable[[Cell], bool]:
    """Tells of a cell whether a reader of the document sees its very text there."""
    if kind == "pdf":  # one that hides text is read from the pictures of its pages
        return lambda cell: True
    if kind in SHEETS:
        shown = _shown_cells(table, seen)
        return lambda cell: (_reference(cell), _folded(cell.text)) in shown
    said = _texts(seen)
    return lambda cell: (
        _folded(cell.text) in said or all(_folded(line) in said for line in cell.text.splitlines())
    )


def _shown_cells(table: Table, seen: Sequence[visible.Table]) -> set[tuple[str, str]]:
    """Places and texts of the cells that inspection saw on the table's sheet.

    Inspection numbers sheets, extraction names them: the sheet is the one that says the same.
    What inspection holds back has no text there: such a cell counts with the text it has here.
    """
    mine = {(_reference(cell), _folded(cell.text)): cell for cell in table.cells}
    texts = {_reference(cell): _folded(cell.text) for cell in table.cells}

    def alike(each: visible.Table) -> int:
        return sum((cell.reference, _folded(cell.text)) in mine for cell in each.cells)

    chosen = max(seen, key=alike, default=None)
    if chosen is None or not alike(chosen):
        return set()
    return {
        (c.reference, texts.get(c.reference, "") if c.held else _folded(c.text))
        for c in chosen.cells
    }


def _texts(seen: Iterable[visible.Table]) -> set[str]:
    return {_folded(cell.text) for each in seen for cell in each.cells}


def _reference(cell: Cell) -> str:
    if cell.reference:
        return cell.reference.rpartition("!")[2].partition(":")[0]
    return f"{visible.letters(cell.column + 1)}{cell.row + 1}"


def _folded(text: str) -> str:
    return "".join(text.replace("\ufeff", "").split()).casefold()


def _as_visible(table: Table) -> visible.Table:
    cells = [visible.Cell(c.row + 1, c.column + 1, c.text) for c in table.cells if c.text.strip()]
    return visible.Table(table.place, cells)
