"""The desk for scripts, under /desk/api/v1: documents in, what became of them out, as JSON."""

import json
import tempfile
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from portal.core.errors import BadInput
from portal.desk.inspection.limits import LIMITS, MB
from portal.desk.intake import sentences
from portal.desk.intake.receive import Received, check_owner, check_size, take_file
from portal.desk.people.errors import NotThere, TooMuch
from portal.desk.reading.tables import load
from portal.store import documents
from portal.store.desk import Desk
from portal.web.desk.given import Config, Given, Me, Store, form, is_form
from portal.web.desk.routing import DeskRouter

router = DeskRouter("/desk/api/v1")
MOST_JOBS = 500
MOST_ROWS, MOST_COLUMNS = 1_000, 16_384
IN_MEMORY = 256 * 1024
JOB = ("id", "what", "object", "state", "attempt", "problem", "asked_by", "asked_at", "ended_at")


@router.post("/documents", right="take_in")
async def post_document(request: Request, config: Config, db: Store, me: Me) -> Response:
    """Take in one document: a form with `file`, or the bytes themselves with ?name=.

    `request` or `publication` says what it belongs to; `sha256` is compared if given. The same
    bytes again answer 200 with the same document, new ones 201.
    """
    names = ("request", "publication", "sha256")
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        if is_form(request):
            given = await form(request)
            sent, name = _file(given)
            asked = {each: given.text(each) for each in names}
        else:
            query = request.query_params
            asked = {each: query.get(each, "") for each in names}
            check_owner(asked["request"], asked["publication"])
            await _body(request, file)
            sent, name = file, query.get("name", "")
        received = await run_in_threadpool(
            take_file, db, config.archive, sent, name, me.name, **asked
        )
    told = await run_in_threadpool(_told, db, received)
    address = f"/desk/api/v1/documents/{received.sha256}"
    return JSONResponse(told, 201 if received.new else 200, {"Location": address})


@router.get("/documents", right="see")
def list_documents(
    db: Store, state: str = "", kind: str = "", request: str = "", page: int = 1
) -> Response:
    """One page of documents, newest first."""
    wanted = documents.Wanted(state, kind, request)
    found, total = documents.listed(db, wanted, max(1, min(page, 10**9)))
    rows = [{**dict(row), "links": _links(row["sha256"])} for row in found]
    return JSONResponse({"total": total, "page": page, "documents": rows})


@router.get("/documents/{sha256}", right="see")
def get_document(db: Store, sha256: str) -> Response:
    """One document: its state, what was found where, its tables without what is held.

    Of a longer table the first thousand rows; its `next` leads to the following ones.
    """
    row = documents.document(db, sha256)
    if row is None:
        raise NotThere("There is no document of that hash at this desk.")
    shown = ("sha256", "name", "kind", "bytes", "state", "problem", "pages", "publication")
    dates = ("parent", "received_by", "received_at", "read_at", "version")
    found = {name: row[name] for name in (*shown, *dates)} | {"request": row["owner"]}
    found["said"] = sentences.STATES[row["state"]]
    found["findings"] = [
        {**{n: each[n] for n in ("kind", "place", "count", "outcome")}}
        | {"said": sentences.finding(each["kind"])}
        for each in documents.findings(db, sha256)
    ]
    found["tables"] = [_table(db, sha256, each) for each in documents.tables(db, sha256)]
    found["parts"] = [
        {"sha256": each["sha256"], "name": each["name"], "state": each["state"]}
        for each in documents.parts(db, sha256)
    ]
    return JSONResponse(found | {"links": _links(sha256)})


@router.get("/documents/{sha256}/tables/{number}", right="see")
def get_table(db: Store, sha256: str, number: int, first: int = 0) -> Response:
    """A thousand rows of one table from row `first` on, counted from 0; `next` leads on."""
    found = [each for each in documents.tables(db, sha256) if each["number"] == number]
    if not found:
        raise NotThere("There is no such table of a document at this desk.")
    return JSONResponse(_table(db, sha256, found[0], max(0, min(first, 10**9))))


@router.get("/jobs", right="see")
def list_jobs(
    db: Store, state: str = "", what: str = "", object: str = "", limit: int = 100
) -> Response:
    """The newest jobs, of one state, kind or document if asked."""
    found = documents.jobs(db, what, state, object, max(1, min(limit, MOST_JOBS)))
    return JSONResponse({"jobs": [{name: row[name] for name in JOB} for row in found]})


def _file(given: Given) -> tuple[Any, str]:
    file = next(iter(given.files.get("file", [])), None)
    if file is None:
        raise BadInput("a file in the field `file`", "none")
    check_size(file.size or 0, file.filename or "")
    return file.file, file.filename or ""


async def _body(request: Request, file: Any) -> None:
    """The bytes of the body, kept on disk while they come; raises TooMuch beyond our limit."""
    came = 0
    try:
        async for piece in request.stream():
            came += len(piece)
            if came > LIMITS.size:
                raise TooMuch(f"A document has at most {LIMITS.size // MB} MB.")
            await run_in_threadpool(file.write, piece)
    except ClientDisconnect as problem:
        raise BadInput("a whole body", f"one that broke off after {came:,} bytes") from problem


def _told(db: Desk, received: Received) -> dict[str, Any]:
    row = documents.document(db, received.sha256)
    return {
        "sha256": received.sha256,
        "state": row["state"] if row else "received",
        "new": received.new,
        "said": received.sentence,
        "links": _links(received.sha256),
    }


def _links(sha256: str) -> dict[str, str]:
    return {
        "self": f"/desk/api/v1/documents/{sha256}",
        "page": f"/desk/documents/{sha256}",
        "jobs": f"/desk/api/v1/jobs?object={sha256}",
    }


def _table(db: Desk, sha256: str, row: Any, first: int = 0) -> dict[str, Any]:
    part = documents.some_rows(db, row["id"], first, MOST_ROWS, MOST_COLUMNS)
    assert part is not None
    table = load(part.content)
    cells = [
        {"row": c.row, "column": c.column, "text": c.text}
        | {"reference": c.reference, "page": c.page, "box": c.box, "confidence": c.confidence}
        for c in table.cells
    ]
    names = ("id", "number", "place", "page", "title", "confidence", "held")
    found = {name: row[name] for name in names}
    found |= {"unit": table.unit, "header_rows": table.header_rows, "rows": part.rows}
    found |= {"columns": part.columns, "doubts": json.loads(row["doubts"]), "cells": cells}
    rest = f"/desk/api/v1/documents/{sha256}/tables/{row['number']}?first={first + MOST_ROWS}"
    return found | {"first": first, "next": rest if first + MOST_ROWS < part.rows else ""}
