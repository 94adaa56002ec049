"""Reading a figure: what a person says of a proposal is added, and its state follows, at once."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.errors import BadInput
from portal.core.vocabulary import Vocabulary
from portal.desk.inspection import pii
from portal.desk.mapping.apply import missing
from portal.desk.people.errors import NotAllowed, NotThere, Stale
from portal.desk.people.model import Person
from portal.desk.people.rights import RIGHTS
from portal.desk.review import observing, words
from portal.desk.review.rules import SINGLE
from portal.desk.review.standing import (
    DECIDING,
    NO_FIGURE,
    VERDICTS,
    Content,
    Proposal,
    Reading,
    Recorded,
    Standing,
    meant,
    newest_readings,
    refusal,
    standing,
)
from portal.store import queue, review
from portal.store.desk import Desk, transaction
from portal.store.writing import note

# The job that puts agreed figures of a document into the store; see finishing.
RECORD = "record figures"
LONGEST = 1000
Row = Mapping[str, Any] | sqlite3.Row


@dataclass(frozen=True, slots=True)
class Said:
    """What a person hands in: `value` as typed; `printed` only where it differs from the table's.

    Verdicts are accept, amend, reject and ask. What a second reader types without seeing the value
    is an amendment too; under which name it is kept follows from the readings before.
    """

    verdict: str
    value: str = ""
    printed: str = ""
    status: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: the proposal's state and version now; `added` is False for a repetition."""

    id: int
    state: str
    version: int
    added: bool


def facts(row: Row, readings: Iterable[Row], held: Row | None) -> tuple[Proposal, list[Reading]]:
    """What the rules look at, from rows of the store."""
    recorded = None
    if held is not None:
        gone = held["status"] == "withdrawn"
        content = NO_FIGURE if gone else (held["value"], held["low"], held["high"], held["status"])
        recorded = Recorded(held["rule"], content)
    dropped = row["state"] == "dropped"
    proposal = Proposal(row["made_by"], dropped, bool(row["blind"]), recorded)
    names = Reading.__dataclass_fields__
    return proposal, [Reading(**{name: each[name] for name in names}) for each in readings]


def look(db: Desk, id: int) -> tuple[sqlite3.Row, Proposal, list[Reading]]:
    """One proposal with what the rules look at; raises NotThere."""
    row = review.proposal(db, id)
    if row is None:
        raise NotThere(f"There is no figure {id} to read.")
    return row, *facts(row, review.readings(db, id), review.recorded(db, id))


def may_review(db: Desk, reader: Person) -> bool:
    """Whether a person may be the second reader now; raises NotAllowed for one who was revoked.

    What a session or token was given before counts only as far as the role still has it.
    """
    role = review.role_of(db, reader.name)
    rights = RIGHTS[role] & reader.rights if role else frozenset()
    if "read" not in rights:
        raise NotAllowed("You may not read figures any more; nothing was changed.")
    return "review" in rights


def read(db: Desk, reader: Person, id: int, said: Said, version: int) -> Answer:
    """Add a reading. The same by the same person twice adds nothing, whatever the version.

    Raises NotAllowed, NotThere, Stale when somebody was faster, BadInput for what does not read.
    """
    if said.verdict not in VERDICTS:
        raise BadInput(f"one of {', '.join(VERDICTS)}", said.verdict, "verdict")
    with transaction(db) as conn:
        reviewer = may_review(db, reader)
        row, proposal, readings = look(db, id)
        new = _new(row, reader.name, said, meant(proposal, readings, reader.name, said.verdict), db)
        mine = newest_readings(readings).get(reader.name)
        if mine is not None and _same(mine, new, said.verdict):
            return Answer(id, row["state"], row["version"], False)
        if row["version"] != version:
            raise Stale("Somebody else has read this figure meanwhile. Look at it once more.")
        refused = refusal(proposal, readings, reader.name, new.verdict, reviewer)
        if refused:
            raise NotAllowed(refused)
        before = standing(proposal, readings)
        _check(words.words(db).vocabulary, row, new)
        added = review.add(conn, new)
        after = standing(proposal, [*readings, _reading(added, new)])
        _restate(conn, row, before, after)
        note(conn, reader.name, f"read: {new.verdict}", f"proposal/{id}", after.state)
        return Answer(id, after.state, version + 1, True)


