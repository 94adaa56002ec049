"""One sheet of a workbook: its visible cells, and everything in it that cannot be seen."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree
from openpyxl.utils.datetime import from_excel

from portal.desk.inspection import colours, formulas, kept, markup, spans, strings
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.strings import Inks, Strings
from portal.desk.inspection.styles import Look, Styles, shows
from portal.desk.inspection.tables import Cell, Table, column_number

# thinner than half a letter, or lower than two points: nobody sees what is in it
THIN, LOW = 0.5, 2.0
MOST_QUOTED = 20_000
LAST_ROW = 1_048_576
_CELL = frozenset(("r", "s", "t", "cm", "vm", "ph"))
_NO_INKS: Inks = frozenset()
_FORMULA = re.compile(rb"[<:]\0?f")


@dataclass(slots=True)
class Sheet:
    """A sheet as it is read: what is hidden by which means, what is seen, its formulas."""

    number: int
    hidden: str
    styles: Styles
    shared: Strings
    report: Report
    table: Table
    columns: list[tuple[int, int, str]] = field(default_factory=list)
    default_hidden: bool = False
    row: int = 0
    concealed: dict[str, list[tuple[Cell, str]]] = field(default_factory=dict)
    values: dict[tuple[int, int], float | str] = field(default_factory=dict)
    computed: list[tuple[int, int, str, float | str]] = field(default_factory=list)
    calculates: bool = False
    quoted: set[str] = field(default_factory=set)

    @property
    def place(self) -> str:
        """How findings name the sheet: by number, for a name may be what is hidden."""
        return f"sheet {self.number}"


def read(sheet: Sheet, content: bytes) -> etree._Element:
    """Read a worksheet part into the sheet; returns what stands beside its rows."""
    actions: dict[str, Callable[[Sheet, etree._Element], None]] = {
        "row": _row,
        "cols": _columns,
        "sheetFormatPr": _format,
    }

    def one(element: etree._Element) -> None:
        actions[markup.local(element)](sheet, element)

    sheet.calculates = bool(_FORMULA.search(content)) or sheet.calculates
    root = markup.stream(content, sheet.place, sheet.report, tuple(actions), one)
    return root


def _format(sheet: Sheet, element: etree._Element) -> None:
    sheet.default_hidden = markup.is_true(element.get("zeroHeight", ""))
    if _number(element.get("defaultColWidth"), 9.0) < THIN:
        sheet.columns.append((1, 16_384, "hidden_column"))


def _columns(sheet: Sheet, element: etree._Element) -> None:
    for column in element:
        thin = column.get("width") is not None and _number(column.get("width"), 9.0) < THIN
        if markup.is_true(column.get("hidden", "")) or thin:
            low, high = int(column.get("min", "1")), int(column.get("max", "1"))
            sheet.columns.append((low, high, "hidden_column"))


def _number(text: str | None, otherwise: float) -> float:
    try:
        return float(text) if text is not None else otherwise
    except ValueError:
        return otherwise


def _row(sheet: Sheet, element: etree._Element) -> None:
    number = element.get("r")
    sheet.row = int(number) if number else sheet.row + 1
    if not 1 <= sheet.row <= LAST_ROW:
        raise Refused("corrupt", f"{sheet.place}, rows")
    hidden = markup.is_true(element.get("hidden", "")) or _number(element.get("ht"), 15.0) < LOW
    if sheet.default_hidden and not markup.is_true(element.get("customHeight", "")):
        hidden = hidden or element.get("hidden") is None
    column = 0
    # the row's children are in its own namespace; a look-up by wildcard costs ten times as much
    names = element.tag.rpartition("}")[0]
    space = f"{names}}}" if names else ""
    cells = element.findall(f"{space}c")
    for cell in cells:
        column = column_number(cell.get("r", "")) or column + 1
        _cell(sheet, cell, column, hidden, space)
    if len(cells) != len(element):
        sheet.report.add("unknown_part", f"{sheet.place}, row {sheet.row}")
    sheet.report.spent["cells"] += len(element)
    if sheet.report.spent["cells"] > sheet.report.limits.cells or column > 16_384:
        raise Refused("expansion_bomb", f"{sheet.place}, cells")


def _cell(sheet: Sheet, element: etree._Element, column: int, row_hidden: bool, space: str) -> None:
    look = sheet.styles.look(element.get("s"))
    text, value, inks = _value(sheet, element, look, space)
    unreadable = any(ink is None or colours.alike(ink, look.paper) for ink in inks)
    if sheet.calculates:
        formula = element.find(f"{space}f")
        if formula is not None:
            _formula(sheet, formula, column, value)
        if value != "":
            sheet.values[sheet.row, column] = value
    if not _CELL.issuperset(element.keys()):
        values = " ".join(v for key, v in element.attrib.items() if key not in _CELL)
        place = f"{sheet.place}, {Cell(sheet.row, column, '').reference}"
        sheet.report.hidden("unknown_part", place, values)
    if len(element) > 1 or not text:
        _unread(sheet, element, space, column)
    if text == "" or text.isspace():
        return
    cell = Cell(sheet.row, column, text)
    why = sheet.hidden or ("hidden_row" if row_hidden else _column_hidden(sheet, column))
    plain = look.code == "General"
    if not why and (unreadable or look.unreadable or not (plain or shows(look.code, value))):
        why = "invisible_text"
    if why:
        sheet.concealed.setdefault(why, []).append((cell, text))
    else:
        sheet.table.cells.append(cell)


def _unread(sheet: Sheet, element: etree._Element, space: str, column: int) -> None:
    """Note what a cell holds beside the value that it shows."""
    read = {f"{space}v", f"{space}f"}
    if element.get("t") == "inlineStr":
        read = {f"{space}is", f"{space}f"}
    for child in element.iterchildren("*"):
        text = "" if child.tag in read else markup.words(child)
        if text.strip():
            place = f"{sheet.place}, {Cell(sheet.row, column, '').reference}"
            sheet.report.hidden("hidden_text", place, text)


def _column_hidden(sheet: Sheet, column: int) -> str:
    for low, high, kind in sheet.columns:
        if low <= column <= high:
            return kind
    return ""


def _value(
    sheet: Sheet, element: etree._Element, look: Look, space: str
) -> tuple[str, float | str, Inks]:
    """Return a cell's text as plain value, the value to calculate with, the inks of its runs."""
    kind = element.get("t", "n")
    if kind == "inlineStr":
        inline = element.find(f"{space}is")
        if inline is None:
            return "", "", _NO_INKS
        text, inks = strings.rich_text(inline, sheet.styles, sheet.report)
        return text, text, inks
    held = next(element.iterchildren(f"{space}v"), None)
    raw = (held.text or "") if held is not None else ""
    if kind == "s" and raw:
        text, inks = sheet.shared.take(raw.strip())
        return text, text, inks
    if kind != "n" or not raw:
        return raw, raw, _NO_INKS
    return (*_plain(raw, look), _NO_INKS)


