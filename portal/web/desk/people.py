"""The people of the desk: invited, given a role, and let go."""

import sqlite3
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from portal.desk.people import accounts
from portal.desk.people.errors import NotAllowed
from portal.desk.people.model import Person
from portal.desk.people.rights import RIGHTS, ROLES, WORDS
from portal.store import people as store
from portal.web.desk.given import Config, Form, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter
from portal.web.desk.signing import has_oidc

router = DeskRouter()
YOURSELF = "Nobody changes their own role or ends their own work; ask another admin."


@dataclass(frozen=True, slots=True)
class People:
    """Everybody, the invitations that wait, and what each role may do."""

    people: list[sqlite3.Row]
    invitations: list[sqlite3.Row]
    roles: tuple[str, ...]
    rights: list[tuple[str, list[bool]]]
    oidc: bool


@dataclass(frozen=True, slots=True)
class Address:
    """The address of an invitation, shown once."""

    name: str
    address: str


@router.get("/people", right="people")
def everybody(request: Request, db: Store) -> Response:
    """Who works here, who was invited, and what the roles may do."""
    rights = [(words, [right in RIGHTS[role] for role in ROLES]) for right, words in WORDS.items()]
    given = People(accounts.everybody(db), store.invitations(db), ROLES, rights, has_oidc(request))
    return page(request, "desk/people.html", given)


@router.post("/people/invite", right="people")
def invite(request: Request, db: Store, me: Me, form: Form, settings: Config) -> Response:
    """Invite somebody; the address is shown once."""
    name = form.text("name")
    if store.named(db, name):
        raise NotAllowed(f"{name} has been here before; give new keys instead.")
    address = accounts.invite(db, settings.site, name, form.text("role"), me.name)
    return page(request, "desk/people_invited.html", Address(name, address))


@router.post("/people/reset", right="people")
def reset(request: Request, db: Store, me: Me, form: Form, settings: Config) -> Response:
    """Let somebody who lost their keys make new ones; the address is shown once."""
    name = form.text("name")
    address = accounts.reset(db, settings.site, name, me.name)
    return page(request, "desk/people_invited.html", Address(name, address))


@router.post("/people/withdraw", right="people")
def withdraw(db: Store, me: Me, form: Form) -> Response:
    """Take an invitation back."""
    name = form.text("name")
    gone = store.withdraw_invitation(db, name, me.name)
    return back("/desk/people", f"The invitation of {name} was taken back." if gone else "")


@router.post("/people/role", right="people")
def set_role(db: Store, me: Me, form: Form) -> Response:
    """Give somebody another role."""
    name, role = form.text("name"), form.text("role")
    _not_oneself(me, name)
    accounts.set_role(db, name, role, me.name)
    return back("/desk/people", f"{name} is {role} now.")


@router.post("/people/revoke", right="people")
def revoke(db: Store, me: Me, form: Form) -> Response:
    """End somebody's work here at once."""
    name = form.text("name")
    _not_oneself(me, name)
    accounts.revoke(db, name, me.name)
    return back("/desk/people", f"{name} can do nothing here any more.")


@router.post("/people/sessions/end", right="people")
def end_sessions(db: Store, me: Me, form: Form) -> Response:
    """End all sessions of somebody."""
    row = accounts.known(db, form.text("name"))
    store.end_sessions(db, row["id"], row["name"], me.name)
    return back("/desk/people", f"Every session of {row['name']} has ended.")


@router.post("/people/link", right="people")
def link(db: Store, me: Me, form: Form) -> Response:
    """Let somebody come in through the organisation's own server, or no more."""
    name = form.text("name")
    accounts.link(db, name, form.text("subject"), me.name)
    return back("/desk/people", f"The sign-in of {name} was changed.")


def _not_oneself(me: Person, name: str) -> None:
    if me.name == name:
        raise NotAllowed(YOURSELF)
