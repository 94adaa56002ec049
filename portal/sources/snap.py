"""Snap: transparency report in one tidy CSV for each half-year, since January 2024.

Read word for word for its shape against chosen rows of a real file of 2025 H1. None of the rows in
hand is about government requests: the words of those rows are described only, so any row of such a
section that is not known word for word is refused, and with it the file.

- Most of the 2.6 MB is about moderation and is not ours.
- One measure has two names by level; one section has no name; `0.01%` stands among numbers.
- Names of countries are old ones (`Swaziland`, `Macedonia`).
"""

import re
from collections.abc import Iterator, Mapping

from portal.core.errors import BadInput
from portal.core.observations import Observation
from portal.core.periods import read_period
from portal.core.sources import Get, Snapshot, Source
from portal.core.values import Value
from portal.sources import _companies as by_company
from portal.sources._companies import Table, process
from portal.sources._tables import csv_rows, match_header

SOURCE = Source(
    id="snap",
    title="Transparency report: government information requests",
    publisher="Snap",
    page="https://values.snap.com/privacy/transparency",
    licence="all-rights-reserved",
    months=6,
    proven=False,
    since="2024-01-01",
    quirks=("The rows about government requests were not in hand when the reader was built.",),
)
FILE = r"Snap_Transparency_Report_H[12]-20\d\d\.csv"
FIELDS = ("period", "section", "category", "sub_category_1", "sub_category_2", "metric", "value")
GENERATIONS = {"2024": {name: name for name in FIELDS}}

# A section with one of these words may be about us; one without is about moderation.
ALARM = re.compile("government|request|security|agreement|legal", re.IGNORECASE)
# About content that was taken down on demand.
NOT_OURS = ("Governmental Content & Account Removal Requests",)
# section -> area
OURS = {"United States Government Information Requests": "US"}
PROCESSES = {
    "": "", "Total": "", "Global": "", "Subpoena": "subpoena", "PRTT": "pen_register",
    "Court Order": "court_order", "Search Warrant": "search_warrant",
    "EDR": "emergency", "Wiretap Order": "wiretap",
}  # fmt: skip
METRICS = {
    "requests": "company_requests",
    "account_identifiers": "company_accounts",
    "percentage_of_requests_where_some_data_was_produced": "company_disclosure_share",
}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page, for each half-year's page that it names, and for the file on each."""
    page = get(SOURCE.page)
    for address in by_company.links(page, r"/privacy/transparency-h[12]-20\d\d"):
        for link in by_company.links(get(address), FILE):
            yield get(link)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read the government sections of one half-year; refuses a file without any."""
    where = by_company.place_of(snapshot)
    yield from by_company.something(_file(snapshot, where), f"{where}, government requests")


def _file(snapshot: Snapshot, where: str) -> Iterator[Observation]:
    rows = csv_rows(snapshot.content, where=where)
    header = match_header(next(rows, (0, []))[1], GENERATIONS, where)
    table, repeats = Table(snapshot.sha256, SOURCE.id, "snap"), by_company.Repeats()
    at, column = header.index["section"], header.column("value")
    for row, cells in rows:
        by_company.same_length(cells, header, row, where)
        section = cells[at]
        if section in NOT_OURS or not ALARM.search(section):
            continue
        cell = {name: cells[index] for name, index in header.index.items()}
        try:
            measure, legal, area, value = _read(cell)
            period = read_period(cell["period"])
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem
        of = by_company.series(measure, "snap", area, process(legal))
        yield table.figure(of, period, value, row, column, repeats.variant(of, period))


def _read(cell: Mapping[str, str]) -> tuple[str, str, str, Value]:
    area = by_company.code(OURS, cell["section"], "section", "section")
    words = [cell[name] for name in ("category", "sub_category_1", "sub_category_2")]
    codes = [by_company.code(PROCESSES, word, "legal process", "category") for word in words]
    named = [code for code in codes if code]
    if len(named) > 1:
        raise BadInput("one legal process", ", ".join(words))
    measure = by_company.code(METRICS, cell["metric"], "metric", "metric")
    read = by_company.share if measure.endswith("_share") else by_company.count
    return measure, named[0] if named else "", area, read(cell["value"])
