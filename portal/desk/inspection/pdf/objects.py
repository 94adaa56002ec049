"""The objects of a PDF that are reached from its trailer, and what each kind means."""

from collections.abc import Iterator

import pikepdf

from portal.desk.inspection import ordinary, properties
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused

Reached = dict[tuple[int, int], pikepdf.Object]
MOST_OBJECTS = 400_000
_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "active_content",
    "/SubmitForm": "external_reference",
    "/ImportData": "external_reference",
    "/GoToR": "external_reference",
    "/GoToE": "embedded_object",
    "/Thread": "external_reference",
    "/Rendition": "active_content",
    "/RichMediaExecute": "active_content",
    "/Sound": "active_content",
    "/Movie": "active_content",
    "/Hide": "active_content",
    "/SetOCGState": "layer",
    "/GoTo3DView": "active_content",
}
_MARKS = {
    "/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight",
    "/Underline", "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Watermark",
    "/PrinterMark", "/TrapNet", "/Projection", "/Redact",
}  # fmt: skip
_MEDIA = {"/FileAttachment", "/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"}
_OWN_INFO = {
    "/Creator", "/Producer", "/CreationDate", "/ModDate", "/Trapped", "/PTEX.Fullbanner",
}  # fmt: skip


def walk(document: pikepdf.Pdf, report: Report) -> Reached:
    """Return every indirect object that the trailer leads to, and the trailer as (0, 0)."""
    reached: Reached = {}
    open_ends: list[tuple[pikepdf.Object, int]] = [(document.trailer, 0)]
    loose = 0
    while open_ends:
        item, depth = open_ends.pop()
        key = item.objgen if item.is_indirect else (0, 0) if depth == 0 else None
        if key is not None:
            if key in reached:
                continue
            reached[key] = item
        loose += 1
        if loose > MOST_OBJECTS * 5 or len(reached) > MOST_OBJECTS or depth > 5_000:
            raise Refused("expansion_bomb", "objects")
        if loose % 5_000 == 0:
            report.tick()
        open_ends.extend((child, depth + 1) for child in _children(item))
    return reached


def _children(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    if isinstance(item, pikepdf.Array):
        values = list(item)  # type: ignore[call-overload]
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        values = [item.get(key) for key in item]
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Array | pikepdf.Dictionary | pikepdf.Stream):
            yield value


def dictionaries(reached: Reached) -> Iterator[pikepdf.Object]:
    """Yield every dictionary and stream, those that stand directly inside others too."""
    for top in reached.values():
        stack = [top]
        while stack:
            item = stack.pop()
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                yield item
            stack.extend(child for child in _children(item) if not child.is_indirect)


def judge(reached: Reached, report: Report) -> None:
    """Note actions, annotations, forms, layers, media, metadata and private data."""
    for item in dictionaries(reached):
        kind = _ACTIONS.get(_name(item, "/S"))
        if kind and ("/Type" not in item or _name(item, "/Type") == "/Action"):
            report.add(kind, "action")
        if "/JS" in item:
            report.add("javascript", "action")
        if _name(item, "/S") == "/URI":
            report.personal("link", _text(item, "/URI"))
        if "/Subtype" in item and "/Rect" in item:
            _annotation(item, report)
        if "/FT" in item or "/XFA" in item:
            _field(item, report)
        if "/PieceInfo" in item:
            report.add("private_data", "document")
        if "/Thumb" in item and _name(item, "/Type") == "/Page":
            report.add("thumbnail", "page")
        if "/OCGs" in item and "/D" in item:
            _layers(item, report)
        if _name(item, "/Type") == "/Metadata" and isinstance(item, pikepdf.Stream):
            _metadata(item, report)
        if "/RichMediaContent" in item or "/3DD" in item:
            report.add("active_content", "media")
    _information(reached, report)


def _name(item: pikepdf.Object, key: str) -> str:
    value = item.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _text(item: pikepdf.Object, key: str) -> str:
    value = item.get(key)
    return str(value)[:20_000] if isinstance(value, pikepdf.String) else ""


