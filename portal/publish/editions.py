"""Building an edition: one read-only database and its downloads, swapped in whole or not at all."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal.core.errors import EditionError, StoreError
from portal.publish import contents, exports
from portal.publish.changes import changes
from portal.publish.rollups import holdings
from portal.publish.search import search_rows
from portal.publish.state import State, state
from portal.store import archive
from portal.store.desk import Desk, explain
from portal.store.writing import record_edition

NAME = "retention-watch.db"
SCHEMA = Path(__file__).with_name("edition.sql")
# What depends on when and where an edition was built, not on what it says.
CLOCKS = {
    "about": "*",
    "changes": ("edition", "recorded_on"),
    "revisions": ("recorded_at",),
    "fetches": ("first_fetched", "last_fetched"),
}
# The kinds of file that an archived file may go out as; the reader's browser never runs one.
SUFFIXES = {".csv", ".json", ".atom", ".xml", ".zip", ".xlsx", ".ods", ".html", ".pdf", ".toml"}
# Shadow tables of the search index hold nothing that their own content does not.
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Edition:
    """A numbered edition in its folder."""

    number: int
    folder: Path
    content_hash: str
    observations: int
    new: bool


def publish(db: Desk, archive_folder: Path, editions: Path, say: Progress) -> Edition:
    """Build what is approved now and make it current; the same content again builds nothing."""
    editions.mkdir(parents=True, exist_ok=True)
    _sweep(editions)
    approved = state(db)
    if not approved.figures:
        raise StoreError("There is no approved figure to publish; run `portal init` first.")
    before = current(editions)
    number = _next_number(editions)
    building = editions / f".building-{os.getpid()}"
    try:
        building.mkdir()
        say(f"building edition {number}: {len(approved.figures):,} figures")
        content_hash = _database(building / NAME, approved, db, number)
        if before and before.content_hash == content_hash:
            record_edition(db, before.number, content_hash, before.observations)
            return before
        say("writing downloads")
        _files(building, archive_folder)
        manifest = _manifest(building, number, content_hash, len(approved.figures))
        edition = _swap(editions, building, number, manifest)
    except sqlite3.Error as problem:
        raise StoreError(
            f"{building}: {explain(problem)}; the last edition still serves"
        ) from problem
    except OSError as problem:
        words = f"{building}: {problem.strerror}; the last edition still serves"
        raise StoreError(words) from problem
    finally:
        shutil.rmtree(building, ignore_errors=True)
    record_edition(db, number, content_hash, edition.observations)
    return edition


def current(editions: Path) -> Edition | None:
    """The edition that serves now; None before the first. Raises EditionError when damaged."""
    link = editions / "current"
    if not link.is_symlink():
        return None
    folder = link.resolve()
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        facts = (manifest["edition"], folder, manifest["content_hash"], manifest["observations"])
    except (OSError, ValueError, KeyError) as problem:
        raise EditionError(f"{folder}: the edition's manifest cannot be read") from problem
    return Edition(*facts, new=False)


def verify(folder: Path) -> Iterator[str]:
    """Yield one sentence for every file of an edition that is not what was published."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        yield f"{folder}/manifest.json cannot be read"
        return
    for name, known in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif _sha256(path) != known["sha256"]:
            yield f"{name} is not the file that was published"
    try:
        with closing(readonly(folder / NAME)) as conn:
            if content_hash(conn) != manifest["content_hash"]:
                yield f"{NAME} holds other figures than were published"
    except sqlite3.Error as problem:
        yield f"{NAME} cannot be read: {problem}"


def readonly(path: Path) -> sqlite3.Connection:
    """Open an edition's database for reading only."""
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)


def content_hash(conn: sqlite3.Connection) -> str:
    """The SHA-256 over all rows of all tables, whatever the day and number of the edition."""
    found = hashlib.sha256()
    names = [name for (name,) in conn.execute(_TABLES)]
    for name in names:
        skipped = CLOCKS.get(name, ())
        columns = [
            c[1] for c in conn.execute(f'PRAGMA table_info("{name}")') if c[1] not in skipped
        ]
        if skipped == "*":
            continue
        listed = ", ".join(f'"{column}"' for column in columns)
        found.update(f"{name}({listed})\n".encode())
        for row in conn.execute(f'SELECT {listed} FROM "{name}" ORDER BY {listed}'):
            found.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return found.hexdigest()


