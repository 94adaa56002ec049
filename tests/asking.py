"""Asking the site without a server: bytes of an address in, the whole answer out."""

import asyncio
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    content: bytes = b""

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()

    @property
    def words(self) -> str:
        """The text that a reader sees, on one line."""
        seen = re.sub(r"<[^>]+>", " ", self.text)
        return re.sub(r"\s+", " ", html.unescape(seen))

    def header(self, name: str) -> str:
        """One header; empty when it was not sent."""
        return next((value for key, value in self.headers if key == name.lower()), "")


def ask(
    app: ASGIApp,
    address: str | bytes,
    method: str = "GET",
    headers: Iterable[tuple[str, str]] = (),
    *,
    broken: bool = False,
) -> Answer:
    """Send one request; what the application raises is raised here unless it is `broken`."""
    raw = address.encode() if isinstance(address, str) else address
    path, _, query = raw.partition(b"?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"site")]
        + [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("192.0.2.1", 1),
        "server": ("site", 80),
    }
    answer = Answer()
    try:
        asyncio.run(_send(app, scope, answer))
    except Exception:
        if not broken:
            raise
    return answer


async def _send(app: ASGIApp, scope: dict[str, Any], answer: Answer) -> None:
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        found = next(asked, None)
        if found is None:
            await asyncio.Event().wait()
        return found or {}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(k.decode().lower(), v.decode()) for k, v in message["headers"]]
        elif message["type"] == "http.response.body":
            answer.content += message.get("body", b"")

    await app(scope, receive, send)
