"""/data on the site: passes requests to the process behind it, a few at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpcore
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from portal.web.rendering import render
from portal.web.tables import MOUNT
from portal.web.tables.supervisor import Down, Supervisor

AT_ONCE = 4
WAITING = 16
WAIT_SECONDS = 10.0
RETRY_AFTER = "5"
TIMEOUTS = {"connect": 2.0, "read": 20.0, "write": 5.0, "pool": 5.0}
METHODS = ("GET", "HEAD")
# An answer up to this size goes out in one piece, which the site then packs; packing more than
# that would keep other readers waiting.
WHOLE_BYTES = 300_000
# The only headers that pass: who asks, from where and with which cookie stays behind; what the
# answer may set is for the site to say.
ASKED = (b"accept",)
ANSWERED = (b"content-type", b"content-length", b"content-disposition", b"location")
FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
BUSY = "Too many questions at once, or a new edition is being opened. Try again in a few seconds."


class Busy(Exception):
    """More questions wait than will be answered soon."""


class Proxy:
    """The ASGI application at /data."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.free = asyncio.Semaphore(AT_ONCE)
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["method"] not in METHODS:
            refused = PlainTextResponse("Only GET and HEAD.", 405, {"Allow": ", ".join(METHODS)})
            await refused(scope, receive, send)
        elif scope["path"] == MOUNT:
            await RedirectResponse(f"{MOUNT}/", 308)(scope, receive, send)
        else:
            await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Answer(send)
        try:
            async with self._slot(), self.supervisor.request() as child:
                # Until the new process is there the old edition answers: nobody may keep that.
                kept = child.edition == self.supervisor.current()
                await answer.stream(child.pool, scope, kept=kept)
        except (Busy, Down, *FAILURES):
            # Once begun, an answer can only be broken off, so that nobody takes it for whole.
            if answer.begun:
                raise
            await busy(scope)(scope, receive, send)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if self.free.locked() and self.waiting >= WAITING:
            raise Busy
        self.waiting += 1
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self.free.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self.free.release()


def install(app: Starlette, supervisor: Supervisor) -> None:
    """Put the tables on a site, at /data and below."""
    proxy = Proxy(supervisor)
    app.router.routes.append(Route(MOUNT, proxy, include_in_schema=False))
    app.mount(MOUNT, proxy)


class Answer:
    """One answer on its way from the process to the reader."""

    def __init__(self, send: Send) -> None:
        self.send, self.begun = send, False

    async def stream(self, pool: httpcore.AsyncConnectionPool, scope: Scope, *, kept: bool) -> None:
        """Ask the process and send on what it answers."""
        asked = [(b"host", b"tables"), *((n, v) for n, v in scope["headers"] if n in ASKED)]
        request = pool.stream(
            scope["method"], target(scope), headers=asked, extensions={"timeout": TIMEOUTS}
        )
        async with request as answer:
            headers = [(n.lower(), v) for n, v in answer.headers if n.lower() in ANSWERED]
            headers += [] if kept else [(b"cache-control", b"no-store")]
            start = {"type": "http.response.start", "status": answer.status, "headers": headers}
            length = next((int(v) for n, v in headers if n == b"content-length"), 0)
            rest = await answer.aread() if length <= WHOLE_BYTES else b""
            self.begun = True
            await self.send(start)
            if length > WHOLE_BYTES:
                async for piece in answer.aiter_stream():
                    part = {"type": "http.response.body", "body": piece, "more_body": True}
                    await self.send(part)
        await self.send({"type": "http.response.body", "body": rest})


def target(scope: Scope) -> httpcore.URL:
    """The address as the reader wrote it, on the socket."""
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return httpcore.URL(scheme=b"http", host=b"tables", target=path.partition(b"?")[0] + query)


def busy(scope: Scope) -> Response:
    """Ask the reader to come back, as a page or as JSON."""
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    if scope["path"].endswith(".json"):
        return JSONResponse({"ok": False, "error": BUSY, "status": 503}, 503, headers)
    page = {"sentence": BUSY}
    return render(Request(scope), "datasette/busy.html", page, status=503, headers=headers)
