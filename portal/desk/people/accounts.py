"""Inviting people, letting them in, and ending their work here: for the pages and the commands."""

import re
import sqlite3
from dataclasses import dataclass

from portal.core.errors import BadInput, StoreError
from portal.desk.people import codes, passwords, secret
from portal.desk.people.errors import NotThere
from portal.desk.people.model import Person, person
from portal.desk.people.rights import ROLES
from portal.store import people as store
from portal.store import proofs
from portal.store.desk import Desk

WEEK = 7 * 24 * 3600.0
# Names stand in the audit trail and on pages: plain letters, so that none looks like another.
NAME = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
LONGEST_NAME = 40
# Actors of the audit trail that are no people.
TAKEN = frozenset({"portal", "anonymous", "nobody", "revoked", "desk", "worker"})
GONE = "This invitation was used already, was taken back, or has expired. Ask for another one."


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who was invited, and the seed that their app is to hold."""

    token: str
    name: str
    role: str
    seed: str
    known: bool


def invite(db: Desk, site: str, name: str, role: str, actor: str) -> str:
    """Invite somebody, or give somebody known new keys; returns the address that works once.

    Raises BadInput for a name or a role that cannot be.
    """
    name = name.strip()
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME or name in TAKEN:
        wanted = f"a name of at most {LONGEST_NAME} small letters, digits, dots and hyphens"
        raise BadInput(wanted, name, "name")
    if role not in ROLES:
        raise BadInput(f"one of {', '.join(ROLES)}", role, "role")
    token = secret.fresh()
    store.invite(db, secret.hashed(token), name, role, actor, WEEK)
    return f"{site.rstrip('/')}/desk/invitation/{token}"


def reset(db: Desk, site: str, name: str, actor: str) -> str:
    """Give somebody who lost their keys the way to new ones; returns the address that works once.

    Their sessions end now; the old keys open nothing once the new ones are made.
    """
    found = known(db, name)
    if found["state"] != "active":
        raise NotThere(f"{name} does not work here any more; invite them again.")
    return invite(db, site, name, found["role"], actor)


def open_invitation(db: Desk, token: str) -> Invitation:
    """What an invitation says; raises NotThere for one that opens nothing."""
    hash = secret.hashed(token)
    found = store.invitation(db, hash)
    if found is None:
        raise NotThere(GONE)
    proofs.pose(db, hash, "enrol", codes.seed(), WEEK)
    seed = proofs.posed(db, hash, "enrol")
    there = store.named(db, found["name"]) is not None
    return Invitation(token, found["name"], found["role"], seed, there)


def accept(db: Desk, token: str, password: str, again: str, code: str) -> tuple[Person, list[str]]:
    """Let somebody in with a password and a code of their app.

    Returns the person and their recovery codes, which nobody will see again.
    """
    invitation = open_invitation(db, token)
    if password != again:
        raise BadInput("the same password twice", "two different ones", "password")
    step = codes.step_of(invitation.seed, code)
    if not step:
        raise BadInput("the six digits that the app shows now", code[:12], "code")
    made = codes.recovery()
    hashes = [secret.hashed(codes.plain(each)) for each in made]
    hash = passwords.hashed(password, invitation.name)
    keys = store.Keys(hash, invitation.seed, step, hashes)
    try:
        id = store.accept(db, secret.hashed(token), keys)
    except StoreError:
        raise NotThere(GONE) from None
    proofs.take(db, secret.hashed(token), "enrol")
    return person(id, invitation.name, invitation.role), made


def everybody(db: Desk) -> list[sqlite3.Row]:
    """Everybody who ever came in."""
    return store.people(db)


def known(db: Desk, name: str) -> sqlite3.Row:
    """The person of a name; raises NotThere."""
    found = store.named(db, name)
    if found is None:
        raise NotThere(f"There is nobody called {name[:LONGEST_NAME]} at the desk.")
    return found


def set_role(db: Desk, name: str, role: str, actor: str) -> None:
    """Give somebody another role, from their next request on."""
    if role not in ROLES:
        raise BadInput(f"one of {', '.join(ROLES)}", role, "role")
    known(db, name)
    if not store.set_role(db, name, role, actor):
        raise NotThere(f"{name} does not work here any more.")


def revoke(db: Desk, name: str, actor: str) -> None:
    """End somebody's work here at once; what they did keeps their name."""
    known(db, name)
    if not store.revoke(db, name, actor):
        raise NotThere(f"{name} does not work here any more.")


def link(db: Desk, name: str, subject: str, actor: str) -> None:
    """Let somebody sign in through the organisation's own server; empty takes it back."""
    known(db, name)
    if not store.link_oidc(db, name, subject.strip(), actor):
        raise NotThere(f"{name} does not work here any more.")
