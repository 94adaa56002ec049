"""Signing in with a name, a password and a code; one answer for everything that is wrong."""

import sqlite3

from portal.desk.people import codes, passwords, secret, waits
from portal.desk.people.errors import NotSignedIn
from portal.desk.people.model import Person, person
from portal.store import people as store
from portal.store.desk import Desk

WRONG = "Name, password and code do not belong together, or the code was used already."
LONGEST_TYPED = 200


def sign_in(db: Desk, name: str, password: str, code: str, origin: str) -> Person:
    """The person that a name, a password and a code belong to.

    Raises NotSignedIn, the same for each of the three, and Throttled after too many of these.
    """
    name = name.strip().casefold()[:LONGEST_TYPED]
    # Hashed, because people type their password into the wrong field.
    number = waits.begin(db, secret.hashed(name)[:32], origin)
    found = store.named(db, name)
    active = found is not None and found["state"] == "active"
    kept = found["password"] if found is not None and active else ""
    # An unknown name costs as much time as a known one.
    fits = passwords.fits(kept, password)
    if found is None or not fits or not _code(db, found, code):
        raise NotSignedIn(WRONG)
    waits.good(db, number)
    if passwords.is_old(kept):
        store.rehash(db, found["id"], passwords.HASHER.hash(password.encode()))
    return of(found)


def _code(db: Desk, found: sqlite3.Row, code: str) -> bool:
    """True for a code of this moment or a recovery code, each of which is good once."""
    step = codes.step_of(found["totp"], code)
    if step:
        return store.use_step(db, found["id"], step)
    plain = codes.plain(code)
    return bool(plain) and store.use_code(db, found["id"], found["name"], secret.hashed(plain))


def of(row: sqlite3.Row) -> Person:
    """The person of a row."""
    return person(row["id"], row["name"], row["role"], row["state"])
