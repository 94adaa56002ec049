"""Recorded files instead of the network: a source's recordings, or a folder of loose files.

Recordings are `<folder>/<source>/recordings.json`, which names the file for each address; they are
what `portal record` writes. Loose files belong to the source that a folder above them is named
after; where MANIFEST.csv beside them tells their origin, that is their address.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from portal.core.errors import BadInput
from portal.core.sources import Get, Snapshot
from portal.ingest.registry import source_of
from portal.store.archive import write_whole

ENDINGS = {".csv", ".json", ".atom", ".xml", ".zip", ".xlsx", ".ods", ".html", ".pdf"}
# Nothing is ever fetched from here: the name says that the address is not known.
NOWHERE = "https://recorded.invalid"


def recordings(folder: Path, source: str) -> Path | None:
    """The list of a source's recordings, if the folder holds one."""
    path = folder / source / "recordings.json"
    return path if path.is_file() else None


def replaying(path: Path) -> Get:
    """Answer from recordings what a source asks for."""
    listed = json.loads(path.read_text("utf-8"))

    def get(address: str) -> Snapshot:
        if address not in listed:
            raise BadInput("an address that was recorded", address, str(path))
        return _snapshot(path.parent / listed[address], address)

    return get


def loose_files(folder: Path, module: ModuleType) -> Iterator[Snapshot]:
    """Yield the files that lie in a folder named after the source, in order of their path."""
    names = {source_of(module).id, *getattr(module, "FOLDERS", ())}
    names |= {name.replace("_", "-") for name in names}
    origins = _origins(folder)
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        others = getattr(module, "OTHER_FILES", ())
        ours = path.suffix.lower() in ENDINGS and path.name not in others
        if ours and names & set(inside.parts[:-1]):
            address, title = origins.get(str(inside), ("", ""))
            if address.rpartition("/")[2] != path.name:
                address = f"{NOWHERE}/{inside.as_posix()}"
            yield _snapshot(path, address, title)


def keep(folder: Path, source: str, snapshots: list[Snapshot]) -> None:
    """Write recordings for a source's tests."""
    listed = {}
    for number, snapshot in enumerate(snapshots, 1):
        name = snapshot.address.partition("?")[0].rstrip("/").rpartition("/")[2] or "page"
        name = name if name not in listed.values() else f"{number}-{name}"
        listed[snapshot.address] = name
        write_whole(folder / source / name, snapshot.content)
    text = json.dumps(listed, indent=1, ensure_ascii=False) + "\n"
    write_whole(folder / source / "recordings.json", text.encode())


def _snapshot(path: Path, address: str, title: str = "") -> Snapshot:
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    return Snapshot(address, path.read_bytes(), moment, label=title or path.name)


def _origins(folder: Path) -> dict[str, tuple[str, str]]:
    """Path -> address and title, as far as the folder's manifest tells them."""
    manifest = folder / "MANIFEST.csv"
    if not manifest.is_file():
        return {}
    with manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next((name for name in rows[0] if name.startswith("origin")), "") if rows else ""
    found = {}
    for row in rows:
        first = row[column].partition(" ; ")[0].strip() if column else ""
        if first.startswith("https://"):
            found[row["path"]] = (first.partition(" ")[0], row.get("title", ""))
    return found
