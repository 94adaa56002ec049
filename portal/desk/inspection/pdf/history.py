"""What a PDF keeps of its past: earlier revisions, and objects that nothing leads to."""

import re
from decimal import Decimal

import pikepdf

from portal.desk.inspection.findings import Report
from portal.desk.inspection.pdf import pages
from portal.desk.inspection.pdf.objects import Reached

_ENDING = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
_OBJECT = re.compile(rb"(?<!\d)(\d{1,7})\s+(\d{1,5})\s+obj\b")
_SHOWS = re.compile(rb"(?:\)|>|\])\s*T[jJ]\b")
_FORMAL = {"/XRef", "/ObjStm", "/Font", "/FontDescriptor", "/ExtGState", "/Metadata", "/Encoding"}


def revisions(content: bytes, texts: list[str], report: Report) -> None:
    """Note earlier revisions kept in the file, and identifiers that only they show."""
    ends = [found.end() for found in _ENDING.finditer(content) if found[1] != b"0"]
    if len(ends) < 2:
        return
    now = set("\n".join(texts).split())
    lost = []
    for end in ends[:-1][-5:]:
        words = pages.all_text(content[:end])
        lost += [line for line in words.splitlines() if set(line.split()) - now]
    report.hidden("incremental_update", "document", "\n".join(lost), len(ends) - 1)


def lost_objects(document: pikepdf.Pdf, reached: Reached, content: bytes, report: Report) -> None:
    """Note objects with text or pictures that are in the file but in no page."""
    listed = set()
    for item in document.objects:
        try:
            key = item.objgen
        except (AttributeError, ValueError):
            continue
        listed.add(key)
        if key not in reached:
            _lost(item, report)
    if b"/Linearized" in content[:2_048]:
        return
    written = {(int(a), int(b)) for a, b in _OBJECT.findall(content)}
    streams = {key for key, item in reached.items() if isinstance(item, pikepdf.Stream)}
    forgotten = {
        key
        for key in written - listed - set(reached)
        # plain figures, such as the length of a stream, are listed under no number of their own
        if key[0] > 0 and not _is_plain(document, key)
    }
    if forgotten and not _inside_streams(content, forgotten, len(streams)):
        report.add("unreferenced_object", "document", len(forgotten))


def _is_plain(document: pikepdf.Pdf, key: tuple[int, int]) -> bool:
    """Tell whether the document itself knows an object by this number."""
    try:
        return isinstance(document.get_object(key), int | bool | Decimal)
    except (pikepdf.PdfError, ValueError, TypeError, OverflowError):
        return False


def _lost(item: pikepdf.Object, report: Report) -> None:
    if isinstance(item, pikepdf.Stream):
        if str(item.get("/Type", "")) in _FORMAL:
            return
        try:
            body = item.read_bytes()[:2_000_000]
        except pikepdf.PdfError:
            body = b""
        if str(item.get("/Subtype", "")) == "/Image":
            report.add("unreferenced_object", "picture")
        elif _SHOWS.search(body):
            text = b" ".join(re.findall(rb"\(([^()]{1,400})\)", body)).decode("latin-1")
            report.hidden("unreferenced_object", "content", text)
        elif str(item.get("/Type", "")) == "/EmbeddedFile":
            report.hidden("unreferenced_object", "embedded file", body.decode("latin-1"))
    elif isinstance(item, pikepdf.Dictionary):
        if str(item.get("/Type", "")) in _FORMAL or "/Linearized" in item:
            return
        texts = [str(v) for v in item.values() if isinstance(v, pikepdf.String) and len(str(v)) > 3]
        if "/Contents" in item or "/Rect" in item or "/Author" in item or texts:
            report.hidden("unreferenced_object", "dictionary", "\n".join(texts))
    elif isinstance(item, pikepdf.String) and len(str(item)) > 3:
        report.hidden("unreferenced_object", "text", str(item))


def _inside_streams(content: bytes, forgotten: set[tuple[int, int]], streams: int) -> bool:
    """Tell whether the leftover objects stand inside streams, where they are mere text."""
    del streams
    for number, generation in list(forgotten)[:20]:
        pattern = rb"(?<!\d)%d\s+%d\s+obj\b" % (number, generation)
        for found in re.finditer(pattern, content):
            before = content[: found.start()]
            if before.rfind(b"endstream") >= before.rfind(b"stream\n") - 3:
                return False
    return True
