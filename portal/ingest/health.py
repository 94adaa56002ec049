"""How each source is: when we last looked, what changed, what is due, and what went wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.core.sources import Source
from portal.ingest.registry import source_of, sources
from portal.store.desk import Desk
from portal.store.private import looks

# A publication is late once this much more than its own pace has passed.
PATIENCE = 1.5
MONTH = timedelta(days=30.44)


@dataclass(frozen=True, slots=True)
class Health:
    """One source as it stands now."""

    id: str
    state: str
    looked: str
    changed: str
    due: str
    since: str
    proof: str
    problems: list[str]


def health(db: Desk, at: datetime | None = None) -> Iterator[Health]:
    """Yield the health of every source. States: new, good, silent, failing."""
    for id, module in sources().items():
        yield _one(db, id, source_of(module), at or datetime.now(UTC))


def _one(db: Desk, id: str, source: Source, at: datetime) -> Health:
    past = looks(db, id)
    looked = past[0]["ended_at"] if past else ""
    changed = next((look["ended_at"] for look in past if look["outcome"] == "changed"), "")
    failing = _failing_since(past)
    due = _after(changed, source.months)
    late = changed and at > datetime.fromisoformat(changed) + source.months * PATIENCE * MONTH
    state = "failing" if failing else "silent" if late else "good" if past else "new"
    proof = "proven on real files" if source.proven else "unproven: built from a description"
    problems = past[0]["problems"].splitlines() if past else []
    return Health(id, state, looked, changed, due, failing, proof, problems)


def _failing_since(past: list) -> str:  # type: ignore[type-arg]
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
