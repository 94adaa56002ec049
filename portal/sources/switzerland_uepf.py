"""Switzerland: surveillance measures and information requests, yearly since 2010.

The service for the surveillance of post and telecommunications publishes its figures at the end of
April. Thousands are marked with an apostrophe (`14'483`). Counting changed on 1 March 2018; since
2019 cell-tower searches are counted by cell and, apart, by case (2022: 3'317 cells, 27 cases). The
intelligence service counts otherwise and must not be compared. The wording of the rows is from the
service's press releases; no table of its page was seen, so any row not listed here is refused.
Workbooks are kept, not read.
"""

import re
from collections.abc import Iterator

from portal.core.errors import BadInput
from portal.core.observations import Breakdown, Locator, Observation, Series
from portal.core.periods import read_period
from portal.core.sources import Get, Record, Snapshot, Source
from portal.core.values import MISSING, read_value
from portal.sources import _captured
from portal.sources._html import html_tables
from portal.sources._tables import fold, letter

SOURCE = Source(
    id="switzerland_uepf",
    title="Statistik über Überwachungsmassnahmen und Auskünfte",
    publisher="Dienst Überwachung Post- und Fernmeldeverkehr",
    page="https://www.li.admin.ch/de/stats",
    licence="public-document",
    months=12,
    proven=False,
    since="2010",
    quirks=(
        "New counting from 1 March 2018.",
        "Cell-tower searches are counted by cell and by case: never add the two.",
    ),
)
MAY_BE_EMPTY = True  # a workbook is kept and not read
MEASURE, INFORMATION = "ch_measures", "ch_information_requests"
ROWS = {
    "echtzeitüberwachungen": (MEASURE, "real_time"),
    "rückwirkende überwachungen": (MEASURE, "retroactive"),
    "notsuchen": (MEASURE, "emergency_search"),
    "fahndungen": (MEASURE, "search_wanted"),
    "antennensuchläufe": (MEASURE, "cell_search"),
    "antennensuchläufe (anzahl fälle)": (MEASURE, "cell_search_cases"),
    "einfache auskünfte (gesuche)": (INFORMATION, "simple_asked"),
    "einfache auskünfte (geliefert)": (INFORMATION, "simple_given"),
    "komplexe auskünfte (gesuche)": (INFORMATION, "complex_asked"),
    "komplexe auskünfte (geliefert)": (INFORMATION, "complex_given"),
}
DIMENSION = {MEASURE: "ch_measure", INFORMATION: "ch_information"}
BLANK = {**MISSING, "": "not_available"}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page and for the workbooks that it links."""
    page = get(SOURCE.page)
    yield page
    yield from _captured.linked(page, get, r"statisti", needed=False)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Yield the figures of the page's tables, one row a kind and one column a year."""
    if _captured.is_file(snapshot):
        return
    seen: set[tuple[str, str]] = set()
    for number, table in enumerate(html_tables(snapshot.content), 1):
        years = table[0][1:] if table else []
        if not years or not all(re.fullmatch(r"20\d\d", year) for year in years):
            continue
        for row, cells in enumerate(table[1:], 2):
            if len(cells) != len(table[0]):
                raise BadInput(f"{len(table[0])} cells", cells, f"{snapshot.address}, row {row}")
            series = _series(cells[0], snapshot.address)
            for at, (year, printed) in enumerate(zip(years, cells[1:], strict=True), 1):
                # The intelligence service's own table has the same rows, counted otherwise.
                if (series.id, year) in seen:
                    raise BadInput(f"{cells[0]} {year} once", printed, snapshot.address)
                seen.add((series.id, year))
                yield Observation(
                    series,
                    read_period(year),
                    read_value(printed, locale="ch", missing=BLANK),
                    SOURCE.id,
                    Locator(snapshot.sha256, table=str(number), row=row, column=letter(at)),
                )
    if not seen:
        raise BadInput("a table with years in its header", "none", snapshot.address)


def _series(label: str, where: str) -> Series:
    # A raised footnote mark sticks to the word: `Notsuchen 1)`.
    name = re.sub(r" ?\d\)$", "", fold(label))
    if name not in ROWS:
        raise BadInput(f"a known row ({', '.join(ROWS)})", label, where)
    measure, code = ROWS[name]
    breakdown: Breakdown = ((DIMENSION[measure], code),)
    return Series(measure, area="CH", breakdown=breakdown)


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Yield a workbook as kept."""
    if _captured.is_file(snapshot):
        yield _captured.record(snapshot)
