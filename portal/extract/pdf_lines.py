"""Words put into lines, and lines into pieces that stand apart from each other."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from portal.extract.model import Box
from portal.extract.pdf_model import Rule, Word

NUMBER = re.compile(
    r"[(\[<>≤≥~+\-–—−±]*\s*(?:[£$€¥]|US\$|EUR|GBP)?\s*[(\[+\-–—−]?\s*"
    r"\d(?:[\d.,'’  ]*\d)?\s*(?:[%‰]|pp|p|m|bn|k)?\s*[)\]]?"
    r"(?:\s*[*†‡§]+|\s*\(?\d{1,2}\)|\s*[a-z]\)?|\s\d{1,2})?"
)
MARK = re.compile(
    r"(?:[-–—−*.:]{1,3}|n/?a|N/?A|\[[a-z]+\]|\.\.\.?|[xXcz]|nil|none|N[RSD]|n\.?[ad]\.?)"
)
BULLETS = set("•·▪■□●○◦\uf0b7\uf0a7\u2751\u27a2\u2713")
CURRENCY = {"$", "£", "€", "US$", "EUR", "GBP", "¥"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one line without a wide gap between them."""

    words: tuple[Word, ...]

    @property
    def left(self) -> float:
        """Its left end."""
        return self.words[0].left

    @property
    def right(self) -> float:
        """Its right end."""
        return max(w.right for w in self.words)

    @property
    def box(self) -> Box:
        """The box around its words."""
        return box_of(self.words)

    @property
    def text(self) -> str:
        """Its words, apart as they are printed; a raised digit stands apart from a figure."""
        return text_of(self.words)

    @property
    def numeric(self) -> bool:
        """True for one number, or a mark in the place of one."""
        return is_number(self.text)


def box_of(words: Iterable[Word]) -> Box:
    """Return the box around words."""
    kept = list(words)
    return (
        min(w.left for w in kept),
        min(w.top for w in kept),
        max(w.right for w in kept),
        max(w.bottom for w in kept),
    )


def text_of(words: Sequence[Word]) -> str:
    """Join the words of one line: with a space where there is a gap, or before a raised digit."""
    parts = [words[0].text] if words else []
    for one, other in itertools.pairwise(words):
        gap = other.left - one.right > 0.12 * min(one.size, other.size)
        note = other.raised and one.text[-1:].isdigit()
        parts.append(f" {other.text}" if gap or note else other.text)
    return "".join(parts)


def is_bullet(word: Word) -> bool:
    """True for the mark in front of an entry of a list."""
    return word.text in BULLETS


def is_number(text: str) -> bool:
    """True for one printed number, or a mark in the place of one."""
    return bool(NUMBER.fullmatch(text) or MARK.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Line:
    """The pieces that stand on one line, from left to right."""

    pieces: tuple[Piece, ...]
    top: float
    bottom: float
    base: float
    size: float

    @property
    def words(self) -> list[Word]:
        """All its words."""
        return [w for p in self.pieces for w in p.words]


def lines_of(words: Iterable[Word], rules: Iterable[Rule] = ()) -> list[Line]:
    """Put words into lines from top to bottom; a gap or an upright rule parts pieces."""
    upright = [r for r in rules if not r.flat]
    return [_line(row, upright) for row in _rows(list(words))]


def _rows(words: list[Word]) -> list[list[Word]]:
    words.sort(key=lambda w: (w.base, w.left))
    rows: list[list[Word]] = []
    for word in words:
        row = rows[-1] if rows else None
        if row and word.base - _base(row) <= 0.2 * min(word.size, row[0].size) + 0.3:
            row.append(word)
        else:
            rows.append([word])
    rows = _with_raised(rows)
    rows.sort(key=_base)
    return [sorted(row, key=lambda w: w.left) for row in rows]


def _base(row: Sequence[Word]) -> float:
    return median(w.base for w in row) if len(row) < 40 else row[0].base


def _with_raised(rows: list[list[Word]]) -> list[list[Word]]:
    """Put raised and lowered small print to the words that it touches."""
    kept: list[list[Word]] = []
    for number, row in enumerate(rows):
        near = [r for r in rows[max(0, number - 3) : number + 4] if r is not row]
        host = {id(w): _host(w, near) for w in row}
        if row and all(host[id(w)] is not None for w in row):
            for word in row:
                target = host[id(word)]
                assert target is not None
                raised = word.base < target[0].base
                target.append(replace(word, raised=raised, base=target[0].base))
            row.clear()
        else:
            kept.append(row)
    return [row for row in kept if row]


def _host(word: Word, near: list[list[Word]]) -> list[Word] | None:
    middle = (word.top + word.bottom) / 2
    for row in near:
        for other in row:
            touches = -0.5 * other.size <= word.left - other.right <= 0.35 * other.size
            touches = touches or abs(other.left - word.right) <= 0.2 * other.size
            smaller = word.size < 0.87 * other.size
            if touches and smaller and other.top - 1 <= middle <= other.bottom + 1:
                return row
    return None


def _line(row: list[Word], upright: list[Rule]) -> Line:
    size = median(w.size for w in row)
    groups: list[list[Word]] = [[row[0]]]
    for one, other in itertools.pairwise(row):
        if _parted(groups[-1], one, other, upright):
            groups.append([other])
        else:
            groups[-1].append(other)
    pieces = tuple(Piece(tuple(g)) for g in groups)
    box = box_of(row)
    return Line(pieces, box[1], box[3], _base(row), size)


def _parted(group: list[Word], one: Word, other: Word, upright: list[Rule]) -> bool:
    right = max(w.right for w in group)
    gap, size = other.left - right, max(min(one.size, other.size), 1.0)
    middle = (other.top + other.bottom) / 2
    if any(right - 2 <= r.left <= other.left + 2 and r.top < middle < r.bottom for r in upright):
        return True
    if len(group) == 1 and is_bullet(one) and gap < 2.5 * max(one.size, other.size):
        return False
    if one.text in CURRENCY and len(group) == 1 and other.text[:1] in "0123456789(-" and gap < 60:
        return False
    if other.text in ("%", ")", ")%") and gap < size:
        return False
    return gap > _widest_space(group, size)


def _widest_space(group: list[Word], size: float) -> float:
    """Return how wide a space inside of a piece may be: more in lines set wide."""
    gaps = [b.left - a.right for a, b in itertools.pairwise(group)]
    usual = sorted(gaps)[len(gaps) // 2] if len(gaps) >= 3 else 0.25 * size
    return max(0.62 * size, min(1.9 * usual, 1.0 * size))
