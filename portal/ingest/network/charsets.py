"""Text in the charset that it claims, or that a source allows; never replaced, never guessed."""

import codecs
import re
from collections.abc import Sequence
from email.message import Message

from portal.core.errors import BadCharset

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Python's codecs also hold things that are no charsets (hex, rot13, unicode_escape, utf-7).
KNOWN = re.compile(r"utf-8|utf-16(-le|-be)?|ascii|iso8859-\d+|cp125\d|cp437|cp850|mac-roman|koi8-.")
UNICODE = re.compile(r"utf-|ascii")
META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
# What cp1252 prints as dashes and quotes, iso-8859-1 calls control characters: 0x96 in "2015–16".
CONTROLS = re.compile("[\x80-\x9f]")


def media_type(header: str) -> tuple[str, str]:
    """The type and the charset that a Content-Type header declares."""
    message = Message()
    message["Content-Type"] = header or "application/octet-stream"
    declared = message.get_param("charset", "")
    return message.get_content_type(), declared if isinstance(declared, str) else ""


def read_text(
    address: str, content: bytes, declared: str, allowed: Sequence[str]
) -> tuple[str, str]:
    """The text, and the encoding it is in: as declared, or by its BOM, or the first that fits.

    A declaration must be true. Without one, only the charsets that the source allows are tried.
    """
    bom = next((name for mark, name in BOMS.items() if content.startswith(mark)), "")
    if declared:
        return _declared(address, content, declared, bom, allowed)
    tried = [bom] if bom else list(allowed)
    for name in tried:
        if (text := _decoded(content, name)) is not None:
            return text, name
    raise BadCharset(address, f"text in {' or '.join(tried)}", _first_odd(content))


def _declared(
    address: str, content: bytes, declared: str, bom: str, allowed: Sequence[str]
) -> tuple[str, str]:
    name = _codec(address, declared)
    if bom and not name.startswith(bom.removesuffix("-sig")):
        raise BadCharset(address, f"{declared} as declared", f"the first bytes of {bom}")
    text = _decoded(content, bom or name)
    if text is None:
        raise BadCharset(address, f"{declared} as declared", _first_odd(content))
    if UNICODE.match(name):
        return text, bom or name
    if not content.isascii() and _decoded(content, "utf-8") is not None:
        raise BadCharset(address, f"{declared} as declared", "utf-8")
    if not CONTROLS.search(text):
        return text, name
    windows = _decoded(content, "cp1252") if "cp1252" in allowed else None
    if windows is None:
        raise BadCharset(address, f"{declared} as declared", _first_odd(content))
    return windows, "cp1252"


def _codec(address: str, declared: str) -> str:
    try:
        name = codecs.lookup(declared.strip(" '\"")).name
    except (LookupError, ValueError):
        name = ""
    if not KNOWN.fullmatch(name):
        raise BadCharset(address, "a charset that we know", repr(declared))
    return name


def declared_inside(content: bytes) -> str:
    """The charset that an HTML page declares in its first lines, if any."""
    found = META.search(content[:2048])
    return found[1].decode("ascii", "replace") if found else ""


def _decoded(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeError:
        return None


def _first_odd(content: bytes) -> str:
    """The first byte beyond ASCII, with its place and what stands around it."""
    at = next((place for place, byte in enumerate(content) if byte > 127), 0)
    return f"byte {content[at : at + 1].hex()} at {at}, in {content[max(0, at - 10) : at + 10]!r}"
