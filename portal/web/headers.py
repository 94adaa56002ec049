"""What every answer carries, whatever it is: the readers' protection, caching, and no cookie."""

import gzip
import hashlib
from collections.abc import Callable
from string import printable as PRINTABLE
from urllib.parse import quote, quote_from_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PROTECTION = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), payment=(), usb=(), interest-cohort=(), browsing-topics=()",
}
SAFE = "/%:@!$&'()*+,;=~-._"
PAGE = "public, max-age=60"
NUMBERED = "public, max-age=86400"
PACKED = ("text/", "application/json", "application/atom+xml", "application/feed+json")
# Served by their own handlers, which answer HEAD, ranges and slashes themselves.
OWN_WAYS = ("/downloads/", "/static/", "/data/")
DESK = "/desk"


def protect(headers: MutableHeaders) -> None:
    """Put the readers' protection on an answer, and take every cookie off it."""
    for name, value in PROTECTION.items():
        headers.setdefault(name, value)
    del headers["set-cookie"]
    headers.setdefault("Cache-Control", "no-store")


class EveryAnswer:
    """Pure ASGI: protection, content hashes, 304, HEAD, slashes, gzip; not for the desk."""

    def __init__(self, app: ASGIApp, version: Callable[[], str]) -> None:
        self.app, self.version = app, version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; all but HTTP, and the desk, passes untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = {**scope, "query_string": plain(scope["query_string"])}
        if is_desk(scope["path"]):
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        tag = etag(self.version(), scope)
        answer = Answer(send, tag, scope, packed="gzip" in asked.get("accept-encoding", ""))
        path, own = scope["path"], scope["path"].startswith(OWN_WAYS)
        if path != "/" and path.endswith("/") and not own:
            await answer.empty(308, {"Location": without_slash(scope), "Cache-Control": PAGE})
        elif tag and scope["method"] in ("GET", "HEAD") and known(asked, tag):
            await answer.empty(304, {"ETag": tag, "Cache-Control": caching(path)})
        else:
            given = scope if own or scope["method"] != "HEAD" else {**scope, "method": "GET"}
            await self.app(given, receive, answer)


class Answer:
    """Sends one answer on, with the headers of this module."""

    def __init__(self, send: Send, tag: str, scope: Scope, *, packed: bool) -> None:
        self.send, self.tag, self.path, self.packed = send, tag, scope["path"], packed
        self.headless = scope["method"] == "HEAD"
        self.start: Message | None = None
        self.held = b""

    async def __call__(self, message: Message) -> None:
        """Send a message of the application on; the start waits for the first bytes."""
        if message["type"] == "http.response.start":
            self.start = message
            self.prepare(message)
            return
        if message["type"] == "http.response.body":
            if self.path.startswith("/static/") and self.packed:
                # A stylesheet comes in pieces; whole, it packs to a fifth.
                self.held += message.get("body", b"")
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": self.held}
            message = self.body(message)
        if self.start is not None:
            await self.send(self.start)
            self.start = None
        await self.send(message)

    def prepare(self, start: Message) -> None:
        """Put the headers on: whole good answers may be kept for a minute and asked for again."""
        headers = MutableHeaders(raw=start.setdefault("headers", []))
        if start["status"] in (200, 206):
            headers.setdefault("Cache-Control", caching(self.path))
            if self.tag and "no-store" not in headers["Cache-Control"]:
                headers["ETag"] = self.tag
        protect(headers)
        headers.add_vary_header("Accept-Encoding")

    def body(self, message: Message) -> Message:
        """The bytes as they go out: packed when they come whole and the reader can unpack."""
        content = message.get("body", b"")
        if self.start is not None:
            headers = MutableHeaders(raw=self.start["headers"])
            whole = not message.get("more_body") and len(content) > 500
            textual = headers.get("content-type", "").startswith(PACKED)
            own = self.path.startswith("/downloads/") or "content-encoding" in headers
            if self.packed and whole and textual and not own and self.start["status"] != 206:
                content = gzip.compress(content, compresslevel=5, mtime=0)
                headers["Content-Encoding"] = "gzip"
                headers["Content-Length"] = str(len(content))
        return {**message, "body": b"" if self.headless else content}

    async def empty(self, status: int, headers: dict[str, str]) -> None:
        """Send an answer without content."""
        fields = MutableHeaders(headers)
        await self({"type": "http.response.start", "status": status, "headers": fields.raw})
        await self({"type": "http.response.body", "body": b""})


def is_desk(path: str) -> bool:
    """True for the desk, which answers for its own headers and needs its cookies."""
    return path == DESK or path.startswith(f"{DESK}/")


def etag(version: str, scope: Scope) -> str:
    """The content's name: edition, code and address, so the same for every reader."""
    if not version:
        return ""
    address = scope["path"].encode("utf-8", "replace") + b"?" + scope.get("query_string", b"")
    return f'W/"{hashlib.sha256(version.encode() + address).hexdigest()[:24]}"'


def plain(query: bytes) -> bytes:
    """The query with bytes beyond ASCII written as %XX, the one form that everything reads."""
    return query if query.isascii() else quote_from_bytes(query, safe=PRINTABLE).encode()


def known(asked: Headers, tag: str) -> bool:
    """True when the reader holds this content already."""
    held = [each.strip().removeprefix("W/") for each in asked.get("if-none-match", "").split(",")]
    return tag.removeprefix("W/") in held


def caching(path: str) -> str:
    """How long an answer may be kept: a numbered edition never changes, a page may at any time."""
    numbered = path.startswith("/downloads/") and path.split("/")[2].isdecimal()
    return NUMBERED if numbered else PAGE


def without_slash(scope: Scope) -> str:
    """The same address without its last slash, always on this host."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    path = raw.split(b"?")[0].decode("latin-1").strip("/")
    query = scope.get("query_string", b"").decode("latin-1")
    # A browser takes a backslash for a slash: unquoted it would lead to another host.
    return f"/{quote(path, safe=SAFE)}" + (f"?{query}" if query else "")
