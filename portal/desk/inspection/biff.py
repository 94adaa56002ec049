"""XLS: the records of an old workbook that hide or keep data; values come from calamine."""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from python_calamine import CalamineWorkbook

from portal.desk.inspection import biff_cells, biff_lists, biff_rules, kept, spans
from portal.desk.inspection.biff_cells import Looks
from portal.desk.inspection.biff_rules import Covers
from portal.desk.inspection.buried import plain_text
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.tables import Cell, Table

BOF, EOF = (0x0009, 0x0209, 0x0409, 0x0809), 0x000A
FILEPASS, BOUNDSHEET, ROW, COLINFO, DEFCOLWIDTH = 0x002F, 0x0085, 0x0208, 0x007D, 0x0055
NAMES, NOTE = (0x0018, 0x0218), 0x001C
# what a record alone says, whatever is in it
_KINDS = {
    0x0017: "",  # EXTERNSHEET is there for inner references too
    0x01AE: "external_link",  # SUPBOOK, judged below
    0x0059: "external_link",  # XCT: cached cells of another workbook
    0x00B0: "pivot_cache",  # SXVIEW
    0x00D5: "pivot_cache",  # SXSTREAMID
    0x00AF: "scenario",  # SCENARIO
    0x00AE: "scenario",
    0x00DC: "connection",  # database query
    0x01B7: "",
    0x0051: "connection",  # DCONREF
    0x00D3: "macro_vba",  # OBPROJ
    0x0138: "tracked_change",
    0x01BE: "",  # data validation, judged when the cells are known
    0x005C: "",  # WRITEACCESS, judged below
}
_HIDDEN = {1: "hidden_sheet", 2: "very_hidden_sheet"}


@dataclass(slots=True)
class _Sheet:
    hidden: str
    rows: set[int] = field(default_factory=set)
    columns: list[tuple[int, int]] = field(default_factory=list)
    styled: list[tuple[int, int, int]] = field(default_factory=list)
    covers: Covers = field(default_factory=Covers)


def records(stream: bytes, report: Report) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a workbook stream; raises Refused where one runs over the end."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == 0 and size == 0:
            break
        if at + 4 + size > len(stream) or size > 8_228:
            raise Refused("corrupt", "records")
        report.spend("records", 1, 5_000_000)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def read(stream: bytes, content: bytes, report: Report) -> None:
    """Inspect an old workbook and gather its visible cells."""
    looks, bound, found = Looks(), [], []
    lists: list[bytes] = []
    drops = 0
    current: _Sheet | None = None
    depth = 0
    for kind, body in records(stream, report):
        if kind in BOF:
            depth += 1
            if depth == 1 and body[2:4] not in (b"\x05\x00", b"\x06\x00"):
                state = bound[len(found)][0] if len(found) < len(bound) else 0
                current = _Sheet(_HIDDEN.get(state, ""))
                found.append(current)
        elif kind == EOF:
            depth -= 1
        elif kind == FILEPASS:
            raise Refused("encrypted", "workbook")
        elif kind == BOUNDSHEET and len(body) > 6:
            bound.append((body[4] & 3, body[5]))
        elif current is not None and depth == 1:
            _in_sheet(kind, body, current)
        if current is None:
            biff_cells.style(kind, body, looks)
        if kind == 0x01BE:
            lists.append(body)
        drops += biff_lists.arrows(kind, body)
        _judge(kind, body, report)
    if not bound or not found:
        raise Refused("corrupt", "workbook")
    if any(sort in (1, 6) for _, sort in bound):
        report.add("macro_vba", "macro sheet")
    for number, (state, _) in enumerate(bound, 1):
        if state:
            report.add(_HIDDEN.get(state, "hidden_sheet"), f"sheet {number}")
    report.add("form_control", "drawing", drops)
    _values(content, list(found), looks, report)
    biff_lists.judge(lists, report)
    texts = [text for code in looks.formats.values() for text in kept.quoted(code)]
    kept.note(report, "number formats", texts, set())


