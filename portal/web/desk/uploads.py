"""Uploads in pieces: begun with a name and a size, sent from an offset on, resumed after loss."""

import re
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from portal.core.errors import BadInput
from portal.desk.intake import uploads
from portal.desk.intake.uploads import Asked
from portal.store import uploads as store
from portal.store.uploads import Upload
from portal.web.desk.given import Config, Form, Me, Store
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
NUMBER = re.compile(r"\d{1,15}")


@router.post("/uploads", right="take_in")
def begin_upload(config: Config, db: Store, me: Me, form: Form) -> Response:
    """Begin an upload: name, bytes, request or publication, and sha256 if it is known."""
    asked = Asked(
        form.text("name"),
        _number(form.text("bytes"), "bytes"),
        form.text("sha256").lower(),
        form.text("request"),
        form.text("publication"),
    )
    upload = uploads.begin(config, db, me.id, asked)
    return JSONResponse(told(upload, 0), 201, {"Location": f"/desk/uploads/{upload.id}"})


@router.get("/uploads/{id}", right="take_in")
def upload_offset(config: Config, db: Store, me: Me, id: str) -> Response:
    """Tell how far an upload is."""
    upload = uploads.find(db, id, me.id)
    return JSONResponse(told(upload, uploads.offset(config, upload)))


@router.delete("/uploads/{id}", right="take_in")
def forget_upload(config: Config, db: Store, me: Me, id: str) -> Response:
    """Give an upload up; one that has ended stays the document that it became."""
    upload = uploads.find(db, id, me.id)
    if not upload.ended_at:
        uploads.forget(config, db, upload)
    return Response(status_code=204)


@router.put("/uploads/{id}", right="take_in")
async def send_piece(request: Request, config: Config, db: Store, me: Me, id: str) -> Response:
    """Take the next bytes of an upload; with the last of them it becomes a document."""
    upload = await run_in_threadpool(uploads.find, db, id, me.id)
    start = _start(request, upload)
    if not upload.ended_at:
        with uploads.writing(config, upload, start) as place:
            async for piece in _pieces(request):
                await run_in_threadpool(place.write, piece)
    received = await run_in_threadpool(uploads.finish, config, db, upload)
    upload = await run_in_threadpool(uploads.find, db, id, me.id)
    said = received.sentence if received else ""
    return JSONResponse(told(upload, uploads.offset(config, upload), said))


def told(upload: Upload, offset: int, said: str = "") -> dict[str, Any]:
    """What a sender is told of an upload."""
    return {
        "id": upload.id,
        "name": upload.name,
        "bytes": upload.bytes,
        "offset": offset,
        "done": bool(upload.ended_at),
        "document": upload.sha256 if upload.ended_at else "",
        "said": said,
    }


def under_way(config: Config, db: Store, person: int) -> list[dict[str, Any]]:
    """A person's uploads that have not ended."""
    return [told(each, uploads.offset(config, each)) for each in store.under_way(db, person)]


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; one that breaks off ends, and the sender goes on later."""
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect:
        return


def _start(request: Request, upload: Upload) -> int:
    """Where the body begins, by Content-Range or by ?offset=; both lengths must agree."""
    header = request.headers.get("content-range")
    length = request.headers.get("content-length", "")
    if header is None:
        return _number(request.query_params.get("offset", ""), "offset")
    found = RANGE.fullmatch(header.strip())
    if found is None:
        raise BadInput("bytes FIRST-LAST/ALL", header, "Content-Range")
    first, last, every = (int(number) for number in found.groups())
    if every != upload.bytes:
        raise BadInput(f"{upload.bytes:,} bytes as announced", f"{every:,}", "Content-Range")
    if last < first or last >= every:
        raise BadInput("a first and a last byte of the file", header, "Content-Range")
    if length and int(length) != last - first + 1:
        expected = f"{last - first + 1:,} bytes as Content-Range says"
        raise BadInput(expected, f"{int(length):,}", "Content-Length")
    return first


def _number(text: str, name: str) -> int:
    if not NUMBER.fullmatch(text):
        raise BadInput("a whole number", text, name)
    return int(text)
