"""Tables of HTML pages, DOCX and ODT documents, with their merged cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html

from portal.extract.errors import Unreadable
from portal.extract.heads import head_of
from portal.extract.kinds import package, part_of
from portal.extract.model import Cell, Limits, Table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
X = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
WIDEST_SPAN = 1000
MOST_FILLED = 2_000_000


@dataclass(frozen=True, slots=True)
class Field:
    """A cell as written: its text and spans, and whether it goes on with the cell above."""

    text: str
    down: int = 1
    across: int = 1
    head: bool = False
    goes_on: bool = False


def html_tables(content: bytes, limits: Limits) -> list[Table]:
    """Return the tables of an HTML page."""
    parser = html.HTMLParser(huge_tree=False, no_network=True, remove_comments=True)
    try:
        root = html.document_fromstring(content, parser=parser)
    except (etree.ParserError, etree.LxmlError, ValueError) as problem:
        raise Unreadable("an HTML page", str(problem)) from problem
    found = []
    for table in root.iter("table"):
        rows = []
        for row in _html_rows(table):
            limits.check("columns", len(row), f"table {len(found) + 1}")
            rows.append([_html_field(c) for c in row if c.tag in ("td", "th")])
        caption = table.find("caption")
        title = _flat("".join(caption.itertext())) if caption is not None else _heading(table)
        found.append(_table(rows, len(found) + 1, title, "html", limits))
    return [t for t in found if t.cells]


def _html_rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _html_field(cell: etree._Element) -> Field:
    text = _flat(" ".join(t for t in cell.itertext()))
    return Field(text, _span(cell.get("rowspan")), _span(cell.get("colspan")), cell.tag == "th")


def _span(value: str | None) -> int:
    text = (value or "1").strip()
    return max(1, min(int(text), WIDEST_SPAN)) if re.fullmatch(r"[0-9]{1,6}", text) else 1


def _flat(text: str) -> str:
    return " ".join(text.split())


def _heading(table: etree._Element) -> str:
    """Return the heading right before a table."""
    for before in table.itersiblings(preceding=True):
        text = _flat("".join(before.itertext()))
        if text:
            return text if before.tag in ("h1", "h2", "h3", "h4", "h5", "p") else ""
    return ""


def docx_tables(content: bytes, limits: Limits) -> list[Table]:
    """Return the tables of a DOCX; deleted and hidden text is left out."""
    with package(content, limits) as parts:
        root = _parsed(part_of(parts, "word/document.xml"))
    found = []
    for table in root.iter(f"{W}tbl"):
        rows = [_docx_row(row) for row in table.iter(f"{W}tr") if _own(row, table, f"{W}tbl")]
        title = _before(table, f"{W}p")
        found.append(_table(rows, len(found) + 1, title, "docx", limits))
    return [t for t in found if t.cells]


def _docx_row(row: etree._Element) -> list[Field]:
    lead = row.find(f"{W}trPr/{W}gridBefore")
    fields = [Field("", across=_span(lead.get(f"{W}val")))] if lead is not None else []
    head = row.find(f"{W}trPr/{W}tblHeader") is not None
    for cell in row.iter(f"{W}tc"):
        if not _own(cell, row, f"{W}tr"):
            continue
        wide = cell.find(f"{W}tcPr/{W}gridSpan")
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        goes_on = merge is not None and merge.get(f"{W}val", "continue") == "continue"
        across = _span(wide.get(f"{W}val")) if wide is not None else 1
        fields.append(Field(_docx_text(cell), 1, across, head, goes_on))
    return fields


def _docx_text(cell: etree._Element) -> str:
    lines = []
    for paragraph in cell.iter(f"{W}p"):
        runs = []
        for run in paragraph.iter(f"{W}r"):
            if run.find(f"{W}rPr/{W}vanish") is not None:
                continue
            runs += [t.text or "" if t.tag == f"{W}t" else " "
                     for t in run.iter(f"{W}t", f"{W}tab", f"{W}br")]  # fmt: skip
        lines.append("".join(runs))
    return _flat(" ".join(lines))


def _own(item: etree._Element, owner: etree._Element, tag: str) -> bool:
    """True when the nearest ancestor of a tag is the owner: not a table inside of a table."""
    return next(item.iterancestors(tag), None) is owner


def _before(table: etree._Element, *tags: str) -> str:
    """Return the paragraph right before a table, when it is short."""
    for before in table.itersiblings(preceding=True):
        if before.tag in tags and (text := _flat("".join(before.itertext()))):
            return text if len(text) < 300 else ""
        if before.tag not in tags:
            return ""
    return ""


def odt_tables(content: bytes, limits: Limits) -> list[Table]:
    """Return the tables of an ODT."""
    with package(content, limits) as parts:
        root = _parsed(part_of(parts, "content.xml"))
    found = []
    for table in root.iter(f"{T}table"):
        rows: list[list[Field]] = []
        for row in table.iter(f"{T}table-row"):
            if _own(row, table, f"{T}table"):
                times = min(_span(row.get(f"{T}number-rows-repeated")), WIDEST_SPAN)
                rows += [_odt_row(row)] * times
                limits.check("cells", sum(len(r) for r in rows))
        title = _before(table, f"{X}p", f"{X}h")
        found.append(_table(rows, len(found) + 1, title, "odt", limits))
    return [t for t in found if t.cells]


def _odt_row(row: etree._Element) -> list[Field]:
    fields = []
    for cell in row:
        if cell.tag not in (f"{T}table-cell", f"{T}covered-table-cell"):
            continue
        times = _span(cell.get(f"{T}number-columns-repeated"))
        down, across = (_span(cell.get(f"{T}number-{n}-spanned")) for n in ("rows", "columns"))
        text = _flat(" ".join("".join(p.itertext()) for p in cell.iter(f"{X}p", f"{X}h")))
        head = next(row.iterancestors(f"{T}table-header-rows"), None) is not None
        if cell.tag == f"{T}covered-table-cell":
            continue
        fields += [Field(text, down, across, head)] * times
    return fields


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise Unreadable("well-formed XML", str(problem)) from problem
    if root.getroottree().docinfo.doctype:
        raise Unreadable("XML without a document type", root.getroottree().docinfo.doctype)
    return root


def _table(rows: list[list[Field]], index: int, title: str, reader: str, limits: Limits) -> Table:
    """Lay fields out on a grid, around those that reach down from rows above."""
    taken: dict[tuple[int, int], int] = {}
    cells: list[Cell] = []
    for number, row in enumerate(rows):
        column = 0
        for field in row:
            while (number, column) in taken:
                column += 1
            above = taken.get((number - 1, column)) if field.goes_on else None
            limits.check("columns", column + field.across)
            if above is not None:
                _reach_down(cells, above)
            elif field.text:
                place = f"table {index}, row {number + 1}, column {column + 1}"
                down = min(field.down, len(rows) - number)
                cells.append(Cell(number, column, field.text, down, field.across, reference=place))
            owner = above if above is not None else len(cells) - 1
            _take(taken, number, column, field, owner if field.text or above is not None else -1)
            limits.check("cells", len(taken))
            column += field.across
    return Table(str(index), index, tuple(cells), header_rows=_head(rows, cells), title=title,
                 reader=reader)  # fmt: skip


def _take(
    taken: dict[tuple[int, int], int], row: int, column: int, field: Field, owner: int
) -> None:
    if field.down * field.across > MOST_FILLED:
        raise Unreadable("a cell over fewer places", f"{field.down} rows, {field.across} columns")
    for r in range(row, row + field.down):
        for k in range(column, column + field.across):
            taken[r, k] = owner


def _reach_down(cells: list[Cell], owner: int) -> None:
    if owner >= 0:
        c = cells[owner]
        cells[owner] = Cell(
            c.row, c.column, c.text, c.row_span + 1, c.column_span, reference=c.reference
        )


def _head(rows: list[list[Field]], cells: list[Cell]) -> int:
    """Return the rows marked as heads, or else those above the first figures."""
    marked = 0
    for row in rows:
        filled = [f for f in row if f.text]
        if not filled or not all(f.head for f in filled):
            break
        marked += 1
    if marked and marked < len(rows):
        return marked
    width = max((c.column + 1 for c in cells), default=0)
    first = [[""] * width for _ in rows[:40]]
    for c in cells:
        if c.row < len(first):
            first[c.row][c.column] = c.text
    return head_of(first)
