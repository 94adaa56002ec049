"""Zip files that may be opened: whole, each name once and inside, nothing that inflates too far."""

import io
import posixpath
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from portal.core.errors import BadArchive, FetchError, Truncated
from portal.core.sources import Snapshot
from portal.ingest.network.bodies import check_inflation
from portal.ingest.network.limits import Limits

END, LISTED = b"PK\x05\x06", b"PK\x01\x02"
MANY = 0xFFFF  # the count stands elsewhere, in a zip of the 64-bit kind
HEADER = 30  # bytes before a member's name
PROBLEMS = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a zip."""

    name: str
    content: bytes


def members(snapshot: Snapshot, limits: Limits | None = None) -> Iterator[Member]:
    """The files inside a zip, checked before the first is opened, unpacked one at a time."""
    limits = limits or Limits()
    with _opened(snapshot.address, snapshot.content, limits) as archive:
        listed = check_directory(snapshot.address, snapshot.content, archive, limits)
        for info in listed:
            if not info.is_dir():
                yield Member(info.filename, _read(snapshot.address, archive, info))


def check_zip(address: str, content: bytes, limits: Limits) -> set[str]:
    """Check a zip wholly, each member's checksum too; returns the names inside."""
    with _opened(address, content, limits) as archive:
        listed = check_directory(address, content, archive, limits)
        for info in listed:
            _read(address, archive, info)
    return {info.filename for info in listed}


def check_directory(
    address: str, content: bytes, archive: zipfile.ZipFile, limits: Limits
) -> list[zipfile.ZipInfo]:
    """Check the list of members without unpacking any."""
    listed = archive.infolist()
    at = content.rfind(END)
    promised = int.from_bytes(content[at + 10 : at + 12], "little")
    # zipfile itself does not compare; a list cut short would lose members in silence.
    if not listed or promised not in (len(listed), MANY):
        raise BadArchive(address, f"{promised} members as its end record says", len(listed))
    names = set()
    for info in listed:
        _check_member(address, info)
        check_inflation(address, info.compress_size, info.file_size, limits)
        name = _plain(info.filename)
        if name in names:
            raise BadArchive(address, "each member name once", f"{name} twice")
        names.add(name)
    check_inflation(address, len(content), sum(info.file_size for info in listed), limits)
    _check_places(address, listed, archive.start_dir)
    return listed


def _plain(name: str) -> str:
    """One spelling for a name, so that `a.csv` and `./a.csv` are seen to be the same."""
    return posixpath.normpath(unicodedata.normalize("NFC", name.replace("\\", "/")))


def _opened(address: str, content: bytes, limits: Limits) -> zipfile.ZipFile:
    if not content.startswith(b"PK\x03\x04"):
        raise BadArchive(address, "a zip that starts with its first member", content[:20])
    at = content.rfind(END)
    if at < 0 or len(content) - at < 22:
        raise Truncated(address, "a zip with its end record", f"{len(content)} bytes without one")
    if at + 22 + int.from_bytes(content[at + 20 : at + 22], "little") != len(content):
        raise Truncated(address, "a zip that ends with its end record", "other bytes at its end")
    if (count := content.count(LISTED)) > limits.members:
        raise BadArchive(address, f"at most {limits.members} members", count)
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except PROBLEMS as problem:
        raise BadArchive(address, "a readable zip", problem) from problem


def _check_member(address: str, info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    parts = re.split(r"[/\\]", name)
    outside = not parts[0] or ".." in parts or re.match(r"[A-Za-z]:", name)
    if outside or re.search(r"[\x00-\x1f\x7f]", name):
        raise BadArchive(address, "member names that stay inside", repr(name))
    if info.flag_bits & 0x1:
        raise BadArchive(address, "members without a password", name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadArchive(address, "members stored or deflated", f"{name}, {info.compress_type}")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BadArchive(address, "plain files inside the zip", f"{name}, a link or device")


def _check_places(address: str, listed: list[zipfile.ZipInfo], end: int) -> None:
    """Members lie one after the other from the first byte on: no overlap, no zip inside a rest.

    A zip cut after a stored inner zip would otherwise read as that inner zip.
    """
    ordered = sorted(listed, key=lambda info: info.header_offset)
    if ordered[0].header_offset != 0:
        raise BadArchive(address, "a zip that starts with its first member", "other bytes first")
    starts = [info.header_offset for info in ordered[1:]] + [end]
    for info, limit in zip(ordered, starts, strict=True):
        if info.header_offset + HEADER + info.compress_size > limit:
            raise BadArchive(address, "members that do not overlap", info.filename)


def _read(address: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            content = file.read(info.file_size + 1)
    except FetchError:
        raise
    except PROBLEMS as problem:
        raise BadArchive(address, f"a sound member {info.filename}", problem) from problem
    if len(content) != info.file_size:
        found = f"{len(content)} bytes"
        raise BadArchive(address, f"{info.file_size} bytes in {info.filename}", found)
    return content
