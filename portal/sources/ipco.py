"""Annual reports of the Commissioners (IPCO since 2017, IOCCO before): PDF, tables in the annexes.

No data file has ever come with them. Names stand in one run and values in another, long names wrap,
footnote digits are glued to figures, and the number printed on a page is not its place in the file.
So a table is taken only when nothing is left to guess: its heading names one unit of count, each
row one authority by a name that we hold, there is one column of numbers, and they add up to the
total printed below. Any other table is offered for transcription, with the reason.

No real report was in hand, only their text page by page: the reader is unproven, and what it reads
waits for a person.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from portal.core.errors import BadInput, BadValue
from portal.core.observations import Locator, Observation, Series
from portal.core.periods import read_period
from portal.core.sources import Get, Record, Snapshot, Source
from portal.core.values import Value, read_value
from portal.extract import Table, tables
from portal.sources import _captured
from portal.sources._bodies import body

PAGE = "https://www.ipco.org.uk/publications/annual-reports/"
SOURCE = Source(
    id="ipco",
    title="Annual reports of the Commissioners",
    publisher="Investigatory Powers Commissioner’s Office",
    page=PAGE,
    licence="ogl-3.0",
    months=12,
    proven=False,
    since="2000",
    quirks=(
        "PDF only. A table is taken when its rows add up to the printed total; others are "
        "offered for transcription.",
    ),
)
# Most reports hold no table that passes: the tables then wait as proposals.
MAY_BE_EMPTY = True
UNITS = {
    "notices and authorisations": "cd_notices",
    "authorisations and notices": "cd_notices",
    "items of data": "cd_items",
    "items of communications data": "cd_items",
    "applications": "cd_applications",
}


class NotTaken(Exception):
    """Why a table is left to a person."""


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page of reports, then for each report that it links."""
    yield from _captured.linked(get(PAGE), get, r"annual.report")


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Yield the rows of every table that leaves nothing to guess."""
    for table in _tables(snapshot.content, snapshot.address):
        try:
            found = list(_rows(snapshot, table))
        except NotTaken:
            continue
        yield from found


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Tell of the report, and of each table that a person must transcribe."""
    yield _captured.record(snapshot)
    for table in _tables(snapshot.content, snapshot.address):
        try:
            list(_rows(snapshot, table))
        except NotTaken as reason:
            name = f"{snapshot.sha256}:{table.page}:{table.index}"
            told = {"page": table.page, "table": table.index, "title": table.title}
            told |= {"rows": table.grid()[:500], "why": str(reason), "address": snapshot.address}
            yield Record("proposal", name, told)


@lru_cache(maxsize=4)
def _tables(content: bytes, where: str) -> tuple[Table, ...]:
    if not content.startswith(b"%PDF"):
        raise BadInput("a PDF", content[:20], where)
    return tuple(tables(content, "pdf"))


def _rows(snapshot: Snapshot, table: Table) -> Iterator[Observation]:
    grid = table.grid()
    measure, year = _measure(table, grid), _year(snapshot)
    column = _one_column(grid[table.header_rows :])
    named, total = _split(grid, table.header_rows, column)
    if sum(value.number or 0 for _, _, value in named) != total:
        raise NotTaken(f"the rows do not add up to the printed total of {total}")
    for row, id, value in named:
        at = f"page {table.page}, row {row + 1}, column {column + 1}"
        place = Locator(snapshot.sha256, table=str(table.index), page=at)
        yield Observation(Series(measure, id), read_period(year), value, SOURCE.id, place)


def _measure(table: Table, grid: list[list[str]]) -> str:
    head = " ".join([table.title, *(cell for line in grid[: table.header_rows] for cell in line)])
    found = {measure for words, measure in UNITS.items() if words in head.lower()}
    if len(found) != 1:
        raise NotTaken("its heading does not name one unit of count")
    return found.pop()


def _year(snapshot: Snapshot) -> str:
    found = set(re.findall(r"(?<!\d)20\d\d(?!\d)", snapshot.label))
    if len(found) != 1:
        raise NotTaken("the report's title does not name one year")
    return found.pop()


def _one_column(lines: list[list[str]]) -> int:
    columns = range(1, max(map(len, lines), default=0))
    full = [c for c in columns if lines and all(re.search(r"\d", line[c]) for line in lines)]
    if len(full) != 1 or any(line[c] for line in lines for c in columns if c not in full):
        raise NotTaken("it does not have one column of numbers beside the names")
    return full[0]


def _split(
    grid: list[list[str]], header: int, column: int
) -> tuple[list[tuple[int, str, Value]], object]:
    named, totals = [], []
    for number, line in enumerate(grid[header:], header):
        try:
            value = read_value(line[column])
        except BadValue as problem:
            raise NotTaken(f"row {number + 1}: {problem}") from problem
        if line[0].strip().lower() in ("total", "totals", "grand total"):
            totals.append(value.number)
            continue
        id = body(line[0])
        if not id:
            raise NotTaken(f"row {number + 1}: no one authority that we hold is called {line[0]!r}")
        named.append((number, id, value))
    if len(totals) != 1 or totals[0] is None or not named:
        raise NotTaken("it does not print one total")
    return named, totals[0]


def text_at(content: bytes, locator: Locator) -> str:
    """The printed text of the cell that a locator names."""
    found = re.fullmatch(r"page (\d+), row (\d+), column (\d+)", locator.page)
    if not found:
        raise BadInput("a locator such as page 3, row 5, column 2", locator.page)
    page, row, column = map(int, found.groups())
    for table in _tables(content, ""):
        if (table.page, str(table.index)) == (page, locator.table):
            return table.grid()[row - 1][column - 1]
    raise BadInput(f"table {locator.table} on page {page}", "none")
