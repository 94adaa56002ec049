"""Everything approved at one moment, read from the private store."""

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.core.observations import read_breakdown
from portal.publish.documents import Answers, gather
from portal.store.desk import Desk
from portal.store.private import (
    APPROVED,
    FETCHED,
    REVISIONS,
    approved_records,
    current_records,
    rows,
)

Row = tuple[Any, ...]
Record = Mapping[str, Any]

KINDS = (
    "unit measure dimension status area body_type body source licence power purpose exemption break"
    " chain dataset law event correction conflict"
).split()


@dataclass(slots=True)
class State:
    """Everything approved at one moment: words by kind and id, figures, their revisions."""

    words: dict[str, dict[str, Record]]
    figures: list[dict[str, Any]]
    revisions: list[dict[str, Any]]
    snapshots: dict[str, dict[str, Any]]
    imports: list[dict[str, Any]] = field(default_factory=list)
    fetches: list[dict[str, Any]] = field(default_factory=list)
    publications: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    answers: Answers = field(default_factory=Answers)


def state(db: Desk) -> State:
    """Read the approved state of the private store."""
    words = {
        kind: {row["id"]: json.loads(row["content"]) for row in current_records(db, kind)}
        for kind in KINDS
    }
    scraped = {r["id"]: json.loads(r["content"]) for r in current_records(db, "scraped_source")}
    words["source"] |= {id: _as_source(given) for id, given in scraped.items()}
    proven = [id for id, given in scraped.items() if given["proven"]]
    figures = [dict(row) for row in rows(db, APPROVED)]
    revisions = [dict(row) for row in rows(db, REVISIONS)]
    answers, figures, revisions = gather(db, figures, revisions)
    for figure in figures:
        figure["place"] = json.loads(figure["locator"])
    words["source"] |= _answered(db, figures)
    snapshots = {row["sha256"]: dict(row) for row in rows(db, "SELECT * FROM snapshots")}
    imports = [dict(row) for row in rows(db, "SELECT id, name, snapshot FROM imports ORDER BY id")]
    told = [_told(db, kind, proven) for kind in ("publication", "foi_request")]
    fetches = [dict(row) for row in rows(db, FETCHED)]
    return State(words, figures, revisions, snapshots, imports, fetches, *told, answers)


def _answered(db: Desk, figures: list[dict[str, Any]]) -> dict[str, Record]:
    """The answers to FOI requests that figures were read from, as sources."""
    named = {figure["source"] for figure in figures}
    return {
        row["id"]: {"note": "", **json.loads(row["content"])}
        for row in current_records(db, "desk_source")
        if row["id"] in named
    }


def _told(db: Desk, kind: str, proven: list[str]) -> list[dict[str, Any]]:
    """What sources tell in words, each with the snapshot that says so."""
    return [
        {**json.loads(row["content"]), "id": row["id"], "snapshot": row["snapshot"],
         "source": row["source"]}
        for row in approved_records(db, kind, proven)
    ]  # fmt: skip


def _as_source(given: Record) -> Record:
    """A source that is scraped, as a row among the sources."""
    note = " ".join(given["quirks"])
    if not given["proven"]:
        note = f"Unproven: built from a description, not from real files. {note}".strip()
    same = {name: given[name] for name in ("title", "publisher", "licence")}
    return {
        **same,
        "year": given["since"][:4],
        "url": given["page"],
        "kind": "scraped",
        "note": note,
    }


def breakdown_label(breakdown: str, dimensions: Mapping[str, Record]) -> str:
    """Return a breakdown in words: `Responsible party: applicant; kind of error: other`."""
    parts = []
    for dimension, code in read_breakdown(breakdown):
        label = dimensions[dimension]["label"]
        parts.append(f"{label}: {dimensions[dimension]['codes'][code]}")
    return "; ".join(parts) or "Total"


def correction_figures(
    corrections: Mapping[str, Record], known: Container[str]
) -> Iterator[tuple[str, str]]:
    """Yield each correction with each figure that it is about, as far as the figure is held."""
    for id, given in corrections.items():
        for figure in given.get("figures", []):
            if figure["observation"] in known:
                yield id, figure["observation"]
