"""A document from an address: asked for on a page, fetched by the worker, received like any other.

The network is not ours: whoever runs the worker gives a `fetch` that knows which addresses are
public, keeps to limits and follows no redirect to a forbidden place.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from urllib.parse import unquote, urlsplit

from portal.config import Settings
from portal.core.errors import BadInput, PortalError
from portal.desk.inspection import kinds
from portal.desk.intake import names
from portal.desk.intake.receive import check_owner, take
from portal.desk.reading.working import Handler
from portal.store import queue
from portal.store.desk import Desk, transaction
from portal.store.writing import note

FETCH = "fetch"
LONGEST = 1_000
# The worker asks one address after the other, and a slow one for minutes.
MOST_WAITING = 20
# fetch(address) returns the bytes, the name that the address or its server gives them, and the
# answer's headers in small letters; a PortalError says why there are none.
Fetch = Callable[[str], tuple[bytes, str, Mapping[str, str]]]
_NAMED = re.compile(r"filename\*?=(?:utf-8'[^']*')?\"?([^\";]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """An address that is to be fetched, for a request or a publication, and who asked."""

    address: str
    actor: str
    request: str = ""
    publication: str = ""


def ask(db: Desk, asked: Asked) -> int:
    """Ask for an address to be fetched, and return the job; one that waits is not doubled."""
    check_address(asked.address)
    check_owner(asked.request, asked.publication)
    with transaction(db) as conn:
        if queue.waiting(conn, FETCH, asked.actor) >= MOST_WAITING:
            raise BadInput(f"at most {MOST_WAITING} addresses of one person waiting", "one more")
        job = queue.ask(conn, FETCH, json.dumps(asdict(asked)), asked.actor)
        # The audit trail is for ever: no key and no person of an address stands in it.
        note(conn, asked.actor, "asked for address", names.address(asked.address), asked.request)
    return job


def check_address(address: str) -> None:
    """Raise BadInput for what is not an address of the web; the fetcher looks closer."""
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        secret = parts.username is not None or parts.password is not None
    except ValueError:
        whole, secret = False, False
    if not whole or not address.isascii() or not address.isprintable() or " " in address:
        raise BadInput("an address that begins with https://", address)
    if len(address) > LONGEST:
        raise BadInput(f"an address of at most {LONGEST:,} letters", f"{len(address):,}")
    if secret:
        raise BadInput("an address without a password", parts.hostname)


def handler(fetch: Fetch) -> Handler:
    """Return what does jobs of this kind with that way to the network."""

    def fetched(config: Settings, db: Desk, object: str) -> None:
        asked = read(object)
        content, name, headers = fetch(asked.address)
        _refuse_pages(asked.address, content)
        take(
            db, config.archive, content, name_of(name, headers), asked.actor,
            request=asked.request, publication=asked.publication, address=asked.address,
        )  # fmt: skip

    return fetched


def read(object: str) -> Asked:
    """What a job asks for; raises PortalError for anything else."""
    try:
        return Asked(**json.loads(object))
    except (ValueError, TypeError) as problem:
        raise PortalError("this job names no address") from problem


def name_of(name: str, headers: Mapping[str, str]) -> str:
    """The name that the server gives, else that of the address."""
    found = _NAMED.search(headers.get("content-disposition", ""))
    return unquote(found[1]) if found else unquote(name)


def _refuse_pages(address: str, content: bytes) -> None:
    """A login, a consent page or the page around an attachment is not the attachment."""
    if kinds.true_kind(content) != "html":
        return
    if kinds.ending(urlsplit(address).path) not in ("html", "htm", "xhtml"):
        raise BadInput("the file itself", "a page of the web; give the attachment's link", address)
