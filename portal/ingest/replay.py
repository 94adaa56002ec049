"""`portal replay`: what today's code and words would read differently in the archived bytes.

Every fetch in the store is read again, in its order, into a scratch store that is thrown away;
then the newest reading of each figure is compared with the one held. Nothing held is written.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Row
from types import ModuleType

from portal.core.errors import PortalError
from portal.core.sources import Snapshot
from portal.ingest.registry import source_of
from portal.ingest.scrape import Run, batch, feed_of
from portal.store import archive, private, writing
from portal.store.desk import Desk, open_desk

FIELDS = ("value", "low", "high", "status", "printed", "period", "note")
ANY_LOSS = 1.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure, or a whole file, that would read otherwise today, and why."""

    source: str
    file: str
    place: str
    figure: str
    was: str
    would_be: str
    why: str
    published: bool = False

    def __str__(self) -> str:
        """One line: which figure, was -> would be, why."""
        what = " ".join(part for part in (self.place, self.figure) if part)
        shown = "published" if self.published else "not published"
        told = f": {what}: {self.was or 'nothing'} -> {self.would_be or 'nothing'}" if what else ""
        return f"{self.source}: {self.file}{told} ({self.why}{f'; {shown}' if what else ''})"


def replay(run: Run, modules: list[ModuleType]) -> Iterator[Difference]:
    """Yield every difference, source by source; the run's own store is only read."""
    for module in modules:
        with (
            tempfile.TemporaryDirectory(prefix="portal-replay-") as folder,
            closing(open_desk(Path(folder) / "scratch.db")) as scratch,
        ):
            scratch.conn.execute("PRAGMA synchronous = OFF")
            yield from _one(run, replace(run, db=scratch), module)


def _one(run: Run, scratch: Run, module: ModuleType) -> Iterator[Difference]:
    id = source_of(module).id
    fetched = private.fetches(run.db, id)
    known = private.imported(run.db, id)
    for number, row in enumerate(fetched, 1):
        run.stop.check()
        run.say(f"{id}: {number} of {len(fetched)}, {row['label'] or row['address']}")
        yield from _again(scratch, module, row, known)
    names = {row["sha256"]: row["label"] or row["address"] for row in fetched}
    yield from _differences(id, names, run.db, scratch.db)


def _again(
    run: Run, module: ModuleType, row: Row, known: set[tuple[str, str]]
) -> Iterator[Difference]:
    """Read one fetch into the scratch store; one that was read before and is refused now is told.

    What was refused then and is still refused is no difference.
    """
    source, file, before = source_of(module).id, row["label"] or row["address"], False
    try:
        snapshot = snapshot_of(run.archive, row)
        feed = feed_of(module, snapshot)
        before = (feed, snapshot.sha256) in known
        losses = ANY_LOSS if before else run.losses
        given = replace(batch(run, module, snapshot, row["sha256"]), losses=losses)
        writing.record(run.db, given)
    except PortalError as problem:
        if before or not archive.place(run.archive, row["sha256"]).is_file():
            yield Difference(source, file, "", "", "", "", f"refused today: {problem}")
    else:
        if not before:
            yield Difference(source, file, "", "", "", "", "refused then, read today")


def snapshot_of(folder: Path, row: Row) -> Snapshot:
    """What was fetched, as the source was given it; the bytes are checked by their hash."""
    return Snapshot(
        row["address"],
        archive.read(folder, row["sha256"]),
        row["fetched_at"],
        row["media_type"],
        row["linked_from"],
        row["label"],
        json.loads(row["headers"]),
    )


def _differences(
    source: str, names: Mapping[str, str], held: Desk, scratch: Desk
) -> Iterator[Difference]:
    """Walk through both stores in order of the figures' ids."""
    pairs = _paired(private.newest_readings(held, source), private.newest_readings(scratch, source))
    for was, would_be in pairs:
        why = _why(was, would_be)
        if not why:
            continue
        row = was if would_be is None else would_be
        assert row is not None
        yield Difference(
            source,
            names.get(row["snapshot"], row["snapshot"]),
            place(row),
            figure(row),
            _shown(was),
            _shown(would_be),
            why,
            bool(was and was["published"]),
        )


Pairs = Iterator[tuple[Row | None, Row | None]]


def _paired(left: Iterator[Row], right: Iterator[Row]) -> Pairs:
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a["id"] < b["id"]):
            yield a, None
            a = next(left, None)
        elif a is None or b["id"] < a["id"]:
            yield None, b
            b = next(right, None)
        else:
            yield a, b
            a, b = next(left, None), next(right, None)


def _why(was: Row | None, would_be: Row | None) -> str:
    if would_be is None:
        return "" if was is None or was["status"] == "withdrawn" else "not read today"
    if was is None:
        return "" if would_be["status"] == "withdrawn" else "not read then"
    if was["status"] == would_be["status"] == "withdrawn":
        return ""  # it keeps the text of its last reading, which tells only what once stood there
    changed = [name for name in FIELDS if was[name] != would_be[name]]
    return f"another {', '.join(changed)}" if changed else ""


def _shown(row: Row | None) -> str:
    if row is None:
        return ""
    band = f"{row['low'] or ''} to {row['high'] or ''}" if row["low"] or row["high"] else ""
    number = " ".join(part for part in (row["value"], band) if part) or row["status"]
    return f"{number} ({row['printed']!r})"


def place(row: Row) -> str:
    """Where a figure stands inside its file, in words."""
    held = json.loads(row["locator"])
    names = ("member", "sheet", "table", "page", "row", "column")
    return ", ".join(f"{name} {held[name]}" for name in names if name in held)


def figure(row: Row) -> str:
    """What a figure counts, of whom and when."""
    parts = (row["measure"], row["holder"], row["area"], row["breakdown"], row["period"])
    return "/".join(part for part in parts if part and part != "_T")
