"""Germany: traffic data under section 100g of the code of criminal procedure, yearly since 2008.

The Federal Office of Justice publishes one table a year, about twelve months late: rows are
numbered questions, columns the states (`BW BY BE 1) ... GBA insges.`). `7.986` is 7986, and `1)` in
a column head is a footnote. Question 6 asks how old the data were (6.1 to one month ... 6.9 only
data to come). The form changed between 2018 and 2019. Corrected cells are shaded grey and the file
is replaced. The tables are PDF: kept, not read, transcribed by people. Only where a page holds the
table is its column `insges.` (all of Germany) read; that was built from the text of the table for
2011, not from such a page.
"""

import re
from collections.abc import Iterator, Sequence

from portal.core.errors import BadInput
from portal.core.observations import Breakdown, Locator, Observation, Series
from portal.core.periods import Period, read_period
from portal.core.sources import Get, Record, Snapshot, Source
from portal.core.values import MISSING, read_value
from portal.sources import _captured
from portal.sources._html import html_tables

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
AGES = (
    "up_to_1_month", "up_to_2_months", "up_to_3_months", "up_to_4_months", "up_to_5_months",
    "up_to_6_months", "up_to_7_months", "over_7_months", "only_future",
)  # fmt: skip
ORDERS = "de_orders_100g"
QUESTIONS: dict[str, tuple[str, Breakdown]] = {
    "3": ("de_proceedings_100g", ()),
    "4": (ORDERS, ()),
    "4.1": (ORDERS, (("order", "first"),)),
    "4.2": (ORDERS, (("order", "extension"),)),
    **{
        f"6.{number}": ("de_orders_by_data_age_100g", (("data_age", age),))
        for number, age in enumerate(AGES, 1)
    },
}
BLANK = {**MISSING, "": "not_available"}


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page that lists the years, and for each year's file."""
    page = get(SOURCE.page)
    yield from _captured.linked(page, get, r"100g|verkehrsdaten|uebersicht_tk|telekommunikation")


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Yield the column of all Germany where the table is HTML; a PDF is not read."""
    if _captured.is_file(snapshot):
        return
    found = 0
    for number, table in enumerate(html_tables(snapshot.content), 1):
        heads = next((row for row in table if "Land" in [_plain(cell) for cell in row]), None)
        if heads is None:
            continue
        column = _total_column(heads, snapshot.address)
        period = _year(table, snapshot.address)
        for row, cells in enumerate(table, 1):
            question = QUESTIONS.get(cells[0].strip().rstrip("."))
            if question is None or not cells[column].strip():
                continue
            found += 1
            yield Observation(
                Series(question[0], area="DE", breakdown=question[1]),
                period,
                read_value(cells[column], locale="de", missing=BLANK),
                SOURCE.id,
                Locator(snapshot.sha256, table=str(number), row=row, column=heads[column]),
            )
    if not found:
        raise BadInput("a table with the numbered questions 3, 4 and 6", "none", snapshot.address)


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
    """Yield a year's file as kept."""
    if _captured.is_file(snapshot):
        yield _captured.record(snapshot)
