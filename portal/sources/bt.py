"""BT: what it may say of demands for data, country by country, each calendar year.

One page of text, no table: under each country `Data disclosure: Can’t disclose`, `Lawful
interception:` with the words on the next line, `Blocking requests: N/A`. A heading names the year:
`Summary of interception, data disclosure and blocking requests (1 Jan to 31 Dec 2023)`. The page is
replaced each year; older years are gone. Only extracts of the pages for 2023 and 2024 were seen,
never the HTML: how the country stands above its lines is a guess; an unknown shape is refused.

A locator's `page` is the line of the page's visible text (`line 6`), its `column` the label.
"""

import re
from collections.abc import Iterator
from datetime import date

from portal.core.errors import BadInput, UnknownCode
from portal.core.observations import Observation
from portal.core.periods import Period
from portal.core.sources import Get, Snapshot, Source
from portal.sources import _statements
from portal.sources._areas import NOT_KNOWN, area
from portal.sources._statements import text_at as text_at

PAGE = (
    "https://www.bt.com/about/digital-impact-and-sustainability/championing-human-rights/"
    "privacy-and-free-expression/relevant-laws-around-the-world"
)
SOURCE = Source(
    id="bt",
    title="Interception, data disclosure and blocking requests by country",
    publisher="BT",
    page=PAGE,
    licence="all-rights-reserved",
    months=12,
    proven=False,
    since="2019",
    quirks=("Where BT gives no number its words are kept: “Can’t disclose”, “N/A”.",),
)
MEASURES = {
    "Data disclosure": "operator_data_requests",
    "Lawful interception": "operator_interception_requests",
}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the one page."""
    yield get(PAGE)


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Yield what the page says of each country."""
    page, where = _statements.lines(snapshot.content), snapshot.address
    period = _year(page, where)
    country, found = "", 0
    for number, line in enumerate(page, 1):
        country = _country(line) or country
        label = line.split(":")[0]
        if label not in MEASURES or ":" not in line:
            continue
        if not country:
            raise BadInput(f"the name of a country above {label}", line, where)
        at = number if line.split(":", 1)[1].strip() else number + 1
        locator = _statements.place(snapshot, at, label)
        printed = text_at(snapshot.content, locator)
        value, note = _statements.value(printed)
        series = _statements.series(MEASURES[label], "bt", country)
        found += 1
        yield Observation(series, period, value, SOURCE.id, locator, note=note)
    if not found:
        raise BadInput(f"lines that begin with {' or '.join(MEASURES)}", page[:20], where)


def _year(page: tuple[str, ...], where: str) -> Period:
    found = {y for line in page for y in re.findall(r"\(1 Jan to 31 Dec (20\d\d)\)", line)}
    if len(found) != 1:
        raise BadInput("one heading with (1 Jan to 31 Dec 2023)", sorted(found), where)
    year = int(found.pop())
    return Period(date(year, 1, 1), date(year, 12, 31))


def _country(line: str) -> str:
    try:
        found = area(line)
    except UnknownCode:
        return ""
    return found if re.fullmatch("[A-Z]{2}", found) and found != NOT_KNOWN else ""
