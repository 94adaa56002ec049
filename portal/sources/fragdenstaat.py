"""FragDenStaat: German requests about retained traffic data, and what became of them.

The site runs Froide. `/api/v1/request/` is paged with `limit` and `offset`; a page is either
`meta` and `objects` (the site since years, as its clients read it) or `count`, `next`, `results`
(the newer form). The list names the authority; only a request's own page lists `messages` with
their `attachments`. Nothing was read live: the shape is that of Froide's own serializers of 2025.

Quirks: `user`, `description`, `summary`, `sender`, `content` and the subjects hold people: none is
read. A file's own address holds its name, and that may be a person's: we keep `resource_uri`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.core.errors import BadInput
from portal.core.sources import Get, Record, Snapshot, Source
from portal.sources import _foi
from portal.sources._json import need, objects, read_json, text

SOURCE = Source(
    id="fragdenstaat",
    title="Informationsfreiheits-Anfragen zu Vorratsdaten und Verkehrsdaten",
    publisher="Open Knowledge Foundation Deutschland (FragDenStaat)",
    page="https://fragdenstaat.de/",
    licence="all-rights-reserved",
    months=1,
    proven=False,
    since="2011",
    quirks=("Requests that are not public, and files that are not approved, are left out.",),
)
API = "https://fragdenstaat.de/api/v1/request/"
TAGS = ("vorratsdatenspeicherung", "verkehrsdaten", "bestandsdatenauskunft", "funkzellenabfrage")
MOST_PAGES = 20


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the requests under each tag, page by page."""
    for tag in TAGS:
        address = f"{API}?tags={tag}&limit=50"
        for _ in range(MOST_PAGES):
            page = get(address)
            yield page
            following = _next(page)
            if not following:
                break
            if not following.startswith(API) or following == address:
                raise BadInput(f"the next page under {API}", following, address)
            address = following
        else:
            raise BadInput(f"at most {MOST_PAGES} pages of a tag", following, API)


def _next(page: Snapshot) -> str:
    given = read_json(page)
    following = text(given.get("meta", given), "next", page.address) if given else ""
    return f"https://fragdenstaat.de{following}" if following.startswith("/") else following


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Yield one record for each public request of a page; none at all is an error."""
    where = snapshot.address
    given = read_json(snapshot)
    if not isinstance(given, Mapping):
        raise BadInput("an object", given, where)
    if "messages" in given:
        found = [given]
    else:
        found = need(given, "results" if "results" in given else "objects", list, where)
        _check_count(given, found, where)
    for asked in found:
        if need(asked, "public", bool, where):
            yield _request(asked, where)


def _check_count(given: Mapping[str, Any], found: list[Any], where: str) -> None:
    meta = given.get("meta")
    total = need(meta, "total_count", int, where) if meta else need(given, "count", int, where)
    if not found:
        raise BadInput(f"requests ({total} are counted)", found, where)


def _request(asked: Mapping[str, Any], where: str) -> Record:
    authority = asked.get("public_body") or {}
    slug = need(asked, "slug", str, where)
    name = text(authority, "name", where)
    fields = {
        "url_title": slug,
        "title": need(asked, "title", str, where),
        "law": _law(asked.get("law")),
        "state": need(asked, "status", str, where),
        "display_state": text(asked, "resolution", where),
        "authority_name": name,
        "authority_slug": text(authority, "slug", where),
        "body": _foi.body(name),
        "created": need(asked, "created_at", str, where),
        "updated": text(asked, "last_modified_at", where),
        "last_event": text(asked, "last_message", where),
        "attachments": list(_attachments(asked, where)),
    }
    return _foi.request(f"request-{need(asked, 'id', int, where)}", fields, where)


def _law(given: Any) -> str:
    # A request's own page tells the law; a list gives only an address without a name.
    return str(given.get("name", "")) if isinstance(given, Mapping) else ""


def _attachments(asked: Mapping[str, Any], where: str) -> Iterator[str]:
    for message in objects(asked, "messages", where):
        for file in objects(message, "attachments", where):
            if need(file, "approved", bool, where) and not file.get("pending"):
                yield need(file, "resource_uri", str, where)
