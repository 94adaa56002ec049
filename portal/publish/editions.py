"""Building an edition: one read-only database and its downloads, swapped in whole or not at all."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal.core.errors import EditionError, StoreError
from portal.publish import contents, files, takedown
from portal.publish.changes import changes
from portal.publish.rollups import holdings
from portal.publish.search import search_rows
from portal.publish.state import State, state
from portal.store import archive, publishing
from portal.store.desk import Desk, explain
from portal.store.writing import last_import, record_edition

NAME = "retention-watch.db"
SCHEMA = Path(__file__).with_name("edition.sql")
# What depends on when and where an edition was built, not on what it says.
CLOCKS = {
    "about": "*",
    "changes": ("edition", "recorded_on"),
    "revisions": ("recorded_at",),
    "fetches": ("first_fetched", "last_fetched"),
}
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
    before = current(editions)
    number = _next_number(editions)
    building = editions / f".building-{os.getpid()}"
    try:
        building.mkdir()
        with _one_moment(db):
            approved, last = _approved(db), last_import(db)
            say(f"building edition {number}: {len(approved.figures):,} figures")
            content_hash = _database(building / NAME, approved, db, number)
        if before and before.content_hash == content_hash:
            record_edition(db, before.number, content_hash, before.observations, last)
            return before
        say("writing downloads")
        framed = approved.answers.pictures
        files.write_all(building / NAME, archive_folder, framed, before.folder if before else None)
        manifest = files.manifest(building, number, content_hash, len(approved.figures))
        edition = _swap(editions, building, number, manifest)
        # What was withdrawn while this was built goes again; until then no page shows it.
        takedown.sweep(editions, publishing.withdrawn(db))
    except sqlite3.Error as problem:
        raise StoreError(
            f"{building}: {explain(problem)}; the last edition still serves"
        ) from problem
    except OSError as problem:
        words = f"{building}: {problem.strerror}; the last edition still serves"
        raise StoreError(words) from problem
    finally:
        shutil.rmtree(building, ignore_errors=True)
    record_edition(db, number, content_hash, edition.observations, last)
    return edition


@contextmanager
def _one_moment(db: Desk) -> Iterator[None]:
    """Read the store as it is now, whatever the desk writes meanwhile."""
    db.conn.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.rollback()


def _approved(db: Desk) -> State:
    found = state(db)
    if not found.figures:
        raise StoreError("There is no approved figure to publish; run `portal init` first.")
    return found


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
    """Yield one sentence for every file of an edition that is not what was published.

    What was withdrawn since is no damage: `takedown.withdrawn_files` tells of it.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        yield f"{folder}/manifest.json cannot be read"
        return
    try:
        gone = takedown.withdrawn_files(folder)
    except StoreError as problem:
        yield str(problem)
        gone = {}
    for name, known in manifest["files"].items():
        path = folder / name
        if name in gone:
            if path.exists():
                yield f"{name} was withdrawn and is still here"
        elif not path.is_file():
            yield f"{name} is missing"
        elif files.sha256_of(path) != known["sha256"]:
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
