"""What a spreadsheet's package says of itself: how far it reaches, and what is hidden."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from portal.extract.errors import TooMuch, Unreadable
from portal.extract.kinds import package, part_of
from portal.extract.model import Limits

BLOCK = 1 << 20
REFERENCE = re.compile(rb"""<(?:\w+:)?c\b[^<>]{0,300}?\br=["']([A-Z]{1,4})(\d{1,8})["']""")
CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\b[^<>]{0,300}?\br=["'](\d{1,8})["']""")
REPEATED = re.compile(
    rb"""<table:table-cell\b(?=[^<>]{0,400}office:value)[^<>]{0,400}number-columns-repeated=["'](\d+)["']"""
)
REPEAT_ROWS = re.compile(rb"""table:number-rows-repeated=["'](\d+)["']""")
DENSEST = 60_000_000  # places between the first and the last cell, filled or not
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Rows and columns, from 0, that are not shown."""

    rows: frozenset[int]
    columns: frozenset[int]


def check_extent(content: bytes, kind: str, limits: Limits) -> None:
    """Raise TooMuch for cells too far apart: a reader would fill the space between."""
    if kind not in ("xlsx", "ods"):
        return
    with package(content, limits) as parts:
        for name in parts.namelist():
            if kind == "xlsx" and re.fullmatch(r"(?i)/?xl/worksheets/[^/]+\.xml", name):
                _check_sheet(parts, name, limits)
            elif kind == "ods" and name == "content.xml":
                _check_repeats(parts, name, limits)


def _blocks(parts: zipfile.ZipFile, name: str, limits: Limits) -> Iterator[bytes]:
    try:
        with parts.open(name) as part:
            tail = b""
            while block := part.read(BLOCK):
                limits.check_time(name)
                cut = block.rfind(b"<")
                yield tail + block[:cut] if cut >= 0 else tail + block
                tail = block[cut:] if cut >= 0 else b""
            yield tail
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as problem:
        raise Unreadable(f"a whole part {name}", str(problem)) from problem
    except Exception as problem:
        if isinstance(problem, TooMuch | Unreadable):
            raise
        raise Unreadable(f"a whole part {name}", str(problem)) from problem


def _check_sheet(parts: zipfile.ZipFile, name: str, limits: Limits) -> None:
    low, high, wide = 1 << 40, 0, set()
    count = 0
    for block in _blocks(parts, name, limits):
        found = REFERENCE.findall(block)
        count += len(found)
        limits.check("cells", count, name)
        rows = [int(row) for _, row in found]
        if len(found) < len(CELL.findall(block)):  # cells without a name stand in named rows
            rows += [int(row) for row in ROW_NUMBER.findall(block)]
            wide.add(b"A")
        if rows:
            low, high = min(low, min(rows)), max(high, max(rows))
            wide.update(column for column, _ in found)
    if wide:
        numbers = [_column(c) for c in wide]
        limits.check("columns", max(numbers) - min(numbers) + 1, name)
        area = (high - low + 1) * (max(numbers) - min(numbers) + 1)
        if area > DENSEST:
            raise TooMuch(f"cells within at most {DENSEST:,} places", f"{area:,}", name)


def _column(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _check_repeats(parts: zipfile.ZipFile, name: str, limits: Limits) -> None:
    """An ODS may repeat a filled cell or row a million times in one line of XML."""
    rows = columns = 0
    for block in _blocks(parts, name, limits):
        for tag in re.findall(
            rb"<table:table-row\b[^>]*>(?:(?!</table:table-row>).){0,4000}", block, re.S
        ):
            filled = b"office:value" in tag or b"<text:p" in tag
            if not filled:
                continue
            down = max((int(n) for n in REPEAT_ROWS.findall(tag)), default=1)
            cell = REPEATED.findall(tag)
            rows += down
            columns = max([columns, *(int(n) for n in cell)])
    limits.check("columns", columns, name)
    area = rows * max(columns, 1)
    if area > DENSEST:
        raise TooMuch(f"cells within at most {DENSEST:,} places", f"{area:,}", name)


def hidden_parts(content: bytes, kind: str, limits: Limits) -> dict[str, Hidden]:
    """Return what is hidden in each sheet of an XLSX or ODS, by the sheet's name."""
    if kind == "xls":
        return {}
    with package(content, limits) as parts:
        return _of_xlsx(parts, limits) if kind == "xlsx" else _of_ods(parts)


def parsed(data: bytes, name: str) -> Element:
    """Parse XML without entities or a document type; damage is a named error."""
    try:
        return ElementTree.fromstring(data, forbid_dtd=True)
    except (DefusedXmlException, ElementTree.ParseError, ValueError) as problem:
        raise Unreadable(f"well-formed XML in {name}", str(problem) or repr(problem)) from problem


def _of_xlsx(parts: zipfile.ZipFile, limits: Limits) -> dict[str, Hidden]:
    if "xl/workbook.xml" not in parts.namelist():
        return {}
    book = parsed(part_of(parts, "xl/workbook.xml"), "xl/workbook.xml")
    links = {}
    if "xl/_rels/workbook.xml.rels" in parts.namelist():
        rels = parsed(part_of(parts, "xl/_rels/workbook.xml.rels"), "workbook.xml.rels")
        links = {r.get("Id", ""): r.get("Target", "") for r in rels}
    found = {}
    for sheet in book.iter(f"{MAIN}sheet"):
        target = links.get(sheet.get(REL, ""), "").lstrip("/")
        name = target if target.startswith("xl/") else f"xl/{target}"
        if name in parts.namelist():
            found[sheet.get("name", "")] = _hidden_in(parts, name, limits)
    return found


ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]{0,500}>")
COLUMN = re.compile(rb"<(?:\w+:)?col\b[^<>]{0,500}>")


def _hidden_in(parts: zipfile.ZipFile, name: str, limits: Limits) -> Hidden:
    rows, columns = set(), set()
    for block in _blocks(parts, name, limits):
        for tag in ROW.findall(block):
            if _is_hidden(tag, b"ht") and (at := re.search(rb'\br="(\d{1,8})"', tag)):
                rows.add(int(at[1]) - 1)
        for tag in COLUMN.findall(block):
            ends = re.search(rb'\bmin="(\d{1,6})"', tag), re.search(rb'\bmax="(\d{1,6})"', tag)
            if _is_hidden(tag, b"width") and ends[0] and ends[1]:
                columns.update(range(int(ends[0][1]) - 1, min(int(ends[1][1]), 16_384)))
    return Hidden(frozenset(rows), frozenset(columns))


def _is_hidden(tag: bytes, size: bytes) -> bool:
    said = re.search(rb"""\bhidden=["'](?:1|true)["']""", tag)
    return bool(said or re.search(rb"\b" + size + rb'="0(?:\.0+)?"', tag))


def _of_ods(parts: zipfile.ZipFile) -> dict[str, Hidden]:
    found = {}
    for table in parsed(part_of(parts, "content.xml"), "content.xml").iter(f"{TABLE}table"):
        rows = _unseen(table, "table-row", "number-rows-repeated")
        columns = _unseen(table, "table-column", "number-columns-repeated")
        found[table.get(f"{TABLE}name", "")] = Hidden(rows, columns)
    return found


def _unseen(table: Element, tag: str, repeat: str) -> frozenset[int]:
    at, found = 0, set()
    for item in table.iter(f"{TABLE}{tag}"):
        times = min(int(item.get(f"{TABLE}{repeat}", 1)), 2_000_000)
        if item.get(f"{TABLE}visibility") in ("collapse", "filter"):
            found.update(range(at, at + min(times, 100_000)))
        at += times
    return frozenset(found)
