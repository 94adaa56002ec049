"""What was fetched before, so that an interrupted run goes on and asks for nothing twice."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from portal.core.errors import StoreError
from portal.core.sources import Get, Snapshot
from portal.ingest.network.fetch import UTF8, Client, Known, Unchanged
from portal.store import archive


class Fetched:
    """A folder with one small file for each address: its headers, its hash, and when we asked.

    The bytes are in the archive before the file names them, so a file never promises too much.
    """

    def __init__(self, folder: Path, archive_folder: Path) -> None:
        self.folder, self.archive = folder, archive_folder

    def known(self, address: str) -> Known | None:
        """The validators of what we hold; None when we hold nothing."""
        snapshot = self.snapshot(address)
        return Known.of(snapshot) if snapshot else None

    def snapshot(self, address: str) -> Snapshot | None:
        """What we hold of an address, read back from the archive and checked by its hash."""
        note = self._note(address)
        if note is None or not archive.place(self.archive, note["sha256"]).is_file():
            return None
        content = archive.read(self.archive, note["sha256"])
        return Snapshot(content=content, **note["snapshot"])

    def asked_at(self, address: str) -> str:
        """When the publisher was last asked, successfully; "" for never."""
        note = self._note(address)
        return str(note["asked_at"]) if note else ""

    def keep(self, snapshot: Snapshot, asked_at: str = "") -> None:
        """Archive the bytes, then note where they came from."""
        sha256 = archive.keep(self.archive, snapshot.content)
        told = asdict(replace(snapshot, content=b""))
        del told["content"]
        note = {"sha256": sha256, "asked_at": asked_at or snapshot.fetched_at, "snapshot": told}
        archive.write_whole(self._path(snapshot.address), json.dumps(note, indent=1).encode())

    def _note(self, address: str) -> dict[str, Any] | None:
        path = self._path(address)
        if not path.is_file():
            return None
        try:
            note = json.loads(path.read_bytes())
            held = note["snapshot"]["address"]
        except (ValueError, KeyError, TypeError) as problem:
            raise StoreError(f"{path}: this note is damaged; delete it to fetch again") from problem
        return note if held == address else None

    def _path(self, address: str) -> Path:
        return self.folder / f"{archive.digest(address.encode())}.json"


def current_snapshot(
    client: Client,
    fetched: Fetched,
    address: str,
    *,
    expect: str = "",
    charsets: Sequence[str] = UTF8,
    since: str = "",
) -> Snapshot:
    """The document as it is now: asked for conditionally, archived, and noted.

    What was asked at or after `since`, the beginning of the run, is not asked again.
    """
    held = fetched.snapshot(address)
    if held and since and fetched.asked_at(address) >= since:
        return held
    answer = client.get(
        address, known=Known.of(held) if held else None, expect=expect, charsets=charsets
    )
    if isinstance(answer, Unchanged):
        assert held is not None  # only what is known can be unchanged
        fetched.keep(held, answer.fetched_at)
        return held
    fetched.keep(answer)
    return answer


def asking(
    client: Client, fetched: Fetched, *, charsets: Sequence[str] = UTF8, since: str = ""
) -> Get:
    """What a source is given to ask with: get(address)."""

    def get(address: str) -> Snapshot:
        return current_snapshot(client, fetched, address, charsets=charsets, since=since)

    return get
