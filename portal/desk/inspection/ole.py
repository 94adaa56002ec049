"""Containers before 2007: what streams they hold, and the kinds of document in them."""

import struct

import olefile

from portal.desk.inspection import biff, messages, properties
from portal.desk.inspection.buried import plain_text
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import MB, Refused

_MACROS = ("vba", "_vba_project_cur", "_vba_project", "macros", "project", "projectwm")
_PIVOT = ("_sx_db_cur", "_sx_db")
_EMBEDDED = ("mbd", "objectpool", "\x01ole10native", "package")
_HARMLESS = {
    "workbook", "book", "\x05summaryinformation", "\x05documentsummaryinformation", "\x01compobj",
    "\x01ole", "worddocument", "1table", "0table", "data", "\x03objinfo",
}  # fmt: skip


def read(content: bytes, report: Report) -> None:
    """Inspect an OLE container; encrypted and macro documents are refused."""
    try:
        container = olefile.OleFileIO(content)
        entries = container.listdir(streams=True, storages=True)
    except Exception as problem:
        raise Refused("corrupt", "container") from problem
    first = {entry[0].casefold() for entry in entries}
    if len(entries) > report.limits.members:
        raise Refused("expansion_bomb", "streams")
    if "encryptedpackage" in first or "encryptioninfo" in first:
        raise Refused("encrypted", "container")
    if "__properties_version1.0" in first:
        messages.outlook(container, entries, report)
        return
    _streams(container, entries, report)
    _summary(container, report)
    workbook = next((e for e in entries if e[0].casefold() in ("workbook", "book")), None)
    if workbook is not None:
        biff.read(_stream(container, workbook), content, report)
    elif "worddocument" in first:
        _old_letter(_stream(container, ["WordDocument"]), report)
    else:
        raise Refused("unsupported", "container")


def _stream(container: olefile.OleFileIO, entry: list[str]) -> bytes:
    try:
        if container.get_size(entry) > 64 * MB:
            raise Refused("expansion_bomb", "stream")
        with container.openstream(entry) as stream:
            return stream.read()
    except (OSError, ValueError) as problem:
        raise Refused("corrupt", "stream") from problem


def _streams(container: olefile.OleFileIO, entries: list[list[str]], report: Report) -> None:
    for number, entry in enumerate(entries, 1):
        names = [name.casefold() for name in entry]
        place = f"stream {number}"
        if any(name in _MACROS for name in names):
            report.add("macro_vba", place)
        elif names[0] in _PIVOT:
            report.hidden("pivot_cache", place, _readable(container, entry))
        elif any(name.startswith(_EMBEDDED) for name in names):
            report.hidden("embedded_object", place, _readable(container, entry))
        elif names[0] in ("user names", "revision log"):
            report.hidden("tracked_change", place, _readable(container, entry))
        elif names[0] in ("msodatastore", "ctls", "xml", "customxml"):
            report.hidden("custom_xml", place, _readable(container, entry))
        elif names[0] == "\x01sh33tj5" and container.get_size(entry) <= 8:
            continue  # a library's mark: four bytes
        elif names[0] not in _HARMLESS:
            report.hidden("unknown_part", place, _readable(container, entry))


def _readable(container: olefile.OleFileIO, entry: list[str]) -> str:
    if container.get_type(entry) != olefile.STGTY_STREAM:
        return ""
    return plain_text(_stream(container, entry)[:MB])


def _summary(container: olefile.OleFileIO, report: Report) -> None:
    try:
        metadata = container.get_metadata()
    except Exception:
        report.add("doc_properties", "document properties")
        return
    for name in (
        "author", "last_saved_by", "title", "subject", "keywords", "comments", "manager",
        "company", "category",
    ):  # fmt: skip
        value = getattr(metadata, name, None)
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value or "")
        properties.note(report, "document properties", name, text.strip("\0 "))


def _old_letter(stream: bytes, report: Report) -> None:
    """Look at the head of an old Word file; its text waits for a person."""
    if len(stream) < 32:
        raise Refused("corrupt", "document")
    flags = struct.unpack("<H", stream[10:12])[0]
    if flags & 0x0100:
        raise Refused("encrypted", "document")
    report.hidden("unreadable_format", "document", plain_text(stream))
