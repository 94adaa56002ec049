"""The room where figures become public: what is ready, what shows, the next edition, take-down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import Response

from portal.desk import copying
from portal.desk.people.errors import NotThere
from portal.desk.publishing import releasing
from portal.desk.publishing.releasing import EDITION, PUBLISH, Wanted
from portal.publish import pictures, takedown
from portal.publish.documents import KINDS
from portal.store import archive, documents, publishing, queue
from portal.store.desk import Desk
from portal.store.publishing import Box, Document
from portal.web.desk.given import Config, Form, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
HERE = "/desk/publishing"


@dataclass(frozen=True, slots=True)
class Room:
    """What is ready, by document, the edition that stands, and the job that builds the next."""

    documents: Sequence[Mapping[str, Any]]
    edition: Mapping[str, Any]
    job: Mapping[str, Any] | None
    gone: frozenset[str]

    @property
    def fresh(self) -> int:
        """How many figures are recorded that no edition shows yet."""
        return sum(each["fresh"] for each in self.documents)


@dataclass(frozen=True, slots=True)
class OnePage:
    """A page of a document: how many of its cells are framed and covered, or why it cannot show."""

    number: int
    width: int
    height: int
    framed: int
    covered: int
    refused: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One document: what goes out of it now, what could, and what makes one hesitate."""

    document: Document
    kind: str
    doubts: Sequence[str]
    tables: int
    pages: Sequence[OnePage]
    what: str = ""
    why: str = ""


@router.get("/publishing", right="release")
def room(request: Request, db: Store) -> Response:
    """What is ready and what is public."""
    job = queue.of(db, PUBLISH, EDITION)
    gone = frozenset(publishing.withdrawn(db))
    shown = Room(publishing.standing(db), publishing.last_edition(db), job, gone)
    return page(request, "desk/publishing.html", shown)


@router.post("/publishing/edition", right="publish")
def edition(db: Store, me: Me) -> Response:
    """Ask for the next edition; the worker builds it."""
    releasing.ask_for_edition(db, me.name)
    return back(HERE, "The next edition is being built. The last one serves until it stands.")


@router.get("/publishing/{sha256}", right="release")
def document(request: Request, db: Store, sha256: str) -> Response:
    """What of a document goes out, with its pages just as readers would see them."""
    found = releasing.known(db, sha256)
    kind, doubts = KINDS.get(found.kind, found.kind), releasing.doubts(db, sha256)
    count = len(documents.tables(db, sha256))
    shown = Shown(found, kind, doubts, count, _pages(db, sha256))
    return page(request, "desk/publishing_document.html", shown)


@router.get("/publishing/{sha256}/pages/{number}.png", right="release")
def page_picture(config: Config, db: Store, sha256: str, number: int) -> Response:
    """A page just as it would go out: its figures framed, held cells painted over."""
    releasing.known(db, sha256)
    seen = publishing.page_pictures(db, sha256).get(number)
    if seen is None:
        raise NotThere("There is no picture of that page.")
    framed, covered, refused = _marks(db, sha256, number)
    if refused:
        raise NotThere(refused)
    content = archive.read(config.archive, seen.picture)
    drawn = pictures.draw(content, seen.scale, framed, covered)
    return Response(drawn, media_type="image/png")


@router.post("/publishing/{sha256}/release", right="release")
def release(config: Config, db: Store, me: Me, form: Form, sha256: str) -> Response:
    """Let pictures of pages, or a cleaned copy made now, out with the next edition."""
    releasing.known(db, sha256)
    what = form.text("what")
    copy = copying.keep(db, config.archive, sha256) if what == "copy" else ""
    wanted = Wanted(what, form.text("why"), form.text("looked"), copy)
    releasing.release(db, wanted, sha256, me.name)
    return back(f"{HERE}/{sha256}", "Let out; readers see it with the next edition.")


@router.post("/publishing/{sha256}/withdraw", right="withdraw")
def withdraw(config: Config, db: Store, me: Me, form: Form, sha256: str) -> Response:
    """Take a document back at once from every edition."""
    releasing.known(db, sha256)
    takedown.withdraw(db, config, sha256, me.name, releasing.public_reason(form.text("why")))
    return back(f"{HERE}/{sha256}", "Withdrawn: its pictures and copies are gone everywhere.")


def _pages(db: Desk, sha256: str) -> list[OnePage]:
    found = []
    for number, seen in publishing.page_pictures(db, sha256).items():
        framed, covered, refused = _marks(db, sha256, number)
        if framed:
            counts = (len(framed), len(covered))
            found.append(OnePage(number, seen.width, seen.height, *counts, refused))
    return found


def _marks(db: Desk, sha256: str, number: int) -> tuple[list[Box], list[Box], str]:
    """What is framed and covered on a page, and a sentence when it cannot go out at all."""
    held = publishing.held_boxes(db, sha256)
    here = [box for box in held.get(number, []) if box]
    refused = ""
    if None in held.get(number, []) or held.get(0):
        refused = "A held cell of this page has no known place, so it cannot be painted over."
    return publishing.boxes_on(db, sha256, number), here, refused
