"""Google: requests for user information, half-yearly since July 2009.

One zip holds eight CSV and a README: all requests, those by diplomatic procedures, those about
enterprise customers, and US national security. Read word for word against real downloads of 2018
(one CSV then) and 2024; the enterprise-diplomatic file is only described.

- Headers moved: `Country` became `Country/Region`, `Percentage of requests where some data
  produced` became `Percentage disclosed`, `Users/Accounts Specified` became `Accounts`.
- What was never reported (accounts and shares of 2009-10) was blank in 2018 and is 0 in 2024.
- Requests are filed anew without a word: of 1,546 rows of 2018, the 2024 file has 8 other counts.
- Some half-years print `All` beside its parts (US, 2012-14); from July 2014 there is no total.
- The same UK agreement is spelt `CLOUD ACT - OPOs` and `CLOUD Act - IPA CDRs`.
- The country code is blank for `United Nations`; we go by the name and check the code.

Google could help by keeping a change log, and by printing blanks where it never counted.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache

from portal.core.errors import BadInput, BadPeriod
from portal.core.observations import Breakdown, Observation
from portal.core.periods import Period, half_ending
from portal.core.sources import Get, Snapshot, Source
from portal.core.values import Value
from portal.sources import _companies as by_company
from portal.sources._areas import area
from portal.sources._companies import Bound, Column, Table, process
from portal.sources._tables import Header, both, csv_rows, is_zip, match_header, members

SOURCE = Source(
    id="google",
    title="Global requests for user information",
    publisher="Google",
    page="https://transparencyreport.google.com/user-data/overview",
    licence="all-rights-reserved",
    months=6,
    proven=True,
    since="2009-07-01",
    quirks=(
        "Counts of past periods change without a note: requests are filed under other processes.",
        "Accounts and shares before 2011 were blank in the download of 2018 and are 0 in 2024.",
        "A period may be partly out; a half-filled period is not a fall.",
    ),
)
ZIP = "https://storage.googleapis.com/transparencyreport/google-user-data-requests.zip"

GLOBAL = {"Period Ending": "period", "Country/Region": "country", "CLDR Territory Code": "code",
          "Legal Process": "process", "User Data Requests": "requests",
          "Percentage disclosed": "share", "Accounts": "accounts"}  # fmt: skip
GENERATIONS = {
    "global-2024": GLOBAL,
    "global-2018": {
        "Period Ending": "period", "Country": "country", "CLDR Territory Code": "code",
        "Legal Process": "process", "User Data Requests": "requests",
        "Percentage of requests where some data produced": "share",
        "Users/Accounts Specified": "accounts",
    },
    "diplomatic": {
        "Period Ending": "period", "Country/Region of Origin": "country",
        "CLDR Territory Code": "code", "Assisting Country": "assisting",
        "User Data Diplomatic Legal requests": "requests",
    },
    "enterprise": {
        "Period Ending": "period", "Country/Region": "country", "CLDR Territory Code": "code",
        "Product": "product", "Legal Process": "process",
        "Enterprise Cloud customer requests": "requests",
        "Enterprise Cloud customers": "customers", "Percentage disclosed": "share",
    },
    "enterprise-diplomatic": {
        "Period Ending": "period", "Product": "product", "Country/Region of Origin": "country",
        "Assisting Country": "assisting", "Enterprise Diplomatic Legal requests": "requests",
    },
    "bands": {
        "Reporting period ending date": "period", "Number of requests (range MIN)": "requests",
        "Number of requests (range MAX)": "requests_high",
        "Number of accounts (range MIN)": "accounts",
        "Number of accounts (range MAX)": "accounts_high",
    },
    # A log of letters, not a series.
    "released": {
        "National Security Letter (NSL) number": "number", "NSL issue date": "issued",
        "FBI release letter date": "released",
    },
}  # fmt: skip
PROCESSES = {
    "All": "", "Other Legal Requests": "legal_requests",
    "Emergency Disclosure Requests": "emergency", "Preservation Requests": "preservation",
    "Search Warrants": "search_warrant", "Subpoenas": "subpoena",
    "Other Court Orders": "other_court_order", "Court Orders": "court_order",
    "Wiretap Orders": "wiretap", "Pen Register Orders": "pen_register",
    "Police Requests": "police_request",
    "Requests for data of local subsidiary": "local_subsidiary",
    "CLOUD ACT - OPOs": "cloud_act_opo", "CLOUD Act - IPA CDRs": "cloud_act_ipa_cdr",
    "CLOUD Act - IPA TIWs": "cloud_act_ipa_tiw",
}  # fmt: skip
PRODUCTS = {"Google Workspace": "google_workspace", "GSUITE": "google_workspace",
            "G Suite": "google_workspace", "GCP": "google_cloud"}  # fmt: skip
ASSISTING = {"United States": "US", "Ireland": "IE"}
BANDS = {"fisa-content": "fisa_content", "fisa-non-content": "fisa_other", "nsl": "nsl"}

# Before these periods Google counted neither, whatever the download says.
FIRST_SHARE, FIRST_ACCOUNTS = "2010-12-31", "2011-06-30"
NEVER_COUNTED = "Google did not print this before {}: the download of 2018 has a blank here."


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the zip that the page's download button names."""
    yield get(ZIP)


