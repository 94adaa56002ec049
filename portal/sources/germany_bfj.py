"""Germany: traffic data under section 100g of the code of criminal procedure, yearly since 2008.

The Federal Office of Justice publishes one table a year, about twelve months late: rows are
numbered questions, columns the states (`BW BY BE 1) ... GBA insges.`). `7.986` is 7986, and `1)` in
a column head is a footnote. Question 6 asks how old the data were (6.1 to one month ... 6.9 only
data to come). The form changed between 2018 and 2019. Corrected cells are shaded grey and the file
is replaced. The tables are PDF: kept, not read, transcribed by people. Where a workbook or a page
holds the table, its column `insges.` (all of Germany) is read; that was built from the text of the
table for 2011, and no such file was seen. Section 100a has a form of the same shape.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from portal.core.errors import BadInput
from portal.core.observations import Breakdown, Locator, Observation, Series
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Record, Snapshot, Source
from portal.core.values import MISSING, read_value
from portal.sources import _captured
from portal.sources._html import html_tables
from portal.sources._tables import fold, letter, sheet_names, sheet_rows

SOURCE = Source(
    id="germany_bfj",
    title="Übersicht Telekommunikationsüberwachung (Maßnahmen nach § 100g StPO)",
    publisher="Bundesamt für Justiz",
    page=(
        "https://www.bundesjustizamt.de/DE/Themen/Buergerdienste/Justizstatistik/"
        "Telekommunikation/Telekommunikationsueberwachung.html"
    ),
    licence="public-document",
    months=12,
    proven=False,
    since="2008",
    quirks=(
        "The form changed between 2018 and 2019.",
        "Corrected cells are shaded grey, and the file is replaced without another sign.",
        "For 2018 only 11 of 16 states are counted under section 100g.",
    ),
)
MAY_BE_EMPTY = True  # a PDF is kept and not read
LANDS = "BW BY BE BB HB HH HE MV NI NW RP SL SN ST SH TH GBA".split()
AGES = {
    "bis zu einem monat": "up_to_1_month",
    "bis zu zwei monate": "up_to_2_months",
    "bis zu drei monate": "up_to_3_months",
    "bis zu vier monate": "up_to_4_months",
    "bis zu fünf monate": "up_to_5_months",
    "bis zu sechs monate": "up_to_6_months",
    "bis zu sieben monate": "up_to_7_months",
    "mehr als sieben monate": "over_7_months",
    "nur künftig anfallende": "only_future",
}
ORDERS, BY_AGE = "de_orders_100g", "de_orders_by_data_age_100g"
# number -> (words that its text must hold, measure, breakdown): the form for section 100a has the
# same numbers for other questions, and so has the form since 2019.
QUESTIONS: dict[str, tuple[str, str, Breakdown]] = {
    "3": ("100g", "de_proceedings_100g", ()),
    "4.1": ("erstanordnungen", ORDERS, (("order", "first"),)),
    "4.2": ("verlängerungsanordnungen", ORDERS, (("order", "extension"),)),
    **{
        f"6.{number}": (words, BY_AGE, (("data_age", age),))
        for number, (words, age) in enumerate(AGES.items(), 1)
    },
}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page that lists the years, and for each year's file."""
    page = get(SOURCE.page)
    yield from _captured.linked(page, get, r"100g|verkehrsdaten|uebersicht_tk|telekommunikation")


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Yield the column of all Germany of a table in a page or a workbook; a PDF is not read."""
    if snapshot.content.startswith(b"%PDF"):
        return
    found = 0
    for place, table in _tables(snapshot):
        heads = next((row for row in table if "Land" in map(_plain, row)), None)
        if heads is None:
            continue
        at = _total_column(heads, snapshot.address)
        period = _year(table, snapshot.address)
        for row, cells in enumerate(table, 1):
            series = _series(cells, snapshot.address)
            if series and len(cells) != len(heads):
                raise BadInput(f"{len(heads)} cells", cells, f"{snapshot.address}, row {row}")
            if series and cells[at].strip():
                found += 1
                value = read_value(cells[at], locale="de", missing=MISSING)
                where = replace(place, row=row, column=letter(at))
                yield Observation(series, period, value, SOURCE.id, where)
    if not found:
        raise BadInput("a table with the numbered questions 3, 4 and 6", "none", snapshot.address)


def _tables(snapshot: Snapshot) -> Iterator[tuple[Locator, list[list[str]]]]:
    if _captured.is_file(snapshot):
        for name in sheet_names(snapshot.content):
            yield Locator(snapshot.sha256, sheet=name), sheet_rows(snapshot.content, name)
    else:
        for number, table in enumerate(html_tables(snapshot.content), 1):
            yield Locator(snapshot.sha256, table=str(number)), table


def _series(cells: Sequence[str], where: str) -> Series | None:
    question = QUESTIONS.get(cells[0].strip().rstrip(".")) if len(cells) > 1 else None
    if question is None:
        return None
    words, measure, breakdown = question
    if words not in fold(cells[1]):
        raise BadInput(f"{words} in question {cells[0]}", cells[1], where)
    return Series(measure, area="DE", breakdown=breakdown)


def _total_column(heads: Sequence[str], where: str) -> int:
    names = [_plain(head) for head in heads]
    start = names.index("Land") + 1
    if names[start:] != [*LANDS, "insges."]:
        raise BadInput(f"the columns {' '.join(LANDS)} insges.", " ".join(heads), where)
    return len(names) - 1


def _plain(head: str) -> str:
    return re.sub(r" ?\d\)$", "", " ".join(head.split()))


def _year(table: Sequence[Sequence[str]], where: str) -> Period:
    for cells in table:
        if any("Berichtsjahr" in cell for cell in cells[:2]):
            return read_period(cells[-1])
    raise BadInput("a row Berichtsjahr", "none", where)


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Yield a year's PDF as kept."""
    if snapshot.content.startswith(b"%PDF"):
        yield _captured.record(snapshot)
