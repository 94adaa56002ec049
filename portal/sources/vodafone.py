"""Vodafone: demands of governments, country by country, each year from 1 April to 31 March.

First report 2014 (29 countries). In the United Kingdom the law forbids Vodafone to say that an
interception warrant exists, and for communications data it points to the official totals. Reports
were HTML (2014), PDF (2015-16, 2016-17), then a page again. Only descriptions and extracts of the
text were seen, none of the tables: this reads a table whose header is Country, Lawful interception
and Communications data, and refuses every other shape. PDFs are kept, not read.
"""

import re
from collections.abc import Iterator

from portal.core.errors import BadInput
from portal.core.observations import Locator, Observation
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Record, Snapshot, Source
from portal.sources import _captured, _statements
from portal.sources._areas import area
from portal.sources._html import html_tables
from portal.sources._tables import fold, letter

SOURCE = Source(
    id="vodafone",
    title="Government assistance demands by country",
    publisher="Vodafone Group",
    page="https://www.vodafone.com/sustainability/digitalrights",
    licence="all-rights-reserved",
    months=12,
    proven=False,
    since="2013-04-01",
    quirks=("For the United Kingdom no own figure has ever been given.",),
)
MAY_BE_EMPTY = True  # a PDF is kept and not read
MEASURES = {
    "lawful interception": "operator_interception_requests",
    "communications data": "operator_data_requests",
}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page and for the reports that it links."""
    page = get(SOURCE.page)
    yield page
    yield from _captured.linked(
        page, get, r"country.by.country|disclosure|assistance", needed=False
    )


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Yield what the page's tables say of the United Kingdom."""
    if _captured.is_file(snapshot):
        return
    period = _year(snapshot)
    found = 0
    uk = "GB"
    for number, table in enumerate(html_tables(snapshot.content), 1):
        header = [fold(cell) for cell in table[0]] if table else []
        if header != ["country", *MEASURES]:
            continue
        for row, cells in enumerate(table[1:], 2):
            if len(cells) != len(header):
                raise BadInput(f"{len(header)} cells", cells, f"{snapshot.address}, row {row}")
            if area(cells[0]) != uk:
                continue  # another company of the group, not the operator in the United Kingdom
            for column, measure in enumerate(MEASURES.values(), 1):
                value, note = _statements.value(cells[column])
                series = _statements.series(measure, "vodafone-uk", uk)
                found += 1
                place = Locator(snapshot.sha256, table=str(number), row=row, column=letter(column))
                yield Observation(series, period, value, SOURCE.id, place, note=note)
    if not found:
        expected = f"the United Kingdom in a table with Country, {', '.join(MEASURES)}"
        raise BadInput(expected, "none", snapshot.address)


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Yield a report as kept."""
    if _captured.is_file(snapshot):
        yield _captured.record(snapshot)


def _year(snapshot: Snapshot) -> Period:
    text = " ".join(_statements.lines(snapshot.content))
    found = set(re.findall(r"1 April 20\d\d to 31 March 20\d\d", text))
    if len(found) != 1:
        raise BadInput(
            "one period such as 1 April 2016 to 31 March 2017", sorted(found), snapshot.address
        )
    return read_period(found.pop())
