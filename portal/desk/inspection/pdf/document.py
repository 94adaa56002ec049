"""One PDF from its bytes to its findings."""

import io
from collections.abc import Callable

import pikepdf

from portal.desk.inspection.buried import text_of
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.pdf import history, ledger, objects, pages, streams, strings

Read = Callable[[bytes, str, Report], str]
_DAMAGE = ("damaged", "can't find", "reconstruct", "expected", "loop", "not found", "invalid")


def read(content: bytes, report: Report, inner: Read) -> None:
    """Inspect a PDF: bytes, objects, then its rendered pages."""
    _ends(content, report)
    document = _open(content)
    with document:
        total = _pages(document, report)
        report.spend("pages", total, report.limits.pages)
        if document.is_encrypted:
            report.add("restricted", "document", 1, "accept_with_findings")
        reached = objects.walk(document, report)
        streams.bounded(reached, report)
        streams.expansions(document, report)
        objects.judge(reached, report)
        attached = objects.attachments(reached)
        history.lost_objects(document, reached, content, report)
        texts = pages.read(content, report)
        strings.compare(reached, document, content, texts, report)
        ledger.judge(reached, document, " ".join(texts), report)
        _attached(attached, report, inner)
    history.revisions(content, texts, report)


def _ends(content: bytes, report: Report) -> None:
    """Look at the first and the last bytes: what stands before, after, or is cut off."""
    start = content.find(b"%PDF-")
    if start > 0 and content[:start].strip():
        report.hidden("polyglot", "bytes before the document", text_of(content[:start]))
    tail = content[-2_048:]
    if b"startxref" not in tail or b"%%EOF" not in tail:
        report.add("truncated" if b"%%EOF" not in tail else "corrupt", "end of document")
        raise Refused("corrupt", "end of document")
    rest = content[content.rfind(b"%%EOF") + 5 :]
    if rest.strip():
        report.hidden("trailing_data", "bytes after the document", text_of(rest))
    end = content.rfind(b"PK\x05\x06")
    if end >= 0 and _is_directory(content, end):
        report.hidden("polyglot", "archive inside the document", text_of(_archive(content)))


def _is_directory(content: bytes, end: int) -> bool:
    if len(content) < end + 22:
        return False
    size = int.from_bytes(content[end + 12 : end + 16], "little")
    return content[max(0, end - size) : end][:4] == b"PK\x01\x02"


def _archive(content: bytes) -> bytes:
    """Return the bytes so that they open as the zip they are too."""
    return content if content.startswith(b"PK") else b"PK" + content


def _open(content: bytes) -> pikepdf.Pdf:
    try:
        document = pikepdf.open(io.BytesIO(content), suppress_warnings=True)
    except pikepdf.PasswordError as problem:
        raise Refused("encrypted", "document") from problem
    except Exception as problem:
        raise Refused("corrupt", "document") from problem
    return document


def _pages(document: pikepdf.Pdf, report: Report) -> int:
    try:
        total = len(document.pages)
        if "/Pages" not in document.Root:
            raise Refused("corrupt", "pages")
    except (pikepdf.PdfError, RuntimeError, ValueError, AttributeError) as problem:
        raise Refused("corrupt", "pages") from problem
    warnings = [str(warning).casefold() for warning in document.get_warnings()]
    # a trailer that counts one object too many is what editors leave everywhere
    warnings = [w for w in warnings if "reported number of objects" not in w]
    if any(word in warning for warning in warnings for word in _DAMAGE[:3]):
        raise Refused("corrupt", "document")
    if warnings:
        report.add("corrupt", "document", len(warnings), "quarantine")
    if not total:
        raise Refused("corrupt", "no pages")
    return total


def _attached(files: list[tuple[str, bytes]], report: Report, inner: Read) -> None:
    """Inspect each embedded file; a bad one makes the document wait, its own limits hold."""
    for number, (name, content) in enumerate(files[:50], 1):
        place = f"attachment {number}"
        report.hidden("attachment", place, text_of(content))
        apart = report.inside(place)
        apart.counted, apart.tables = type(report.counted)(), []
        inner(content, name, apart)
        for (kind, where, outcome), count in apart.counted.items():
            kept = "quarantine" if outcome == "reject" else outcome
            report.counted[kind, where, kept] += count
