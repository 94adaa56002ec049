"""What the reports of companies share: figures by asking country, of one company.

The company is the holder, the requester is all authorities together, and the area is the asking
country. No total is computed here: `_T` and the area World stand only where the company prints one.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any
from urllib.parse import urljoin

from portal.core.errors import BadInput
from portal.core.observations import TOTAL, Breakdown, Locator, Observation, Series
from portal.core.periods import Period
from portal.core.sources import Snapshot
from portal.core.values import MISSING, Value, read_value
from portal.sources._tables import Header, Row

# How many of what is read once are kept of one file.
KEPT = 1 << 15
BLANK = {**MISSING, "": "not_available"}

# A share of no requests is printed as 0 by Google, Meta and TikTok; it is undefined.
OF_NOTHING = "No requests, so there is no share: the printed 0 is not a refusal."


@lru_cache(maxsize=1 << 16)
def count(printed: str) -> Value:
    """Read a number or band of whole things; a blank is not available."""
    return read_value(printed, kind="count", missing=BLANK)


@lru_cache(maxsize=1 << 12)
def share(printed: str) -> Value:
    """Read a share out of one hundred, with or without the sign: `59%`, `59`."""
    return read_value(printed, kind="share", symbol="%", missing=BLANK)


@lru_cache(maxsize=1 << 12)
def not_applicable(printed: str) -> Value:
    """A cell that can hold no figure, whatever is printed in it."""
    return Value(status="not_applicable", printed=printed)


@lru_cache(maxsize=1 << 16)
def series(measure: str, holder: str, area: str, breakdown: Breakdown = ()) -> Series:
    """Return the series of a company, with all authorities of an area as requester."""
    return Series(measure, TOTAL, holder, area, breakdown)


def process(code: str, **others: str) -> Breakdown:
    """Return the breakdown of a legal process, with other dimensions in order; "" is the total."""
    pairs = {**others, "legal_process": code}
    return tuple(sorted((dimension, given) for dimension, given in pairs.items() if given))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: our field's name, what it counts, and how a cell of it is read.

    `share_of` names the column of requests of which it is a share.
    """

    field: str
    measure: str
    breakdown: Breakdown = ()
    read: Callable[[str], Value] = count
    share_of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Where the rows that are being read stand, and whose they are."""

    snapshot: str
    source: str
    holder: str
    member: str = ""
    table: str = ""
    sheet: str = ""

    def figure(
        self, of: Series, period: Period, value: Value, row: int, column: str,
        variant: str = "", note: str = "",
    ) -> Observation:  # fmt: skip
        """Return one observation with its locator."""
        place = Locator(self.snapshot, self.member, self.sheet, self.table, row, column)
        return Observation(of, period, value, self.source, place, variant, note)


# A column in one row: where it stands, its header, its series, how it is read, the column of which
# it is a share, and a note.
Bound = tuple[int, str, Series, Callable[[str], Value], int | None, str]


def bound(table: Table, header: Header, columns: Iterable[Column], area: str) -> list[Bound]:
    """Bind columns to a country; a big file keeps the result for all rows of the kind."""
    return [
        (
            header.index[each.field],
            header.column(each.field),
            series(each.measure, table.holder, area, each.breakdown),
            each.read,
            header.index[each.share_of] if each.share_of else None,
            each.note,
        )
        for each in columns
    ]


def row_figures(
    table: Table, columns: Iterable[Bound], period: Period, row: int, cells: Sequence[str],
    variant: str = "",
) -> list[Observation]:  # fmt: skip
    """Return the figures of one row in which each column is a measure of one country."""
    snapshot, source = table.snapshot, table.source
    member, sheet, title = table.member, table.sheet, table.table
    figures = []
    for at, name, of, read, share_of, note in columns:
        value = read(cells[at])
        if share_of is not None and value.number is not None and not value.number:
            asked = count(cells[share_of]).number
            if asked is not None and not asked:
                value, note = not_applicable(cells[at]), OF_NOTHING
        place = Locator(snapshot, member, sheet, title, row, name)
        figures.append(Observation(of, period, value, source, place, variant, note))
    return figures


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one table are read, where few cells say of many rows what they count.

    `kind` and `days` name the fields that it takes; a field that the table lacks is a blank.
    `period_of(*days)` gives the period, its days as rows are told apart by, and a word for its era.
    `bind(era, *kind)` gives a key for rows that must be told apart, and the bound columns.
    """

    kind: tuple[str, ...]
    days: tuple[str, ...]
    bind: Callable[..., tuple[object, list[Bound]]]
    period_of: Callable[..., tuple[Period, object, str]]


