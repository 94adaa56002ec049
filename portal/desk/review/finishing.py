"""Recording what people agreed on: each figure once, whatever dies in between.

An approval is written with the reading that led to it. Here the approved figures of a document
become one import for each rule, and then the approvals are marked. Killed between the two, the next
run finds that the store holds these figures already, and only marks them.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.config import Settings
from portal.core.errors import BadInput, PortalError, StoreError
from portal.core.observations import Observation
from portal.core.values import plain
from portal.desk.review import observing, words
from portal.desk.review.observing import Origin, Row
from portal.desk.review.reading import RECORD, facts, look
from portal.desk.review.rules import SINGLE
from portal.desk.review.standing import Standing, standing
from portal.store import archive, review
from portal.store.desk import Desk, transaction
from portal.store.staging import locator_text
from portal.store.writing import Batch, Snapshot, note, record

ACTOR = "portal"
DESK_SOURCE = "desk_source"
FEED = "desk/"
LICENCE = "foi-answer"


@dataclass(frozen=True, slots=True)
class Finished:
    """How many figures of a document were recorded, and why others could not be."""

    document: str
    recorded: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """An approved figure on its way into the store."""

    approval: int
    proposal: int
    rule: str
    observation: Observation


def handle(config: Settings, db: Desk, document: str) -> None:
    """The job of recording a document's agreed figures; raises StoreError for what is left."""
    while True:
        # Whoever agrees while this runs finds the job running and asks for no other: look again.
        done = finish_document(db, config.archive, document)
        if done.problems:
            raise StoreError(" ".join(done.problems))
        if not done.recorded:
            return


HANDLERS = {RECORD: handle}


def finish(db: Desk, archive_folder: Path) -> list[Finished]:
    """Record whatever is agreed and not recorded, document by document."""
    documents = review.documents_pending(db)
    return [finish_document(db, archive_folder, document) for document in documents]


def finish_document(db: Desk, archive_folder: Path, document: str) -> Finished:
    """Record the agreed figures of one document; a second time writes nothing."""
    with _alone(archive_folder):
        try:
            origin, snapshot = _origin(db, archive_folder, document)
        except PortalError as problem:
            return Finished(document, 0, (str(problem),))
        ready, problems = _ready(db, document, origin)
        for rule in sorted({each.rule for each in ready}):
            chosen = [each for each in ready if each.rule == rule]
            new = [each for each in chosen if not _stands(db, each)]
            if new:
                record(db, _batch(document, rule, new, origin, snapshot))
            _mark(db, chosen)
        return Finished(document, len(ready), tuple(problems))


