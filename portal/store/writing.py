"""The only writes to the private store. Each import is one transaction; nothing is overwritten."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from portal.store.desk import Desk

from portal import __version__
from portal.core.observations import Locator, Observation, write_breakdown
from portal.core.values import Value, plain
from portal.store.desk import now, transaction
from portal.store.private import current_readings, current_records


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Archived bytes and where they came from."""

    sha256: str
    name: str
    address: str
    media_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one import hands over: words, or figures of one feed, read from one snapshot.

    `feed` names the file or publication; a figure of the feed that is missing now is withdrawn.
    `key` stands for exactly this content read by exactly these words: recorded once.
    """

    feed: str
    key: str
    snapshot: Snapshot
    observations: Sequence[Observation] = ()
    records: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None
    rule: str = ""
    reason: str = "we_re_read"
    actor: str = "portal"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many figures or words an import found new, revised, unchanged and gone."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    skipped: bool = False


def record(db: Desk, batch: Batch) -> Outcome:
    """Record one import wholly; the same content a second time writes nothing."""
    if db.execute("SELECT 1 FROM imports WHERE key = ?", [batch.key]).fetchone():
        return Outcome(unchanged=_size(batch), skipped=True)
    with transaction(db) as conn:
        id = conn.execute("SELECT coalesce(max(id), 0) + 1 FROM imports").fetchone()[0]
        changes, outcome = _compare(db, batch)
        conn.execute(
            "INSERT OR IGNORE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)",
            [*asdict(batch.snapshot).values(), now()],
        )
        counts = [_size(batch), outcome.new, outcome.revised, outcome.unchanged, outcome.withdrawn]
        conn.execute(
            f"INSERT INTO imports VALUES ({_marks(12)})",
            [id, batch.feed, batch.key, batch.snapshot.sha256, *counts]
            + [batch.actor, __version__, now()],
        )
        _write_records(conn, id, changes["records"])
        _write_readings(conn, id, changes["readings"], batch)
        note(conn, batch.actor, "import", batch.feed, json.dumps(asdict(outcome)))
    return outcome


def note(conn: Any, actor: str, action: str, object: str, detail: str = "") -> None:
    """Add a line to the audit trail, inside the transaction of the deed itself."""
    conn.execute(
        "INSERT INTO audit (recorded_at, actor, action, object, detail) VALUES (?, ?, ?, ?, ?)",
        [now(), actor, action, object, detail],
    )


def record_edition(db: Desk, number: int, content_hash: str, observations: int) -> None:
    """Remember an edition that now stands; a second time changes nothing."""
    with transaction(db) as conn:
        last = conn.execute("SELECT coalesce(max(id), 0) FROM imports").fetchone()[0]
        done = conn.execute(
            "INSERT OR IGNORE INTO editions VALUES (?, ?, ?, ?, ?)",
            [number, content_hash, observations, last, now()],
        )
        if done.rowcount:
            note(conn, "portal", "publish", f"edition {number}", content_hash)


def _size(batch: Batch) -> int:
    words = sum(len(entries) for entries in (batch.records or {}).values())
    return len(batch.observations) + words


def _compare(db: Desk, batch: Batch) -> tuple[dict[str, list[Any]], Outcome]:
    known = current_readings(db, batch.feed)
    readings, count = [], {"new": 0, "revised": 0, "unchanged": 0, "withdrawn": 0}
    for observation in batch.observations:
        before = known.pop(observation.id, None)
        what = (
            "new" if before is None else "revised" if _differs(before, observation) else "unchanged"
        )
        count[what] += 1
        if what != "unchanged":
            readings.append((observation, (before["revision"] if before else 0) + 1, what))
    gone = [before for before in known.values() if before["status"] != "withdrawn"]
    if batch.observations:
        count["withdrawn"] = len(gone)
        readings += [(before, before["revision"] + 1, "withdrawn") for before in gone]
    records = list(_changed_records(db, batch.records or {}, count))
    return {"readings": readings, "records": records}, Outcome(**count)


def _changed_records(
    db: Desk, given: Mapping[str, Mapping[str, Mapping[str, Any]]], count: dict[str, int]
) -> Iterable[tuple[str, str, int, str | None]]:
    for kind, entries in given.items():
        before = {row["id"]: row["content"] for row in current_records(db, kind)}
        for position, (id, content) in enumerate(entries.items()):
            text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
            was = before.pop(id, None)
            what = "new" if was is None else "unchanged" if was == text else "revised"
            count[what] += 1
            if what != "unchanged":
                yield kind, id, position, text
        for id in before:
            count["withdrawn"] += 1
            yield kind, id, 0, None


def _differs(before: Any, observation: Observation) -> bool:
    *was, place = (before[name] for name in _READING)
    *reads, locator = _reading(observation)
    return was != reads or _page(place) != _page(locator or "{}")


def _page(locator: str) -> tuple[str, str]:
    # A row that only moved down in its file still says the same thing of the same page.
    given = json.loads(locator)
    return given.get("page", ""), given.get("url", "")


_READING = ("period", "value", "low", "high", "status", "printed", "note", "locator")


def _reading(observation: Observation) -> tuple[str | None, ...]:
    value = observation.value
    numbers = [
        None if part is None else plain(part) for part in (value.number, value.low, value.high)
    ]
    texts = (value.status, value.printed, observation.note, locator_text(observation.locator))
    return (observation.period.label, *numbers, *texts)


def locator_text(locator: Locator) -> str:
    """The locator inside its snapshot as JSON, without the empty fields."""
    given = asdict(locator)
    given.pop("snapshot")
    return json.dumps({k: v for k, v in given.items() if v}, ensure_ascii=False, sort_keys=True)


def _write_records(conn: Any, id: int, rows: Iterable[tuple[str, str, int, str | None]]) -> None:
    conn.executemany(
        "INSERT INTO records (kind, id, import, position, content) VALUES (?, ?, ?, ?, ?)",
        [(kind, name, id, position, content) for kind, name, position, content in rows],
    )


def _write_readings(
    conn: Any, id: int, changes: Iterable[tuple[Any, int, str]], batch: Batch
) -> None:
    figures, readings, decisions = [], [], []
    for what, revision, kind in changes:
        if kind == "withdrawn":
            name, reading = what["observation"], _withdrawn(what)
        else:
            name, reading = what.id, (*_reading(what)[:7], batch.snapshot.sha256, _reading(what)[7])
        if kind == "new":
            figures.append(_figure(what, batch.feed))
        reason = {"new": "first reading", "withdrawn": "withdrawn"}.get(kind, batch.reason)
        readings.append((name, revision, *reading, reason, "", id))
        if batch.rule:
            decisions.append((name, revision, "approved", batch.rule, batch.actor, now()))
    conn.executemany(f"INSERT INTO observations VALUES ({_marks(12)})", figures)
    conn.executemany(f"INSERT INTO readings VALUES ({_marks(14)})", readings)
    conn.executemany(
        "INSERT INTO decisions (observation, revision, verdict, rule, actor, recorded_at)"
        f" VALUES ({_marks(6)})",
        decisions,
    )


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _figure(observation: Observation, feed: str) -> tuple[str, ...]:
    series, period = observation.series, observation.period
    days = (str(period.start or ""), str(period.end or ""))
    words = (series.measure, series.requester, series.holder, series.area)
    breakdown = write_breakdown(series.breakdown)
    return (
        observation.id,
        series.id,
        *words,
        breakdown,
        *days,
        observation.source,
        observation.variant,
        feed,
    )


def _withdrawn(before: Any) -> tuple[str | None, ...]:
    gone = Value(status="withdrawn")
    place = (before["snapshot"], before["locator"])
    return (
        before["period"],
        None,
        None,
        None,
        gone.status,
        before["printed"],
        before["note"],
        *place,
    )
