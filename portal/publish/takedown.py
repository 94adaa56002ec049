"""Taking a document back, at once and from every edition that stands: its bytes go, figures stay.

First the decision is recorded, then the public processes are told by one small file that they read
at every request, then the files are deleted from every edition's folder. Whatever dies in between,
`enforce` does the rest: it may run at any time and as often as one likes.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from portal.config import Settings
from portal.core.errors import StoreError
from portal.store import archive, publishing
from portal.store.desk import Desk

LIST = "withdrawn.json"
DATABASE = "retention-watch.db"
# Only what is made from a document may be gone from an edition; anything else missing is damage.
MAY_GO = ("pictures/", "copies/", "snapshots/")
FILES = """
SELECT document, file FROM pictures
UNION SELECT sha256, 'copies/' || copy FROM documents WHERE copy <> ''
"""
Told = Mapping[str, Mapping[str, Any]]


def withdraw(db: Desk, config: Settings, sha256: str, actor: str, why: str) -> list[str]:
    """Withdraw a document with the documents inside it, at once; returns their hashes.

    `why` is shown to readers. A second time finishes what a first one has left undone.
    """
    done = publishing.withdraw(db, sha256, actor, why)
    enforce(config, db)
    return done


def enforce(config: Settings, db: Desk) -> int:
    """Make every withdrawal true on the public side; returns how many files were deleted."""
    gone = publishing.withdrawn(db)
    _tell(config.public / LIST, gone)
    return sweep(config.editions, gone)


def sweep(editions: Path, gone: Mapping[str, tuple[str, str]]) -> int:
    """Delete what was made of withdrawn documents from every edition; returns how many files.

    Each edition keeps a list of what was taken from it, so that a copy can be verified later.
    """
    if not gone or not editions.is_dir():
        return 0
    deleted = 0
    for folder in sorted(path for path in editions.iterdir() if path.name.isdecimal()):
        listed = {
            file: {"document": sha256, "on": gone[sha256][0], "why": gone[sha256][1]}
            for sha256, file in sorted(_files(folder))
            if sha256 in gone
        }
        listed = {**_listed(folder), **listed}
        if not listed:
            continue
        # The list comes first: a file is never gone without a word.
        _write(folder / LIST, {"files": listed})
        for file in listed:
            path = folder / file
            if path.exists():
                path.unlink()
                archive.sync_folder(path.parent)
                deleted += 1
    return deleted


def withdrawn_files(folder: Path) -> dict[str, str]:
    """What was taken from an edition: file to a sentence that says when and why."""
    return {
        file: f"withdrawn on {each['on']}: {each['why']}" for file, each in _listed(folder).items()
    }


def _listed(folder: Path) -> dict[str, dict[str, str]]:
    """What was taken from an edition so far; raises StoreError when the list cannot be read."""
    try:
        given = json.loads((folder / LIST).read_text("utf-8"))["files"]
        names = ("document", "on", "why")
        return {
            file: {name: str(each[name]) for name in names}
            for file, each in given.items()
            if file.startswith(MAY_GO) and ".." not in file
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise StoreError(f"{folder / LIST}: cannot be read ({problem})") from problem


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    """Each document of an edition with each file that was made of it, or has its very bytes."""
    for path in folder.glob("snapshots/*"):
        yield path.name.partition(".")[0], str(path.relative_to(folder))
    path = folder / DATABASE
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as conn:
        try:
            yield from conn.execute(FILES).fetchall()
        except sqlite3.Error as problem:
            # Editions from before there were documents have no such tables.
            if "no such table" not in str(problem):
                raise StoreError(f"{path}: {problem}; what it holds cannot be told") from problem


def _tell(path: Path, gone: Mapping[str, tuple[str, str]]) -> None:
    if gone or path.exists():
        documents = {sha256: {"on": on, "why": why} for sha256, (on, why) in sorted(gone.items())}
        _write(path, {"documents": documents})


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a list, unless it says so already: whoever watches it sees changes only."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()
    if not path.exists() or path.read_bytes() != text:
        archive.write_whole(path, text)
