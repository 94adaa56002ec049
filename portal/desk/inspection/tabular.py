"""CSV and its kin: the charset, the structure, then the cells."""

import csv
import io
import re

from portal.desk.inspection import spans
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.tables import Cell, Table

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROLS = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
# any byte above 127 but: a pound before a figure, a dash between blanks or figures, an apostrophe
_WINDOWS = re.compile(
    rb"(?!\xa3(?=[\s\d\-,\"')]|$|[mk]\b)|\x96(?=[\s\dA-Z])|(?<=[a-z])\x92(?=s\b)|\xa0)[\x80-\xff]"
)
GAP = 60
_GAP = re.compile(rf"[^\S\n]{{{GAP},}}\S|\n\s{{20,}}\S")
DELIMITERS = ",;\t|"


def decode(content: bytes, report: Report) -> str:
    """Return the text; a charset that the bytes do not prove is a finding for a person."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(name)
            except UnicodeDecodeError as problem:
                raise Refused("corrupt", "charset") from problem
    wide = _wide(content)
    if wide:
        report.add("charset", "document")
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        if not _WINDOWS.search(content):
            # pounds, dashes and apostrophes where only these make sense prove the charset
            report.add("charset", "document", outcome="accept_with_findings")
        else:
            report.add("charset", "document")
        return content.decode("cp1252", "replace")


def _wide(content: bytes) -> str:
    """Return the charset of sixteen-bit text that carries no mark; empty for other text."""
    head = content[:20_000]
    half = max(1, len(head) // 2)
    if len(head) >= 4 and head[1::2].count(0) > half * 0.6:
        return "utf-16-le"
    if len(head) >= 4 and head[0::2].count(0) > half * 0.6:
        return "utf-16-be"
    return ""


def read(text: str, report: Report) -> None:
    """Inspect separated values and gather their cells."""
    if "\0" in text or len(_CONTROLS.findall(text[:1_000_000])) > 0:
        report.add("corrupt", "control letters", text.count("\0") or 1, "quarantine")
        text = _CONTROLS.sub("", text)
    # those inside a cell are judged with the cells of every format
    text = text.lstrip("\ufeff")
    _long_fields(text, report)
    delimiter = separator(text)
    cells: list[Cell] = []
    csv.field_size_limit(report.limits.letters)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number, row in enumerate(rows, 1):
            report.spent["cells"] += len(row)
            if len(row) > report.limits.columns or report.spent["cells"] > report.limits.cells:
                raise Refused("expansion_bomb", f"row {number}")
            cells += [Cell(number, n, value) for n, value in enumerate(row, 1) if value.strip()]
            if number % 5_000 == 0:
                report.tick()
    except csv.Error:
        # lenient readers would swallow rows here without a word
        report.add("corrupt", "quotes", 1, "quarantine")
    if cells:
        table = Table("table", cells)
        _long_gaps(table, report)
        spans.far_away(table, "table", report)
        report.tables.append(table)


def _long_gaps(table: Table, report: Report) -> None:
    """Move cells out in which text stands behind more blanks or lines than anyone looks over."""
    far = [cell for cell in table.cells if len(cell.text) > GAP and _GAP.search(cell.text)]
    if far:
        place = f"table, {spans.of_cells('', far)}"
        text = "\n".join(cell.text for cell in far)
        report.hidden("off_screen_cell", place, text, len(far))
        gone = set(far)
        table.cells[:] = [cell for cell in table.cells if cell not in gone]


def _long_fields(text: str, report: Report) -> None:
    most = report.limits.letters
    if len(text) > most and re.search(rf"[^,;\t|\r\n]{{{most}}}", text):
        raise Refused("expansion_bomb", "text of one cell")


def separator(text: str) -> str:
    """Return the separator that splits the first lines most evenly."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:30]
    best, most = ",", 0.0
    for candidate in DELIMITERS:
        counts = [line.count(candidate) for line in lines]
        used = [count for count in counts if count]
        if not used:
            continue
        usual = max(set(used), key=used.count)
        score = used.count(usual) / len(lines) * (1 + min(usual, 5) / 100)
        if score > most + 1e-9:
            best, most = candidate, score
    return best
