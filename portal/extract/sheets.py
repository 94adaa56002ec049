"""XLSX, XLSM, XLS and ODS: the values as stored, read by calamine, sheet by sheet."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

from portal.extract.errors import Encrypted, Unreadable
from portal.extract.heads import head_of, letters
from portal.extract.model import Cell, Limits, Table
from portal.extract.sheet_parts import Hidden, check_extent, hidden_parts

MOST_SHEETS = 500


def sheet_tables(
    content: bytes, kind: str, limits: Limits, *, visible_only: bool = False
) -> list[Table]:
    """Return one table per sheet that holds anything."""
    check_extent(content, kind, limits)
    hidden = hidden_parts(content, kind, limits)
    found = []
    left = limits.cells
    book = _opened(content)
    for meta in book.sheets_metadata[:MOST_SHEETS]:
        limits.check_time(f"sheet {meta.name}")
        unseen = meta.visible != calamine.SheetVisibleEnum.Visible
        if meta.typ != calamine.SheetTypeEnum.WorkSheet or (visible_only and unseen):
            continue
        table = _table(book, meta.name, kind, hidden.get(meta.name), visible_only, unseen, limits)
        if table:
            left -= len(table.cells)
            limits.check("cells", limits.cells - left, f"sheet {meta.name}")
            found.append(table)
    return found


def sheet_rows(content: bytes, kind: str, sheet: str, limits: Limits) -> Iterator[list[str]]:
    """Yield the rows of one sheet as texts without holding them all as cells."""
    check_extent(content, kind, limits)
    for row in _read(_opened(content), sheet).iter_rows():
        yield [text_of(value) for value in row]


def _opened(content: bytes) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except calamine.PasswordError as problem:
        raise Encrypted("a workbook without a password", str(problem)) from problem
    except Exception as problem:  # calamine has an error per format; a panic is a RuntimeError
        raise Unreadable("a whole workbook", str(problem)) from problem
    except BaseException as problem:
        raise _panic(problem) from problem


def _panic(problem: BaseException) -> BaseException:
    """Turn a panic inside of the reader into a named error; let interrupts pass."""
    if type(problem).__name__ == "PanicException":
        return Unreadable("a whole workbook", "a reader that broke off")
    return problem


def _read(book: calamine.CalamineWorkbook, name: str) -> calamine.CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except Exception as problem:
        raise Unreadable(f"a whole sheet {name}", str(problem)) from problem
    except BaseException as problem:
        raise _panic(problem) from problem


def _table(
    book: calamine.CalamineWorkbook, name: str, kind: str, hidden: Hidden | None,
    visible_only: bool, unseen: bool, limits: Limits,
) -> Table | None:  # fmt: skip
    sheet = _read(book, name)
    start = sheet.start
    if start is None:
        return None
    limits.check("columns", sheet.width, f"sheet {name}")
    merged = _merged(sheet)
    skip = hidden if visible_only and hidden else Hidden(frozenset(), frozenset())
    first: list[list[str]] = []
    cells: list[Cell] = []
    heads = [letters(k) for k in range(sheet.total_width + 1)]
    top, lead = (0, 0) if sheet.total_height == sheet.height else start
    for number, row in enumerate(sheet.iter_rows()):
        at = number + top
        if at in skip.rows:
            continue
        for k, value in enumerate(row):
            if value == "" or (k + lead) in skip.columns:
                continue
            down, across = merged.get((at, k + lead), (1, 1))
            place = f"{name}!{heads[k + lead]}{at + 1}"
            cells.append(Cell(at, k + lead, text_of(value), down, across, None, place))
        if len(first) < 60:
            first.append([""] * lead + [text_of(v) for v in row])
    return _made(name, kind, cells, first, top, hidden, visible_only, unseen)


def _merged(sheet: calamine.CalamineSheet) -> dict[tuple[int, int], tuple[int, int]]:
    ranges = sheet.merged_cell_ranges or []
    return {a: (b[0] - a[0] + 1, b[1] - a[1] + 1) for a, b in ranges[:200_000]}


def _made(
    name: str, kind: str, cells: list[Cell], first: list[list[str]], top: int,
    hidden: Hidden | None, visible_only: bool, unseen: bool,
) -> Table | None:  # fmt: skip
    if not cells:
        return None
    doubts = ["Values are as stored: a percentage or a date may have been shown otherwise."]
    if unseen:
        doubts.append("The sheet is hidden.")
    if hidden and (hidden.rows or hidden.columns) and not visible_only:
        doubts.append(f"{len(hidden.rows)} rows and {len(hidden.columns)} columns are hidden.")
    if kind == "xls":
        doubts.append("Hidden rows and columns of an XLS are not known to this reader.")
    title = _title(first)
    head = top + head_of(first)
    return Table(name, 1, tuple(cells), header_rows=head, title=title, reader="calamine",
                 doubts=tuple(doubts))  # fmt: skip


def _title(first: list[list[str]]) -> str:
    """Return the lone texts above the first row with several cells."""
    lone = []
    for row in first[:8]:
        filled = [t for t in row if t]
        if len(filled) > 1:
            break
        lone += filled
    return " ".join(lone)[:400]


def text_of(value: object) -> str:
    """Return a stored value as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
