"""Of what was extracted, only what a reader of the document sees, and no person, goes on.

Extraction reads values; inspection knows which of them are hidden. A cell that inspection has not
seen is dropped with its text. A visible cell that may name a person, or runs on as free text, is
held: its text stays back until a reviewer releases it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from portal.desk.inspection import figures
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
) -> tuple[Table, list[Held]]:
    """Return the table without what may not be shown yet, and the cells that are held.

    `hides` says that the document hides text somewhere: then what is held outside of sheets keeps
    no text, for nobody can tell whether a reader ever saw it.
    """
    shown = _references(table, seen) if kind in SHEETS else _texts(seen)
    judged = figures.judge(_as_visible(table), Report())
    reasons = {(cell.row, cell.column): cell.held for cell in judged.cells if cell.held}
    cells, held = [], []
    for cell in table.cells:
        reason = reasons.get((cell.row + 1, cell.column + 1), "")
        if not cell.text.strip():
            cells.append(cell)
        elif reason:
            text = "" if hides and kind not in SHEETS else cell.text
            held.append(Held(cell.row, cell.column, reason, text))
            cells.append(replace(cell, text=""))
        else:
            cells.append(cell if _is_seen(cell, kind, shown) else replace(cell, text=""))
    return replace(table, cells=tuple(cells)), held


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


def _is_seen(cell: Cell, kind: str, shown: set[str]) -> bool:
    if kind == "pdf":  # one that hides text is read from the pictures of its pages
        return True
    if kind in SHEETS:
        return _reference(cell) in shown
    whole = _folded(cell.text)
    return whole in shown or all(_folded(line) in shown for line in cell.text.splitlines())


def _references(table: Table, seen: Sequence[visible.Table]) -> set[str]:
    """References of the cells that inspection saw on the table's sheet, held ones too.

    Inspection numbers sheets, extraction names them: the sheet is the one that says the same.
    """
    mine = {(_reference(cell), _folded(cell.text)) for cell in table.cells}

    def alike(each: visible.Table) -> int:
        return sum((cell.reference, _folded(cell.text)) in mine for cell in each.cells)

    chosen = max(seen, key=alike, default=None)
    return {cell.reference for cell in chosen.cells} if chosen else set()


def _texts(seen: Iterable[visible.Table]) -> set[str]:
    return {_folded(cell.text) for each in seen for cell in each.cells}


def _reference(cell: Cell) -> str:
    if cell.reference:
        return cell.reference.rpartition("!")[2].partition(":")[0]
    return f"{visible.letters(cell.column + 1)}{cell.row + 1}"


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def _as_visible(table: Table) -> visible.Table:
    cells = [visible.Cell(c.row + 1, c.column + 1, c.text) for c in table.cells if c.text.strip()]
    return visible.Table(table.place, cells)
