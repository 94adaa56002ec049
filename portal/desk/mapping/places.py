"""Where the words of a figure stand: its column, the head above it, its row, the sections above."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from portal.core.errors import BadInput
from portal.desk.mapping.model import (
    FIGURES,
    LEAVE_OUT,
    TOTALS,
    Column,
    Mapping,
    folded,
    is_field,
)
from portal.desk.mapping.shapes import column_keys, stretches
from portal.extract.model import Cell, Table

SECTION = "*"  # the label of every row that holds nothing but one text: it heads those below
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """What a field of a figure says: a text of the table, or a code that a person gave by hand."""

    text: str
    by_hand: bool = False


@dataclass(frozen=True)
class Places:
    """A table under a mapping; a merged cell stands at each place that it covers."""

    table: Table
    mapping: Mapping
    at: Dict[Place, Cell]
    columns: Dict[int, Column]
    row_roles: Dict[int, str]
    sections: Dict[int, Dict[str, str]]
    last: Dict[Place, str]  # for columns that are filled down: the text that counts at a place
    labels: Dict[int, str]  # what each row is called: its texts outside of the figures
    size: tuple[int, int]  # rows and columns

    @property
    def figure_columns(self) -> list[int]:
        """The columns that hold figures, from left to right."""
        return [n for n, column in self.columns.items() if column.role == FIGURES]

    def body(self) -> Iterator[int]:
        """Yield the rows that hold figures: not the head, nor rows left out, totals or sections."""
        filled = {row for (row, _), cell in self.at.items() if cell.text.strip()}
        for row in range(self.mapping.header_rows, self.size[0]):
            if row not in self.row_roles and row in filled:
                yield row

    def text(self, row: int, column: int) -> str:
        """Return the text that counts at a place: of the merged cell, or filled down."""
        if (row, column) in self.last:
            return self.last[row, column]
        cell = self.at.get((row, column))
        return cell.text if cell else ""

    def word(self, field: str, row: int, column: int) -> Word | None:
        """Return what a field says for a figure; None where nothing speaks of it."""
        by_hand = self._given[column].get(field)
        if by_hand is not None:
            return Word(by_hand, by_hand=True)
        head = self._first["heads"].get(field)
        if head is not None:
            return Word(self._head(head.number, column, head.fill_right))
        spoken = self._first["columns"].get(field)
        if spoken is not None:
            return Word(self.text(row, spoken.number))
        section = self.sections.get(row, {}).get(field)
        if section is not None:
            return Word(section)
        spot = self._first["spots"].get(field)
        if spot is not None:
            return Word(self.text(spot.row, spot.column))
        constant = self._constants.get(field)
        return None if constant is None else Word(constant, by_hand=True)

    def dimensions(self, column: int) -> list[str]:
        """Return the dimensions that anything speaks of, in order of their names."""
        return self._dimensions[column]

    # A large table asks for each of these a million times, and a mapping may have many parts.

    @cached_property
    def _given(self) -> dict[int, dict[str, str]]:
        return {number: dict(column.given) for number, column in self.columns.items()}

    @cached_property
    def _constants(self) -> dict[str, str]:
        return dict(self.mapping.constants)

    @cached_property
    def _first(self) -> dict[str, dict[str, Any]]:
        """Of heads, columns and spots the first that speaks of each field."""
        mapping = self.mapping
        parts = {"heads": mapping.heads, "columns": self.columns.values(), "spots": mapping.spots}
        return {
            name: {part.role: part for part in reversed(tuple(each))}
            for name, each in parts.items()
        }

    @cached_property
    def _dimensions(self) -> dict[int, list[str]]:
        mapping = self.mapping
        parts = (*mapping.heads, *self.columns.values(), *mapping.spots, *mapping.rows)
        shared = {*self._constants, *(part.role for part in parts)}
        return {
            number: sorted(f for f in shared | set(given) if f.startswith("dimension:"))
            for number, given in self._given.items()
        }

    def _head(self, row: int, column: int, fill_right: bool) -> str:
        text = self.text(row, column)
        if not fill_right:
            return text
        while not text.strip() and column > 0 and self.columns.get(column - 1):
            column -= 1
            if self.columns[column].role not in (FIGURES, TOTALS, LEAVE_OUT):
                break
            text = self.text(row, column)
        return text


def places(table: Table, mapping: Mapping) -> Places:
    """Lay a mapping over a table; raises BadInput when it was made for a table of another shape."""
    mapping = realigned(mapping, table)
    at, rows, width = spread(table), table.rows, table.columns
    columns = {column.number: column for column in mapping.columns if column.role}
    if any(number >= width for number in columns) or mapping.header_rows > rows:
        found = f"{width} columns and {rows} rows"
        raise BadInput("a table that has the rows and columns of the mapping", found, "mapping")
    columns = dict(sorted(columns.items()))
    labels = labels_of(at, (rows, width), columns, mapping.header_rows)
    row_roles, sections = _rows(mapping, at, labels, width)
    last = _filled_down(range(mapping.header_rows, rows), at, columns)
    return Places(table, mapping, at, columns, row_roles, sections, last, labels, (rows, width))


def realigned(mapping: Mapping, table: Table) -> Mapping:
    """Return the mapping for this table's columns: one year more or less finds its place."""
    keys = column_keys(table)
    if not mapping.keys or list(mapping.keys) == keys:
        return mapping
    old, new = stretches(mapping.keys), stretches(keys)
    if [key for key, _ in old] != [key for key, _ in new]:
        raise BadInput(
            "a table whose head says what the mapped one said", "another head", "mapping"
        )
    known = {column.number: column for column in mapping.columns}
    columns = []
    for (_, before), (_, now) in zip(old, new, strict=True):
        alike = [known.get(number, Column(number, "")) for number in before]
        same = len({replace(column, number=0) for column in alike}) == 1
        for turn, number in enumerate(now):
            if len(before) != len(now) and not same:
                raise BadInput("as many columns as were mapped one by one", len(now), "mapping")
            columns.append(replace(alike[0 if same else turn], number=number))
    return replace(mapping, columns=tuple(columns), keys=tuple(keys))


