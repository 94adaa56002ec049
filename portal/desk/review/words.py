"""The words that figures are checked against, as the private store holds them now."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.core.vocabulary import Vocabulary
from portal.desk.mapping.words import KINDS, Known, known
from portal.store.desk import Desk
from portal.store.private import current_records

# Whatever may stand as the source of a figure.
SOURCES = ("source", "scraped_source", "desk_source")
NEWEST = "SELECT key FROM imports WHERE name = 'vocabulary' ORDER BY id DESC LIMIT 1"
# The words of one import never change: they are read once for each.
_read: dict[str, Known] = {}


def words(db: Desk) -> Known:
    """The words of the newest import of them, without sources."""
    found = db.execute(NEWEST).fetchone()
    key = str(found[0]) if found else ""
    if key not in _read:
        made = known({kind: records(db, kind) for kind in KINDS})
        _read.clear()
        _read[key] = made
    return _read[key]


def sources(db: Desk) -> dict[str, Any]:
    """Every source that figures may have, by id."""
    return {id: given for kind in SOURCES for id, given in records(db, kind).items()}


def with_sources(vocabulary: Vocabulary, given: Mapping[str, Any]) -> Vocabulary:
    """The same words with these sources."""
    return replace(vocabulary, sources=given)


def records(db: Desk, kind: str) -> dict[str, Any]:
    """The words of one kind by id."""
    return {row["id"]: json.loads(row["content"]) for row in current_records(db, kind)}
