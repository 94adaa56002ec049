"""Uploads in pieces: a file comes in as many requests as it takes, and goes on where it broke off.

The bytes that are here are the file in `var/uploads`; its length is the offset at which to go on.
"""

import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal.config import Settings
from portal.core.errors import BadInput, StoreError
from portal.desk.intake import names
from portal.desk.intake.receive import Received, check_owner, check_room, check_size, take_file
from portal.desk.people.errors import NotThere, Stale
from portal.store import uploads as store
from portal.store.desk import Desk
from portal.store.uploads import Upload

MOST_UNDER_WAY, MOST_BYTES = 500, 4_000_000_000  # of one person
HOURS = 24.0
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sender says of a file before its first byte; `sha256` may be empty."""

    name: str
    bytes: int
    sha256: str = ""
    request: str = ""
    publication: str = ""


def begin(config: Settings, db: Desk, person: int, asked: Asked) -> Upload:
    """Begin an upload and return it; raises BadInput for a file that would be refused anyway."""
    check_size(asked.bytes, asked.name)
    check_owner(asked.request, asked.publication)
    if asked.sha256 and not _SHA256.fullmatch(asked.sha256):
        raise BadInput("a SHA-256 in 64 small hexadecimal letters", asked.sha256, "sha256")
    clean(config, db)
    check_room(folder(config), asked.bytes)
    if sum(each.bytes for each in store.under_way(db, person)) + asked.bytes > MOST_BYTES:
        raise BadInput(f"at most {MOST_BYTES:,} bytes of one person under way", "more", asked.name)
    id = secrets.token_urlsafe(16)
    upload = Upload(
        id, person, names.cleaned(asked.name), asked.bytes, asked.sha256,
        asked.request, asked.publication, "",
    )  # fmt: skip
    if not store.begin(db, upload, MOST_UNDER_WAY):
        raise BadInput(f"at most {MOST_UNDER_WAY} uploads of one person under way", "one more")
    return upload


def find(db: Desk, id: str, person: int) -> Upload:
    """A person's own upload; raises NotThere for any other."""
    upload = store.find(db, id, person) if _ID.fullmatch(id) else None
    if upload is None:
        raise NotThere("There is no such upload of yours; it may have been cleared after a day.")
    return upload


def offset(config: Settings, upload: Upload) -> int:
    """How many bytes of an upload are here."""
    if upload.ended_at:
        return upload.bytes
    path = _place(config, upload.id)
    return path.stat().st_size if path.exists() else 0


class Writing:
    """A place in an upload at which bytes are written; bytes that are here must say the same."""

    def __init__(self, file: BinaryIO, upload: Upload, start: int) -> None:
        self.file, self.upload, self.at = file, upload, start
        self.held = os.fstat(file.fileno()).st_size

    def write(self, content: bytes) -> None:
        """Write the next bytes; raises BadInput for too many, Stale for other bytes than before."""
        if self.at + len(content) > self.upload.bytes:
            found = f"{self.at + len(content):,} or more"
            raise BadInput(f"{self.upload.bytes:,} bytes as announced", found, self.upload.name)
        overlap = content[: max(0, self.held - self.at)]
        self.file.seek(self.at)
        if overlap and self.file.read(len(overlap)) != overlap:
            raise Stale(
                f"{self.upload.name}: these bytes are not those that came before; it is another"
                " file, or it was changed meanwhile. Begin its upload again."
            )
        fresh = content[len(overlap) :]
        if fresh:
            _append(self.file, self.at + len(overlap), fresh)
        self.at += len(content)
        self.held = max(self.held, self.at)


@contextmanager
def writing(config: Settings, upload: Upload, start: int) -> Iterator[Writing]:
    """Write into an upload from an offset on; what was written stays, however this ends.

    Raises Stale for a gap before the offset, and while another request writes the same upload.
    """
    if upload.ended_at:
        raise Stale(f"{upload.name}: this upload has ended; its document is {upload.sha256}.")
    folder(config)
    handle = os.open(_place(config, upload.id), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stale(f"{upload.name}: another request sends this file just now.") from None
        place = Writing(file, upload, start)
        if not 0 <= start <= place.held:
            raise Stale(f"{upload.name}: go on at byte {place.held:,}, not at {start:,}.")
        yield place


def finish(config: Settings, db: Desk, upload: Upload) -> Received | None:
    """Receive an upload whose bytes are all here; None while some are missing.

    Raises BadInput, and forgets the upload, when its bytes are not those that were announced.
    """
    path = _place(config, upload.id)
    if upload.ended_at:
        return Received(upload.sha256, False, f"{upload.name} is here already. Nothing was added.")
    if offset(config, upload) < upload.bytes:
        return None
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if upload.sha256 and found != upload.sha256:
                forget(config, db, upload)
                raise BadInput(f"the SHA-256 {upload.sha256} as announced", found, upload.name)
            received = take_file(
                db, config.archive, file, upload.name, store.name_of(db, upload.person),
                request=upload.request, publication=upload.publication,
            )  # fmt: skip
    except FileNotFoundError:  # another request has received it just now
        return None
    store.end(db, upload.id, names.kept(upload.name, found), found)
    path.unlink(missing_ok=True)
    return received


def forget(config: Settings, db: Desk, upload: Upload) -> None:
    """Forget an upload with the bytes that came so far."""
    store.drop(db, upload.id)
    _place(config, upload.id).unlink(missing_ok=True)


def clean(config: Settings, db: Desk, hours: float = HOURS) -> int:
    """Forget uploads that nobody went on with, and return how many; whole ones are received."""
    gone = 0
    for upload in store.older_than(db, hours):
        try:
            received = finish(config, db, upload)
        except BadInput:  # its request is gone, or its bytes are not what was announced
            received = None
        if received is None:
            forget(config, db, upload)
            gone += 1
    for path in folder(config).iterdir():
        if _ID.fullmatch(path.name) and not store.known(db, path.name):
            path.unlink(missing_ok=True)
    _sweep(config, hours)
    return gone


def _sweep(config: Settings, hours: float) -> None:
    """Remove what a kill left half written in the archive; whole bytes have another name."""
    before = time.time() - hours * 3600
    for path in config.archive.glob("*/.part-*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def folder(config: Settings) -> Path:
    """The folder of files under way, which only we may read."""
    place = config.var / "uploads"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def _place(config: Settings, id: str) -> Path:
    return config.var / "uploads" / id


def _append(file: BinaryIO, at: int, content: bytes) -> None:
    file.seek(at)
    left = memoryview(content)
    try:
        while left:
            left = left[file.write(left) :]
    except OSError as problem:
        raise StoreError(f"uploads: {problem.strerror}; the file can go on later") from problem