def spread(table: Table) -> dict[Place, Cell]:
    """Return the cells by row and column; a merged cell stands at every place that it covers."""
    at: dict[Place, Cell] = {}
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                at[row, column] = cell
    return at


def labels_of(
    at: Dict[Place, Cell], size: tuple[int, int], columns: Dict[int, Column], first: int
) -> dict[int, str]:
    """Return the rows' texts outside of figures and totals, folded and joined by bars."""
    rows, width = size
    own = [n for n in range(width) if n not in columns or columns[n].role not in (FIGURES, TOTALS)]
    labels = {}
    for row in range(first, rows):
        texts = [folded(at[row, n].text) for n in own if (row, n) in at]
        labels[row] = " | ".join(dict.fromkeys(text for text in texts if text))
    return labels


def _rows(
    mapping: Mapping, at: Dict[Place, Cell], labels: Dict[int, str], width: int
) -> tuple[dict[int, str], dict[int, dict[str, str]]]:
    """Return the role of each row that has one, and the sections that each row stands under."""
    by_label = {row.label: row.role for row in mapping.rows if row.label}
    by_number = {row.number: row.role for row in mapping.rows if not row.label}
    roles: dict[int, str] = {}
    sections: dict[int, dict[str, str]] = {}
    under: dict[str, str] = {}
    for row, label in labels.items():
        role = by_label.get(label) or by_number.get(row, "")
        if SECTION in by_label or is_field(role):
            alone = _only_text(at, width, row)
            if not role and alone is not None:
                role = by_label[SECTION]
            if is_field(role):
                under = {**under, role: alone or label}
        if role:
            roles[row] = role
        sections[row] = under
    return roles, sections


def _only_text(at: Dict[Place, Cell], width: int, row: int) -> str | None:
    cells = {id(at[row, n]): at[row, n].text for n in range(width) if (row, n) in at}
    texts = [text for text in cells.values() if text.strip()]
    return texts[0] if len(texts) == 1 else None


def _filled_down(
    rows: range, at: Dict[Place, Cell], columns: Dict[int, Column]
) -> dict[Place, str]:
    last: dict[Place, str] = {}
    for number, column in columns.items():
        text = ""
        for row in rows if column.fill_down else ():
            cell = at.get((row, number))
            text = cell.text if cell and cell.text.strip() else text
            last[row, number] = text
    return last
