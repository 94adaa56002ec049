"""Streams of a PDF: how large they become, before anything is rendered."""

import re
import zlib

import pikepdf

from portal.desk.inspection import images
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused

_STATES = re.compile(rb"(?<![^\s\[\]<>()/{}%])([qQ])(?![^\s\[\]<>()/{}%])")
_CALLS = re.compile(rb"/([^\s/\[\]<>(){}%]{1,127})\s+Do\b")
MOST_PAINTED = 20_000


def bounded(reached: dict[tuple[int, int], pikepdf.Object], report: Report) -> None:
    """Refuse streams that inflate without measure, and pictures of too many pixels."""
    for item in reached.values():
        if not isinstance(item, pikepdf.Stream):
            continue
        report.tick()
        subtype = str(item.get("/Subtype", ""))
        if subtype == "/Image":
            _picture(item, report)
        size = inflated_size(item, report.limits.part)
        report.spent["inflated"] += size
        if size > report.limits.part or report.spent["inflated"] > report.limits.inflated:
            raise Refused("expansion_bomb", "stream")


def _picture(item: pikepdf.Stream, report: Report) -> None:
    wide, high = (int(item.get(key, 0)) for key in ("/Width", "/Height"))
    if wide * high > report.limits.pixels:
        raise Refused("expansion_bomb", "picture")
    if "/DCTDecode" in str(item.get("/Filter", "")) or "/JPXDecode" in str(item.get("/Filter", "")):
        images.metadata(item.read_raw_bytes(), "picture", report)


def inflated_size(item: pikepdf.Stream, most: int) -> int:
    """Return how large a deflated stream becomes, counting no further than `most`."""
    content = item.read_raw_bytes()
    filters = str(item.get("/Filter", ""))
    for _ in range(max(1, filters.count("/FlateDecode"))):
        if "/FlateDecode" not in filters:
            return len(content)
        engine, total, pending = zlib.decompressobj(), 0, content
        kept = b""
        try:
            while pending and total <= most:
                piece = engine.decompress(pending, 1_000_000)
                total += len(piece)
                kept += piece if len(kept) < 4_000_000 else b""
                pending = engine.unconsumed_tail
        except zlib.error:
            return max(total, len(content))
        if total > most or filters.count("/FlateDecode") == 1:
            return total
        content = kept
    return len(content)


def expansions(document: pikepdf.Pdf, report: Report) -> None:
    """Refuse pages whose drawing nests or repeats without measure."""
    known: dict[tuple[int, int], int] = {}
    for number, page in enumerate(document.pages, 1):
        content = _content(page.obj, report, number)
        _depth(content, report, number)
        if _painted(content, page.obj.get("/Resources", {}), known, report, ()) > MOST_PAINTED:
            raise Refused("expansion_bomb", f"page {number}, forms")


def _content(page: pikepdf.Object, report: Report, number: int) -> bytes:
    contents = page.get("/Contents")
    if contents is None:
        return b""
    pieces = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    joined = []
    for piece in pieces:
        if isinstance(piece, pikepdf.Stream):
            joined.append(_decoded(piece, report))
    whole = b"\n".join(joined)
    if len(whole) > report.limits.content_stream:
        raise Refused("expansion_bomb", f"page {number}, content")
    return whole


def _decoded(item: pikepdf.Stream, report: Report) -> bytes:
    if inflated_size(item, report.limits.content_stream) > report.limits.content_stream:
        raise Refused("expansion_bomb", "content")
    try:
        return item.read_bytes()
    except pikepdf.PdfError as problem:
        raise Refused("corrupt", "content") from problem


def _depth(content: bytes, report: Report, number: int) -> None:
    deep = 0
    for found in _STATES.finditer(content):
        deep += 1 if found[1] == b"q" else -1
        if deep > report.limits.graphics_states:
            raise Refused("expansion_bomb", f"page {number}, graphics states")


def _painted(
    content: bytes,
    resources: pikepdf.Object,
    known: dict[tuple[int, int], int],
    report: Report,
    above: tuple[tuple[int, int], ...],
) -> int:
    """Count how many forms a content paints in all, however they call each other."""
    total = 1
    forms = resources.get("/XObject", {}) if hasattr(resources, "get") else {}
    for call in _CALLS.findall(content):
        form = forms.get("/" + call.decode("latin-1")) if hasattr(forms, "get") else None
        if not isinstance(form, pikepdf.Stream) or form.get("/Subtype") != "/Form":
            continue
        key = form.objgen
        if key in above or len(above) > 40:
            raise Refused("expansion_bomb", "forms that paint themselves")
        if key not in known:
            inside = _decoded(form, report)
            _depth(inside, report, 0)
            known[key] = _painted(
                inside, form.get("/Resources", resources), known, report, (*above, key)
            )
        total += known[key]
        if total > MOST_PAINTED:
            return total
    return total
