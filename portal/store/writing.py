"""The only writes to the private store. Each import is one transaction; nothing is overwritten."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal import __version__
from portal.core.errors import StoreError
from portal.core.observations import Observation
from portal.core.sources import Snapshot as Fetched
from portal.store import comparing, looked, staging
from portal.store.desk import Desk, now, transaction
from portal.store.private import current_records, last_fetch

Records = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Archived bytes and where they came from."""

    sha256: str
    name: str
    address: str
    media_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Look:
    """One run over one source: how it ended and what it found. `problems` is one line each."""

    source: str
    began_at: str
    ended_at: str
    outcome: str
    documents: int = 0
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    held: int = 0
    problems: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one import hands over: figures of one feed, or words, read from one snapshot.

    `feed` names the file or publication. When `complete`, a figure or word of the feed that is
    missing now is withdrawn. `key` stands for exactly this content read by exactly these words:
    a second time in a row it is not recorded. With a `rule` the readings are approved by it; else
    they wait. More than `alarm` of the known figures changed at once is held back for a person,
    whatever the rule; more than `losses` of them gone at once is refused.
    """

    feed: str
    key: str
    snapshot: Snapshot
    observations: Iterable[Observation] = ()
    records: Records = field(default_factory=dict)
    complete: bool = True
    rule: str = ""
    alarm: float = 1.0
    losses: float = 1.0
    reason: str = "we_re_read"
    actor: str = "portal"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many figures or words an import found new, revised, unchanged and gone."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    held: bool = False
    skipped: bool = False


def recorded(db: Desk, feed: str, key: str) -> Outcome | None:
    """The outcome when the feed's newest import is this very one; else None.

    Only the newest counts: a publisher may go back to what it said before.
    """
    sql = "SELECT key, rows_read FROM imports WHERE name = ? ORDER BY id DESC LIMIT 1"
    newest = db.execute(sql, [feed]).fetchone()
    same = newest is not None and newest[0] == key
    return Outcome(unchanged=newest[1], skipped=True) if same else None


def record(db: Desk, batch: Batch) -> Outcome:
    """Record one import wholly; the same content a second time writes nothing."""
    before = recorded(db, batch.feed, batch.key)
    if before:
        return before
    with transaction(db) as conn:
        id = conn.execute("SELECT coalesce(max(id), 0) + 1 FROM imports").fetchone()[0]
        staging.stage(conn, batch.observations)
        outcome = comparing.compare(conn, batch)
        words = list(_changed_records(db, batch))
        outcome = _plus(Outcome(**outcome), [what for *_, what in words], batch)
        _write_import(conn, id, batch, outcome)
        comparing.write(conn, id, batch, "" if outcome.held else batch.rule, now())
        conn.executemany(
            "INSERT INTO records (kind, id, import, position, content) VALUES (?, ?, ?, ?, ?)",
            [(kind, name, id, position, text) for kind, name, position, text, _ in words],
        )
        detail = json.dumps({**asdict(outcome), "rule": batch.rule})
        note(conn, batch.actor, "held" if outcome.held else "import", batch.feed, detail)
    return outcome


# What sources tell in words and pages show.
TOLD_KINDS = ("publication", "foi_request")
APPROVED_BY_PERSON = "a person looked at an import that waited, and approved it"
APPROVE = """
INSERT INTO decisions (observation, revision, verdict, rule, actor, recorded_at)
SELECT g.observation, g.revision, 'approved', ?, ?, ? FROM readings g
WHERE g.import = ? AND NOT EXISTS (
  SELECT 1 FROM decisions d WHERE d.observation = g.observation AND d.revision = g.revision)
