"""Forms that came after their session had ended: kept for their person until they sign in."""

import json
from dataclasses import dataclass

from portal.desk.people import secret
from portal.desk.people.model import Person
from portal.store import sessions as store
from portal.store.desk import Desk

SECONDS = 3600.0
LONGEST = 2_000_000
# What opens the desk is kept nowhere as it was typed: fields of any form, and whole forms.
SECRET_FIELDS = frozenset({"password"})
SECRET_FORMS = ("/desk/me/password", "/desk/sign-in", "/desk/invitation/")


@dataclass(frozen=True, slots=True)
class Held:
    """A form that waits: where it was going, and its fields in their order."""

    id: str
    address: str
    fields: list[tuple[str, str]]


def open_fields(address: str, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields of a form that may be shown again: none that opens the desk."""
    if address.startswith(SECRET_FORMS):
        return []
    return [(name, value) for name, value in fields if name not in SECRET_FIELDS]


def keep(db: Desk, who: Person, address: str, fields: list[tuple[str, str]]) -> str:
    """Keep a form; returns what finds it again.

    That is nothing when there is nothing to keep, it is too large, or its person was revoked.
    """
    kept = open_fields(address, fields)
    content = json.dumps(kept, ensure_ascii=False)
    if not kept or who.role == "revoked" or len(content) > LONGEST:
        return ""
    id = secret.fresh()
    store.hold(db, secret.hashed(id), who.id, address, content, SECONDS)
    return id


def waiting(db: Desk, id: str, who: Person) -> Held | None:
    """The form that waits for this person; nobody else finds it."""
    row = store.held(db, secret.hashed(id), who.id) if id else None
    if row is None:
        return None
    fields = [(name, value) for name, value in json.loads(row["content"])]
    return Held(id, row["address"], fields)


def drop(db: Desk, id: str, who: Person) -> None:
    """Forget a form that was sent again, or is not wanted any more."""
    store.drop_held(db, secret.hashed(id), who.id)
