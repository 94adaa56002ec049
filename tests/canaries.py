"""Looking for strings in every byte of a folder: in files, inside containers, in other writings.

    found_in(folder, ["CNRY-1"])  ->  ["site.zip/word/document.xml: CNRY-1"]

A string is looked for as UTF-8, as UTF-16 of both orders, in hexadecimal and in Base64; containers
(zip and what is made of it, gzip, compressed streams in PDF, text chunks in PNG, databases) are
opened first, as deep as they go.
"""

import base64
import binascii
import gzip
import io
import re
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

DEEPEST = 6
LARGEST = 1 << 28
STREAM = re.compile(rb"stream\r?\n")


def found_in(folder: Path, strings: Sequence[str]) -> list[str]:
    """Every place below a folder (or file) that says one of the strings: `path: string`."""
    files = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    found = []
    for path in files:
        if path.is_symlink():
            continue
        name = str(path.relative_to(folder)) if path != folder else path.name
        found += [f"{name}: {each}" for each in strings if each.lower() in name.lower()]
        found += found_in_bytes(path.read_bytes(), strings, name)
    return sorted(set(found))


def found_in_bytes(content: bytes, strings: Sequence[str], name: str = "bytes") -> list[str]:
    """The same for bytes."""
    written = {each: _written(each) for each in strings}
    found = []
    for place, part in unpacked(content, name):
        # Letters in both cases: a canary that was folded is a canary.
        lower = part.lower()
        for each, forms in written.items():
            if any(form in lower for form in forms[0]) or any(form in part for form in forms[1]):
                found.append(f"{place}: {each}")
    return found


def _written(text: str) -> tuple[list[bytes], list[bytes]]:
    """How a string may be written: forms for lowered bytes, and Base64, which minds its case."""
    plain, wide = text.lower(), text
    forms = [plain.encode(), plain.encode("utf-16-le"), plain.encode("utf-16-be")]
    for coded in (text, text.lower(), text.upper()):
        forms.append(binascii.hexlify(coded.encode()))
    chunks = []
    # A string begins at one of three places of a Base64 group; its ends depend on its neighbours.
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + wide.encode())
        start, end = (0, 2, 3)[before], (len(coded) - 4) if coded.endswith(b"=") else len(coded)
        if end - start >= 6:
            chunks.append(coded[start:end])
    return forms, chunks


def unpacked(content: bytes, name: str, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes and everything packed into them, each with where it stands."""
    yield name, content
    if depth >= DEEPEST or len(content) > LARGEST:
        return
    for inner, part in _parts(content):
        yield from unpacked(part, f"{name}/{inner}", depth + 1)


def _parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content.startswith(b"SQLite format 3\0"):
        yield "cells", _cells(content)
    elif b"PK\x03\x04" in content[:1024]:
        yield from _members(content)
    elif content.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError, zlib.error):
            yield "gzip", gzip.decompress(content)
    elif content.startswith(b"\x89PNG"):
        yield from _chunks(content)
    elif content.startswith(b"%PDF"):
        yield from _streams(content)


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    with suppress(zipfile.BadZipFile, OSError), zipfile.ZipFile(io.BytesIO(content)) as packed:
        yield "names", "\n".join(packed.namelist()).encode() + packed.comment
        for member in packed.infolist():
            broken = (zipfile.BadZipFile, OSError, RuntimeError, zlib.error, EOFError)
            with suppress(*broken), packed.open(member) as file:
                yield member.filename, file.read(LARGEST)


def _chunks(content: bytes) -> Iterator[tuple[str, bytes]]:
    at = 8
    while at + 8 <= len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + size]
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            with suppress(zlib.error):
                packed = body[body.find(b"\0") + 1 :].lstrip(b"\0\1")
                yield kind.decode(), zlib.decompress(packed)
        at += 12 + size


def _streams(content: bytes) -> Iterator[tuple[str, bytes]]:
    for number, match in enumerate(STREAM.finditer(content), 1):
        with suppress(zlib.error):
            yield f"stream {number}", zlib.decompressobj().decompress(content[match.end() :])


def _cells(content: bytes) -> bytes:
    """Every cell of every table as text: a long one is scattered over pages of the file."""
    texts = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        path.write_bytes(content)
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as conn:
            conn.text_factory = lambda raw: raw.decode("utf-8", "replace")
            names = "SELECT name FROM sqlite_schema WHERE type = 'table'"
            for (table,) in conn.execute(names).fetchall():
                with suppress(sqlite3.Error):
                    for row in conn.execute(f'SELECT * FROM "{table}"'):
                        texts += [c for c in row if isinstance(c, str | bytes)]
    return b"\n".join(text if isinstance(text, bytes) else text.encode() for text in texts)
