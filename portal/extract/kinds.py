"""What kind of document some bytes are, told from the bytes themselves."""

import io
import zipfile
from pathlib import PurePosixPath

from portal.extract.errors import Encrypted, TooMuch, UnknownKind, Unreadable
from portal.extract.model import Limits

KINDS = ("pdf", "xlsx", "xls", "ods", "csv", "tsv", "docx", "odt", "html")
ALIASES = {"xlsm": "xlsx", "htm": "html", "xhtml": "html", "txt": "csv"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_PARTS = 20_000


def kind_of(content: bytes, named: str | None = None) -> str:
    """Return the kind of a document; `named` is what it claims, such as `.xlsm` or `pdf`."""
    if not content.strip(b"\x00 \t\r\n"):
        raise Unreadable("a document", "no bytes" if not content else "nothing but blanks")
    claimed = (named or "").lower().lstrip(".")
    claimed = ALIASES.get(claimed, claimed)
    if claimed and claimed not in KINDS:
        raise UnknownKind(f"one of {', '.join(KINDS)}", named)
    seen = _seen(content)
    if seen is None:
        return _plain(content, claimed)
    if claimed and claimed != seen:
        raise Unreadable(f"a document of kind {claimed}", f"one of kind {seen}")
    return seen


def _seen(content: bytes) -> str | None:
    """Return the kind that the first bytes prove, None for text."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Encrypted("a workbook or document without a password", "an encrypted package")
        if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
            return "xls"
        raise UnknownKind("a workbook in an OLE file", "another OLE file")
    if content.startswith(b"PK"):
        return _zipped(content)
    return None


def _zipped(content: bytes) -> str:
    with package(content, Limits()) as parts:
        names = set(parts.namelist())
        if "xl/workbook.xml" in names:
            return "xlsx"
        if any(n.startswith("word/document") for n in names):
            return "docx"
        if "mimetype" in names and parts.getinfo("mimetype").file_size < 200:
            mime = part_of(parts, "mimetype").decode("ascii", "replace").strip()
            if mime.startswith("application/vnd.oasis.opendocument.spreadsheet"):
                return "ods"
            if mime.startswith("application/vnd.oasis.opendocument.text"):
                return "odt"
        if any(PurePosixPath(n).name == "workbook.xml" for n in names):
            return "xlsx"
    raise UnknownKind("an office document in the zip", sorted(names)[:5])


def package(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open a zip whose parts, as declared, stay within the limits."""
    try:
        opened = zipfile.ZipFile(io.BytesIO(content))
        parts = opened.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as problem:
        raise Unreadable("a whole zip package", str(problem)) from problem
    if len(parts) > MOST_PARTS:
        raise TooMuch(f"at most {MOST_PARTS:,} parts in a package", f"{len(parts):,}")
    if any(p.flag_bits & 1 for p in parts):
        raise Encrypted("a package without a password", "encrypted parts")
    limits.check("unpacked", sum(p.file_size for p in parts))
    return opened


def part_of(parts: zipfile.ZipFile, name: str) -> bytes:
    """Return one part of a package; damage is a named error."""
    try:
        return parts.read(name)
    except KeyError as problem:
        raise Unreadable(f"a part {name}", "none") from problem
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as problem:
        raise Unreadable(f"a whole part {name}", str(problem)) from problem
    except Exception as problem:  # zlib.error and lzma.LZMAError have no common parent
        raise Unreadable(f"a whole part {name}", str(problem)) from problem


def _plain(content: bytes, claimed: str) -> str:
    start = content[:4000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if claimed in ("csv", "tsv", "html"):
        if b"\x00" in content[:4000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Unreadable(f"text of kind {claimed}", "bytes that are no text")
        return claimed
    if claimed:
        raise Unreadable(f"a document of kind {claimed}", content[:16])
    if start.startswith((b"<!doctype html", b"<html", b"<table")) or b"<table" in start:
        return "html"
    if b"\x00" in content[:4000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnknownKind(f"one of {', '.join(KINDS)}", content[:16])
    first = content[:4000]
    return "tsv" if first.count(b"\t") > first.count(b",") + first.count(b";") else "csv"
