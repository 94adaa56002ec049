"""Which lines of a table are one row: ruled lines, spacing, and what stands in the columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.extract.pdf_lines import Line
from portal.extract.pdf_model import Rule
from portal.extract.pdf_slots import Slot

OPEN_ENDS = ("-", ",", "/", "&", "–", "(")
OPEN_WORDS = {"and", "or", "of", "the", "for", "to", "in", "with", "by", "on", "from", "per", "a"}


@dataclass(frozen=True, slots=True)
class Spacing:
    """How lines follow each other: `within` is the step inside of a row, 0 when it says nothing."""

    within: float
    usual: float


def rows_of(
    lines: Sequence[Line], slots: Sequence[list[Slot]], rules: Sequence[Rule], columns: int
) -> list[list[int]]:
    """Return the lines of each row, in order."""
    if not lines:
        return []
    ruled = [_rule_between(lines[n], lines[n + 1], lines, rules) for n in range(len(lines) - 1)]
    spacing = _spacing(lines, slots, ruled)
    rights = _rights(slots, columns)
    rows = [[0]]
    for number in range(1, len(lines)):
        apart = ruled[number - 1] or not _same_row(rows[-1], number, lines, slots, spacing, rights)
        if apart:
            rows.append([number])
        else:
            rows[-1].append(number)
    return _bands(rows, ruled, slots)


def _rule_between(one: Line, other: Line, lines: Sequence[Line], rules: Sequence[Rule]) -> bool:
    left = min(p.left for line in lines for p in line.pieces)
    right = max(p.right for line in lines for p in line.pieces)
    low = one.base - 0.25 * one.size
    high = other.base - 0.45 * other.size
    covered = sum(
        max(0.0, min(r.right, right) - max(r.left, left))
        for r in rules
        if r.flat and low <= r.top <= high
    )
    return covered >= 0.5 * (right - left)


def _spacing(lines: Sequence[Line], slots: Sequence[list[Slot]], ruled: Sequence[bool]) -> Spacing:
    """Find out whether the steps between lines are of two kinds: inside of rows and between."""
    steps = [
        (lines[n + 1].base - lines[n].base, n)
        for n in range(len(lines) - 1)
        if lines[n + 1].base - lines[n].base > 0.7 * lines[n].size
    ]
    if len(steps) < 2:
        return Spacing(0, steps[0][0] if steps else 0)
    steps.sort()
    usual = steps[len(steps) // 2][0]
    ratios = [
        (steps[k + 1][0] / steps[k][0], k)
        for k in range(len(steps) - 1)
        if steps[k][0] < 2.2 * steps[0][0]
    ]
    ratio, at = max(ratios, default=(1.0, 0))
    small = steps[: at + 1]
    if ratio < 1.12 or steps[at][0] > 1.55 * lines[0].size:
        return Spacing(0, usual)
    stacked = sum(_stacked(slots[n], slots[n + 1]) for _, n in small if not ruled[n])
    enough = len(small) >= 2 or len(steps) <= 6
    if stacked > 0.1 * len(small) or not enough:
        return Spacing(0, usual)
    return Spacing(small[-1][0] * 1.01, usual)


def _stacked(one: list[Slot], other: list[Slot]) -> bool:
    """True when a number stands under a number, or most columns are filled in both lines."""
    numbers = {s.first for s in one if s.piece.numeric}
    return bool(numbers & {s.first for s in other if s.piece.numeric})


def _rights(slots: Sequence[list[Slot]], columns: int) -> list[float]:
    return [
        max((s.piece.right for row in slots for s in row if s.last == k and not s.spans), default=0)
        for k in range(columns)
    ]


def _same_row(
    row: list[int],
    number: int,
    lines: Sequence[Line],
    slots: Sequence[list[Slot]],
    spacing: Spacing,
    rights: list[float],
) -> bool:
    last, line = lines[row[-1]], lines[number]
    step = line.base - last.base
    before = [s for n in row for s in slots[n]]
    here = slots[number]
    columns = {k for s in here for k in range(s.first, s.last + 1)}
    if step < 0.7 * min(line.size, last.size):
        taken = {k for s in slots[row[-1]] for k in range(s.first, s.last + 1)}
        return not (columns & taken)
    if _stacked(before, here):
        return False
    if spacing.within:
        return step <= spacing.within
    if step > 1.45 * max(line.size, last.size) or step > 1.25 * spacing.usual:
        return False
    return _continues(before, here, slots[row[-1]], rights)


def _continues(before: list[Slot], here: list[Slot], last: list[Slot], rights: list[float]) -> bool:
    """Judge by content alone whether a line goes on with the row above it."""
    numbers = any(s.piece.numeric for s in here)
    lead = next((s for s in here if s.first == 0), None)
    above = next((s for s in last if s.first == 0), None)
    had_numbers = any(s.piece.numeric and s.first > 0 for s in before)
    if numbers and had_numbers:
        return False
    if lead is None:
        return not numbers and len(here) < max(len(rights), 2)
    if above is None or above.spans:
        return False
    if len(here) > 1 and not numbers:
        # Text in several columns: a new row, unless all of them go on from full lines.
        pairs = [(s, next((b for b in last if b.first == s.first), None)) for s in here]
        return all(b is not None and _runs_on(b, s, rights) for s, b in pairs)
    return _runs_on(above, lead, rights)


def _runs_on(above: Slot, lead: Slot, rights: list[float]) -> bool:
    text, following = above.piece.text, lead.piece.text
    if not text or not following:
        return False
    if text.endswith(OPEN_ENDS) or text.split()[-1].lower() in OPEN_WORDS:
        return True
    if following[:1].islower() or following[:1] == "(":
        return True
    first = lead.piece.words[0]
    room = rights[above.last] - above.piece.right
    indented = lead.piece.left > above.piece.left + 0.8 * first.size
    return room < first.right - first.left and indented


def _bands(
    rows: list[list[int]], ruled: Sequence[bool], slots: Sequence[list[Slot]]
) -> list[list[int]]:
    """Where nearly every row has its ruled lines, what stands between two of them is one row."""
    bands: list[list[int]] = [[]]
    for number in range(len(slots)):
        bands[-1].append(number)
        if number < len(ruled) and ruled[number]:
            bands.append([])
    single = sum(_one_row(band, slots) for band in bands)
    if len(bands) < 4 or single < 0.8 * len(bands) or len(bands) < 0.5 * len(rows):
        return rows
    whole = []
    for band in bands:
        if _one_row(band, slots):
            whole.append(band)
        else:
            whole += [row for row in rows if row[0] in band]
    return whole


def _one_row(band: list[int], slots: Sequence[list[Slot]]) -> bool:
    """True when no column holds two numbers in the band."""
    pairs = [(a, b) for k, a in enumerate(band) for b in band[k + 1 :]][:400]
    return len(band) <= 12 and not any(_stacked(slots[a], slots[b]) for a, b in pairs)
