"""A mapping as fields of a form and back: what works by pointing works by plain selects too.

Rows, columns and cells count from 0 in the names of fields, from 1 in what people type.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from portal.core.errors import BadInput
from portal.core.observations import TOTAL
from portal.desk.mapping.codes import ROLES
from portal.desk.mapping.model import (
    DIMENSION,
    FIELDS,
    FIGURES,
    TOTALS,
    Column,
    Head,
    Mapping,
    Pairs,
    Row,
    Spot,
    folded,
    is_field,
)
from portal.desk.mapping.places import SECTION, labels_of, spread
from portal.extract.model import Table

Text = Callable[[str], str]
CONSTANTS = FIELDS
MOST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person said of a printed word in the form."""

    field: str
    printed: str
    code: str


def mapping_of(text: Text, table: Table) -> Mapping:
    """Read a mapping from a form; `text` gives a field's value or "". Raises BadInput."""
    header_rows = _whole(text("header_rows"), "rows of the head")
    columns = tuple(_columns(text, table))
    heads, rows = [], []
    by_number = {column.number: column for column in columns}
    size = (table.rows, table.columns)
    marked: dict[int, str] = {}
    for number in range(size[0]):
        role = text(f"row-{number}")
        if role and number < header_rows:
            heads.append(Head(number, role, bool(text(f"row-{number}-right"))))
        elif role:
            marked[number] = role
    labels = labels_of(spread(table), size, by_number, header_rows) if marked else {}
    rows = _rows(marked, labels)
    if text("sections"):
        rows.append(Row(SECTION, 0, text("sections")))
    return Mapping(
        header_rows=header_rows,
        columns=columns,
        heads=tuple(heads),
        rows=tuple(rows),
        spots=tuple(_spots(text("cells"))),
        constants=_constants(text),
        codes=tuple(_codes(text("codes"))),
        marks=tuple(_marks(text("marks"))),
        years=text("years") or "calendar",
        name=text("name"),
    )


def chosen_of(text: Text) -> list[Chosen]:
    """Read what the person said of the words that nobody had confirmed."""
    found = []
    for number in range(MOST_WORDS):
        field, printed = text(f"word-{number}-field"), text(f"word-{number}-printed")
        if not field:
            break
        code = text(f"word-{number}-other") or text(f"word-{number}-code")
        if code:
            found.append(Chosen(field, printed, code))
    return found


def with_chosen(mapping: Mapping, chosen: list[Chosen]) -> tuple[Mapping, list[tuple[str, str]]]:
    """Return the mapping with words of its own, and the names of bodies (printed, code).

    A body is called so in every file; what else a word means, or that it is the total of all,
    belongs to this kind of file.
    """
    bodies = [each for each in chosen if each.field in ROLES and each.code != TOTAL]
    own = [(c.field, folded(c.printed), c.code) for c in chosen if c not in bodies]
    kept = [code for code in mapping.codes if code[:2] not in {each[:2] for each in own}]
    return replace(mapping, codes=(*kept, *own)), [(c.printed, c.code) for c in bodies]


def fields_of(mapping: Mapping, table: Table) -> dict[str, str]:
    """Return the fields of a form that is filled with a mapping."""
    fields = {"header_rows": f"{mapping.header_rows}", "years": mapping.years, "name": mapping.name}
    for column in mapping.columns:
        name = f"col-{column.number}"
        given = dict(column.given)
        fields |= {name: column.role, f"{name}-down": "1" if column.fill_down else ""}
        fields |= {f"{name}-measure": given.pop("measure", ""), f"{name}-more": _pairs_text(given)}
    for head in mapping.heads:
        fields |= {f"row-{head.number}": head.role}
        fields |= {f"row-{head.number}-right": "1" if head.fill_right else ""}
    fields |= _row_fields(mapping, table)
    constants = dict(mapping.constants)
    fields |= {f"const-{name}": constants.pop(name, "") for name in CONSTANTS}
    fields["const-more"] = _pairs_text(constants)
    fields["cells"] = "; ".join(f"{s.role} {s.row + 1},{s.column + 1}" for s in mapping.spots)
    fields["codes"] = "\n".join(" | ".join(code) for code in mapping.codes)
    fields["marks"] = "\n".join(f"{mark or 'blank'} = {status}" for mark, status in mapping.marks)
    return fields


