"""Reading tables strictly: CSV, members of a zip, workbooks and HTML; and finding a cell again.

How a locator is followed, by `text_at` and by a person alike:

- `member` is the name inside a zip; `sheet` the name of a sheet of a workbook.
- `row` counts the records of a CSV (or the rows of a sheet or HTML table) from 1 as the file
  stands: titles, headers and blank lines count. It is the line number that an editor shows unless
  a cell holds a line break, and the row number that a spreadsheet shows.
- `column` is the header as printed; in sheets and HTML, and where a header is blank or there
  twice, the letter of the column. `A … B` are two columns that print the ends of one band, read
  as `500 - 999`.
- `table` is the title above a table where a CSV stacks several: the header is then the nearest
  record above `row` that holds `column`. In HTML it is the number of the table, from 1.

The text of a sheet's cell is the stored value in its shortest form, `15` for 15.0, and the cached
one of a formula; a calendar date is `2018-06-30`. The text of an HTML cell has its spaces joined.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, BinaryIO
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from portal.core.errors import BadInput, FetchError
from portal.core.observations import Locator
from portal.core.zips import opened
from portal.sources._html import html_tables as html_tables

Row = tuple[int, list[str]]

_CHUNK = 1 << 20
BOTH = " … "


def is_zip(content: bytes) -> bool:
    """True for a zip, which a workbook (XLSX, ODS) is as well."""
    return content[:4] == b"PK\x03\x04"


def members(content: bytes) -> list[str]:
    """Return the names of the files inside a zip, without folders and a Mac's shadow files."""
    with _archive(content) as archive:
        names = [each.filename for each in archive.infolist() if not each.is_dir()]
    return [name for name in names if not name.startswith("__MACOSX/")]


def member(content: bytes, name: str) -> bytes:
    """Return one file inside a zip."""
    with _stream(content, name) as stream:
        return stream.read()


@contextmanager
def _archive(content: bytes) -> Iterator[ZipFile]:
    """Bytes that lie on a disk are checked no less than those that come over the wire."""
    try:
        with opened(content) as archive:
            yield archive
    except FetchError as problem:
        raise BadInput(problem.expected, problem.found) from problem


@contextmanager
def _stream(content: bytes, name: str) -> Iterator[BinaryIO]:
    if not name:
        yield io.BytesIO(content)
        return
    with _archive(content) as archive:
        if name not in archive.namelist():
            raise BadInput(f"the file {name} in the zip", ", ".join(archive.namelist()))
        with archive.open(name) as stream:
            yield stream  # type: ignore[misc]


def encoding_of(
    content: bytes, member: str = "", encodings: Sequence[str] = ("utf-8",), where: str = ""
) -> str:
    """Return the first encoding in which every byte reads; raises BadInput when there is none.

    cp1252 is read strictly (five bytes mean nothing in it). A byte order mark is taken off.
    """
    for encoding in encodings:
        name = "utf-8-sig" if encoding == "utf-8" else encoding
        decode = codecs.getincrementaldecoder(name)("strict").decode
        with _stream(content, member) as stream:
            try:
                while chunk := stream.read(_CHUNK):
                    decode(chunk)
                decode(b"", final=True)
                return name
            except UnicodeDecodeError as problem:
                failed = f"byte {problem.object[problem.start : problem.end]!r}"
    raise BadInput(f"text in {' or '.join(encodings)}", failed, where or member)


def csv_rows(
    content: bytes,
    member: str = "",
    *,
    encodings: Sequence[str] = ("utf-8",),
    delimiter: str = ",",
    where: str = "",
) -> Iterator[Row]:
    """Yield (record number from 1, cells) without holding the file; a blank line has no cells.

    Line ends may be LF, CRLF or a bare CR (one Meta file). Quotes must close.
    """
    encoding = encoding_of(content, member, encodings, where)
    with _stream(content, member) as stream:
        text = io.TextIOWrapper(stream, encoding, newline="")
        try:
            yield from enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1)
        except csv.Error as problem:
            raise BadInput("CSV whose quotes close", str(problem), where or member) from problem


def fold(text: str) -> str:
    """Return a header as it is compared: spaces joined, no byte order mark, case ignored."""
    return " ".join(text.replace("\ufeff", " ").split()).casefold()


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """A header that was recognised: its generation, where each field stands, and the cells.

    Two headers are never equal, so that what is kept for one file is not used for another.
    """

    generation: str
    index: Mapping[str, int]
    printed: tuple[str, ...]

    def column(self, field: str) -> str:
        """The name of a field's column as a locator gives it."""
        return column_name(self.printed, self.index[field])


