"""From a table and its mapping to proposals: pure, and nothing is guessed or dropped.

A figure whose words or number cannot be read is a proposal all the same: the field stays empty,
its doubts say why, and `missing` names what a person still has to say.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from itertools import islice

from portal.core.errors import BadInput
from portal.core.values import plain
from portal.core.vocabulary import Unit
from portal.desk.mapping import checks
from portal.desk.mapping.codes import ROLES, Reader
from portal.desk.mapping.model import LEAVE_OUT, Mapping
from portal.desk.mapping.names import Names
from portal.desk.mapping.places import Place, Places, places
from portal.desk.mapping.printed import Read, read_cell
from portal.desk.mapping.words import Known
from portal.extract.model import Cell, Table
from portal.extract.sums import Finding, is_total

# Whose sections a request's answer names. The Scottish Act numbers the same grounds otherwise.
LAWS = {"foia": "", "foisa": "scotland-"}
SCOTLAND = "GB-SCT"
MOST_FIGURES = 100_000
BLANK = Cell(0, 0, "")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A figure as a mapping reads it; the names are those of the columns of `proposals`.

    `row` and `column` count from 0. A field that could not be read is "", a number None.
    """

    row: int
    column: int
    reference: str
    page: int
    box: str
    measure: str
    requester: str
    holder: str
    area: str
    breakdown: str
    start: str
    end: str
    period: str
    printed: str
    value: str | None
    low: str | None
    high: str | None
    status: str
    exemptions: tuple[str, ...]
    note: str
    confidence: float
    doubts: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """The fields that could not be read."""
        return missing(self)

    @property
    def meaning(self) -> tuple[str, ...]:
        """What the figure is of: two with the same meaning contradict or repeat each other."""
        return (
            self.measure, self.requester, self.holder, self.area, self.breakdown, self.start,
            self.end, self.period if not self.start or not self.end else "",
        )  # fmt: skip


NEEDED = ("measure", "requester", "holder", "area", "breakdown", "period", "status")


def missing(row: object) -> list[str]:
    """Name the fields of a proposal (an object, or a row of the store) that are still to be said.

    No figure may be approved while there is one.
    """
    return [name for name in NEEDED if not _field(row, name)]


def _field(row: object, name: str) -> object:
    return row[name] if hasattr(row, "keys") else getattr(row, name)  # type: ignore[index]


def proposals(
    table: Table,
    mapping: Mapping,
    names: Names,
    known: Known,
    *,
    held: Collection[Place] = (),
    law: str = "",
) -> list[Proposed]:
    """Return the figures of a table, row by row; raises BadInput for a table of another shape.

    `held` are places whose text is held back: they give no figure. `law` is that of the request;
    without a request, the law of the place where the authority is.
    """
    laid = places(table, mapping)
    slots = list(islice(_slots(laid, held), MOST_FIGURES + 1))
    if len(slots) > MOST_FIGURES:
        raise BadInput(f"at most {MOST_FIGURES:,} figures in one table", "more", "mapping")
    reader = Reader(laid.mapping, names, known)
    asked = _Asked(laid, reader, law, checks.sums_of(laid), _doubted(table))
    return _told_apart([_figure(asked, *place) for place in slots])


def _doubted(table: Table) -> Dict[str, list[str]]:
    """The reader's doubts by the place that they begin with."""
    found: dict[str, list[str]] = {}
    for doubt in table.doubts:
        found.setdefault(doubt.partition(":")[0].casefold(), []).append(doubt)
    return found


@dataclass(frozen=True)
class _Asked:
    laid: Places
    reader: Reader
    law: str
    sums: list[Finding]
    doubted: Dict[str, list[str]]


def _slots(laid: Places, held: Collection[Place]) -> Iterator[Place]:
    left_out = {(s.row, s.column) for s in laid.mapping.spots if s.role == LEAVE_OUT}
    columns = laid.figure_columns
    for row in laid.body():
        for column in columns:
            if (row, column) not in left_out and (row, column) not in held:
                yield row, column