def table_figures(
    table: Table, header: Header, rows: Iterable[Row], where: str, reading: Reading
) -> Iterator[Observation]:
    """Yield the figures of all rows; what the same cells say again is looked up, not read again."""
    repeats = Repeats()

    def period_of(cells: tuple[str, ...]) -> tuple[Period, int, str]:
        period, days, era = reading.period_of(*cells)
        return period, repeats.bit(days), era

    def bind(key: tuple[str, tuple[str, ...]]) -> tuple[object, list[Bound]]:
        return reading.bind(key[0], *key[1])

    (days, wanted_days), (kind, wanted) = (
        _chooser(header, fields) for fields in (reading.days, reading.kind)
    )
    periods = Kept(lambda cells: period_of(wanted_days(cells)))
    kinds = Kept(lambda key: bind((key[0], wanted(key[1]))))
    for row, cells in rows:
        same_length(cells, header, row, where)
        try:
            period, bit, era = periods[days(cells)]
            key, columns = kinds[era, kind(cells)]
            figures = row_figures(table, columns, period, row, cells, repeats.again(key, bit))
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem
        yield from figures


Cells = tuple[str, ...]


def _chooser(
    header: Header, fields: Sequence[str]
) -> tuple[Callable[[Sequence[str]], Cells], Callable[[Cells], Cells]]:
    """Two steps: the cells of those fields that the table has, then with a blank for the others."""
    held = [field for field in fields if field in header.index]

    def wanted(cells: Cells) -> Cells:
        given = dict(zip(held, cells, strict=False))
        return tuple(given.get(field, "") for field in fields)

    if not held:
        return (lambda cells: ()), wanted
    at = [header.index[field] for field in held]
    # Of one position itemgetter gives the cell itself, of two a tuple.
    return itemgetter(*at, at[0]), wanted


class Kept(dict[Any, Any]):
    """Makes what is asked for once, as long as it is kept; thrown away whole when it is full."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: object) -> Any:
        if len(self) >= KEPT:
            self.clear()
        made = self[key] = self._make(key)
        return made


class Repeats:
    """Tells the second row of the same key and period apart: `row-2`.

    A period is one bit of the key's number, so that a file of a million rows does not need a
    million entries: memory grows with the keys and the periods, not with the rows.
    """

    def __init__(self) -> None:
        self._seen: dict[object, int] = {}
        self._bits: dict[object, int] = {}
        self._again: dict[object, int] = {}

    def variant(self, key: object, period: object) -> str:
        """Return "" the first time, then `row-2`, `row-3`."""
        return self.again(key, self.bit(period))

    def bit(self, period: object) -> int:
        """The number of a period, which stays the same for the whole file."""
        return self._bits.setdefault(period, 1 << len(self._bits))

    def again(self, key: object, bit: int) -> str:
        """What `variant` returns, of a period by its number."""
        seen = self._seen.get(key, 0)
        if not seen & bit:
            self._seen[key] = seen | bit
            return ""
        both = (key, bit)
        times = self._again[both] = self._again.get(both, 1) + 1
        return f"row-{times}"


def same_length(cells: Sequence[str], header: Header, row: int, where: str) -> Sequence[str]:
    """Return the cells of a row that has as many as the header; raises BadInput otherwise."""
    if len(cells) != len(header.printed):
        raise BadInput(f"{len(header.printed)} cells", len(cells), f"{where}, row {row}")
    return cells


def place_of(snapshot: Snapshot, member: str = "") -> str:
    """Name a file in an error: its address, and the member of a zip."""
    return f"{snapshot.address}, {member}" if member else snapshot.address


def something(figures: Iterable[Observation], where: str) -> Iterator[Observation]:
    """Pass the figures on; raises BadInput when there was none, for nothing found is an error."""
    found = False
    for figure in figures:
        found = True
        yield figure
    if not found:
        raise BadInput("at least one figure", "none", where)


def links(page: Snapshot, name: str) -> list[str]:
    """Return the addresses on a page that hold `name`, a pattern; raises BadInput for none.

    Looks into scripts too, where pages that are drawn in the browser keep their links (`\\/`).
    """
    text = html.unescape(page.content.decode("utf-8", "replace"))
    text = text.replace("\\/", "/").replace("\\u002F", "/")
    found = re.findall(rf"""[^"'\s<>()\\]*(?:{name})[^"'\s<>()\\]*""", text)
    if not found:
        raise BadInput(f"links to {name}", "none", page.address)
    return sorted({urljoin(page.address, link) for link in found})


def code(codes: dict[str, str], printed: str, what: str, where: str) -> str:
    """Return our code for a printed word, compared without case and padding."""
    known = codes.get(printed)
    if known is None:
        folded = {key.casefold(): value for key, value in codes.items()}
        known = folded.get(" ".join(printed.split()).casefold())
    if known is None:
        raise BadInput(f"a known {what} ({', '.join(codes)})", printed, where)
    return known