def match_header(
    cells: Sequence[str], generations: Mapping[str, Mapping[str, str]], where: str
) -> Header:
    """Compare a header word for word with the known ones, in any order of columns.

    `generations` is name -> {header as the publisher prints it: our field}. Raises BadInput with
    what is expected and found when a column is unknown, missing or there twice. Blank cells after
    the last header are ignored.
    """
    printed = tuple(cells)
    folded = [fold(cell) for cell in printed]
    while folded and not folded[-1]:
        folded.pop()
    for name, fields in generations.items():
        known = {fold(header): field for header, field in fields.items()}
        if len(folded) == len(known) and set(folded) == set(known):
            return Header(name, {known[cell]: at for at, cell in enumerate(folded)}, printed)
    nearest = max(generations.values(), key=lambda fields: _alike(fields, folded))
    known_names = {fold(header) for header in nearest}
    unknown = [cell for cell in folded if cell not in known_names] or folded
    missing = [header for header in nearest if fold(header) not in folded]
    expected = f"a known header (without: {', '.join(unknown)}; with: {', '.join(missing)})"
    raise BadInput(expected, ",".join(printed), where)


def _alike(fields: Iterable[str], folded: Sequence[str]) -> int:
    return len({fold(header) for header in fields} & set(folded))


def letter(index: int) -> str:
    """Return the letter of a column, `A` for 0 and `AA` for 26."""
    name, rest = "", index + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return name


def column_name(header: Sequence[str], index: int) -> str:
    """Return the header as printed, or the letter where it is blank or there twice."""
    text = header[index] if index < len(header) else ""
    return text if text.strip() and list(header).count(text) == 1 else letter(index)


def both(low: str, high: str) -> str:
    """Return the name of two columns that print the lower and the upper end of a band."""
    return f"{low}{BOTH}{high}"


def sheet_names(content: bytes) -> list[str]:
    """Return the names of a workbook's sheets in order, hidden ones too."""
    return list(_workbook(content).sheet_names)


def sheet_rows(content: bytes, sheet: str) -> list[list[str]]:
    """Return all rows of a sheet (XLSX, ODS, XLS) from A1 on, as text; formulas as cached."""
    book = _workbook(content)
    if sheet not in book.sheet_names:
        raise BadInput(f"the sheet {sheet}", ", ".join(book.sheet_names))
    try:
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError as problem:
        raise BadInput("a sheet that can be read", str(problem), sheet) from problem
    return [[_cell_text(cell) for cell in row] for row in rows]


def _workbook(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as problem:
        raise BadInput("a workbook (XLSX, ODS or XLS)", str(problem)) from problem


def _cell_text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    midnight = isinstance(cell, datetime) and cell == datetime(cell.year, cell.month, cell.day)
    if midnight:
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | datetime) else str(cell)


def grid(content: bytes, locator: Locator) -> list[list[str]]:
    """Return the table that a locator points into, as rows of cells; see the top of this module."""
    if locator.member:
        return grid(member(content, locator.member), replace(locator, member=""))
    if locator.sheet:
        return sheet_rows(content, locator.sheet)
    if re.match(rb"\s*(\xef\xbb\xbf)?\s*<", content[:200]):
        tables = html_tables(content)
        number = int(locator.table) if locator.table.isdecimal() else 0
        if not 1 <= number <= len(tables):
            raise BadInput(f"a table from 1 to {len(tables)}", locator.table)
        return tables[number - 1]
    return [cells for _, cells in csv_rows(content, encodings=("utf-8", "cp1252"))]


def text_in(rows: Sequence[Sequence[str]], locator: Locator) -> str:
    """Return the cell of a grid; raises BadInput when the locator leads nowhere."""
    if BOTH in locator.column:
        ends = (text_in(rows, replace(locator, column=c)) for c in locator.column.split(BOTH))
        return " - ".join(ends)
    row = locator.row or 0
    if not 1 <= row <= len(rows):
        raise BadInput(f"a row from 1 to {len(rows)}", locator.row)
    holding = [r for r in rows[: row - 1] if locator.column in r] if not locator.sheet else []
    if holding:
        at = list(holding[-1 if locator.table else 0]).index(locator.column)
    elif re.fullmatch("[A-Z]{1,3}", locator.column):
        at = sum((ord(c) - 64) * 26**n for n, c in enumerate(reversed(locator.column))) - 1
    else:
        raise BadInput("a column of this name above the row", locator.column)
    return rows[row - 1][at] if at < len(rows[row - 1]) else ""


def text_at(content: bytes, locator: Locator) -> str:
    """Return the text that stands where the locator points; raises BadInput when it cannot."""
    return text_in(grid(content, locator), locator)
