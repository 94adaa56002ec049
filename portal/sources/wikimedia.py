"""Wikimedia Foundation: user data requests by country, July 2012 to June 2018.

A workbook with one sheet for each period, and chart feeds in CSV. Read against the real workbooks
of 2015 (ODS) and June 2018 (XLSX) and one feed. Newer reports are wiki pages and are not read.

- The period stands in the name of the sheet. The first lasts twelve months, the others six.
- Several tables share a sheet: content requests beside user data requests, by project above and by
  country below. Only user data by country is ours. The oldest sheet stacks them instead.
- July to December 2015: the upper right table is headed `Country` and lists projects; the header
  to its left (`Project Affected`) tells.
- One sheet prints `Span` for Spain.
- Totals are formulas; the workbook's own cached values are read.
- Requests of private parties are counted as well. They have codes of their own.
- The feed says `jul12jun13` and mixes `USA` and `UK` with full names. It is a second reading of the
  same requests, so its figures carry the variant `chart feed`.
"""

import re
from collections.abc import Iterator, Sequence

from portal.core.errors import BadInput
from portal.core.observations import Observation
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Snapshot, Source
from portal.sources import _companies as by_company
from portal.sources._areas import WORLD, area
from portal.sources._companies import Column, Table, process
from portal.sources._tables import (
    csv_rows,
    fold,
    is_zip,
    letter,
    match_header,
    sheet_names,
    sheet_rows,
)

# Lies beside the files that we read, and tells of something else than requests for data.
OTHER_FILES = ("where_from.csv",)
SOURCE = Source(
    id="wikimedia",
    title="Transparency report: user data requests",
    publisher="Wikimedia Foundation",
    page="https://transparency.wikimedia.org/",
    licence="cc-by-sa",
    months=6,
    proven=True,
    since="2012-07-01",
    quirks=(
        "The first period is twelve months, the later ones are six.",
        "Informal requests of private parties are part of the total.",
        "After June 2018 the report is a wiki page without a data file.",
    ),
)
FOLDER = (
    "https://raw.githubusercontent.com/wikimedia/wikimedia-TransparencyReport/HEAD/source/data/"
)
FILES = ("data_jun_2018.xlsx", "sum.csv")

