"""Coming in and going out: sign-in, sign-out, invitations, and a form that waited for it."""

import re
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from portal.core.errors import BadInput
from portal.desk.people import accounts, codes, held, sessions, signing, waits
from portal.desk.people.errors import NotSignedIn, NotThere, Throttled
from portal.desk.people.model import Person
from portal.store.desk import Desk
from portal.web.desk import cookies
from portal.web.desk.given import Form, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.problems import SignIn
from portal.web.desk.routing import DeskRouter

router = DeskRouter()

WELCOME = "The desk is for people who were invited."
# Only a plain path of the desk: nothing that a browser could read as another host.
PLACE = re.compile(r"/desk(?:/[A-Za-z0-9._~%/=&?+:,@-]*)?")


@dataclass(frozen=True, slots=True)
class Enrol:
    """The page of an invitation: who, as what, and what the app is to hold."""

    invitation: accounts.Invitation
    picture: str
    words: str


@dataclass(frozen=True, slots=True)
class Codes:
    """Recovery codes, shown once; `first` when the person has just come in."""

    codes: list[str]
    first: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """The form that waited, to be looked at and sent."""

    form: held.Held


def place(to: str) -> str:
    """Where to go after signing in: a page of the desk, whatever was asked for."""
    return to if PLACE.fullmatch(to) and "//" not in to and ".." not in to else "/desk"


def has_oidc(request: Request) -> bool:
    """True when people may come in by the organisation's own server."""
    return bool(getattr(request.app.state.settings, "oidc_issuer", ""))


@router.get("/sign-in", right="anyone")
def sign_in_page(request: Request, me: Me, to: str = "/desk") -> Response:
    """The page to sign in."""
    if me.id:
        return back(place(to))
    given = SignIn(WELCOME, place(to), oidc=has_oidc(request))
    return page(request, "desk/sign_in.html", given)


@router.post("/sign-in", right="anyone")
def sign_in(request: Request, db: Store, form: Form) -> Response:
    """Sign in with a name, a password and a code."""
    name, to = form.text("name"), place(form.text("to"))
    password = (form.all("password") or [""])[0]
    try:
        who = signing.sign_in(db, name, password, form.text("code"), origin(request))
    except (NotSignedIn, Throttled) as problem:
        status = 429 if isinstance(problem, Throttled) else 401
        wait = str(problem.seconds) if isinstance(problem, Throttled) else ""
        given = SignIn(str(problem), to, name[:80], oidc=has_oidc(request), wrong=True)
        headers = {"Retry-After": wait} if wait else {}
        return page(request, "desk/sign_in.html", given, status, headers)
    return come_in(request, db, who, "password and code", to)


def origin(request: Request) -> str:
    """Where a request comes from, as the public process says; nobody else reaches the desk."""
    told = request.headers.get("x-forwarded-for", "")
    return waits.origin(told or (request.client.host if request.client else ""))


def come_in(request: Request, db: Desk, who: Person, how: str, to: str) -> Response:
    """Begin a session and go where the person wanted to, by the form that waits if there is one."""
    before = request.cookies.get(cookies.SESSION, "")
    cookie, _ = sessions.begin(db, who, how, before)
    waiting = held.waiting(db, request.cookies.get(cookies.HELD, ""), who)
    answer = RedirectResponse("/desk/held" if waiting else to, status_code=303)
    cookies.put(answer, cookies.SESSION, cookie)
    return answer


@router.post("/sign-out", right="self")
def sign_out(request: Request, db: Store) -> Response:
    """End this session."""
    sessions.end(db, request.state.session)
    answer = back("/desk/sign-in", "You have signed out.")
    cookies.drop(answer, cookies.SESSION)
    cookies.drop(answer, cookies.HELD)
    return answer


@router.get("/held", right="self")
def held_form(request: Request, db: Store, me: Me) -> Response:
    """The form that came after its session had ended, filled as it was."""
    form = held.waiting(db, request.cookies.get(cookies.HELD, ""), me)
    if form is None:
        raise NotThere("No form waits for you: it was sent, thrown away, or is older than an hour.")
    return page(request, "desk/sign_held.html", Waiting(form))


@router.post("/held/drop", right="self")
def drop_held(request: Request, db: Store, me: Me) -> Response:
    """Throw a form away that waits."""
    held.drop(db, request.cookies.get(cookies.HELD, ""), me)
    answer = back("/desk", "The form was thrown away.")
    cookies.drop(answer, cookies.HELD)
    return answer


@router.get("/invitation/{token}", right="anyone")
def invitation(request: Request, db: Store, token: str) -> Response:
    """The page of an invitation: choose a password, and put the seed into an app."""
    return _enrol(request, accounts.open_invitation(db, token), "", 200)


@router.post("/invitation/{token}", right="anyone")
def accept(request: Request, db: Store, form: Form, token: str) -> Response:
    """Come in for the first time; shows the recovery codes once."""
    opened = accounts.open_invitation(db, token)
    password, again = ((form.all(name) or [""])[0] for name in ("password", "again"))
    try:
        who, made = accounts.accept(db, token, password, again, form.text("code"))
    except BadInput as problem:
        return _enrol(request, opened, str(problem), 400)
    cookie, csrf = sessions.begin(db, who, "invitation", request.cookies.get(cookies.SESSION, ""))
    request.state.me = who
    request.state.session = sessions.Session("", csrf, who, True)
    answer = page(request, "desk/sign_codes.html", Codes(made, first=True))
    cookies.put(answer, cookies.SESSION, cookie)
    return answer


def _enrol(request: Request, opened: accounts.Invitation, words: str, status: int) -> Response:
    picture = codes.picture(opened.seed, opened.name)
    return page(request, "desk/sign_enrol.html", Enrol(opened, picture, words), status)
