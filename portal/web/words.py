"""The words and the method: glossary, how figures are read and compared, what is not recorded."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.store.reading import words
from portal.web.edition import Db
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Whom to write to."""

    contact: str


@router.get("/glossary")
async def glossary(request: Request, db: Db) -> Response:
    """Show every word of the portal with its definition."""
    return render(request, "glossary.html", words.glossary(db))


@router.get("/methodology")
async def methodology(request: Request, db: Db) -> Response:
    """Show how figures are read, kept apart and compared."""
    return render(request, "methodology.html", words.methodology(db))


@router.get("/privacy")
async def privacy(request: Request, db: Db) -> Response:
    """Show what this site records of its readers: nothing."""
    return render(request, "privacy.html", Privacy(request.app.state.settings.contact))
