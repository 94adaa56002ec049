"""What the platforms say of our requests: a state that follows is taken over, once.

Only what is proven or was let through by a person is read, as everywhere. A platform tells that an
answer came but not on which day: the day stays empty until a person enters it, and until then the
league does not count the answer.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.core.errors import PortalError
from portal.core.foi.states import may_follow, platform_state
from portal.desk.campaigns import requests
from portal.desk.people.errors import Stale
from portal.store import campaigns as store
from portal.store.campaigns import FEED, Request
from portal.store.desk import Desk, transaction
from portal.store.writing import note

# host -> (source, where the name of a request stands in its address)
PLATFORMS = {
    "www.whatdotheyknow.com": ("whatdotheyknow", re.compile(r"/request/([^/]+)/?")),
    "whatdotheyknow.com": ("whatdotheyknow", re.compile(r"/request/([^/]+)/?")),
    "fragdenstaat.de": ("fragdenstaat", re.compile(r"/(?:anfrage|en/request)/([^/]+)/?")),
}
SAID = ("state", "display_state", "updated", "last_event")


@dataclass(frozen=True, slots=True)
class Updated:
    """What one round over the feeds did: states changed, events without a change, nothing new."""

    changed: int = 0
    noted: int = 0
    unchanged: int = 0


def platform_key(address: str) -> tuple[str, str] | None:
    """The platform and the name of a request by its address; None elsewhere.

    >>> platform_key("https://www.whatdotheyknow.com/request/comms_data_2024")
    ('whatdotheyknow', 'comms_data_2024')
    """
    parts = urlsplit(address)
    platform = PLATFORMS.get(parts.hostname or "")
    found = platform and platform[1].fullmatch(parts.path)
    return (platform[0], unquote(found[1])) if platform and found else None


def update_from_feeds(db: Desk, today: date | None = None) -> Updated:
    """Take over what the platforms say of the requests that have an address there.

    What was said before is passed over, so that a person's correction stands until the platform
    says something new. Each request is one transaction.
    """
    told = {
        (each["source"], each["url_title"]): each
        for each in store.told_by_platforms(db)
        if each["url_title"] and each.get("state")
    }
    words, counts = requests.known(db, today), {"changed": 0, "noted": 0, "unchanged": 0}
    for request in store.linked_requests(db):
        key = platform_key(request.address)
        if key in told:
            counts[_take(db, request.id, told[key], words)] += 1
    return Updated(**counts)


def _take(db: Desk, id: str, told: Mapping[str, Any], words: requests.Known) -> str:
    said = {name: str(told.get(name, "")) for name in SAID}
    with transaction(db) as conn:
        before = requests.get(db, id)
        earlier = [e for e in store.events(db, [id]) if e["kind"] == FEED]
        if earlier and earlier[-1]["detail"]["said"] == said:
            return "unchanged"
        after, problem = _after(before, told, words)
        detail = {"source": told["source"], "said": said, "snapshot": told["snapshot"]}
        detail |= {"changed": requests.changes(before, after)}
        if problem:
            detail["not taken over"] = problem
        changed = bool(detail["changed"])
        if changed and not store.replaced(conn, after, before.version):
            raise Stale(requests.changed_since(before, before.version))
        day = said["last_event"][:10] or words.today.isoformat()
        store.add_event(conn, id, FEED, day, detail, FEED)
        action = "request changed" if changed else "request noted"
        note(conn, FEED, action, id, json.dumps(detail, ensure_ascii=False))
        return "changed" if changed else "noted"


def _after(before: Request, told: Mapping[str, Any], words: requests.Known) -> tuple[Request, str]:
    """The request as the platform has it, or as it was with the reason why it stays so."""
    state = platform_state(told["source"], told["state"], str(told.get("display_state", "")))
    if not state or state == before.state:
        return before, ""
    # To wait is no news for a request that is further on.
    if state == "sent" and before.state != "draft":
        return before, ""
    # A draft that is found on a platform was sent, whatever came of it since.
    from_here = "sent" if before.state == "draft" else before.state
    if not may_follow(from_here, state):
        return before, f"{state} does not follow {before.state}"
    sent = before.sent_on or str(told.get("created", ""))[:10]
    after = replace(before, state=state, sent_on=sent)
    if state == "withdrawn" and before.state == "draft":
        after = replace(after, sent_on="")
    try:
        return requests.check(after, before, words, FEED, "the platform says so"), ""
    except PortalError as problem:
        return before, str(problem)
