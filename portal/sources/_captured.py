"""Publications that are kept as they are: archived, hashed, and transcribed by people.

A PDF with tables is never guessed at. What is told is that it is there, its title and its year.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from portal.core.errors import BadInput
from portal.core.sources import Get, Record, Snapshot

MAGIC = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
NAMES = (".pdf", ".xlsx", ".xls", ".ods", ".csv", ".docx")


def is_file(snapshot: Snapshot) -> bool:
    """True for a PDF, a workbook or another packed document, by its first bytes."""
    return snapshot.content.startswith(MAGIC)


def links(page: Snapshot, pattern: str) -> list[tuple[str, str]]:
    """Return (address, text) of the files a page links whose address or text fits, once each."""
    found: dict[str, str] = {}
    for link in LexborHTMLParser(page.content).css("a[href]"):
        address = urljoin(page.address, link.attributes["href"] or "")
        text = " ".join(link.text().split())
        # Some sites put a version behind the name: `.../2011.pdf?__blob=publicationFile&v=5`.
        if not address.split("?")[0].lower().endswith(NAMES):
            continue
        if re.search(pattern, f"{address} {text}", re.IGNORECASE):
            found.setdefault(address, text)
    return list(found.items())


def linked(page: Snapshot, get: Get, pattern: str, needed: bool = True) -> Iterator[Snapshot]:
    """Ask for each file that a page links and that fits; none is an error where one is needed."""
    found = links(page, pattern)
    if needed and not found:
        raise BadInput(f"links to files that fit {pattern}", "none", page.address)
    for address, text in found:
        yield replace(get(address), linked_from=page.address, label=text)


def record(snapshot: Snapshot) -> Record:
    """Return what is known of a kept publication without reading it."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", f"{snapshot.label} {snapshot.address}")
    return Record(
        "captured",
        snapshot.address,
        {
            "title": snapshot.label,
            "years": sorted(set(years)),
            "sha256": snapshot.sha256,
            "bytes": len(snapshot.content),
            "seen": snapshot.fetched_at[:10],
            "linked_from": snapshot.linked_from,
        },
    )
