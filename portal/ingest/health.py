"""How each source is: when we last looked, what changed, what is due, and what went wrong."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

from portal.config import Settings
from portal.core.sources import Source
from portal.ingest.registry import source_of, sources
from portal.store.archive import write_whole
from portal.store.desk import Desk, now
from portal.store.private import looks, waiting

# A publication is late once this much more than its own pace has passed.
PATIENCE = 1.5
MONTH = timedelta(days=30.44)
# How many looks the public is told of.
TOLD = 24
Look = dict[str, Any]
WITHHELD = "what was found is not shown here: it may quote a person"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An import that waits for a person, and what it would change."""

    number: int
    file: str
    new: int
    revised: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Health:
    """One source as it stands now. `since` is since when it fails or is silent."""

    id: str
    state: str
    looked: str
    changed: str
    due: str
    since: str
    proof: str
    problems: list[str]
    waiting: list[Waiting]


def health(db: Desk, at: datetime | None = None) -> Iterator[Health]:
    """Yield the health of every source. States: new, good, silent, failing."""
    for id, module in sources().items():
        yield _one(db, source_of(module), looks(db, id), at or datetime.now(UTC))


def _one(db: Desk, source: Source, past: Sequence[Look], at: datetime) -> Health:
    looked = past[0]["ended_at"] if past else ""
    changed = next((look["ended_at"] for look in past if _brought(look)), "")
    failing = _failing_since(past)
    # A source that has told nothing yet is expected to within its own pace from the first look.
    begun = changed or (past[-1]["ended_at"] if past else "")
    due = _after(begun, source.months)
    late = begun and at > datetime.fromisoformat(begun) + source.months * PATIENCE * MONTH
    state = "failing" if failing else "silent" if late else "good" if past else "new"
    since = failing or (due if late else "")
    proof = "proven on real files" if source.proven else "unproven: built from a description"
    problems = past[0]["problems"].splitlines() if past else []
    waits = [
        Waiting(row["id"], row["name"], row["new"], row["revised"], row["withdrawn"])
        for row in waiting(db, source.id, source.proven)
    ]
    return Health(source.id, state, looked, changed, due, since, proof, problems, waits)


def _brought(look: Look) -> bool:
    # A look may fail over one file and still bring figures from the others.
    return bool(look["new"] + look["revised"] + look["withdrawn"])


def _failing_since(past: Sequence[Look]) -> str:
    since = ""
    for look in past:
        if look["outcome"] != "failed":
            break
        since = look["began_at"]
    return since


def _after(moment: str, months: int) -> str:
    if not moment:
        return ""
    return (datetime.fromisoformat(moment) + months * MONTH).date().isoformat()


def write(config: Settings, db: Desk) -> None:
    """Write what the public may know of each source; the site reads this file and no store."""
    told = [_told(db, module) for module in sources().values()]
    text = json.dumps({"written_at": now(), "sources": told}, ensure_ascii=False, indent=1)
    write_whole(config.public / "health.json", text.encode())


def _told(db: Desk, module: ModuleType) -> dict[str, object]:
    source, quotes = source_of(module), not hasattr(module, "observations")
    past = looks(db, source.id)
    found = asdict(_one(db, source, past, datetime.now(UTC)))
    found |= {"title": source.title, "publisher": source.publisher, "page": source.page}
    found |= {"proven": source.proven, "months": source.months, "licence": source.licence}
    found["problems"] = _public(found["problems"], quotes)  # type: ignore[arg-type]
    # Which figures would change is not public before somebody has approved them.
    found["waiting"] = len(found["waiting"])  # type: ignore[arg-type]
    found["history"] = [_look(look, quotes) for look in past[:TOLD]]
    return found


def _look(look: Look, quotes: bool) -> dict[str, object]:
    names = ("ended_at", "outcome", "documents", "new", "revised", "withdrawn", "held")
    problems = _public(look["problems"].splitlines(), quotes)
    return {**{name: look[name] for name in names}, "problems": problems}


def _public(problems: Sequence[str], quotes: bool) -> list[str]:
    """Problems as everybody may read them: a source of people's requests is never quoted."""
    if not quotes:
        return list(problems)
    kept = []
    for line in problems:
        # `title of the request: expected the key public_body, found '...'`
        _, expects, rest = line.partition("expected ")
        said = f"expected {rest.partition(', found ')[0]}" if expects else "a document was refused"
        kept.append(f"{said}; {WITHHELD}")
    return kept
