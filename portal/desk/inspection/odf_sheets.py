"""Tables of OpenDocument: visible cells, and what rows, columns, styles and repeats conceal."""

import re
from dataclasses import dataclass, field

from lxml import etree

from portal.desk.inspection import (
    colours,
    formulas,
    markup,
    odf_shapes,
    odf_styles,
    ordinary,
    spans,
)
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.odf_shapes import HIGH, WIDE, Layout
from portal.desk.inspection.odf_styles import OdfStyles
from portal.desk.inspection.tables import Cell, Table

THIN = 3.0


@dataclass(slots=True)
class _Reading:
    """A table being read: its hidden columns, where the reader is, what is concealed."""

    table: Table
    styles: OdfStyles
    report: Report
    hidden: str
    columns: list[tuple[int, int, bool, str]] = field(default_factory=list)
    concealed: dict[str, list[Cell]] = field(default_factory=dict)
    layout: Layout = field(default_factory=Layout)
    row: int = 0


def read(sheet: etree._Element, styles: OdfStyles, report: Report) -> None:
    """Read the sheets of a spreadsheet, its lists and its filters."""
    tables = [child for child in sheet if markup.local(child) == "table"]
    if len(tables) > report.limits.sheets:
        raise Refused("expansion_bomb", "number of sheets")
    for number, element in enumerate(tables, 1):
        name = markup.attribute(element, "style-name")
        hidden = styles.of("table", name).get("display") == "false"
        hidden = hidden or markup.attribute(element, "display") == "false"
        table(element, f"sheet {number}", styles, report, "hidden_sheet" if hidden else "")
        if hidden:
            report.hidden("hidden_sheet", f"sheet {number}", markup.attribute(element, "name"))
    seen = {cell.text.casefold() for table in report.tables for cell in table.cells}
    for entry in markup.each(sheet, "content-validation"):
        _validation(entry, seen, report)
    for entry in markup.each(sheet, "filter-condition", "filter-set-item"):
        value = markup.attribute(entry, "value")
        if value and value.casefold() not in seen and not value.replace(".", "").isdigit():
            report.hidden("filter_value", "filter", value)


def _validation(entry: etree._Element, seen: set[str], report: Report) -> None:
    condition = markup.attribute(entry, "condition")
    if "cell-content-is-in-list" in condition and '"' in condition:
        unseen = [w for w in condition.split('"')[1::2] if w.casefold() not in seen]
        unseen = [word for word in unseen if not ordinary.answers(word)]
        report.hidden("data_validation_list", "list", "\n".join(unseen), len(unseen))
    message = markup.words(entry).strip()
    if message:
        report.hidden("input_message", "list", message)


def table(
    element: etree._Element, place: str, styles: OdfStyles, report: Report, hidden: str
) -> None:
    """Read one table into the report."""
    reading = _Reading(Table(place), styles, report, hidden)
    _parts(reading, element, "")
    odf_shapes.cover(element, reading.table, reading.layout, styles, report)
    odf_shapes.rules(element, reading.table, styles, report)
    spans.far_away(reading.table, place, report)
    for kind, cells in reading.concealed.items():
        where = place if kind == "hidden_sheet" else f"{place}, {spans.of_cells(kind, cells)}"
        report.hidden(kind, where, "\n".join(cell.text for cell in cells), len(cells))
    if reading.table.cells:
        report.tables.append(reading.table)


def _parts(reading: _Reading, element: etree._Element, above: str) -> None:
    for child in element:
        name = markup.local(child)
        collapsed = markup.attribute(child, "display") == "false" and "group" in name
        if name == "table-column":
            _column(reading, child, above)
        elif name == "table-row":
            _row(reading, child, above)
        elif name in (
            "table-row-group",
            "table-rows",
            "table-header-rows",
            "table-column-group",
            "table-columns",
            "table-header-columns",
        ):
            _parts(reading, child, "hidden" if collapsed else above)


def _repeats(element: etree._Element, name: str) -> int:
    text = markup.attribute(element, name) or "1"
    return max(1, int(text)) if text.isdigit() and len(text) < 10 else 1


def _column(reading: _Reading, element: etree._Element, above: str) -> None:
    last = reading.columns[-1][1] if reading.columns else 0
    wide = _repeats(element, "number-columns-repeated")
    style = reading.styles.of("table-column", markup.attribute(element, "style-name"))
    width = odf_styles.length(style.get("column-width", ""))
    gone = markup.attribute(element, "visibility") in ("collapse", "filter") or width < THIN
    unseen = gone or above
    reading.layout.widths.append(
        (wide, 0.0 if unseen else width if "column-width" in style else WIDE)
    )
    default = markup.attribute(element, "default-cell-style-name")
    reading.columns.append((last + 1, last + wide, bool(gone or above), default))


