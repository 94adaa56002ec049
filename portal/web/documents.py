"""Documents that people read at the desk: their figures, how they were read, what shows of them."""

from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, Response

from portal.store.reading import documents
from portal.web.asked import PageNumber, held, page_there
from portal.web.edition import Db
from portal.web.rendering import render
from portal.web.withdrawn import sentence, withdrawn

router = APIRouter(include_in_schema=False)

Hash = Annotated[str, InPath(pattern="^[0-9a-f]{8,64}$")]
# What may be withdrawn is kept by nobody on the way.
KEPT_BY_NOBODY = {"Cache-Control": "no-store"}
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class DocumentList:
    """All documents, the day and reason of those withdrawn, and how far readers agree."""

    documents: list[Row]
    withdrawn: dict[str, tuple[str, str]]
    agreement: documents.Agreement


@dataclass(frozen=True, slots=True)
class Shown:
    """One document; `on` and `why` are empty while it stands."""

    held: documents.DocumentPage
    on: str
    why: str

    @property
    def pictures(self) -> int:
        """How many figures are shown framed in the picture of their page."""
        return 0 if self.on else self.held.pictures

    @property
    def copy(self) -> str:
        """The SHA-256 of the cleaned copy, if it can be had."""
        return "" if self.on else str(self.held.document["copy"])


@router.get("/documents")
async def document_list(request: Request, db: Db) -> Response:
    """Show all documents."""
    found = documents.documents(db)
    gone = {row["sha256"]: (row["withdrawn"], row["why"]) for row in found if row["withdrawn"]}
    gone |= withdrawn(request.app.state.settings)
    page = DocumentList(found, gone, documents.agreement(db))
    return render(request, "documents.html", page)


@router.get("/documents/{sha256}")
async def document(request: Request, db: Db, sha256: Hash, page: PageNumber = 1) -> Response:
    """Show one document by its hash, which may be cut short; 410 once it was withdrawn."""
    shown = _shown(request, db, sha256, page)
    page_there(page, shown.held.figures.last)
    return render(request, "document.html", shown, status=410 if shown.on else 200)


@router.api_route("/documents/{sha256}/copy", methods=["GET", "HEAD"])
async def copy(request: Request, db: Db, sha256: Hash) -> Response:
    """Hand out the copy that was made anew from what a reader of the document sees."""
    shown = _shown(request, db, sha256, 1)
    if shown.on:
        raise HTTPException(410, sentence(shown.why))
    if not shown.copy:
        raise HTTPException(404, "There is no cleaned copy of this document; its figures stand.")
    path = request.state.edition.folder / "copies" / shown.copy
    if not path.is_file():
        raise HTTPException(410, sentence("Its copy was taken from this edition"))
    kind = _kind(path)
    media = MEDIA.get(kind, "application/octet-stream")
    name = f"document-{shown.held.document['sha256'][:12]}-cleaned.{kind}"
    return FileResponse(path, media_type=media, filename=name, headers=KEPT_BY_NOBODY)


def _shown(request: Request, db: Db, sha256: str, page: int) -> Shown:
    whole = held(documents.full_hash(db, sha256), "document")
    found = held(documents.document(db, whole, page), "document")
    row = found.document
    on, why = withdrawn(request.app.state.settings).get(whole, (row["withdrawn"], row["why"]))
    return Shown(found, on, why)


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        return "xlsx" if file.read(4) == b"PK\x03\x04" else "csv"
