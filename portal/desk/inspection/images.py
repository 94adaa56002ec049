"""Pictures: metadata, pixel floods, frames, and bytes after the end."""

import io
import re
import struct

from PIL import Image, UnidentifiedImageError

from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused

# JPEG segments that only describe how to draw: JFIF, ICC profile, Adobe
_HARMLESS = {(0xE0, b"JFIF"), (0xE0, b"JFXX"), (0xE2, b"ICC_PROFILE"), (0xEE, b"Adobe")}
_CHUNKS = set(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_TIFF_TEXT = (270, 271, 272, 285, 305, 306, 315, 316, 333, 700, 33432, 33723, 34377, 34665, 34853)


def read(content: bytes, report: Report) -> None:
    """Inspect a picture that was handed in as the document."""
    if not metadata(content, "image", report):
        raise Refused("corrupt", "image")


def metadata(content: bytes, place: str, report: Report) -> bool:
    """Note what a picture carries beside its pixels; returns whether it is a picture."""
    try:
        Image.MAX_IMAGE_PIXELS = None
        with Image.open(io.BytesIO(content)) as image:
            size, form = image.size, image.format or ""
            frames = getattr(image, "n_frames", 1)
            tags = dict(image.getexif()) if form in ("TIFF", "WEBP", "MPO") else {}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error):
        return False
    if size[0] * size[1] > report.limits.pixels or frames > 200:
        raise Refused("expansion_bomb", place)
    if form in ("JPEG", "MPO"):
        _jpeg(content, place, report)
    elif form == "PNG":
        _png(content, place, report)
    elif form == "GIF":
        _after(content[_gif_end(content) :], place, report)
        _loose(content, (b"XMP Data", b"\x21\xfe"), place, report)
    else:
        found = [str(tags[tag]) for tag in _TIFF_TEXT if tag in tags]
        _note(place, " ".join(found), len(found), report)
        _loose(content, (b"<x:xmpmeta", b"http://ns.adobe.com"), place, report)
        if form in ("WEBP", "BMP"):
            at, more = (4, 8) if form == "WEBP" else (2, 0)
            end = struct.unpack("<I", content[at : at + 4])[0] + more
            _after(content[end + end % 2 :] if form == "WEBP" else content[end:], place, report)
    return True


def _gif_end(content: bytes) -> int:
    """Return where a GIF ends: after its blocks, which say how long they are."""
    at = 13 + (3 << (content[10] & 7) + 1 if content[10] & 0x80 else 0)
    while at < len(content) and content[at] in (0x21, 0x2C):
        if content[at] == 0x2C:
            flags = content[at + 9]
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        else:
            at += 2
        while at < len(content) and content[at]:
            at += content[at] + 1
        at += 1
    return at + 1


def _note(place: str, text: str, count: int, report: Report) -> None:
    report.hidden("image_metadata", place, text, count)


def _jpeg(content: bytes, place: str, report: Report) -> None:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in (0xFF, *range(0xD0, 0xD9)):
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack(">H", content[at + 2 : at + 4])[0]
        body = content[at + 4 : at + 2 + length]
        if 0xE0 <= marker <= 0xEF or marker == 0xFE:
            _segment(marker, body, place, report)
        at += 2 + length
        if marker == 0xDA:
            at = _after_scan(content, at)
        if content[at : at + 2] == b"\xff\xd9":
            _after(content[at + 2 :], place, report)
            return
    report.add("truncated", place, outcome="quarantine")


def _after_scan(content: bytes, at: int) -> int:
    """Return where the next marker stands; within a scan only stuffed bytes and restarts do."""
    for found in _MARKER.finditer(content, at):
        return found.start()
    return len(content)


def _segment(marker: int, body: bytes, place: str, report: Report) -> None:
    if any(marker == m and body.startswith(start) for m, start in _HARMLESS):
        return
    located = body.startswith(b"Exif") and _has_place(body[6:])
    _note(place, _readable(body), 1, report)
    if located:
        report.add("pii", f"{place}, location", 1, "accept_stripped")


def _has_place(tiff: bytes) -> bool:
    try:
        exif = Image.Exif()
        exif.load(b"Exif\0\0" + tiff)
        return bool(exif.get_ifd(0x8825))
    except Exception:
        return True


def _png(content: bytes, place: str, report: Report) -> None:
    at = 8
    while at + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        if name not in _CHUNKS:
            body = content[at + 8 : at + 8 + min(length, 100_000)]
            _note(place, _readable(body), 1, report)
            if name == b"eXIf" and _has_place(body):
                report.add("pii", f"{place}, location", 1, "accept_stripped")
        at += 12 + length
        if name == b"IEND":
            break
    _after(content[at:], place, report)


def _after(rest: bytes, place: str, report: Report) -> None:
    if len(rest.strip(b"\0 \r\n")) > 0:
        kind = "polyglot" if b"PK\x03\x04" in rest or b"%PDF-" in rest else "trailing_data"
        report.hidden(kind, place, _readable(rest))


def _loose(content: bytes, marks: tuple[bytes, ...], place: str, report: Report) -> None:
    for mark in marks:
        at = content.find(mark)
        if at >= 0:
            _note(place, _readable(content[at : at + 20_000]), 1, report)
    for mark in (b"PK\x03\x04", b"%PDF-"):
        if mark in content:
            report.add("polyglot", place)


def _readable(body: bytes) -> str:
    runs = re.findall(rb"[\x20-\x7e]{4,}", body[:100_000])
    return b"\n".join(runs).decode("ascii")
