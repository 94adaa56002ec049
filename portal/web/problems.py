"""Pages and JSON for what went wrong: plain words, a way on, never a traceback."""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import unquote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from portal.core.errors import BadInput, EditionError, NotComparable
from portal.store.reading.search import found
from portal.web.edition import connect
from portal.web.headers import protect
from portal.web.rendering import render

log = logging.getLogger("portal.web")

TITLES = {
    400: "This address cannot be answered",
    404: "Nothing stands at this address",
    403: "This may not be sent from there",
    405: "This address can only be read",
    410: "This was taken back",
    413: "That is too long",
    415: "That was sent in a form that we do not read",
    422: "A value in this address does not fit",
    429: "Too much at once; please come back soon",
    500: "Something broke on our side",
    503: "No edition can be shown now",
}
WORDS = {
    404: "It may have been mistyped, or the thing has another name here.",
    405: "Pages and files here are read with GET or HEAD; nothing can be sent to them.",
    500: "The page failed, and we have recorded that it did, but not who asked or for what.",
}
# section -> the ids it holds, to find the nearest to one that was mistyped
SECTIONS = {
    "bodies": "SELECT id, label FROM bodies WHERE id <> '_T'",
    "operators": "SELECT id, label FROM bodies WHERE id <> '_T'",
    "sources": "SELECT id, title AS label FROM sources",
    "datasets": "SELECT id, label FROM datasets",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, and pages that may have been meant: address and name."""

    status: int
    title: str
    words: str
    near: Sequence[tuple[str, str]] = ()


def install(app: FastAPI) -> None:
    """Answer every error of the application in one shape."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(BadInput, _refused)
    app.add_exception_handler(NotComparable, _refused)
    app.add_exception_handler(EditionError, _no_edition)
    app.add_exception_handler(sqlite3.DatabaseError, _damaged)
    app.add_exception_handler(Exception, _broken)


def answer(request: Request, status: int, words: str = "") -> Response:
    """Return the problem as JSON below /api, as a page elsewhere."""
    title = TITLES.get(status, "This address cannot be answered")
    words = words or WORDS.get(status, "")
    if request.url.path.startswith("/api/"):
        return JSONResponse({"ok": False, "error": words, "status": status}, status)
    return _page(request, Problem(status, title, words))


def _page(request: Request, problem: Problem) -> HTMLResponse:
    """Fill the page on a connection of its own: the route's is closed by now."""
    try:
        edition = request.app.state.editions.current()
        db = connect(edition.database)
    except (EditionError, sqlite3.Error):
        request.state.edition = request.state.db = None
        return render(request, "problem.html", problem, status=problem.status)
    try:
        request.state.edition, request.state.db = edition, db
        if problem.status == 404:
            near = near_to(db, request.url.path)
            problem = Problem(problem.status, problem.title, problem.words, near)
        return render(request, "problem.html", problem, status=problem.status)
    finally:
        request.state.db = None
        db.close()


def near_to(db: sqlite3.Connection, path: str) -> list[tuple[str, str]]:
    """Return pages whose id or name is near to the last part of an address."""
    section, _, last = unquote(path).strip("/")[:200].rpartition("/")
    near: dict[str, str] = {}
    if section in SECTIONS:
        names = {row["id"]: row["label"] for row in db.execute(SECTIONS[section])}
        for id in get_close_matches(last.lower(), names, n=4, cutoff=0.5):
            near[f"/{section}/{id}"] = names[id]
    for hit in found(db, last.replace("-", " ").replace("_", " "), limit=6).hits:
        near.setdefault(hit.address, hit.title)
    return list(near.items())[:6]


async def _http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    said = problem.detail if problem.detail not in ("Not Found", "Method Not Allowed") else ""
    given = answer(request, problem.status_code, said)
    given.headers.update(problem.headers or {})
    return given


async def _invalid(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    said = [f"{each['loc'][-1]}: {each['msg'].lower()}" for each in problem.errors()[:3]]
    return answer(request, 422, f"What does not fit: {'; '.join(said)}.")


async def _refused(request: Request, problem: Exception) -> Response:
    return answer(request, 400, f"{str(problem)[:500].rstrip('.')}.")


async def _no_edition(request: Request, problem: Exception) -> Response:
    log.error("%s", problem)
    given = answer(request, 503, "The figures are being put in place. Please come back soon.")
    given.headers["Retry-After"] = "60"
    return given


async def _damaged(request: Request, problem: Exception) -> Response:
    # Its subclasses tell of our own mistakes; the class itself says that the file is not whole.
    if type(problem) is not sqlite3.DatabaseError:
        raise problem
    return await _no_edition(request, EditionError(f"the edition's database: {problem}"))


async def _broken(request: Request, problem: Exception) -> Response:
    # This handler stands outside of all middleware, so it protects its answer itself.
    try:
        given = answer(request, 500)
    except Exception:
        log.exception("the page for what broke is broken itself")
        given = PlainTextResponse(f"{TITLES[500]}. {WORDS[500]}", 500)
    protect(given.headers)
    return given
