"""The files beside an edition's database: downloads, archived bytes, pictures, cleaned copies."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from portal.core.errors import EditionError
from portal.publish import exports, pictures
from portal.publish.documents import Picture
from portal.store import archive

# The kinds of file that an archived file may go out as; the reader's browser never runs one.
SUFFIXES = {".csv", ".json", ".atom", ".xml", ".zip", ".xlsx", ".ods", ".html", ".pdf", ".toml"}
MANIFEST = "manifest.json"


def write_all(
    database: Path, archive_folder: Path, framed: Sequence[Picture], before: Path | None
) -> None:
    """Write everything that stands beside an edition's database.

    `before` is the folder of the edition before this one: pictures that have not changed are
    taken over from it. Raises EditionError for a page picture that cannot be drawn on.
    """
    building = database.parent
    with closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as conn:
        exports.write_all(conn, building / "downloads")
        held = conn.execute("SELECT sha256, name, address FROM snapshots WHERE mirrored").fetchall()
        copies = conn.execute("SELECT DISTINCT copy FROM documents WHERE copy <> ''").fetchall()
    for sha256, name, address in held:
        content = archive.read(archive_folder, sha256)
        suffix = _suffix(name) or _suffix(address.partition("?")[0]) or ".bin"
        archive.write_whole(building / "snapshots" / f"{sha256}{suffix}", content)
    for (sha256,) in copies:
        archive.write_whole(building / copy_file(sha256), archive.read(archive_folder, sha256))
    _pictures(building, archive_folder, framed, before)


def copy_file(sha256: str) -> str:
    """Where an edition keeps a cleaned copy."""
    return f"copies/{sha256}"


def _pictures(
    building: Path, archive_folder: Path, framed: Sequence[Picture], before: Path | None
) -> None:
    known = _manifest(before)
    for each in framed:
        path = building / each.framed.file
        if path.exists() or _taken_over(path, before, known.get(each.framed.file, {})):
            continue
        of = each.framed
        page = archive.read(archive_folder, of.page_picture)
        archive.write_whole(path, pictures.draw(page, of.scale, [of.box], of.covered))


def _taken_over(path: Path, before: Path | None, known: dict[str, Any]) -> bool:
    """Take a picture over from the edition before, if it still is what was published."""
    if before is None or not known:
        return False
    old = before / "pictures" / path.name
    with suppress(OSError):
        if sha256_of(old) == known["sha256"]:
            path.parent.mkdir(exist_ok=True)
            os.link(old, path)
            return True
    return False


def _manifest(folder: Path | None) -> dict[str, dict[str, Any]]:
    if folder is None:
        return {}
    try:
        return dict(json.loads((folder / MANIFEST).read_text("utf-8"))["files"])
    except (OSError, ValueError, KeyError) as problem:
        raise EditionError(f"{folder}: the edition's manifest cannot be read") from problem


def manifest(building: Path, number: int, hash: str, observations: int) -> dict[str, Any]:
    """Write the list of all files with their hashes, and return it."""
    files = sorted(path for path in building.rglob("*") if path.is_file())
    listed = {
        str(path.relative_to(building)): {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in files
    }
    found = {
        "edition": number,
        "content_hash": hash,
        "observations": observations,
        "files": listed,
    }
    text = json.dumps(found, indent=1, sort_keys=True)
    archive.write_whole(building / MANIFEST, text.encode())
    return found


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if suffix in SUFFIXES else ""
