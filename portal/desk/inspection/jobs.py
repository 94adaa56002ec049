"""What a walled-off process does with one document: look, extract, draw pages, take parts out.

A job gets bytes and gives an answer of plain values and blobs. It runs behind the walls, so what it
says is a claim: sandbox.py checks every word of it.
"""

import contextlib
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

import lxml.html
import phonenumbers
from PIL import Image

from portal.desk.inspection import pii, readers, unpacking
from portal.desk.inspection.findings import Finding
from portal.desk.inspection.limits import LIMITS, Refused
from portal.desk.inspection.tables import Cell as Seen
from portal.desk.inspection.tables import letters
from portal.extract import delimited, markup, pdf_scan, sheets, tables  # noqa: F401  all of them
from portal.extract.describe import described
from portal.extract.errors import ExtractError
from portal.extract.model import Cell, Table
from portal.extract.model import Limits as ExtractLimits
from portal.extract.pdf import pdf_tables
from portal.extract.pictures import page_pixels

Said = dict[str, Any]
Help = Callable[[bytes], bytes]
# plain values, and blobs as they are made; "count" says how many blobs there are
Done = tuple[Said, Iterable[bytes]]

MOST_PIXELS = 24_000_000


def warm() -> None:
    """Use once what opens files at its first use; afterwards no file can be opened."""
    Image.init()
    phonenumbers.is_possible_number(phonenumbers.parse("020 7946 0000", "GB"))
    pii.hidden_count("NHS number 999 000 0000, Mr Walls, 020 7946 0000")
    mail = b"From: a@example.org\nTo: b@example.org\nContent-Type: text/html\n\n<p>warm</p>"
    readers.look(mail, "warm.eml")
    lxml.html.fromstring("<p>warm</p>")
    with contextlib.suppress(ExtractError):
        _extracted(b"Area,Count\nNorth,1\n", "csv")


def do(asked: Said, content: bytes, help: Help) -> Done:
    """Do the job that is asked for; what is wrong with the document is part of the answer."""
    pdf_scan.recognise = _recogniser(help)
    job = _JOBS[asked["job"]]
    try:
        return job(asked, content)
    except ExtractError as problem:
        found = str(problem.found)
        said = {"expected": problem.expected, "found": found, "where": problem.where}
        return {"error": type(problem).__name__, **said}, []
    except (MemoryError, RecursionError):
        # the document has taken what there was; what it was does not matter any more
        return {"error": "TooMuch", "expected": "a document that fits into memory",
                "found": "", "where": ""}, []  # fmt: skip


def _look(asked: Said, content: bytes) -> Done:
    try:
        inspection, seen = readers.look(content, asked["name"])
    except (MemoryError, RecursionError):
        finding = Finding("expansion_bomb", "memory", 1, "reject")
        return {"kind": "unknown", "findings": [asdict(finding)], "tables": []}, []
    return {
        "kind": inspection.kind,
        "findings": [asdict(finding) for finding in inspection.findings],
        "tables": [
            {
                "place": t.place,
                "prose": t.prose,
                **_columns(t.cells),
                "held": {n: c.held for n, c in enumerate(t.cells) if c.held},
            }
            for t in seen
        ],
    }, []


def _extract(asked: Said, content: bytes) -> Done:
    return {"tables": [_plain(table) for table in _extracted(content, asked["kind"])]}, []


def _extract_pictured(asked: Said, content: bytes) -> Done:
    found = pdf_tables(content, _extract_limits(), pictured=True)
    return {"tables": [_plain(described(table)) for table in found]}, []


def _extracted(content: bytes, kind: str) -> list[Table]:
    return tables(content, kind, limits=_extract_limits())


def _extract_limits() -> ExtractLimits:
    return ExtractLimits(
        pages=LIMITS.pages, cells=LIMITS.cells, columns=LIMITS.columns, bytes=LIMITS.size,
        unpacked=LIMITS.inflated,
    )  # fmt: skip


def _plain(table: Table) -> Said:
    """A table as lists by column; of a cell of a sheet only what cannot be told is written."""
    whole: Said = {
        name: getattr(table, name) for name in Table.__dataclass_fields__ if name != "cells"
    }
    cells = table.cells
    whole |= _columns(cells)
    whole["more"] = {
        n: (c.row_span, c.column_span, c.box, c.reference, c.page, c.confidence)
        for n, c in enumerate(cells)
        if c.page or c.box or c.row_span * c.column_span > 1 or c.confidence != 1.0
        or c.reference != sheet_reference(table.place, c.row, c.column)
    }  # fmt: skip
    return whole


def _columns(cells: Sequence[Cell | Seen]) -> Said:
    return {
        "rows": [c.row for c in cells],
        "columns": [c.column for c in cells],
        "texts": [c.text for c in cells],
    }


def sheet_reference(place: str, row: int, column: int) -> str:
    """How a cell of a sheet is named, rows and columns counted from 0."""
    return f"{place}!{letters(column + 1)}{row + 1}"


def _pictures(asked: Said, content: bytes) -> Done:
    pages = list(asked["pages"])
    drawn = page_pixels(content, pages, float(asked["scale"]), MOST_PIXELS)
    first = next(drawn)  # what is wrong with the pages shows here, before anything is said
    packed = (struct.pack(">II", w, h) + pixels for w, h, pixels in chain([first], drawn))
    return {"count": len(pages)}, packed


def _parts(asked: Said, content: bytes) -> Done:
    try:
        found = unpacking.parts(content, asked["name"])
    except Refused as refused:
        return {"error": "Refused", "expected": refused.expected, "found": refused.kind,
                "where": refused.place}, []  # fmt: skip
    said = {"names": [name for name, _ in found], "count": len(found)}
    return said, [part for _, part in found]


def _recogniser(help: Help) -> Callable[[bytes, int, float], str]:
    """Reading of a picture by our parent, who has it done behind walls of their own."""

    def recognise(picture: bytes, dpi: int, seconds: float) -> str:
        words = help(struct.pack(">I", dpi) + picture)
        if not words:
            raise ExtractError("a page that tesseract reads", "no words came back")
        return words.decode("utf-8", "replace")

    return recognise


_JOBS: dict[str, Callable[[Said, bytes], Done]] = {
    "look": _look, "extract": _extract, "extract_pictured": _extract_pictured,
    "pictures": _pictures, "parts": _parts,
}  # fmt: skip
