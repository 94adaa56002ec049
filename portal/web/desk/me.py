"""A person's own page: password, recovery codes, passkeys, tokens and sessions."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from portal.core.errors import BadInput
from portal.desk.people import own, passkeys
from portal.desk.people.rights import SCOPES, WORDS
from portal.store import people as store
from portal.store import proofs, sessions
from portal.web.desk import cookies
from portal.web.desk.given import Config, Form, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter
from portal.web.desk.signing import Codes, come_in, origin, place

router = DeskRouter()
LONGEST_ANSWER = 100_000


@dataclass(frozen=True, slots=True)
class Own:
    """All that opens the desk in this person's name; hashes stand for what cannot be shown."""

    passkeys: list[sqlite3.Row]
    tokens: list[sqlite3.Row]
    sessions: list[sqlite3.Row]
    this: str
    codes_left: int
    scopes: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Token:
    """A token, shown once."""

    label: str
    token: str


@router.get("/me", right="self")
def own_page(request: Request, db: Store, me: Me) -> Response:
    """What opens the desk in my name."""
    given = Own(
        proofs.passkeys_of(db, me.id),
        sessions.tokens_of(db, me.id),
        sessions.sessions_of(db, me.id),
        request.state.session.hash,
        store.codes_left(db, me.id),
        [(scope, WORDS[scope]) for scope in WORDS if scope in me.rights & SCOPES],
    )
    return page(request, "desk/sign_own.html", given)


@router.post("/me/password", right="self")
def change_password(request: Request, db: Store, me: Me, form: Form) -> Response:
    """Change my password; my other sessions end."""
    old, new, again = ((form.all(name) or [""])[0] for name in ("old", "new", "again"))
    own.change_password(db, me, old, new, again, request.state.session.hash)
    return back("/desk/me", "Your password was changed; your other sessions have ended.")


@router.post("/me/codes", right="self")
def new_codes(request: Request, db: Store, me: Me) -> Response:
    """Make new recovery codes, shown once."""
    return page(request, "desk/sign_codes.html", Codes(own.new_codes(db, me), first=False))


@router.post("/me/tokens", right="self")
def make_token(request: Request, db: Store, me: Me, form: Form) -> Response:
    """Make a token for scripts, shown once."""
    label = form.text("label")
    token = own.make_token(db, me, label, form.all("scope"), form.text("days", "90"))
    return page(request, "desk/sign_token.html", Token(label, token))


@router.post("/me/tokens/end", right="self")
def end_token(db: Store, me: Me, form: Form) -> Response:
    """End one of my tokens."""
    own.end_token(db, me, form.text("hash"))
    return back("/desk/me", "The token opens nothing any more.")


@router.post("/me/sessions/end", right="self")
def end_session(request: Request, db: Store, me: Me, form: Form) -> Response:
    """End one of my sessions, or all but this."""
    if hash := form.text("hash"):
        own.end_session(db, me, hash)
        return back("/desk/me", "The session has ended.")
    ended = own.end_others(db, me, request.state.session.hash)
    return back("/desk/me", f"{ended} other session{'' if ended == 1 else 's'} ended.")


@router.post("/me/passkeys/options", right="self")
def passkey_options(db: Store, me: Me, settings: Config) -> Response:
    """What my browser is asked so that it makes a passkey."""
    return JSONResponse(passkeys.register_options(db, me, settings.site))


@router.post("/me/passkeys", right="self")
async def add_passkey(request: Request, db: Store, me: Me, settings: Config) -> Response:
    """Keep a passkey that my browser has made."""
    answer = await _answer(request)
    label = str(answer.get("label", ""))
    await run_in_threadpool(passkeys.register, db, me, settings.site, answer, label)
    given = JSONResponse({"to": "/desk/me"})
    cookies.say(given, "The passkey was added.")
    return given


@router.post("/me/passkeys/drop", right="self")
def drop_passkey(db: Store, me: Me, form: Form) -> Response:
    """Give one of my passkeys up."""
    passkeys.drop(db, me, form.text("id"))
    return back("/desk/me", "The passkey opens nothing any more.")


@router.post("/passkey/options", right="anyone")
def sign_in_options(db: Store, settings: Config) -> Response:
    """What a browser is asked when somebody wants to sign in."""
    return JSONResponse(passkeys.sign_in_options(db, settings.site))


@router.post("/passkey", right="anyone")
async def sign_in(request: Request, db: Store, settings: Config) -> Response:
    """Sign in with a passkey."""
    answer = await _answer(request)
    from_where = origin(request)
    who = await run_in_threadpool(passkeys.sign_in, db, settings.site, answer, from_where)
    to = place(str(answer.get("to", "")))
    led = await run_in_threadpool(come_in, request, db, who, "passkey", to)
    given = JSONResponse({"to": led.headers["location"]})
    given.raw_headers += [each for each in led.raw_headers if each[0] == b"set-cookie"]
    return given


async def _answer(request: Request) -> dict[str, Any]:
    """The JSON that a browser sent; raises BadInput for anything else."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LONGEST_ANSWER:
            raise BadInput(f"at most {LONGEST_ANSWER:,} bytes", "more", "passkey")
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise BadInput("a passkey's answer", content[:40].decode("utf-8", "replace"), "passkey")
    return answer
