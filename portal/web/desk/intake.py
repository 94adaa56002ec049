"""Taking documents in: many files at once by form, or one from an address."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from portal.config import Settings
from portal.core.errors import BadInput, PortalError
from portal.desk.inspection.limits import LIMITS, MB
from portal.desk.intake import fetching
from portal.desk.intake.receive import check_owner, check_size, take_file
from portal.store import documents
from portal.store.desk import Desk
from portal.web.desk.given import Config, Form, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter
from portal.web.desk.uploads import under_way

router = DeskRouter()
FETCHES = 20
FETCHED = {
    "waiting": "waits",
    "running": "being fetched",
    "done": "fetched",
    "failed": "not fetched",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: its document, or why there is none."""

    name: str
    sentence: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An address that was asked for: how far it is, and what went wrong."""

    address: str
    state: str
    problem: str


@dataclass(frozen=True, slots=True)
class Intake:
    """The form, what was typed into it, what just happened, and what is under way."""

    requests: Sequence[tuple[str, str]]
    request: str
    publication: str
    limit: int
    most: int
    taken: Sequence[Taken]
    under_way: Sequence[dict[str, Any]]
    fetches: Sequence[Fetched]


@router.get("/intake", right="take_in")
def intake_page(request: Request, config: Config, db: Store, me: Me) -> Response:
    """The form for new documents."""
    given = request.query_params
    wanted = given.get("request", ""), given.get("publication", "")
    return page(request, "desk/intake.html", _intake(config, db, me.id, *wanted))


@router.post("/intake", right="take_in")
async def take_files(request: Request, config: Config, db: Store, me: Me, form: Form) -> Response:
    """Take in the files of a form, each by itself: one that is refused does not stop the others."""
    owner = form.text("request"), form.text("publication")
    files = [each for each in form.files.get("files", []) if each.filename]
    try:
        check_owner(*owner)
        taken = [await _taken(config, db, me.name, each, owner) for each in files]
    except BadInput as problem:
        taken = [Taken("", str(problem))]
    if not taken:
        taken = [Taken("", "No file was chosen.")]
    shown = await run_in_threadpool(_intake, config, db, me.id, *owner, taken)
    refused = all(not each.sha256 for each in taken)
    return page(request, "desk/intake.html", shown, status=400 if refused else 200)


@router.post("/intake/address", right="take_in")
def ask_for_address(db: Store, me: Me, form: Form) -> Response:
    """Ask for the file at an address to be fetched."""
    owner = form.text("request"), form.text("publication")
    asked = fetching.Asked(form.text("address"), me.name, *owner)
    fetching.ask(db, asked)
    return back("/desk/intake#addresses", "The address will be asked; this page says how it went.")


async def _taken(
    config: Settings, db: Desk, actor: str, file: UploadFile, owner: tuple[str, str]
) -> Taken:
    name = file.filename or ""
    try:
        check_size(file.size or 0, name)
        given = {"request": owner[0], "publication": owner[1]}
        received = await run_in_threadpool(
            take_file, db, config.archive, file.file, name, actor, **given
        )
    except PortalError as problem:
        return Taken(name, str(problem))
    return Taken(name, received.sentence, received.sha256)


def _intake(
    config: Settings,
    db: Desk,
    person: int,
    request: str = "",
    publication: str = "",
    taken: Sequence[Taken] = (),
) -> Intake:
    known = [
        (row["id"], f"{row['id']}: {row['body']} {row['reference']}".strip())
        for row in documents.requests(db)
    ]
    jobs = documents.jobs(db, what=fetching.FETCH, limit=FETCHES)
    return Intake(
        requests=known,
        request=request,
        publication=publication,
        limit=LIMITS.size,
        most=LIMITS.size // MB,
        taken=taken,
        under_way=under_way(config, db, person),
        fetches=[_fetched(row) for row in jobs],
    )


def _fetched(row: Any) -> Fetched:
    address = json.loads(row["object"])["address"]
    problem = row["problem"].removeprefix(f"{address}: ")
    return Fetched(address, FETCHED[row["state"]], problem)
