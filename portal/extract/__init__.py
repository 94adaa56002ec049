"""Tables out of documents: bytes in, plain tables out, each cell with the place it came from.

    from portal.extract import tables
    for table in tables(content, "pdf"):
        for cell in table.cells: ...

Pure: no network, no database. Run it in a process of its own: parsers meet hostile bytes.
"""

import time
from dataclasses import replace

from portal.extract import unseen
from portal.extract.describe import described
from portal.extract.errors import (
    Encrypted,
    ExtractError,
    ReaderMissing,
    TooMuch,
    UnknownKind,
    Unreadable,
)
from portal.extract.kinds import KINDS, kind_of
from portal.extract.model import Box, Cell, Limits, Table
from portal.extract.sums import Finding, adds_up

__all__ = [
    "KINDS", "Box", "Cell", "Encrypted", "ExtractError", "Finding", "Limits", "ReaderMissing",
    "Table", "TooMuch", "UnknownKind", "Unreadable", "adds_up", "cell_rectangle", "kind_of",
    "page_image", "tables",
]  # fmt: skip


def tables(
    content: bytes,
    kind: str | None = None,
    *,
    limits: Limits | None = None,
    visible_only: bool = False,
    join: bool = True,
    second_opinions: bool = False,
) -> list[Table]:
    """Return every table of a document; raises an ExtractError that says what is wrong.

    `kind` is what the document claims to be, None to look. `visible_only` leaves out hidden
    sheets, rows and columns. `join` puts tables that go on over several pages together.
    `second_opinions` asks pdfplumber and camelot, where installed, about doubtful tables of a PDF.
    """
    limits = replace(limits or Limits(), started=time.monotonic())
    limits.check("bytes", len(content))
    try:
        found = _read(content, kind_of(content, kind), limits, visible_only, join, second_opinions)
    except (RecursionError, MemoryError) as problem:
        raise TooMuch("a document that fits into memory", type(problem).__name__) from problem
    return [described(_seen(table)) for table in found]


def _seen(table: Table) -> Table:
    """The table without letters of no width, which are none of what a reader sees."""
    told = (table.title, table.unit, *table.notes)
    if all(cell.text.isascii() for cell in table.cells) and all(map(str.isascii, told)):
        return table
    cells = tuple(
        cell if cell.text.isascii() else replace(cell, text=unseen.shown(cell.text))
        for cell in table.cells
    )
    notes = tuple(unseen.shown(note) for note in table.notes)
    title, unit = unseen.shown(table.title), unseen.shown(table.unit)
    return replace(table, cells=cells, title=title, unit=unit, notes=notes)


def _read(
    content: bytes, kind: str, limits: Limits, visible_only: bool, join: bool, second: bool
) -> list[Table]:
    # Each reader is imported when it is needed: a source of CSV files loads no PDF library.
    if kind == "pdf":
        from portal.extract.pdf import pdf_tables

        return pdf_tables(content, limits, join=join, second=second)
    if kind in ("csv", "tsv"):
        from portal.extract.delimited import delimited_tables

        return delimited_tables(content, kind, limits)
    if kind in ("xlsx", "xls", "ods"):
        from portal.extract.sheets import sheet_tables

        return sheet_tables(content, kind, limits, visible_only=visible_only)
    from portal.extract import markup

    return {
        "html": markup.html_tables, "docx": markup.docx_tables, "odt": markup.odt_tables
    }[kind](content, limits)  # fmt: skip


def __getattr__(name: str) -> object:
    if name in ("page_image", "cell_rectangle"):
        from portal.extract import pictures

        return getattr(pictures, name)
    raise AttributeError(name)
