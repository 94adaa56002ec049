"""Zip and gzip of documents: each member is inspected as a document of its own."""

import zlib
from collections.abc import Callable

from portal.desk.inspection import kinds
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.zips import Package

Read = Callable[[bytes, str, Report], str]
_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


def read(package: Package, inner: Read) -> None:
    """Inspect the documents of an archive; an archive in an archive is refused."""
    for name in package.names():
        content = package.read(name)
        place = package.number(name).replace("part", "member")
        if is_litter(name):
            package.report.hidden("unknown_part", place, content[:100_000].decode("latin-1"))
            continue
        if kinds.true_kind(content) in ("zip", "gzip", "archive"):
            raise Refused("zip_nested", place)
        package.report.personal(place, name.replace("_", " "))
        inner(content, name, package.report.inside(place))
    if not package.names():
        raise Refused("corrupt", "empty archive")


def is_litter(name: str) -> bool:
    """Tell what an operating system leaves in archives from what a person put there."""
    return any(word in name.casefold() for word in _LITTER)


def gunzip(content: bytes, report: Report, limit: int) -> bytes:
    """Return what a gzip holds; its length and checksum must be right, and nothing follow."""
    if len(content) > 10 and content[3] & 0x1C:
        # a name, a remark, or fields of a program's own
        head = content[10:1_024].split(b"\0")
        report.personal("gzip header", b" ".join(head[:2]).decode("latin-1"))
        if content[3] & 0x14:
            report.hidden("zip_comment", "gzip header", b" ".join(head[:3]).decode("latin-1"))
    engine = zlib.decompressobj(wbits=31)
    try:
        inflated = engine.decompress(content, limit + 1)
    except zlib.error as problem:
        raise Refused("corrupt", "gzip") from problem
    ratio = len(inflated) / max(1, len(content))
    too_dense = len(inflated) > report.limits.ratio_from and ratio > report.limits.ratio
    if len(inflated) > limit or too_dense:
        raise Refused("zip_bomb", "gzip")
    if not engine.eof:
        raise Refused("truncated", "gzip")
    if engine.unused_data.strip(b"\0"):
        report.add("trailing_data", "bytes after the gzip")
    if kinds.true_kind(inflated) in ("zip", "gzip", "archive"):
        raise Refused("zip_nested", "gzip")
    return inflated
