"""The current edition: found by its link, opened read-only for one request, closed after it."""

import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from portal.core.errors import EditionError
from portal.web.withdrawn import refuse_withdrawn

DATABASE = "retention-watch.db"


@dataclass(frozen=True, slots=True)
class Edition:
    """One published edition: its number, its folder and what its manifest says of its files."""

    number: int
    folder: Path
    content_hash: str
    about: dict[str, str]
    files: dict[str, dict[str, object]]

    @property
    def database(self) -> Path:
        """The edition's one database file."""
        return self.folder / DATABASE


class Editions:
    """The editions of an installation. Follows the link `current` with one `stat` a request."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: tuple[object, ...] = ()
        self._edition: Edition | None = None

    def current(self) -> Edition:
        """Return the edition that stands now; raises EditionError in words for the operator."""
        link = self.folder / "current"
        try:
            target = link.resolve(strict=True)
            stat = (target / DATABASE).stat()
        except (OSError, RuntimeError):
            raise EditionError(
                f"{link}: no edition is published here yet; run `portal init` and `portal publish`"
            ) from None
        seen = (target, stat.st_ino, stat.st_size, stat.st_mtime_ns)
        if self._edition is None or seen != self._seen:
            self._edition, self._seen = read_edition(target), seen
        return self._edition

    def numbered(self, number: int) -> Edition:
        """Return one edition by its number, old ones too; raises EditionError for one not here."""
        current = self.current()
        if number == current.number:
            return current
        return read_edition(self.folder / f"{number:04d}")

    def numbers(self) -> list[int]:
        """Return the numbers of all editions that stand here, the newest first."""
        names = [path.name for path in self.folder.iterdir() if path.is_dir()]
        return sorted({int(name) for name in names if name.isdecimal()}, reverse=True)


def read_edition(folder: Path) -> Edition:
    """Read what an edition says of itself; raises EditionError when it cannot be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        db = connect(folder / DATABASE)
        try:
            about = dict(db.execute("SELECT key, value FROM about").fetchall())
        finally:
            db.close()
        facts = (int(manifest["edition"]), folder, str(manifest["content_hash"]))
        return Edition(*facts, about, dict(manifest["files"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, sqlite3.Error) as problem:
        raise EditionError(
            f"{folder}: this edition cannot be read ({type(problem).__name__}: {problem}); "
            "restore the folder from a copy, or run `portal publish` again"
        ) from problem


def connect(path: Path) -> sqlite3.Connection:
    """Open an edition's database so that nothing can be written through it."""
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    db = sqlite3.connect(address, uri=True, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA query_only = ON")
    return db


async def edition(request: Request) -> AsyncIterator[sqlite3.Connection]:
    """A route's connection to the edition that stands at this request."""
    refuse_withdrawn(request)
    current = request.app.state.editions.current()
    db = connect(current.database)
    request.state.edition, request.state.db = current, db
    try:
        yield db
    finally:
        request.state.db = None
        db.close()


Db = Annotated[sqlite3.Connection, Depends(edition)]


def snapshot_file(edition: Edition, sha256: str) -> Path | None:
    """Return where an edition keeps archived bytes, None when it does not hold them."""
    start = f"snapshots/{sha256}"
    name = next((n for n in edition.files if n.startswith(start)), None) if sha256 else None
    return edition.folder / name if name else None
