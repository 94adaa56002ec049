"""A reader's report of an error: a form without account or script, handed to the desk as a file.

The public process never opens the private store. It writes each report wholly under a name of its
own; the desk takes it in. Nothing is written down of who sent it.
"""

import secrets
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from json import dumps, loads
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from portal.config import Settings
from portal.store.archive import write_whole
from portal.web.edition import Db
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)

MOST_LETTERS = 4_000
MOST_BYTES = 64_000  # of a form: a letter may take twelve
MOST_WAITING = 500
MOST_AT_ONCE, SPAN = 30, 600.0  # reports that one process takes in so many seconds
TRAP = "website"  # readers do not see it, machines fill it in
About = Annotated[str, Query(max_length=300)]


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it stands: what it is about, what was typed, what is wrong with it."""

    about: str
    text: str
    problem: str
    most: int
    received: int
    answered: int


@dataclass(frozen=True, slots=True)
class Received:
    """What became of reports so far."""

    received: int
    answered: int


def folder(config: Settings) -> Path:
    """Where reports wait for the desk."""
    return config.var / "reports"


@router.get("/report")
async def form(request: Request, db: Db, about: About = "") -> Response:
    """Show the form."""
    return _form(request, address(about), "", "")


@router.get("/report/received")
async def received(request: Request, db: Db) -> Response:
    """Say what happens now."""
    return render(request, "report_received.html", Received(*counts(request.app.state.settings)))


@router.post("/report")
async def report(request: Request, db: Db) -> Response:
    """Take a report; whatever is wrong with it, what was typed stays in the form."""
    if not from_here(request):
        raise HTTPException(403, "A report is sent with the form on this site, from nowhere else.")
    given = await _fields(request)
    about, text = address(given.get("about", "")), given.get("text", "").strip()
    text = text.replace("\r\n", "\n")
    if not text:
        return _form(request, about, text, "Say what is wrong: the text is empty.", 422)
    if len(text) > MOST_LETTERS:
        words = f"Your text has {len(text):,} letters; at most {MOST_LETTERS:,} can be sent."
        return _form(request, about, text, words, 422)
    done = RedirectResponse("/report/received", 303)
    if given.get(TRAP):
        return done
    config = request.app.state.settings
    if not may_send() or waiting(config) >= MOST_WAITING:
        words = f"Too many reports came at once. Send it again later, or write to {config.contact}."
        answer = _form(request, about, text, words, 429)
        answer.headers["Retry-After"] = str(int(SPAN))
        return answer
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    content = {"address": about, "text": text, "received_at": hour.isoformat()}
    path = folder(config) / f"{secrets.token_hex(16)}.json"
    write_whole(path, dumps(content, ensure_ascii=False).encode(), mode=0o600)
    return done


def from_here(request: Request) -> bool:
    """Whether a browser says that the form stood on this site; those that say nothing may pass."""
    site = request.headers.get("sec-fetch-site", "")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "")
    return not origin or urlsplit(origin).netloc == request.headers.get("host", "")


def address(about: str) -> str:
    """An address of this site, empty for anything else."""
    plain = about.isascii() and about.isprintable() and " " not in about
    ours = about.startswith("/") and not about.startswith(("//", "/\\")) and len(about) <= 300
    return about if plain and ours else ""


_sent: deque[float] = deque(maxlen=MOST_AT_ONCE)


def may_send() -> bool:
    """Count a report; False when this process has taken too many of late."""
    now = time.monotonic()
    if len(_sent) == MOST_AT_ONCE and now - _sent[0] < SPAN:
        return False
    _sent.append(now)
    return True


def waiting(config: Settings) -> int:
    """How many reports wait for the desk."""
    return sum(1 for _ in folder(config).glob("*.json"))


def counts(config: Settings) -> tuple[int, int]:
    """How many reports came in and were answered, as the desk wrote it down."""
    try:
        given = loads((config.public / "reports.json").read_text("utf-8"))
        return int(given["received"]), int(given["answered"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0


def _form(request: Request, about: str, text: str, problem: str, status: int = 200) -> Response:
    config = request.app.state.settings
    page = Form(about, text, problem, MOST_LETTERS, *counts(config))
    headers = {"Cache-Control": "no-store"} if status != 200 else {}
    return render(request, "report.html", page, status=status, headers=headers)


async def _fields(request: Request) -> dict[str, str]:
    """The fields of the form, each once; a form that is too long is refused unread."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "A report is sent with the form on this site.")
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            words = f"At most {MOST_LETTERS:,} letters can be sent; go back, your text is there."
            raise HTTPException(413, words)
    try:
        found = parse_qs(content.decode("ascii"), max_num_fields=10, errors="replace")
    except ValueError:
        raise HTTPException(400, "The form does not read as one.") from None
    return {name: values[-1] for name, values in found.items()}
