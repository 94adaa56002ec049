"""Text buried in parts that no reader shows, gathered only to count identifiers in it."""

import io
import re
import zipfile

from lxml import etree

MOST = 300_000
_TAG = re.compile(rb"<[^>]{0,2000}>")
_VALUE = re.compile(rb'="([^"]{4,400})"')


def plain_text(content: bytes) -> str:
    """Return the readable runs in any bytes, as eight bit letters and as sixteen bit ones."""
    runs = re.findall(rb"[\x20-\x7e\xa0-\xff]{5,}", content[:2_000_000])
    wide = re.findall(rb"(?:[\x20-\x7e]\0){5,}", content[:2_000_000])
    eight = b"\n".join(runs).decode("latin-1")
    return f"{eight}\n{chr(10).join(run.decode('utf-16-le') for run in wide)}"[:MOST]


def is_font(content: bytes) -> bool:
    """Tell a font by the list of its tables; Word garbles the first 32 bytes of those it embeds."""
    head = content[:1_200]
    return sum(tag in head for tag in (b"cmap", b"head", b"hhea", b"maxp", b"glyf", b"CFF ")) >= 2


def attributes(root: etree._Element) -> list[str]:
    """Return every attribute value below an element, addresses of namespaces left out."""
    return [
        value
        for element in root.iter("*")
        if isinstance(element.tag, str)
        for value in element.attrib.values()
        if len(value) > 3 and not value.startswith("http://schemas.")
    ]


def text_of(content: bytes, depth: int = 0) -> str:
    """Return the text in a package, a marked-up part or any other bytes; never raises."""
    if content[:2] == b"PK" and depth < 3:
        try:
            return _package_text(content, depth)
        except Exception:
            return plain_text(content)
    if content.lstrip()[:1] == b"<":
        values = b" ".join(_VALUE.findall(content[:MOST]))
        bare = _TAG.sub(b" ", content[:MOST]) + b" " + values
        return bare.decode("utf-8", "replace")
    return plain_text(content)


def _package_text(content: bytes, depth: int) -> str:
    pieces: list[str] = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for info in package.infolist()[:500]:
            if sum(map(len, pieces)) > MOST or "theme" in info.filename:
                continue
            with package.open(info) as member:
                pieces.append(text_of(member.read(MOST), depth + 1))
    return "\n".join(pieces)[: MOST * 2]
