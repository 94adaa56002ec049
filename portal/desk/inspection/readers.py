"""Which reader inspects which kind of document, and the verdict over all findings."""

import hashlib
import sys

from portal.desk.inspection import (
    archives,
    binary_sheets,
    figures,
    html,
    images,
    kinds,
    messages,
    ole,
    opendocument,
    slides,
    tabular,
    word,
    workbook,
)
from portal.desk.inspection.findings import Finding, Inspection, Report, worst
from portal.desk.inspection.limits import LIMITS, Limits, Refused
from portal.desk.inspection.pdf import document as pdf
from portal.desk.inspection.tables import Table
from portal.desk.inspection.zips import open_zip

_IMAGES = {"jpeg", "png", "gif", "tiff", "bmp", "webp"}
_PACKAGES = {
    "xlsx": workbook.read,
    "docx": word.read,
    "xlsb": binary_sheets.read,
    "pptx": slides.read,
    "ods": opendocument.read,
    "odt": opendocument.read,
    "odp": opendocument.read,
}


def read(content: bytes, name: str, report: Report) -> str:
    """Read one document into the report, whatever it is; returns its true kind."""
    kind = kinds.true_kind(content)
    outcome = kinds.mislabelled(kind, name)
    if outcome:
        report.add("wrong_extension", "document", 1, outcome)
    first = len(report.tables)
    try:
        if len(content) > report.limits.size:
            raise Refused("too_large")
        _by_kind(kind, content, name, report)
    except Refused as refusal:
        report.add(refusal.kind, refusal.place, 1, "reject")
    except (MemoryError, RecursionError):
        report.add("expansion_bomb", "memory", 1, "reject")
    except Exception:
        # a reader that stumbles has proved nothing: never "no findings"
        report.add("corrupt", "document", 1, "reject")
    report.tables[first:] = [
        Table(
            f"{report.place}, {table.place}" if report.place else table.place,
            table.cells,
            table.prose,
        )
        for table in report.tables[first:]
    ]
    return kind


def _by_kind(kind: str, content: bytes, name: str, report: Report) -> None:
    if kind in _PACKAGES:
        _PACKAGES[kind](open_zip(content, report))
    elif kind == "zip":
        _zip(content, name, report)
    elif kind == "gzip":
        inner = archives.gunzip(content, report, report.limits.size)
        read(inner, name.removesuffix(".gz"), report)
    elif kind in ("xls", "doc", "msg", "ole"):
        ole.read(content, report)
    elif kind == "pdf":
        pdf.read(content, report, read)
    elif kind == "html":
        html.read(tabular.decode(content, report), report)
    elif kind == "csv":
        tabular.read(tabular.decode(content, report), report)
    elif kind == "eml":
        messages.read(content, report, read)
    elif kind in _IMAGES:
        images.read(content, report)
    else:
        _refuse(kind, content, report)


def _zip(content: bytes, name: str, report: Report) -> None:
    package = open_zip(content, report)
    if kinds.ending(name) in kinds.SHEETS | kinds.LETTERS:
        # an office document without its main part is a damaged one, not an archive
        raise Refused("corrupt", "package")
    archives.read(package, read)


def _refuse(kind: str, content: bytes, report: Report) -> None:
    if kind == "empty" or kind == "unknown":
        raise Refused("corrupt")
    if kind == "xml":
        small = content[:200_000].lower()
        if (b"<!doctype" in small and b"[" in small) or b"<!entity" in small:
            report.add("xml_dtd", "document")
        if b"<script" in small or b"onload" in small or b"javascript:" in small:
            report.add("active_content", "document")
    if kind == "program":
        report.add("active_content", "document")
    raise Refused("unsupported")


def look(content: bytes, name: str, limits: Limits = LIMITS) -> tuple[Inspection, list[Table]]:
    """Inspect a document and return what may be said of it, and what a reader of it sees."""
    report = Report(limits)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 1_000))
    kind = read(content, name, report)
    tables = []
    refused = any(outcome == "reject" for _, _, outcome in report.counted)
    for table in [] if refused else report.tables:
        try:
            tables.append(figures.judge(table, report))
            report.tick()
        except Refused as refusal:
            report.add(refusal.kind, refusal.place, 1, "reject")
    findings = report.findings()
    verdict = worst(finding.outcome for finding in findings)
    inspection = Inspection(
        kind, verdict, findings, len(content), hashlib.sha256(content).hexdigest()
    )
    return inspection, [] if verdict == "reject" else tables


def failed(content: bytes, kind: str, place: str, outcome: str) -> Inspection:
    """Return the inspection of a document whose reader did not come back."""
    finding = Finding(kind, place, 1, outcome)
    digest = hashlib.sha256(content).hexdigest()
    return Inspection("unknown", outcome, (finding,), len(content), digest)
