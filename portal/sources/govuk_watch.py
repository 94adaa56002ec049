"""GOV.UK: new and changed statistics, codes of practice and disclosures about communications data.

Asked by the Search API (`/api/search.json`), read by the Content API, which keeps the publisher's
own change notes since each page began: `Quality report uploaded.`, `2015-05-14`. The pages in hand
are real ones of other subjects, kept by GOV.UK as examples; of the Search API only the shape is.

Quirks: the search answers any parameter it does not know with 422, finds pages that only mention a
word, and now and then links outside GOV.UK. What a page is about is decided here, by the words of
its title, description and text, and told with it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from portal.core.errors import BadInput
from portal.core.sources import Get, Record, Snapshot, Source
from portal.sources import _govuk
from portal.sources._json import need, read_json

# The folder that recorded files of this source lie in, besides its own name.
FOLDERS = ("content-api",)
SOURCE = Source(
    id="govuk_watch",
    title="GOV.UK publications about communications data and retention",
    publisher="UK government departments",
    page="https://www.gov.uk/search/all?keywords=%22communications+data%22&order=updated-newest",
    licence="ogl-3.0",
    months=1,
    proven=True,
    since="2010",
    quirks=("A file may be replaced under a new address while its page stays as it is.",),
)
SEARCH = "https://www.gov.uk/api/search.json"
QUERIES = ('"communications data"', '"data retention"', '"investigatory powers"')

# A page is ours when it holds one of these.
TERMS = (
    "communications data",
    "data retention notice",
    "retention of communications",
    "data retention (ec directive)",
    "data retention and investigatory powers",
    "internet connection record",
    "investigatory powers act",
    "regulation of investigatory powers",
    "lawful access to communications",
    "us-uk data access agreement",
)


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask what each query finds, newest first, and then for each page that was found."""
    asked: set[str] = set()
    for query in QUERIES:
        address = f"{SEARCH}?{_parameters(query)}"
        for path in _found(get(address)):
            if path not in asked:
                asked.add(path)
                yield get(_govuk.CONTENT + path)


def _parameters(query: str) -> str:
    return urlencode(
        {"q": query, "count": 50, "order": "-public_timestamp", "fields": ["link"]}, doseq=True
    )


def _found(snapshot: Snapshot) -> list[str]:
    results = need(read_json(snapshot), "results", list, snapshot.address)
    links = [need(each, "link", str, snapshot.address) for each in results]
    paths = [link for link in links if link.startswith("/")]
    if not paths:
        raise BadInput("pages of GOV.UK", links, snapshot.address)
    return paths


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Yield the page as a publication when it is about our subject, with the words that say so."""
    page = _govuk.document(snapshot)
    words = about(page)
    if words:
        yield _govuk.publication(snapshot, words)


def about(page: Mapping[str, Any]) -> list[str]:
    """Return which of the terms the title, the description or the text of a page holds."""
    parts = [page["title"], page.get("description") or "", page["details"].get("body") or ""]
    html = " ".join(part if isinstance(part, str) else str(part) for part in parts)
    plain = " ".join(re.sub("<[^>]*>", " ", html).replace("’", "'").split()).casefold()
    return [term for term in TERMS if term in plain]
