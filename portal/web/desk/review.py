"""Review at the desk: figures beside their cells, read by two people; the same by API."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from portal.core.errors import BadInput, PortalError
from portal.desk.people.errors import NotAllowed, NotThere, Stale
from portal.desk.people.model import Person
from portal.desk.review import reading, showing, words
from portal.desk.review.reading import Answer, Said
from portal.desk.review.showing import Entry, Figure
from portal.desk.review.standing import is_blind
from portal.store import queue, review, review_reading
from portal.store.desk import Desk, transaction
from portal.web.desk.given import Form, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
SHA256 = re.compile(r"[0-9a-f]{64}")
SAID = {
    "single": "Read. It waits for a second person.",
    "agreed": "Two people agree. It is being recorded.",
    "disputed": "The readings differ. A third person settles it.",
    "asked": "The question is kept.",
    "rejected": "Two people agree that there is no figure.",
    "recorded": "It stands as it was recorded.",
    "open": "It waits for a first reading.",
}
WAITS = ("first", "second", "settle", "answer")
NOTHING = Said("")
AGAIN = "You had said the same already. Nothing was added."
STATUS = ((NotAllowed, 403), (Stale, 409), (PortalError, 400))
TOKEN = ("id", "document", "table_id", "row", "column", "reference", "page", "box", "measure")
FIGURE = ("requester", "holder", "area", "breakdown", "start", "end", "period", "state", "version")
VALUE = ("printed", "value", "low", "high", "status", "note", "confidence", "doubts", "exemptions")


@dataclass(frozen=True, slots=True)
class Queue:
    """The documents with figures, and how much of each waits for this person."""

    rows: Sequence[Any]
    words: Any
    agreement: review.Agreement


@dataclass(frozen=True, slots=True)
class Reading:
    """A document's figures and the one that is read now. `typed` is what could not be taken."""

    document: Any
    body: str
    listed: Sequence[Entry]
    figure: Figure
    statuses: Sequence[Any]
    figures: int
    waiting: int
    left: int
    problem: str = ""
    typed: Said = NOTHING


@router.get("/review", right="read")
def review_queue(request: Request, db: Store, me: Me) -> Response:
    """What waits for this person, by document."""
    rows = review_reading.queue(db, me.name, me.may("review"))
    shown = Queue(rows, words.words(db), review.agreement(db))
    return page(request, "desk/review.html", shown)


@router.get("/review/{document}", right="read")
def review_document(request: Request, db: Store, me: Me, document: str) -> Response:
    """One figure beside its cell, and the list of the others; `part` gives the figure alone."""
    figure = request.query_params.get("figure", "")
    part = bool(request.query_params.get("part"))
    shown = _reading(db, me, document, _number(figure) or 0, part=part)
    return page(request, f"desk/review_{'figure' if part else 'document'}.html", shown)


@router.post("/review/{document}/blind", right="review")
def blind(db: Store, me: Me, form: Form, document: str) -> Response:
    """Ask for blind second readings of a document, or give them up."""
    wanted = form.text("blind") == "1"
    table = _number(form.text("table"))
    count = reading.set_blind(db, me, _known(document), table, wanted)
    how = "is read blind by the second person" if wanted else "shows its value to the second person"
    return back(f"/desk/review/{document}", f"{count} figures: each {how}." if count else "")


@router.post("/review/{document}/record", right="review")
def record(db: Store, me: Me, document: str) -> Response:
    """Ask once more that what is agreed be recorded, where that could not be done before."""
    with transaction(db) as conn:
        queue.ask(conn, reading.RECORD, _known(document), me.name)
    return back(f"/desk/review/{document}", "What is agreed is being recorded.")


@router.post("/review/{document}/{figure}", right="read")
def read_figure(
    request: Request, db: Store, me: Me, form: Form, document: str, figure: int
) -> Response:
    """Keep a reading and go on to the next figure; a script gets the new state instead."""
    names = ("verdict", "value", "printed", "status", "note")
    said = Said(*(form.text(name) for name in names))
    script = request.headers.get("accept", "").startswith("application/json")
    try:
        _in_document(db, document, figure)
        answer = reading.read(db, me, figure, said, _version(form.text("version")))
    except PortalError as problem:
        if script or isinstance(problem, NotThere):
            raise
        status = next(code for kind, code in STATUS if isinstance(problem, kind))
        shown = _reading(db, me, document, figure, str(problem), said)
        return page(request, "desk/review_document.html", shown, status)
    if script:
        return JSONResponse(_told(answer))
    ordered = showing.order(db, document, me)
    following = showing.next_for(db, ordered, showing.place(ordered, figure), me)
    query = f"?{urlencode({'figure': following})}" if following else ""
    return back(f"/desk/review/{document}{query}", SAID[answer.state] if answer.added else AGAIN)


