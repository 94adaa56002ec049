"""One figure: as printed, as read, where it stands, what became of it, how to cite it."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.store.reading.figures import Figure
from portal.store.reading.observations import FigurePage, figure_page
from portal.web.asked import held
from portal.web.citing import Citation, archived_row, cite
from portal.web.edition import Db, snapshot_file
from portal.web.rendering import render
from portal.web.tables import DATABASE, MOUNT

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure with its row in the archive, its citation and its addresses elsewhere."""

    held: FigurePage
    row: list[tuple[str, str]]
    citation: Citation
    json: str
    table_row: str

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
    place = page.place
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
    )
    return render(request, "observation.html", shown)
