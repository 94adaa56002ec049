"""Documents at the desk: what came in, what was found where, tables as read, what a person decides.

The bytes of a document are served by no address: only pictures of its pages as a reader sees them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from portal.desk import copying
from portal.desk.intake import deciding, sentences
from portal.desk.intake.showing import (
    MOST_COLUMNS,
    MOST_ROWS,
    Found,
    Grid,
    HeldCell,
    found,
    grid,
    held_cells,
)
from portal.desk.people.errors import NotAllowed, NotThere
from portal.desk.people.model import Person
from portal.store import archive, documents, queue
from portal.store.desk import Desk
from portal.web.desk.given import Config, Form, Given, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
SHA256 = re.compile(r"[0-9a-f]{64}")
# An error may begin with the file of this machine: of no use to who reads the page.
PLACE = re.compile(r"^/\S+: ")
MOST_HELD = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class List:
    """One page of documents, and what it was chosen by."""

    wanted: documents.Wanted
    kinds: Sequence[str]
    counts: dict[str, int]
    rows: Sequence[Any]
    total: int
    number: int
    last: int
    query: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A held cell whose text is shown to this reviewer now."""

    place: tuple[int, int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document in words, never its bytes. `looked` is the one held cell that is open."""

    row: Any
    said: str
    waiting: str
    in_line: int
    failed: str
    found: Sequence[Found]
    tables: Sequence[Any]
    number: int
    grid: Grid | None
    held: Sequence[HeldCell]
    held_count: int
    pages: Sequence[Any]
    parent: Any
    parts: Sequence[Any]
    releases: Sequence[Any]
    copy: str
    history: Sequence[Any]
    looked: Looked | None = None


@router.get("/documents", right="see")
def document_list(request: Request, db: Store) -> Response:
    """The documents of the desk, newest first."""
    given = request.query_params
    wanted = documents.Wanted(*(given.get(name, "") for name in ("state", "kind", "request")))
    asked = given.get("page", "1")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 8 else 1
    rows, total = documents.listed(db, wanted, number)
    chosen = {"state": wanted.state, "kind": wanted.kind, "request": wanted.request}
    query = urlencode({name: value for name, value in chosen.items() if value})
    last = max(1, -(-total // documents.PER_PAGE))
    shown = List(
        wanted, documents.kinds(db), documents.counts(db), rows, total, number, last, query
    )
    return page(request, "desk/documents.html", shown)


@router.get("/documents/{sha256}", right="see")
def document_page(request: Request, db: Store, sha256: str) -> Response:
    """One document: what it is, what was found, its tables and pages."""
    return page(request, "desk/document.html", _document(request, db, sha256))


@router.get("/documents/{sha256}/pages/{number}.png", right="see")
def askedpicture(config: Config, db: Store, me: Me, sha256: str, number: int) -> Response:
    """The picture of a page. With held text on it, only for those who may release it."""
    row = documents.picture(db, _known(sha256), min(number, 10**6))
    if row is None:
        raise NotThere("There is no picture of that page.")
    if (row["held"] or row["closed"]) and not me.may("release_cells"):
        raise NotAllowed("A reviewer looks at this page first: it may show what must not go on.")
    return Response(archive.read(config.archive, row["picture"]), media_type="image/png")


@router.post("/documents/{sha256}/figures", right="release_cells")
def use_figures(db: Store, me: Me, form: Form, sha256: str) -> Response:
    """Let the visible figures of a stopped document be used."""
    deciding.use_figures(db, _known(sha256), me.name, form.text("why"), _whole(form, "version"))
    return back(f"/desk/documents/{sha256}", "Its visible figures may be used now; nothing else.")


@router.post("/documents/{sha256}/reject", right="release_cells")
def reject(db: Store, me: Me, form: Form, sha256: str) -> Response:
    """Take nothing of a document."""
    deciding.reject(db, _known(sha256), me.name, form.text("why"), _whole(form, "version"))
    return back(f"/desk/documents/{sha256}", "The document is rejected; nothing of it is taken.")


@router.post("/documents/{sha256}/again", right="review")
def read_again(db: Store, me: Me, sha256: str) -> Response:
    """Ask for a document to be read once more."""
    said = deciding.read_again(db, _known(sha256), me.name)
    return back(f"/desk/documents/{sha256}", said)


@router.post("/documents/{sha256}/copy", right="release_cells")
def ask_for_copy(db: Store, me: Me, sha256: str) -> Response:
    """Ask for a cleaned copy, made anew from the visible cells."""
    return back(f"/desk/documents/{sha256}", copying.ask(db, _known(sha256), me.name))


@router.get("/documents/{sha256}/copy.xlsx", right="see")
def cleaned_copy(config: Config, db: Store, sha256: str) -> Response:
    """The cleaned copy: nothing of the original's bytes is in it."""
    found = documents.copy_of(db, _known(sha256))
    if not found:
        raise NotThere("There is no cleaned copy of this document as it stands now.")
    named = {"Content-Disposition": f'attachment; filename="copy-{sha256[:8]}.xlsx"'}
    content = archive.read(config.archive, found)
    return Response(content, media_type=XLSX, headers=named)


@router.post("/documents/{sha256}/cells/look", right="release_cells")
def look_at_cell(request: Request, db: Store, me: Me, form: Form, sha256: str) -> Response:
    """Show a held cell to a reviewer, once, and note that they looked."""
    place = _place(form)
    text = deciding.look_at_cell(db, _known(sha256), place, me.name)
    return page(request, "desk/document.html", _document(request, db, sha256, Looked(place, text)))


@router.post("/documents/{sha256}/cells/release", right="release_cells")
def release_cell(db: Store, me: Me, form: Form, sha256: str) -> Response:
    """Put a held cell's text into its table."""
    place, version = _place(form), _whole(form, "version")
    deciding.release_cell(db, _known(sha256), place, me.name, version)
    return back(f"/desk/documents/{sha256}#held", "The cell is released.")


def _known(sha256: str) -> str:
    if not SHA256.fullmatch(sha256):
        raise NotThere("There is no document of that hash at this desk.")
    return sha256


def _whole(form: Given, name: str) -> int:
    text = form.text(name)
    if not text.isdecimal() or len(text) > 12:
        raise NotThere(f"This form lacks its {name}; open its page again.")
    return int(text)


def _place(form: Given) -> deciding.Place:
    return _whole(form, "table"), _whole(form, "row"), _whole(form, "column")


def _document(request: Request, db: Desk, sha256: str, looked: Looked | None = None) -> Document:
    row = documents.document(db, _known(sha256))
    if row is None:
        raise NotThere("There is no document of that hash at this desk.")
    me: Person = request.state.me
    tables = documents.tables(db, sha256)
    held = documents.held(db, sha256)
    number = _chosen(request, looked, tables)
    shown = next((each["id"] for each in tables if each["number"] == number), 0)
    part = documents.some_rows(db, shown, 0, MOST_ROWS, MOST_COLUMNS)
    job = queue.of(db, "read", sha256) or {"state": "", "problem": ""}
    return Document(
        row=row,
        said=sentences.STATES[row["state"]],
        waiting=job["state"] if job["state"] in ("waiting", "running") else "",
        in_line=queue.counts(db).get(("read", "waiting"), 0) if job["state"] == "waiting" else 0,
        failed=PLACE.sub("", job["problem"]) if job["state"] == "failed" else "",
        found=found(documents.findings(db, sha256)),
        tables=tables,
        number=number,
        grid=grid(part, [each for each in held if each["table_id"] == shown]) if part else None,
        held=held_cells(held[:MOST_HELD]),
        held_count=len(held),
        pages=_pages(db, me, row, held),
        parent=documents.document(db, row["parent"]) if row["parent"] else None,
        parts=documents.parts(db, sha256),
        releases=documents.releases(db, sha256),
        copy=documents.copy_of(db, sha256),
        history=documents.history(db, sha256),
        looked=looked,
    )


def _chosen(request: Request, looked: Looked | None, tables: Sequence[Any]) -> int:
    """The number of the table that is shown: the one asked for, else that of the open cell."""
    given = request.query_params.get("table", "")
    if given.isdecimal() and len(given) < 8:
        return int(given)
    open_now = [each["number"] for each in tables if looked and each["id"] == looked.place[0]]
    return next(iter(open_now), 1)


def _pages(db: Desk, me: Person, row: Any, held: Sequence[Any]) -> Sequence[Any]:
    closed = held or documents.closed(db, row["sha256"])
    return [] if closed and not me.may("release_cells") else documents.pages(db, row["sha256"])