MISPRINTS = {"Span": "Spain"}
# How the workbook and the feed name a process.
PROCESSES = {
    "Informal Private": "informal_private", "Civil Subpoenas": "civil_subpoena",
    "Criminal Subpoenas": "criminal_subpoena", "Informal Government": "informal_government",
    "Search Warrants": "search_warrant", "Administrative Subpoenas": "administrative_subpoena",
    "Court Orders": "court_order",
}  # fmt: skip
COUNTED = {
    "": "company_requests", " Complied": "company_requests_complied",
    " Usernames Potentially Affected": "company_usernames",
    " Usernames Actually Affected": "company_usernames_affected",
}  # fmt: skip
FEED = {
    "Informal Request": "informal_private", "Civil Subpoena": "civil_subpoena",
    "Criminal Subpoena": "criminal_subpoena", "Government": "informal_government",
    "Warrant": "search_warrant", "Court orders": "court_order",
    "Administrative Subpoena": "administrative_subpoena",
}  # fmt: skip
EXTENT = {" Complied (Partial)": "partial", " Complied (All)": "full"}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the newest workbook and the feed, in the publisher's own repository."""
    for name in FILES:
        yield get(FOLDER + name)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read a workbook, or a chart feed."""
    where = by_company.place_of(snapshot)
    if not is_zip(snapshot.content):
        yield from _feed(snapshot, where)
        return
    for sheet in sheet_names(snapshot.content):
        place = f"{where}, {sheet}"
        yield from by_company.something(_sheet(snapshot, sheet, place), place)


def _block() -> list[Column]:
    """The 32 columns to the right of `Country`, in their order."""
    total = "Total User Data Requests"
    columns = [
        Column(total, "company_requests"),
        Column(f"{total} Complied", "company_requests_complied"),
        Column("Total Usernames Potentially Affected", "company_usernames"),
        Column("Total Usernames Actually Affected", "company_usernames_affected"),
    ]
    for name, code in PROCESSES.items():
        for end, measure in COUNTED.items():
            header = (
                f"{name}{end}" if end or not name.startswith("Informal") else f"{name} Requests"
            )
            columns.append(Column(header, measure, process(code)))
    return columns


BLOCK = _block()


def _sheet(snapshot: Snapshot, sheet: str, where: str) -> Iterator[Observation]:
    period = read_period(sheet)
    rows = sheet_rows(snapshot.content, sheet)
    table = Table(snapshot.sha256, SOURCE.id, "wikimedia", sheet=sheet)
    starts = [(row, at) for row, cells in enumerate(rows) for at in _country_block(cells, where)]
    if len(starts) != 1:
        raise BadInput("one table of user data requests by country", len(starts), where)
    (first, at), repeats = starts[0], by_company.Repeats()
    for row, cells in enumerate(rows[first + 1 :], first + 2):
        name = cells[at].strip()
        if not name:
            continue
        place = WORLD if name == "Total" else area(MISPRINTS.get(name, name))
        variant = repeats.variant(place, period)
        for offset, each in enumerate(BLOCK, at + 1):
            of = by_company.series(each.measure, "wikimedia", place, each.breakdown)
            value = by_company.count(cells[offset])
            yield table.figure(of, period, value, row, letter(offset), variant)
        if name == "Total":
            return
    raise BadInput("a row Total below the table", "none", where)


def _country_block(cells: Sequence[str], where: str) -> list[int]:
    """Where in a header row the user data by country begins; checks its headers."""
    names = [fold(cell) for cell in cells]
    if "total user data requests" not in names:
        return []
    at = names.index("total user data requests") - 1
    if names[at] != "country" or names[0] != "country":
        return []
    found, expected = names[at + 1 : at + 1 + len(BLOCK)], [fold(each.field) for each in BLOCK]
    if found != expected:
        raise BadInput(", ".join(expected), ", ".join(found), where)
    return [at]


def _generations() -> dict[str, dict[str, str]]:
    names = ["Country", "Total", *FEED, "duration"]
    names += [f"{name}{end}" for name in FEED for end in EXTENT]
    content = ("key", "requests", "complied", "duration", "tooltip")
    return {"feed": {name: name for name in names}, "content": {name: name for name in content}}


GENERATIONS = _generations()
FEED_COLUMNS = [
    Column("Total", "company_requests"),
    *(Column(name, "company_requests", process(code)) for name, code in FEED.items()),
    *(
        Column(f"{name}{end}", "company_requests_complied", process(code, extent=extent))
        for name, code in FEED.items()
        for end, extent in EXTENT.items()
    ),
]


def _feed(snapshot: Snapshot, where: str) -> Iterator[Observation]:
    rows = csv_rows(snapshot.content, where=where)
    header = match_header(next(rows, (0, []))[1], GENERATIONS, where)
    if header.generation == "content":  # requests to take content down are not ours
        return
    table, repeats = Table(snapshot.sha256, SOURCE.id, "wikimedia"), by_company.Repeats()
    for row, cells in rows:
        by_company.same_length(cells, header, row, where)
        try:
            place, period = area(cells[0]), _duration(cells[header.index["duration"]])
            again = repeats.variant(place, period)
            variant = f"chart feed, {again}" if again else "chart feed"
            yield from by_company.row_figures(
                table,
                by_company.bound(table, header, FEED_COLUMNS, place),
                period,
                row,
                cells,
                variant,
            )
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem


def _duration(printed: str) -> Period:
    """Read `jul12jun13`, or `juldec13` in which both months are of one year."""
    match = re.fullmatch(r"([a-z]{3})([a-z]{3})(\d\d)", printed)
    if not match:
        return read_period(printed)
    days = read_period(f"{match[1]} - {match[2]} 20{match[3]}")
    return Period(days.start, days.end, printed)
