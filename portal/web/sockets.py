"""Where the desk listens, and how it is reached when that path is longer than a socket's may be."""

import os
from pathlib import Path

from portal.config import Settings
from portal.core.errors import StoreError

# A Unix socket's path may have 107 bytes.
LONGEST = 104
OPEN_FOLDERS = Path("/proc/self/fd")


def desk_socket(config: Settings) -> Path:
    """The desk's socket, in a folder that nobody else may enter."""
    folder = config.var / "run"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder / "desk.sock"


def reachable(path: Path) -> str:
    """The same path, by way of an open folder when it is too long; that stays open with us."""
    if len(os.fsencode(path)) <= LONGEST:
        return str(path)
    if not OPEN_FOLDERS.is_dir():
        raise StoreError(f"{path}: a socket's path may have {LONGEST} bytes; move PORTAL_VAR")
    return str(OPEN_FOLDERS / str(os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)) / path.name)