def feed(snapshot: Snapshot) -> str:
    """The whole download is one feed; a single CSV of it is the feed of its table."""
    name = snapshot.address.rpartition("/")[2]
    if is_zip(snapshot.content):
        return "download"
    # In 2018 the one CSV was called google-user-data-requests.csv.
    is_global = name in ("google-user-data-requests.csv", "google-global-user-data-requests.csv")
    return "global" if is_global else name


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read the zip, or one CSV of it."""
    names = members(snapshot.content) if is_zip(snapshot.content) else [""]
    tables = [name for name in names if name.endswith(".csv") or not name]
    if is_zip(snapshot.content) and not any("global-user-data-requests" in n for n in tables):
        raise BadInput("google-global-user-data-requests.csv", tables, snapshot.address)
    for name in tables:
        yield from _file(snapshot, name)


def _file(snapshot: Snapshot, member: str) -> Iterator[Observation]:
    where = by_company.place_of(snapshot, member)
    rows = csv_rows(snapshot.content, member, where=where)
    _, cells = next(rows, (0, []))
    header = match_header(cells, GENERATIONS, where)
    table = Table(snapshot.sha256, SOURCE.id, "google", member)
    if header.generation == "released":
        return
    if header.generation == "bands":
        found = _bands(table, header, rows, where)
    else:
        found = _requests(table, header, rows, where)
    yield from by_company.something(found, where)


def _requests(table: Table, header: Header, rows: Iterator, where: str) -> Iterator[Observation]:
    def bind(early: str, *printed: str) -> tuple[object, list[Bound]]:
        return printed, _columns(table, header, early, *printed)

    def period_of(printed: str) -> tuple[Period, object, str]:
        period = _half(printed)
        return period, period.end, _before(header, printed)

    kind = ("country", "code", "process", "product", "assisting")
    reading = by_company.Reading(kind, ("period",), bind, period_of)
    yield from by_company.table_figures(table, header, rows, where, reading)


def _before(header: Header, printed: str) -> str:
    """Whether a period of the 2024 download lies before Google counted accounts, or shares."""
    if header.generation != "global-2024" or printed >= FIRST_ACCOUNTS:
        return ""
    return "accounts" if printed >= FIRST_SHARE else "both"


def _columns(
    table: Table, header: Header, early: str, country: str, territory: str, printed: str,
    product: str, assisting: str,
) -> list[Bound]:  # fmt: skip
    """What the columns of a kind of row count."""
    place = area(country)
    if territory and territory != place:
        raise BadInput(f"the code {place} for {country}", territory)
    others = {}
    if product:
        others["product"] = by_company.code(PRODUCTS, product, "product", "Product")
    if assisting:
        others["assisting_country"] = by_company.code(ASSISTING, assisting, "country", "Assisting")
    if header.generation.endswith("diplomatic"):
        columns = [Column("requests", "company_requests", process("diplomatic", **others))]
    else:
        legal = by_company.code(PROCESSES, printed, "legal process", "Legal Process")
        columns = _counted(header.generation, early, process(legal, **others), legal)
    return by_company.bound(table, header, columns, place)


def _counted(generation: str, early: str, of: Breakdown, legal: str) -> list[Column]:
    # Preservation gives nothing out, so there is no share of it.
    read = _no_share if legal == "preservation" else by_company.share
    late = [NEVER_COUNTED.format(day) if early else "" for day in (FIRST_ACCOUNTS, FIRST_SHARE)]
    accounts = Column("accounts", "company_accounts", of, note=late[0])
    customers = Column("customers", "company_customers", of)
    return [
        Column("requests", "company_requests", of),
        customers if generation == "enterprise" else accounts,
        Column(
            "share", "company_disclosure_share", of, read, "requests",
            late[1] if early == "both" else "",
        ),
    ]  # fmt: skip


def _no_share(printed: str) -> Value:
    return by_company.share(printed) if printed else by_company.not_applicable("")


@cache
def _half(printed: str) -> Period:
    try:
        return half_ending(date.fromisoformat(printed))
    except ValueError as problem:
        raise BadPeriod("a date such as 2023-06-30", printed) from problem


def _bands(table: Table, header: Header, rows: Iterator, where: str) -> Iterator[Observation]:
    """National security: a band is printed as two columns, its lower and its upper end."""
    kind = next((code for name, code in BANDS.items() if f"-{name}-requests" in where), None)
    if kind is None:
        raise BadInput(f"a file name with {', '.join(BANDS)}", where)
    repeats = by_company.Repeats()
    for row, cells in rows:
        by_company.same_length(cells, header, row, where)
        period = _half(cells[header.index["period"]])
        variant = repeats.variant(kind, period.end)
        for name, measure in (("requests", "company_requests"), ("accounts", "company_accounts")):
            low, high = (cells[header.index[field]] for field in (name, f"{name}_high"))
            column = both(header.column(name), header.column(f"{name}_high"))
            of = by_company.series(measure, "google", "US", process(kind))
            band = by_company.count(f"{low} - {high}")
            yield table.figure(of, period, band, row, column, variant)
