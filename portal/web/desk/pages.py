"""From a page's dataclass to an answer of the desk, and the way back after something was done."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from portal.desk.people.model import ANONYMOUS, Person
from portal.desk.people.sessions import NOBODY
from portal.web.desk import cookies
from portal.web.rendering import templates


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the desk's menu."""

    address: str
    name: str
    right: str


PLACES = (
    Place("/desk", "Desk", "see"),
    Place("/desk/intake", "Take in", "take_in"),
    Place("/desk/documents", "Documents", "see"),
    Place("/desk/mapping", "Mapping", "map"),
    Place("/desk/review", "Review", "read"),
    Place("/desk/requests", "Requests", "see"),
    Place("/desk/campaigns", "Campaigns", "see"),
    Place("/desk/publishing", "Publish", "release"),
    Place("/desk/reports", "Reports", "answer_reports"),
    Place("/desk/people", "People", "people"),
    Place("/desk/audit", "Audit", "audit"),
)


def page(
    request: Request,
    template: str,
    page: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Fill one template with one dataclass: templates see `page`, `me`, `csrf` and `said`."""
    me: Person = getattr(request.state, "me", ANONYMOUS)
    session = getattr(request.state, "session", NOBODY)
    said = cookies.said(request)
    html = (
        templates()
        .get_template(template)
        .render(
            page=page,
            me=me,
            csrf=session.csrf if session.alive else "",
            said=said,
            path=request.url.path,
            places=places(request, me),
        )
    )
    answer = HTMLResponse(html, status_code=status, headers=dict(headers or {}))
    if said:
        cookies.drop(answer, cookies.SAID)
    return answer


def places(request: Request, me: Person) -> list[Place]:
    """The menu: the pages that stand here and that this person may open."""
    there: frozenset[str] = request.app.state.pages
    return [each for each in PLACES if me.may(each.right) and each.address in there]


def back(address: str, said: str = "") -> Response:
    """Send the browser to a page of the desk; `said` is shown there once."""
    if not address.startswith("/desk") or address[5:6] not in ("", "/", "?", "#"):
        raise ValueError(f"{address!r} is no page of the desk")
    answer = RedirectResponse(address, status_code=303)
    if said:
        cookies.say(answer, said)
    return answer
