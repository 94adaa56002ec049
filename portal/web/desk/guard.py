"""Before every route: who asks, whether they may, and whether they asked it themselves."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from portal.desk.people import held, sessions
from portal.desk.people.errors import NotAllowed, NotSignedIn
from portal.desk.people.model import ANONYMOUS, Person
from portal.desk.people.rights import ANYONE, WORDS
from portal.desk.people.sessions import Session
from portal.store.desk import Desk, before_writing
from portal.web.desk import cookies
from portal.web.desk.given import Store, config, is_form, sent, typed

SAFE = ("GET", "HEAD", "OPTIONS")
SIGN_IN = "Please sign in."
ENDED = "The session has ended. Please sign in again."
KEPT = "The session had ended. What you typed is kept: sign in, and it can be sent."
ELSEWHERE = "This was sent from another site, or without saying from where. Nothing was changed."
NO_TOKEN = "This form is not of your session. Open its page again; nothing was changed."


class Guard:
    """Lets a request through to a route, or raises what the desk answers instead."""

    def __init__(self, right: str) -> None:
        self.right = right

    async def __call__(self, request: Request, db: Store) -> None:
        """Find the person, check where the request comes from, then what they may."""
        token = bearer(request)
        if token is not None:
            person = await run_in_threadpool(sessions.bearer, db, token)
            request.state.me, request.state.session = person, sessions.NOBODY
            self._may(person)
            before_writing(db, lambda: self._may(sessions.opened(db, token)[0]))
            return
        cookie = request.cookies.get(cookies.SESSION, "")
        session = await run_in_threadpool(sessions.found, db, cookie)
        person = session.person if session.alive else ANONYMOUS
        request.state.me, request.state.session = person, session
        if request.method not in SAFE:
            await self._own(request, db, session)
        if self.right != ANYONE and not session.alive:
            raise NotSignedIn(ENDED if session.hash else SIGN_IN)
        self._may(person)
        if self.right != ANYONE:
            before_writing(db, lambda: self._still(db, cookie))

    def _still(self, db: Desk, cookie: str) -> None:
        """Look once more: while a body was on its way, its sender may have been let go."""
        session, _ = sessions.look(db, cookie)
        if not session.alive:
            raise NotSignedIn(ENDED)
        self._may(session.person)

    def _may(self, person: Person) -> None:
        if self.right != ANYONE and not person.may(self.right):
            what = WORDS[self.right]
            raise NotAllowed(f"You may not {what}. Someone with that right can, or can give it.")

    async def _own(self, request: Request, db: Desk, session: Session) -> None:
        """Refuse what another site had sent; keep what a session that ended had typed."""
        if not same_origin(request):
            raise NotAllowed(ELSEWHERE)
        # What anybody may send needs no session, so it cannot be of one: a reader's report.
        if not session.hash or self.right == ANYONE:
            return
        form = await sent(request) if "x-csrf" not in request.headers else {}
        shown = request.headers.get("x-csrf") or str(form.get("csrf", ""))
        if not hmac.compare_digest(shown.encode(), session.csrf.encode()):
            raise NotAllowed(NO_TOKEN)
        if session.alive:
            if waiting := str(form.get("held", "")):
                await run_in_threadpool(held.drop, db, waiting, session.person)
            return
        if is_form(request) and "x-csrf" not in request.headers:
            given = (session.person, request.url.path, typed(request))
            id = await run_in_threadpool(held.keep, db, *given)
            request.state.held = id
            raise NotSignedIn(KEPT if id else ENDED)


def bearer(request: Request) -> str | None:
    """The token of a script; None for a request that has none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def same_origin(request: Request) -> bool:
    """True when the browser says that one of our own pages sent this."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None or origin == "null":
        # Pages that tell no referrer send the origin "null"; the other header is then enough.
        return site == "same-origin"
    here = {urlsplit(config(request).site).netloc.lower(), request.headers.get("host", "").lower()}
    return urlsplit(origin).netloc.lower() in here
