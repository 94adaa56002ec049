"""Do the stated totals of a table agree with the sums of its parts?"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from portal.extract.model import Cell, Table

TOTAL = re.compile(
    r"(?:(?:grand|overall|sub|uk|gb|column|row)[ -]?)?totals?\b.*|total\w*"
    r"|all (?:forces|authorities|requests)\b.*|insgesamt|summe|gesamt",
    re.IGNORECASE,
)
SUBTOTAL = re.compile(r"sub[ -]?total", re.IGNORECASE)
FIGURE = re.compile(  # ASCII: digits of other scripts are no figures to us
    r"([-–−(]?)\s*[£$€]?\s*([-–−]?)(\d{1,3}(?:[,\u00a0\u2009 ]\d{3})+|\d+)(\.\d+)?\s*(%?)\)?"
    r"(?:\s?[*†‡§]+|\s\d{1,2}|\s?\(\d{1,2}\)|\s?\[[a-z]+\])?",
    re.ASCII,
)
MOST_DIGITS = 28
# longer ones are lists of records, not tables that a total belongs to
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One stated total beside the sum of its parts; `line` is the row or column it stands in."""

    kind: str  # "column": parts stand above each other; "row": beside each other
    row: int
    column: int
    stated: Decimal
    computed: Decimal
    parts: int
    agrees: bool

    def __str__(self) -> str:
        word = "agrees with" if self.agrees else "differs from"
        place = f"row {self.row + 1}, column {self.column + 1}"
        return f"{place}: {self.stated:,f} {word} the sum of {self.parts} parts, {self.computed:,f}"


def is_total(text: str) -> bool:
    """True for a label that names a total."""
    return bool(TOTAL.fullmatch(" ".join(text.split()).strip(" :*")))


def number_of(text: str) -> tuple[Decimal, int, bool] | None:
    """Return a printed figure, its decimal places and whether it is a percentage."""
    match = FIGURE.fullmatch(text.strip()) if len(text) < 60 else None
    if not match:
        return None
    whole, fraction = re.sub(r"\D", "", match[3]), match[4] or ""
    if len(whole) + len(fraction) > MOST_DIGITS:
        return None
    negative = bool(match[1] or match[2])
    number = Decimal(f"{whole}{fraction}")
    return (-number if negative else number), max(len(fraction) - 1, 0), bool(match[5])


def adds_up(table: Table) -> list[Finding]:
    """Compare every stated total with its parts, down the columns and along the rows.

    A table of more than MOST_ROWS rows is not checked.
    """
    if table.rows > MOST_ROWS:
        return []
    at = {(c.row, c.column): c for c in table.cells}
    down = _findings(
        table.total_rows, range(table.header_rows, table.rows), range(1, table.columns),
        lambda line, other: at.get((line, other)), "column",
        lambda row: (c := at.get((row, 0))) is not None and bool(SUBTOTAL.match(c.text)),
    )  # fmt: skip
    along = _findings(
        table.total_columns, range(1, table.columns), range(table.header_rows, table.rows),
        lambda line, other: at.get((other, line)), "row", lambda column: False,
    )  # fmt: skip
    return down + along


def _findings(
    totals: Sequence[int],
    lines: range,
    others: range,
    cell: Callable[[int, int], Cell | None],
    kind: str,
    is_sub: Callable[[int], bool],
) -> list[Finding]:
    found = []
    for total in totals:
        for other in others:
            stated = cell(total, other)
            read = number_of(stated.text) if stated else None
            if read is None:
                continue
            sums = list(_candidates(total, totals, lines, other, cell, is_sub))
            best = _closest(read, sums)
            if best:
                row, column = (total, other) if kind == "column" else (other, total)
                found.append(Finding(kind, row, column, read[0], *best))
    return found


Parts = list[tuple[Decimal, int, bool]]


def _candidates(
    total: int,
    totals: Sequence[int],
    lines: range,
    other: int,
    cell: Callable[[int, int], Cell | None],
    is_sub: Callable[[int], bool],
) -> list[Parts]:
    """Return what may be the parts: all lines, the stretch since the last total, or subtotals."""

    def read(numbers: Sequence[int]) -> Parts:
        cells = [cell(n, other) for n in numbers]
        return [value for c in cells if c is not None and (value := number_of(c.text))]

    before = [n for n in lines if n < total]
    after = [n for n in lines if n > total]
    plain = [n for n in before if n not in totals]
    since = max((t for t in totals if t < total), default=lines.start - 1)
    stretch = [n for n in plain if n > since]
    until = min((t for t in totals if t > total), default=lines.stop)
    below = [n for n in after if n < until and n not in totals]
    subs = [n for n in before if n in totals and is_sub(n)]
    options = [plain, stretch, subs + stretch, subs, [t for t in totals if t < total]]
    if not stretch or not before:
        options.append(below)
    return [parts for option in options if len(parts := read(option)) >= 2]


def _closest(
    read: tuple[Decimal, int, bool], options: list[Parts]
) -> tuple[Decimal, int, bool] | None:
    """Return sum, number of parts and whether it agrees, for the option that fits best."""
    best: tuple[Decimal, int, bool] | None = None
    for parts in options:
        with localcontext() as context:
            context.prec = 100
            computed = sum((p[0] for p in parts), Decimal(0))
            off = abs(computed - read[0])
        agrees = off <= _tolerance(read, parts)
        if best is None or (agrees, -off) > (best[2], -abs(best[0] - read[0])):
            best = (computed, len(parts), agrees)
    return best


def _tolerance(read: tuple[Decimal, int, bool], parts: Parts) -> Decimal:
    """Rounding may move each part by half a step; whole counts are exact."""
    places = max([read[1], *(p[1] for p in parts)])
    shares = read[2] or any(p[2] for p in parts)
    hundred = read[0] in (100, Decimal("100.0")) and all(p[0] <= 100 for p in parts)
    if not (shares or places or hundred):
        return Decimal(0)
    return Decimal(10) ** -places * (len(parts) + 1) / 2
