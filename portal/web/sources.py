"""Where figures come from: sources, and the archived files they were read from."""

import re
from dataclasses import dataclass
from datetime import date
from sqlite3 import Row
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, Response

from portal.core.periods import Period
from portal.publish.charts import short_label
from portal.store.reading import revising, sources
from portal.web import health
from portal.web.asked import PageNumber, Words, held, page_there
from portal.web.edition import Db, snapshot_file
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)

Hash = Annotated[str, InPath(pattern="^[0-9a-f]{8,64}$")]
MOST_TOLD = 30
KIND = {
    "changed": "Changed",
    "withdrawn": "Gone from the file",
    "blank_became_zero": "Blank became zero",
    "new_in_old_period": "New in old periods",
}


@dataclass(frozen=True, slots=True)
class SourceList:
    """The sources asked for, by kind; those that are looked at by machine; the archived files."""

    watched: list[health.Health]
    known: set[str]
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
    watched = [] if kind else list(health.health(request.app.state.settings).values())
    known = {row["id"] for rows in groups.values() for row in rows}
    rest = (sources.kinds(db), kind, sources.snapshots(db))
    page = SourceList(watched, known, list(groups.items()), *rest)
    return render(request, "sources.html", page)


@dataclass(frozen=True, slots=True)
class Shown:
    """One source, its health where a machine looks at it, and the words for kinds of change."""

    held: sources.Source
    health: health.Health | None
    kinds: dict[str, str]
    told: list[tuple[revising.Difference, str]]


@router.get("/sources/{id}")
async def source(request: Request, db: Db, id: str, page: PageNumber = 1) -> Response:
    """Show one source with its figures."""
    found = held(sources.source(db, id, page), "source")
    page_there(page, found.figures.last)
    state = health.health(request.app.state.settings).get(found.source["id"])
    return render(request, "source.html", Shown(found, state, KIND, _told(db, found)))


def _told(db: Db, found: sources.Source) -> list[tuple[revising.Difference, str]]:
    """What the newest file of a source says otherwise in numbers, with the period of each."""
    pair = next((each for each in found.pairs if each.counts["changed"]), None)
    if pair is None:
        return []
    old, new = pair.old["sha256"], pair.new["sha256"]
    held = revising.differences(db, pair.source, old, new, "changed", 1)
    lines = held.lines[:MOST_TOLD] if held else []
    return [
        (each, _named(each.figure.start, each.figure.end, each.figure.period)) for each in lines
    ]


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two files of a source, each period named alike."""

    source: Row
    held: revising.Differences
    kinds: dict[str, str]

    @property
    def periods(self) -> list[tuple[str, Row]]:
        """How many figures of each period changed."""
        return [(_named(row["start"], row["end"], row["period"]), row) for row in self.held.periods]

    @property
    def period_of(self) -> dict[str, str]:
        """The period of each figure on the page."""
        figures = [line.figure for line in self.held.lines]
        return {figure.id: _named(figure.start, figure.end, figure.period) for figure in figures}


def _named(start: str, end: str, label: str) -> str:
    """`2017 H1` for a half that its publisher calls `2017-06-30`."""
    first, last = (date.fromisoformat(day) if day else None for day in (start, end))
    return short_label(Period(first, last, label))


@router.get("/sources/{id}/changes/{old}/{new}")
async def changes(
    request: Request, db: Db, id: str, old: Hash, new: Hash, kind: Words = "", page: PageNumber = 1
) -> Response:
    """Show every figure that the later of two files tells otherwise; hashes may be cut short."""
    row = held(sources.source_row(db, id), "source")
    if kind and kind not in KIND:
        raise HTTPException(404, f"There is no kind of change {kind!r}: {', '.join(KIND)}.")
    pair = revising.differences(db, id, old, new, kind, page)
    found = held(pair, "pair of these files in which a figure changed")
    page_there(page, found.last)
    return render(request, "source_changes.html", Compared(row, found, KIND))


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
    if not row["mirrored"]:
        raise HTTPException(
            404,
            "These bytes are kept and can be proven, but their publisher's terms do not let us "
            f"hand them on; /snapshots/{row['sha256']} tells where to fetch and how to compare.",
        )
    path = held(snapshot_file(request.state.edition, row["sha256"]), "archived file")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", row["name"]).strip("-.") or "file"
    media = row["media_type"] if row["media_type"] in ("text/csv", "application/json") else None
    return FileResponse(path, media_type=media or "application/octet-stream", filename=name)
