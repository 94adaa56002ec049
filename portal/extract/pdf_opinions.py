"""What other readers make of a doubtful region: pdfplumber by lines or text, camelot's network.

They are asked where the cells are; the words stay ours, so that a cell keeps its box and a reader
that loses a word is found out. Both are optional: what is not installed is not asked.
"""

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec

from portal.extract.model import Box
from portal.extract.pdf_grid import Grid, Part
from portal.extract.pdf_lines import Piece, lines_of
from portal.extract.pdf_model import Page, Word

Fields = list[list[Box | None]]
AROUND = 3.0


class Opinions:
    """The other readers, opened on one document when the first doubtful region asks."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def installed(self) -> list[str]:
        """The names of the packages that can be asked."""
        return [name for name in ("pdfplumber", "camelot") if find_spec(name)]

    def of(self, page: Page, words: Sequence[Word]) -> list[Grid]:
        """Return what each reader makes of a region; one that fails on it has no opinion."""
        if page.turn or page.scanned or not words:
            return []
        box = _around(words)
        asked: list[tuple[str, Callable[[], Iterator[Fields]]]] = []
        if "pdfplumber" in self.installed:
            asked += [
                ("pdfplumber lines", lambda: self._pdfplumber(page, box, "lines")),
                ("pdfplumber text", lambda: self._pdfplumber(page, box, "text")),
            ]
        if "camelot" in self.installed:
            asked.append(("camelot network", lambda: self._camelot(page, box)))
        found = []
        for name, read in asked:
            try:
                with _quiet():
                    found += [_grid(name, fields, words) for fields in read()]
            except Exception:  # a second opinion must never stop the first
                continue
        return [grid for grid in found if grid.columns > 1 and grid.rows > 1]

    def _pdfplumber(self, page: Page, box: Box, strategy: str) -> Iterator[Fields]:
        import pdfplumber

        with pdfplumber.open(io.BytesIO(self._content)) as document:
            leaf = document.pages[page.number - 1]
            left, top, right, bottom = box
            inside = leaf.crop(
                (max(left, 0), max(top, 0), min(right, leaf.width), min(bottom, leaf.height))
            )
            settings = {"vertical_strategy": strategy, "horizontal_strategy": strategy}
            table = inside.find_table(settings)
            if table:
                yield [list(row.cells) for row in table.rows]

    def _camelot(self, page: Page, box: Box) -> Iterator[Fields]:
        import camelot

        left, top, right, bottom = box
        high = page.height
        area = f"{left},{high - top},{right},{high - bottom}"
        tables = camelot.read_pdf(
            self._content, pages=str(page.number), flavor="network", table_areas=[area]
        )
        for table in tables[:1]:
            yield [[(c.x1, high - c.y2, c.x2, high - c.y1) for c in row] for row in table.cells]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the readers' warnings out of our output."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _around(words: Sequence[Word]) -> Box:
    return (
        min(w.left for w in words) - AROUND,
        min(w.top for w in words) - AROUND,
        max(w.right for w in words) + AROUND,
        max(w.bottom for w in words) + AROUND,
    )


def _grid(name: str, fields: Fields, words: Sequence[Word]) -> Grid:
    """Put our words into another reader's cells; words in no cell are lost, and counted so."""
    parts = []
    for row, cells in enumerate(fields):
        for column, box in enumerate(cells):
            inside = [w for w in words if box and _holds(box, w)]
            if inside:
                pieces = tuple(Piece(tuple(line.words)) for line in lines_of(inside))
                parts.append(Part(row, column, 1, 1, pieces))
    return Grid(name, tuple(parts), 0, tuple(words))


def _holds(box: Box, word: Word) -> bool:
    middle = (word.top + word.bottom) / 2
    return box[0] <= word.middle < box[2] and box[1] <= middle < box[3]
