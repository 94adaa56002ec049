"""Home Office spending over 25,000 pounds: what its counter-terrorism area pays to operators.

Published month by month since 2010: one GOV.UK page for each year from 2014, one for 2010-2013,
all listed in a collection. Found by the Content API, never by the names of files, for these follow
no rule: `25k-spend-june-2010.csv`, `ho-spend-25k-feb-2013.csv`, `HO_FY1415_AP7_Proc_Spend_25K.csv`
(AP1 is April). In hand: five months; an index of 78 to October 2016. Of later files none is.

Quirks, each seen by somebody who had all 78:
- A link labelled January 2013 (and one labelled June 2010) gives the bytes of January 2012. A month
  whose payments lie in another month than its label says is refused as a whole.
- Five identical rows are five payments (Vodafone, 10 October 2014, 199,116.90 each): they are told
  apart by transaction number and line.
- `(G)` after a supplier marks a grant. In one month the columns of type and area are swapped; one
  month has no transaction numbers. April 2011 and the first file of 2010 are workbooks only.
- What the publisher says: the area's spending is largely exempt from publication; grants carry the
  accounting date; credit notes (below zero) from February 2011.

No row says "retention". The operators' ordinary telephony, paid by other areas, is not taken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.core.errors import BadInput
from portal.core.observations import Locator, Observation, Series
from portal.core.periods import Period
from portal.core.sources import Get, Record, Snapshot, Source
from portal.core.values import read_value
from portal.sources import _govuk, _operators, _spend
from portal.sources._json import is_json

# The folder that recorded files of this source lie in, besides its own name.
FOLDERS = ("home-office",)
SOURCE = Source(
    id="home_office_spend",
    title="Home Office spending over £25,000",
    publisher="Home Office",
    page="https://www.gov.uk/government/collections/25000-spend",
    licence="ogl-3.0",
    months=1,
    proven=True,
    since="2010",
    quirks=(
        "Much of the counter-terrorism area's spending is left out by law: no row is not zero.",
        "No row says that a payment is for keeping data.",
        "Two links give the month January 2012 under other labels.",
    ),
)
COLLECTION = _govuk.CONTENT + "/government/collections/25000-spend"
SWAPPED = "Expense type and expense area stand in each other's column in this file."
NOTHING = {"-": "none_recorded", "": "not_available"}
CHARSETS = _spend.ENCODINGS  # the files declare none, and 35 of 78 months are cp1252
MAY_BE_EMPTY = True  # most months list no such payment


@dataclass(frozen=True, slots=True)
class Month:
    """A month's file: its amount column, the months of its label, and what is to be noted."""

    snapshot: Snapshot
    column: str
    first: date
    last: date
    swapped: bool
    note: str


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the collection, each year's page, and each month's file.

    A page without months is told once all others have been asked.
    """
    collection = get(COLLECTION)
    empty: list[str] = []
    for address in _govuk.linked(_govuk.document(collection), COLLECTION):
        page = replace(get(address), linked_from=COLLECTION)
        yield page
        title = _govuk.document(page)["title"]
        files = _monthly(page)
        empty += [] if files else [address]
        for each in files:
            label = f"{each.title} ({title})"
            yield replace(get(each.url), linked_from=address, label=label)
    if empty:
        raise BadInput("files of months on each page", ", ".join(empty), COLLECTION)


def _monthly(page: Snapshot) -> list[_govuk.Attachment]:
    """The CSV of each month, and the workbook where a month has nothing else."""
    files = _govuk.attachments(_govuk.document(page), page.address)
    csv = [each for each in files if each.url.lower().endswith(".csv")]
    months = {_month_name(each.title) for each in csv}
    others = [each for each in files if each.url.lower().endswith((".xls", ".xlsx", ".ods"))]
    return [*csv, *(each for each in others if _month_name(each.title) not in months)]


def _month_name(title: str) -> str:
    # `January 2014`, `January 2014 CSV` and `January 2014 (XLS)` are one month.
    return re.sub(r" (csv|xlsx?|ods|excel)$", "", _operators.key(title))


def feed(snapshot: Snapshot) -> str:
    """The month whose newest state a file is: a corrected file gets another address."""
    if is_json(snapshot):
        return snapshot.address
    first, last = _spend.months_of(snapshot.label)
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"


def observations(snapshot: Snapshot) -> Iterator[Observation]:
    """Yield each payment of the area to an operator; raises BadInput for a misfiled month."""
    if not is_json(snapshot):
        yield from _read(snapshot)[0]


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Yield a page with its change notes; of a month, the rows that did not read, if any."""
    if is_json(snapshot):
        yield _govuk.publication(snapshot)
    elif refused := _read(snapshot)[1]:
        told = [{"where": r.where, "expected": r.expected, "found": str(r.found)} for r in refused]
        yield Record("refused_rows", snapshot.address, {"label": snapshot.label, "rows": told})


def _read(snapshot: Snapshot) -> tuple[list[Observation], list[BadInput]]:
    where = snapshot.address
    if snapshot.content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise BadInput("a CSV (workbooks of this source are kept, not read)", "a workbook", where)
    file = _spend.read(snapshot, "Home Office")
    first, last = _spend.months_of(snapshot.label)
    filed = _spend.filed_month(file.payments)
    if not first <= filed <= last:
        raise BadInput(f"payments of {snapshot.label}", f"most of {filed:%B %Y}", where)
    swapped = _is_swapped(file.payments)
    notes = [SWAPPED] * swapped + ["Read as cp1252."] * (file.encoding == "cp1252")
    month = Month(snapshot, file.header.column("amount"), first, last, swapped, " ".join(notes))
    taken: list[Observation] = []
    for payment in file.payments:
        try:
            taken += _taken(payment, month)
        except BadInput as problem:
            file.refused.append(problem.at(f"{where}, row {payment.row}"))
    return taken, file.refused


def _is_swapped(payments: list[_spend.Payment]) -> bool:
    def names_area(cell: str) -> bool:
        return bool(_operators.AREA_WORDS.search(_operators.key(cell)))

    return any(names_area(p.type) for p in payments) and not any(
        names_area(p.area) for p in payments
    )


def _taken(payment: _spend.Payment, month: Month) -> Iterator[Observation]:
    kind, area = payment.type, payment.area
    if month.swapped:
        kind, area = area, kind
    if not _operators.is_counter_terrorism(area, payment.day):
        return
    holder = _operators.operator(payment.supplier, payment.day)
    if not holder:
        return
    # Invoices of other departments carry older dates; a year before is more likely a typing error.
    if not month.first - timedelta(366) <= payment.day <= month.last + timedelta(62):
        raise BadInput(f"a date near {month.last:%B %Y}", payment.day.isoformat())
    type_ = _operators.expense_type(kind)
    grant = type_ == "grant" or "(g)" in payment.supplier.casefold()
    breakdown = (("expense_type", type_), ("payment_kind", "grant" if grant else "other"))
    plain = _operators.unmangled(payment.amount).strip()
    value = read_value(plain, kind="money", symbol="£", missing=NOTHING)
    file = month.snapshot
    yield Observation(
        Series("payments_to_operators", "home-office", holder, "GB", breakdown),
        Period(payment.day, payment.day),
        replace(value, printed=payment.amount),
        SOURCE.id,
        Locator(file.sha256, row=payment.row, column=month.column, url=file.address),
        variant=f"{month.last:%Y-%m} {payment.transaction or 'no number'} line {payment.line}",
        note=month.note,
    )
