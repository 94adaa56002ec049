"""CSV and TSV: one table, each cell with its line and column."""

import csv
import io
from collections.abc import Iterator

from portal.extract.errors import TooMuch, Unreadable
from portal.extract.heads import head_of, letters
from portal.extract.model import Cell, Limits, Table

LONGEST_CELL = 1_000_000
ENCODINGS = (
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip


def delimited_rows(content: bytes, kind: str, limits: Limits) -> Iterator[list[str]]:
    """Yield the rows of a CSV or TSV one after the other."""
    text, _ = _decoded(content)
    csv.field_size_limit(LONGEST_CELL)
    mark = "\t" if kind == "tsv" else _delimiter(text)
    cells = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for number, row in enumerate(reader, 1):
            limits.check("columns", len(row), f"line {number}")
            cells += len(row)
            limits.check("cells", cells, f"line {number}")
            if number % 10_000 == 0:
                limits.check_time(f"line {number}")
            yield row
    except csv.Error as problem:
        raise Unreadable("rows parted by one mark", str(problem)) from problem


def delimited_tables(content: bytes, kind: str, limits: Limits) -> list[Table]:
    """Read a CSV or TSV as one table."""
    _, doubts = _decoded(content)
    cells = []
    rows: list[list[str]] = []
    widths: dict[int, int] = {}
    for number, row in enumerate(delimited_rows(content, kind, limits)):
        if len(rows) < 40:
            rows.append(row)
        if any(row):
            widths[len(row)] = widths.get(len(row), 0) + 1
        for column, text in enumerate(row):
            if text:
                cells.append(Cell(number, column, text, reference=f"{letters(column)}{number + 1}"))
    if len(widths) > 1:
        doubts = (*doubts, f"Rows have different numbers of cells: {sorted(widths)[:8]}.")
    if not cells:
        return []
    return [Table("1", 1, tuple(cells), header_rows=head_of(rows), reader="csv", doubts=doubts)]


def _decoded(content: bytes) -> tuple[str, tuple[str, ...]]:
    encoding = next((name for mark, name in ENCODINGS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError as problem:
        if encoding == "utf-16":
            raise Unreadable("text in UTF-16", str(problem)) from problem
    text = content.decode("cp1252", "replace")
    return text, ("The text is not UTF-8; it was read as Windows-1252.",)


def _delimiter(text: str) -> str:
    """Return the mark that parts most of the first lines into equally many cells."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:50]
    if any(len(line) > LONGEST_CELL for line in lines):
        raise TooMuch(f"cells of at most {LONGEST_CELL:,} characters", "more")

    def worth(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0), usual

    return max((",", ";", "\t", "|"), key=worth)