def _row(reading: _Reading, element: etree._Element, above: str) -> None:
    repeats = _repeats(element, "number-rows-repeated")
    style = reading.styles.of("table-row", markup.attribute(element, "style-name"))
    high = odf_styles.length(style.get("row-height", ""))
    gone = markup.attribute(element, "visibility") in ("collapse", "filter")
    hidden = bool(above or high < THIN or gone)
    reading.layout.heights.append(
        (repeats, 0.0 if hidden else high if "row-height" in style else HIGH)
    )
    first = reading.row + 1
    reading.row += repeats
    found: list[tuple[Cell, str]] = []
    column = 1
    for cell in element:
        name = markup.local(cell)
        if name not in ("table-cell", "covered-table-cell"):
            continue
        wide = _repeats(cell, "number-columns-repeated")
        text, why = _cell(reading, cell, first, column, name)
        if text.strip():
            reading.report.spend("cells", wide * repeats, reading.report.limits.cells)
            found += [(Cell(first, column + n, text), why) for n in range(wide)]
        column += wide
    if not found:
        return
    for down in range(repeats):
        for cell, why in found:
            _place(reading, cell._replace(row=first + down), hidden, why)


def _place(reading: _Reading, cell: Cell, row_hidden: bool, why: str) -> None:
    column_hidden = any(a <= cell.column <= b and gone for a, b, gone, _ in reading.columns)
    kind = reading.hidden or (
        "hidden_row" if row_hidden else "hidden_column" if column_hidden else why
    )
    if kind:
        reading.concealed.setdefault(kind, []).append(cell)
    else:
        reading.table.cells.append(cell)


def _cell(
    reading: _Reading, element: etree._Element, row: int, column: int, name: str
) -> tuple[str, str]:
    """Return what a cell says, and how it is concealed if it is."""
    odf_shapes.anchors(element, row, column, reading.layout)
    styles, style = reading.styles, _style(reading, element, column)
    paper = (styles.paper("table-cell", style) if style else None) or colours.WHITE
    pieces, buried = [], []
    for paragraph in element.iterchildren("{*}p", "{*}h"):
        shown, hidden = odf_styles.paragraph(paragraph, styles, paper)
        pieces.append(shown)
        buried.append(hidden)
    place = f"{reading.table.place}, {Cell(row, column, '').reference}"
    if any(piece.strip() for piece in buried):
        reading.report.hidden("invisible_text", place, "\n".join(buried))
    text = "\n".join(pieces)
    value = markup.attribute(element, "value") or markup.attribute(element, "date-value")
    value = value or markup.attribute(element, "string-value")
    if len(text) > reading.report.limits.letters:
        raise Refused("expansion_bomb", place)
    for kind in formulas.reaches_out(markup.attribute(element, "formula")):
        reading.report.add(kind, place)
    why = "hidden_cell" if name.startswith("covered") and text.strip() else ""
    form = styles.of("table-cell", style).get("data-style", "") if style else ""
    if style and not why:
        hides = styles.unreadable("table-cell", style) or not styles.shows(form, value or text)
        why = "invisible_text" if hides else ""
    words = markup.attribute(element, "string-value")
    if words and text.strip() and "".join(words.split()) != "".join(text.split()):
        reading.report.hidden("invisible_text", place, words)
    numeric = _plain_number(element)
    if value and _is_number(element) and _says_more(text, styles.words(form)):
        # the sheet shows the number; words stored beside it are seen by nobody
        reading.report.hidden("invisible_text", place, text)
    return (value if value and (numeric or not text.strip()) else text), why


def _style(reading: _Reading, element: etree._Element, column: int) -> str:
    named = markup.attribute(element, "style-name")
    return named or next((d for a, b, _, d in reading.columns if a <= column <= b), "")


# words that a program prints for a number: dates, times, truth values, currencies, errors
_PRINTED = set(
    """jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july
    august september october november december mon tue wed thu fri sat sun monday tuesday wednesday
    thursday friday saturday sunday am pm st nd rd th true false gbp eur usd e ref div value na
    name num err""".split()
)


def _says_more(text: str, printed: str) -> bool:
    """Tell whether the text kept for a number has words that no program prints for it."""
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    others = words - _PRINTED - set(re.findall(r"[^\W\d_]+", printed.casefold()))
    digits = sum(letter.isdigit() for letter in text)
    return bool(others) or digits > 40


def _plain_number(element: etree._Element) -> bool:
    return markup.attribute(element, "value-type") in ("float", "currency", "date")


def _is_number(element: etree._Element) -> bool:
    return _plain_number(element) or markup.attribute(element, "value-type") == "percentage"
