"""Apple: government requests, half-yearly since January 2013.

One zip of about a dozen CSV, one for each class of request: devices, accounts, financial
identifiers, emergencies, preservation, restriction or deletion, push tokens, digital content and US
national security; newer ones also hold UK warrants under the Data Access Agreement. Two files about
apps are not about user data. Devices, accounts, emergencies, preservation, push tokens and national
security were read against the download of May 2024; the others are only described.

- `account_preservation_requests` says `TR Date` where all others say `TR Period`.
- Not reported is ` -`, a space and a hyphen. A quiet period may be one row `N/A` with zeros.
- Bands begin at the known minimum: `3 - 499`, `13,255 - 13,499`.
- Dates are month/day/year with two digits; we compare them with the period.
- Wording moves: `Objected in Part` became `Objected to in Part`.

Apple could help by saying what is new in a zip that always has the same address.
"""

from collections.abc import Iterator

from portal.core.errors import BadInput, BadPeriod
from portal.core.observations import Observation
from portal.core.periods import Period, read_period, read_us_date
from portal.core.sources import Get, Snapshot, Source
from portal.sources import _companies as by_company
from portal.sources._areas import WORLD, area
from portal.sources._companies import Column, Table, process, share
from portal.sources._tables import Header, csv_rows, fold, is_zip, match_header, members

SOURCE = Source(
    id="apple",
    title="Transparency report: government and private party requests",
    publisher="Apple",
    page="https://www.apple.com/legal/transparency/",
    licence="all-rights-reserved",
    months=6,
    proven=True,
    since="2013-01-01",
    quirks=(
        "A country without requests has no row: absent is not zero.",
        "Bands begin at the lowest number that Apple may confirm, such as 3 - 499.",
        "The classes overlap in what they count; they are never added up.",
    ),
)
ZIP = "https://www.apple.com/legal/zip/transparency/Apple_Transparency_Report.zip"

WITH_DATA, PERCENT = "Requests where Data Provided", "Percentage of Requests where Data Provided"
DATA, SHARE = "company_requests_with_data", "company_disclosure_share"
REJECTED = "company_requests_rejected"
ACTED = "Account Restriction/ Account Deletion Requests Received"

# class -> breakdown, {header: measure}; headers of one class are one file
CLASSES: dict[str, tuple[tuple[tuple[str, str], ...], dict[str, str]]] = {
    "device": ((("request_subject", "device"),), {
        "Device Requests Received": "company_requests",
        "Devices Specified in Requests": "company_devices", WITH_DATA: DATA, PERCENT: SHARE,
    }),
    "account": ((("request_subject", "account"),), {
        "Account Requests Received": "company_requests",
        "Accounts Specified in Requests": "company_accounts",
        "Requests Challenged in Part or Rejected in Full": REJECTED,
        "Requests where Only Non-Content Data Provided": "company_requests_with_other_data",
        "Requests where Content Provided": "company_requests_with_content", PERCENT: SHARE,
    }),
    "financial": ((("request_subject", "financial_identifier"),), {
        "Financial Identifier Requests Received": "company_requests",
        "Financial Identifiers Specified in Requests": "company_financial_identifiers",
        WITH_DATA: DATA, PERCENT: SHARE,
    }),
    "push token": ((("request_subject", "push_token"),), {
        "Push Token Requests Received": "company_requests",
        "Push Tokens Specified in Requests": "company_push_tokens",
        WITH_DATA: DATA, PERCENT: SHARE,
    }),
    "emergency": (process("emergency"), {
        "Emergency Requests Received": "company_requests",
        "Requests Rejected/Challenged and No Data Provided": REJECTED,
        "Requests where No Data Provided": "company_requests_without_data",
        WITH_DATA: DATA, PERCENT: SHARE,
    }),
    "preservation": (process("preservation"), {
        "Account Preservation Requests Received": "company_requests",
        "Accounts Specified in Requests": "company_accounts",
        "Accounts where Data Preserved": "company_accounts_preserved",
    }),
    "restriction": ((("request_subject", "account_restriction_deletion"),), {
        ACTED: "company_requests", "Accounts Specified in the Requests": "company_accounts",
        "Requests Rejected/Challenged where No Action Taken": REJECTED,
        "Requests where Account Restricted": "company_requests_account_restricted",
        "Requests where Account Deleted": "company_requests_account_deleted",
    }),
    "digital content": ((("request_subject", "digital_content_provider"),), {
        "Digital Content Provider Requests Received": "company_requests",
        "Requests Objected to in Part or Rejected in Full": REJECTED,
        WITH_DATA: DATA, PERCENT: SHARE,
    }),
}  # fmt: skip
# Headers that were worded otherwise in one download or another.
ALSO = {
    "Requests Objected to in Part or Rejected in Full":
        "Requests Objected in Part or Rejected in Full",
    ACTED: "Account Restriction/Account Deletion Requests Received",
}  # fmt: skip
BANDS = {"requests": "company_requests", "accounts": "company_accounts"}
KINDS = {
    "National Security Requests Type+": {
        "National Security": "national_security", "FISA Content": "fisa_content",
        "FISA Non-Content": "fisa_other", "NSLs": "nsl",
    },
    "IPA Warrant Request Type": {"Content": "ipa_warrant_content",
                                 "Non-Content": "ipa_warrant_other"},
}  # fmt: skip
TYPES = {**{name: name for name in KINDS}, "National Security Request Type":
         "National Security Requests Type+"}  # fmt: skip
