"""A private store with the bundled words in it, and small campaigns for tests."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from portal.config import HERE
from portal.core.sources import Snapshot as Fetched
from portal.desk.campaigns import campaigns, requests
from portal.ingest import bundle
from portal.store import archive
from portal.store.campaigns import Campaign, Request
from portal.store.desk import Desk, open_desk
from portal.store.writing import Batch, Snapshot, record

TODAY = date(2026, 11, 26)
CAMPAIGN = Campaign(
    id="errors-2019",
    title="Errors reported to the Commissioner",
    question="1. the number of errors that you reported;\n2. the number of items obtained.",
    measures="",
    first="2019",
    last="2022",
)
REQUEST = Request(id="errors-2019-kent-police", body="kent-police", law="foia")

__all__ = ["CAMPAIGN", "REQUEST", "TODAY", "Fetched", "asked", "campaign", "desk", "told"]


def desk(folder: Path) -> Desk:
    """A private store with the bundled vocabulary and bodies, and no figure."""
    db = open_desk(folder / "var" / "desk.db")
    bundle.load_words(HERE / "data", folder / "var" / "archive", db)
    return db


def campaign(db: Desk, **given: Any) -> Campaign:
    """A saved campaign."""
    return campaigns.save(db, replace(CAMPAIGN, **given), "publisher-a", 0)


def asked(db: Desk, **given: Any) -> Request:
    """A saved request."""
    new = replace(REQUEST, **given)
    return requests.save(db, new, "contributor-a", 0, today=TODAY)


def told(
    db: Desk, folder: Path, source: str, records: Iterable[dict[str, Any]], proven: bool
) -> None:
    """What a platform tells of requests, recorded as a scrape records it."""
    found = {each["url_title"]: each for each in records}
    content = repr(found).encode()
    sha256 = archive.keep(folder / "var" / "archive", content)
    snapshot = Snapshot(
        sha256, f"{source}.json", f"https://{source}.example/", "application/json", len(content)
    )
    words = {"scraped_source": {source: {"proven": proven}}}
    record(
        db, Batch(f"sources/{source}", f"{source}{proven}", snapshot, records=words, complete=False)
    )
    given = {"foi_request": found}
    record(db, Batch(f"{source}/requests", sha256, snapshot, records=given, complete=False))
