"""A table as text that comes back the same: how tables lie in the private store."""

import json
from dataclasses import fields
from typing import Any

from portal.core.errors import BadInput
from portal.extract.model import Cell, Table

# What a cell mostly is; only what differs is written.
_PLAIN = {f.name: f.default for f in fields(Cell) if f.name not in ("row", "column", "text")}
_LISTS = ("notes", "total_rows", "total_columns", "doubts")


def dump(table: Table) -> str:
    """Write a table as JSON."""
    given = {f.name: getattr(table, f.name) for f in fields(Table)}
    given["cells"] = [_short(cell) for cell in table.cells]
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Table:
    """Read a table from its JSON; raises BadInput for anything else."""
    try:
        given = json.loads(text)
        cells = tuple(_cell(*short) for short in given.pop("cells"))
        given |= {name: tuple(given[name]) for name in _LISTS}
        given["box"] = tuple(given["box"]) if given["box"] else None
        return Table(cells=cells, **given)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise BadInput("a table as the desk writes it", text[:80]) from problem


def _short(cell: Cell) -> list[Any]:
    rest = {
        name: given for name, plain in _PLAIN.items() if (given := getattr(cell, name)) != plain
    }
    start = [cell.row, cell.column, cell.text]
    return [*start, rest] if rest else start


def _cell(row: int, column: int, text: str, rest: dict[str, Any] | None = None) -> Cell:
    given = dict(rest or {})
    if given.get("box"):
        given["box"] = tuple(given["box"])
    return Cell(row, column, text, **given)
