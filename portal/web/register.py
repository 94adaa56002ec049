"""Known errors, conflicts, what changed, and the feeds of changes."""

import json
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from portal.store.reading import register
from portal.web.asked import PageNumber, page_there
from portal.web.edition import Db
from portal.web.rendering import render, templates

router = APIRouter(include_in_schema=False)

ATOM = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Change:
    """One change as pages and feeds tell it."""

    id: int
    edition: int
    kind: str
    title: str
    words: str
    seen_at: str
    day: str

    @property
    def address(self) -> str:
        """Where the change can be seen."""
        return self.seen_at or f"/changes#change-{self.id}"


@dataclass(frozen=True, slots=True)
class ChangeList:
    """A page of changes."""

    changes: list[Change]
    number: int
    last: int
    total: int


@dataclass(frozen=True, slots=True)
class Feed:
    """The newest changes, with what a feed says of itself."""

    changes: list[Change]
    site: str
    updated: str


@router.get("/corrections")
async def corrections(request: Request, db: Db) -> Response:
    """Show the register of publishers' errors and of conflicts."""
    return render(request, "corrections.html", register.register(db))


@router.get("/changes")
async def changes(request: Request, db: Db, page: PageNumber = 1) -> Response:
    """Show what changed, the newest first."""
    found = register.changes(db, page)
    page_there(page, found.last)
    shown = [told(row) for row in found.changes]
    return render(request, "changes.html", ChangeList(shown, page, found.last, found.total))


@router.get("/feeds/changes.atom")
async def atom(request: Request, db: Db) -> Response:
    """The newest changes as an Atom feed."""
    text = templates().get_template("changes.atom").render(page=feed(request, db))
    return Response(text, media_type=ATOM)


@router.get("/feeds/changes.json")
async def json_feed(request: Request, db: Db) -> Response:
    """The newest changes as a JSON feed."""
    page = feed(request, db)
    items = [
        {
            "id": f"{page.site}/changes#change-{each.id}",
            "url": f"{page.site}{each.address}",
            "title": each.title,
            "content_text": each.words or each.title,
            "date_published": f"{each.day}T00:00:00Z",
            "tags": [each.kind.replace("_", " "), f"edition {each.edition}"],
        }
        for each in page.changes
    ]
    given = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Retention Watch: what changed",
        "home_page_url": f"{page.site}/changes",
        "feed_url": f"{page.site}/feeds/changes.json",
        "items": items,
    }
    return JSONResponse(given, media_type="application/feed+json")


def feed(request: Request, db: Db) -> Feed:
    """Return the newest changes and the day of the last."""
    found = [told(row) for row in register.changes(db).changes]
    about = request.state.edition.about
    updated = about.get("built_at") or (f"{found[0].day}T00:00:00Z" if found else "")
    return Feed(found, request.app.state.settings.site.rstrip("/"), updated)


def told(row: Row) -> Change:
    """Return a change in words: a revision says what it was and what it is."""
    return Change(
        row["id"],
        row["edition"],
        row["kind"],
        row["title"],
        words(row["detail"]),
        row["address"],
        row["recorded_on"],
    )


def words(detail: str) -> str:
    """Return the detail of a change as a sentence; what is no record of a revision stays text."""
    if not detail.startswith("{"):
        return detail
    given = json.loads(detail)
    was, now = (_value(given[name], given[f"{name}_status"]) for name in ("was", "is"))
    why = f" {given['explanation']}" if given.get("explanation") else ""
    return f"It was {was}; it is {now}.{why}"


def _value(given: dict[str, Any], status: str) -> str:
    if given["value"] is not None:
        return f"{given['value']}"
    low, high = given["low"], given["high"]
    if low is None and high is None:
        return status.replace("_", " ")
    return f"at least {low}" if high is None else f"{low or 0} to {high}"
