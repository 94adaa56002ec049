"""GOV.UK: pages by the Content API, https://www.gov.uk/api/content/<base_path>.

`details.change_history` is the publisher's own log of revisions. Newer pages list their files in
`details.attachments`; older ones name them only inside the HTML of `details.documents` or
`details.body` (statistical data sets of 2016). A file may be replaced under a new address while
the page stays the same. `withdrawn_notice` is `{}` where nothing was withdrawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from portal.core.errors import BadInput
from portal.core.sources import Record, Snapshot
from portal.sources._json import need, objects, read_json, text

SITE = "https://www.gov.uk"
CONTENT = SITE + "/api/content"
LICENCE = "ogl-3.0"
FILES = (".csv", ".ods", ".xls", ".xlsx", ".pdf", ".zip", ".doc", ".docx", ".odt")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a page, as the page describes it; size in bytes, 0 when it is not told."""

    title: str
    url: str
    content_type: str = ""
    size: int = 0


def document(snapshot: Snapshot) -> Mapping[str, Any]:
    """Return a page of the Content API; raises BadInput when a key of every page is missing."""
    page = read_json(snapshot)
    for name in ("base_path", "title", "document_type"):
        need(page, name, str, snapshot.address)
    need(page, "details", dict, snapshot.address)
    need(page, "links", dict, snapshot.address)
    return page


def linked(page: Mapping[str, Any], where: str) -> list[str]:
    """Return the Content API addresses of a collection's documents, in the page's order."""
    documents = need(need(page, "links", dict, where), "documents", list, where)
    if not documents:
        raise BadInput("documents in the collection", documents, where)
    return [CONTENT + need(each, "base_path", str, where) for each in documents]


def attachments(page: Mapping[str, Any], where: str) -> list[Attachment]:
    """Return the files of a page, from its list or, on older pages, from its HTML."""
    details = need(page, "details", dict, where)
    if listed := objects(details, "attachments", where):
        return [_attachment(each, where) for each in listed if "url" in each]
    fragments = [*_texts(details.get("documents")), *_texts(details.get("body"))]
    found = [each for html in fragments for each in _in_html(html)]
    return list({each.url: each for each in found}.values())


def _attachment(given: Mapping[str, Any], where: str) -> Attachment:
    size = given.get("file_size")
    return Attachment(
        text(given, "title", where),
        urljoin(SITE, need(given, "url", str, where)),
        text(given, "content_type", where),
        size if isinstance(size, int) else 0,
    )


def _texts(value: Any) -> list[str]:
    several = value if isinstance(value, list) else [value]
    return [each for each in several if isinstance(each, str)]


def _in_html(html: str) -> Iterator[Attachment]:
    for link in LexborHTMLParser(html).css("a[href]"):
        address = urljoin(SITE, link.attributes["href"] or "")
        # `.csv/preview` shows the same file as a page.
        if address.lower().endswith(FILES):
            yield Attachment(_title(link), address)


def _title(link: LexborNode) -> str:
    above: LexborNode | None = link
    while above is not None and above.tag != "section":
        above = above.parent
    title = above.css_first(".title") if above is not None else None
    return " ".join((title or link).text().split())


def publication(snapshot: Snapshot, about: Sequence[str] = ()) -> Record:
    """Return what a page tells of itself and of its changes."""
    page, where = document(snapshot), snapshot.address
    details, links = page["details"], page["links"]
    return Record(
        "publication",
        page["base_path"],
        {
            "title": page["title"],
            "document_type": page["document_type"],
            "organisations": [
                need(o, "title", str, where) for o in objects(links, "organisations", where)
            ],
            "first_published": text(page, "first_published_at", where),
            "updated": text(page, "public_updated_at", where),
            "withdrawn": text(page.get("withdrawn_notice") or {}, "withdrawn_at", where),
            "about": list(about),
            "change_history": [
                {
                    "date": need(each, "public_timestamp", str, where),
                    "note": need(each, "note", str, where),
                }
                for each in objects(details, "change_history", where)
            ],
            "attachments": [
                {"title": a.title, "url": a.url, "content_type": a.content_type, "size": a.size}
                for a in attachments(page, where)
            ],
        },
    )