@router.post("/review/{document}/{figure}/release", right="release")
def release(db: Store, me: Me, form: Form, document: str, figure: int) -> Response:
    """Let a single reading go out before the second."""
    _in_document(db, document, figure)
    answer = reading.release(db, me, figure, _version(form.text("version")))
    said = "The single reading goes out, marked as such." if answer.added else AGAIN
    return back(f"/desk/review/{document}?{urlencode({'figure': figure})}", said)


@router.get("/api/v1/proposals", right="read")
def proposals(request: Request, db: Store, me: Me) -> Response:
    """The figures of a document as this person may see them; a blind one without its value."""
    all = showing.every(db, _known(request.query_params.get("document", "")))
    found = [_given(each, showing.entry(each, me, words.words(db)), me) for each in all]
    return JSONResponse({"proposals": found})


@router.post("/api/v1/proposals/{figure}/readings", right="read")
async def add_reading(request: Request, db: Store, me: Me, figure: int) -> Response:
    """Keep a reading: JSON with version and verdict; value, printed, status and note as needed."""
    try:
        given = await request.json()
    except ValueError:
        raise BadInput("a JSON object", "something else", "the request's body") from None
    names = ("verdict", "value", "printed", "status", "note")
    whole = isinstance(given, dict) and set(given) <= {*names, "version"}
    if not whole or not all(isinstance(given.get(name, ""), str) for name in names):
        raise BadInput(f"texts {', '.join(names)} and a version", given, "the request's body")
    said = Said(*(given.get(name, "").strip() for name in names))
    version = _version(str(given.get("version", "")))
    answer = await run_in_threadpool(reading.read, db, me, figure, said, version)
    return JSONResponse(_told(answer), 201 if answer.added else 200)


def _reading(
    db: Desk,
    me: Person,
    document: str,
    figure: int,
    problem: str = "",
    typed: Said = NOTHING,
    part: bool = False,
) -> Reading:
    ordered = showing.order(db, _known(document), me)
    known = words.words(db)
    chosen = figure or showing.next_for(db, ordered, -1, me) or ordered[0]["id"]
    at = showing.place(ordered, chosen)
    [waits] = review_reading.queue(db, me.name, me.may("review"), document)
    row = review.document(db, document)
    origin = review.origin(db, document)
    asked = review.request(db, origin["request"]) if origin and origin["request"] else None
    return Reading(
        document=row,
        body=known.label("requester", asked["body"]) if asked else "",
        listed=[] if part else showing.entries(db, ordered, at, me, known),
        figures=len(ordered),
        figure=showing.figure(db, ordered, at, me),
        statuses=list(known.vocabulary.statuses.values()),
        waiting=len(review.pending(db, document)),
        left=sum(waits[name] for name in WAITS),
        problem=problem,
        typed=typed,
    )


def _known(document: str) -> str:
    if not SHA256.fullmatch(document):
        raise NotThere("There is no such document.")
    return document


def _in_document(db: Desk, document: str, figure: int) -> None:
    row = review.proposal(db, figure)
    if row is None or row["document"] != _known(document):
        raise NotThere("That figure does not stand in this document.")


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _version(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise BadInput("the version of the figure that was read", text, "version")
    return int(text)


def _told(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id, "state": answer.state, "version": answer.version, "added": answer.added,
        "said": SAID[answer.state] if answer.added else AGAIN,
    }  # fmt: skip


def _given(each: showing.Facts, entry: Entry, me: Person) -> dict[str, Any]:
    hidden = is_blind(each.proposal, each.readings, me.name)
    told = {name: each.row[name] for name in (*TOKEN, *FIGURE)}
    value = {} if hidden else {name: each.row[name] for name in VALUE}
    return {**told, **value, "blind": bool(each.row["blind"]), "task": entry.task}
