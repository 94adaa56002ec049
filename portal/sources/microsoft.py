"""Microsoft: law enforcement requests report, one workbook for each half-year since 2013.

Built from descriptions only (a public extractor that checks sums); no workbook was in hand. Every
sheet name, header and geometry that is not described is refused. Checked live, it may need work.

- 2013: sheets `MSFT` (Skype included) and `Skype`. 2014-16: one sheet, under five names. 2017:
  criminal requests and emergencies apart. From 2018 civil requests too. Sections are never added.
- The table begins with its TOTAL, in the column of the countries; the headers are above it.
- Each outcome is a pair of columns, share and number; the number is read.
- On civil sheets the outcomes count accounts, and the TOTAL counts a request to several countries
  once. The civil sheet of 2017 H2 holds 2017 H1.
- 2024 H2 carries a scratch `Sheet1`; the TOTAL of 2025 H1 was typed by hand and is off by 2.
- Names of countries carry footnote marks. Cells are formulas; the cached values are read.
"""

import re
from collections.abc import Iterator, Sequence

from portal.core.errors import BadInput
from portal.core.observations import Breakdown, Observation
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Snapshot, Source
from portal.sources import _companies as by_company
from portal.sources._areas import WORLD, area
from portal.sources._companies import Table, process
from portal.sources._tables import fold, letter, sheet_names, sheet_rows

SOURCE = Source(
    id="microsoft",
    title="Law enforcement requests report",
    publisher="Microsoft",
    page="https://www.microsoft.com/en-us/corporate-responsibility/law-enforcement-requests-report",
    licence="all-rights-reserved",
    months=6,
    proven=False,
    since="2013-01-01",
    quirks=(
        "Figures of 2013 include Skype, which is printed apart as well.",
        "On civil sheets the outcomes count accounts, not requests.",
    ),
)
FILE = r"Microsoft-LERR-(20\d\d)-H([12])"
LINK = r"Microsoft-LERR-20\d\d-H[12]"

_SKYPE: Breakdown = (("product", "skype"),)
SECTIONS: dict[str, Breakdown] = {
    **dict.fromkeys(("MSFT", "All Microsoft Services", "Combined LERR", "LERR", "Sheet1", "TOTAL"),
                    ()),
    "Skype": _SKYPE,
    **dict.fromkeys(("Total - Criminal", "Criminal", "TOTAL (2)"), process("criminal")),
    **dict.fromkeys(("Total - Emergencies", "Emergencies", "Emergencies (2)"),
                    process("emergency")),
    **dict.fromkeys(("Civil Legal Requests", "Civil"), process("civil")),
}  # fmt: skip
SCRATCH = "Sheet1"

# What a header says -> field, and how many columns to its right the number stands.
HEADERS = (
    (re.compile(r"total number of (law enforcement )?requests"), "requests", 0),
    (re.compile(r"accounts"), "accounts", 0),
    (re.compile(r"disclosure of content"), "content", 1),
    (re.compile(r"subscriber"), "other", 1),
    (re.compile(r"no data( found)?\s*\)?$"), "none", 1),
    (re.compile(r"reject"), "rejected", 1),
)
FIELDS = tuple(field for _, field, _ in HEADERS)
OUTCOMES = {"content": "with_content", "other": "with_other_data", "none": "without_data",
            "rejected": "rejected"}  # fmt: skip


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page, then for each workbook that it names."""
    for address in by_company.links(get(SOURCE.page), LINK):
        yield get(address)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Read every sheet of a workbook."""
    match = re.search(FILE, f"{snapshot.address} {snapshot.label}")
    if not match:
        raise BadInput("an address such as Microsoft-LERR-2023-H1", snapshot.address)
    names = sheet_names(snapshot.content)
    if unknown := [name for name in names if name not in SECTIONS]:
        raise BadInput(f"known sheets ({', '.join(SECTIONS)})", unknown[0], snapshot.address)
    for name in names:
        if name != SCRATCH or len(names) == 1:
            where = by_company.place_of(snapshot, name)
            period = _period(f"{match[1]} H{match[2]}", name)
            yield from by_company.something(_sheet(snapshot, name, period, where), where)


def _period(printed: str, sheet: str) -> Period:
    late = printed == "2017 H2" and SECTIONS[sheet] == process("civil")
    return read_period("2017 H1" if late else printed)


def _sheet(snapshot: Snapshot, sheet: str, period: Period, where: str) -> Iterator[Observation]:
    rows = sheet_rows(snapshot.content, sheet)
    first, countries = _total(rows, where)
    columns = _columns(rows[:first], where)
    table = Table(snapshot.sha256, SOURCE.id, "microsoft", sheet=sheet)
    of, repeats = SECTIONS[sheet], by_company.Repeats()
    for row, cells in enumerate(rows[first:], first + 1):
        printed = [cells[columns[field]] for field in FIELDS]
        if not any(printed):  # a blank row, or a footnote
            continue
        name = cells[countries].rstrip("*†‡ ").strip()
        try:
            place = WORLD if name == "TOTAL" else area(name)
            variant = repeats.variant(place, period)
            for field, text in zip(FIELDS, printed, strict=True):
                series = by_company.series(_measure(field, of), "microsoft", place, of)
                value = by_company.count(text)
                yield table.figure(series, period, value, row, letter(columns[field]), variant)
        except BadInput as problem:
            raise problem.at(f"{where}, row {row}") from problem


def _total(rows: Sequence[Sequence[str]], where: str) -> tuple[int, int]:
    """The row and column of the word TOTAL, with which the table begins."""
    found = [
        (row, column)
        for row, cells in enumerate(rows[:12])
        for column, cell in enumerate(cells[:3])
        if cell.strip() == "TOTAL"
    ]
    if len(found) != 1:
        raise BadInput("one TOTAL in the first rows and columns", len(found), where)
    return found[0]


def _columns(above: Sequence[Sequence[str]], where: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for cells in above:
        for at, cell in enumerate(cells):
            fields = [(f, at + right) for says, f, right in HEADERS if says.search(fold(cell))]
            for field, column in fields[:1]:
                if found.setdefault(field, column) != column:
                    raise BadInput(f"one column for {field}", cell, where)
    if missing := [field for field in FIELDS if field not in found]:
        raise BadInput(f"headers for {', '.join(FIELDS)}", f"none for {missing[0]}", where)
    return found


def _measure(field: str, of: Breakdown) -> str:
    if field in OUTCOMES:
        counted = "accounts" if of == process("civil") else "requests"
        return f"company_{counted}_{OUTCOMES[field]}"
    return f"company_{field}"
