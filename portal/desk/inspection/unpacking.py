"""Documents inside a document: members of an archive, attachments of an e-mail."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import PurePosixPath

import olefile

from portal.desk.inspection import archives, kinds
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import MB, Refused
from portal.desk.inspection.messages import ATTACHMENT, guessed
from portal.desk.inspection.zips import open_zip

Parts = list[tuple[str, bytes]]
MOST_PARTS, MOST_BYTES = 500, 96 * MB
# MAPI's names of an attachment's bytes, and of its long and its short name
_BYTES, _LONG, _SHORT = "__substg1.0_37010102", "__substg1.0_3707001F", "__substg1.0_3704001F"


def parts(content: bytes, name: str) -> Parts:
    """Return name and bytes of each document inside; raises Refused for what holds none."""
    report, kind = Report(), kinds.true_kind(content)
    if kind == "zip":
        package = open_zip(content, report)
        names = [each for each in package.names() if not archives.is_litter(each)]
        return _checked([(each, package.read(each)) for each in names])
    if kind == "gzip":
        inner = archives.gunzip(content, report, report.limits.size)
        return _checked([(name.removesuffix(".gz"), inner)])
    if kind == "eml":
        return _checked(_attached(content))
    if kind == "msg":
        return _checked(_outlook(content))
    raise Refused("unsupported")


def _checked(found: Parts) -> Parts:
    if len(found) > MOST_PARTS or sum(len(part) for _, part in found) > MOST_BYTES:
        raise Refused("too_large", "parts")
    return [(_bare(name), part) for name, part in found]


def _bare(name: str) -> str:
    """The last part of a name, in letters that can be printed."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(letter for letter in last if letter.isprintable())
    return shown[-200:] or "attachment"


def _attached(content: bytes) -> Parts:
    message = email.message_from_bytes(content, policy=email.policy.default)
    found: Parts = []
    inside: set[int] = set()
    for part in message.walk():
        if id(part) in inside or not isinstance(part, EmailMessage):
            continue
        if part.get_content_type() == "message/rfc822" and part is not message:
            inside |= {id(below) for below in part.walk()}
            found += [
                (part.get_filename() or "attachment.eml", below.as_bytes())
                for below in part.iter_parts()
                if isinstance(below, EmailMessage)
            ]
        elif not part.is_multipart() and _is_attachment(part):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                found.append((part.get_filename() or f"attachment.{guessed(payload)}", payload))
    return found


def _is_attachment(part: EmailMessage) -> bool:
    inline = part.get_content_disposition() != "attachment" and not part.get_filename()
    return not (inline and part.get_content_type() in ("text/plain", "text/html"))


def _outlook(content: bytes) -> Parts:
    """Files attached to an Outlook message; a message in a message stays with its parent."""
    found: Parts = []
    with olefile.OleFileIO(content) as container:
        entries = container.listdir()
        for folder in sorted({entry[0] for entry in entries if ATTACHMENT.match(entry[0])}):
            if [folder, _BYTES] not in entries:
                continue
            if container.get_size([folder, _BYTES]) > MOST_BYTES:
                raise Refused("too_large", "parts")
            names = [entry for entry in ([folder, _LONG], [folder, _SHORT]) if entry in entries]
            read = [container.openstream(each).read() for each in ([folder, _BYTES], *names[:1])]
            name = read[1].decode("utf-16-le", "replace") if names else ""
            found.append((name.strip("\0 ") or f"attachment.{guessed(read[0])}", read[0]))
    return found