@contextmanager
def _alone(archive_folder: Path) -> Iterator[None]:
    """One process at a time; the system frees the lock however this one ends."""
    archive_folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(archive_folder / ".recording", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _ready(db: Desk, document: str, origin: Origin) -> tuple[list[Ready], list[str]]:
    """The approved figures in the order of their proposals, and a sentence for each that is not."""
    ready: list[Ready] = []
    problems = []
    known = words.words(db)
    sources = words.sources(db) | ({origin.source: origin.record} if origin.record else {})
    vocabulary = words.with_sources(known.vocabulary, sources)
    for row in review.pending(db, document):
        readings, held = review.readings(db, row["id"]), review.recorded(db, row["id"])
        reached = standing(*facts(row, readings, held))
        # What went on to a dispute or a question waits for its end. After a run that was cut short
        # the store may hold already what is agreed: then it only has to be marked.
        ends = ("single",) if row["rule"] == SINGLE else ("agreed", "recorded", "rejected")
        if reached.state not in ends:
            continue
        try:
            taken = {each.observation.id for each in ready}
            made = _observation(db, row, reached, origin, known.exemptions, taken)
            vocabulary.check(made)
        except PortalError as problem:
            problems.append(f"{row['reference']}: {problem}")
            continue
        ready.append(Ready(row["approval"], row["id"], row["rule"], made))
    return ready, problems


def _observation(
    db: Desk, row: Row, reached: Standing, origin: Origin, exemptions: Any, taken: set[str]
) -> Observation:
    """The figure under an id of its own: the one it has, or one that nobody else holds.

    What a source says twice is two readings of it; the second is told apart by its cell.
    """
    held = review.recorded(db, row["id"])
    known = review.owner(db, held["observation"]) if held else None
    second = f"{row['document'][:12]} {row['reference']}"
    for variant in [known["variant"]] if known else ["", second]:
        made = observing.observation(row, reached, origin, row["rule"], exemptions, variant)
        other = review.owner(db, made.id)
        free = other is None or (
            other["feed"].startswith(FEED) and other["proposal"] in (None, row["id"])
        )
        if free and made.id not in taken:
            return made
    raise BadInput("a figure that is not recorded from another cell", made.id, row["reference"])


def _stands(db: Desk, each: Ready) -> bool:
    """Whether the store holds exactly this, approved by this rule: an earlier run was cut short."""
    found = review.standing_as(db, each.observation.id)
    return found is not None and [found["rule"], *_texts(found)] == [each.rule, *_told(each)]


def _mark(db: Desk, chosen: Sequence[Ready]) -> None:
    """Say what is recorded now; the state follows from all that was read until this moment."""
    with transaction(db) as conn:
        for each in chosen:
            if not review.mark(conn, each.approval, each.observation.id):
                continue
            row, proposal, readings = look(db, each.proposal)
            state = standing(proposal, readings).state
            review.restate(conn, each.proposal, state, row["version"])
            note(conn, ACTOR, "record figure", f"proposal/{each.proposal}", each.observation.id)


def _batch(
    document: str, rule: str, chosen: Sequence[Ready], origin: Origin, snapshot: Snapshot
) -> Batch:
    records = {DESK_SOURCE: {origin.source: origin.record}} if origin.record else {}
    told = [document, rule, records, [[e.approval, e.observation.id, *_told(e)] for e in chosen]]
    key = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
    return Batch(
        feed=f"{FEED}{document}",
        key=key,
        snapshot=snapshot,
        observations=[each.observation for each in chosen],
        records=records,
        complete=False,
        rule=rule,
    )


def _told(each: Ready) -> list[str | None]:
    """All that is recorded of a figure beside its id, as the store writes it."""
    made = each.observation
    numbers = (made.value.number, made.value.low, made.value.high)
    texts = (made.value.status, made.value.printed, made.note, made.period.label)
    return [*(None if n is None else plain(n) for n in numbers), *texts, locator_text(made.locator)]


def _texts(found: Row) -> list[str | None]:
    names = ("value", "low", "high", "status", "printed", "note", "period", "locator")
    return [found[name] for name in names]


def _origin(db: Desk, archive_folder: Path, document: str) -> tuple[Origin, Snapshot]:
    """Source and snapshot of a document; raises PortalError while its figures may not go out."""
    row = review.document(db, document)
    if row is None:
        raise StoreError(f"{document}: there is no such document")
    if row["withdrawn"] or row["state"] == "rejected":
        raise StoreError(f"{document}: the document was withdrawn or rejected; nothing is recorded")
    released = set((row["released"] or "").split(","))
    if row["state"] == "quarantined" and not released & {"figures", "copy"}:
        raise StoreError(f"{document}: quarantined; its figures wait until a publisher releases it")
    if not archive.place(archive_folder, document).is_file():
        raise StoreError(f"{document}: archived bytes are missing; nothing is recorded")
    given = review.origin(db, document)
    if given is None:
        raise StoreError(f"{document}: it answers no request and is of no publication")
    if not given["request"]:
        name = f"Document of {given['publication']}"
        held = Origin(given["publication"])
    else:
        held, name = _foi(db, given)
    address = row["address"] or given["address"]
    return held, Snapshot(document, name, address, row["kind"], row["bytes"])


def _foi(db: Desk, given: Row) -> tuple[Origin, str]:
    """The request as a source, and how its answer is called: no person is named anywhere."""
    asked = review.request(db, given["request"])
    if asked is None:
        raise StoreError(f"{given['request']}: there is no such request")
    body = words.words(db).label("requester", asked["body"])
    reference = asked["reference"] or asked["id"]
    dates = ("sent_on", "due_on", "answered_on")
    record = {
        "title": f"Answer to a freedom of information request, reference {reference}",
        "publisher": body,
        "year": (asked["answered_on"] or asked["sent_on"])[:4],
        "url": asked["address"],
        "kind": "official",
        "licence": LICENCE,
        "note": "Read at the desk from the authority’s answer.",
        "body": asked["body"],
        "reference": reference,
        "law": asked["law"],
        "state": asked["state"],
        "exemptions": json.loads(asked["exemptions"] or "[]"),
        **{name: asked[name] for name in dates},
    }
    return Origin(f"foi-{asked['id']}", record), f"FOI answer {reference}"
