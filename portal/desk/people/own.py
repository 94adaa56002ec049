"""What a person looks after: their password, codes, tokens and sessions."""

from portal.core.errors import BadInput
from portal.desk.people import codes, passwords, secret
from portal.desk.people.errors import NotThere
from portal.desk.people.model import Person
from portal.desk.people.rights import SCOPES
from portal.store import people as store
from portal.store import sessions as session_store
from portal.store.desk import Desk

DAY = 24 * 3600.0
LONGEST_DAYS = 366
LONGEST_LABEL = 60


def change_password(db: Desk, who: Person, old: str, new: str, again: str, session: str) -> None:
    """Change a password; all other sessions end. Raises BadInput when the old one is not it."""
    row = store.numbered(db, who.id)
    if row is None or not passwords.fits(row["password"], old):
        raise BadInput("the present password", "another one", "old password")
    if new != again:
        raise BadInput("the same password twice", "two different ones", "new password")
    store.set_password(db, who.id, who.name, passwords.hashed(new, who.name), session)


def new_codes(db: Desk, who: Person) -> list[str]:
    """Make new recovery codes, to be shown once; the old ones open nothing any more."""
    made = codes.recovery()
    hashes = [secret.hashed(codes.plain(code)) for code in made]
    store.set_codes(db, who.id, who.name, hashes)
    return made


def make_token(db: Desk, who: Person, label: str, scopes: list[str], days: str) -> str:
    """Make a token for scripts, to be shown once; raises BadInput for what it cannot be.

    It never may more than the person may at the time it is used.
    """
    label = " ".join(label.split())[:LONGEST_LABEL]
    if not label:
        raise BadInput("a few words on what the token is for", "nothing", "label")
    allowed = who.rights & SCOPES
    wrong = [scope for scope in scopes if scope not in allowed]
    if wrong or not scopes:
        found = ", ".join(wrong) or "none"
        raise BadInput(f"some of {', '.join(sorted(allowed))}", found, "scopes")
    whole = days.isascii() and days.isdecimal() and len(days) <= 6
    if not (whole and 1 <= int(days) <= LONGEST_DAYS):
        raise BadInput(f"1 to {LONGEST_DAYS} days", days[:10], "days")
    token = secret.fresh()
    hash, asked = secret.hashed(token), " ".join(sorted(set(scopes)))
    session_store.add_token(db, who.id, who.name, hash, label, asked, int(days) * DAY)
    return token


def end_token(db: Desk, who: Person, hash: str) -> None:
    """End one's token; raises NotThere for one of somebody else."""
    if not hash or not store.end_tokens(db, who.id, who.name, hash):
        raise NotThere("You have no such token.")


def end_session(db: Desk, who: Person, hash: str) -> None:
    """End one of one's sessions; raises NotThere for one of somebody else."""
    known = {row["hash"] for row in session_store.sessions_of(db, who.id)}
    if hash not in known:
        raise NotThere("You have no such session.")
    store.end_sessions(db, who.id, who.name, who.name, hash)


def end_others(db: Desk, who: Person, session: str) -> int:
    """End all of one's sessions but this; returns how many."""
    return store.end_sessions(db, who.id, who.name, who.name, but=session)
