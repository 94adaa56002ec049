"""The cleaned copy of a document: made anew from what a reader sees, and from nothing else.

No byte of the original is in it, no name, no clock: the same cells give the same bytes. Cells that
wait for a reviewer are blank; text that a spreadsheet would run is escaped.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell as Written
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from portal.core.errors import BadInput
from portal.desk.inspection.tables import Table, as_csv, escaped

KINDS = ("csv", "xlsx")
LAST_ROW, LAST_COLUMN, LONGEST = 1_048_576, 16_384, 32_767
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
# who made the file and when is what the library would write here
_CORE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
# a number that a spreadsheet prints as it stands here: no leading nought, no lost digit
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{0,5}[1-9])?", re.ASCII)
_CONTROLS = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def cleaned(tables: Sequence[Table], kind: str) -> bytes:
    """Return the cells of all tables as one XLSX (a sheet each) or CSV (a blank line between).

    Raises BadInput for another kind, and for what does not fit into a sheet.
    """
    if kind not in KINDS:
        raise BadInput(f"a cleaned copy as {' or '.join(KINDS)}", kind)
    filled = [table for table in tables if table.cells]
    if kind == "csv":
        return "\r\n".join(as_csv(table) for table in filled).encode("utf-8")
    return _packed(_workbook(filled))


def _workbook(tables: Sequence[Table]) -> bytes:
    book = Workbook(write_only=True)
    for number, table in enumerate(tables, 1):
        sheet = book.create_sheet(f"Table {number}")
        for row in _rows(table, sheet):
            sheet.append(row)
    if not tables:
        book.create_sheet("Table 1")
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _rows(table: Table, sheet: WriteOnlyWorksheet) -> Iterator[list[Written | None]]:
    rows = table.rows()
    if max(rows) > LAST_ROW or max(cell.column for cell in table.cells) > LAST_COLUMN:
        raise BadInput(f"cells within {LAST_ROW:,} rows and {LAST_COLUMN:,} columns", max(rows))
    last = 0
    for number in sorted(rows):
        yield from ([] for _ in range(number - last - 1))
        last = number
        shown = {cell.column: cell.text for cell in rows[number] if not cell.held}
        yield [_cell(sheet, shown.get(at, "")) for at in range(1, max(shown, default=0) + 1)]


def _cell(sheet: WriteOnlyWorksheet, text: str) -> Written | None:
    text = _CONTROLS.sub("", text)
    if not text:
        return None
    if _NUMBER.fullmatch(text):
        return WriteOnlyCell(sheet, float(text) if "." in text else int(text))
    cell = WriteOnlyCell(sheet)
    cell.value = escaped(text)[:LONGEST]
    # the library takes text that starts with = for a formula
    cell.data_type = "s"
    return cell


def _packed(content: bytes) -> bytes:
    """Pack the parts again in a fixed order, without the clock and the maker's name."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(held, "w") as package:
        for name in sorted(made.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            part = _CORE if name == "docProps/core.xml" else made.read(name)
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            package.writestr(info, part)
    return held.getvalue()
