"""What the desk answers when something cannot be done: a page, or JSON for scripts."""

import logging
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.core.errors import PortalError, StoreError
from portal.desk.people import errors
from portal.web.desk import cookies
from portal.web.desk.given import typed
from portal.web.desk.headers import protect
from portal.web.desk.pages import page

log = logging.getLogger("portal.desk")
STATUS: dict[type[PortalError], int] = {
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.NotThere: 404,
    errors.Stale: 409,
    errors.TooMuch: 413,
    errors.Throttled: 429,
    StoreError: 503,
}
TITLES = {
    400: "This cannot be done so",
    401: "Sign in",
    403: "You may not do this",
    404: "Nothing stands here",
    405: "This address does not take that",
    409: "Somebody else was faster",
    413: "That is too large",
    422: "A value does not fit",
    429: "Too many wrong sign-ins",
    500: "Something broke on our side",
    503: "The desk cannot use its store now",
}
BROKEN = "The page failed, and the desk's log says why. Nothing was done by halves."
RETRY_AFTER = "5"
# Answers after which a person may want to type the same again.
KEPT = (400, 403, 409, 500, 503)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, in one sentence, and what was typed: pairs of field and words."""

    status: int
    title: str
    words: str
    typed: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SignIn:
    """The page to sign in: what was said, and where it leads afterwards."""

    words: str
    to: str
    name: str = ""
    oidc: bool = False
    wrong: bool = False


def install(app: FastAPI) -> None:
    """Answer every error of the desk in one shape."""
    app.add_exception_handler(PortalError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(UnicodeEncodeError, _unwritable)
    # A number that the store cannot hold is the number of nothing in it.
    app.add_exception_handler(OverflowError, _nothing)
    app.add_exception_handler(Exception, _broken)


def wants_json(request: Request) -> bool:
    """True for scripts: below /desk/api, with a token, or by a page's own script."""
    asked = request.headers
    return (
        request.url.path.startswith("/desk/api/")
        or "x-csrf" in asked
        or "authorization" in asked
        or asked.get("accept", "").startswith("application/json")
    )


def answer(request: Request, status: int, words: str) -> Response:
    """The problem as JSON or as a page."""
    if wants_json(request):
        return JSONResponse({"error": words}, status)
    title = TITLES.get(status, "This cannot be done so")
    kept = typed(request) if status in KEPT else []
    return page(request, "desk/problem.html", Problem(status, title, words, kept), status)


async def _refused(request: Request, problem: Exception) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(problem, kind)), 400)
    words = str(problem)[:1000]
    if status == 401 and not wants_json(request):
        return sign_in(request, words)
    given = answer(request, status, words)
    if isinstance(problem, errors.Throttled):
        given.headers["Retry-After"] = str(problem.seconds)
    if status == 503:
        log.error("%s", problem)
        given.headers["Retry-After"] = RETRY_AFTER
    if status == 401:
        given.headers["WWW-Authenticate"] = "Bearer"
    return given


def sign_in(request: Request, words: str) -> Response:
    """The page to sign in, in the place of the one that was asked for."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    held = getattr(request.state, "held", "")
    to = here if request.method == "GET" else "/desk"
    oidc = bool(getattr(request.app.state.settings, "oidc_issuer", ""))
    given = page(request, "desk/sign_in.html", SignIn(words, to, oidc=oidc), 401)
    if held:
        cookies.put(given, cookies.HELD, held, 3600)
    return given


async def _http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    words = {404: "It may have been mistyped, or is not there any more."}
    said = words.get(problem.status_code, str(problem.detail))
    given = answer(request, problem.status_code, said)
    given.headers.update(problem.headers or {})
    return given


async def _unwritable(request: Request, problem: Exception) -> Response:
    return answer(
        request, 400, "Some of these letters are halves of letters: nobody can read them."
    )


async def _nothing(request: Request, problem: Exception) -> Response:
    return answer(request, 404, "There is nothing of that number at this desk.")


async def _invalid(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    said = [f"{each['loc'][-1]}: {each['msg'].lower()}" for each in problem.errors()[:3]]
    return answer(request, 422, f"What does not fit: {'; '.join(said)}.")


async def _broken(request: Request, problem: Exception) -> Response:
    # This handler stands outside of all middleware, so it protects its answer itself.
    try:
        given = answer(request, 500, BROKEN)
    except Exception:
        log.exception("the page for what broke is broken itself")
        given = PlainTextResponse(f"{TITLES[500]}. {BROKEN}", 500)
    protect(MutableHeaders(raw=given.raw_headers))
    return given
