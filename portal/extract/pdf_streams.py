"""The columns in which a page is set, so that a table beside running text stands alone."""

from collections.abc import Sequence

from portal.extract.pdf_lines import Line, Piece, lines_of
from portal.extract.pdf_model import Page, Word

FEWEST = 12  # lines of running text on one side of a gutter


def streams_of(page: Page, words: Sequence[Word]) -> list[list[Word]]:
    """Return the words of each text column of a page; one list for a page in one column."""
    lines = lines_of(words, page.rules)
    at = _gutter(lines, page)
    if at is None:
        return [list(words)]
    return _parted(lines, at)


def is_prose(piece: Piece) -> bool:
    """True for a stretch of running text: many words, few of them figures."""
    words = [w.text for w in piece.words]
    letters = sum(any(ch.isalpha() for ch in w) for w in words)
    return len(words) >= 4 and letters >= 0.7 * len(words)


def _gutter(lines: Sequence[Line], page: Page) -> float | None:
    """Find the place in the middle of the page at which running text ends on the left or right."""
    best: tuple[int, float] | None = None
    for step in range(33, 68):
        at = page.width * step / 100
        left = right = across = 0
        for line in lines:
            over = [p for p in line.pieces if p.left < at - 1 and p.right > at + 1]
            if over:
                across += is_prose(over[0]) + 1
                continue
            left += any(
                _fills(p, p.right <= at and p.right > at - 0.12 * page.width) for p in line.pieces
            )
            right += any(
                _fills(p, p.left >= at and p.left < at + 0.06 * page.width) for p in line.pieces
            )
        worth = left + right - across
        fits = min(left, right) >= FEWEST and across < 0.5 * (left + right)
        if fits and (best is None or worth > best[0]):
            best = (worth, at)
    return best[1] if best else None


def _fills(piece: Piece, near: bool) -> bool:
    return near and is_prose(piece)


def _parted(lines: Sequence[Line], at: float) -> list[list[Word]]:
    """Give each stretch of lines that keep to the gutter two streams, the others one."""
    streams: list[list[Word]] = []
    left: list[Word] = []
    right: list[Word] = []
    full: list[Word] = []
    for line in lines:
        if any(p.left < at - 1 and p.right > at + 1 for p in line.pieces):
            if left or right:
                streams += [left, right]
                left, right = [], []
            full += line.words
        else:
            if full:
                streams.append(full)
                full = []
            left += [w for p in line.pieces if p.right <= at + 1 for w in p.words]
            right += [w for p in line.pieces if p.right > at + 1 for w in p.words]
    return [s for s in (*streams, left, right, full) if s]