def _annotation(item: pikepdf.Object, report: Report) -> None:
    subtype = _name(item, "/Subtype")
    words = " ".join(_text(item, key) for key in ("/Contents", "/T", "/Subj", "/RC", "/NM"))
    if subtype in _MARKS:
        report.hidden("annotation", "page", words)
        if subtype == "/Redact":
            report.add("bad_redaction", "redaction mark that was never applied")
    elif subtype in _MEDIA:
        report.hidden("attachment", "annotation", words)
    elif subtype in ("/Link", "/Popup", "/Widget"):
        report.personal("link", words)
        flags = int(item.get("/F", 0)) if not isinstance(item.get("/F"), pikepdf.Dictionary) else 0
        if flags & 0x22 and words.strip() and subtype == "/Widget":
            report.hidden("hidden_text", "form field", words)


def _field(item: pikepdf.Object, report: Report) -> None:
    if "/XFA" in item:
        report.add("form_field", "form")
    flags = item.get("/F", 0)
    value = " ".join(_text(item, key) for key in ("/V", "/DV", "/TU"))
    options = item.get("/Opt")
    if isinstance(options, pikepdf.Array):
        offered = [str(o) for o in options if isinstance(o, pikepdf.String)]  # type: ignore[attr-defined]
        unseen = [word for word in offered if not ordinary.answers(word)]
        report.hidden("data_validation_list", "form", "\n".join(unseen), len(unseen))
    if isinstance(flags, int) and flags & 0x22 and value.strip():
        report.hidden("hidden_text", "form field", value)
    elif value.strip():
        # without an appearance of its own no printed page shows what is filled in
        filled = bool(_text(item, "/V").strip())
        outcome = "" if filled and "/AP" not in item else "accept_with_findings"
        report.hidden("form_field", "form", value, outcome=outcome)


def _layers(item: pikepdf.Object, report: Report) -> None:
    """A document with layers: those that start hidden wait for a reviewer."""
    groups = item.get("/OCGs")
    default = item.get("/D")
    hidden = len(list(default.get("/OFF", []))) if isinstance(default, pikepdf.Dictionary) else 0  # type: ignore[call-overload]
    if isinstance(default, pikepdf.Dictionary) and _name(default, "/BaseState") == "/OFF":
        hidden = max(hidden, len(groups))
    usage = "/AS" in default if isinstance(default, pikepdf.Dictionary) else False
    outcome = "quarantine" if hidden or usage else "accept_with_findings"
    report.add("layer", "document", max(1, hidden, len(groups)), outcome)


def _metadata(item: pikepdf.Stream, report: Report) -> None:
    content = item.read_bytes()[:200_000]
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("xml_dtd", "metadata")
    text = content.decode("utf-8", "replace")
    for key in ("dc:creator", "dc:title", "dc:description", "dc:subject", "pdf:Keywords",
                "photoshop:", "xmpMM:History", "pdfx:", "xmpRights", "dc:rights",
                "xmpMM:Ingredients"):  # fmt: skip
        start = text.find(key)
        if start >= 0:
            near = text[start + len(key) : start + len(key) + 400]
            bare = " ".join(piece.partition(">")[2] for piece in near.split("<"))
            if bare.strip():
                report.hidden("doc_properties", "metadata", bare, outcome="accept_stripped")


def _information(reached: Reached, report: Report) -> None:
    trailer = reached.get((0, 0))
    information = trailer.get("/Info") if trailer is not None else None
    if not isinstance(information, pikepdf.Dictionary):
        return
    for key in information:
        text = _text(information, key).strip()
        if key in _OWN_INFO:
            report.personal("document properties", text if "@" in text else "", "accept_stripped")
        elif text:
            properties.note(report, "document properties", key, text)


def attachments(reached: Reached) -> list[tuple[str, bytes]]:
    """Return the embedded files with the names they carry."""
    found: dict[tuple[int, int], tuple[str, bytes]] = {}
    for item in dictionaries(reached):
        embedded = item.get("/EF")
        if isinstance(embedded, pikepdf.Dictionary):
            name = _text(item, "/UF") or _text(item, "/F")
            for key in embedded:
                stream = embedded.get(key)
                if isinstance(stream, pikepdf.Stream):
                    found[stream.objgen] = (name, _bytes(stream))
        elif _name(item, "/Type") == "/EmbeddedFile" and isinstance(item, pikepdf.Stream):
            found.setdefault(item.objgen, ("", _bytes(item)))
    return list(found.values())


def _bytes(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return stream.read_raw_bytes()
