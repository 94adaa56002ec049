"""Reading one document: inspection first, then tables and pictures of what a reader sees.

Bytes in, a report out: no store, no archive, so any machine can do it. Hostile bytes are only ever
opened in walled-off processes.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from portal.core.errors import PortalError
from portal.desk.inspection import Inspection, sandbox
from portal.desk.inspection import Table as Visible
from portal.desk.reading.seen import SHEETS, Held, cleared, from_visible
from portal.extract.model import Table

CONTAINERS = ("zip", "eml", "msg", "gzip")
READABLE = (*SHEETS, "pdf", "docx", "odt", "html")
# Findings about what the visible cells say, or about what lies beside the page, not on it. Any
# other one may mean that the text of a page holds more than a reader sees.
OPEN = set(
    """pii free_text small_count formula_injection header_injection number_format ambiguous_number
    wrong_extension charset doc_properties image_metadata author_list thumbnail attachment
    javascript active_content incremental_update unreferenced_object trailing_data polyglot
    private_data restricted alt_text""".split()
)
SCALE = 1.5  # pixels to the point: a page of A4 is 893 pixels wide
MOST_PICTURES = 60
AT_ONCE = 10  # pages that one process draws: one that breaks it takes no more with it
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a reader sees it: PNG, its size in pixels."""

    page: int
    png: bytes
    width: int
    height: int
    scale: float


@dataclass(frozen=True, slots=True)
class Part:
    """A document inside this one."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What reading a document found; `problem` says why there are no tables."""

    inspection: Inspection
    tables: tuple[tuple[Table, tuple[Held, ...]], ...] = ()
    pictures: tuple[Picture, ...] = ()
    parts: tuple[Part, ...] = ()
    problem: str = ""


def look(content: bytes, name: str) -> Report:
    """Inspect a document; unless it is rejected, read its tables, pages and parts."""
    inspection, seen = sandbox.look(content, name)
    kind = inspection.kind
    if inspection.outcome == "reject":
        return Report(inspection)
    if kind in CONTAINERS:
        parts, problem = _tried(lambda: sandbox.parts(content, name))
        return Report(inspection, parts=tuple(Part(*each) for each in parts), problem=problem)
    if kind not in READABLE:
        return Report(inspection, problem=f"tables are not read out of a document of kind {kind}")
    hides = any(finding.kind not in OPEN for finding in inspection.findings)
    tables, problem = _tables(content, name, kind, seen, hides)
    pictures = tuple(_pictures(content, [table for table, _ in tables])) if kind == "pdf" else ()
    return Report(inspection, tuple(tables), pictures, problem=problem)


def _tables(
    content: bytes, name: str, kind: str, seen: list[Visible], hides: bool
) -> tuple[list[tuple[Table, tuple[Held, ...]]], str]:
    if kind == "pdf" and hides:
        # Its text may lie under boxes: only the pictures of its pages show what a reader sees.
        found, problem = _tried(lambda: sandbox.extract_pictured(content))
    else:
        found, problem = _tried(lambda: sandbox.extract(content, name, kind))
    if problem and kind in SHEETS:
        found = from_visible(seen)
    tables = []
    for table in found:
        found_here = cleared(table, kind, seen, hides)
        if found_here is not None:
            clear, held = found_here
            tables.append((clear, tuple(held)))
    return tables, problem


def _tried(ask: Callable[[], list[Answer]]) -> tuple[list[Answer], str]:
    try:
        return ask(), ""
    except PortalError as problem:
        return [], str(problem)


def _pictures(content: bytes, tables: list[Table]) -> Iterator[Picture]:
    """Pictures of the first page and of every page that has a table."""
    wanted = {1} | {cell.page for table in tables for cell in table.cells if cell.page}
    pages = sorted(wanted)[:MOST_PICTURES]
    for first in range(0, len(pages), AT_ONCE):
        some = pages[first : first + AT_ONCE]
        found, _ = _tried(lambda some=some: sandbox.pictures(content, some, SCALE))  # type: ignore
        for page, png in zip(some, found, strict=False):
            width, height = struct.unpack(">II", png[16:24])
            yield Picture(page, png, width, height, SCALE)
