"""The head of a table: which lines are of it, and the cells over several rows and columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.extract.pdf_lines import Line
from portal.extract.pdf_model import Rule
from portal.extract.pdf_slots import Slot

YEAR = re.compile(
    r"(?:(?:FY)?\s*(?:19|20)\d\d(?:[-/–]\d{2,4})?\s*[*†]?|Q[1-4])(?:\s*\(?[a-z1-9]\)?)?"
)


@dataclass(slots=True)
class Block:
    """Slots of the head that are one cell."""

    slots: list[Slot]
    first: int
    last: int
    level: int = 0
    deep: int = 1
    above: list["Block"] = field(default_factory=list)

    @property
    def lines(self) -> tuple[int, int]:
        """Its first and last line."""
        return self.slots[0].line, self.slots[-1].line


def head_lines(
    lines: Sequence[Line], slots: Sequence[list[Slot]], columns: int, rules: Sequence[Rule]
) -> int:
    """Return how many lines stand above the first line of figures, 0 when there is no head."""
    if columns < 2:
        return 0
    for number, row in enumerate(slots):
        figures = [s for s in row if s.first > 0 and s.piece.numeric and not _year(s)]
        years = [s for s in row if s.first > 0 and _year(s)]
        lead = any(s.first == 0 for s in row)
        if figures or (years and lead and number > 0 and not _only_years(row)):
            return _from_rules(number, lines, slots, rules)
    return _first_ruled(lines, rules)


def _year(slot: Slot) -> bool:
    return bool(YEAR.fullmatch(slot.piece.text))


def _only_years(row: list[Slot]) -> bool:
    return all(_year(s) for s in row if s.first > 0)


def _from_rules(
    found: int, lines: Sequence[Line], slots: Sequence[list[Slot]], rules: Sequence[Rule]
) -> int:
    """Leave a lone label just above the figures to the body: it heads a group of rows."""
    ruled = _first_ruled(lines, rules)
    if 0 < ruled < found:
        body = [s for row in slots[ruled:found] for s in row]
        if all(s.first == 0 for s in body):
            return ruled
    while found > 1 and all(s.first == 0 and not s.spans for s in slots[found - 1]):
        if any(s.first > 0 for row in slots[: found - 1] for s in row):
            found -= 1
        else:
            break
    return found


def _first_ruled(lines: Sequence[Line], rules: Sequence[Rule]) -> int:
    """Return how many lines stand above the first ruled line across the table."""
    left = min(p.left for line in lines for p in line.pieces)
    right = max(p.right for line in lines for p in line.pieces)
    for number in range(min(len(lines) - 1, 8)):
        low = lines[number].base - 0.25 * lines[number].size
        high = lines[number + 1].base - 0.45 * lines[number + 1].size
        wide = sum(
            max(0.0, min(r.right, right) - max(r.left, left))
            for r in rules
            if r.flat and low <= r.top <= high
        )
        if wide >= 0.7 * (right - left):
            return number + 1
    return 0


def blocks_of(slots: Sequence[list[Slot]], lines: Sequence[Line], rules: Sequence[Rule]) -> list:
    """Join the head's slots into cells and give each its level and depth."""
    blocks: list[Block] = []
    for row in slots:
        for slot in row:
            host = next((b for b in blocks if _goes_on(b, slot, lines, rules)), None)
            if host:
                host.slots.append(slot)
            else:
                blocks.append(Block([slot], slot.first, slot.last))
    _widen(blocks, lines, rules)
    _level(blocks)
    return blocks


def _goes_on(block: Block, slot: Slot, lines: Sequence[Line], rules: Sequence[Rule]) -> bool:
    last = block.slots[-1]
    if (block.first, block.last) != (slot.first, slot.last) or last.line == slot.line:
        return False
    one, other = lines[last.line], lines[slot.line]
    if other.base - one.base > 1.6 * max(one.size, other.size):
        return False
    middle = (slot.piece.left + slot.piece.right) / 2
    return not any(
        r.flat and not r.shade and r.left <= middle <= r.right and _between(r, one, other)
        for r in rules
    )


def _between(rule: Rule, one: Line, other: Line) -> bool:
    return one.base - 0.25 * one.size <= rule.top <= other.base - 0.4 * other.size


def _widen(blocks: list[Block], lines: Sequence[Line], rules: Sequence[Rule]) -> None:
    """Let a heading that stands over several columns reach over all of them."""
    for block in blocks:
        below = [b for b in blocks if b.lines[0] > block.lines[1]]
        beside = [b for b in blocks if b is not block and _meet(b.lines, block.lines)]
        taken = {k for b in beside for k in range(b.first, b.last + 1)}
        free = {k for b in below for k in range(b.first, b.last + 1)} - taken
        if len(free) < 2:
            continue
        low = high = block.first
        reach = _under_rule(block, lines, rules, below) or _centred(block, below, free)
        if reach:
            low, high = min(reach[0], block.first), max(reach[1], block.last)
            if not taken & set(range(low, high + 1)):
                block.first, block.last = low, high


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _under_rule(
    block: Block, lines: Sequence[Line], rules: Sequence[Rule], below: list[Block]
) -> tuple[int, int] | None:
    """Return the columns under the ruled line that stands right under a heading."""
    line = lines[block.slots[-1].line]
    left = min(s.piece.left for s in block.slots)
    right = max(s.piece.right for s in block.slots)
    low, high = line.base - 0.2 * line.size, line.base + 1.1 * line.size
    for rule in rules:
        if (
            rule.flat
            and low <= rule.top <= high
            and rule.left <= left + 3
            and rule.right >= right - 3
        ):
            inside = [
                b
                for b in below
                if rule.left - 2
                <= (b.slots[0].piece.left + b.slots[0].piece.right) / 2
                <= rule.right + 2
            ]
            if len(inside) > 1 and inside != below:
                return min(b.first for b in inside), max(b.last for b in inside)
    return None


def _centred(block: Block, below: list[Block], free: set[int]) -> tuple[int, int] | None:
    """Return the columns over whose middle a heading stands, when it is not above just one."""
    middle = (min(s.piece.left for s in block.slots) + max(s.piece.right for s in block.slots)) / 2
    spots = {
        b.first: (
            min(s.piece.left for s in b.slots),
            max(s.piece.right for s in b.slots),
        )
        for b in below
        if b.first == b.last and b.first > 0
    }
    own = spots.get(block.first)
    if own and (
        abs(sum(own) / 2 - middle) < 4 or abs(own[0] - min(s.piece.left for s in block.slots)) < 3
    ):
        return None
    best = None
    for low in spots:
        for high in spots:
            if not low <= block.first <= block.last <= high or low == high:
                continue
            if not set(range(low, high + 1)) <= free:
                continue
            off = abs((spots[low][0] + spots[high][1]) / 2 - middle)
            if off < 6 + 0.05 * (spots[high][1] - spots[low][0]) and (
                best is None or off < best[0]
            ):
                best = (off, low, high)
    return (best[1], best[2]) if best else None


def _level(blocks: list[Block]) -> None:
    """Give each block its row in the head; one with nothing under it reaches down to the body."""
    blocks.sort(key=lambda b: b.lines)
    for block in blocks:
        above = [
            b.level + 1
            for b in blocks
            if b.lines[1] < block.lines[0] and _meet((b.first, b.last), (block.first, block.last))
        ]
        block.level = max(above, default=0)
    deepest = max((b.level for b in blocks), default=0)
    for block in blocks:
        under = [
            b.level
            for b in blocks
            if b.level > block.level and _meet((b.first, b.last), (block.first, block.last))
        ]
        block.deep = min(under, default=deepest + 1) - block.level