def _figure(asked: _Asked, row: int, column: int) -> Proposed:
    laid, reader = asked.laid, asked.reader
    cell = laid.at.get((row, column), BLANK)
    codes, doubts = _codes(laid, reader, row, column)
    period, doubt = reader.period(laid.word("period", row, column))
    words = {field: laid.word(field, row, column) for field in laid.dimensions(column)}
    breakdown, more = reader.breakdown(words)
    read = _value(laid, reader.known, codes["measure"], cell)
    law = asked.law or law_of(codes["requester"], reader.known)
    cited, uncited = exemptions_of(read.exemptions, reader.known, law)
    value = read.value
    sentences = [*doubts, doubt, *more, *read.doubts, *uncited, *_told(asked, row, column)]
    return Proposed(
        row=row,
        column=column,
        reference=cell.reference,
        page=cell.page or laid.table.page,
        box=json.dumps(cell.box) if cell.box else "",
        **codes,
        breakdown=breakdown,
        start=str(period.start or "") if period else "",
        end=str(period.end or "") if period else "",
        period=period.label if period else "",
        printed=cell.text,
        value=plain(value.number) or None if value else None,
        low=plain(value.low) or None if value else None,
        high=plain(value.high) or None if value else None,
        status=value.status if value else "",
        exemptions=cited,
        note="; ".join(reader.known.ground(code) for code in cited),
        confidence=min(cell.confidence, laid.table.confidence) if value else 0.0,
        doubts=tuple(dict.fromkeys(text for text in sentences if text)),
    )


def _codes(laid: Places, reader: Reader, row: int, column: int) -> tuple[dict[str, str], list[str]]:
    codes, doubts = {}, []
    for field in ("measure", *ROLES, "area"):
        codes[field], doubt = reader.code(field, laid.word(field, row, column))
        doubts.append(doubt)
    return codes, doubts


def _value(laid: Places, known: Known, measure: str, cell: Cell) -> Read:
    unit = _unit(known, measure)
    if unit is None:
        return Read(None, (), ("What is counted is not known, so neither is how to read it.",))
    marks = dict(laid.mapping.marks)
    read = read_cell(cell.text, unit, marks)
    parts = cell.row_span * cell.column_span
    if parts > 1 and read.value is not None and not read.value.is_missing:
        # One number over two years belongs to neither.
        return Read(None, (), (f"The cell is merged over {parts} places: one figure for all.",))
    return read


def _unit(known: Known, measure: str) -> Unit | None:
    found = known.vocabulary.measures.get(measure)
    return known.vocabulary.units[found.unit] if found else None


def law_of(requester: str, known: Known) -> str:
    """Return the law that an authority answers under."""
    body = known.vocabulary.bodies.get(requester, {})
    return "foisa" if body.get("area") == SCOTLAND else "foia"


def exemptions_of(
    cited: Sequence[str], known: Known, law: str
) -> tuple[tuple[str, ...], list[str]]:
    """Return the exemptions of a law that were cited as `s24` or `ncnd`, and doubts on the rest."""
    if cited and law not in LAWS:
        return (), [f"The sections named are of another law ({law}): say which are meant."]
    own = LAWS.get(law, "")
    codes = {code: "scotland-s18" if own and code == "ncnd" else f"{own}{code}" for code in cited}
    held = tuple(code for code in codes.values() if code in known.exemptions)
    others = [each for each, code in codes.items() if code not in known.exemptions]
    return held, [f"No section {code.removeprefix('s')} is known." for code in others]


def _told(asked: _Asked, row: int, column: int) -> list[str]:
    """Return what the reader of the table, or its labels, say against this cell."""
    laid = asked.laid
    doubts = [*asked.doubted.get(f"row {row + 1}, column {column + 1}", ())]
    doubts += checks.doubts_of(asked.sums, row, column)
    if any(is_total(label) for label in laid.labels[row].split(" | ")):
        doubts.append("The row is called a total: is it one of the figures?")
    if column in laid.table.total_columns:
        doubts.append("The column is called a total: is it one of the figures?")
    return doubts


def _told_apart(found: list[Proposed]) -> list[Proposed]:
    """Say where two cells of the table claim to be the same figure."""
    counted = Counter(each.meaning for each in found if not each.missing)
    doubt = "Another cell of this table gives the same figure."
    return [
        replace(each, doubts=(*each.doubts, doubt)) if counted[each.meaning] > 1 else each
        for each in found
    ]


def as_row(proposed: Proposed) -> dict[str, object]:
    """Return a proposal as the store keeps it: lists as JSON."""
    cited = [{"code": code, "subject": ""} for code in proposed.exemptions]
    given: Dict[str, object] = {
        name: getattr(proposed, name)
        for name in Proposed.__slots__  # type: ignore[attr-defined]
    }
    return {
        **given,
        "exemptions": json.dumps(cited),
        "doubts": json.dumps(list(proposed.doubts), ensure_ascii=False),
    }
