"""GitHub: requests to disclose user information, by year since 2019 and by half-year since 2023.

Small CSV in a public repository, under CC BY 4.0; its history shows each revision. Read word for
word against the yearly files of July 2026; the half-yearly ones were seen in the repository.

- Two measures share one column `type` in the file on national security, whose cells are bands of
  250 without spaces (`0-249`) and whose half-years are months (`Jul-Dec`).
- A type has a trailing space in one half-year (`cross-border request `).
- In 2021 more requests are printed as disclosed than as received: as printed.
- Subpoenas, orders and warrants are those of the United States; requests of other states come
  through its Department of Justice. Civil subpoenas are those of private parties.
- What `accounts affected` means is not said.
"""

from collections.abc import Iterator

from portal.core.errors import BadInput
from portal.core.observations import Observation
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Snapshot, Source
from portal.sources import _companies as by_company
from portal.sources._areas import WORLD, WORLD_WITHOUT_US, area
from portal.sources._companies import Bound, Column, Table, process
from portal.sources._tables import csv_rows, match_header

# Lies beside the files that we read, and tells of something else than requests for data.
OTHER_FILES = ("government_takedowns_received.csv",)
SOURCE = Source(
    id="github",
    title="Requests to disclose user information",
    publisher="GitHub",
    page="https://github.com/github/transparency",
    licence="cc-by-4.0",
    months=6,
    proven=True,
    since="2019-01-01",
    quirks=(
        "Years and half-years stand in files of their own; the parts are not added up.",
        "Civil subpoenas of private parties stand beside those of the state.",
    ),
)
FOLDER = (
    "https://raw.githubusercontent.com/github/transparency/HEAD/data/"
    "requests_to_disclose_user_information/"
)
HALVES = "by_calendar_year_half/{}_by_calendar_year_half.csv"
NAMES = ("requests_received_and_disclosed", "cross_border_data_requests",
         "requests_accounts_affected")  # fmt: skip
FILES = (
    "national_security_letters_and_orders.csv",
    *(f"{name}.csv" for name in NAMES),
    *(HALVES.format(name) for name in NAMES),
)

_YEARLY = {
    "requests": {"type": "type", "count_requests_received": "requests",
                 "count_disclosed": "disclosed"},
    "cross-border": {"government": "country", "government_iso2_code": "code", "count": "requests"},
    "accounts": {"count_accounts_affected": "accounts"},
    # Orders to take content down; not about user data.
    "takedowns": {"government": "country", "government_iso2_code": "code",
                  "count_received": "requests"},
}  # fmt: skip
GENERATIONS: dict[str, dict[str, str]] = {
    **{name: {"year": "year", **fields} for name, fields in _YEARLY.items()},
    **{f"{name}/half": {"year": "year", "half": "half", **f} for name, f in _YEARLY.items()},
    "security": {"year": "year", "month_range": "months", "type": "type", "count": "count"},
}
# type -> legal process, area
TYPES = {
    "criminal or government agency subpoena": ("government_subpoena", "US"),
    "criminal court order": ("criminal_court_order", "US"),
    "criminal search warrant": ("criminal_search_warrant", "US"),
    "civil subpoena": ("civil_subpoena", "US"),
    "cross-border request": ("cross_border", WORLD_WITHOUT_US),
    "exigent circumstances": ("exigent", WORLD),
    "other": ("other", WORLD),
}
SECURITY = {
    "National security letters and orders received": "company_requests",
    "Affected accounts": "company_accounts_affected",
}
REQUESTS = (("requests", "company_requests"), ("disclosed", "company_requests_with_data"))


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for each file of the folder that holds figures."""
    for name in FILES:
        yield get(FOLDER + name)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read one file; the header says which."""
    where = by_company.place_of(snapshot)
    rows = csv_rows(snapshot.content, where=where)
    header = match_header(next(rows, (0, []))[1], GENERATIONS, where)
    kind = header.generation.partition("/")[0]
    if kind == "takedowns":
        return
    table = Table(snapshot.sha256, SOURCE.id, "github")

    def bind(era: str, *printed: str) -> tuple[object, list[Bound]]:
        place, columns = _columns(kind, *printed)
        key = f"{place} {columns[0].measure} {columns[0].breakdown}"
        return key, by_company.bound(table, header, columns, place)

    reading = by_company.Reading(
        ("country", "code", "type"), ("year", "half", "months"), bind, _named
    )
    yield from by_company.table_figures(table, header, rows, where, reading)


def _columns(kind: str, country: str, code: str, printed: str) -> tuple[str, list[Column]]:
    if kind == "accounts":
        return WORLD, [Column("accounts", "company_accounts_affected")]
    if kind == "cross-border":
        place = area(country)
        if code != place:
            raise BadInput(f"the code {place} for {country}", code)
        return place, [Column("requests", "company_requests", process("cross_border"))]
    if kind == "security":
        measure = by_company.code(SECURITY, printed, "type", "type")
        return "US", [Column("count", measure, process("nsl_and_orders"))]
    joined = " ".join(printed.split())
    if joined not in TYPES:
        raise BadInput(f"a known type ({', '.join(TYPES)})", printed)
    legal, place = TYPES[joined]
    return place, [Column(field, measure, process(legal)) for field, measure in REQUESTS]


def _named(year: str, half: str, months: str) -> tuple[Period, object, str]:
    if half not in ("", "1", "2"):
        raise BadInput("1 or 2 as half", half)
    period = read_period(f"{months} {year}" if months else f"{year} H{half}" if half else year)
    return period, (period.start, period.end), ""
