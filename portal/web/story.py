"""Routes of the story pages: home, trends, comparison, law, money, errors, timeline."""

import csv
import io
import sqlite3
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from portal.store.reading.figures import series_figures
from portal.store.reading.trends import chain_figures
from portal.web import dossiers, stories
from portal.web.edition import edition
from portal.web.rendering import render

router = APIRouter()
Edition = Annotated[sqlite3.Connection, Depends(edition)]
Text = Annotated[str, Query(max_length=200)]
Ids = Annotated[list[str], Query(max_length=6)]

# What stands in the CSV of a chart: the caveats travel with the numbers.
CSV = (
    "id measure_label requester_label holder_label area_label breakdown_label period start end "
    "value low high many status_label marks printed publisher source_title page url note"
).split()


@router.get("/", include_in_schema=False)
async def home(request: Request, db: Edition) -> Response:
    """The question a visitor has."""
    return render(request, "home.html", stories.home(db))


@router.get("/trends", include_in_schema=False)
async def trends(
    request: Request,
    db: Edition,
    measure: Text = "",
    chain: Text = "",
    requester: Text = "",
    holder: Text = "",
    area: Text = "",
    breakdown: Text = "",
) -> Response:
    """Any series, or a chain of series."""
    page = stories.trends_page(
        db, measure, chain, requester=requester, holder=holder, area=area, breakdown=breakdown
    )
    return render(request, "trends.html", page, status=404 if page.found_none else 200)


@router.get("/trends.csv", include_in_schema=False)
async def trends_csv(db: Edition, s: Text = "", chain: Text = "") -> Response:
    """The figures of a chart with their caveats, as CSV."""
    figures = chain_figures(db, chain) if chain else series_figures(db, s)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(name.replace("many", "unit") for name in CSV), "warning"])
    warning = "Values of different measures and across breaks must not be compared."
    for figure in figures:
        writer.writerow([*(getattr(figure, name) for name in CSV), warning if chain else ""])
    return Response(out.getvalue(), 200 if figures else 404, media_type="text/csv; charset=utf-8")


@router.get("/compare", include_in_schema=False)
async def compare(request: Request, db: Edition, s: Ids = [], q: Text = "") -> Response:  # noqa: B006
    """Several series side by side."""
    return render(request, "compare.html", stories.compare_page(db, s, q))


@router.get("/retention", include_in_schema=False)
async def retention(request: Request, db: Edition) -> Response:
    """Laws that order data to be kept, over the years."""
    page = dossiers.retention_page(db, datetime.now(UTC).date())
    return render(request, "retention.html", page)


@router.get("/costs", include_in_schema=False)
async def costs(request: Request, db: Edition) -> Response:
    """Who was paid, and what it was said to cost."""
    return render(request, "costs.html", dossiers.costs_page(db))


@router.get("/errors", include_in_schema=False)
async def errors(request: Request, db: Edition) -> Response:
    """How often it went wrong."""
    return render(request, "errors.html", dossiers.errors_page(db))


@router.get("/timeline", include_in_schema=False)
async def timeline(request: Request, db: Edition, area: Text = "") -> Response:
    """What happened when."""
    return render(request, "timeline.html", dossiers.timeline_page(db, area))
