"""Who asks and who is asked: lists, and one body or operator."""

from dataclasses import dataclass
from sqlite3 import Row

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from portal.publish.charts import Chart
from portal.store.reading import bodies, operators
from portal.store.reading.figures import Figure
from portal.web.asked import PageNumber, Words, held, page_there
from portal.web.charting import figures_chart
from portal.web.edition import Db
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)
PAYMENT = ("money", "day")


@dataclass(frozen=True, slots=True)
class BodyList:
    """The bodies asked for, by type, and what the reader may choose from."""

    groups: list[tuple[str, list[Row]]]
    types: list[Row]
    areas: list[Row]
    kind: str
    area: str
    name: str
    shown: int
    without: int


@dataclass(frozen=True, slots=True)
class OperatorList:
    """Operators and companies, by type."""

    groups: list[tuple[str, list[Row]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A body or an operator, and its longest series as charts."""

    held: bodies.BodyPage | operators.OperatorPage
    charts: list[Chart]
    bands: list[Chart]


@router.get("/bodies")
async def body_list(
    request: Request, db: Db, type: Words = "", area: Words = "", name: Words = ""
) -> Response:
    """Show the bodies that ask, filtered by type, area and name."""
    rows = bodies.bodies(db, type, area, name.strip())
    page = BodyList(
        groups=by_type(rows),
        types=bodies.body_types(db),
        areas=bodies.body_areas(db),
        kind=type,
        area=area,
        name=name,
        shown=len(rows),
        without=sum(not row["held"] for row in rows),
    )
    return render(request, "bodies.html", page)


@router.get("/bodies/{id}")
async def body(request: Request, db: Db, id: str, page: PageNumber = 1) -> Response:
    """Show one body; an operator has its page elsewhere."""
    row = held(bodies.body_row(db, id), "authority")
    if row["side"] == "operator":
        return RedirectResponse(f"/operators/{row['id']}", 308)
    return render(request, "body.html", shown(db, bodies.body_page(db, id, page)))


@router.get("/operators")
async def operator_list(request: Request, db: Db) -> Response:
    """Show the operators and companies that are asked."""
    return render(request, "operators.html", OperatorList(by_type(operators.operators(db))))


@router.get("/operators/{id}")
async def operator(request: Request, db: Db, id: str, page: PageNumber = 1) -> Response:
    """Show one operator or company; an authority has its page elsewhere."""
    row = held(bodies.body_row(db, id), "operator or company")
    if row["side"] != "operator":
        return RedirectResponse(f"/bodies/{row['id']}", 308)
    return render(request, "operator.html", shown(db, operators.operator_page(db, id, page)))


def shown(db: Db, page: bodies.BodyPage | operators.OperatorPage | None) -> Shown:
    """Draw the longest series of a body or operator."""
    there = held(page, "body")
    listed = there.figures if isinstance(there, bodies.BodyPage) else there.uk
    page_there(listed.number, listed.last)
    banded = there.banded if isinstance(there, operators.OperatorPage) else []
    seen = {figures[0].series for figures in banded}
    # Payments of single days are rows of a list; as columns they would look like a series.
    series = [each for each in there.drawn if (each[0].kind, each[0].period_kind) != PAYMENT]
    drawn = [figures for figures in series if figures[0].series not in seen]
    return Shown(there, *([_chart(db, each) for each in part] for part in (drawn, banded)))


def _chart(db: Db, figures: list[Figure]) -> Chart:
    series = figures[0].series
    full = len(figures) == bodies.MOST_COLUMNS
    notes = [f"The newest {len(figures)} figures; older ones are in the CSV."] if full else []
    return figures_chart(db, f"s-{series}", figures, csv=f"/trends.csv?s={series}", notes=notes)


def by_type(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Group rows, which come in order of their type, under the type's name."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["plural"], []).append(row)
    return list(groups.items())
