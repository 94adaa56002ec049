"""The audit trail: who did what, when, and on which thing."""

import math
import sqlite3
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from portal.store import audit
from portal.web.desk.given import Store
from portal.web.desk.pages import page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
PER_PAGE = 100
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Trail:
    """One page of the trail, and what was asked for."""

    lines: list[sqlite3.Row]
    count: int
    number: int
    last: int
    actor: str
    action: str
    object: str
    actions: list[str]
    query: str


@router.get("/audit", right="audit")
def trail(
    request: Request, db: Store, actor: str = "", action: str = "", object: str = ""
) -> Response:
    """The newest lines, by actor, action and object."""
    asked = {"actor": actor, "action": action, "object": object}
    asked = {name: value.strip()[:LONGEST] for name, value in asked.items()}
    number = number_of(request.query_params.get("page", "1"))
    found = audit.lines(db, **asked, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    last = max(1, math.ceil(found.count / PER_PAGE))
    query = urlencode({name: value for name, value in asked.items() if value})
    given = Trail(found.lines, found.count, number, last, *asked.values(), audit.actions(db), query)
    return page(request, "desk/audit.html", given)


def number_of(text: str) -> int:
    """A page's number as it was asked for; the first for anything that is none."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 9 else 1
