"""Requests at the desk: the list, one request with all its days, and the same for scripts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from portal.core.errors import BadInput, PortalError
from portal.core.foi.laws import LAWS, law, law_of
from portal.core.foi.states import STATES
from portal.desk.campaigns import campaigns, requests
from portal.desk.campaigns.exporting import as_json, request_json
from portal.desk.campaigns.letters import letter
from portal.desk.campaigns.lists import askable_types
from portal.desk.campaigns.overview import Entry, entries, overview
from portal.desk.people.errors import Stale
from portal.store import campaigns as store
from portal.store.campaigns import Campaign, Exemption
from portal.store.campaigns import Request as Asked
from portal.store.desk import Desk
from portal.web.desk.campaigns import number, today
from portal.web.desk.given import Form, Given, Me, Store, is_form
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
BLANK_ROWS = 3
PAGE = 100
MOST_JSON = 100_000


@dataclass(frozen=True, slots=True)
class RequestList:
    """One page of all requests: overdue first, then by authority."""

    entries: Sequence[Entry]
    titles: Mapping[str, str]
    states: list[tuple[str, str]]
    state: str
    total: int
    number: int
    last: int


@dataclass(frozen=True, slots=True)
class NewRequest:
    """The form of a request that belongs to a campaign or to none."""

    campaigns: list[tuple[str, str]]
    bodies: list[tuple[str, str]]
    laws: list[tuple[str, str]]
    typed: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request; `typed` is what the form shows, `differs` what somebody else has saved."""

    entry: Entry
    campaign: Campaign | None
    typed: Asked
    grounds: Sequence[tuple[str, str]]
    exemptions: list[tuple[str, str]]
    labels: Mapping[str, str]
    rules: Mapping[str, str]
    states: list[tuple[str, str]]
    laws: list[tuple[str, str]]
    events: Sequence[Mapping[str, Any]]
    documents: Sequence[Mapping[str, Any]]
    letter: str
    why: str = ""
    problem: str = ""
    differs: Mapping[str, Sequence[str]] | None = None


STATE_CHOICES = [(id, each.label) for id, each in STATES.items()]
LAW_CHOICES = [(id, each.name) for id, each in LAWS.items()]


