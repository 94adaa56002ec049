"""Recorded documents spoilt on purpose: rows lost, headers renamed, tables emptied."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from types import ModuleType
from typing import Any

from publisher_server import Document

from portal.core.sources import Snapshot

Rows = dict[tuple[str, str, str], set[int]]

# What the publisher might call the same thing tomorrow, where the header is no row of a CSV.
RENAMED = {
    "bt": (b"Data disclosure:", b"Disclosure of data:"),
    "fragdenstaat": (b'"slug"', b'"short_name"'),
    "govuk_watch": (b'"document_type"', b'"kind"'),
    "linkedin": (b"Requests for member data", b"Requests for data of members"),
    "microsoft": (b"Total number of requests", b"All requests"),
    "switzerland_uepf": (b"<td>2023</td>", b"<td>Jahr 2023</td>"),
    "vodafone": (b"<td>Lawful interception</td>", b"<td>Interception</td>"),
    "whatdotheyknow": (b'"url_title"', b'"address"'),
    "wikimedia": (b"Total User Data Requests", b"All User Data Requests"),
}


def figures(module: ModuleType, document: Document) -> list[Any]:
    """The figures that a source reads in a document, none where it reads none."""
    if not hasattr(module, "observations"):
        return []
    label = "October 2014 (Home Office spending: 2014)"
    return list(module.observations(Snapshot(document.address, document.content, "", label=label)))


def renamed(id: str, module: ModuleType, document: Document) -> bytes:
    """The document with one header renamed."""
    if id in RENAMED:
        return _everywhere(document.content, lambda text: text.replace(*RENAMED[id]))
    at = figures(module, document)[0].locator

    def rename(rows: list[list[str]]) -> list[list[str]]:
        header = next(row for row in rows if at.column in row)
        place = header.index(at.column)
        renamed = [*header[:place], f"{at.column} (new)", *header[place + 1 :]]
        return [renamed if row is header else row for row in rows]

    return _members(document.content, at.member, lambda content: _csv(content, rename))


def without(id: str, module: ModuleType, document: Document, share: float) -> bytes:
    """The document without a share of the rows that hold figures, the last ones."""
    if document.media_type == "application/json":
        return _shorter(document.content, share)
    if id == "bt":
        return _shorter_text(document.content, share)
    lost: Rows = {}
    for each in figures(module, document):
        at = each.locator
        lost.setdefault((at.member, at.sheet, at.table), set()).add(at.row)
    content = document.content
    for (member, sheet, table), rows in lost.items():
        ordered = sorted(rows)
        gone = set(ordered[len(ordered) - max(1, round(len(ordered) * share)) :])
        if sheet:
            content = _sheet(content, sheet, gone)
        elif content.lstrip().startswith(b"<"):
            content = _page(content, int(table), gone)
        else:
            content = _members(content, member, lambda each, gone=gone: _csv(each, _drop(gone)))
    return content


def _drop(gone: set[int]) -> Callable[[list[list[str]]], list[list[str]]]:
    # A blank line stays behind in stacked tables, so that the numbers of other rows hold.
    return lambda rows: [[] if number in gone else row for number, row in enumerate(rows, 1)]


def _csv(content: bytes, change: Callable[[list[list[str]]], list[list[str]]]) -> bytes:
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = content.decode(encoding)
    rows = change(list(csv.reader(io.StringIO(text, newline=""))))
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(row for row in rows if row)
    return written.getvalue().encode(encoding)


def _members(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change a member of a zip, or the content itself where there is no member."""
    if not name:
        return change(content)
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as held, zipfile.ZipFile(written, "w") as made:
        for info in held.infolist():
            each = held.read(info)
            made.writestr(info, change(each) if info.filename == name else each)
    return written.getvalue()


def _everywhere(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    if not content.startswith(b"PK"):
        return change(content)
    for name in zipfile.ZipFile(io.BytesIO(content)).namelist():
        content = _members(content, name, change)
    return content


def _sheet(content: bytes, sheet: str, gone: set[int]) -> bytes:
    book = zipfile.ZipFile(io.BytesIO(content)).read("xl/workbook.xml").decode()
    number = re.findall(r'<sheet name="([^"]*)"', book).index(sheet) + 1
    lost = "|".join(map(str, sorted(gone)))
    rows = re.compile(rf'<row r="(?:{lost})".*?</row>'.encode(), re.DOTALL)
    return _members(content, f"xl/worksheets/s{number}.xml", lambda text: rows.sub(b"", text))


def _page(content: bytes, table: int, gone: set[int]) -> bytes:
    tables = re.split(rb"(?=<table)", content)
    rows = re.split(rb"(?=<tr)", tables[table])
    tables[table] = b"".join(
        b"</table>" * (b"</table>" in row) if number in gone else row
        for number, row in enumerate(rows)
    )
    return b"".join(tables)


def _shorter_text(content: bytes, share: float) -> bytes:
    countries = re.split(rb"(?=<h3>)", content)
    kept = len(countries) - max(1, round((len(countries) - 1) * share))
    return b"".join(countries[:kept]) + b"</body></html>"


def _shorter(content: bytes, share: float) -> bytes:
    given = json.loads(content)
    lists = [given] if isinstance(given, list) else [v for v in given.values() if _rows(v)]
    for each in lists:
        del each[len(each) - max(1, round(len(each) * share)) :]
    return json.dumps(given).encode()


def _rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value)
