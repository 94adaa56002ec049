"""Which columns each piece of a line stands in."""

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from portal.extract.pdf_columns import halves
from portal.extract.pdf_lines import Line, Piece


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of a line and the first and last column that it stands in."""

    piece: Piece
    first: int
    last: int
    line: int

    @property
    def spans(self) -> bool:
        """True when it stands over more than one column."""
        return self.last > self.first


def slots_of(lines: Sequence[Line], cuts: Sequence[float]) -> list[list[Slot]]:
    """Place every piece of every line; pieces that fill one column of a line are joined."""
    extents = _extents(lines, cuts)
    return [_line_slots(line, number, cuts, extents) for number, line in enumerate(lines)]


def _extents(lines: Sequence[Line], cuts: Sequence[float]) -> list[tuple[float, float]]:
    """Return how far the pieces inside of one column reach, per column."""
    edges = [float("-inf"), *cuts, float("inf")]
    extents = []
    for low, high in itertools.pairwise(edges):
        inside = [p for line in lines for p in line.pieces if p.left >= low and p.right <= high]
        left = min((p.left for p in inside), default=low)
        right = max((p.right for p in inside), default=high)
        extents.append((left, right))
    return extents


def _line_slots(
    line: Line, number: int, cuts: Sequence[float], extents: list[tuple[float, float]]
) -> list[Slot]:
    parts = [part for piece in line.pieces for part in _parted(piece, cuts)]
    found: list[Slot] = []
    for part in parts:
        first, last = _columns(part, parts, cuts, extents)
        before = found[-1] if found else None
        if before and first <= before.last:
            last = max(last, before.last)
            joined = Piece((*before.piece.words, *part.words))
            found[-1] = Slot(joined, before.first, last, number)
        else:
            found.append(Slot(part, first, last, number))
    return found


def _parted(piece: Piece, cuts: Sequence[float]) -> list[Piece]:
    parts, rest = [], piece
    for cut in cuts:
        if not rest.left < cut < rest.right:
            continue
        left, right = halves(rest, cut)
        if left and right:
            parts.append(left)
            rest = right
    return [*parts, rest]


def _columns(
    part: Piece, parts: list[Piece], cuts: Sequence[float], extents: list[tuple[float, float]]
) -> tuple[int, int]:
    edges = [float("-inf"), *cuts, float("inf")]
    width = max(part.right - part.left, 0.1)
    over = [min(part.right, high) - max(part.left, low) for low, high in itertools.pairwise(edges)]
    home = max(range(len(over)), key=lambda k: over[k])
    taken = {bisect_right(cuts, (p.left + p.right) / 2) for p in parts if p is not part}
    kept = [home]
    for k, reach in enumerate(over):
        if k == home or reach <= 0:
            continue
        low, high = extents[k]
        inside = min(part.right, high) - max(part.left, low)
        slight = inside < 2 or (reach < 0.25 * width and inside < 0.35 * (high - low))
        if not slight and k not in taken:
            kept.append(k)
    return min(kept), max(kept)
