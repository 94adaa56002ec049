"""What a person sees of a figure that they read: its place, its words, no more than they may."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal.core.observations import TOTAL, read_breakdown
from portal.desk.mapping.apply import missing
from portal.desk.mapping.words import Known
from portal.desk.people.errors import NotThere
from portal.desk.people.model import Person
from portal.desk.reading.tables import load
from portal.desk.review import checks, observing, words
from portal.desk.review.checks import Around, Notice
from portal.desk.review.places import Framed, Grid, framed, grid
from portal.desk.review.reading import facts
from portal.desk.review.standing import (
    Proposal,
    Reading,
    counting,
    is_blind,
    open_questions,
    standing,
    task,
)
from portal.extract.model import Table
from portal.extract.sums import Finding, adds_up
from portal.store import review, review_reading
from portal.store.desk import Desk

Row = Mapping[str, Any] | sqlite3.Row
# The list names so many figures before and after the one that is read.
LISTED = 60
AT_ONCE = 100
# Letters of a table, from where on only one is kept in memory.
LARGE = 5_000_000
NO_FIGURES = "This document has no figures to read; its tables are mapped first."
SETTLED_STATES = ("disputed", "agreed", "recorded", "rejected")


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure in the list: `task` is what waits for this person, `label` never its value."""

    id: int
    label: str
    state: str
    task: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as this person may see it: without what others read while they are to read."""

    row: Row
    state: str
    task: str
    hidden: bool
    complete: bool
    refused: str
    value: str
    labels: Mapping[str, str]
    notices: Sequence[Notice]
    readings: Sequence[Reading]
    questions: Sequence[Reading]
    framed: Framed | None
    grid: Grid | None
    releasable: bool
    following: int = 0
    previous: int = 0
    next: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """One proposal with what the rules look at."""

    row: sqlite3.Row
    proposal: Proposal
    readings: Sequence[Reading]


def every(db: Desk, document: str) -> list[Facts]:
    """All proposals of a document with their readings; raises NotThere for one without any."""
    found = _facts(db, [row["id"] for row in review.proposals_of(db, document)])
    if not found:
        raise NotThere(NO_FIGURES)
    return found


def order(db: Desk, document: str, me: Person) -> list[sqlite3.Row]:
    """The figures of a document in reading order; raises NotThere for one without any."""
    found = review_reading.order(db, document, me.name)
    if not found:
        raise NotThere(NO_FIGURES)
    return found


def place(ordered: Sequence[Row], id: int) -> int:
    """Where a figure stands in the reading order; raises NotThere."""
    at = next((n for n, row in enumerate(ordered) if row["id"] == id), None)
    if at is None:
        raise NotThere("That figure does not stand in this document any more.")
    return at


def next_for(db: Desk, ordered: Sequence[Row], at: int, me: Person) -> int:
    """The next figure after that place that waits for this person, from the top again; 0 for none.

    Rows tell which can wait for them at all; the rules have the last word.
    """
    able = {"open", "asked"} | ({"single", "disputed"} if me.may("review") else set())
    after = [*ordered[at + 1 :], *ordered[: max(at, 0)]]
    ids = [row["id"] for row in after if row["state"] in able and not row["mine"]]
    for start in range(0, len(ids), AT_ONCE):
        found = _facts(db, ids[start : start + AT_ONCE])
        waits = (f.row["id"] for f in found if _task(f, me))
        if first := next(waits, 0):
            return int(first)
    return 0


def entries(
    db: Desk, ordered: Sequence[Row], at: int, me: Person, known: Known
) -> list[Entry]:  # fmt: skip
    """The figures around a place, each with what waits there for this person."""
    around = ordered[max(0, at - LISTED) : at + LISTED]
    return [entry(each, me, known) for each in _facts(db, [row["id"] for row in around])]


def entry(each: Facts, me: Person, known: Known) -> Entry:
    """One figure as the list names it."""
    row = each.row
    return Entry(row["id"], _named(row, known), row["state"], _task(each, me))


def _task(each: Facts, me: Person) -> str:
    return task(each.proposal, each.readings, me.name, me.may("review"))


def _facts(db: Desk, ids: Sequence[int]) -> list[Facts]:
    readings, held = review.readings_of(db, ids), review.recorded_of(db, ids)
    return [
        Facts(row, *facts(row, readings.get(row["id"], ()), held.get(row["id"])))
        for row in review.proposals(db, ids)
    ]


def figure(db: Desk, ordered: Sequence[Row], at: int, me: Person) -> Figure:
    """The figure at a place of the reading order, for this person."""
    [mine] = _facts(db, [ordered[at]["id"]])
    known, wanted = words.words(db), _task(mine, me)
    row, state = mine.row, standing(mine.proposal, mine.readings).state
    hidden = is_blind(mine.proposal, mine.readings, me.name)
    table, sums = _table(db, row)
    around = _around(db, mine, known, table, sums)
    open_to_me = state in SETTLED_STATES or me.name in counting(mine.proposal, mine.readings)
    found = checks.notices(row, around)
    held = mine.proposal.recorded
    return Figure(
        row=row,
        state=state,
        task=wanted,
        hidden=hidden,
        complete=not missing(row),
        refused="" if wanted or state in SETTLED_STATES else _waits(mine, me),
        value="" if hidden else checks.says(row),
        labels=labels(row, known),
        notices=[n for n in found if n.check == "ocr"] if hidden else found,
        readings=mine.readings if open_to_me else [],
        questions=open_questions(mine.proposal, mine.readings),
        framed=framed(db, row, me),
        grid=grid(db, row, table),
        releasable=state == "single" and me.may("release") and held is None,
        previous=ordered[at - 1]["id"] if at else 0,
        following=ordered[at + 1]["id"] if at + 1 < len(ordered) else 0,
        next=next_for(db, ordered, at, me),
    )


def labels(row: Row, known: Known) -> dict[str, str]:
    """What the codes of a figure are called."""
    parts = read_breakdown(row["breakdown"]) if row["breakdown"] else ()
    held = known.vocabulary
    split = [
        f"{held.dimensions[d].label if d in held.dimensions else d}: "
        f"{known.label(f'dimension:{d}', code)}"
        for d, code in parts
    ]
    measure = held.measures.get(row["measure"])
    unit = held.units[measure.unit] if measure else None
    status = held.statuses.get(row["status"])
    return {
        "measure": known.label("measure", row["measure"]) if row["measure"] else "not said yet",
        "unit": unit.many if unit else "",
        "requester": ""
        if row["requester"] == TOTAL
        else known.label("requester", row["requester"]),
        "holder": "" if row["holder"] == TOTAL else known.label("holder", row["holder"]),
        "area": known.label("area", row["area"]) if row["area"] else "",
        "breakdown": "; ".join(split),
        "status": status.label if status else row["status"],
    }


def _named(row: Row, known: Known) -> str:
    found = labels(row, known)
    who = ", ".join(part for part in (found["requester"], found["holder"]) if part)
    return ", ".join(part for part in (who or found["measure"], row["period"]) if part)


def _waits(mine: Facts, me: Person) -> str:
    """Why there is nothing to do for this person here, as a sentence."""
    if me.name in counting(mine.proposal, mine.readings):
        return "You have read this figure. It waits for a second person."
    if mine.proposal.made_by == me.name:
        return "You mapped this table: this figure waits for somebody else."
    return "This figure waits for a reviewer."


def _table(db: Desk, row: Row) -> tuple[Table | None, Sequence[Finding]]:
    found = review_reading.table(db, row["table_id"]) if row["table_id"] else None
    if not found:
        return None, ()
    content = found["content"]
    return _read(content) if len(content) < LARGE else _read_large(content)


@lru_cache(maxsize=4)
def _read(content: str) -> tuple[Table, Sequence[Finding]]:
    """A table and its sums: a reader goes through one table figure by figure."""
    table = load(content)
    return table, adds_up(table)


@lru_cache(maxsize=1)
def _read_large(content: str) -> tuple[Table, Sequence[Finding]]:
    """The same for a table of which the memory holds one."""
    return _read.__wrapped__(content)


def _around(
    db: Desk, mine: Facts, known: Known, table: Table | None, sums: Sequence[Finding]
) -> Around:
    row, held = mine.row, known.vocabulary
    measure = held.measures.get(row["measure"])
    if missing(row):
        return Around(held.units[measure.unit] if measure else None, table)
    series = observing.series(row).id
    origin = review.origin(db, row["document"])
    request = origin["request"] if origin else ""
    source = f"foi-{request}" if request else origin["publication"] if origin else ""
    recorded = review.recorded(db, row["id"])
    others = [
        each for each in review_reading.known(db, [series]).get(series, ())
        if recorded is None or each["id"] != recorded["observation"]
    ]  # fmt: skip
    names = {id: str(given["title"]) for id, given in words.sources(db).items()} if others else {}
    return Around(
        unit=held.units[measure.unit] if measure else None,
        table=table,
        sums=sums,
        known=others,
        beside=review_reading.beside(db, row["id"]),
        source=source,
        names=names,
    )
