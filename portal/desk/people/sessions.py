"""Sessions and tokens: from what a request carries to the person who asks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.desk.people import secret
from portal.desk.people.errors import NotSignedIn
from portal.desk.people.model import ANONYMOUS, Person, narrowed, person
from portal.store import sessions as store
from portal.store.desk import Desk, transaction
from portal.store.writing import note

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
# How often a session's last use is written down: not at every request.
SEEN_EVERY = timedelta(minutes=1)
# What was used so much later than now was used before the clock was set back: it opens nothing.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Session:
    """A session found by its cookie. `alive` is False once it has ended, whatever ended it."""

    hash: str
    csrf: str
    person: Person
    alive: bool


NOBODY = Session("", "", ANONYMOUS, False)


def begin(db: Desk, who: Person, how: str, before: str = "") -> tuple[str, str]:
    """Begin a session, ending the one that the browser had; returns its cookie and CSRF token."""
    cookie, csrf = secret.fresh(), secret.fresh()
    with transaction(db) as conn:
        if before:
            store.end(conn, who.id, secret.hashed(before))
        store.start(conn, secret.hashed(cookie), who.id, csrf, LONGEST.total_seconds())
        note(conn, who.name, "sign in", f"person/{who.name}", how)
    return cookie, csrf


def found(db: Desk, cookie: str) -> Session:
    """The session of a cookie, whose use is written down; NOBODY when there never was one."""
    session, last = look(db, cookie)
    if session.alive and datetime.now(UTC) - last >= SEEN_EVERY:
        store.seen(db, session.hash)
    return session


def look(db: Desk, cookie: str) -> tuple[Session, datetime]:
    """The session of a cookie as it stands now, and when it was last used; nothing is written."""
    time = datetime.now(UTC)
    row = store.session(db, secret.hashed(cookie)) if cookie else None
    if row is None:
        return NOBODY, time
    who = person(row["person"], row["name"], row["role"], row["state"])
    seen = datetime.fromisoformat(row["seen_at"])
    ends = datetime.fromisoformat(row["expires_at"])
    expired = time >= ends or time - seen >= IDLE or seen - time > AHEAD
    alive = not row["revoked_at"] and not expired and row["state"] == "active"
    return Session(row["hash"], row["csrf"], who, alive), seen


def bearer(db: Desk, token: str) -> Person:
    """The person of a token, whose use is written down; raises NotSignedIn like `opened`."""
    who, used = opened(db, token)
    if not used or datetime.now(UTC) - datetime.fromisoformat(used) >= SEEN_EVERY:
        store.token_used(db, secret.hashed(token))
    return who


def opened(db: Desk, token: str) -> tuple[Person, str]:
    """The person of a token, narrowed to its scopes, and when it was used; nothing is written.

    Raises NotSignedIn when it opens nothing.
    """
    row = store.token(db, secret.hashed(token)) if token else None
    time = datetime.now(UTC)
    if (
        row is None
        or row["revoked_at"]
        or row["state"] != "active"
        or time >= datetime.fromisoformat(row["expires_at"])
        or datetime.fromisoformat(row["made_at"]) - time > AHEAD
    ):
        raise NotSignedIn("This token opens nothing: it is unknown, has expired or was revoked.")
    who = person(row["person"], row["name"], row["role"], row["state"])
    return narrowed(who, frozenset(row["scopes"].split())), str(row["used_at"])


def end(db: Desk, session: Session) -> None:
    """Sign out: this session opens nothing any more."""
    with transaction(db) as conn:
        store.end(conn, session.person.id, session.hash)
        note(conn, session.person.name, "sign out", f"person/{session.person.name}")
