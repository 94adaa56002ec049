"""/desk on the site: requests go on to the desk's own process, bodies in both directions as they
come. Cookies pass here and nowhere else; what the site puts on its own answers stays away."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import httpcore
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from portal.config import Settings
from portal.web.headers import protect
from portal.web.problems import Problem
from portal.web.rendering import render
from portal.web.sockets import desk_socket, reachable

MOUNT = "/desk"
# Requests on their way to the desk, and how many of one reader: nobody takes all places.
AT_ONCE, OF_ONE = 64, 32
LARGEST = 256_000_000
# Publishing an edition takes its time; a body must keep coming.
TIMEOUTS = {"connect": 2.0, "read": 180.0, "write": 30.0, "pool": 10.0}
BODY_SECONDS = 900.0
PART_SECONDS = 60.0
# A body may be slow for so long, then it must have come with so many bytes a second.
SLOW_SECONDS, SLOWEST = 30.0, 2_000
RETRY_AFTER = "10"
FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)
# Of the connection, not of the request; and what only we may say of where it came from.
OURS = (
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te",
    b"trailer", b"transfer-encoding", b"upgrade", b"forwarded", b"x-forwarded-for",
    b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"expect",
)  # fmt: skip
DOWN = (
    "The desk is not running. The public pages do not need it; if you work here, try again "
    "in a minute, or tell whoever looks after this installation."
)


class TooMuch(Exception):
    """A body larger than the desk takes."""


class TooSlow(Exception):
    """A body that does not keep coming, or takes too long as a whole."""


class Crowd(Exception):
    """One reader asks for more at once than leaves room for others."""


class Gone(Exception):
    """The reader has left in the middle of sending."""


class Passing:
    """The ASGI application at /desk."""

    def __init__(self, config: Settings) -> None:
        self.config = config
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._asking: Counter[str] = Counter()

    @property
    def pool(self) -> httpcore.AsyncConnectionPool:
        """The connections to the desk; its folder is made when somebody first asks for it."""
        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(
                uds=reachable(desk_socket(self.config)),
                max_connections=AT_ONCE,
                keepalive_expiry=30.0,
            )
        return self._pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body, answer = Body(scope, receive), Answer(send)
        try:
            body.check()
            with self._one_of(scope["client"][0] if scope.get("client") else ""):
                await answer.stream(self.pool, scope, body)
        except TooMuch:
            words = "This is larger than the desk takes in one piece."
            await _instead(answer, scope, receive, 413, words)
        except TooSlow:
            await _instead(answer, scope, receive, 408, "This took too long to arrive.")
        except Crowd:
            await _instead(answer, scope, receive, 429, "Too much is on its way from you at once.")
        except Gone:
            return
        except FAILURES:
            await _instead(answer, scope, receive, 503, DOWN)

    @contextmanager
    def _one_of(self, reader: str) -> Iterator[None]:
        """Count a request of a reader while it lasts; raises Crowd for one too many."""
        if self._asking[reader] >= OF_ONE:
            raise Crowd
        self._asking[reader] += 1
        try:
            yield
        finally:
            self._asking[reader] -= 1
            if not self._asking[reader]:
                del self._asking[reader]

    async def stop(self) -> None:
        """Close every connection to the desk."""
        if self._pool is not None:
            await self._pool.aclose()


def install(app: Starlette, passing: Passing) -> None:
    """Put the desk on a site, at /desk and below."""
    app.router.routes.append(Route(MOUNT, passing, include_in_schema=False))
    app.router.routes.append(Route(f"{MOUNT}/{{rest:path}}", passing, include_in_schema=False))


class Body:
    """What a reader sends, part by part, as long as it keeps to its bounds."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.receive, self.came = receive, 0
        self.headers = dict(scope["headers"])

    def check(self) -> None:
        """Raise TooMuch for a body that says itself that it is too large."""
        length = self.headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > LARGEST:
            raise TooMuch

    @property
    def is_there(self) -> bool:
        """True when the request brings a body."""
        chunked = b"transfer-encoding" in self.headers
        return chunked or self.headers.get(b"content-length", b"0") != b"0"

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the parts; raises TooMuch, TooSlow or Gone."""
        clock = asyncio.get_running_loop().time
        began, more = clock(), True
        while more:
            slowest = min(SLOW_SECONDS + self.came / SLOWEST, BODY_SECONDS)
            left = min(PART_SECONDS, began + slowest - clock())
            try:
                async with asyncio.timeout(left):
                    message = await self.receive()
            except TimeoutError:
                raise TooSlow from None
            if message["type"] == "http.disconnect":
                raise Gone
            part, more = message.get("body", b""), message.get("more_body", False)
            self.came += len(part)
            if self.came > LARGEST:
                raise TooMuch
            if part:
                yield part


class Answer:
    """One answer on its way from the desk to the reader."""

    def __init__(self, send: Send) -> None:
        self.send, self.begun = send, False

    async def stream(self, pool: httpcore.AsyncConnectionPool, scope: Scope, body: Body) -> None:
        """Ask the desk and send on what it answers."""
        request = pool.stream(
            scope["method"],
            target(scope),
            headers=asked(scope, body),
            content=body.parts() if body.is_there else None,
            extensions={"timeout": TIMEOUTS},
        )
        async with request as answer:
            headers = [(n.lower(), v) for n, v in answer.headers if n.lower() not in OURS]
            self.begun = True
            start = {"type": "http.response.start", "status": answer.status, "headers": headers}
            await self.send(start)
            async for piece in answer.aiter_stream():
                part = {"type": "http.response.body", "body": piece, "more_body": True}
                await self.send(part)
        await self.send({"type": "http.response.body", "body": b""})


def asked(scope: Scope, body: Body) -> list[tuple[bytes, bytes]]:
    """The headers that go on: all but those of the connection, and where the reader stands."""
    headers = [(name, value) for name, value in scope["headers"] if name not in OURS]
    if not body.is_there:
        headers = [each for each in headers if each[0] != b"content-length"]
    elif b"content-length" not in body.headers:
        headers.append((b"transfer-encoding", b"chunked"))
    client = scope["client"][0] if scope.get("client") else ""
    return [*headers, (b"x-forwarded-for", client.encode("ascii", "replace"))]


def target(scope: Scope) -> httpcore.URL:
    """The address as the reader wrote it, on the socket."""
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return httpcore.URL(scheme=b"http", host=b"desk", target=path.partition(b"?")[0] + query)


async def _instead(answer: Answer, scope: Scope, receive: Receive, status: int, words: str) -> None:
    """Say why the desk did not answer; an answer that had begun can only be broken off."""
    if answer.begun:
        raise ConnectionError("the desk broke off its answer")
    given = _problem(scope, status, words)
    if status in (429, 503):
        given.headers["Retry-After"] = RETRY_AFTER
    protect(given.headers)
    await given(scope, receive, answer.send)


def _problem(scope: Scope, status: int, words: str) -> Response:
    if scope["path"].startswith(f"{MOUNT}/api/"):
        return JSONResponse({"error": words}, status)
    titles = {
        503: "The desk does not answer", 413: "That is too large", 408: "That was too slow",
        429: "That is too much at once",
    }  # fmt: skip
    return render(
        Request(scope), "problem.html", Problem(status, titles[status], words), status=status
    )
