"""Search over bodies, operators, measures, sources, laws, words and figures."""

from dataclasses import dataclass
from sqlite3 import Connection

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.store.reading.figures import Figure
from portal.store.reading.lists import figures_of
from portal.store.reading.search import Found, Hit, found
from portal.web.asked import Words
from portal.web.edition import Db
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What was asked and what was found; a hit that is a figure carries it."""

    asked: str
    found: Found
    hits: list[tuple[Hit, Figure | None]]


@router.get("/search")
async def search(request: Request, db: Db, q: Words = "") -> Response:
    """Show what holds the words asked for."""
    asked = q.strip()
    return render(request, "search.html", with_figures(db, asked, found(db, asked)))


def with_figures(db: Connection, asked: str, held: Found) -> SearchPage:
    """Put the figure itself beside each hit that is one."""
    ids = [hit.address.rsplit("/", 1)[-1] for hit in held.hits if hit.kind == "figure"]
    known = figures_of(db, ids)
    hits = [(hit, known.get(hit.address.rsplit("/", 1)[-1])) for hit in held.hits]
    return SearchPage(asked, held, hits)
