"""X, formerly Twitter: account information requests, half-yearly from 2012 to 2021.

One CSV for each half-year on a site that no longer holds it; since then one PDF (2024 H1) and
nothing for 2022 and 2023. Built from descriptions and one public copy (January to June 2017); the
addresses are gone, so a file can only be handed in. Any other header is refused.

- Small counts are printed as `<10`: from 1 to 9, never 5.5 as a compiler of the past put it.
- Some counts carry a mark, `6*`, whose meaning is not in the file; the number is read.
- `-` is printed for a country without a figure in this half-year.
- The last row is `TOTAL`, without a code.
"""

from collections.abc import Iterator
from dataclasses import replace

from portal.core.errors import BadInput
from portal.core.observations import Observation
from portal.core.periods import read_period
from portal.core.sources import Get, Snapshot, Source
from portal.core.values import Value
from portal.sources import _companies as by_company
from portal.sources._areas import WORLD, area
from portal.sources._companies import Column, Table
from portal.sources._tables import csv_rows, match_header

SOURCE = Source(
    id="x",
    title="Information requests",
    publisher="X (formerly Twitter)",
    page="https://transparency.x.com/",
    licence="all-rights-reserved",
    months=6,
    proven=False,
    since="2012-01-01",
    quirks=(
        "Small counts are hidden as <10.",
        "Nothing was published for January 2022 to December 2023.",
    ),
)
GENERATIONS = {
    "2017": {
        "TIME PERIOD": "period", "COUNTRY": "country", "ISO CODE": "code",
        "ACCOUNT INFORMATION REQUESTS": "requests",
        "PERCENTAGE WHERE SOME INFORMATION PRODUCED": "share", "ACCOUNTS SPECIFIED": "accounts",
        "FLAGS": "flags", "LINKS": "links", "REPORT LINKS": "report",
    },
}  # fmt: skip
MARK = "Printed with a mark whose meaning is not in the file."


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for each file that the page names; it named none when last described, which raises."""
    page = get(SOURCE.page)
    yield from map(get, by_company.links(page, r"information-requests[^\"']*\.csv"))


def marked(printed: str) -> Value:
    """Read a count that may carry a mark: `6*` is 6, and `<10` is from 1 to 9."""
    return replace(by_company.count(printed.removesuffix("*")), printed=printed)


COLUMNS = (
    Column("requests", "company_requests", read=marked),
    Column("accounts", "company_accounts", read=marked),
    Column("share", "company_disclosure_share", read=by_company.share),
)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read one half-year."""
    where = by_company.place_of(snapshot)
    yield from by_company.something(_file(snapshot, where), where)


def _file(snapshot: Snapshot, where: str) -> Iterator[Observation]:
    rows = csv_rows(snapshot.content, where=where)
    header = match_header(next(rows, (0, []))[1], GENERATIONS, where)
    table, repeats = Table(snapshot.sha256, SOURCE.id, "twitter"), by_company.Repeats()
    for row, cells in rows:
        by_company.same_length(cells, header, row, where)
        country, code = (cells[header.index[name]] for name in ("country", "code"))
        try:
            place = WORLD if country == "TOTAL" else area(country)
            if code and code != place:
                raise BadInput(f"the code {place} for {country}", code)
            period = read_period(cells[header.index["period"]])
            columns = [
                replace(each, note=MARK if cells[header.index[each.field]].endswith("*") else "")
                for each in COLUMNS
            ]
            variant = repeats.variant(place, period)
            yield from by_company.row_figures(
                table, by_company.bound(table, header, columns, place), period, row, cells, variant
            )
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem
