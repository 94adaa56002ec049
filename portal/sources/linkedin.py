"""LinkedIn: government requests report, half-yearly; many periods on one page.

Built from descriptions and parts of one public copy of the page (2026), never run over the whole.
Tables stand under a heading for the subject (second level) and one for the half-year
(`2025: July-December`). Any other header, label or subject is refused. Removal of content is not
ours.

- The column of countries has a blank header; headers and labels carry footnote marks, `[1]`.
- `Columbia` is printed for Colombia; one cell of accounts says `0%`.
- US processes are printed as shares of requests, not numbers.
- US national security is printed in bands, `0-499`. There is no US table for 2022.
- `Accounts Impacted` had another meaning before January 2014; the tables on the page begin later.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from portal.core.errors import BadInput
from portal.core.observations import Observation
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Snapshot, Source
from portal.core.values import Value
from portal.sources import _companies as by_company
from portal.sources._areas import WORLD, WORLD_WITHOUT_US, area
from portal.sources._companies import Table, process
from portal.sources._html import headed_tables
from portal.sources._tables import fold, letter

SOURCE = Source(
    id="linkedin",
    title="Government requests report",
    publisher="LinkedIn",
    page="https://about.linkedin.com/transparency/government-requests-report",
    licence="all-rights-reserved",
    months=6,
    proven=False,
    since="2015-01-01",
    quirks=(
        "US legal process is printed as shares of requests.",
        "There is no US breakdown for 2022.",
    ),
)
COUNTRIES = ("requests by country", "global government requests for data")
US = "breakdown of u.s. government requests"
NOT_OURS = "global government requests for content removal"
PERIOD = re.compile(r"(20\d\d): (January|July) ?[-–—] ?(June|December)")

# header of a table by country -> measure; the first four are those described for older pages
COLUMNS = {
    "member data requests": "company_requests",
    "accounts subject to request": "company_accounts",
    "percent linkedin provided some data": "company_disclosure_share",
    "accounts linkedin provided some data": "company_accounts_with_data",
    "requests for member data": "company_requests",
    "accounts subject to request(s)": "company_accounts",
    "percentage of requests for which linkedin provided some data": "company_disclosure_share",
    "accounts for which linkedin provided some data": "company_accounts_with_data",
}
TOTALS = {"total": WORLD, "total including the us": WORLD, "total minus the us": WORLD_WITHOUT_US}
MISPRINTS = {"columbia": "Colombia"}
NO_SHARE = Value(Decimal(0), status="doubtful", printed="0%")
# label of a row of the US table -> measure, legal process
LABELS = {
    "requests": ("company_requests", ""),
    "accounts subject to requests": ("company_accounts", ""),
    "requests for which linkedin provided some data": ("company_disclosure_share", ""),
    "subpoenas": ("company_requests_share", "subpoena"),
    "search warrants": ("company_requests_share", "search_warrant"),
    "court orders": ("company_requests_share", "court_order"),
    "other": ("company_requests_share", "other"),
    "national security letters received": ("company_requests", "nsl"),
    "national security letters (accounts subject to request)": ("company_accounts", "nsl"),
    "national security requests received": ("company_requests", "national_security"),
    "national security requests (accounts subject to request)":
        ("company_accounts", "national_security"),
    "fisa requests": ("company_requests", "fisa"),
}  # fmt: skip


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page."""
    yield get(SOURCE.page)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read each table of the page that stands under a known subject and a half-year."""
    where = by_company.place_of(snapshot)
    yield from by_company.something(_page(snapshot, where), where)


def _page(snapshot: Snapshot, where: str) -> Iterator[Observation]:
    for number, (headings, rows) in enumerate(headed_tables(snapshot.content), 1):
        place = f"{where}, table {number}"
        subject = fold(headings.get(2, ""))
        if subject.startswith(NOT_OURS):
            continue
        period = _period([headings[level] for level in sorted(headings)], place)
        table = Table(snapshot.sha256, SOURCE.id, "linkedin", table=str(number))
        if subject.startswith(COUNTRIES):
            yield from _by_country(table, period, rows, place)
        elif subject.startswith(US):
            yield from _us(table, period, rows, place)
        else:
            raise BadInput(f"a known subject ({', '.join((*COUNTRIES, US))})", subject, place)


def _period(headings: Sequence[str], where: str) -> Period:
    found = [match for heading in headings if (match := PERIOD.match(heading))]
    if not found:
        raise BadInput("a heading such as 2025: July-December", headings, where)
    return read_period(f"{found[-1][2]} - {found[-1][3]} {found[-1][1]}")


def _plain(label: str) -> str:
    return fold(re.sub(r"\s*(\[\d+\]|\*)+$", "", label.strip()))


def _value(measure: str, printed: str) -> Value:
    if measure.endswith("_share"):
        return by_company.share(printed)
    return NO_SHARE if printed == "0%" else by_company.count(printed)


def _by_country(
    table: Table, period: Period, rows: Sequence[Sequence[str]], where: str
) -> Iterator[Observation]:
    names = [_plain(cell) for cell in rows[0]] if rows else []
    measures = {at: COLUMNS[name] for at, name in enumerate(names) if name in COLUMNS}
    strange = [name for name in names if name not in ("", "country", *COLUMNS)]
    if strange or len(measures) != 4 or len(set(measures.values())) != 4 or 0 in measures:
        raise BadInput(f"four headers ({', '.join(COLUMNS)})", ", ".join(names), where)
    repeats = by_company.Repeats()
    for row, cells in enumerate(rows[1:], 2):
        if not any(cells):
            continue
        if len(cells) != len(names):
            raise BadInput(f"{len(names)} cells", len(cells), f"{where}, row {row}")
        name = _plain(cells[0])
        place = TOTALS.get(name) or area(MISPRINTS.get(name, name))
        variant = repeats.variant(place, period)
        for at, measure in measures.items():
            of = by_company.series(measure, "linkedin", place)
            yield table.figure(of, period, _value(measure, cells[at]), row, letter(at), variant)


def _us(
    table: Table, period: Period, rows: Sequence[Sequence[str]], where: str
) -> Iterator[Observation]:
    repeats = by_company.Repeats()
    for row, cells in enumerate(rows, 1):
        filled = [at for at, cell in enumerate(cells) if cell]
        if not filled:
            continue
        label = _plain(cells[filled[0]])
        if label not in LABELS or len(filled) > 2:
            expected = f"a known label ({', '.join(LABELS)}) and one cell"
            raise BadInput(expected, " | ".join(cells), f"{where}, row {row}")
        measure, legal = LABELS[label]
        at = filled[-1] if len(filled) == 2 else len(cells) - 1
        printed = cells[at] if at != filled[0] else ""
        of = by_company.series(measure, "linkedin", "US", process(legal))
        # The table by country prints the same of the US: a second reading of one figure.
        variant = repeats.variant(label, period) or ("" if legal else "US breakdown")
        yield table.figure(of, period, _value(measure, printed), row, letter(at), variant)
