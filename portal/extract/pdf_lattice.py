"""A region read by its ruled lines: a cell is what they enclose."""

from collections.abc import Sequence

from portal.extract.pdf_grid import Grid, Part
from portal.extract.pdf_lines import Piece, lines_of
from portal.extract.pdf_model import Rule, Word

NEAR = 3.5
MOST_FIELDS = 6000


def ruled_grid(words: Sequence[Word], rules: Sequence[Rule]) -> Grid | None:
    """Read a region by its ruled lines; None when they do not part it."""
    kept = _within(words, [r for r in rules if not r.shade])
    xs = _places([(r.left, r.bottom - r.top) for r in kept if not r.flat])
    ys = _places([(r.top, r.right - r.left) for r in kept if r.flat])
    xs, ys = _closed(xs, ys, kept, words)
    if len(xs) < 3 or len(ys) < 3 or len(xs) * len(ys) > MOST_FIELDS:
        return None
    cells = _cells(xs, ys, kept)
    held: dict[int, list[Word]] = {}
    for word in words:
        at = _at(xs, word.middle), _at(ys, (word.top + word.bottom) / 2)
        if at[0] is None or at[1] is None:
            return None  # a word outside of the lines: they do not hold the table
        held.setdefault(cells[at[1], at[0]], []).append(word)
    return _grid(cells, held, words, rules)


def _within(words: Sequence[Word], rules: Sequence[Rule]) -> list[Rule]:
    left, right = min(w.left for w in words) - 25, max(w.right for w in words) + 25
    top, bottom = min(w.top for w in words) - 12, max(w.bottom for w in words) + 12
    return [
        r
        for r in rules
        if r.right >= left
        and r.left <= right
        and r.bottom >= top
        and r.top <= bottom
        and max(min(r.right, right) - max(r.left, left), min(r.bottom, bottom) - max(r.top, top))
        > 5
    ]


def _places(found: list[tuple[float, float]]) -> list[float]:
    """Join places that are nearly one."""
    groups: list[list[float]] = []
    for at, _ in sorted(found):
        if groups and at - groups[-1][-1] <= NEAR and at - groups[-1][0] <= 2 * NEAR:
            groups[-1].append(at)
        else:
            groups.append([at])
    return [sum(g) / len(g) for g in groups]


def _closed(
    xs: list[float], ys: list[float], rules: Sequence[Rule], words: Sequence[Word]
) -> tuple[list[float], list[float]]:
    """Add outer edges that are not drawn, where words stand beyond the outermost line."""
    left, right = min(w.left for w in words), max(w.right for w in words)
    top, bottom = min(w.top for w in words), max(w.bottom for w in words)
    xs = [x for x in xs if left - 25 < x < right + 25]
    ys = [y for y in ys if top - 12 < y < bottom + 12]
    if xs and left < xs[0] - 2:
        xs = [left - 2, *xs]
    if xs and right > xs[-1] + 2:
        xs = [*xs, right + 2]
    if ys and top < ys[0] - 3:
        ys = [top - 2, *ys]
    if ys and bottom > ys[-1] + 3:
        ys = [*ys, bottom + 2]
    return xs, ys


def _at(places: list[float], value: float) -> int | None:
    for k in range(len(places) - 1):
        if places[k] <= value <= places[k + 1]:
            return k
    return None


def _cells(xs: list[float], ys: list[float], rules: Sequence[Rule]) -> dict[tuple[int, int], int]:
    """Number the cells: fields without a line between them are one."""
    flat = [r for r in rules if r.flat]
    upright = [r for r in rules if not r.flat]
    across, down = len(xs) - 1, len(ys) - 1
    number = {(i, j): i * across + j for i in range(down) for j in range(across)}
    for i in range(down):
        for j in range(across):
            if j + 1 < across and not _drawn(upright, xs[j + 1], ys[i], ys[i + 1], False):
                _join(number, number[i, j], number[i, j + 1])
            if i + 1 < down and not _drawn(flat, ys[i + 1], xs[j], xs[j + 1], True):
                _join(number, number[i, j], number[i + 1, j])
    return number


def _join(number: dict[tuple[int, int], int], one: int, other: int) -> None:
    low, high = min(one, other), max(one, other)
    for at, value in number.items():
        if value == high:
            number[at] = low


def _drawn(rules: list[Rule], at: float, low: float, high: float, flat: bool) -> bool:
    covered = 0.0
    for r in rules:
        where, start, end = (r.top, r.left, r.right) if flat else (r.left, r.top, r.bottom)
        if abs(where - at) <= 2 * NEAR:
            covered += max(0.0, min(end, high) - max(start, low))
    return covered >= 0.6 * (high - low)


def _grid(
    cells: dict[tuple[int, int], int],
    held: dict[int, list[Word]],
    words: Sequence[Word],
    rules: Sequence[Rule],
) -> Grid:
    """Leave out rows and columns in which nothing begins, and put the words into lines."""
    spots: dict[int, list[tuple[int, int]]] = {}
    for at, value in cells.items():
        spots.setdefault(value, []).append(at)
    full = {v: spots[v] for v in held}
    rows = sorted({min(i for i, _ in s) for s in full.values()})
    columns = sorted({min(j for _, j in s) for s in full.values()})
    parts = []
    for value, places in full.items():
        top, bottom = min(i for i, _ in places), max(i for i, _ in places)
        left, right = min(j for _, j in places), max(j for _, j in places)
        pieces = tuple(Piece(tuple(line.words)) for line in lines_of(held[value]))
        deep = sum(top <= r <= bottom for r in rows)
        wide = sum(left <= k <= right for k in columns)
        parts.append(Part(rows.index(top), columns.index(left), deep, wide, pieces))
    parts.sort(key=lambda p: (p.row, p.column))
    return Grid("ruled", tuple(parts), _head(parts), tuple(words))


def _head(parts: list[Part]) -> int:
    """Return how many rows stand above the first row with a figure right of the first column."""
    figures = [p.row for p in parts if p.column > 0 and all(piece.numeric for piece in p.pieces)]
    first = min(figures, default=1)
    reach = [p.row + p.row_span for p in parts if p.row < first]
    return first if first and max(reach, default=0) <= max(first, 1) else max(first, 0)
