"""TikTok: legal requests for user information, half-yearly since January 2019.

One cumulative tidy CSV, issued anew each half-year at another address, with a figure in each row.
Read word for word against rows of a real file of 2025 H2, chosen by hand (about 50 of 5,000).

- Aspect `LRFUI` is user information; `GRFCR` is removal of content and is not ours.
- Counts are printed as `49.0`, shares as fractions of one (`0.6563`); we keep the text and read a
  share out of one hundred.
- A share of 0.0 is printed where there were no requests; such a share is undefined, not zero.
- Rows for all countries have names of their own (`Total legal requests`, location `All`), and there
  is no `Total requests` among them.

TikTok could help by printing nothing where there is no share.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from portal.core.errors import BadInput, BadValue
from portal.core.observations import Breakdown, Observation
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Snapshot, Source
from portal.core.values import Value, read_value
from portal.sources import _companies as by_company
from portal.sources._areas import WORLD, area
from portal.sources._companies import Table, process
from portal.sources._tables import Header, csv_rows, match_header

SOURCE = Source(
    id="tiktok",
    title="Information requests report",
    publisher="TikTok",
    page="https://www.tiktok.com/transparency/en/information-requests-2025-2/",
    licence="all-rights-reserved",
    months=6,
    proven=True,
    since="2019-01-01",
    quirks=(
        "The whole history is issued anew each half-year: revisions come without a note.",
        "A share of 0.0 is printed where there were no requests.",
        "Read against chosen rows of one file; the whole file was not in hand.",
    ),
)
LANDING = "https://www.tiktok.com/transparency/en/"
FILE = r"CLIGR_20\d\dH[12]_InformationRequests\.csv"

FIELDS = ("replication_info", "entity", "aspect", "metric_name", "period", "period_value",
          "policy", "policy_value", "task", "task_value", "location", "location_value", "result",
          "base", "date")  # fmt: skip
GENERATIONS = {"2025": {name: name for name in FIELDS}}
ASPECTS = {"LRFUI": "information", "GRFCR": ""}
# What every row of ours says in these columns; another word would be another breakdown.
FIXED = {"entity": "LIGR", "period": "half-year", "policy": "all", "policy_value": "all",
         "task": "all", "task_value": "all"}  # fmt: skip
LOCATIONS = {"country_name": "country", "all": "world"}

COUNTS = {
    "requests": ("company_requests", ""),
    **{f"{name} requests": ("company_requests", code) for name, code in
       (("legal", "legal_requests"), ("preservation", "preservation"), ("emergency", "emergency"))},
    **{f"{name} request accounts specified": ("company_accounts", code) for name, code in
       (("legal", "legal_requests"), ("preservation", "preservation"), ("emergency", "emergency"))},
}  # fmt: skip
METRICS: dict[str, tuple[str, Breakdown]] = {
    "Total requests": ("company_requests", ()),
    **{name.capitalize(): (of, process(code)) for name, (of, code) in COUNTS.items() if code},
    **{
        f"Total {name}": (of, process(code))
        for name, (of, code) in COUNTS.items()
        if code and of == "company_requests"
    },
    **{
        f"Percentage of {name} requests where some data was disclosed": (
            "company_disclosure_share",
            process(code),
        )
        for name, code in (("legal", "legal_requests"), ("emergency", "emergency"))
    },
}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the landing page, then for the newest cumulative file that it names."""
    page = get(LANDING)
    yield get(max(by_company.links(page, FILE), key=lambda link: link.rpartition("/")[2]))


def feed(snapshot: Snapshot) -> str:
    """Each half-year re-issues the whole history under another name: one feed."""
    return "information-requests"


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read the cumulative file."""
    where = by_company.place_of(snapshot)
    yield from by_company.something(_file(snapshot, where), where)


def _file(snapshot: Snapshot, where: str) -> Iterator[Observation]:
    rows = csv_rows(snapshot.content, where=where)
    header = match_header(next(rows, (0, []))[1], GENERATIONS, where)
    table = Table(snapshot.sha256, SOURCE.id, "tiktok")
    repeats, asked = by_company.Repeats(), {}
    for row, cells in rows:
        by_company.same_length(cells, header, row, where)
        try:
            if by_company.code(ASPECTS, cells[header.index["aspect"]], "aspect", "aspect"):
                yield _figure(table, header, row, cells, repeats, asked)
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem


def _figure(
    table: Table, header: Header, row: int, cells: Sequence[str], repeats: by_company.Repeats,
    asked: dict,
) -> Observation:  # fmt: skip
    cell = {name: cells[at] for name, at in header.index.items()}
    _check_fixed(cell)
    if cell["metric_name"] not in METRICS:
        raise BadInput(f"a known metric ({', '.join(METRICS)})", cell["metric_name"])
    measure, of = METRICS[cell["metric_name"]]
    place, period = _place(cell["location"], cell["location_value"]), _period(cell["period_value"])
    printed, note = cell["result"], ""
    if measure == "company_disclosure_share":
        value = fraction(printed)
        if not value.number and asked.get((place, period.end, of)) == 0:
            value, note = by_company.not_applicable(printed), by_company.OF_NOTHING
    else:
        value = by_company.count(printed)
        if measure == "company_requests":
            asked[place, period.end, of] = value.number
    variant = repeats.variant((measure, place, of), period.end)
    series = by_company.series(measure, table.holder, place, of)
    return table.figure(series, period, value, row, header.column("result"), variant, note)


def _check_fixed(cell: Mapping[str, str]) -> None:
    for name, word in FIXED.items():
        if cell[name] != word:
            raise BadInput(f"{word} as {name}", cell[name])


def _place(location: str, name: str) -> str:
    kind = by_company.code(LOCATIONS, location, "location", "location")
    return WORLD if kind == "world" and name == "All" else area(name)


@lru_cache(maxsize=1 << 10)
def _period(printed: str) -> Period:
    return read_period(printed)


@lru_cache(maxsize=1 << 14)
def fraction(printed: str) -> Value:
    """Read a fraction of one as a share out of one hundred; the text is kept as printed."""
    value = read_value(printed, kind="rate", missing=by_company.BLANK)
    if value.number is None:
        return value
    if not 0 <= value.number <= 1:
        raise BadValue("a fraction from 0 to 1", printed)
    return Value(number=value.number * 100, printed=printed)
