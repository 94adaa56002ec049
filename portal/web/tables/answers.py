"""Around each request to Datasette: which doors are open, what an answer may cost, all or none."""

import csv
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.web.tables import DATABASE, MOUNT
from portal.web.tables.budget import (
    ANSWER_BYTES,
    CURRENT,
    FORMULA_STARTS,
    TOO_LARGE,
    Budget,
)

# Datasette reads a question with patterns that take the square of its blanks.
ADDRESS_BYTES = 4_000
TOO_LONG = "The address is longer than 4,000 letters. Ask a shorter question."
BLANKS = re.compile(rb"(?:\+|%20|%09|%0[aAdD]){300}")
NO_PAGE = "There is no such page."
FORMULA = "A column's name may not start with =, +, - or @: spreadsheets would run it."
# Datasette's own pages that say what runs here; all others of them are for its authors.
DOORS = re.compile(
    rf"{MOUNT}/(\.json|-/(metadata|versions|databases|settings)(\.json)?"
    rf"|{DATABASE}(\.(json|csv|blob))?|{DATABASE}/.+)?"
)

Refuse = Callable[[str, int, str], Awaitable[Any]]


class Answers:
    """Gives each answer its budget and sends it once it is whole."""

    def __init__(self, app: ASGIApp, refuse: Refuse, seconds: float) -> None:
        self.app, self.refuse, self.seconds = app, refuse, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, query = scope["raw_path"].decode("latin-1"), scope["query_string"]
        if len(path) + len(query) > ADDRESS_BYTES or BLANKS.search(query):
            await (await self.refuse(path, 414, TOO_LONG)).asgi_send(send)
        elif not DOORS.fullmatch(path):
            await (await self.refuse(path, 404, NO_PAGE)).asgi_send(send)
        else:
            asked = {**scope, "query_string": without_trace(query)}
            await self._whole(asked, receive, send, path)

    async def _whole(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        table = path.endswith(".csv")
        budget = Budget(self.seconds, formulas=not table)
        CURRENT.set(budget)
        whole = Whole()
        await self.app(scope, receive, whole)
        # Datasette writes a table that went wrong as an empty file.
        problem = budget.problem if table else ""
        if whole.size > ANSWER_BYTES:
            problem = TOO_LARGE
        elif table and whole.start["status"] == 200 and runs_in_a_spreadsheet(whole.first):
            problem = FORMULA
        if problem:
            await (await self.refuse(path, 400, problem)).asgi_send(send)
        else:
            await whole.send_on(send)


class Whole:
    """Holds an answer until it is complete; of one that grows too large only the size is kept."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.parts: list[bytes] = []
        self.size = 0

    @property
    def first(self) -> str:
        """The first piece of the answer."""
        return self.parts[0].decode("utf-8") if self.parts else ""

    async def __call__(self, message: Message) -> None:
        """Take the next message of the application."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.size += len(message.get("body", b""))
        if self.size <= ANSWER_BYTES:
            self.parts.append(message.get("body", b""))
        else:
            self.parts.clear()

    async def send_on(self, send: Send) -> None:
        """Send the answer on, with its length."""
        length = (b"content-length", str(self.size).encode())
        kept = [(n, v) for n, v in self.start["headers"] if n.lower() != b"content-length"]
        await send({**self.start, "headers": [*kept, length]})
        await send({"type": "http.response.body", "body": b"".join(self.parts)})


def runs_in_a_spreadsheet(header: str) -> bool:
    """True when a heading would be taken for a formula."""
    return any(name.startswith(FORMULA_STARTS) for row in csv.reader([header]) for name in row)


def without_trace(query: bytes) -> bytes:
    """Take Datasette's own debugging options off a query string."""
    parts = query.decode("latin-1").split("&")
    kept = [p for p in parts if unquote_plus(p.partition("=")[0]) not in ("_trace", "_context")]
    return "&".join(kept).encode("latin-1")
