"""A region of a page read by its text: columns, rows and head put together into cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.extract.model import Box
from portal.extract.pdf_columns import cuts
from portal.extract.pdf_header import blocks_of, head_lines
from portal.extract.pdf_lines import Line, Piece, box_of, lines_of, text_of
from portal.extract.pdf_model import Rule, Word
from portal.extract.pdf_rows import rows_of
from portal.extract.pdf_slots import Slot, slots_of


@dataclass(frozen=True, slots=True)
class Part:
    """A cell before it is given out: its place and the pieces in it, from top to bottom."""

    row: int
    column: int
    row_span: int
    column_span: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Its lines, joined by a space."""
        return " ".join(text_of(p.words) for p in self.pieces)

    @property
    def words(self) -> list[Word]:
        """All its words."""
        return [w for p in self.pieces for w in p.words]

    @property
    def box(self) -> Box:
        """The box around its words."""
        return box_of(self.words)


@dataclass(frozen=True, slots=True)
class Grid:
    """What one reader made of a region."""

    reader: str
    parts: tuple[Part, ...]
    head: int
    words: tuple[Word, ...]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max((p.column + p.column_span for p in self.parts), default=0)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return max((p.row + p.row_span for p in self.parts), default=0)


def text_grid(words: Sequence[Word], rules: Sequence[Rule]) -> Grid:
    """Read a region by the places of its words, with ruled lines as a help."""
    lines = lines_of(words, rules)
    if not lines:
        return Grid("text", (), 0, ())
    parted = cuts(lines, rules)
    slots = slots_of(lines, parted)
    head = head_lines(lines, slots, len(parted) + 1, rules)
    joined = _without_split_heads(lines, slots, head, parted)
    if len(joined) < len(parted):
        parted, slots = joined, slots_of(lines, joined)
    columns = len(parted) + 1
    blocks = blocks_of(slots[:head], lines, rules)
    parts = [
        Part(b.level, b.first, b.deep, b.last - b.first + 1, tuple(s.piece for s in b.slots))
        for b in blocks
    ]
    depth = max((b.level + b.deep for b in blocks), default=0)
    body = rows_of(lines[head:], _moved(slots[head:], head), rules, columns)
    for number, row in enumerate(body):
        here = [s for n in row for s in slots[head + n]]
        parts += _row_parts(depth + number, here)
    return Grid("text", tuple(parts), depth, tuple(words))


def _without_split_heads(
    lines: Sequence[Line], slots: Sequence[list[Slot]], head: int, parted: list[float]
) -> list[float]:
    """Drop a cut that only parts the words of a heading set wide: nothing stands below it."""
    body = {k for row in slots[head:] for s in row for k in range(s.first, s.last + 1)}
    if len(lines) - head < 2 or not head:
        return parted
    kept = []
    for k, cut in enumerate(parted):
        one_sided = (k in body) != (k + 1 in body)
        gaps = [_gap(row, k) for row in slots[:head]]
        narrow = [g for g in gaps if g is not None]
        if one_sided and narrow and max(narrow) <= 1.7 * lines[0].size:
            continue
        kept.append(cut)
    return kept


def _gap(row: list[Slot], column: int) -> float | None:
    """Return the gap between the pieces that end and begin at a cut."""
    left = [s.piece.right for s in row if s.last == column]
    right = [s.piece.left for s in row if s.first == column + 1]
    return right[0] - left[0] if left and right else None


def _moved(slots: Sequence[list[Slot]], by: int) -> list[list[Slot]]:
    return [[Slot(s.piece, s.first, s.last, s.line - by) for s in row] for row in slots]


def _row_parts(row: int, slots: list[Slot]) -> list[Part]:
    """Join the slots of a row that stand in one column, or overlap."""
    groups: list[list[Slot]] = []
    for slot in sorted(slots, key=lambda s: (s.first, s.line)):
        reach = max((s.last for s in groups[-1]), default=-1) if groups else -1
        if groups and slot.first <= reach:
            groups[-1].append(slot)
        else:
            groups.append([slot])
    made = []
    for group in groups:
        first, last = group[0].first, max(s.last for s in group)
        pieces = tuple(s.piece for s in sorted(group, key=lambda s: (s.line, s.first)))
        made.append(Part(row, first, 1, last - first + 1, pieces))
    return made
