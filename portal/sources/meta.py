"""Meta (Facebook, Instagram, WhatsApp): government requests for user data, since January 2013.

One CSV for each half-year, 48 to 52 columns, a country in each row. Read word for word against five
real files, of 2013 H1, 2016 H1, 2019 H1, 2022 H2 and 2023 H1.

- The period stands in the file name only: `PRPL-Facebook-Government-Report-2013_H1.csv`.
- Headers: 52 to 2017 H1; 49 from 2017 H2; 52 in 2019 H1 (`... Where Some Data Produced` comes);
  48 from 2019 H2. The set of 2017 H2 is only described.
- A byte order mark to 2020 H1; one file has bare CR line ends; commas for thousands come and go.
- 2013 H1: the US total is a range in a count cell, `11,000 - 12,000`.
- To 2018 a country without requests is left out; from 2019 H1 all are listed, with zeros.
- Columns by process are filled for the US only; those for FISA and NSLs are empty even there.
- 2019 H1 ends with a row of commas.

Meta could help by printing the period inside the file.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from portal.core.errors import BadInput
from portal.core.observations import Observation
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Snapshot, Source
from portal.sources import _companies as by_company
from portal.sources._areas import area
from portal.sources._companies import Column, Table, process, share
from portal.sources._tables import Header, csv_rows, match_header

SOURCE = Source(
    id="meta",
    title="Government requests for user data",
    publisher="Meta",
    page="https://transparency.meta.com/reports/government-data-requests/",
    licence="all-rights-reserved",
    months=6,
    proven=True,
    since="2013-01-01",
    quirks=(
        "To 2018 a country without requests is left out; from 2019 all are listed with zero.",
        "Figures by legal process are printed for the United States only.",
        "Total requests are printed beside legal process and emergencies: never add them up.",
    ),
)
FILE = r"PRPL-Facebook-Government-Report-(20\d\d)[_-]H([12])"
LINK = r"PRPL-Facebook-Government-Report-20\d\d[_-]H[12]"

BASE = {"Country": "country", "Preservation Requests": "preservation",
        "Preservation Accounts Preserved": "preserved"}  # fmt: skip
TOTALS = {"Total Requests": "", "Legal Process Request Total": "legal_requests",
          "Emergency Request Total": "emergency"}  # fmt: skip
US_ONLY = {
    "Search Warrant": "search_warrant", "Subpoena": "subpoena",
    "Court Order (Other)": "other_court_order", "MLAT Search Warrant": "mlat_search_warrant",
    "MLAT Order": "mlat_order", "Court Order (18 USC 2703(d))": "court_order_2703d",
    "Pen Register/Trap and Trace": "pen_register", "Title III": "wiretap",
    "FISA Content Requests": "fisa_content", "FISA Non-Content Requests": "fisa_other",
    "NSLs": "nsl",
}  # fmt: skip
DISCLOSURES = {"Emergency Disclosures": "emergency_disclosure"}
PRODUCED = {"Number of Requests Where Some Data Produced": "",
            "Legal Number of Requests Where Some Data Produced": "legal_requests",
            "ER Number of Requests Where Some Data Produced": "emergency"}  # fmt: skip
# About content that was taken down and networks that were cut; not about user data.
OTHER = ("Takedown reports", "Percent Witheld", "Internet Disruptions")


def _generation(*more: dict[str, str], content: str = "") -> dict[str, str]:
    names = [*BASE, *([content, *OTHER] if content else []), *PRODUCED]
    triples = [name for group in (TOTALS, US_ONLY, *more) for name in group]
    names += [f"{name}{end}" for name in triples for end in ("", " Accounts", " Percentage")]
    return {name: BASE.get(name, name) for name in names}


def _without(fields: dict[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: field for name, field in fields.items() if name not in names}


GENERATIONS = {
    "from 2019 H2": _generation(),
    "2019 H1": _generation(content="Content Restrictions"),
    "from 2017 H2": _without(_generation(content="Content Restrictions"), list(PRODUCED)),
    "to 2017 H1": _without(_generation(DISCLOSURES, content="Content Restricted"), list(PRODUCED)),
}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page, then for each half-year's file that it names."""
    for address in by_company.links(get(SOURCE.page), LINK):
        yield get(address)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read one half-year."""
    where = by_company.place_of(snapshot)
    yield from by_company.something(_file(snapshot, where), where)


def _file(snapshot: Snapshot, where: str) -> Iterator[Observation]:
    period = _period(snapshot)
    rows = csv_rows(snapshot.content, where=where)
    header = match_header(next(rows, (0, []))[1], GENERATIONS, where)
    table = Table(snapshot.sha256, SOURCE.id, "facebook")
    repeats = by_company.Repeats()
    for row, cells in rows:
        if not any(cells):
            continue
        by_company.same_length(cells, header, row, where)
        place = area(cells[header.index["country"]])
        columns = [*_columns(header.generation), *_by_process(header, place, cells)]
        variant = repeats.variant(place, period)
        try:
            yield from by_company.row_figures(
                table, by_company.bound(table, header, columns, place), period, row, cells, variant
            )
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem


def _period(snapshot: Snapshot) -> Period:
    match = re.search(FILE, snapshot.address) or re.search(FILE, snapshot.label)
    if not match:
        raise BadInput("a file name with a half-year such as 2013_H1", snapshot.address)
    return read_period(f"{match[1]} H{match[2]}")


@cache
def _columns(generation: str) -> tuple[Column, ...]:
    fields = GENERATIONS[generation].values()
    produced = [
        Column(name, "company_requests_with_data", process(code))
        for name, code in PRODUCED.items()
        if name in fields
    ]
    return (
        Column("preservation", "company_requests", process("preservation")),
        Column("preserved", "company_accounts_preserved"),
        *(column for name, code in TOTALS.items() for column in _triple(name, code)),
        *produced,
    )


@cache
def _triple(name: str, code: str) -> tuple[Column, ...]:
    of = process(code)
    return (
        Column(name, "company_requests", of),
        Column(f"{name} Accounts", "company_accounts", of),
        Column(f"{name} Percentage", "company_disclosure_share", of, share, name),
    )


def _by_process(header: Header, place: str, cells: Sequence[str]) -> Iterator[Column]:
    """The columns by process: all of the US row; of other rows, where they never hold anything,
    only a cell that does."""
    printed_anywhere = DISCLOSURES if header.generation == "to 2017 H1" else {}
    for name, code in {**US_ONLY, **printed_anywhere}.items():
        for column in _triple(name, code):
            if place == "US" or cells[header.index[column.field]]:
                yield column
