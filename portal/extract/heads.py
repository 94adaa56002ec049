"""How many rows of a grid of texts are its head, and the letters of its columns."""

from collections.abc import Sequence

from portal.extract.sums import number_of


def head_of(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of rows above the first with figures; 1 for a table of words."""
    filled = [k for k, row in enumerate(rows) if sum(bool(t) for t in row) > 1]
    if not filled:
        return 0
    for number in filled[:12]:
        right = [t for t in rows[number][1:] if t]
        figures = [t for t in right if number_of(t) and not _is_year(t)]
        if figures and 2 * len(figures) >= len(right):
            return number
    return filled[0] + 1 if len(filled) > 1 else 0


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and text[:2] in ("19", "20")


def letters(column: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
