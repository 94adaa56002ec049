"""Where things come from: the bytes, whether they may be handed on, and what sources tell in words.

The archive keeps every file. What goes out with an edition is decided by the licence of its
source: our own transcriptions, and files whose licence allows a copy. Of the others an edition
tells hash, size, address and day, so that anyone who fetches the file can compare.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

from portal.core.observations import TOTAL
from portal.publish import documents
from portal.publish.pairs import Pair
from portal.publish.state import Row, State

GOV_UK = "https://www.gov.uk"
# The address of a request is made from its title, which may name a person: neither the address nor
# the name of bytes that tell of nothing but requests goes out.
REQUESTS = "Requests, as the site told them"
# Files under data/ are our own transcriptions.
OURS = "data/"


def held_snapshots(state: State, pairs: Iterable[Pair]) -> list[str]:
    """The hashes of all bytes that an edition speaks of."""
    parts = (state.figures, state.revisions, state.publications, state.requests)
    found = {each["snapshot"] for part in parts for each in part}
    return sorted(found | {pair.new for pair in pairs})


def mirrored_snapshots(state: State, held: Iterable[str]) -> set[str]:
    """Those of the hashes whose bytes may go out with an edition."""
    sources: dict[str, set[str]] = {}
    for each in (*state.fetches, *state.publications, *state.requests):
        sources.setdefault(each.get("sha256") or each["snapshot"], set()).add(each["source"])
    for figure in state.figures:
        sources.setdefault(figure["snapshot"], set()).add(figure["source"])
    licences = state.words["licence"]
    free = {
        id for id, source in state.words["source"].items()
        if licences[source["licence"]].get("mirror")
    }  # fmt: skip
    ours = {sha256 for sha256 in held if state.snapshots[sha256]["address"].startswith(OURS)}
    found = ours | {sha256 for sha256 in held if sources.get(sha256, {""}) <= free}
    # What came in at the desk may hide more than it shows, whatever its licence.
    return found - state.answers.known


def public_names(state: State) -> dict[str, tuple[str, str]]:
    """Bytes whose own name or address may name a person: SHA-256 to what is told instead."""
    sources, named = state.words["source"], documents.sources_of(state.figures)
    told = {sha256: (REQUESTS, address) for sha256, address in only_requests(state).items()}
    for sha256, each in state.answers.shown.items():
        source = named.get(sha256, "")
        address = sources[source]["url"] if source in sources else ""
        told[sha256] = (documents.title(sha256, each, sources, source), address)
    return told


def only_requests(state: State) -> dict[str, str]:
    """The bytes that tell of nothing but requests, each with the page of its source."""
    others = {each["snapshot"] for part in (state.figures, state.publications) for each in part}
    return {
        each["snapshot"]: state.words["source"][each["source"]]["url"]
        for each in state.requests
        if each["snapshot"] not in others
    }


def fetch_rows(state: State, held: Iterable[str]) -> Iterator[Row]:
    """Yield, for each address that gave bytes we speak of, when it did and what named it."""
    known = set(held) - set(only_requests(state))
    names = ("address", "source", "label", "linked_from")
    for each in state.fetches:
        if each["sha256"] in known and each["source"] in state.words["source"]:
            days = (each[name][:10] for name in ("first_fetched", "last_fetched"))
            yield (each["sha256"], *(each[name] for name in names), *days)


def told_tables(state: State) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield the tables of what sources tell in words: publications, and requests for them."""
    yield "publications", map(_publication, state.publications)
    yield "publication_notes", _listed(state.publications, "change_history", ("date", "note"))
    files = ("title", "url", "content_type", "size")
    yield "publication_files", _listed(state.publications, "attachments", files)
    yield "foi_requests", (_request(each, state) for each in state.requests)


def _publication(given: dict[str, Any]) -> Row:
    named = ("title", "document_type")
    days = ("first_published", "updated", "withdrawn")
    return (
        *(given["id"], given["source"], *(given[name] for name in named)),
        "; ".join(given["organisations"]),
        *(given[name] for name in days),
        "; ".join(given["about"]),
        urljoin(GOV_UK, given["id"]),
        given["snapshot"],
    )


def _listed(told: Iterable[dict[str, Any]], name: str, parts: tuple[str, ...]) -> Iterator[Row]:
    for given in told:
        for position, each in enumerate(given[name], 1):
            yield given["id"], position, *(each[part] for part in parts)


def _request(given: dict[str, Any], state: State) -> Row:
    names = ("title", "law", "state", "display_state", "authority_name")
    days = ("created", "updated", "last_event")
    body = given.get("body", "")
    return (
        *(given["id"], given["source"], *(given.get(name, "") for name in names)),
        body if body in state.words["body"] and body != TOTAL else None,
        *(given.get(name, "") for name in days),
        json.dumps(given.get("attachments", []), ensure_ascii=False),
        given["snapshot"],
    )