@router.get("/requests", right="see")
def request_list(request: Request, db: Store) -> Response:
    """Every request at the desk, those of campaigns and those of none."""
    wanted = request.query_params.get("state", "")
    made = store.campaigns(db)
    every = [each for one in made for each in store.requests_of(db, one.id)]
    found = entries(db, [*every, *store.lone_requests(db)], today())
    if wanted == "overdue":
        found = [entry for entry in found if entry.overdue]
    elif wanted in STATES:
        found = [entry for entry in found if entry.request.state == wanted]
    found.sort(key=lambda entry: not entry.overdue)
    asked = request.query_params.get("page", "1")
    last = max(1, -(-len(found) // PAGE))
    here = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 9 else 1
    shown = found[(here - 1) * PAGE : here * PAGE]
    titles = {one.id: one.title for one in made}
    choices = [("", "all states"), ("overdue", "overdue"), *STATE_CHOICES]
    listed = RequestList(shown, titles, choices, wanted, len(found), here, last)
    return page(request, "desk/requests.html", listed)


@router.get("/requests/new", right="take_in")
def new_request(request: Request, db: Store) -> Response:
    """The form of a new request."""
    return _new(request, db, dict(request.query_params))


@router.post("/requests", right="take_in")
def make_request(request: Request, db: Store, me: Me, form: Form) -> Response:
    """Make a request; what cannot be made comes back as it was typed."""
    typed = {name: form.text(name) for name in form.fields}
    try:
        made = requests.save(db, _made(db, typed), me.name, 0, today=today())
    except PortalError as problem:
        return _new(request, db, typed, str(problem), 400)
    return back(f"/desk/requests/{made.id}", "The request is made.")


@router.get("/requests/{id}", right="see")
def request_page(request: Request, db: Store, id: str) -> Response:
    """One request with all its days, events and documents."""
    found = requests.get(db, id)
    return page(request, "desk/request.html", _page(db, found, found))


@router.post("/requests/{id}", right="take_in")
def change_request(request: Request, db: Store, me: Me, form: Form, id: str) -> Response:
    """Save a request; when somebody was faster, both are shown and nothing typed is lost."""
    before, why = requests.get(db, id), form.text("why")
    typed = requests.changed_fields(before, {name: form.text(name) for name in form.fields})
    typed = replace(typed, exemptions=_grounds(form))
    try:
        requests.save(db, typed, me.name, number(form, "version"), why=why, today=today())
    except Stale as problem:
        now = requests.get(db, id)
        shown = replace(typed, version=now.version)
        differs = requests.changes(now, typed)
        given = replace(_page(db, now, shown), problem=str(problem), differs=differs, why=why)
        return page(request, "desk/request.html", given, 409)
    except PortalError as problem:
        shown = replace(typed, version=number(form, "version"))
        given = replace(_page(db, before, shown), problem=str(problem), why=why)
        return page(request, "desk/request.html", given, 400)
    return back(f"/desk/requests/{id}", "Saved.")


# For scripts


@router.get("/api/v1/campaigns", right="see")
def campaigns_json(db: Store) -> Response:
    """Every campaign, the newest first."""
    found = [{"id": one.id, "title": one.title, "state": one.state} for one in store.campaigns(db)]
    return JSONResponse({"campaigns": found})


@router.get("/api/v1/campaigns/{id}", right="see")
def campaign_json(db: Store, id: str) -> Response:
    """One campaign with its requests, deadlines, times and matrix."""
    return JSONResponse(as_json(overview(db, campaigns.get(db, id), today())))


@router.get("/api/v1/requests/{id}", right="see")
def one_request_json(db: Store, id: str) -> Response:
    """One request."""
    return JSONResponse(request_json(requests.get(db, id)))


@router.post("/api/v1/requests", right="take_in")
async def make_request_json(request: Request, db: Store, me: Me) -> Response:
    """Make a request from an object: body, and any other field; answers 201 with its id."""
    given = await _object(request)
    made = replace(_made(db, _texts(given)), exemptions=_exemptions(given))
    saved = requests.save(db, made, me.name, 0, today=today())
    address = f"/desk/api/v1/requests/{saved.id}"
    return JSONResponse(request_json(saved), 201, {"Location": address})


@router.post("/api/v1/requests/{id}", right="take_in")
async def change_request_json(request: Request, db: Store, me: Me, id: str) -> Response:
    """Change fields of a request; `version` is the one that was read, else 409."""
    given = await _object(request)
    version = given.pop("version", 0)
    if type(version) is not int or version < 1:
        raise BadInput("the version that was read", version, "version")
    why = str(given.pop("why", ""))
    typed = requests.changed_fields(requests.get(db, id), _texts(given))
    if "exemptions" in given:
        typed = replace(typed, exemptions=_exemptions(given))
    saved = requests.save(db, typed, me.name, version, why=why, today=today())
    return JSONResponse(request_json(saved))


async def _object(request: Request) -> dict[str, Any]:
    # A form was read already, by who looks whether it is ours.
    content = b"" if is_form(request) else await request.body()
    try:
        given = json.loads(content) if len(content) <= MOST_JSON else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise BadInput("a JSON object", "something else", "the request's body")
    known = {*requests.LABELS, "version", "why"}
    for name in sorted(set(given) - known):
        raise BadInput(f"fields among {', '.join(sorted(known))}", name, "the request's body")
    return given


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, value in given.items():
        if name != "exemptions":
            if not isinstance(value, str):
                raise BadInput("text", value, name)
            found[name] = value
    return found


def _exemptions(given: Mapping[str, Any]) -> tuple[Exemption, ...]:
    listed = given.get("exemptions", [])
    try:
        return tuple(Exemption(str(each["code"]), str(each.get("subject", ""))) for each in listed)
    except (TypeError, KeyError, AttributeError):
        raise BadInput('a list of {"code", "subject"}', listed, "exemptions") from None


def _made(db: Desk, typed: Mapping[str, str]) -> Asked:
    """A new request from texts: its law by the authority, its id by campaign and authority."""
    body, campaign = typed.get("body", ""), typed.get("campaign", "")
    area = store.words(db, "body").get(body, {}).get("area", "")
    under = typed.get("law") or law_of(area).id
    sent = typed.get("sent_on", "")
    new = Asked(requests.free_id(db, campaign, body), body, under, campaign)
    return requests.changed_fields(
        new, {**typed, "law": under, "state": typed.get("state") or ("sent" if sent else "draft")}
    )


def _grounds(form: Given) -> tuple[Exemption, ...]:
    pairs = zip(form.all("ground"), form.all("subject"), strict=False)
    return tuple(Exemption(code, subject.strip()) for code, subject in pairs if code)


def _new(
    request: Request, db: Desk, typed: Mapping[str, str], problem: str = "", status: int = 200
) -> Response:
    kinds = askable_types(db)
    bodies = [
        (id, given["name"])
        for id, given in store.words(db, "body").items()
        if given["body_type"] in kinds
    ]
    bodies.sort(key=lambda pair: pair[1].casefold())
    open = [(one.id, one.title) for one in store.campaigns(db) if one.state == "open"]
    shown = NewRequest(open, bodies, LAW_CHOICES, typed, problem)
    return page(request, "desk/request_new.html", shown, status)


def _page(db: Desk, now: Asked, typed: Asked) -> RequestPage:
    (entry,) = entries(db, [now], today())
    campaign = store.campaign(db, now.campaign) if now.campaign else None
    known = store.words(db, "exemption")
    codes = [("", "none")] + [
        (id, f"{each['label']} ({each['section']})") for id, each in known.items()
    ]
    grounds = [(each.code, each.subject) for each in typed.exemptions] + [("", "")] * BLANK_ROWS
    return RequestPage(
        entry=entry,
        campaign=campaign,
        typed=typed,
        grounds=grounds,
        exemptions=codes,
        labels=requests.LABELS,
        rules=law(now.law).rules,
        states=STATE_CHOICES,
        laws=LAW_CHOICES,
        events=store.events(db, [now.id]),
        documents=store.documents_of(db, [now.id]),
        letter=letter(campaign, entry.label, now.law) if campaign else "",
    )
