"""Reading one month of a department's spending over 25,000 pounds (a CSV of GOV.UK).

One layout, many hands: `Supplier` or `Supplier Name`, `Amount`, ` Spend ` or `Amount (£)`; one
header cell of October 2014 is padded with 133 spaces and the stray letters `v  h`. 43 of 78 months
of the Home Office are UTF-8, 35 are cp1252. Up to 1,913 rows are blank, one month has 257 columns,
some rows a ninth cell without a header (`Payment March 17th`). None of this is repaired: rows are
counted as they stand, and one that does not read is refused with its reason while others go on.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.core.errors import BadInput
from portal.core.periods import MONTHS
from portal.core.sources import Snapshot
from portal.sources._operators import key
from portal.sources._tables import Header, csv_rows, encoding_of

ENCODINGS = ("utf-8", "cp1252")

# field -> its spellings, letters only: `Transaction No.` and `TRANSACTION_NO` are transactionno
SPELLINGS = {
    "department": "departmentfamily departmentalfamily parentdepartment department",
    "entity": "entity",
    "date": "date dateofpayment paymentdate datepaid paydate",
    "type": "expensetype",
    "area": "expensearea",
    "supplier": "supplier suppliername",
    "amount": "amount spend amountinsterling",
    "transaction": "transactionnumber transactionno",
    "vat": "vatregistrationnumber",
    "description": "description",
    "postcode": "supplierpostcode",
    "supplier_type": "suppliertype",
    "contract": "contractnumber",
    "project": "projectcode",
    "expenditure": "expendituretype",
}
FIELDS = {word: name for name, words in SPELLINGS.items() for word in words.split()}
REQUIRED = ("department", "entity", "date", "type", "area", "supplier", "amount")


@dataclass(frozen=True, slots=True)
class Payment:
    """One row: its number in the file as it stands, its day, and the cells as printed."""

    row: int
    day: date
    line: int  # among the rows of the same transaction, from 1
    type: str
    area: str
    supplier: str
    transaction: str
    amount: str


@dataclass(slots=True)
class SpendFile:
    """What a file holds: rows that read, and the reason for each that does not."""

    encoding: str
    header: Header
    payments: list[Payment] = field(default_factory=list)
    blank: int = 0
    refused: list[BadInput] = field(default_factory=list)


def spend_header(cells: Sequence[str], where: str = "") -> Header:
    """Find each field's column; an unknown, missing or repeated header is refused."""
    index: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = FIELDS.get(_letters(cell))
        if name in index or (name is None and cell.strip()):
            raise BadInput("each header of a spending file once", cell, where)
        if name:
            index[name] = at
    missing = [name for name in REQUIRED if name not in index]
    if missing:
        raise BadInput(f"a column for {', '.join(missing)}", ",".join(cells)[:500], where)
    return Header("with transaction" if "transaction" in index else "without", index, tuple(cells))


def _letters(cell: str) -> str:
    # What stands after a long gap is not part of the header: `Department Family    ...   v   h`.
    first = re.split(" {20,}", cell.strip())[0]
    return re.sub("[^a-z]", "", first.casefold())


def read(snapshot: Snapshot, department: str) -> SpendFile:
    """Read one month; raises BadInput when it is not a file of the department in this layout."""
    where = snapshot.address
    rows = csv_rows(snapshot.content, encodings=ENCODINGS, where=where)
    header = next((cells for _, cells in rows if any(cell.strip() for cell in cells)), [])
    encoding = encoding_of(snapshot.content, encodings=ENCODINGS, where=where)
    file = SpendFile(encoding, spend_header(header, where))
    departments: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for number, cells in rows:
        cell = dict(_cells(cells, file.header))
        if not (cell["date"] or cell["supplier"]) and cell["amount"] in ("", "-"):
            file.blank += 1
            continue
        departments[key(cell["department"])] += 1
        # In the month without transaction numbers, day and supplier stand for one.
        invoice = cell["transaction"] or f"{cell['date']} {cell['supplier']}"
        lines[invoice] += 1
        try:
            day = read_day(cell["date"])
        except BadInput as problem:
            file.refused.append(problem.at(f"{where}, row {number}"))
            continue
        printed = (*cells, *[""] * len(file.header.printed))[file.header.index["amount"]]
        file.payments.append(
            Payment(
                number, day, lines[invoice], cell["type"], cell["area"],
                cell["supplier"], cell["transaction"], printed,
            )
        )  # fmt: skip
    commonest = [name for name, _ in departments.most_common(1)]
    if commonest != [key(department)]:
        raise BadInput(f"payments of the {department}", commonest, where)
    if not file.payments:
        raise BadInput("payments with a date such as 31/10/2014", file.refused[:1], where)
    return file


def _cells(cells: Sequence[str], header: Header) -> Iterator[tuple[str, str]]:
    for name in ("transaction", *REQUIRED):
        at = header.index.get(name, len(cells))
        yield name, cells[at].strip() if at < len(cells) else ""


def read_day(printed: str) -> date:
    """Read `31/10/2014`; `01/212` and `03/05/20111` (both occur) are refused, not guessed at."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(20\d\d)", printed, re.ASCII)
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))  # type: ignore[index]
    except (TypeError, ValueError):
        raise BadInput("a date such as 31/10/2014", printed) from None


def months_of(label: str) -> tuple[date, date]:
    """Return the first days of the first and last month that a link's label names.

    `January 2014`; `April 2010 to May 12 2010`. What stands in brackets after it is the page's own
    title: `January (Home Office spending: 2014)` takes only the year from there.
    """
    month = "|".join(f"{name}|{name[:3]}" for name in MONTHS) + "|sept"
    found = re.findall(rf"\b({month})\b(?: \d{{1,2}}\b)?,? ?(20\d\d)?", label.split(" (")[0], re.I)
    year = next(iter(re.findall(r"\b20\d\d\b", label)), "")
    if not found or not year:
        raise BadInput("a month and a year in the label of the link", label)
    numbers = [
        MONTHS.index(next(m for m in MONTHS if m[:3] == n[:3].lower())) + 1 for n, _ in found
    ]
    days = [date(int(y or year), n, 1) for n, (_, y) in zip(numbers, found, strict=True)]
    return min(days), max(days)


def filed_month(payments: Sequence[Payment]) -> date:
    """Return the first day of the month in which most payments lie."""
    return Counter(p.day.replace(day=1) for p in payments).most_common(1)[0][0]
