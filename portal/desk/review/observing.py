"""From a proposal and what people read of it to the observation that is recorded."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from portal.core.errors import BadInput
from portal.core.observations import Locator, Observation, Series, read_breakdown
from portal.core.periods import Period
from portal.core.values import Value, plain, read_value
from portal.core.vocabulary import Status, Unit
from portal.desk.review.rules import SINGLE, SINGLE_NOTE, TAKEN_BACK
from portal.desk.review.standing import NO_FIGURE, Content, Standing

Row = Mapping[str, Any] | sqlite3.Row
ANSWER = "answer"  # the reference of an answer that concerns the whole request
# What people say a value means, when they type it: the rest is read off the text.
CELL = re.compile(r"(?:(?P<sheet>.*)!)?\$?(?P<column>[A-Z]{1,3})\$?(?P<row>\d+)(?::.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the figures of a document come from: their source, and how it is written down."""

    source: str
    record: Mapping[str, Any] | None = None


def series(row: Row) -> Series:
    """The series of a proposal; raises BadObservation for words that are no codes."""
    split = read_breakdown(row["breakdown"])
    return Series(row["measure"], row["requester"], row["holder"], row["area"], split)


def period(row: Row) -> Period:
    """The period of a proposal; raises BadInput for days that do not read."""
    try:
        days = [date.fromisoformat(row[name]) if row[name] else None for name in ("start", "end")]
    except ValueError as problem:
        found = f"{row['start']} to {row['end']}"
        raise BadInput("days such as 2013-01-01", found, row["reference"]) from problem
    return Period(days[0], days[1], row["period"])


def proposed(row: Row) -> Content:
    """What the table itself says, as a reading's content."""
    return row["value"], row["low"], row["high"], row["status"]


def value(content: Content, printed: str) -> Value:
    """The value of a content; raises BadValue for one that contradicts itself."""
    number, low, high = (None if text is None else Decimal(text) for text in content[:3])
    return Value(number, low, high, content[3], printed)


def content(read: Value) -> Content:
    """A value as a reading's content: exact texts, so that equal numbers are equal."""
    texts = (None if n is None else plain(n) for n in (read.number, read.low, read.high))
    number, low, high = texts
    return number, low, high, read.status


def typed(text: str, status: str, unit: Unit, statuses: Mapping[str, Status]) -> Content:
    """Read what a person typed: `1,234`, `1 - 4`, `<5`, or nothing beside a status without value.

    Raises BadValue for text that does not read as one number, BadInput for an unknown status.
    """
    if status and status not in statuses:
        raise BadInput("a known status", status)
    if not text and status and not statuses[status].has_value:
        return content(Value(status=status))
    read = read_value(text, kind=unit.kind, symbol=unit.symbol)
    if status and status != "normal" and read.status != status:
        read = replace(read, status=status)
    return content(read)


def locator(row: Row) -> Locator:
    """Where a person finds the cell in the archived document.

    Sheets are named as they are; elsewhere page, row and column of the table that was found.
    """
    if row["reference"] == ANSWER or row["table_id"] is None:
        return Locator(row["document"], page=f"page {row['page']}" if row["page"] else "the answer")
    found = None if row["page"] else CELL.fullmatch(row["reference"])
    if found:
        sheet = (found["sheet"] or "").strip("'")
        return Locator(
            row["document"], sheet=sheet, row=int(found["row"]), column=found["column"]
        )  # fmt: skip
    at = f"row {row['row'] + 1}, column {row['column'] + 1}"
    place = f"page {row['page']}, {at}" if row["page"] else at
    return Locator(row["document"], table=str(row["table_number"]), page=place)


def note(row: Row, said: str, rule: str, exemptions: Mapping[str, str]) -> str:
    """What stands beside the figure: the table's note, grounds of a refusal, what a reader said."""
    grounds = []
    for each in json.loads(row["exemptions"] or "[]"):
        label = exemptions.get(each["code"], each["code"])
        subject = each.get("subject", "")
        grounds.append(f"{each['code']} ({label})" + (f" for {subject}" if subject else ""))
    parts = [
        row["note"],
        f"Grounds given: {'; '.join(grounds)}." if grounds else "",
        said,
        SINGLE_NOTE if rule == SINGLE else "",
    ]
    return " ".join(part.strip() for part in parts if part.strip())


def observation(
    row: Row,
    reached: Standing,
    origin: Origin,
    rule: str,
    exemptions: Mapping[str, str],
    variant: str = "",
) -> Observation:
    """The observation of what people came to; what they took back stands without a value."""
    assert reached.content is not None and reached.reading is not None
    reading = reached.reading
    # Who typed blind what the table says typed a number, not how it is printed.
    alike = reached.content == proposed(row)
    printed = row["printed"] if alike and reading.verdict == "blind" else reading.printed
    changed = not alike or printed != row["printed"]
    said = reading.note if changed else ""
    if reached.content == NO_FIGURE:
        read, said = Value(status="withdrawn", printed=row["printed"]), TAKEN_BACK
    else:
        read = value(reached.content, printed)
    told = note(row, said, rule, exemptions)
    made = (series(row), period(row), read, origin.source, locator(row), variant, told)
    return Observation(*made)


def box(row: Row) -> Sequence[float]:
    """Left, top, right and bottom of the cell in points; empty where it has no place on a page."""
    found = json.loads(row["box"]) if row["box"] else []
    return [float(each) for each in found] if found and len(found) == 4 else []
