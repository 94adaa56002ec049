"""What a person starts from: the mapping of an earlier file of the same shape, or a first guess.

Nothing here becomes a figure by itself: it fills the form that a person then confirms.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from portal.core.observations import TOTAL
from portal.desk.mapping.model import (
    FIGURES,
    LEAVE_OUT,
    TOTALS,
    Column,
    Head,
    Mapping,
    Pairs,
    Row,
    folded,
)
from portal.desk.mapping.names import Names
from portal.desk.mapping.places import places, realigned
from portal.desk.mapping.shapes import ROWS_LOOKED_AT, column_keys, is_period
from portal.extract.model import Table

# What a person said of one file by hand, and what the next file of the same head may not share.
OWN = ("period", "requester", "holder")
AREA = "GB"


@dataclass(frozen=True, slots=True)
class Offer:
    """A mapping for a table, and the fields that a person has to give anew for this file."""

    mapping: Mapping
    to_give: tuple[str, ...] = ()


def for_another(mapping: Mapping, table: Table, body: str = "") -> Offer:
    """Return an earlier mapping for another file; raises BadInput when its head says otherwise.

    What was given by hand for one file only is not carried over: its year, and whose file it was.
    `body` is the authority of this file's request, if it has one.
    """
    laid = realigned(mapping, table)
    constants, gone = _without_own(laid.constants)
    if "requester" in gone and body:
        constants = (*constants, ("requester", body))
        gone.discard("requester")
    columns = []
    for column in laid.columns:
        given, more = _without_own(column.given)
        gone |= more
        columns.append(replace(column, given=given))
    rows = tuple(row for row in laid.rows if row.label)
    spots = tuple(s for s in laid.spots if s.role != LEAVE_OUT and s.row < laid.header_rows)
    gone |= {s.role for s in laid.spots if s.role != LEAVE_OUT and s not in spots}
    made = replace(laid, constants=constants, columns=tuple(columns), rows=rows, spots=spots)
    return Offer(made, tuple(sorted(gone)))


def _without_own(pairs: Pairs) -> tuple[Pairs, set[str]]:
    own = {field for field, code in pairs if field in OWN and code != TOTAL}
    return tuple(pair for pair in pairs if pair[0] not in own), own


def first_guess(table: Table, names: Names, body: str = "") -> Mapping:
    """Return what the table itself suggests: where years, names, figures and totals stand."""
    keys = column_keys(table)
    grid = {(cell.row, cell.column): cell.text for cell in table.cells}
    roles = [_column_role(table, number, key[-1], grid, names) for number, key in enumerate(keys)]
    columns = [Column(number, role) for number, role in enumerate(roles) if role]
    figures = [column.number for column in columns if column.role == FIGURES]
    heads, taken = [], set(roles)
    for row in range(table.header_rows):
        texts = [grid[row, n] for n in figures if grid.get((row, n), "").strip()]
        role = _head_role(texts, names)
        if role and role not in taken:
            heads.append(Head(row, role, fill_right=len(texts) < len(figures)))
            taken.add(role)
    constants = [("area", AREA), ("holder", TOTAL)]
    if body and "requester" not in taken:
        constants.append(("requester", body))
    made = Mapping(
        table.header_rows,
        tuple(columns),
        tuple(heads),
        constants=tuple(constants),
        keys=tuple(keys),
    )
    laid = places(table, made)
    labels = dict.fromkeys(laid.labels.get(row, "") for row in table.total_rows)
    return replace(made, rows=tuple(Row(label, 0, TOTALS) for label in labels if label))


def _column_role(
    table: Table, number: int, kind: str, grid: dict[tuple[int, int], str], names: Names
) -> str:
    if number in table.total_columns:
        return TOTALS
    first = table.header_rows
    texts = [grid.get((row, number), "") for row in range(first, first + ROWS_LOOKED_AT)]
    if kind == "date":
        return "period"
    if kind == "number":
        return FIGURES
    return "requester" if _mostly(names.find(text) for text in texts if folded(text)) else ""


def _head_role(texts: list[str], names: Names) -> str:
    if _mostly(is_period(text.strip()) for text in texts):
        return "period"
    return "requester" if _mostly(names.find(text) for text in texts) else ""


def _mostly(found: Iterable[object]) -> bool:
    each = [bool(one) for one in found]
    return bool(each) and 2 * sum(each) > len(each)
