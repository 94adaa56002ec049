"""Bytes kept under their own SHA-256: written once, never overwritten, checked when read."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from portal.core.errors import StoreError


def digest(content: bytes) -> str:
    """The SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def place(archive: Path, sha256: str) -> Path:
    """Where the bytes of that hash lie."""
    return archive / sha256[:2] / sha256[2:]


def keep(archive: Path, content: bytes) -> str:
    """Archive the bytes and return their SHA-256; a second time changes nothing."""
    sha256 = digest(content)
    path = place(archive, sha256)
    if path.exists():
        return sha256
    write_whole(path, content, mode=0o400)
    return sha256


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that it is wholly there under its name, or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(path)
            sync_folder(path.parent)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise StoreError(f"{path}: {problem.strerror}; nothing was written") from problem


def sync_folder(folder: Path) -> None:
    """Put a folder's names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(archive: Path, sha256: str) -> bytes:
    """Return archived bytes; raises StoreError when they are gone or no longer what they were."""
    path = place(archive, sha256)
    if not path.is_file():
        raise StoreError(f"{path}: archived bytes are missing")
    content = path.read_bytes()
    if digest(content) != sha256:
        raise StoreError(f"{path}: archived bytes have changed")
    return content


def held(archive: Path) -> Iterator[str]:
    """Every SHA-256 in the archive, in order."""
    for folder in sorted(archive.glob("[0-9a-f][0-9a-f]")):
        yield from sorted(folder.name + path.name for path in folder.glob("[0-9a-f]*"))
