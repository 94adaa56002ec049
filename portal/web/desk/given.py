"""What a route of the desk is given: the store, the settings, the person, and the form."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Annotated

from fastapi import Depends, Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from portal.config import Settings
from portal.core.errors import BadInput, StoreError
from portal.desk.people import held
from portal.desk.people.model import Person
from portal.store.desk import Desk, connect
from portal.web.desk.headers import takes_files

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FIELDS = 20_000
FILES = 500
LONGEST_FIELD = 1_000_000
# Where files come in, few words do: what is no file is kept in memory.
FIELDS_WITH_FILES, LONGEST_WITH_FILES = 50, 64_000
# Python knows charsets that take minutes to decode what somebody made for them.
CHARSETS = ("", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1")
TABLES, TURN_SECONDS = BoundedSemaphore(4), 30.0
# Fields of the desk itself, which no room gets to see.
OURS = frozenset({"csrf", "held"})


@dataclass(frozen=True, slots=True)
class Given:
    """A form as it was sent, without the desk's own fields; `files` by the name of their field."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[UploadFile]] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """The first value of a field without space around it."""
        return self.fields.get(name, [default])[0].strip()

    def all(self, name: str) -> list[str]:
        """Every value of a field as it was sent."""
        return list(self.fields.get(name, ()))


def is_form(request: Request) -> bool:
    """True when the request says that its body is a form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORMS


async def sent(request: Request) -> FormData:
    """The form of a request, read once; raises BadInput for one that does not read."""
    if not is_form(request):
        return FormData()
    _, said = parse_options_header(request.headers.get("content-type", ""))
    charset = said.get(b"charset", b"").decode("latin-1").strip().lower()
    if charset not in CHARSETS:
        raise BadInput("a form in UTF-8", charset[:40], "the request's body")
    few = takes_files(request.url.path)
    fields, longest = (FIELDS_WITH_FILES, LONGEST_WITH_FILES) if few else (FIELDS, LONGEST_FIELD)
    try:
        form = await request.form(max_files=FILES, max_fields=fields, max_part_size=longest)
    except (HTTPException, ValueError) as problem:
        raise BadInput("a form", str(problem) or "something else", "the request's body") from None
    request.state.sent = form
    return form


def typed(request: Request) -> list[tuple[str, str]]:
    """What a person typed into the form that this request brought, but nothing secret."""
    form = getattr(request.state, "sent", FormData())
    words = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    ours = [(name, value) for name, value in words if name not in OURS]
    return held.open_fields(request.url.path, ours)


async def form(request: Request) -> Given:
    """The form that a room gets: its own fields and files."""
    fields: dict[str, list[str]] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in (await sent(request)).multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(value)
        elif name not in OURS:
            fields.setdefault(name, []).append(value)
    return Given(fields, files)


def config(request: Request) -> Settings:
    """The settings of this installation."""
    settings: Settings = request.app.state.settings
    return settings


def store(settings: Annotated[Settings, Depends(config)]) -> Iterator[Desk]:
    """A connection to the private store for this request."""
    if not settings.desk.is_file():
        raise StoreError(f"{settings.desk}: there is no private store yet; run `portal init` first")
    db = connect(settings.desk)
    try:
        yield db
    finally:
        db.conn.close()


def me(request: Request) -> Person:
    """The person who asks, found by the route's guard."""
    person: Person = request.state.me
    return person


def one_of_few() -> Iterator[None]:
    """One of the few requests that may hold whole tables at once; raises StoreError when it waited
    too long for its turn: a table of a million cells takes a gigabyte."""
    if not TABLES.acquire(timeout=TURN_SECONDS):
        raise StoreError("Others work on large tables just now; try again in a moment.")
    try:
        yield
    finally:
        TABLES.release()


# Asked for by routes that load whole tables.
WholeTable = Annotated[None, Depends(one_of_few)]
Config = Annotated[Settings, Depends(config)]
Store = Annotated[Desk, Depends(store)]
Me = Annotated[Person, Depends(me)]
Form = Annotated[Given, Depends(form)]
