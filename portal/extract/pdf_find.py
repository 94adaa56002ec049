"""Where tables are on a page: fields of ruled lines, and lines whose pieces stand in columns."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.extract.model import Box
from portal.extract.pdf_lines import Line, Piece, box_of, lines_of
from portal.extract.pdf_model import Page, Rule, Word
from portal.extract.pdf_streams import is_prose, streams_of

MOST_RULES = 2500
CAPTION = re.compile(r"(?:table|figure|chart|exhibit|annex|appendix)\s+[\dA-Z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Region:
    """Words that are likely one table, and the rules near them."""

    words: tuple[Word, ...]
    rules: tuple[Rule, ...]
    ruled: bool


def regions_of(page: Page) -> list[Region]:
    """Return the regions of a page that are likely tables, from top to bottom."""
    found: list[Region] = []
    rest = list(page.words)
    for box in ruled_boxes(page):
        inside = [w for w in rest if _holds(box, w)]
        if _worth_reading(inside, box):
            found.append(Region(tuple(inside), near_rules(page, box), True))
            taken = {id(w) for w in inside}
            rest = [w for w in rest if id(w) not in taken]
    for stream in streams_of(page, rest):
        for lines in _runs(lines_of(stream, page.rules), page):
            words = tuple(w for line in lines for w in line.words)
            found.append(Region(words, near_rules(page, box_of(words)), False))
    return sorted(found, key=lambda r: min(w.top for w in r.words))


def _holds(box: Box, word: Word) -> bool:
    middle = (word.top + word.bottom) / 2
    return box[0] - 1 <= word.middle <= box[2] + 1 and box[1] - 1 <= middle <= box[3] + 1


def near_rules(page: Page, box: Box) -> tuple[Rule, ...]:
    """Return the ruled lines in and right beside a box."""
    return tuple(
        r
        for r in page.rules
        if r.right >= box[0] - 6 and r.left <= box[2] + 6
        and r.bottom >= box[1] - 8 and r.top <= box[3] + 8
    )  # fmt: skip


def ruled_boxes(page: Page) -> list[Box]:
    """Return the boxes of fields in which flat and upright rules meet, and enclose cells."""
    rules = [r for r in page.rules if not r.shade]
    if len(rules) > MOST_RULES:
        return []  # a map or a drawing
    groups: list[list[Rule]] = []
    for rule in rules:
        touching = [g for g in groups if any(_touch(rule, other) for other in g)]
        merged = [rule, *(r for g in touching for r in g)]
        groups = [g for g in groups if not any(g is t for t in touching)] + [merged]
    boxes = []
    for group in groups:
        flat = _distinct([r.top for r in group if r.flat])
        upright = _distinct([r.left for r in group if not r.flat])
        if (flat >= 3 and upright >= 2 and flat + upright >= 6) or (flat >= 2 and upright >= 3):
            boxes.append(_around(group))
    whole = page.width * page.height
    return [b for b in boxes if (b[2] - b[0]) * (b[3] - b[1]) < 0.93 * whole]


def _touch(one: Rule, other: Rule) -> bool:
    near = 3.0
    return (
        one.left <= other.right + near and other.left <= one.right + near
        and one.top <= other.bottom + near and other.top <= one.bottom + near
    )  # fmt: skip


def _distinct(places: list[float]) -> int:
    count, last = 0, float("-inf")
    for place in sorted(places):
        if place - last > 4:
            count += 1
        last = place
    return count


def _around(rules: list[Rule]) -> Box:
    return (
        min(r.left for r in rules), min(r.top for r in rules),
        max(r.right for r in rules), max(r.bottom for r in rules),
    )  # fmt: skip


def _worth_reading(words: list[Word], box: Box) -> bool:
    if len(words) < 4:
        return False
    lines = lines_of(words)
    return len(lines) >= 2 and any(len(line.pieces) > 1 for line in lines)


def _runs(lines: list[Line], page: Page) -> list[list[Line]]:
    """Return stretches of lines in columns, with the heads above and the labels between them."""
    runs: list[list[int]] = []
    for number, line in enumerate(lines):
        if not tabular(line, page):
            continue
        if runs and _goes_on(lines, runs[-1][-1], number):
            runs[-1] += range(runs[-1][-1] + 1, number + 1)
        else:
            runs.append([number])
    kept = []
    for run in runs:
        first, last = run[0], run[-1]
        if last - first < 1:
            continue
        first = _to_rule(lines, _with_head(lines, first, last), last, page)
        last = _with_tail(lines, first, last)
        kept.append(lines[first : last + 1])
    return [run for run in kept if is_table(run)]


def tabular(line: Line, page: Page) -> bool:
    """True when a line has pieces apart that are not running text in two columns."""
    if len(line.pieces) < 2:
        return False
    prose = [p for p in line.pieces if is_prose(p)]
    figures = [p for p in line.pieces if p.numeric]
    if figures and len(line.pieces) - len(prose) >= 1:
        return not (len(line.pieces) == 2 and prose and line.pieces[0].numeric)
    wide = sum(p.right - p.left for p in prose)
    return len(prose) < len(line.pieces) and wide < 0.75 * page.width and not _listed(line)


def _listed(line: Line) -> bool:
    """True for an entry of a list: a mark or number, then text."""
    first = line.pieces[0].text
    return len(line.pieces) == 2 and len(first) <= 4 and not first.isalpha()


def _goes_on(lines: list[Line], last: int, number: int) -> bool:
    """True when the lines between two lines in columns are labels or wrapped text of a table."""
    between = lines[last + 1 : number]
    if len(between) > 4:
        return False
    for one, other in zip(lines[last:number], lines[last + 1 : number + 1], strict=True):
        if other.base - one.base > 3.2 * max(one.size, other.size):
            return False
    right = max(lines[last].pieces[-1].right, lines[number].pieces[-1].right)
    left = min(lines[last].pieces[0].left, lines[number].pieces[0].left)
    long = [x for x in between if x.pieces[-1].right - x.pieces[0].left > 0.75 * (right - left)]
    return not any(is_prose(x.pieces[0]) for x in long) or len(between) <= 1


def _with_head(lines: list[Line], first: int, last: int) -> int:
    """Take in the lines right above that are heads: short pieces over the columns."""
    box = box_of(w for line in lines[first : last + 1] for w in line.words)
    while first > 0:
        above, line = lines[first - 1], lines[first]
        step = line.base - above.base
        if step > 1.9 * max(above.size, line.size) or len(above.pieces) == 1:
            break
        if above.pieces[0].left < box[0] - 30 or above.pieces[-1].right > box[2] + 30:
            break
        if any(is_prose(p) and p.right - p.left > 0.5 * (box[2] - box[0]) for p in above.pieces):
            break
        first -= 1
    return first


def _to_rule(lines: list[Line], first: int, last: int, page: Page) -> int:
    """Take in up to three more lines of head, when a ruled line as wide as the table tops them."""
    box = box_of(w for line in lines[first : last + 1] for w in line.words)
    for at in range(max(first - 3, 0), first):
        above = lines[at - 1].base + 1 if at else 0.0
        if lines[first].base - lines[at].base > 2.2 * (first - at) * lines[first].size:
            continue
        head = lines[at:first]
        if any(is_prose(p) or CAPTION.match(p.text) for line in head for p in line.pieces):
            continue
        inside = all(
            box[0] - 12 <= x.pieces[0].left and x.pieces[-1].right <= box[2] + 12 for x in head
        )
        if inside and _topped(page, box, above, lines[at].base - 0.5 * lines[at].size):
            return at
    return first


def _topped(page: Page, box: Box, low: float, high: float) -> bool:
    wide = box[2] - box[0]
    return any(
        r.flat and low < r.top < high and min(r.right, box[2]) - max(r.left, box[0]) > 0.6 * wide
        for r in page.rules
    )


def _with_tail(lines: list[Line], first: int, last: int) -> int:
    """Take in the line right below that goes on with the label of the last row."""
    if last + 1 < len(lines):
        line, below = lines[last], lines[last + 1]
        step = below.base - line.base
        usual = line.base - lines[last - 1].base
        text = below.pieces[0].text
        if len(below.pieces) == 1 and step < min(1.3 * line.size, usual) and text[:1].islower():
            return last + 1
    return last


def is_table(lines: Sequence[Line]) -> bool:
    """Judge a stretch of lines: figures or short texts that stand under each other."""
    rows = [line for line in lines if len(line.pieces) > 1]
    if len(rows) < 2:
        return False
    pieces = [p for line in rows for p in line.pieces]
    figures = sum(p.numeric for p in pieces)
    if _contents(rows):
        return False
    if all(_listed(line) for line in rows):
        return False
    shared = _aligned(rows)
    if figures >= 0.25 * len(pieces):
        return shared >= 0.5 and (len(rows) >= 3 or len(pieces) >= 6)
    prose = sum(is_prose(p) for p in pieces)
    return len(rows) >= 4 and shared >= 0.6 and prose <= 0.4 * len(pieces)


def _contents(rows: Sequence[Line]) -> bool:
    """True for a table of contents: leaders, then page numbers that rise."""
    dotted = sum("...." in line.words[-1].text or ". . ." in line.pieces[0].text
                 or any("...." in w.text for w in line.words) for line in rows)  # fmt: skip
    last = [int(t) for line in rows if (t := line.pieces[-1].text).isdigit()]
    rising = all(a <= b for a, b in itertools.pairwise(last))
    few = sum(len(line.pieces) <= 3 for line in rows) >= 0.8 * len(rows)
    return len(last) >= 0.7 * len(rows) and rising and few and dotted >= 0.4 * len(rows)


def _aligned(rows: Sequence[Line]) -> float:
    """Return the share of pieces, after the first, that stand over or under another one."""
    pieces = [line.pieces[1:] for line in rows]
    fit = 0
    for n, here in enumerate(pieces):
        near = [q for m in range(max(n - 3, 0), n + 4) if m != n for q in _at(pieces, m)]
        fit += sum(any(_lined_up(p, q) for q in near) for p in here)
    return fit / max(sum(map(len, pieces)), 1)


def _at(pieces: list[tuple[Piece, ...]], number: int) -> tuple[Piece, ...]:
    return pieces[number] if number < len(pieces) else ()


def _lined_up(one: Piece, other: Piece) -> bool:
    return (
        abs(one.left - other.left) <= 2.5
        or abs(one.right - other.right) <= 2.5
        or abs(one.left + one.right - other.left - other.right) <= 5
    )
