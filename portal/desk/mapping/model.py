"""What a person says of a table: what its columns, head rows, rows and cells mean.

A mapping is data: it is written as JSON, kept as it was made, and offered for the next file.
"""

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from portal.core.errors import BadInput
from portal.core.observations import CODE

# What every figure needs beside its value; a breakdown is named `dimension:data_type`.
FIELDS = ("measure", "requester", "holder", "area", "period")
DIMENSION = "dimension:"
FIGURES, TOTALS, LEAVE_OUT = "figures", "totals", "leave_out"
# What a bare year stands for: itself, or the April-March year that begins, or ends, in it.
YEARS = ("calendar", "april_from", "april_to")
MOST = 5_000
MOST_LINES = 10_000_000
LONGEST = 300

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column, from 0, and its role: a field, `figures`, `totals` or `leave_out`.

    `given` are fields that a person gave by hand for the figures of this column only.
    `fill_down` says that a blank cell means the text above it.
    """

    number: int
    role: str
    given: Pairs = ()
    fill_down: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """A row of the head, from 0, and the field that its texts give to the columns below.

    `fill_right` says that a blank cell means the text to its left.
    """

    number: int
    role: str
    fill_right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not like the others: `leave_out`, `totals`, or a field for the rows below it.

    It is known again by its label; only a row without one is known by its number, from 0.
    """

    label: str
    number: int
    role: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell, from 0: `leave_out`, or the field that it gives to the whole table."""

    row: int
    column: int
    role: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a table means. More specific words win: column, head row, row, section, cell, constant.

    `codes` say what a printed word of a field means: (field, printed, code); `marks` the status of
    a mark that stands in place of a figure, `("", "not_available")` for blanks. `keys` are those of
    the columns it was made for (see shapes), so that one more year finds its place.
    """

    header_rows: int
    columns: tuple[Column, ...]
    heads: tuple[Head, ...] = ()
    rows: tuple[Row, ...] = ()
    spots: tuple[Spot, ...] = ()
    constants: Pairs = ()
    codes: tuple[tuple[str, str, str], ...] = ()
    marks: Pairs = ()
    years: str = "calendar"
    name: str = ""
    keys: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        _check(self)


def folded(text: str) -> str:
    """Return a printed word as it is compared: without case, spacing and marks of notes."""
    return " ".join(text.replace("’", "'").split()).strip(" *†‡§:").casefold()


def is_field(role: str) -> bool:
    """True for a field of a figure, a dimension included."""
    return role in FIELDS or bool(re.fullmatch(f"{DIMENSION}{CODE}", role))


def dump(mapping: Mapping) -> str:
    """Write a mapping as JSON, always in the same order."""
    return json.dumps(asdict(mapping), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(text: str) -> Mapping:
    """Read a mapping from its JSON; raises BadInput for anything else."""
    try:
        return from_json(json.loads(text))
    except ValueError as problem:
        raise BadInput("a mapping as JSON", text[:LONGEST]) from problem


def from_json(given: Any) -> Mapping:
    """Build a mapping from parsed JSON; raises BadInput that names the first wrong part."""
    if not isinstance(given, dict):
        raise BadInput("a mapping as a JSON object", given)
    strange = sorted(set(given) - {f.name for f in fields(Mapping)})
    if strange:
        raise BadInput(f"only {', '.join(f.name for f in fields(Mapping))}", strange[0], "mapping")
    made = dict(given)
    for name, kind in {"columns": Column, "heads": Head, "rows": Row, "spots": Spot}.items():
        made[name] = tuple(_part(kind, each, name) for each in _list(given, name))
    for name in ("constants", "marks", "codes", "keys"):
        made[name] = tuple(_texts(each, name) for each in _list(given, name))
    try:
        return Mapping(**made)
    except TypeError as problem:
        raise BadInput("a mapping with header_rows and columns", str(problem), "mapping") from None


def _list(given: dict[str, Any], name: str) -> list[Any]:
    found = given.get(name, [])
    if not isinstance(found, list) or len(found) > MOST:
        raise BadInput(f"a list of at most {MOST:,} as {name}", found, "mapping")
    return found


def _texts(given: Any, name: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise BadInput(f"lists of texts as {name}", given, "mapping")
    return tuple(given)


def _part(kind: type[Any], given: Any, name: str) -> Any:
    if not isinstance(given, dict):
        raise BadInput(f"objects as {name}", given, "mapping")
    made = dict(given)
    if "given" in made:
        made["given"] = tuple(_texts(each, f"{name} given") for each in _list(made, "given"))
    try:
        built = kind(**made)
    except TypeError as problem:
        raise BadInput(f"the fields of {name}", str(problem), "mapping") from None
    for field in fields(kind):
        value = getattr(built, field.name)
        wanted = {"given": tuple}.get(field.name, field.type)
        # True is a number to Python: a row True is a mistake all the same.
        if type(value) is not wanted:
            raise BadInput(f"{field.name} as {field.type}", value, f"mapping, {name}")
    return built


def _check(mapping: Mapping) -> None:
    if type(mapping.header_rows) is not int or not 0 <= mapping.header_rows <= 100:
        raise BadInput("0 to 100 rows of the head", mapping.header_rows, "mapping")
    if mapping.years not in YEARS:
        raise BadInput(f"years as {', '.join(YEARS)}", mapping.years, "mapping")
    if type(mapping.name) is not str or len(mapping.name) > LONGEST:
        raise BadInput(f"a name of at most {LONGEST} letters", mapping.name, "mapping")
    _check_roles(mapping)
    for what, pairs in {
        "constants": mapping.constants,
        **{f"column {c.number + 1}": c.given for c in mapping.columns},
    }.items():
        for pair in pairs:
            if len(pair) != 2 or not is_field(pair[0]) or len(pair[1]) > LONGEST:
                raise BadInput("a field and its text", pair, f"mapping, {what}")
        _once([name for name, _ in pairs], what)
    for code in mapping.codes:
        if len(code) != 3 or not is_field(code[0]):
            raise BadInput("a field, a printed word and a code", code, "mapping, codes")
    for mark in mapping.marks:
        if len(mark) != 2:
            raise BadInput("a mark and its status", mark, "mapping, marks")


def _check_roles(mapping: Mapping) -> None:
    own = (FIGURES, TOTALS, LEAVE_OUT)
    allowed: dict[str, tuple[str, ...]] = {"columns": own, "heads": (), "rows": own[1:]}
    allowed["spots"] = (LEAVE_OUT,)
    for name, roles in allowed.items():
        for part in getattr(mapping, name):
            if part.role not in roles and not is_field(part.role):
                raise BadInput("a role that is known", part.role, f"mapping, {name}")
            places = [getattr(part, at, 0) for at in ("number", "row", "column")]
            if not all(0 <= place < MOST_LINES for place in places):
                raise BadInput("a number from 0 on", part, f"mapping, {name}")
    _once([column.number for column in mapping.columns], "columns")
    _once([head.number for head in mapping.heads], "heads")
    _once([(spot.row, spot.column) for spot in mapping.spots], "cells")


def _once(found: list[Any], what: str) -> None:
    if len(set(found)) < len(found):
        twice = next(each for each in found if found.count(each) > 1)
        raise BadInput("each only once", twice, f"mapping, {what}")
