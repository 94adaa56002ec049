"""Recorded pages of the UK sources and comparators, run through their modules."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from portal.core.observations import Locator
from portal.core.sources import Snapshot
from portal.sources import _tables

HERE = Path(__file__).parent / "sources"


def snapshots(name: str, module: ModuleType) -> Iterator[Snapshot]:
    """Run a module's own questions against the recordings of its folder."""
    folder = HERE / name
    files = json.loads((folder / "recordings.json").read_text("utf-8"))

    def get(address: str) -> Snapshot:
        return Snapshot(address, (folder / files[address]).read_bytes(), "2026-11-01T00:00:00Z")

    yield from module.snapshots(get)


def records(module: ModuleType, snapshot: Snapshot) -> list[dict[str, Any]]:
    """What a module tells of a snapshot beside figures, as plain data."""
    return [
        {"kind": r.kind, "id": r.id, "fields": dict(r.fields)} for r in module.records(snapshot)
    ]


def text_at(module: ModuleType) -> Callable[[bytes, Locator], str]:
    """How a locator of this module is followed: a statement stands in text, not in a table."""
    return getattr(module, "text_at", _tables.text_at)
