"""What belongs to a table beside its cells: unit, totals, and what speaks against the reading."""

import re
from collections.abc import Sequence
from dataclasses import replace

from portal.extract.model import Cell, Table
from portal.extract.sums import adds_up, is_total, number_of

UNIT = re.compile(
    r"\(((?:in |figures in )?(?:£|\$|€|US\$)?\s?(?:%|per ?cent|percentages?|thousands?|millions?"
    r"|billions?|'?000s?|m|bn|k)(?: of \w+)?|£|€|\$|%)\)"
    r"|\b((?:in )?(?:£|€|\$)?\s?(?:thousands?|millions?|billions?|per ?cent)(?: of \w+)?)\b"
    r"|(£'?000s?|£ ?m\b|£ ?bn\b)",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"(?:[*†‡§]+|\d{1,2}[.)]? (?=\D)|\(\d{1,2}\)|\[\w{1,3}\]|\([a-z]\)|notes?\b|sources?\b|key\b"
    r"|n/a\b|\.\. ?=)",
    re.IGNORECASE,
)
GLUED = re.compile(r"\d{1,3}(?:,\d{3})*,\d{4,5}|\d{6,}(?<=\d{4}\d{2})")
MARKED = re.compile(r"\d[\d,.]* \d{1,2}")


def unit_of(*texts: str) -> str:
    """Return the unit that a title or a head names, as printed."""
    for text in texts:
        if match := UNIT.search(text):
            return next(g for g in match.groups() if g).strip()
    return ""


def described(table: Table) -> Table:
    """Add unit, totals and doubts."""
    grid: dict[int, list[Cell]] = {}
    for cell in table.cells:
        grid.setdefault(cell.row, []).append(cell)
    rows, columns = _totals(table, grid)
    heads = [c.text for c in table.cells if c.row < table.header_rows]
    unit = table.unit or unit_of(table.title, *heads)
    full = replace(table, total_rows=rows, total_columns=columns, unit=unit)
    doubts = (*table.doubts, *_doubts(full))
    return replace(full, doubts=doubts, confidence=min(table.confidence, 0.9 ** len(doubts)))


def _totals(table: Table, grid: dict[int, list[Cell]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    rows = []
    for number, cells in grid.items():
        first = min(cells, key=lambda c: c.column)
        if number >= table.header_rows and len(cells) > 1 and is_total(first.text):
            rows.append(number)
    columns = {
        c.column
        for c in table.cells
        if c.row < table.header_rows and c.column > 0 and c.column_span == 1 and is_total(c.text)
    }
    return tuple(sorted(rows)), tuple(sorted(columns))


def _doubts(table: Table) -> Sequence[str]:
    """Return what a person should look at."""
    doubts = [f"A stated total {f}." for f in adds_up(table) if not f.agrees][:20]
    for column in range(1, min(table.columns, 200)) if table.rows < 20_000 else ():
        doubts += _odd_column(table, column)
    return doubts[:40]


def _odd_column(table: Table, column: int) -> list[str]:
    """Name the cells of a column of figures that are not figures."""
    body = [
        c
        for c in table.cells
        if c.column == column and c.row >= table.header_rows and c.column_span == 1 and c.text
    ]
    figures = [c for c in body if number_of(c.text)]
    if len(body) < 4 or len(figures) < 0.7 * len(body):
        return []
    found = []
    for cell in body:
        place = f"Row {cell.row + 1}, column {column + 1}"
        if GLUED.fullmatch(cell.text) and "," in cell.text:
            found.append(f"{place}: {cell.text!r} may hold the mark of a note.")
        elif MARKED.fullmatch(cell.text):
            found.append(f"{place}: {cell.text!r} is a figure and a raised mark.")
        elif not number_of(cell.text) and any(ch.isdigit() for ch in cell.text):
            found.append(f"{place}: {cell.text!r} does not read as one figure.")
    return found[:10]