"""


def approve(db: Desk, number: int, actor: str, why: str) -> int:
    """Approve what an import read and nobody has decided on; returns how many readings.

    `actor` is who looked, `why` what they saw: both stay in the private store. Refused when no
    import has that number, or nothing in it waits.
    """
    if not (actor.strip() and why.strip()):
        raise StoreError("An approval names who looked, and why it is right.")
    with transaction(db) as conn:
        name = conn.execute("SELECT name FROM imports WHERE id = ?", [number]).fetchone()
        if name is None:
            raise StoreError(f"There is no import {number}; `portal sources` lists what waits.")
        decided = "SELECT 1 FROM import_decisions WHERE import = ?"
        words = f"SELECT 1 FROM records WHERE import = ? AND kind IN {TOLD_KINDS}"
        before = conn.execute(decided, [number]).fetchone()
        given = [APPROVED_BY_PERSON, actor.strip(), now(), number]
        count = conn.execute(APPROVE, given).rowcount
        if not count and (before or not conn.execute(words, [number]).fetchone()):
            raise StoreError(f"Import {number} ({name[0]}): nothing in it waits.")
        conn.execute(
            "INSERT INTO import_decisions (import, why, actor, recorded_at) VALUES (?, ?, ?, ?)",
            [number, why.strip(), actor.strip(), now()],
        )
        detail = json.dumps({"import": number, "readings": count, "why": why.strip()})
        note(conn, actor.strip(), "approve", name[0], detail)
    return int(count)


def note(conn: Any, actor: str, action: str, object: str, detail: str = "") -> None:
    """Add a line to the audit trail, inside the transaction of the deed itself."""
    conn.execute(
        "INSERT INTO audit (recorded_at, actor, action, object, detail) VALUES (?, ?, ?, ?, ?)",
        [now(), actor, action, object, detail],
    )


def record_fetch(db: Desk, source: str, snapshot: Fetched, fetched_at: str = "") -> None:
    """Remember what an address gave; the same bytes from the same address add nothing."""
    last = last_fetch(db, snapshot.address)
    if last and last["sha256"] == snapshot.sha256 and last["source"] == source:
        return
    with transaction(db) as conn:
        conn.execute(
            "INSERT INTO fetches (source, address, sha256, media_type, linked_from, label, headers,"
            f" fetched_at) VALUES ({', '.join('?' * 8)})",
            [source, snapshot.address, snapshot.sha256, snapshot.media_type]
            + [snapshot.linked_from, snapshot.label, json.dumps(dict(snapshot.headers))]
            + [fetched_at or snapshot.fetched_at],
        )


def record_look(db: Desk, look: Look) -> None:
    """Remember how a run over one source ended.

    One that found all as it was, after one that ended well, is only noted beside the store.
    """
    sql = "SELECT id, outcome FROM looks WHERE source = ? ORDER BY id DESC LIMIT 1"
    last = db.execute(sql, [look.source]).fetchone()
    well = last is not None and last[1] != "failed"
    if well and look.outcome == "unchanged" and looked.keep(db, look, last[0]):
        return
    names = ", ".join(asdict(look))
    with transaction(db) as conn:
        conn.execute(
            f"INSERT INTO looks ({names}) VALUES ({', '.join('?' * 10)})",
            [*asdict(look).values()],
        )
        note(conn, "portal", "look", look.source, look.outcome)


def last_import(db: Desk) -> int:
    """The newest import; 0 before the first."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM imports").fetchone()[0])


def record_edition(db: Desk, number: int, content_hash: str, observations: int, last: int) -> None:
    """Remember an edition that now stands, made of imports up to `last`; twice changes nothing."""
    with transaction(db) as conn:
        done = conn.execute(
            "INSERT OR IGNORE INTO editions VALUES (?, ?, ?, ?, ?)",
            [number, content_hash, observations, last, now()],
        )
        if done.rowcount:
            note(conn, "portal", "publish", f"edition {number}", content_hash)


def _write_import(conn: sqlite3.Connection, id: int, batch: Batch, outcome: Outcome) -> None:
    conn.execute(
        "INSERT OR IGNORE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)",
        [*asdict(batch.snapshot).values(), now()],
    )
    found = [outcome.new, outcome.revised, outcome.unchanged, outcome.withdrawn]
    rows_read = sum(found[:3])
    conn.execute(
        f"INSERT INTO imports VALUES ({', '.join('?' * 12)})",
        [id, batch.feed, batch.key, batch.snapshot.sha256, rows_read, *found]
        + [batch.actor, __version__, now()],
    )


def _plus(outcome: Outcome, words: list[str], batch: Batch) -> Outcome:
    given = sum(len(entries) for entries in batch.records.values())
    count = {what: words.count(what) for what in ("new", "revised", "withdrawn")}
    return Outcome(
        new=outcome.new + count["new"],
        revised=outcome.revised + count["revised"],
        unchanged=outcome.unchanged + given - count["new"] - count["revised"],
        withdrawn=outcome.withdrawn + count["withdrawn"],
        held=outcome.held,
    )


def _changed_records(db: Desk, batch: Batch) -> Iterator[tuple[str, str, int, str | None, str]]:
    for kind, entries in batch.records.items():
        before = {row["id"]: row["content"] for row in current_records(db, kind)}
        for position, (id, content) in enumerate(entries.items()):
            text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
            was = before.pop(id, None)
            if was != text:
                yield kind, id, position, text, "new" if was is None else "revised"
        for id in before if batch.complete else ():
            yield kind, id, 0, None, "withdrawn"
