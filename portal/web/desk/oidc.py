"""Signing in through the organisation's own server: there, and back again."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpcore
from fastapi import Request
from starlette.responses import RedirectResponse, Response

from portal.config import Settings
from portal.desk.people import oidc
from portal.desk.people.errors import NotSignedIn, NotThere
from portal.web.desk import cookies
from portal.web.desk.given import Config, Store
from portal.web.desk.pages import page
from portal.web.desk.problems import SignIn
from portal.web.desk.routing import DeskRouter
from portal.web.desk.signing import come_in, place

router = DeskRouter()
TIMEOUTS = {"connect": 5.0, "read": 10.0, "write": 5.0, "pool": 5.0}
LARGEST = 1_000_000
LONGEST_SECONDS = 20.0
FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)


@dataclass(frozen=True, slots=True)
class Through:
    """Where the browser goes on to by itself."""

    to: str


@router.get("/oidc", right="anyone")
def begin(db: Store, settings: Config, to: str = "/desk") -> Response:
    """Send the browser to the organisation's server."""
    _has_server(settings)
    address, state = oidc.begin(db, settings, place(to), fetch)
    answer = RedirectResponse(address, status_code=303)
    # The way back begins at another site: a strict cookie would stay behind.
    cookies.put(answer, cookies.BEGUN, state, int(oidc.SECONDS), same_site="lax")
    return answer


@router.get("/oidc/back", right="anyone")
def finish(
    request: Request, db: Store, settings: Config, code: str = "", state: str = ""
) -> Response:
    """Let in whom the server proves and an admin has linked."""
    _has_server(settings)
    kept = request.cookies.get(cookies.BEGUN, "")
    try:
        who, to = oidc.finish(db, settings, code, state, kept, fetch)
    except NotSignedIn as problem:
        given = SignIn(str(problem), "/desk", oidc=True, wrong=True)
        return page(request, "desk/sign_in.html", given, 401)
    led = come_in(request, db, who, "organisation", to)
    to = led.headers["location"]
    # A redirect would still count as coming from the other site, without the new cookie.
    answer = page(
        request, "desk/sign_through.html", Through(to), headers={"Refresh": f"0; url={to}"}
    )
    answer.raw_headers += [each for each in led.raw_headers if each[0] == b"set-cookie"]
    cookies.drop(answer, cookies.BEGUN)
    return answer


def _has_server(settings: Settings) -> None:
    if not settings.oidc_issuer:
        raise NotThere("This desk knows no sign-in server of an organisation.")


def fetch(address: str, form: Mapping[str, str] | None) -> Mapping[str, Any]:
    """Ask the server; raises BadServer for anything but a JSON object with status 200."""
    oidc.safe(address)
    headers = {"Accept": "application/json"}
    content = None
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        content = urlencode(form).encode()
    try:
        status, body = _asked("GET" if form is None else "POST", address, headers, content)
    except FAILURES as problem:
        raise oidc.BadServer(f"{address}: {problem or type(problem).__name__}") from None
    try:
        told = json.loads(body) if status == 200 else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise oidc.BadServer(f"{address}: expected a JSON object, found status {status}")
    return told


def _asked(
    method: str, address: str, headers: dict[str, str], content: bytes | None
) -> tuple[int, bytes]:
    end, body = time.monotonic() + LONGEST_SECONDS, b""
    extensions = {"timeout": TIMEOUTS}
    with (
        httpcore.ConnectionPool() as pool,
        pool.stream(
            method, address, headers=headers, content=content, extensions=extensions
        ) as answer,
    ):
        for part in answer.iter_stream():
            body += part
            if len(body) > LARGEST or time.monotonic() > end:
                raise oidc.BadServer(f"{address}: the answer is too long, or too slow")
        return answer.status, body
