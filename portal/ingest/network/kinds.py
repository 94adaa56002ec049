"""Whether content is what was expected: error pages, logins and bot walls come with status 200."""

import json
import re
from collections.abc import Sequence
from typing import NoReturn
from urllib.parse import urlsplit

from portal.core.errors import BadCharset, Truncated, WrongType
from portal.core.zips import check_zip
from portal.ingest.network.charsets import declared_inside, media_type, read_text
from portal.ingest.network.limits import Limits
from portal.ingest.network.walls import TOP, not_the_page

KINDS = ("csv", "json", "html", "pdf", "zip", "xlsx", "ods")
TYPES = {
    "text/csv": "csv",
    "application/json": "json",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
# The start of the part that makes a zip a workbook.
PART = {"xlsx": "xl/workbook", "ods": "content.xml"}
MAGIC = {
    "a zip": b"PK\x03\x04",
    "a PDF": b"%PDF",
    "a gzip": b"\x1f\x8b",
    "an old Excel file": b"\xd0\xcf\x11\xe0",
}
MARKUP = re.compile(r"\s*<[!?a-z]", re.IGNORECASE)
HTML = re.compile(r"<(!doctype html|html|head|body)\b", re.IGNORECASE)


def expected_kind(expect: str, addresses: Sequence[str], header: str) -> str:
    """What the caller expects; else what an address ends with; else what the server declares.

    The address that was asked comes first: report.csv that leads to /login is still to be a CSV.
    """
    if expect:
        if expect not in KINDS:
            raise ValueError(f"expect is one of {', '.join(KINDS)}, not {expect}")
        return expect
    endings = (urlsplit(each).path.rpartition(".")[2].lower() for each in addresses)
    return next((each for each in endings if each in KINDS), TYPES.get(media_type(header)[0], ""))


def check(
    address: str, content: bytes, kind: str, header: str, allowed: Sequence[str], limits: Limits
) -> str:
    """Refuse content of another kind than expected; returns the encoding of text, else ""."""
    if not content:
        raise Truncated(address, f"{kind or 'a document'}", "an empty body")
    if kind in ("zip", "xlsx", "ods"):
        _check_zip(address, content, kind, limits)
    elif kind == "pdf":
        _check_pdf(address, content)
    elif kind:
        return _check_text(address, content, kind, header, allowed)
    elif (declared := media_type(header))[0].startswith("text/") or declared[1]:
        return read_text(address, content, declared[1], allowed)[1]
    return ""


def _check_zip(address: str, content: bytes, kind: str, limits: Limits) -> None:
    if not content.startswith(MAGIC["a zip"]):
        _refuse(address, kind, content)
    names = check_zip(address, content, limits)
    if kind in PART and not any(name.startswith(PART[kind]) for name in names):
        raise WrongType(address, f"{kind} with {PART[kind]}", f"a zip of {len(names)} other files")


def _check_pdf(address: str, content: bytes) -> None:
    if not content.startswith(b"%PDF-"):
        _refuse(address, "pdf", content)
    if b"%%EOF" not in content[-1024:]:
        raise Truncated(address, "a PDF that ends with %%EOF", content[-20:])


def _check_text(
    address: str, content: bytes, kind: str, header: str, allowed: Sequence[str]
) -> str:
    type_, declared = media_type(header)
    if TYPES.get(type_) == "html" != kind:
        _refuse(address, kind, content, f"declared as {type_}: ")
    if any(content.startswith(magic) for magic in MAGIC.values()):
        _refuse(address, kind, content)
    if kind == "html":
        declared = declared or declared_inside(content)
    text, encoding = read_text(address, content, declared, allowed)
    if (odd := re.search(r"[\x00-\x08\x0e-\x1f]", text)) and kind != "html":
        raise WrongType(address, kind, f"a control character {odd[0]!r}")
    {"csv": _check_csv, "json": _check_json, "html": _check_html}[kind](address, text)
    return encoding


def _check_csv(address: str, text: str) -> None:
    if MARKUP.match(text):
        _refuse(address, "csv", text.encode())
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not any(re.search(r"[,;\t|]", line) for line in lines[:20]):
        raise WrongType(address, "csv with two lines and a separator", repr(text[:80]))
    if text.lstrip().startswith(("{", "[")) and _parsed(text) is not None:
        raise WrongType(address, "csv", f"JSON {text[:80]!r}")


def _check_json(address: str, text: str) -> None:
    if MARKUP.match(text):
        _refuse(address, "json", text.encode())
    found = _parsed(text)
    if found is None:
        raise WrongType(address, "JSON that parses, an object or a list", repr(text[:80]))
    told = {"error", "errors", "message", "status", "code", "detail", "statusCode"}
    if isinstance(found, dict) and told.issuperset(found) and {"error", "errors"} & found.keys():
        raise WrongType(address, "json", f"an error {text[:80]!r}")


def _check_html(address: str, text: str) -> None:
    if not MARKUP.match(text) or not HTML.search(text, 0, TOP):
        raise WrongType(address, "an HTML page", repr(text[:80]))
    if told := not_the_page(text):
        raise WrongType(address, "the page", told)


def _parsed(text: str) -> dict[str, object] | list[object] | None:
    """A JSON object or list; None for anything else. NaN and Infinity are not JSON."""
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse(address: str, kind: str, content: bytes, told: str = "") -> NoReturn:
    """Say what the content is instead; an HTML page by its title."""
    found = next((name for name, magic in MAGIC.items() if content.startswith(magic)), "")
    if not found:
        try:
            text, _ = read_text(address, content, "", ("utf-8", "cp1252", "latin-1"))
        except BadCharset:
            text = ""
        found = not_the_page(text) or ("markup " if MARKUP.match(text) else "") + repr(text[:80])
    raise WrongType(address, kind, told + found)