def release(db: Desk, publisher: Person, id: int, version: int) -> Answer:
    """Let a single reading go out before the second, marked as such; a second time changes nothing.

    Raises NotAllowed for anyone but a publisher who neither mapped nor read the figure, and where
    there is no single reading of one.
    """
    with transaction(db) as conn:
        may_review(db, publisher)
        role = review.role_of(db, publisher.name)
        if "release" not in RIGHTS[role] & publisher.rights:
            raise NotAllowed("A single reading goes out only when a publisher releases it.")
        row, proposal, readings = look(db, id)
        reached = standing(proposal, readings)
        waiting = any(each["id"] == id for each in review.pending(db, row["document"]))
        held = proposal.recorded
        if waiting or (held and (held.rule, held.content) == (SINGLE, reached.content)):
            return Answer(id, row["state"], row["version"], False)
        if row["version"] != version:
            raise Stale("Somebody else has read this figure meanwhile. Look at it once more.")
        if reached.state != "single" or reached.content == NO_FIGURE or held:
            raise NotAllowed("There is no single reading of a new figure here to release.")
        if publisher.name in (row["made_by"], *(each.person for each in readings)):
            raise NotAllowed("You have mapped or read this figure: somebody else releases it.")
        review.approve(conn, id, SINGLE, publisher.name)
        review.restate(conn, id, "single", version)
        queue.ask(conn, RECORD, row["document"], publisher.name)
        note(conn, publisher.name, "release single reading", f"proposal/{id}")
        return Answer(id, "single", version + 1, True)


def set_blind(
    db: Desk, reviewer: Person, document: str, table_id: int | None, blind: bool
) -> int:  # fmt: skip
    """Ask that second readers of a document or one table type without seeing; returns how many."""
    with transaction(db) as conn:
        if not may_review(db, reviewer):
            raise NotAllowed("Blind readings are asked for by a reviewer.")
        count = review.set_blind(conn, document, table_id, blind)
        if count:
            detail = json.dumps({"table": table_id, "figures": count})
            deed = "blind reading" if blind else "open reading"
            note(conn, reviewer.name, deed, f"document/{document}", detail)
        return count


def _restate(conn: sqlite3.Connection, row: Row, before: Standing, after: Standing) -> None:
    """Set the state; where people have come to agree, approve it and ask that it be recorded."""
    if not review.restate(conn, row["id"], after.state, row["version"]):
        raise Stale("Somebody else has read this figure meanwhile. Look at it once more.")
    came = (after.rule, after.content) != (before.rule, before.content)
    if after.state == "agreed" and (came or before.state != "agreed"):
        review.approve(conn, row["id"], after.rule, after.by)
        queue.ask(conn, RECORD, row["document"], after.by)


def _new(row: Row, person: str, said: Said, verdict: str, db: Desk) -> review.NewReading:
    """The reading as it is kept; raises BadInput for what does not read, or names a person."""
    for what, text in (("note", said.note), ("printed", said.printed), ("value", said.value)):
        if len(text) > LONGEST:
            raise BadInput(f"at most {LONGEST} letters", f"{len(text)}", what)
    found = pii.kinds(said.note) if verdict in DECIDING else frozenset()
    if found:
        raise BadInput("a note without anything about a person", ", ".join(sorted(found)), "note")
    number, low, high, status = _content(row, said, verdict, db)
    printed = said.printed or (said.value if verdict == "blind" else row["printed"])
    return review.NewReading(
        row["id"], person, verdict, printed, number, low, high, status, said.note
    )  # fmt: skip


def _content(row: Row, said: Said, verdict: str, db: Desk) -> Content:
    if said.verdict in ("reject", "ask"):
        if not said.note:
            raise BadInput("a note that says why", "none", said.verdict)
        return NO_FIGURE if said.verdict == "reject" else (None, None, None, "")
    if said.verdict == "accept":
        return observing.proposed(row)
    held = words.words(db).vocabulary
    content = observing.typed(
        said.value, said.status, held.unit_of(row["measure"]), held.statuses
    )  # fmt: skip
    amended = verdict != "blind" and content != observing.proposed(row)
    if amended and not said.note:
        raise BadInput("a note that says why the value is another than printed", "none", "amend")
    return content


def _check(vocabulary: Vocabulary, row: Row, new: review.NewReading) -> None:
    """Raise BadInput for a figure that could not be recorded as it is."""
    if new.verdict not in DECIDING or new.verdict == "reject" or new.status == "rejected":
        return
    left = [name for name in missing(row) if name != "status"]
    if left or not new.status:
        what = ", ".join(left) or "a value"
        raise BadInput(f"a figure of which the mapping says everything: {what}", "nothing")
    content = (new.value, new.low, new.high, new.status)
    reading = _reading(0, new)
    reached = Standing("", content=content, reading=reading)
    made = observing.observation(row, reached, observing.Origin("-"), "", {})
    words.with_sources(vocabulary, {"-": {}}).check(made)


def _reading(id: int, new: review.NewReading) -> Reading:
    numbers = (new.value, new.low, new.high)
    return Reading(id, new.person, new.verdict, *numbers, new.status, new.printed, new.note)


def _same(mine: Reading, new: review.NewReading, verdict: str) -> bool:
    """A repetition: the same person says the same again, under whatever name it was kept."""
    if verdict == "ask" or mine.verdict == "ask":
        return (mine.verdict, mine.note) == (new.verdict, new.note)
    again = _reading(0, new)
    return (mine.content, mine.printed, mine.note) == (again.content, again.printed, again.note)
