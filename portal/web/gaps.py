"""What nobody has told us: authorities by year, and the letter that asks for it."""

from dataclasses import dataclass
from sqlite3 import Row

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.core.foi.matrix import Cell
from portal.store.reading import campaigns, gaps
from portal.web.asked import Words, held
from portal.web.edition import Db
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class GapsPage:
    """The matrix of one type of authority."""

    types: list[Row]
    kind: str
    plural: str
    matrix: gaps.Matrix
    asked: dict[tuple[str, int], Cell]


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A request that can be sent as it stands, for the years that are missing."""

    line: gaps.Line
    first: int
    last: int


def last_year(request: Request) -> int:
    """The last year that can be asked for: the one before the edition was built."""
    return int(request.state.edition.about["built_at"][:4]) - 1


@router.get("/foi")
async def gap_matrix(request: Request, db: Db, type: Words = "police_force") -> Response:
    """Show what is held of each authority in each year."""
    types = gaps.body_types(db)
    chosen = held(next((row for row in types if row["id"] == type), None), "type of authority")
    found = gaps.matrix(db, type, last_year(request))
    asked = campaigns.gap_states(db)
    return render(request, "foi.html", GapsPage(types, type, chosen["plural"], found, asked))


@router.get("/foi/{id}")
async def letter(request: Request, db: Db, id: str) -> Response:
    """Show the letter to one authority."""
    last = last_year(request)
    line = held(gaps.line(db, id, last), "authority")
    return render(request, "letter.html", LetterPage(line, gaps.FIRST_YEAR, last))
