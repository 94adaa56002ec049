"""What we add to Datasette: ways back to the site, plain errors, fewer doors."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.web.tables import DATABASE, MOUNT
from portal.web.tables.budget import ANSWER_BYTES, CURRENT, TOO_LARGE, Budget
from portal.web.tables.engine import Tables

# Rows that have a page of their own on the site.
PAGES = {
    "observations": "/observations/",
    "sources": "/sources/",
    "snapshots": "/snapshots/",
}
QUERY_BYTES = 6_000
TOO_LONG = "The address is longer than 6,000 letters. Ask a shorter question."
TOO_SLOW = "The answer took longer than the time allowed. Ask for fewer rows, or filter first."
ODD = "This address does not read: one of its parts is not what the tables expect."
# Datasette's own pages that say what runs here; all others of them are for its authors.
DOORS = re.compile(rf"/(-/(metadata|versions|databases|settings)(\.json)?|{DATABASE}[./].+)?")


@hookimpl  # type: ignore[misc]
def render_cell(value: Any, column: str, datasette: Tables) -> Markup | None:
    """Link the number of a figure to its page on the site."""
    if column in ("id", "observation") and value in datasette.figures:
        return Markup('<a href="/observations/{0}">{0}</a>').format(value)
    return None


@hookimpl  # type: ignore[misc]
def extra_template_vars(datasette: Tables) -> dict[str, Any]:
    """What the site's own frame needs: which place is open, which edition stands."""
    return {**datasette.frame, "site_page": site_page}


def site_page(table: str, key: str) -> str:
    """Return the page of the site that shows this row, or nothing."""
    return f"{PAGES[table]}{quote(key)}" if table in PAGES and key != "_T" else ""


@hookimpl  # type: ignore[misc]
def permission_allowed(action: str, resource: Any) -> bool | None:
    """Keep what the search index stores for itself off the pages."""
    hidden = action == "view-table" and str(resource[1]).lower().startswith("search_")
    return False if hidden else None


@hookimpl  # type: ignore[misc]
def handle_exception(
    datasette: Tables, request: Any, exception: Exception
) -> Callable[[], Awaitable[Response]]:
    """Answer every error with one sentence: no trace, no path, no SQL."""

    async def answer() -> Response:
        status, words = 400, ODD
        if isinstance(exception, Base400):
            status, words = exception.status, str(exception.args[0])
        elif isinstance(exception.__context__, QueryInterrupted):
            words = TOO_SLOW
        elif isinstance(exception, DatasetteError) and not exception.message_is_html:
            status = exception.status if exception.status < 500 else 400
            words = str(exception.message)
        elif isinstance(exception, QueryInterrupted | DatasetteError):
            words = TOO_SLOW
        return await error(datasette, request.path, status, words)

    return answer


async def error(datasette: Tables, path: str, status: int, words: str) -> Response:
    """Return an error as a page, or as JSON where JSON was asked for."""
    if path.endswith(".json"):
        return Response.json({"ok": False, "error": words, "status": status}, status=status)
    template = datasette.jinja_env.get_template("error.html")
    page = await template.render_async(**datasette.frame, status=status, error=words)
    return Response.html(page, status=status)


@hookimpl  # type: ignore[misc]
def asgi_wrapper(datasette: Tables) -> Callable[[ASGIApp], ASGIApp]:
    """Give each answer its budget, hold it until it is whole, and keep unused doors shut."""

    def wrapper(app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            path = scope["path"]
            if len(scope["query_string"]) + len(path) > QUERY_BYTES:
                refused = await error(datasette, path, 414, TOO_LONG)
                return await refused.asgi_send(send)
            if not DOORS.fullmatch(path.removeprefix(MOUNT).removesuffix(f"/{DATABASE}") or "/"):
                refused = await error(datasette, path, 404, "There is no such page.")
                return await refused.asgi_send(send)
            CURRENT.set(Budget(seconds=datasette.answer_seconds))
            whole = Whole()
            await app({**scope, "query_string": without_trace(scope["query_string"])}, receive, whole)
            if whole.size > ANSWER_BYTES:
                refused = await error(datasette, path, 400, TOO_LARGE)
                return await refused.asgi_send(send)
            await whole.send_on(send)

        return guarded

    return wrapper


class Whole:
    """Holds an answer until it is complete; of one that grows too large only the size is kept."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.parts: list[bytes] = []
        self.size = 0

    async def __call__(self, message: Message) -> None:
        """Take the next message of the application."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.size += len(message.get("body", b""))
        self.parts = [] if self.size > ANSWER_BYTES else [*self.parts, message.get("body", b"")]

    async def send_on(self, send: Send) -> None:
        """Send the answer on, with its length."""
        length = (b"content-length", str(self.size).encode())
        kept = [(n, v) for n, v in self.start["headers"] if n.lower() != b"content-length"]
        await send({**self.start, "headers": [*kept, length]})
        await send({"type": "http.response.body", "body": b"".join(self.parts)})


def without_trace(query: bytes) -> bytes:
    """Take Datasette's own debugging options off a query string."""
    parts = query.decode("latin-1").split("&")
    kept = [p for p in parts if unquote_plus(p.partition("=")[0]) not in ("_trace", "_context")]
    return "&".join(kept).encode("latin-1")
