"""How many cells of known tables were read exactly, at the place where they belong."""

from collections.abc import Sequence

Grid = list[list[str]]


def right_cells(found: Sequence[Grid], known: Sequence[Grid]) -> tuple[int, int]:
    """Return the cells read right and all cells, each known table against the best found one."""
    right = sum(max((_same(f, k) for f in found), default=0) for k in known)
    return right, sum(bool(text) for grid in known for row in grid for text in row)


def _same(found: Grid, known: Grid) -> int:
    """Count equal cells; a found table may have rows above, such as a heading or title."""
    return max(_shifted(found, known, by) for by in range(4))


def _shifted(found: Grid, known: Grid, by: int) -> int:
    return sum(
        bool(text) and row + by < len(found) and column < len(found[row + by])
        and " ".join(found[row + by][column].split()) == text
        for row, texts in enumerate(known)
        for column, text in enumerate(texts)
    )  # fmt: skip
