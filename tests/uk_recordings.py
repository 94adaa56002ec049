"""Recorded pages of the UK sources and comparators, run through their modules."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from portal.core.observations import Locator, Observation, write_breakdown
from portal.core.sources import Snapshot
from portal.core.values import plain
from portal.sources import _tables

HERE = Path(__file__).parent / "sources"
COLUMNS = (
    "measure,requester,holder,area,breakdown,start,end,printed,value,low,high,status,"
    "variant,note,table,row,column"
)


def snapshots(name: str, module: ModuleType) -> Iterator[Snapshot]:
    """Run a module's own questions against the recordings of its folder."""
    folder = HERE / name
    files = json.loads((folder / "recordings.json").read_text("utf-8"))

    def get(address: str) -> Snapshot:
        return Snapshot(address, (folder / files[address]).read_bytes(), "2026-11-01T00:00:00Z")

    yield from module.snapshots(get)


def observations(module: ModuleType, snapshot: Snapshot) -> list[Observation]:
    """What a module reads in a snapshot; none where it has no figures."""
    return list(module.observations(snapshot)) if hasattr(module, "observations") else []


def records(module: ModuleType, snapshot: Snapshot) -> list[dict[str, Any]]:
    """What a module tells of a snapshot beside figures, as plain data."""
    found = module.records(snapshot) if hasattr(module, "records") else ()
    return [{"kind": r.kind, "id": r.id, "fields": dict(r.fields)} for r in found]


def text_at(module: ModuleType) -> Callable[[bytes, Locator], str]:
    """How a locator of this module is followed: a statement stands in text, not in a table."""
    return getattr(module, "text_at", _tables.text_at)


def as_csv(figures: list[Observation]) -> str:
    """Figures as an expected file holds them: without hashes and addresses."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS.split(","))
    for each in figures:
        s, v, at = each.series, each.value, each.locator
        writer.writerow(
            [
                s.measure, s.requester, s.holder, s.area, write_breakdown(s.breakdown),
                each.period.start, each.period.end, v.printed,
                plain(v.number), plain(v.low), plain(v.high), v.status,
                each.variant, each.note, at.table, at.row, at.column,
            ]
        )  # fmt: skip
    return text.getvalue()
