"""Zip files that may be opened: whole, each name once and inside, nothing that inflates too far."""

import io
import posixpath
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from portal.core.errors import BadArchive, TooLarge, Truncated

END, LISTED = b"PK\x05\x06", b"PK\x01\x02"
MANY = 0xFFFF  # the count stands elsewhere, in a zip of the 64-bit kind
HEADER = 30  # bytes before a member's name
# What zipfile raises for damaged, encrypted or odd archives.
PROBLEMS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError,
    ValueError, RuntimeError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much a zip may hold. The defaults fit every publisher we know with room to spare."""

    decoded: int = 200_000_000  # bytes once unpacked, all members together
    ratio: int = 200  # unpacked to packed; spreadsheets stay below 50, a bomb has 1000
    ratio_from: int = 1_000_000  # below this many unpacked bytes no ratio is looked at
    members: int = 5_000  # files in one zip


USUAL = Sizes()


@contextmanager
def opened(content: bytes, address: str = "", sizes: Sizes = USUAL) -> Iterator[zipfile.ZipFile]:
    """Open a zip once its list of members is checked; none is unpacked.

    Raises a FetchError (BadArchive, Truncated, TooLarge), also for what goes wrong while inside.
    """
    with _opened(address, content, sizes) as archive:
        try:
            _check_directory(address, content, archive, sizes)
            yield archive
        except PROBLEMS as problem:
            raise BadArchive(address, "a zip that can be read", problem) from problem


def check_zip(address: str, content: bytes, sizes: Sizes = USUAL) -> set[str]:
    """Check a zip wholly, each member's checksum too; returns the names inside."""
    with opened(content, address, sizes) as archive:
        listed = archive.infolist()
        for info in listed:
            read(archive, info, address)
    return {info.filename for info in listed}


def read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, address: str = "") -> bytes:
    """Return one member, which must be as long as the list says; its checksum is compared."""
    try:
        with archive.open(info) as file:
            content = file.read(info.file_size + 1)
    except PROBLEMS as problem:
        raise BadArchive(address, f"a sound member {info.filename}", problem) from problem
    if len(content) != info.file_size:
        found = f"{len(content)} bytes"
        raise BadArchive(address, f"{info.file_size} bytes in {info.filename}", found)
    return content


def check_inflation(address: str, packed: int, unpacked: int, sizes: Sizes) -> None:
    """Refuse what unpacks to too many bytes, or to suspiciously many for its size."""
    if unpacked > sizes.decoded:
        raise TooLarge(address, f"at most {sizes.decoded} bytes unpacked", "more")
    if unpacked > sizes.ratio_from and unpacked > packed * sizes.ratio:
        raise TooLarge(address, f"at most {sizes.ratio}:1 unpacked", f"{unpacked} from {packed}")


def _check_directory(address: str, content: bytes, archive: zipfile.ZipFile, sizes: Sizes) -> None:
    listed = archive.infolist()
    at = content.rfind(END)
    promised = int.from_bytes(content[at + 10 : at + 12], "little")
    # zipfile itself does not compare; a list cut short would lose members in silence.
    if not listed or promised not in (len(listed), MANY):
        raise BadArchive(address, f"{promised} members as its end record says", len(listed))
    names = set()
    for info in listed:
        _check_member(address, info)
        check_inflation(address, info.compress_size, info.file_size, sizes)
        name = _plain(info.filename)
        if name in names:
            raise BadArchive(address, "each member name once", f"{name} twice")
        names.add(name)
    check_inflation(address, len(content), sum(info.file_size for info in listed), sizes)
    _check_places(address, listed, archive.start_dir)


def _plain(name: str) -> str:
    """One spelling for a name, so that `a.csv` and `./a.csv` are seen to be the same."""
    return posixpath.normpath(unicodedata.normalize("NFC", name.replace("\\", "/")))


def _opened(address: str, content: bytes, sizes: Sizes) -> zipfile.ZipFile:
    if not content.startswith(b"PK\x03\x04"):
        raise BadArchive(address, "a zip that starts with its first member", content[:20])
    at = content.rfind(END)
    if at < 0 or len(content) - at < 22:
        raise Truncated(address, "a zip with its end record", f"{len(content)} bytes without one")
    if at + 22 + int.from_bytes(content[at + 20 : at + 22], "little") != len(content):
        raise Truncated(address, "a zip that ends with its end record", "other bytes at its end")
    if (count := content.count(LISTED)) > sizes.members:
        raise BadArchive(address, f"at most {sizes.members} members", count)
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
