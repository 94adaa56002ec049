"""One figure: as printed, as read, where it stands, what became of it, how to cite it."""

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, Response

from portal.store.reading.documents import HowRead, how_read
from portal.store.reading.figures import Figure
from portal.store.reading.observations import FigurePage, figure_page
from portal.web.asked import held
from portal.web.citing import Citation, archived_row, cite
from portal.web.documents import KEPT_BY_NOBODY
from portal.web.edition import Db, snapshot_file
from portal.web.rendering import render
from portal.web.tables import DATABASE, MOUNT
from portal.web.withdrawn import sentence, withdrawn

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure with its row in the archive, its citation and its addresses elsewhere."""

    held: FigurePage
    row: list[tuple[str, str]]
    citation: Citation
    json: str
    table_row: str
    read: HowRead | None
    withdrawn_on: str
    withdrawn_why: str

    @property
    def picture(self) -> str:
        """The address of the page's picture with the cell framed; empty when there is none."""
        shows = self.read and self.read.file and not self.withdrawn_on
        return f"/observations/{self.figure.id}/picture.png" if shows else ""

    @property
    def figure(self) -> Figure:
        """The figure itself."""
        return self.held.figure

    @property
    def earlier(self) -> Figure | None:
        """The figure before this one in its series."""
        at = self._place
        return self.held.series[at - 1] if at > 0 else None

    @property
    def later(self) -> Figure | None:
        """The figure after this one in its series."""
        at = self._place
        return self.held.series[at + 1] if at + 1 < len(self.held.series) else None

    @property
    def _place(self) -> int:
        return [each.id for each in self.held.series].index(self.figure.id)


@router.get("/observations/{id}")
async def observation(request: Request, db: Db, id: str) -> Response:
    """Show one figure with all that is known of it."""
    page = held(figure_page(db, id), "figure")
    edition = request.state.edition
    place, read = page.place, how_read(db, id)
    on, why = _withdrawn(request, read)
    shown = Shown(
        held=page,
        row=archived_row(
            snapshot_file(edition, place["sha256"]),
            place["row"],
            place["column"],
            ours=place["address"].startswith("data/"),
        ),
        citation=cite(page, edition, request.app.state.settings.site),
        json=f"/api/v1/observations/{id}",
        table_row=f"{MOUNT}/{DATABASE}/observations/{id}",
        read=read,
        withdrawn_on=on,
        withdrawn_why=why,
    )
    return render(request, "observation.html", shown)


@router.api_route("/observations/{id}/picture.png", methods=["GET", "HEAD"])
async def picture(request: Request, db: Db, id: str) -> Response:
    """Show the page from which a figure was read, its cell framed; 410 once it was withdrawn."""
    read = held(how_read(db, id), "picture of a figure")
    on, why = _withdrawn(request, read)
    if on:
        raise HTTPException(410, sentence(why))
    if not read.file:
        raise HTTPException(404, "No picture of this page was let out; the figure stands.")
    path = request.state.edition.folder / read.file
    if not path.is_file():
        raise HTTPException(410, sentence("Its picture was taken from this edition"))
    return FileResponse(path, media_type="image/png", headers=KEPT_BY_NOBODY)


def _withdrawn(request: Request, read: HowRead | None) -> tuple[str, str]:
    """The day and the reason of the document's withdrawal; empty while it stands."""
    if read is None:
        return "", ""
    return withdrawn(request.app.state.settings).get(read.document, (read.withdrawn, read.why))
