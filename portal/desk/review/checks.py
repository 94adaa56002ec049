"""What a reader of a figure should look at. It is shown, and decides nothing."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.core.errors import BadInput
from portal.core.periods import Period
from portal.core.vocabulary import Unit
from portal.desk.review.observing import period
from portal.extract.model import Table
from portal.extract.sums import Finding

Row = Mapping[str, Any] | sqlite3.Row
# A figure this many times its neighbour in time, or this part of it, is looked at twice.
JUMP = 3
SURE = 0.9  # below this confidence, OCR is not believed
FEW = range(1, 5)
# What heads of tables print when they count in thousands or millions.
SCALES = {
    "thousands": ("thousand", "000s", "'000", "’000", "(000)"),
    "millions": ("million", "£m", "(m)"),
}
SAYS_SUMS = "A printed total does not agree"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to look at: `kind` is good, note or warning; `words` a sentence."""

    check: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around a figure: its table and sums, its unit, other figures of its series.

    `known` are approved figures of the store, `beside` other proposals of the same document.
    `source` is the one under which the figure would be recorded, `names` what sources are called.
    """

    unit: Unit | None
    table: Table | None = None
    sums: Sequence[Finding] = ()
    known: Sequence[Row] = ()
    beside: Sequence[Row] = ()
    source: str = ""
    names: Mapping[str, str] | None = None


def notices(row: Row, around: Around) -> list[Notice]:
    """Everything to look at, what is wrong with the figure itself first."""
    try:
        mine = period(row)
    except BadInput as problem:
        return [Notice("period", "warning", f"{str(problem)[:1].upper()}{str(problem)[1:]}.")]
    found = [
        *_reading(row),
        *_small(row, around.unit),
        *_unit(row, around),
        *_sums(row, around.sums),
        *_jumps(row, mine, around),
        *_others(row, mine, around),
    ]
    return list(dict.fromkeys(found))


def _reading(row: Row) -> Iterator[Notice]:
    if row["confidence"] < SURE:
        yield Notice("ocr", "warning", f"Read from a picture, {row['confidence']:.0%} sure.")
    for doubt in json.loads(row["doubts"] or "[]"):
        if not doubt.startswith(SAYS_SUMS):
            yield Notice("mapping", "warning", doubt)


def _small(row: Row, unit: Unit | None) -> Iterator[Notice]:
    number = row["value"] if row["value"] is not None else row["high"]
    counted = unit is not None and unit.kind == "count" and number is not None
    if counted and row["status"] != "suppressed" and Decimal(number) in FEW:
        words = "A count from 1 to 4 may point at single persons: may it be shown?"
        yield Notice("small", "warning", words)


def _unit(row: Row, around: Around) -> Iterator[Notice]:
    printed, unit = row["printed"], around.unit
    if unit is None:
        return
    for sign, kind, words in (("£", "money", "Pounds are"), ("%", "share", "Per cent is")):
        if sign in printed and unit.kind not in (kind, "rate"):
            yield Notice("unit", "warning", f"{words} printed; what is counted is {unit.many}.")
    if unit.kind == "share" and row["value"] and Decimal(row["value"]) > 100:
        yield Notice("unit", "warning", "A share above 100 per cent.")
    head = _head(row, around.table)
    for words, signs in SCALES.items():
        if any(sign in head for sign in signs):
            yield Notice("scale", "warning", f"The head of the table may say {words}: is this one?")


def _head(row: Row, table: Table | None) -> str:
    if table is None:
        return ""
    above = (c.text for c in table.cells if c.row < table.header_rows and c.column == row["column"])
    return " ".join([table.title, table.unit, *above]).lower()


def _sums(row: Row, sums: Sequence[Finding]) -> Iterator[Notice]:
    for each in sums:
        line = each.column == row["column"] if each.kind == "column" else each.row == row["row"]
        if line and each.agrees:
            yield Notice("sum", "good", f"Its {each.kind} adds up to the printed {each.stated:,f}.")
        elif line:
            words = f"Its {each.kind} adds up to {each.computed:,f}, printed is {each.stated:,f}."
            yield Notice("sum", "warning", words)


def _jumps(row: Row, mine: Period, around: Around) -> Iterator[Notice]:
    """Compare with the nearest earlier period of the same length, whoever printed it."""
    number = _number(row)
    earlier = [
        (other.end, each, other)
        for each in (*around.known, *around.beside)
        if (other := _period(each)) and other.end and mine.start and other.end < mine.start
        and other.same_length(mine) and _number(each) is not None
    ]  # fmt: skip
    if number is None or not earlier:
        return
    nearest = max(end for end, _, _ in earlier)
    for _, each, other in [found for found in earlier if found[0] == nearest]:
        before = _number(each)
        if before is None or not max(number, before):
            continue
        if number > JUMP * before or before > JUMP * number:
            words = f"A jump: {before:,f} in {other.label}, {number:,f} here."
            yield Notice("jump", "warning", words)


def _others(row: Row, mine: Period, around: Around) -> Iterator[Notice]:
    """Figures for the same thing and time: recorded before, official ones, others on the page."""
    for each in around.known:
        other = _period(each)
        if other is None or not mine.overlaps(other) or not (mine.days and other.days):
            continue
        called = (around.names or {}).get(each["source"], each["source"])
        said = says(each)
        if (other.start, other.end) != (mine.start, mine.end):
            words = f"Overlaps {other.label}, for which “{called}” has {said}."
            yield Notice("overlap", "note", words)
        elif each["source"] == around.source:
            yield Notice("recorded", "warning", f"Recorded already from this request: {said}.")
        elif said == says(row):
            yield Notice("official", "good", f"“{called}” has the same, {said}.")
        else:
            yield Notice("conflict", "warning", f"“{called}” has {said} for the same time.")
    for each in around.beside:
        other = _period(each)
        if other and (other.start, other.end) == (mine.start, mine.end):
            place = each["reference"] or f"row {each['row'] + 1}"
            words = f"The same thing stands twice in this document: {says(each)} at {place}."
            yield Notice("twice", "warning", words)


def _number(row: Row) -> Decimal | None:
    return None if row["value"] is None else Decimal(row["value"])


def says(row: Row) -> str:
    """A value in words: `1,234`, `1–4`, or the status."""
    parts = [None if row[n] is None else f"{Decimal(row[n]):,f}" for n in ("value", "low", "high")]
    value, low, high = parts
    if value is not None:
        return value
    if low is not None and high is not None:
        return f"{low}–{high}"
    if low is not None or high is not None:
        return f"at least {low}" if low is not None else f"at most {high}"
    return str(row["status"] or "nothing that reads").replace("_", " ")


def _period(row: Row) -> Period | None:
    try:
        days = [date.fromisoformat(row[name]) if row[name] else None for name in ("start", "end")]
        return Period(days[0], days[1], row["period"])
    except (BadInput, ValueError):
        return None
