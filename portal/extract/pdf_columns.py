"""Where the columns of a table part: upright rules, and gaps that many lines share."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from portal.extract.pdf_lines import Line, Piece, is_bullet
from portal.extract.pdf_model import Rule

SURE = 0.8  # of the lines have a gap at a valley that needs no comparison
_FIGURE = re.compile(r"[(+\-–−]?[£$€]?\d[\d.,]*%?\)?[*†‡]?")


@dataclass(frozen=True, slots=True)
class Valley:
    """A stretch where lines have a gap: how many do, and how many print across it."""

    left: float
    right: float
    apart: float
    across: float

    @property
    def worth(self) -> float:
        """How surely columns part here."""
        return self.apart - 1.5 * self.across + min(self.right - self.left, 20.0) / 100


def cuts(lines: Sequence[Line], rules: Sequence[Rule] = ()) -> list[float]:
    """Return where columns part, from left to right."""
    if not lines:
        return []
    left = min(p.left for line in lines for p in line.pieces) - 1
    right = max(p.right for line in lines for p in line.pieces) + 1
    ruled = _ruled(lines, rules, left, right)
    edges = [left, *ruled, right]
    rows = [list(line.pieces) for line in lines]
    found = list(ruled)
    for low, high in pairwise(edges):
        found += _split(rows, low, high)
    return sorted(found)


def _ruled(lines: Sequence[Line], rules: Sequence[Rule], left: float, right: float) -> list[float]:
    """Return upright rules, and edges of shades, beside a third of the lines or more."""
    top, bottom = lines[0].top, lines[-1].bottom
    places: list[tuple[float, float]] = []
    for rule in sorted((r for r in rules if not r.flat), key=lambda r: r.left):
        length = min(rule.bottom, bottom) - max(rule.top, top)
        if not left + 3 < rule.left < right - 3 or length <= 0:
            continue
        if places and rule.left - places[-1][0] <= 4:
            places[-1] = (places[-1][0], places[-1][1] + length)
        else:
            places.append((rule.left, length))
    tall = [at for at, length in places if length >= 0.3 * (bottom - top)]
    return [at for at in tall if _hits(lines, at) <= 0.1 * len(lines) + 0.5]


def _hits(lines: Sequence[Line], at: float) -> int:
    return sum(any(w.left + 1.5 < at < w.right - 1.5 for w in line.words) for line in lines)


def _split(rows: list[list[Piece]], low: float, high: float) -> list[float]:
    """Cut a stretch at its sure valleys, or else its best, then the parts; or nowhere."""
    inside = [
        row for row in ([p for p in r if p.left < high and p.right > low] for r in rows) if row
    ]
    valleys = _valleys(inside, low, high)
    best = max(valleys, key=lambda v: v.worth, default=None)
    if best is None:
        return []
    sure = [v for v in valleys if not v.across and v.apart >= SURE * len(inside)]
    chosen = _distinct(sure) if best in sure else [best]
    places = [(v.left + v.right) / 2 for v in chosen]
    edges = [low, *places, high]
    found = list(places)
    for start, end in pairwise(edges):
        found += _split([_within(row, start, end) for row in inside], start, end)
    return found


def _distinct(valleys: list[Valley]) -> list[Valley]:
    """Of valleys without anything between them keep the widest."""
    kept: list[Valley] = []
    for valley in valleys:
        if kept and valley.left - kept[-1].right < 2:
            if valley.right - valley.left > kept[-1].right - kept[-1].left:
                kept[-1] = valley
        else:
            kept.append(valley)
    return kept


def _within(row: list[Piece], start: float, end: float) -> list[Piece]:
    """Return the pieces of a row between two cuts, parted at them where they can be."""
    found = []
    for piece in row:
        part: Piece | None = piece
        if part and part.left < start < part.right:
            part = halves(part, start)[1]
        if part and part.left < end < part.right:
            part = halves(part, end)[0]
        if part and part.left >= start and part.right <= end:
            found.append(part)
    return found


def halves(piece: Piece, at: float) -> tuple[Piece | None, Piece | None]:
    """Part a piece at a cut if there is a gap wide enough; a piece across it gives nothing."""
    if not _loose_at(piece, at):
        return None, None
    left = tuple(w for w in piece.words if w.middle < at)
    right = tuple(w for w in piece.words if w.middle >= at)
    return Piece(left) if left else None, Piece(right) if right else None


def _loose_at(piece: Piece, at: float) -> bool:
    """True when the gap at a place is wider than the piece's other gaps."""
    words = piece.words
    gaps = [(b.left - a.right, a, b) for a, b in pairwise(words)]
    here = [g for g in gaps if g[1].right - 0.5 <= at <= g[2].left + 0.5]
    if not here:
        return False
    gap, one, other = here[0]
    rest = [g[0] for g in gaps if g is not here[0]]
    size = min(one.size, other.size)
    if is_bullet(one):
        return False
    if _FIGURE.fullmatch(one.text) and _FIGURE.fullmatch(other.text) and gap > 0.2 * size:
        return True
    return gap > 0.38 * size and (not rest or gap > 1.4 * sorted(rest)[len(rest) // 2])


def _valleys(rows: list[list[Piece]], low: float, high: float) -> list[Valley]:
    """Return every stretch at which enough lines have a gap."""
    ends = sorted({e for row in rows for p in row for w in p.words for e in (w.left, w.right)})
    ends = [e for e in ends if low < e < high]
    lefts = [[p.left for p in row] for row in rows]
    found: list[Valley] = []
    for left, right in pairwise(ends):
        if right - left < 0.8:
            continue
        apart, across = _counted(rows, lefts, (left + right) / 2)
        if apart >= 1 and (across == 0 or (apart >= 2 and apart > 1.5 * across)):
            found.append(Valley(left, right, apart, across))
    return _merged(found)


def _counted(rows: list[list[Piece]], lefts: list[list[float]], at: float) -> tuple[float, float]:
    """Count the rows with a gap at a place, and those that print across it."""
    apart = across = loose = 0.0
    for row, starts in zip(rows, lefts, strict=True):
        after = bisect_left(starts, at)
        before = row[after - 1] if after else None
        if before is None:
            continue
        if before.right > at:
            if _loose_at(before, at):
                loose += 0.7
            else:
                across += 1 if any(w.left < at < w.right for w in before.words) else 0.6
        elif after < len(row):
            apart += 1
    return apart + min(loose, apart), across


def _merged(valleys: list[Valley]) -> list[Valley]:
    """Join neighbouring stretches of the same worth."""
    joined: list[Valley] = []
    for valley in valleys:
        last = joined[-1] if joined else None
        same = last and (last.apart, last.across) == (valley.apart, valley.across)
        if last and same and valley.left - last.right < 0.01:
            joined[-1] = Valley(last.left, valley.right, valley.apart, valley.across)
        else:
            joined.append(valley)
    return joined
