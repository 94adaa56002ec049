"""The shape of a table: what its head says, so that the next file of the same kind is recognised.

Figures, the number of rows and the page do not belong to it. Years and other numbers in the head
count as numbers: `2019` and `2020` are the same word, and one more year is the same shape.
"""

import hashlib
import re
from collections.abc import Sequence

from portal.core.errors import BadPeriod
from portal.core.periods import read_period
from portal.desk.mapping.printed import is_mark
from portal.extract.model import Table
from portal.extract.sums import number_of

LENGTH = 16
# A kind is told from the first rows: a file of a million rows is not read for it.
ROWS_LOOKED_AT = 50
TURN = "#"
BANDED = re.compile(r"[<>~≤≥]?\s*\d[\d,.]*\s*(?:[-–+]\s*\d*)?", re.ASCII)


def shape_of(table: Table) -> str:
    """Return a short hash of the head's words and the kinds of the columns (16 hex digits)."""
    parts = [f"{table.header_rows}", *("\x1e".join(key) for key in pattern(table))]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:LENGTH]


Key = tuple[str, ...]


def pattern(table: Table) -> list[Key]:
    """Return what is hashed: a key for each column, stretches of years as one."""
    return [key for key, _ in stretches(column_keys(table))]


def column_keys(table: Table) -> list[Key]:
    """Return, for each column, its normalised head from top to bottom and the kind of its cells."""
    heads: list[list[str]] = [[] for _ in range(table.columns)]
    cells: list[list[str]] = [[] for _ in range(table.columns)]
    for cell in sorted(table.cells, key=lambda c: (c.row, c.column)):
        if cell.row < table.header_rows:
            for column in range(cell.column, cell.column + cell.column_span):
                heads[column].append(normalised(cell.text))
        elif cell.row < table.header_rows + ROWS_LOOKED_AT and cell.column_span == 1:
            cells[cell.column].append(cell.text)
    pairs = zip(heads, cells, strict=True)
    return [(*(word for word in head if word), _kind(texts)) for head, texts in pairs]


def stretches(keys: Sequence[Key]) -> list[tuple[Key, list[int]]]:
    """Put a block of columns that comes again with another year together with the first.

    Returns each key of the shortened list with the columns that it stands for:
    `force, 2019, 2020` becomes `force` (0) and a number (1 and 2).
    """
    found: list[tuple[Key, list[int]]] = []
    at = 0
    while at < len(keys):
        block, times = _repeated(keys, at)
        for place in range(block):
            columns = [at + place + turn * block for turn in range(times)]
            found.append((keys[at + place], columns))
        at += block * times
    return found


def normalised(text: str) -> str:
    """Return a text without case, spacing, marks of notes and numbers; a period is `#`."""
    plain = " ".join(text.casefold().replace("’", "'").split()).strip(" *†‡§:")
    if is_period(plain):
        return TURN
    return re.sub(r"\d+(?:[./,–-]\d+)*", TURN, plain)


def is_period(text: str) -> bool:
    """True for a text that reads as one period: `2019`, `2019/20`, `Jan-Jun 2017`."""
    try:
        read_period(text)
    except BadPeriod:
        return False
    return True


def _repeated(keys: Sequence[Key], at: int) -> tuple[int, int]:
    """Length of the block that begins here, and how often it stands there; 1 and 1 is alone."""
    best = (1, 1)
    for block in range(1, (len(keys) - at) // 2 + 1):
        first = list(keys[at : at + block])
        if not all(_turns(key) for key in first):
            break
        times = 1
        while list(keys[at + times * block : at + (times + 1) * block]) == first:
            times += 1
        if times > 1 and block * times > best[0] * best[1]:
            best = (block, times)
    return best


def _turns(key: Key) -> bool:
    """Only columns under a number are counted on; two blank heads are two columns."""
    return any(TURN in word for word in key[:-1])


def _kind(texts: Sequence[str]) -> str:
    """Return number, date or text: what most cells of a column are, refusals left aside."""
    # Who refuses changes from year to year; an empty column of notes may be filled the next time.
    filled = [text.strip() for text in texts if text.strip() and not is_mark(text)]
    # A year is a number too, so periods are asked for first.
    dates = sum(is_period(text) for text in filled)
    if 2 * dates > len(filled):
        return "date"
    numbers = sum(bool(number_of(text) or BANDED.fullmatch(text)) for text in filled)
    return "number" if 2 * numbers > len(filled) else "text"
