"""The first page of the desk: what waits, and where to go."""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from portal.desk.people.rights import WORDS
from portal.store.waiting import Waiting, waiting
from portal.web.desk.given import Me, Store
from portal.web.desk.pages import page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()


@dataclass(frozen=True, slots=True)
class Home:
    """What waits, and what the person may do here, in words."""

    waiting: Waiting
    rights: list[str]


@router.get("", right="see")
def home(request: Request, db: Store, me: Me) -> Response:
    """Where everybody begins."""
    told = [words for right, words in WORDS.items() if me.may(right)]
    return page(request, "desk/home.html", Home(waiting(db), told))
