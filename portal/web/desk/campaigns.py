"""Campaigns at the desk: the list, one campaign as a whole, its authorities, and its export."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from fastapi import Request
from starlette.responses import Response

from portal.core.errors import BadInput, PortalError
from portal.core.foi.calendars import library
from portal.core.foi.laws import LAWS, RULES, Law
from portal.desk.campaigns import campaigns, requests
from portal.desk.campaigns.exporting import deadlines_calendar, export
from portal.desk.campaigns.lists import LEAVE_OUT, Line, askable_types, import_list, plan
from portal.desk.campaigns.overview import Overview, overview
from portal.desk.campaigns.sending import mark_sent
from portal.desk.people.errors import Stale
from portal.store import campaigns as store
from portal.store.campaigns import Campaign
from portal.store.desk import Desk
from portal.web.desk.given import Form, Given, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
MOST_BYTES = 1_000_000
LOOK_AGAIN = "This list was not looked at as it stands now: look at its lines, then import."
NEW = Campaign("", "", "", "", "", "")


@dataclass(frozen=True, slots=True)
class CampaignList:
    """Every campaign with how many requests there are, answered and overdue."""

    rows: list[tuple[Campaign, int, int, int]]


@dataclass(frozen=True, slots=True)
class CampaignForm:
    """The form of a campaign: what was typed, and what stood against it."""

    campaign: Campaign
    measures: list[tuple[str, str]]
    chosen: Sequence[str]
    problem: str = ""
    now: Campaign | None = None


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """One campaign as a whole."""

    whole: Overview
    types: Mapping[str, str]
    exemptions: Mapping[str, Any]
    measures: list[str]
    laws: list[Law]
    calendar: str
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The list of authorities: typed, and as it would be imported."""

    campaign: Campaign
    text: str
    lines: Sequence[Line]
    chosen: Mapping[int, str]
    bodies: Mapping[str, str]
    problem: str
    looked: str
    leave_out: str = LEAVE_OUT

    @property
    def open(self) -> int:
        """How many lines a person must settle first."""
        return sum(not line.ready and not line.left_out for line in self.lines)


def today() -> date:
    """This day; days of the law are those of the calendar, not of the clock."""
    return datetime.now(UTC).date()


@router.get("/campaigns", right="see")
def campaign_list(request: Request, db: Store) -> Response:
    """Every campaign, the newest first."""
    found = []
    for each in store.campaigns(db):
        whole = overview(db, each, today())
        everybody = whole.times[0]
        found.append((each, len(whole.entries), everybody.answered, everybody.overdue))
    return page(request, "desk/campaigns.html", CampaignList(found))


@router.get("/campaigns/new", right="campaigns")
def new_campaign(request: Request, db: Store) -> Response:
    """The form of a new campaign."""
    return _form(request, db, NEW)


@router.post("/campaigns", right="campaigns")
def make_campaign(request: Request, db: Store, me: Me, form: Form) -> Response:
    """Make a campaign; what cannot be made comes back as it was typed."""
    typed = _typed(NEW, form)
    given = replace(typed, id=campaigns.id_of(typed.title, typed.first))
    try:
        if store.campaign(db, given.id) is not None:
            raise BadInput("another title or year", given.title, "Title")
        made = campaigns.save(db, given, me.name, 0)
    except PortalError as problem:
        return _form(request, db, typed, str(problem), 400)
    return back(f"/desk/campaigns/{made.id}", "The campaign is made. Now say whom to ask.")


@router.get("/campaigns/{id}", right="see")
def campaign_page(request: Request, db: Store, id: str) -> Response:
    """One campaign: matrix, requests, league."""
    whole = overview(db, campaigns.get(db, id), today())
    types = {key: given["plural"] for key, given in store.words(db, "body_type").items()}
    measures = store.words(db, "measure")
    labels = [measures[code]["label"] for code in whole.campaign.measures.split()]
    used = [LAWS[each] for each in LAWS if any(e.request.law == each for e in whole.entries)]
    shown = CampaignPage(whole, types, store.words(db, "exemption"), labels, used, library(), RULES)
    return page(request, "desk/campaign.html", shown)


@router.get("/campaigns/{id}/edit", right="campaigns")
def edit_campaign(request: Request, db: Store, id: str) -> Response:
    """The form of a campaign that is there."""
    return _form(request, db, campaigns.get(db, id))


@router.post("/campaigns/{id}", right="campaigns")
def change_campaign(request: Request, db: Store, me: Me, form: Form, id: str) -> Response:
    """Save a campaign; when somebody was faster, both are shown and nothing typed is lost."""
    before = campaigns.get(db, id)
    typed = _typed(before, form)
    try:
        campaigns.save(db, typed, me.name, number(form, "version"))
    except Stale as problem:
        now = campaigns.get(db, id)
        shown = replace(typed, version=now.version)
        return _form(request, db, shown, str(problem), 409, now)
    except PortalError as problem:
        typed = replace(typed, version=number(form, "version"))
        return _form(request, db, typed, str(problem), 400)
    return back(f"/desk/campaigns/{id}", "Saved.")


@router.get("/campaigns/{id}/import", right="campaigns")
def import_page(request: Request, db: Store, id: str) -> Response:
    """The form for a list of authorities."""
    return _import(request, db, campaigns.get(db, id), "", {})


