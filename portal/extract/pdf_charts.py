"""Charts that look like tables: axes, legends and panels are left out."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from portal.extract.pdf_grid import Grid, Part

LEADING = re.compile(r"[-–−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?=%?(?:\s|$))")
MOST_AXES = 2
TALL = 4.0  # panels are this much taller than the words in them


def is_chart(grid: Grid) -> bool:
    """True when all figures stand on axes, or when words stand in panels for pictures."""
    if _is_panels(grid):
        return True
    columns: dict[int, list[Part]] = {}
    for part in grid.parts:
        columns.setdefault(part.column, []).append(part)
    kinds = [_kind(parts) for parts in columns.values()]
    # a chart has an axis or two; figures that rise evenly in column after column are a table
    return 1 <= kinds.count("axis") <= MOST_AXES and "figures" not in kinds


def _kind(parts: Sequence[Part]) -> str:
    """Return what a column holds: an axis, figures, or words."""
    found = [m[0] for p in parts if (m := LEADING.match(p.text))]
    if len(found) < 3 or len(found) < 0.5 * len(parts):
        return "figures" if any(p.pieces[0].numeric for p in parts[1:]) and found[1:] else "words"
    numbers = [Decimal(re.sub(r"[–−]", "-", text).replace(",", "")) for text in found]
    steps = [b - a for a, b in pairwise(numbers)]
    usual = max(set(steps), key=steps.count)
    even = usual not in (0, 1) and steps.count(usual) >= 0.8 * len(steps)
    return "axis" if even else "figures"


def _is_panels(grid: Grid) -> bool:
    """True for words only, in fields far taller than they are."""
    if len(_rows(grid)) > 4 or any(piece.numeric for part in grid.parts for piece in part.pieces):
        return False
    top, bottom = min(w.top for w in grid.words), max(w.bottom for w in grid.words)
    size = sorted(w.size for w in grid.words)[len(grid.words) // 2]
    lines = sum(max(len(p.pieces) for p in grid.parts if p.row == row) for row in _rows(grid))
    return bottom - top > TALL * size * max(lines, 1)


def _rows(grid: Grid) -> set[int]:
    return {p.row for p in grid.parts}
