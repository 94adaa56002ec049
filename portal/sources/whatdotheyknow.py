"""WhatDoTheyKnow: requests about communications data and retention, and what became of them.

The site runs Alaveteli. `/feed/search/<query>.json` and `/feed/body/<url_name>.json` are lists of
25 events, newest first; `/request/<url_title>.json` is one request with all its events; without
`.json` a feed is Atom, which names no state and no authority outside the text we do not read.

Before this is switched on: robots.txt of the site closes `/feed/` and `/search/` to robots, and its
house rules ask for agreement before anything is automated (both seen in others' copies, 2026).
The fetcher must honour that; mySociety should be asked.

Quirks: `user` holds the requester, `snippet` and Atom's content and author may: none is read. A
request whose prominence is not `normal` is left out. Times carry milliseconds and an offset
(`2025-08-29T20:29:16.797+01:00`). An unquoted query finds any of its words, so ours are quoted.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree

from portal.core.errors import BadInput
from portal.core.sources import Get, Record, Snapshot, Source
from portal.sources import _foi
from portal.sources._json import is_json, need, read_json, text

SOURCE = Source(
    id="whatdotheyknow",
    title="Freedom of information requests about communications data and retention",
    publisher="mySociety (WhatDoTheyKnow)",
    page="https://www.whatdotheyknow.com/",
    licence="all-rights-reserved",
    months=1,
    proven=False,
    since="2008",
    quirks=(
        "robots.txt closes the feeds to robots: ask mySociety before this runs by itself.",
        "Requests that the site does not show to everybody are left out.",
    ),
)
SITE = "https://www.whatdotheyknow.com"
QUERIES = (
    "communications data",
    "data retention",
    "internet connection records",
    "Investigatory Powers Act",
    "Regulation of Investigatory Powers Act",
)
BODIES = ("investigatory_powers_commissioners_office", "home_office")
ATOM = "{http://www.w3.org/2005/Atom}"


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the newest events of each query and of each authority that oversees the power."""
    for query in QUERIES:
        phrase = quote(f'"{query}"', safe="")
        yield get(f"{SITE}/feed/search/{phrase}.json")
    for name in BODIES:
        yield get(f"{SITE}/feed/body/{name}.json")


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Yield one record for each request of a feed or of a request's own page."""
    if not is_json(snapshot):
        yield from _atom(snapshot)
        return
    given = read_json(snapshot)
    where = snapshot.address
    if isinstance(given, Mapping):
        events = need(given, "info_request_events", list, where)
        pairs = [(given, need(given, "public_body", dict, where), event) for event in events]
    else:
        pairs = [
            (
                need(event, "info_request", dict, where),
                need(event, "public_body", dict, where),
                event,
            )
            for event in given
        ]
    if not pairs:
        raise BadInput("events", given, where)
    yield from _requests(pairs, where)


def _requests(
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]], where: str
) -> Iterator[Record]:
    newest: dict[int, Record] = {}
    last: dict[int, str] = {}
    for asked, authority, event in pairs:
        if need(asked, "prominence", str, where) != "normal":
            continue
        number = need(asked, "id", int, where)
        last[number] = max(last.get(number, ""), need(event, "created_at", str, where))
        found = _request(number, asked, authority, last[number], where)
        if number not in newest or newest[number].fields["updated"] <= found.fields["updated"]:
            newest[number] = found
        newest[number].fields["last_event"] = last[number]  # type: ignore[index]
    yield from newest.values()


def _request(
    number: int, asked: Mapping[str, Any], authority: Mapping[str, Any], last: str, where: str
) -> Record:
    name, slug = need(authority, "name", str, where), need(authority, "url_name", str, where)
    fields = {
        "url_title": need(asked, "url_title", str, where),
        "title": need(asked, "title", str, where),
        "law": need(asked, "law_used", str, where),
        "state": need(asked, "described_state", str, where),
        "display_state": text(asked, "display_status", where),
        "authority_name": name,
        "authority_slug": slug,
        "body": _foi.body(name, slug),
        "created": need(asked, "created_at", str, where),
        "updated": need(asked, "updated_at", str, where),
        "last_event": last,
        "attachments": [],  # a feed lists none; they stand behind `incoming_message_id`
    }
    return _foi.request(f"request-{number}", fields, where)


def _atom(snapshot: Snapshot) -> Iterator[Record]:
    """Read an Atom feed: the address, title and times of each request, and no more."""
    where = snapshot.address
    if b"<!DOCTYPE" in snapshot.content or b"<!ENTITY" in snapshot.content:
        raise BadInput("a feed without definitions of its own", "<!DOCTYPE", where)
    try:
        feed = ElementTree.fromstring(snapshot.content)
    except ElementTree.ParseError as problem:
        raise BadInput(f"JSON or an Atom feed ({problem})", snapshot.content[:60], where) from None
    entries = feed.findall(f"{ATOM}entry")
    if feed.tag != f"{ATOM}feed" or not entries:
        raise BadInput("a feed with entries", feed.tag, where)
    seen: set[str] = set()
    for entry in entries:
        links = [link.get("href", "") for link in entry.findall(f"{ATOM}link")]
        found = [m for link in links if (m := re.search(r"/request/([^/?#]+)", link))]
        title, updated = (entry.findtext(f"{ATOM}{name}") for name in ("title", "updated"))
        if not (found and title and updated):
            raise BadInput("a link to a request, a title and a time", links, where)
        name = unquote(found[0][1])
        # The search marks what it found: `Use of <span class="highlight">retention</span>`.
        plain = " ".join(html.unescape(re.sub("<[^>]*>", "", html.unescape(title))).split())
        # Without its address a request cannot be told from another, and a feed has no number.
        if name not in seen and not _foi.is_personal(plain):
            seen.add(name)
            fields = {"url_title": name, "title": plain, "last_event": updated}
            yield _foi.request("", fields, where)
