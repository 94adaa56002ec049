"""Public campaigns: the list, one campaign with its league and matrix, and the same as data."""

import json
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from portal.core.foi.laws import LAWS, RULES, Law
from portal.core.foi.states import STATES
from portal.core.spreadsheets import csv_bytes
from portal.store.reading import campaigns
from portal.web.asked import held
from portal.web.edition import Db
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)
WHAT = "campaign"


@dataclass(frozen=True, slots=True)
class CampaignList:
    """Every public campaign."""

    rows: list[Row]


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """One public campaign on the day of the edition."""

    held: campaigns.PublicCampaign
    today: str
    states: dict[str, str]
    laws: list[Law]
    rules: dict[str, str]


@router.get("/campaigns")
async def campaign_list(request: Request, db: Db) -> Response:
    """Show every public campaign."""
    return render(request, "campaigns.html", CampaignList(campaigns.campaigns(db)))


@router.get("/campaigns/{id}.csv")
async def campaign_csv(db: Db, id: str) -> Response:
    """Hand out who was asked and what came of it as a table."""
    found = held(campaigns.rows(db, id) or None, WHAT)
    rows = ([row[name] for name in campaigns.COLUMNS] for row in found)
    content = csv_bytes(campaigns.COLUMNS, rows)
    return Response(content, media_type="text/csv; charset=utf-8")


@router.get("/campaigns/{id}.json")
async def campaign_json(request: Request, db: Db, id: str) -> Response:
    """Hand out the same as JSON, with the matrix and the edition that it is of."""
    found = held(campaigns.campaign(db, id, _today(request)), WHAT)
    asked = [{name: row[name] for name in campaigns.COLUMNS} for row in found.rows]
    for each in asked:
        each["exemptions"] = json.loads(each["exemptions"])
    told: dict[str, Any] = {
        "edition": request.state.edition.number,
        "campaign": dict(found.about),
        "asked": asked,
        "matrix": [
            {"body": line.body, "years": {str(cell.year): cell.state for cell in line.cells}}
            for line in found.matrix
        ],
    }
    return JSONResponse(told)


@router.get("/campaigns/{id}")
async def campaign_page(request: Request, db: Db, id: str) -> Response:
    """Show one campaign: the matrix, how fast answers came, what was refused."""
    today = _today(request)
    found = held(campaigns.campaign(db, id, today), WHAT)
    used = {row["law"] for row in found.rows}
    laws = [law for law in LAWS.values() if law.id in used]
    states = {state.id: state.label for state in STATES.values()}
    return render(request, "campaign.html", CampaignPage(found, today, states, laws, RULES))


def _today(request: Request) -> str:
    """The day of the edition: a page must not change while its edition stands."""
    return str(request.state.edition.about["built_at"])[:10]
