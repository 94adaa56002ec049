"""PDF: pages read one after the other, scanned ones by OCR, tables over several pages joined."""

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium
import pypdfium2.raw as c

from portal.extract.errors import Encrypted, Unreadable
from portal.extract.model import Box, Limits, Table
from portal.extract.pdf_join import joined
from portal.extract.pdf_model import Page
from portal.extract.pdf_opinions import Opinions
from portal.extract.pdf_page import read_page
from portal.extract.pdf_scan import is_scan, read_scan
from portal.extract.pdf_tables import box_table, page_tables


@contextmanager
def opened(content: bytes) -> Iterator[pdfium.PdfDocument]:
    """Open a PDF; a password or damage is a named error."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as problem:
        if getattr(problem, "err_code", None) == c.FPDF_ERR_PASSWORD or "assword" in str(problem):
            raise Encrypted("a PDF without a password", "one that asks for it") from problem
        raise Unreadable("a whole PDF", str(problem)) from problem
    try:
        if not len(document):
            raise Unreadable("a PDF with pages", "none")
        yield document
    finally:
        document.close()


def pdf_tables(
    content: bytes,
    limits: Limits,
    *,
    join: bool = True,
    second: bool = False,
    pictured: bool = False,
) -> list[Table]:
    """Return the tables of a PDF in the order of its pages; `second` asks other readers too.

    `pictured` reads every page from its picture by OCR, whatever text the file holds.
    """
    opinions = Opinions(content) if second else None
    found: list[Table] = []
    scans = 0
    with opened(content) as document:
        limits.check("pages", len(document))
        for number in range(1, len(document) + 1):
            limits.check_time(f"page {number}")
            page = _page(document, number)
            limits.check("words", len(page.words), f"page {number}")
            if pictured or is_scan(page):
                scans += 1
                limits.check("scanned_pages", scans, f"page {number}")
                page = read_scan(document, page, limits)
            found += page_tables(page, opinions)
            limits.check("cells", sum(len(t.cells) for t in found), f"page {number}")
    return joined(found) if join else found


def region_table(content: bytes, page: int, box: Box, limits: Limits) -> Table | None:
    """Read one region of a page that a person marked, in points from the top left as shown."""
    with opened(content) as document:
        if not 1 <= page <= len(document):
            raise Unreadable(f"a page from 1 to {len(document)}", page)
        leaf = _page(document, page)
        if is_scan(leaf):
            leaf = read_scan(document, leaf, limits)
        return box_table(leaf, box)


def _page(document: pdfium.PdfDocument, number: int) -> Page:
    try:
        return read_page(document, number)
    except pdfium.PdfiumError as problem:
        raise Unreadable("a page that can be read", str(problem), f"page {number}") from problem
