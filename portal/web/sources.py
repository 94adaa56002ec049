"""Where figures come from: sources, and the archived files they were read from."""

import re
from dataclasses import dataclass
from sqlite3 import Row

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from portal.store.reading import sources
from portal.web.asked import PageNumber, Words, held, page_there
from portal.web.edition import Db, snapshot_file
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SourceList:
    """The sources asked for, by kind, and the archived files."""

    groups: list[tuple[str, list[Row]]]
    kinds: list[Row]
    kind: str
    snapshots: list[Row]


@router.get("/sources")
async def source_list(request: Request, db: Db, kind: Words = "") -> Response:
    """Show all sources, or those of one kind."""
    groups: dict[str, list[Row]] = {}
    for row in sources.sources(db, kind):
        groups.setdefault(row["kind"], []).append(row)
    page = SourceList(list(groups.items()), sources.kinds(db), kind, sources.snapshots(db))
    return render(request, "sources.html", page)


@router.get("/sources/{id}")
async def source(request: Request, db: Db, id: str, page: PageNumber = 1) -> Response:
    """Show one source with its figures."""
    found = held(sources.source(db, id, page), "source")
    page_there(page, found.figures.last)
    return render(request, "source.html", found)


@router.get("/snapshots/{sha256}")
async def snapshot(request: Request, db: Db, sha256: str, page: PageNumber = 1) -> Response:
    """Show archived bytes by their hash, and the figures read from them."""
    found = held(sources.snapshot(db, sha256, page), "archived file")
    page_there(page, found.figures.last)
    return render(request, "snapshot.html", found)


@router.api_route("/snapshots/{sha256}/download", methods=["GET", "HEAD"])
async def snapshot_download(request: Request, db: Db, sha256: str) -> Response:
    """Hand out archived bytes as they are, never to be shown by the browser itself."""
    row = held(sources.snapshot(db, sha256, 1), "archived file").snapshot
    path = held(snapshot_file(request.state.edition, row["sha256"]), "archived file")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", row["name"]).strip("-.") or "file"
    media = row["media_type"] if row["media_type"] in ("text/csv", "application/json") else None
    return FileResponse(path, media_type=media or "application/octet-stream", filename=name)