def _columns(text: Text, table: Table) -> list[Column]:
    found = []
    for number in range(table.columns):
        name = f"col-{number}"
        role = text(name)
        if not role:
            continue
        given = _pairs(text(f"{name}-more")) if role == FIGURES else ()
        measure = text(f"{name}-measure") if role == FIGURES else ""
        if measure:
            given = (*given, ("measure", measure))
        found.append(Column(number, role, given, bool(text(f"{name}-down"))))
    return found


def _rows(marked: dict[int, str], labels: dict[int, str]) -> list[Row]:
    """Rows are known by their label, unless another row with the same label is not meant."""
    rows: dict[Row, None] = {}
    for number, role in marked.items():
        label = labels[number]
        alike = {marked.get(n, "") for n, other in labels.items() if other == label}
        rows[Row(label, 0, role) if label and alike == {role} else Row("", number, role)] = None
    return list(rows)


def _row_fields(mapping: Mapping, table: Table) -> dict[str, str]:
    by_number = {column.number: column for column in mapping.columns}
    by_label = {row.label: row.role for row in mapping.rows if row.label}
    fields = {"sections": by_label.get(SECTION, "")}
    fields |= {f"row-{row.number}": row.role for row in mapping.rows if not row.label}
    size = (table.rows if by_label else 0, table.columns)
    labels = labels_of(spread(table), size, by_number, mapping.header_rows)
    for number, label in labels.items():
        if label in by_label:
            fields.setdefault(f"row-{number}", by_label[label])
    return fields


def _constants(text: Text) -> Pairs:
    plain = [(name, text(f"const-{name}")) for name in CONSTANTS]
    return (*((name, said) for name, said in plain if said), *_pairs(text("const-more")))


def _pairs(text: str) -> Pairs:
    """Read `data_type=traffic; period=2019`: a dimension needs no more than its name."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, mark, code = (piece.strip() for piece in part.partition("="))
        if not mark or not code:
            raise BadInput("pairs such as data_type=traffic; period=2019", part)
        found.append((name if name in FIELDS else f"{DIMENSION}{name}", code))
    return tuple(found)


def _pairs_text(pairs: dict[str, str]) -> str:
    return "; ".join(f"{name.removeprefix(DIMENSION)}={code}" for name, code in pairs.items())


def _spots(text: str) -> list[Spot]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = re.fullmatch(r"(\S+) (\d{1,7}),(\d{1,5})", part, re.ASCII)
        if not match or int(match[2]) < 1 or int(match[3]) < 1:
            raise BadInput("cells such as leave_out 7,2 (row and column)", part)
        found.append(Spot(int(match[2]) - 1, int(match[3]) - 1, match[1]))
    return found


def _codes(text: str) -> list[tuple[str, str, str]]:
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        field, _, rest = line.partition("|")
        printed, mark, code = rest.rpartition("|")
        field = field.strip()
        field = field if is_field(field) else f"{DIMENSION}{field}"
        if not mark:
            raise BadInput("lines such as measure | Notices | cd_notices", line)
        found.append((field, folded(printed), code.strip()))
    return found


def _marks(text: str) -> list[tuple[str, str]]:
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        mark, equals, status = line.rpartition("=")
        if not equals:
            raise BadInput("lines such as - = none_recorded, or blank = not_held", line)
        word = " ".join(mark.split()).casefold()
        found.append(("" if word == "blank" else word, status.strip()))
    return found


def _whole(text: str, what: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text or "0", re.ASCII):
        raise BadInput(f"a number of {what}", text)
    return int(text or "0")


# What a person chooses from when pointing: role, its word, and the key that says it.
ROLE_WORDS = (
    ("figures", "Figures", "n"),
    ("period", "Year or period", "y"),
    ("requester", "Force or authority", "f"),
    ("measure", "What is counted", "m"),
    ("holder", "Operator", "o"),
    ("area", "Area", "a"),
    (TOTALS, "Totals", "t"),
    ("leave_out", "Leave out", "l"),
    ("", "Nothing", "x"),
)
