"""Reading one document: inspection first, then tables and pictures of what a reader sees.

Bytes in, a report out: no store, no archive, so any machine can do it. Hostile bytes are only ever
opened in walled-off processes.
"""

import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from portal.core.errors import PortalError
from portal.desk.inspection import Inspection, sandbox
from portal.desk.reading.seen import SHEETS, Held, cleared, from_visible, nameless
from portal.extract.model import Table

CONTAINERS = ("zip", "eml", "msg", "gzip")
READABLE = (*SHEETS, "pdf", "docx", "odt", "html")
# Findings about what the visible cells say, or about what lies beside the page, not on it. Any
# other one may mean that the text of a page holds more than a reader sees.
OPEN = set(
    """pii free_text small_count formula_injection header_injection number_format ambiguous_number
    wrong_extension charset doc_properties image_metadata author_list thumbnail attachment
    javascript active_content incremental_update unreferenced_object trailing_data polyglot
    private_data restricted alt_text control_tag kept_words""".split()
)
LARGE = 300_000  # bytes
SCALE = 1.5  # pixels to the point: a page of A4 is 893 pixels wide
MOST_PICTURES = 60
AT_ONCE = 10  # pages that one process draws: one that breaks it takes no more with it
Answer = TypeVar("Answer")
Tables = tuple[list[Table], str]


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
    with ThreadPoolExecutor(1) as aside:
        early = _early(aside, content, name)
        inspection, seen = sandbox.look(content, name)
        kind = inspection.kind
        if inspection.outcome == "reject":
            return Report(inspection)
        if kind in CONTAINERS:
            parts, problem = _tried(lambda: sandbox.parts(content, name))
            return Report(inspection, parts=tuple(Part(*each) for each in parts), problem=problem)
        if kind not in READABLE:
            return Report(inspection, problem=f"tables are not read out of a {kind} document")
        found, problem = _found(content, name, inspection, early)
    if problem and kind in SHEETS:
        found = from_visible(seen)
    told = [cleared(table, kind, seen, _hides(inspection)) for table in found]
    kept = list(filter(None, told))
    named = nameless([table for table, _ in kept])
    tables = tuple((table, tuple(held)) for table, (_, held) in zip(named, kept, strict=True))
    pictures = tuple(_pictures(content, [table for table, _ in tables])) if kind == "pdf" else ()
    return Report(inspection, tables, pictures, problem=problem)


def _early(aside: ThreadPoolExecutor, content: bytes, name: str) -> Future[Tables] | None:
    """A large sheet is read while it is inspected: each takes long, in a process of its own."""
    kind = name.lower().rpartition(".")[2]
    if len(content) < LARGE or kind not in SHEETS:
        return None
    return aside.submit(_tried, lambda: sandbox.extract(content, name, kind))


def _found(
    content: bytes, name: str, inspection: Inspection, early: Future[Tables] | None
) -> Tables:
    kind = inspection.kind
    if kind == "pdf" and _hides(inspection):
        # Its text may lie under boxes: only the pictures of its pages show what a reader sees.
        return _tried(lambda: sandbox.extract_pictured(content))
    if early is not None:
        found, problem = early.result()
        if not problem:
            return found, problem
    return _tried(lambda: sandbox.extract(content, name, kind))


def _hides(inspection: Inspection) -> bool:
    return any(finding.kind not in OPEN for finding in inspection.findings)


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
