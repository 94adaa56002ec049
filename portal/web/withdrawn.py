"""Documents that were withdrawn, as the desk writes it down: read anew whenever it changes.

An edition never changes, so what was taken back after it was built stands in a file of its own.
"""

import json
from functools import lru_cache
from pathlib import Path

from fastapi import HTTPException, Request

from portal.config import Settings
from portal.core.errors import EditionError

# Addresses whose next part is the hash of a document, or the start of one.
OF_DOCUMENTS = ("/snapshots/",)
SHORTEST = 8


def file(config: Settings) -> Path:
    """Where the list stands."""
    return config.public / "withdrawn.json"


def stamp(config: Settings) -> str:
    """Changes whenever the list does; empty while nothing was withdrawn."""
    try:
        stat = file(config).stat()
    except FileNotFoundError:
        return ""
    return f"{stat.st_mtime_ns}-{stat.st_size}-{stat.st_ino}"


def withdrawn(config: Settings) -> dict[str, tuple[str, str]]:
    """Each withdrawn document: SHA-256 to the day and the reason.

    Raises EditionError when the list is there and cannot be read: nothing may show by mistake.
    """
    now = stamp(config)
    return _read(file(config), now) if now else {}


@lru_cache(maxsize=4)
def _read(path: Path, stamp: str) -> dict[str, tuple[str, str]]:
    try:
        given = json.loads(path.read_text("utf-8"))["documents"]
        return {sha256: (each["on"], each["why"]) for sha256, each in given.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise EditionError(f"{path}: the list of withdrawn documents cannot be read") from problem


def refuse_withdrawn(request: Request) -> None:
    """Answer 410 for archived bytes that were withdrawn, whatever the edition still says."""
    path = request.url.path
    for start in OF_DOCUMENTS:
        if path.startswith(start):
            asked = path.removeprefix(start).partition("/")[0]
            for sha256, (_, why) in withdrawn(request.app.state.settings).items():
                if len(asked) >= SHORTEST and sha256.startswith(asked):
                    raise HTTPException(410, sentence(why))


def sentence(why: str) -> str:
    """Why something is gone, for a reader."""
    return f"This was withdrawn. {why.rstrip('.')}. The figures read from it stay."