@router.post("/campaigns/{id}/import", right="campaigns")
def take_list(request: Request, db: Store, me: Me, form: Form, id: str) -> Response:
    """Look through a list, or import it once every line is settled."""
    campaign, text = campaigns.get(db, id), _file(form) or form.text("text")
    # Decisions belong to the lines that were looked at; in another list they mean other lines.
    same = form.text("looked") == digest(text)
    chosen = _chosen(form) if same else {}
    if form.text("step") != "import":
        return _import(request, db, campaign, text, chosen)
    if not same:
        return _import(request, db, campaign, text, {}, LOOK_AGAIN, 400)
    try:
        made = import_list(db, id, text, chosen, me.name, number(form, "version"), today())
    except PortalError as problem:
        status = 409 if isinstance(problem, Stale) else 400
        return _import(request, db, campaigns.get(db, id), text, chosen, str(problem), status)
    return back(f"/desk/campaigns/{id}", f"{made} requests are made. They are drafts until sent.")


@router.post("/campaigns/{id}/sent", right="campaigns")
def mark_as_sent(db: Store, me: Me, form: Form, id: str) -> Response:
    """Enter letters as sent on one day: all that were ticked, or none."""
    versions = {}
    for each in form.all("request"):
        name, _, version = each.rpartition(":")
        if not (name and version.isdecimal()):
            raise BadInput("a request and its version", each, "Mark as sent")
        versions[name] = int(version)
    done = mark_sent(db, id, versions, form.text("day"), me.name, today())
    return back(f"/desk/campaigns/{id}", f"{done} marked as sent on {form.text('day')}.")


@router.get("/campaigns/{id}/export.zip", right="see")
def export_campaign(db: Store, id: str) -> Response:
    """The whole campaign in one file."""
    content = export(db, overview(db, campaigns.get(db, id), today()))
    return download(content, "application/zip", f"{id}.zip")


@router.get("/campaigns/{id}/deadlines.ics", right="see")
def campaign_calendar(db: Store, id: str) -> Response:
    """The open deadlines of a campaign for a calendar."""
    whole = overview(db, campaigns.get(db, id), today())
    happened = store.events(db, [entry.request.id for entry in whole.entries])
    return download(deadlines_calendar(whole, happened), "text/calendar", f"{id}.ics")


def download(content: bytes, kind: str, name: str) -> Response:
    """Bytes to be kept as a file; names are ids, so they need no quoting."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=disposition)


def number(form: Given, name: str) -> int:
    """A whole number of a form; raises BadInput."""
    text = form.text(name, "0")
    if not text.isdecimal() or len(text) > 9:
        raise BadInput("a whole number", text, name)
    return int(text)


def digest(text: str) -> str:
    """Stands for a list as it was looked at, however a browser writes its line breaks."""
    plain = "\n".join(text.strip().splitlines())
    return hashlib.sha256(plain.encode()).hexdigest()


def _chosen(form: Given) -> dict[int, str]:
    """The decisions of a form by line number."""
    names = [n for n in form.fields if n.startswith("line-") and n[5:].isdecimal() and len(n) < 12]
    return {int(name[5:]): form.text(name) for name in names if form.text(name)}


def _typed(before: Campaign, form: Given) -> Campaign:
    names = {f.name for f in fields(Campaign)} & {"title", "question", "first", "last", "state"}
    given = {name: form.text(name, getattr(before, name)) for name in names}
    given["question"] = given["question"].replace("\r\n", "\n")
    measures = " ".join(form.all("measures"))
    return replace(before, **given, measures=measures, public=int(form.text("public") == "1"))


def _form(
    request: Request,
    db: Desk,
    campaign: Campaign,
    problem: str = "",
    status: int = 200,
    now: Campaign | None = None,
) -> Response:
    wanted = {"volume", "foi", "errors", "cost"}
    measures = [
        (id, given["label"])
        for id, given in store.words(db, "measure").items()
        if given["side"] == "authority" and given["topic"] in wanted
    ]
    shown = CampaignForm(campaign, measures, campaign.measures.split(), problem, now)
    return page(request, "desk/campaign_form.html", shown, status)


def _file(form: Given) -> str:
    for sent in form.files.get("file", ()):
        if sent.filename:
            content = sent.file.read(MOST_BYTES + 1)
            if len(content) > MOST_BYTES:
                raise BadInput(f"at most {MOST_BYTES:,} bytes", "more", "list of authorities")
            try:
                return content.decode("utf-8")
            except UnicodeDecodeError:
                raise BadInput("text in UTF-8", "other bytes", "list of authorities") from None
    return ""


def _import(
    request: Request,
    db: Desk,
    campaign: Campaign,
    text: str,
    chosen: Mapping[int, str],
    problem: str = "",
    status: int = 200,
) -> Response:
    lines: Sequence[Line] = ()
    if text.strip():
        try:
            lines = plan(db, campaign.id, text, chosen, today()).lines
        except PortalError as refused:
            problem, status = problem or str(refused), max(status, 400)
    kinds = askable_types(db)
    known = requests.known(db).bodies
    bodies = {id: given["name"] for id, given in known.items() if given["body_type"] in kinds}
    shown = ImportPage(campaign, text, lines, chosen, bodies, problem, digest(text))
    return page(request, "desk/campaign_import.html", shown, status)