_TABLES = """
SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_%'
  AND name NOT LIKE 'sqlite_%' ORDER BY name
"""


def _sweep(editions: Path) -> None:
    # Only one publisher runs at a time: whatever is half built belongs to a run that was ended.
    for left in (*editions.glob(".building-*"), *editions.glob(".current-*")):
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()


def _next_number(editions: Path) -> int:
    return max((int(path.name) for path in editions.glob("[0-9]*")), default=0) + 1


def _database(path: Path, approved: State, db: Desk, number: int) -> str:
    draft = path.with_suffix(".draft")
    conn = sqlite3.connect(draft, isolation_level=None)
    try:
        conn.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")
        for statement in SCHEMA.read_text("utf-8").split(";\n"):
            conn.execute(statement)
        for table, rows in contents.tables(approved):
            _insert(conn, table, rows)
        _insert(conn, "changes", changes(db, approved, number))
        _insert(conn, "holdings", holdings(conn))
        _insert(conn, "search", search_rows(conn))
        hash = content_hash(conn)
        about = {"edition": number, "built_at": datetime.now(UTC).isoformat(timespec="seconds")}
        about |= {"content_hash": hash, "observations": len(approved.figures)}
        _insert(conn, "about", [(key, str(value)) for key, value in about.items()])
        conn.execute("COMMIT")
        _sound(conn)
        conn.execute("INSERT INTO search(search) VALUES ('optimize')")
        conn.execute("ANALYZE")
        conn.execute("VACUUM INTO ?", [str(path)])
    finally:
        conn.close()
    draft.unlink()
    return hash


def _insert(conn: sqlite3.Connection, table: str, rows: Any) -> None:
    width = len(list(conn.execute(f'PRAGMA table_info("{table}")')))
    conn.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * width)})', rows)


def _sound(conn: sqlite3.Connection) -> None:
    """Refuse an edition with a loose end: a code that points at nothing."""
    loose = conn.execute("PRAGMA foreign_key_check").fetchone()
    if loose:
        row = conn.execute(f'SELECT * FROM "{loose[0]}" WHERE rowid = ?', [loose[1]]).fetchone()
        raise EditionError(
            f"table {loose[0]}: {row} points at no row of {loose[2]}; nothing was published"
        )


def _files(building: Path, archive_folder: Path) -> None:
    """Write the downloads, and those archived files whose licence lets us hand them on."""
    with closing(readonly(building / NAME)) as conn:
        exports.write_all(conn, building / "downloads")
        held = conn.execute("SELECT sha256, name, address FROM snapshots WHERE mirrored").fetchall()
    for sha256, name, address in held:
        content = archive.read(archive_folder, sha256)
        suffix = _suffix(name) or _suffix(address.partition("?")[0]) or ".bin"
        archive.write_whole(building / "snapshots" / f"{sha256}{suffix}", content)


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if suffix in SUFFIXES else ""


def _manifest(building: Path, number: int, hash: str, observations: int) -> dict[str, Any]:
    files = sorted(path for path in building.rglob("*") if path.is_file())
    listed = {
        str(path.relative_to(building)): {"sha256": _sha256(path), "bytes": path.stat().st_size}
        for path in files
    }
    manifest = {
        "edition": number,
        "content_hash": hash,
        "observations": observations,
        "files": listed,
    }
    text = json.dumps(manifest, indent=1, sort_keys=True)
    archive.write_whole(building / "manifest.json", text.encode())
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _swap(editions: Path, building: Path, number: int, manifest: dict[str, Any]) -> Edition:
    """Put the finished folder in its place, then point `current` at it: two renames, no gap."""
    for path in building.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
            with path.open("rb") as file:
                os.fsync(file.fileno())
    folder = editions / f"{number:04d}"
    building.rename(folder)
    archive.sync_folder(editions)
    link = editions / f".current-{os.getpid()}"
    link.symlink_to(folder.name)
    link.replace(editions / "current")
    archive.sync_folder(editions)
    return Edition(number, folder, manifest["content_hash"], manifest["observations"], new=True)