NOT_OURS = "app_takedown"


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the zip; its address never changes."""
    yield get(ZIP)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read the zip, or one CSV of it."""
    zipped = is_zip(snapshot.content)
    names = members(snapshot.content) if zipped else [""]
    tables = [name for name in names if not zipped or name.endswith(".csv")]
    if zipped and not any("device_requests" in name for name in tables):
        raise BadInput("device_requests.csv", tables, snapshot.address)
    for name in tables:
        if NOT_OURS not in name:
            where = by_company.place_of(snapshot, name)
            yield from by_company.something(_file(snapshot, name, where), where)


def _generations() -> dict[str, dict[str, str]]:
    first = {"TR Start Date": "start", "TR End Date": "end", "Country/Region": "country"}
    found = {}
    for printed in ("TR Period", "TR Date"):
        for name, (_, columns) in CLASSES.items():
            counted = {header: header for header in columns}
            found[f"{name}|{printed}"] = {printed: "period", **first, **counted}
            if reworded := {ALSO.get(h, h): h for h in columns if ALSO.keys() & columns.keys()}:
                found[f"{name}|{printed}|also"] = {printed: "period", **first, **reworded}
        for kind in TYPES:
            bands = {kind: "kind", "Requests Received": "requests", "Users/Accounts": "accounts"}
            found[f"{kind}|{printed}"] = {printed: "period", **first, **bands}
    return found


GENERATIONS = _generations()


def _file(snapshot: Snapshot, member: str, where: str) -> Iterator[Observation]:
    rows = csv_rows(snapshot.content, member, where=where)
    header = match_header(next(rows, (0, []))[1], GENERATIONS, where)
    name = header.generation.partition("|")[0]
    table = Table(snapshot.sha256, SOURCE.id, "apple", member)
    repeats = by_company.Repeats()
    for row, cells in rows:
        by_company.same_length(cells, header, row, where)
        try:
            kind = _kind(name, header, cells)
            country = cells[header.index["country"]]
            columns, period = _columns(name, kind), _period(header, cells)
            place = _place(country, [cells[header.index[each.field]] for each in columns])
            variant = repeats.variant((country, kind), period.end)
            yield from by_company.row_figures(
                table, by_company.bound(table, header, columns, place), period, row, cells, variant
            )
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem


def _kind(name: str, header: Header, cells: list[str]) -> str:
    if name not in TYPES:
        return ""
    # `FISA Content+` carries a footnote mark in some downloads.
    printed = cells[header.index["kind"]].rstrip("+* ")
    return by_company.code(KINDS[TYPES[name]], printed, "type", name)


def _columns(name: str, kind: str) -> list[Column]:
    if kind:
        return [Column(field, measure, process(kind)) for field, measure in BANDS.items()]
    breakdown, columns = CLASSES[name]
    asked = next(iter(columns))
    return [
        Column(header, measure, breakdown, share, asked)
        if measure == SHARE
        else Column(header, measure, breakdown)
        for header, measure in columns.items()
    ]


def _place(printed: str, counts: list[str]) -> str:
    """The asking country; `N/A` stands for all when not one asked."""
    if fold(printed) != "n/a":
        return area(printed)
    if any(cell.strip("0% ") for cell in counts):
        raise BadInput("zeros in the row of N/A", counts)
    return WORLD


def _period(header: Header, cells: list[str]) -> Period:
    period = read_period(cells[header.index["period"]])
    days = tuple(read_us_date(cells[header.index[name]]) for name in ("start", "end"))
    if days != (period.start, period.end):
        raise BadPeriod(f"{period.start} to {period.end}", f"{days[0]} to {days[1]}")
    return period