def _plain(raw: str, look: Look) -> tuple[str, float | str]:
    if not look.date and len(raw) < 15 and raw.isdigit() and raw.isascii():
        return str(int(raw)), float(raw)
    try:
        number = float(raw)
    except ValueError as problem:
        raise Refused("corrupt", "number of a cell") from problem
    if look.date and 0 < number < 2_958_466:
        moment = from_excel(number)
        whole = isinstance(moment, datetime) and number == int(number)
        return (moment.date().isoformat() if whole else str(moment)), number
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number)), number
    return raw, number


def _formula(sheet: Sheet, element: etree._Element, column: int, value: float | str) -> None:
    text = element.text or ""
    place = f"{sheet.place}, {Cell(sheet.row, column, '').reference}"
    if '"' in text and len(sheet.quoted) < MOST_QUOTED:
        sheet.quoted.update(kept.quoted(text))
    for kind in formulas.reaches_out(text):
        sheet.report.add(kind, place)
        if kind == "external_link" and value != "":
            sheet.report.add("cached_formula_value", place)
    if text and value != "" and element.get("t", "normal") == "normal":
        sheet.computed.append((sheet.row, column, text, value))


def finish(sheet: Sheet, root: etree._Element) -> None:
    """Note what the sheet conceals, merged-away values and cells far from all others."""
    _merged(sheet, root)
    spans.far_away(sheet.table, sheet.place, sheet.report)
    for kind, cells in sheet.concealed.items():
        place = f"{sheet.place}, {spans.of_cells(kind, [cell for cell, _ in cells])}"
        if kind in ("hidden_sheet", "very_hidden_sheet"):
            place = sheet.place
        sheet.report.hidden(kind, place, "\n".join(text for _, text in cells), len(cells))


def _merged(sheet: Sheet, root: etree._Element) -> None:
    areas = [spans.area(entry.get("ref", "")) for entry in markup.each(root, "mergeCell")]
    areas = [area for area in areas if area is not None]
    if not areas or len(areas) * len(sheet.table.cells) > 50_000_000:
        return
    kept = []
    for cell in sheet.table.cells:
        under = any(
            top <= cell.row <= bottom
            and left <= cell.column <= right
            and (cell.row, cell.column) != (top, left)
            for top, left, bottom, right in areas
        )
        if under:
            sheet.concealed.setdefault("hidden_cell", []).append((cell, cell.text))
        else:
            kept.append(cell)
    sheet.table.cells[:] = kept
