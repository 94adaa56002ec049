"""XLSB: an inventory, hidden sheets, rows and columns; its values wait for a person."""

import struct
from collections.abc import Iterator

from portal.desk.inspection import ooxml
from portal.desk.inspection.buried import plain_text
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.zips import Package

ROW, COLUMN, SHEET, NAME = 0, 60, 156, 39


def records(content: bytes, report: Report) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a binary part."""
    at = 0
    while at < len(content):
        kind, at = _varying(content, at, 2)
        size, at = _varying(content, at, 4)
        if at + size > len(content):
            raise Refused("corrupt", "records")
        report.spend("records", 1, 5_000_000)
        yield kind, content[at : at + size]
        at += size


def _varying(content: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for n in range(most):
        if at >= len(content):
            raise Refused("corrupt", "records")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << 7 * n
        if not byte & 0x80:
            break
    # the number of a record keeps the mark of its first byte
    return value, at


def read(package: Package) -> None:
    """Inspect a binary workbook."""
    report = package.report
    ooxml.inventory(package)
    sheets = 0
    for name in package.names():
        small = name.casefold()
        if small == "xl/workbook.bin":
            for kind, body in records(package.read(name), report):
                if kind == SHEET and len(body) >= 8:
                    sheets += 1
                    state = struct.unpack_from("<I", body)[0]
                    hidden = {1: "hidden_sheet", 2: "very_hidden_sheet"}.get(state, "")
                    if hidden:
                        report.hidden(hidden, f"sheet {sheets}", plain_text(body))
                elif kind == NAME:
                    report.hidden("named_range", "defined name", plain_text(body))
        elif small.startswith("xl/worksheets/") and small.endswith(".bin"):
            _sheet(package, name)
    report.add("unreadable_format", "document")


def _sheet(package: Package, name: str) -> None:
    report = package.report
    for kind, body in records(package.read(name), report):
        if kind == ROW and len(body) >= 13:
            height, flags = struct.unpack_from("<8xHxH", body)[0], body[11]
            if flags & 0x10 or height == 0:
                row = struct.unpack_from("<I", body)[0] + 1
                report.add("hidden_row", f"{package.number(name)}, row {row}")
        elif kind == COLUMN and len(body) >= 18:
            width, flags = struct.unpack_from("<8xI4xH", body)
            if flags & 1 or width < 128:
                report.add("hidden_column", package.number(name))
