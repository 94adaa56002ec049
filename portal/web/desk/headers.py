"""What every answer of the desk carries, and how many bytes a request may bring."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.desk.people.errors import TooMuch
from portal.web.headers import PROTECTION, without_slash

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
# Our own forms must say where they come from; other sites learn nothing.
OWN = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
PLAIN_FORM = 4_000_000
LARGEST = 256_000_000
# Whole documents come to these addresses, and only from people who are known by then.
TAKES_FILES = ("/desk/intake", "/desk/api/v1/documents")
UPLOADS = "/desk/uploads/"
TOO_MUCH = "This is larger than the desk takes in one piece."


class DeskAnswer:
    """Pure ASGI: strict headers on every answer; a body beyond its bound is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; all but HTTP passes untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(raw=message.setdefault("headers", [])))
            await send(message)

        headers = Headers(scope=scope)
        limit, length = bound(headers, scope["path"]), headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            await PlainTextResponse(TOO_MUCH, 413)(scope, receive, sent)
            return
        if scope["path"].startswith("/desk/") and scope["path"].endswith("/"):
            await RedirectResponse(without_slash(scope), 308)(scope, receive, sent)
            return
        await self.app(scope, bounded(receive, limit), sent)


def protect(headers: MutableHeaders) -> None:
    """Put the desk's protection on an answer."""
    for name, value in {**PROTECTION, **OWN}.items():
        headers[name] = value


def bound(headers: Headers, path: str) -> int:
    """How many bytes a request may bring: files need more than words, and come to few places."""
    plain = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return LARGEST if takes_files(path) and not plain else PLAIN_FORM


def takes_files(path: str) -> bool:
    """True for the addresses that whole documents are sent to."""
    return path in TAKES_FILES or path.startswith(UPLOADS)


def bounded(receive: Receive, limit: int) -> Receive:
    """The same body, as long as it keeps to its bound; raises TooMuch beyond."""
    came = 0

    async def next_part() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > limit:
            raise TooMuch(TOO_MUCH)
        return message

    return next_part
