"""Opening a zip without trusting it: every trick is a refusal, every read has its limit."""

import io
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused

ENDS = b"PK\x05\x06"
LOCAL = b"PK\x03\x04"


@dataclass(slots=True)
class Package:
    """The members of an opened zip; each is read once, within the limits."""

    opened: zipfile.ZipFile
    report: Report
    members: dict[str, zipfile.ZipInfo]
    taken: dict[str, bytes] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Names of members that are files."""
        return list(self.members)

    def number(self, name: str) -> str:
        """Return a member's place without its name, which may be what must not get out."""
        return f"part {list(self.members).index(name) + 1}"

    def read(self, name: str) -> bytes:
        """Return a member's bytes; raises Refused when it is larger or other than it says."""
        if name in self.taken:
            return self.taken[name]
        info = self.members[name]
        try:
            with self.opened.open(info) as member:
                content = member.read(self.report.limits.part + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as problem:
            raise Refused("corrupt", self.number(name)) from problem
        except (RuntimeError, NotImplementedError) as problem:
            raise Refused("encrypted", self.number(name)) from problem
        self._check_size(info, len(content))
        if len(content) < 4_000_000:
            self.taken[name] = content
        return content

    def _check_size(self, info: zipfile.ZipInfo, size: int) -> None:
        limits = self.report.limits
        if size > limits.part or (_ratio(info, size) > limits.ratio and size > limits.ratio_from):
            raise Refused("zip_bomb", self.number(info.filename))
        self.report.spent["inflated"] += size
        if self.report.spent["inflated"] > limits.inflated:
            raise Refused("zip_bomb", "all parts")


def _ratio(info: zipfile.ZipInfo, size: int) -> float:
    return size / max(1, info.compress_size)


def open_zip(content: bytes, report: Report) -> Package:
    """Open a zip after looking at its directory; raises Refused for each trick we know."""
    try:
        opened = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as problem:
        if content.startswith(LOCAL) and ENDS not in content[-70_000:]:
            report.add("truncated", "package")
        raise Refused("corrupt", "package") from problem
    infos = opened.infolist()
    if len(infos) > report.limits.members:
        raise Refused("zip_bomb", "number of members")
    _refuse_names(infos)
    _refuse_members(infos, content, report)
    _hidden_bytes(opened, infos, content, report)
    files = {info.filename: info for info in infos if not info.is_dir()}
    return Package(opened, report, files)


def _refuse_names(infos: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for number, info in enumerate(infos, 1):
        name = info.orig_filename.replace("\\", "/")
        place = f"member {number}"
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise Refused("zip_slip", place)
        if "\0" in name or "\\" in info.orig_filename:
            raise Refused("zip_slip", place)
        key = name.casefold().rstrip("/")
        if key in seen:
            raise Refused("zip_duplicate_member", place)
        seen.add(key)


def _refuse_members(infos: list[zipfile.ZipInfo], content: bytes, report: Report) -> None:
    total, end = 0, 0
    for number, info in enumerate(sorted(infos, key=lambda info: info.header_offset), 1):
        place = f"member {number}"
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Refused("zip_symlink", place)
        if info.flag_bits & 0x41:
            raise Refused("encrypted", place)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("unsupported", place)
        if info.header_offset < end:
            raise Refused("zip_bomb", f"{place} overlaps")
        end = info.header_offset + 30 + info.compress_size
        total += info.file_size
        big = info.file_size > report.limits.ratio_from
        if big and _ratio(info, info.file_size) > report.limits.ratio:
            raise Refused("zip_bomb", place)
    if total > report.limits.inflated:
        raise Refused("zip_bomb", "all members")


def _hidden_bytes(
    opened: zipfile.ZipFile, infos: list[zipfile.ZipInfo], content: bytes, report: Report
) -> None:
    """Find what a zip carries beside its listed members: comments, bytes before, lost members."""
    if opened.comment:
        report.hidden("zip_comment", "archive comment", opened.comment.decode("latin-1"))
    for number, info in enumerate(infos, 1):
        if info.comment:
            comment = info.comment.decode("latin-1")
            report.hidden("zip_comment", f"comment of member {number}", comment)
    starts = sorted(info.header_offset for info in infos)
    first = starts[0] if starts else content.find(ENDS)
    if first > 0:
        report.add("polyglot", "bytes before the archive")
    _unaccounted(infos, content, report)
    listed = set(starts)
    taken = [(i.header_offset, i.header_offset + 30 + i.compress_size) for i in infos]
    for found in re.finditer(re.escape(LOCAL), content):
        at = found.start()
        if at not in listed and not any(low <= at < high + 600 for low, high in taken):
            report.add("zip_hidden_member", "bytes between members")
    end = content.rfind(ENDS)
    if end >= 0 and len(content) > end + 22 + len(opened.comment):
        report.add("trailing_data", "bytes after the archive")


# extra fields of zip writers: times, owners, wide sizes, names in Unicode, a mark of Java
_EXTRAS = {0x0001, 0x000A, 0x000D, 0x5455, 0x5855, 0x7855, 0x7875, 0x7075, 0x6375, 0x7865}
_ROOM = 0xA220  # room left by an office program: two words, then noughts
_MARK = 0xCAFE


def _unaccounted(infos: list[zipfile.ZipInfo], content: bytes, report: Report) -> None:
    """Find bytes that belong to no member, and extra fields that no zip writer needs."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    limits = [*(info.header_offset for info in ordered[1:]), _directory(content)]
    for number, (info, limit) in enumerate(zip(ordered, limits, strict=True), 1):
        head = content[info.header_offset : info.header_offset + 30]
        if len(head) < 30 or head[:4] != LOCAL:
            continue
        named, more = struct.unpack("<HH", head[26:30])
        at = info.header_offset + 30 + named
        for extra in (info.extra, content[at : at + more]):
            if _says_something(extra):
                report.hidden("zip_extra", f"member {number}", extra.decode("latin-1"))
                break
        rest = content[at + more + info.compress_size : limit]
        if info.flag_bits & 8:
            rest = _after_sizes(rest)
        if rest.strip(b"\0"):
            report.hidden("zip_hidden_member", "bytes between members", rest.decode("latin-1"))


def _directory(content: bytes) -> int:
    """Return where the directory of the archive begins."""
    end = content.rfind(ENDS)
    if end < 0 or end + 22 > len(content):
        return len(content)
    size, at = struct.unpack_from("<II", content, end + 12)
    return int(at) if at != 0xFFFFFFFF else max(0, end - int(size))


def _after_sizes(rest: bytes) -> bytes:
    """Drop the sizes that a writer who streams puts after a member."""
    signed = 4 if rest.startswith(b"PK\x07\x08") else 0
    for size in (12 + signed, 20 + signed):
        if len(rest) == size or not rest[size:].strip(b"\0"):
            return b""
    return rest


def _says_something(extra: bytes) -> bool:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        room = kind == _ROOM and not body[4:].strip(b"\0")
        if not (kind in _EXTRAS or room or (kind == _MARK and not body)) or size > 4_096:
            return True
        at += 4 + size
    return bool(extra[at:].strip(b"\0"))
