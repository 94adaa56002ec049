"""The programming interface: series and figures as JSON, each with what must travel with it."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from portal.store.reading import machine
from portal.store.reading.figures import Figure
from portal.store.reading.machine import Caveat, SeriesLine
from portal.store.reading.observations import figure_page
from portal.web.asked import PageNumber
from portal.web.edition import Db

DESCRIPTION = (
    "Aggregate figures on requests for communications data, from the current edition. "
    "No key, no limit on use. Every figure carries its unit, its period, its status and its "
    "source; every answer carries the cautions and breaks of the measures in it."
)
router = APIRouter(prefix="/api/v1", tags=["figures"])

Day = Annotated[
    str,
    Query(
        pattern=r"^(\d{4}(-\d\d(-\d\d)?)?)?$",
        description="first day of the period, as 2013 or 2013-04-01",
    ),
]
Size = Annotated[int, Query(ge=1, le=1_000, description="How many on one page.")]


@dataclass(frozen=True, slots=True)
class Observations:
    """A page of figures; `next` is the address of the following page, or null."""

    ok: bool
    edition: int
    observations: list[Figure]
    caveats: list[Caveat]
    next: str | None


@dataclass(frozen=True, slots=True)
class SeriesList:
    """A page of series; `next` is the address of the following page, or null."""

    ok: bool
    edition: int
    series: list[SeriesLine]
    caveats: list[Caveat]
    next: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure with its place, its history, and what contradicts it."""

    ok: bool
    edition: int
    observation: Figure
    snapshot: dict[str, Any]
    source: dict[str, Any]
    revisions: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    corrections: list[dict[str, Any]]
    caveats: list[Caveat]
    address: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Every error has this shape."""

    ok: bool
    error: str
    status: int


def _code(words: str) -> Any:
    return Query(max_length=200, description=words)


ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": Refused} for code in (400, 404, 422, 503)
}


@router.get("/observations", response_model=Observations, responses=ERRORS)
async def observations(
    request: Request,
    db: Db,
    measure: Annotated[str, _code("what is counted, as /api/v1/series names it")] = "",
    requester: Annotated[str, _code("the authority that asks; _T for all together")] = "",
    holder: Annotated[str, _code("the operator that is asked; _T for all together")] = "",
    area: Annotated[str, _code("state or territory, as GB or IE")] = "",
    breakdown: Annotated[str, _code("dimension=code; _T for the total")] = "",
    status: Annotated[str, _code("why the value is what it is, as normal or doubtful")] = "",
    source: Annotated[str, _code("the publication that the figure stands in")] = "",
    series: Annotated[str, _code("figures that differ in nothing but their period")] = "",
    first: Day = "",
    last: Day = "",
    page: PageNumber = 1,
    size: Size = 100,
) -> Response:
    """Figures, filtered by codes and by the first day of their period.

    `area`, `breakdown` and `status` narrow down one of the other filters.
    """
    codes = {"series": series, "measure": measure, "requester": requester, "holder": holder}
    codes |= {"source": source, "area": area, "breakdown": breakdown, "status": status}
    found = machine.observations(db, codes, first, last, page, size)
    shown = found[:size]
    caveats = machine.caveats(db, {each.measure for each in shown})
    further = _next(request, page, len(found) > size)
    number = request.state.edition.number
    return JSONResponse(asdict(Observations(True, number, shown, caveats, further)))


@router.get("/series", response_model=SeriesList, responses=ERRORS)
async def series(
    request: Request,
    db: Db,
    measure: Annotated[str, _code("what is counted")] = "",
    requester: Annotated[str, _code("the authority that asks; _T for all together")] = "",
    holder: Annotated[str, _code("the operator that is asked; _T for all together")] = "",
    area: Annotated[str, _code("state or territory, as GB or IE")] = "",
    breakdown: Annotated[str, _code("dimension=code; _T for the total")] = "",
    page: PageNumber = 1,
    size: Size = 100,
) -> Response:
    """Series: all figures that agree in everything but the period.

    `area` and `breakdown` narrow down one of the other filters.
    """
    codes = {"measure": measure, "requester": requester, "holder": holder}
    codes |= {"area": area, "breakdown": breakdown}
    found = machine.series(db, codes, page, size)
    shown = found[:size]
    caveats = machine.caveats(db, {each.measure for each in shown})
    further = _next(request, page, len(found) > size)
    number = request.state.edition.number
    return JSONResponse(asdict(SeriesList(True, number, shown, caveats, further)))


@router.get("/observations/{id}", response_model=Observation, responses=ERRORS)
async def observation(request: Request, db: Db, id: str) -> Response:
    """One figure with its place in the archived bytes, its revisions and its conflicts."""
    page = figure_page(db, id)
    if page is None:
        raise HTTPException(404, "There is no figure of this id in the current edition.")
    given = Observation(
        ok=True,
        edition=request.state.edition.number,
        observation=page.figure,
        snapshot=dict(page.place),
        source=dict(page.source),
        revisions=[dict(row) for row in page.revisions],
        conflicts=[asdict(each) for each in page.conflicts],
        corrections=[dict(row) for row in page.corrections],
        caveats=machine.caveats(db, {page.figure.measure}),
        address=f"{request.app.state.settings.site.rstrip('/')}/observations/{id}",
    )
    return JSONResponse(asdict(given))


def _next(request: Request, page: int, more: bool) -> str | None:
    if not more:
        return None
    given = {**request.query_params, "page": str(page + 1)}
    return f"{request.url.path}?{urlencode(given)}"
