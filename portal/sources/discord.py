"""Discord: government information requests; quarterly to 2023, half-yearly from January 2024.

A zip of one CSV and one PDF for each report. The CSV stacks a dozen tables: a title of one cell, a
header, rows, a blank row, a total. Read word for word against the report of January to June 2024;
reports of other times, whose tables have other titles, are refused until one is in hand.

- The total of emergency requests is printed as 539 and the rows add up to 540: Norway is there
  twice (1 and 4). Both rows and the total are kept as printed.
- Commas for thousands come and go within one table: `2065` beside `"1,609"`.
- A rate of nothing is `--`. Totals are `Total`, `Total:` or `Sum:`.
- The period stands in the first line, or only in the file name.
"""

import re
from collections.abc import Iterator

from portal.core.errors import BadInput
from portal.core.observations import Observation
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Snapshot, Source
from portal.sources import _companies as by_company
from portal.sources._areas import WORLD, WORLD_WITHOUT_US, area
from portal.sources._companies import Column, Table, process
from portal.sources._tables import Header, Row, csv_rows, is_zip, match_header, members

SOURCE = Source(
    id="discord",
    title="Transparency report: government information requests",
    publisher="Discord",
    page="https://discord.com/safety-transparency-reports",
    licence="all-rights-reserved",
    months=6,
    proven=True,
    since="2024-01-01",
    quirks=(
        "Emergency requests of 2024 H1: the total is printed as 539, the rows add up to 540.",
        "Reports before 2024 are quarterly and laid out otherwise; they are not read yet.",
    ),
)
PERIOD = r"(?:January-June|July-December|Jan-Jun|Jul-Dec|Q[1-4]) 20\d\d|20\d\d[ _-]?[HQ][1-4]"

PRODUCED = {"Requests": "company_requests", "Information Produced": "company_requests_with_data"}
COMPLIED = {"Requests": "company_requests", "Complied": "company_requests_complied"}
# title -> header of the first column, legal process of the whole table, measures, area of the total
OURS = {
    "US Gov Info Requests": ("Request Type", "", PRODUCED, "US"),
    "United States Government Information Requests": ("Request Type", "", PRODUCED, "US"),
    "International Government Information Requests": ("Country", "", PRODUCED, WORLD_WITHOUT_US),
    "Preservation Requests": ("Country", "preservation", COMPLIED, WORLD),
    "Emergency Requests": ("Country", "emergency", COMPLIED, WORLD),
}
# Tables about moderation, which are not ours.
OTHERS = (
    "Accounts and Servers: Warnings & Temporary Interventions", "Accounts Disabled",
    "Servers Removed", "Appeals", "Reports", "NCMEC",
)  # fmt: skip
PROCESSES = {"Court Orders": "court_order", "Pen Register / Trap and Trace": "pen_register",
             "Search Warrants": "search_warrant", "Subpoenas": "subpoena"}  # fmt: skip
TOTALS = ("total", "total:", "sum:")


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page, then for each zip that it names."""
    for address in by_company.links(get(SOURCE.page), r"\.zip"):
        yield get(address)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read the CSV of one report."""
    names = members(snapshot.content) if is_zip(snapshot.content) else [""]
    tables = [name for name in names if name.lower().endswith(".csv") or not name]
    if len(tables) != 1:
        raise BadInput("one CSV in the zip", names, snapshot.address)
    where = by_company.place_of(snapshot, tables[0])
    yield from by_company.something(_file(snapshot, tables[0], where), where)


def _file(snapshot: Snapshot, member: str, where: str) -> Iterator[Observation]:
    rows = [(row, [cell.strip() for cell in cells]) for row, cells in
            csv_rows(snapshot.content, member, where=where)]  # fmt: skip
    first = rows[0][1][0] if rows and rows[0][1] else ""
    period = _period(first, f"{snapshot.address} {snapshot.label} {member}")
    for title, block in _blocks(rows[1:]):
        if title in OTHERS:
            continue
        if title not in OURS:
            raise BadInput(f"a known title ({', '.join([*OURS, *OTHERS])})", title, where)
        table = Table(snapshot.sha256, SOURCE.id, "discord", member, title)
        yield from _table(table, period, block, f"{where}, {title}")


def _period(first: str, names: str) -> Period:
    match = re.search(PERIOD, first) or re.search(PERIOD, names)
    if not match:
        raise BadInput("a period such as January-June 2024 in the first line or the name", first)
    return read_period(match[0])


def _blocks(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Part a file into its tables: title, then header and rows without the blank ones."""
    title, block = "", []
    for row, cells in rows:
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 and cells[0]:
            if title:
                yield title, block
            title, block = cells[0], []
        elif filled and title:
            block.append((row, cells))
        elif filled:
            raise BadInput("a title above the table", cells, f"row {row}")
    if title:
        yield title, block


def _table(table: Table, period: Period, block: list[Row], where: str) -> Iterator[Observation]:
    first, legal, measures, whole = OURS[table.table]
    fields = {first: "first", **{name: name for name in measures}}
    header = match_header(block[0][1] if block else [], {"2024": fields}, where)
    header = Header(header.generation, header.index, tuple(c for c in header.printed if c))
    repeats, totals = by_company.Repeats(), 0
    for row, cells in block[1:]:
        name = cells[header.index["first"]]
        totals += name.casefold() in TOTALS
        try:
            if name.casefold() in TOTALS:
                place, code = whole, legal
            elif first == "Country":
                place, code = area(name), legal
            else:
                place, code = whole, by_company.code(PROCESSES, name, "request type", first)
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem
        columns = [Column(field, measure, process(code)) for field, measure in measures.items()]
        variant = repeats.variant((place, code), period)
        yield from by_company.row_figures(
            table, by_company.bound(table, header, columns, place), period, row, cells, variant
        )
    if totals != 1:
        raise BadInput("one total", totals, where)
