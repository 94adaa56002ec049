"""Receiving a document: its bytes are archived, then it is recorded with the job that reads it.

Killed in between, the bytes lie in the archive under their hash, and the document comes again.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from portal.core.errors import BadInput, StoreError
from portal.desk.inspection import pii
from portal.desk.inspection.limits import LIMITS, MB
from portal.desk.intake import names
from portal.store import archive, intake
from portal.store.desk import Desk

LONGEST_PUBLICATION = 200
LEAST_FREE = 200 * MB
# A whole document lies in memory while it is received: so many at once, the others wait a moment.
AT_ONCE, TURN_SECONDS = BoundedSemaphore(4), 30.0


@dataclass(frozen=True, slots=True)
class Received:
    """A document that is here now, and the sentence for the person who brought it."""

    sha256: str
    new: bool
    sentence: str


def receive(
    db: Desk,
    archive_folder: Path,
    content: bytes,
    name: str,
    actor: str,
    *,
    request: str = "",
    publication: str = "",
    address: str = "",
    parent: str = "",
    member: str = "",
) -> str:
    """Receive a document and return its SHA-256; the same bytes again are the same document.

    Raises BadInput for a file that is empty or too large, or that belongs to nothing.
    """
    given = {"request": request, "publication": publication, "address": address}
    given |= {"parent": parent, "member": member}
    return take(db, archive_folder, content, name, actor, **given).sha256


def take(
    db: Desk, archive_folder: Path, content: bytes, name: str, actor: str, **given: str
) -> Received:
    """Receive a document like `receive`, and say whether it is new."""
    check_size(len(content), name)
    request, publication = given.get("request", ""), given.get("publication", "")
    if not given.get("parent"):
        check_owner(request, publication)
    # What belongs to nothing leaves no bytes behind.
    intake.check_request(db, request)
    check_room(archive_folder, len(content))
    sha256 = archive.keep(archive_folder, content)
    kept = names.kept(name, sha256)
    before = intake.take_in(
        db,
        intake.New(
            sha256=sha256,
            name=kept,
            bytes=len(content),
            actor=actor,
            request=request,
            publication=publication,
            address=names.address(given.get("address", "")),
            parent=given.get("parent", ""),
            member=given.get("member", ""),
        ),
    )
    if before:
        return Received(sha256, False, _again(kept, before, request, publication))
    return Received(
        sha256, True, f"{kept} is here; it waits to be inspected.{_renamed(name, kept)}"
    )


def take_file(
    db: Desk, archive_folder: Path, file: BinaryIO, name: str, actor: str, **given: str
) -> Received:
    """Receive what a file holds like `take`; with `sha256` in `given` it must be those bytes.

    Raises StoreError when many others are received just now.
    """
    if not AT_ONCE.acquire(timeout=TURN_SECONDS):
        raise StoreError("Many documents are being received just now; try again in a moment.")
    try:
        file.seek(0)
        content = file.read()
        announced, found = given.pop("sha256", "").lower(), archive.digest(content)
        if announced and announced != found:
            raise BadInput(f"the SHA-256 {announced} as announced", found, names.cleaned(name))
        return take(db, archive_folder, content, name, actor, **given)
    finally:
        AT_ONCE.release()


def check_size(size: int, name: str) -> None:
    """Raise BadInput for a file that is empty or larger than we take."""
    shown = names.cleaned(name)
    if size <= 0:
        raise BadInput("a file with something in it", "a file of 0 bytes", shown)
    if size > LIMITS.size:
        found = f"a file of {size / MB:,.1f} MB"
        raise BadInput(f"a file of at most {LIMITS.size // MB} MB", found, shown)


def check_room(folder: Path, size: int) -> None:
    """Raise StoreError unless the disk keeps some room: a full one stops the whole installation."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free - size < LEAST_FREE:
        free = f"less than {LEAST_FREE // MB} MB would be left"
        raise StoreError(f"{folder}: the disk is nearly full, {free}; nothing was taken in")


def check_owner(request: str, publication: str) -> None:
    """Raise BadInput unless a document belongs to one request or one publication."""
    if bool(request) == bool(publication):
        found = "both" if request else "neither"
        raise BadInput("either a request or a publication that the file belongs to", found)
    if len(publication) > LONGEST_PUBLICATION or not publication.isprintable():
        found = f"{len(publication)} letters"
        raise BadInput(f"one line of at most {LONGEST_PUBLICATION} letters", found, "publication")
    if pii.kinds(publication):
        raise BadInput("the name of a publication", "what identifies a person", "publication")


def _renamed(name: str, kept: str) -> str:
    if names.cleaned(name) == kept:
        return ""
    return " Its own name may identify a person and was not kept."


def _again(name: str, before: intake.Known, request: str, publication: str) -> str:
    called = "" if before.name == name else f" as {before.name}"
    sentence = f"{name} is here already{called}, received {before.received_at[:10]}"
    if (before.request, before.publication) != (request, publication):
        owner = before.request or before.publication
        sentence += f", for {owner}: it stays with that"
    return f"{sentence}. Nothing was added."
