"""E-mail, as text or from Outlook: headers, bodies and attachments."""

import email
import email.policy
import re
import struct
from collections.abc import Callable
from email.message import EmailMessage

import olefile

from portal.desk.inspection import html, kinds, tabular
from portal.desk.inspection.buried import plain_text
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import MB, Refused
from portal.desk.inspection.tables import Cell, Table

Read = Callable[[bytes, str, Report], str]
_KEPT = ("subject", "date")
_ROUTINE = {"mime-version", "content-type", "content-transfer-encoding", "content-language"}
# code pages that need no guess: UTF-8, US-ASCII, Western
_SURE = {0, 1252, 20127, 28591, 65001, 1200}
ATTACHMENT = re.compile(r"__attach_version1\.0_#")


def read(content: bytes, report: Report, inner: Read) -> None:
    """Inspect an e-mail; each attachment is inspected as a document of its own."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise Refused("corrupt", "mail")
    _headers(message, report)
    parts = list(message.walk())
    if len(parts) > 500:
        raise Refused("expansion_bomb", "parts")
    attached = 0
    inside: set[int] = set()
    for part in parts[:]:
        if id(part) in inside:
            continue
        if part.get_content_type() == "message/rfc822" and part is not message:
            attached += 1
            inside |= {id(below) for below in part.walk()}
            _attached_mail(part, attached, report, inner)
        elif not part.is_multipart():
            attached += _part(part, attached, report, inner)
    if (message.preamble and message.preamble.strip()) or (message.epilogue or "").strip():
        text = f"{message.preamble} {message.epilogue}"
        if "multi-part message in MIME format" not in text:
            report.hidden("hidden_text", "between parts", text)
    if message.defects:
        report.add("corrupt", "mail", len(message.defects), "quarantine")


def _headers(message: EmailMessage, report: Report) -> None:
    lines = []
    for name, value in message.items():
        if name.casefold() in _KEPT:
            lines.append(Cell(len(lines) + 1, 1, f"{name}: {value}"))
        elif name.casefold() not in _ROUTINE:
            report.hidden("mail_header", "headers", str(value), outcome="accept_stripped")
    if lines:
        report.tables.append(Table("mail, headers", lines, prose=True))


def _part(part: EmailMessage, attached: int, report: Report, inner: Read) -> int:
    """Read one part of a mail; returns 1 where it is an attachment."""
    content = part.get_payload(decode=True) or b""
    if not isinstance(content, bytes):
        return 0
    report.spent["inflated"] += len(content)
    name = part.get_filename() or ""
    kind = part.get_content_type()
    inline = part.get_content_disposition() != "attachment" and not name
    if inline and kind in ("text/plain", "text/html"):
        _body(content, part.get_content_charset() or "", kind == "text/html", report)
        return 0
    number = attached + 1
    report.add("attachment", f"attachment {number}")
    inner(content, name or f"attachment.{guessed(content)}", report.inside(f"attachment {number}"))
    return 1


def guessed(content: bytes) -> str:
    """Return the ending of a name for an attachment that has none."""
    kind = kinds.true_kind(content)
    return "txt" if kind == "csv" else kind


def _attached_mail(part: EmailMessage, number: int, report: Report, inner: Read) -> None:
    report.add("attachment", f"attachment {number}")
    for below in part.iter_parts():
        if isinstance(below, EmailMessage):
            content = below.as_bytes()
            inner(content, "attachment.eml", report.inside(f"attachment {number}"))


def _body(content: bytes, charset: str, marked_up: bool, report: Report) -> None:
    try:
        text = content.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        text = tabular.decode(content, report)
    if marked_up:
        if text.strip():
            html.read(text, report)
        return
    lines = [Cell(n, 1, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if lines:
        report.tables.append(Table("mail, text", lines, prose=True))


def outlook(container: olefile.OleFileIO, entries: list[list[str]], report: Report) -> None:
    """Inspect an Outlook message: what it carries is counted, its text waits for a person."""
    attached = {entry[0] for entry in entries if ATTACHMENT.match(entry[0])}
    people = {entry[0] for entry in entries if entry[0].startswith("__recip_version1.0_#")}
    report.add("attachment", "attachments", len(attached))
    report.add("mail_header", "recipients", len(people), "accept_stripped")
    eight_bit, text = False, []
    for entry in entries:
        tail = entry[-1]
        if not tail.startswith("__substg1.0_") or container.get_type(entry) != 2:
            continue
        if container.get_size(entry) > 32 * MB:
            raise Refused("expansion_bomb", "stream")
        with container.openstream(entry) as stream:
            content = stream.read()
        eight_bit = eight_bit or (tail.endswith("001E") and any(byte > 127 for byte in content))
        if tail.endswith("001F"):
            text.append(content.decode("utf-16-le", "replace"))
        else:
            text.append(plain_text(content[:MB]))
    pages = _code_pages(container)
    if eight_bit or any(page not in _SURE for page in pages):
        report.add("charset", "message")
    report.hidden("unreadable_format", "message", "\n".join(text))


def _code_pages(container: olefile.OleFileIO) -> set[int]:
    """Return the code pages and languages that the message declares for its letters."""
    with container.openstream("__properties_version1.0") as stream:
        content = stream.read()
    pages = set()
    for at in range(32, len(content) - 15, 16):
        tag, value = struct.unpack_from("<I4xI", content, at)
        if tag in (0x3FFD0003, 0x3FDE0003, 0x66C30003):
            pages.add(value)
    return pages