def _in_sheet(kind: int, body: bytes, sheet: _Sheet) -> None:
    if kind == ROW and len(body) >= 16:
        row, height, options = struct.unpack_from("<H4xH4xI", body)
        if options & 0x20 or (0 < (height & 0x7FFF) < 40 and options & 0x40):
            sheet.rows.add(row + 1)
    elif kind == COLINFO and len(body) >= 10:
        low, high, width, _, options = struct.unpack_from("<HHHHH", body)
        if options & 1 or width < 128:
            sheet.columns.append((low + 1, high + 1))
    else:
        sheet.styled += biff_cells.styled(kind, body)
        biff_rules.take(kind, body, sheet.covers)


def _judge(kind: int, body: bytes, report: Report) -> None:
    if kind == NOTE:
        report.hidden("comment", "notes", plain_text(body))
    elif kind == 0x01AE:
        if len(body) >= 4 and body[2:4] not in (b"\x01\x04", b"\x01\x3a"):
            report.hidden("external_link", "workbook", plain_text(body))
    elif kind in NAMES:
        _name(body, report)
    elif kind == 0x005C:
        text = body.decode("latin-1").strip("\0 ").strip()
        if text.isprintable() and any(letter.isalpha() for letter in text):
            report.hidden("doc_properties", "workbook", text)
    elif kind == 0x005D and len(body) >= 6:
        _object(struct.unpack_from("<H", body, 4)[0], report)
    elif kind == 0x01B6:
        report.add("comment", "notes", 0)
    elif _KINDS.get(kind):
        report.hidden(_KINDS[kind], "workbook", plain_text(body))


def _object(kind: int, report: Report) -> None:
    if kind in (0x0B, 0x0C, 0x0E, 0x10, 0x11, 0x12):
        report.add("form_control", "drawing")
    elif kind == 0x08:
        report.add("embedded_object", "drawing", 0)


def _name(body: bytes, report: Report) -> None:
    options = struct.unpack_from("<H", body)[0] if len(body) >= 2 else 0
    if options & 0x0E:
        report.add("macro_vba", "defined name")
    elif not options & 0x20:
        constant = b"\x17" in body[14:]
        hidden = options & 1
        report.hidden(
            "named_range",
            "defined name",
            plain_text(body),
            outcome="quarantine" if constant or hidden else "",
        )


def _values(content: bytes, found: list[_Sheet], looks: Looks, report: Report) -> None:
    """Take the values from calamine and put aside those of hidden places."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
    except Exception as problem:
        raise Refused("corrupt", "workbook") from problem
    sheets = list(found)
    for number, name in enumerate(names, 1):
        report.tick()
        hidden = sheets[number - 1] if number <= len(sheets) else _Sheet("hidden_sheet")
        table = Table(f"sheet {number}")
        unseen: dict[str, list[Cell]] = {}
        invisible = {(r, c) for r, c, xf in hidden.styled if looks.hides(xf)}
        try:
            data = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except Exception as problem:
            raise Refused("corrupt", f"sheet {number}") from problem
        for cell in biff_cells.cells(data, report):
            why = hidden.hidden or _why(hidden, cell, invisible)
            (unseen.setdefault(why, []) if why else table.cells).append(cell)
        for kind, cells in unseen.items():
            where = "" if "sheet" in kind else f", {spans.of_cells(kind, cells)}"
            text = "\n".join(cell.text for cell in cells)
            report.hidden(kind, f"{table.place}{where}", text, len(cells))
        spans.far_away(table, table.place, report)
        if table.cells:
            report.tables.append(table)


def _why(sheet: _Sheet, cell: Cell, invisible: set[tuple[int, int]]) -> str:
    if cell.row in sheet.rows:
        return "hidden_row"
    if any(low <= cell.column <= high for low, high in sheet.columns):
        return "hidden_column"
    if (cell.row, cell.column) in invisible:
        return "invisible_text"
    return sheet.covers.why(cell)
