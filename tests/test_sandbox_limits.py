"""Bad input through the real sandbox: each file, made here, ends in one clear outcome."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
import pytest

from portal.core.errors import PortalError
from portal.desk.inspection import sandbox
from tests import make_hidden, make_nasty
from tests.make_nasty import HEAD, MAIN, REL, zipped

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def book() -> bytes:
    return make_nasty.clean_book(random.Random(3)).pack()


def pdf() -> bytes:
    return make_hidden.PDF["author"]("x")


def with_parts(change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book())) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    return zipped(dict(parts))


def encrypted_pdf() -> bytes:
    held = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(held, encryption=pikepdf.Encryption(owner="a", user="b"))
    return held.getvalue()


def encrypted_zip() -> bytes:
    content = bytearray(zipped({"a.csv": "Area,Count\nNorth,12\n"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + at] |= 1
    return bytes(content)


def zip_bomb() -> bytes:
    return zipped({"a.csv": b"0" * 300_000_000})


def nested_bomb() -> bytes:
    return zipped({"a.zip": zipped({"b.zip": zipped({"c.csv": b"0" * 3_000_000})})})


def gzip_bomb() -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    return engine.compress(b"a," * 100_000_000) + engine.flush()


def entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))

    def change(parts: dict[str, bytes]) -> None:
        parts["xl/sharedStrings.xml"] = (
            f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "x">{levels}]><sst xmlns="{MAIN}">'
            "<si><t>&a9;</t></si></sst>"
        ).encode()
        types = parts["[Content_Types].xml"]
        more = (
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHEET}.sharedStrings+xml"/>'
        )
        parts["[Content_Types].xml"] = types.replace(b"</Types>", more.encode() + b"</Types>")
        rels = parts["xl/_rels/workbook.xml.rels"]
        own = f'<Relationship Id="rS" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
        parts["xl/_rels/workbook.xml.rels"] = rels.replace(
            b"</Relationships>", own.encode() + b"</Relationships>"
        )

    return with_parts(change)


def outside_entity() -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
            b"?>", b'?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', 1
        )

    return with_parts(change)


def many_sheets(count: int = 10_000) -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        rels = parts["xl/_rels/workbook.xml.rels"].decode()
        sheets, relations = [], []
        for n in range(count):
            sheets.append(f'<sheet name="S{n}" sheetId="{n + 10}" r:id="x{n}"/>')
            target = "worksheets/sheet1.xml"
            relations.append(f'<Relationship Id="x{n}" Type="{REL}/worksheet" Target="{target}"/>')
        parts["xl/workbook.xml"] = (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{"".join(sheets)}</sheets>'
            "</workbook>"
        ).encode()
        parts["xl/_rels/workbook.xml.rels"] = rels.replace(
            "</Relationships>", "".join(relations) + "</Relationships>"
        ).encode()

    return with_parts(change)


def wide_workbook() -> bytes:
    cells = "".join(f'<c r="ZZZZ{n}"><v>1</v></c>' for n in range(1, 4))

    def change(parts: dict[str, bytes]) -> None:
        name = next(n for n in parts if n.startswith("xl/worksheets/sheet"))
        parts[name] = (
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData>'
            "</worksheet>"
        ).encode()

    return with_parts(change)


def many_pages(count: int = 20_000) -> bytes:
    kids = b" ".join(b"3 0 R" for _ in range(count))
    return small_pdf(kids, count)


def small_pdf(kids: bytes, count: int) -> bytes:
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [ %s ] >>" % (count, kids),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    content, starts = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        starts.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    return content + b"xref\n0 4\n0000000000 65535 f \n" + table + end


def looping_pdf() -> bytes:
    return small_pdf(b"2 0 R 2 0 R", 2)


def macros() -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0" + b"Attribute VB_Name" * 40

    return with_parts(change)


def deep_html() -> bytes:
    return b"<html><body>" + b"<div>" * 200_000 + b"x"


def corrupt(content: bytes) -> bytes:
    spoilt = bytearray(content)
    for at in range(len(content) // 3, len(content) // 3 + 200):
        spoilt[at] ^= 0x5A
    return bytes(spoilt)


CASES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "no bytes": (lambda: b"", "a.csv", "corrupt"),
    "nothing but blanks": (lambda: b"\0" * 4_000, "a.xlsx", "corrupt"),
    "encrypted pdf": (encrypted_pdf, "a.pdf", "encrypted"),
    "encrypted zip": (encrypted_zip, "a.zip", "encrypted"),
    "corrupt workbook": (lambda: corrupt(book()), "a.xlsx", "corrupt"),
    "cut workbook": (lambda: book()[: len(book()) // 2], "a.xlsx", "truncated"),
    "cut pdf": (lambda: pdf()[: len(pdf()) * 2 // 3], "a.pdf", "truncated"),
    "renamed program": (lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 500, "a.csv", "active_content"),
    "zip with csv behind a pdf": (lambda: pdf() + zipped({"a.csv": "x,y\n"}), "a.pdf", "polyglot"),
    "pdf named as csv": (pdf, "a.csv", "wrong_extension"),
    "macros": (macros, "a.xlsx", "macro_vba"),
    "zip bomb": (zip_bomb, "a.zip", "zip_bomb"),
    "zip in a zip": (nested_bomb, "a.zip", "zip_nested"),
    "gzip bomb": (gzip_bomb, "a.csv.gz", "zip_bomb"),
    "entities": (entity_bomb, "a.xlsx", "xml_dtd"),
    "entity from outside": (outside_entity, "a.xlsx", "xml_dtd"),
    "ten thousand sheets": (many_sheets, "a.xlsx", "expansion_bomb"),
    "a million columns": (lambda: b",".join([b"1"] * 1_000_000), "a.csv", "expansion_bomb"),
    "a column beyond the last": (wide_workbook, "a.xlsx", "expansion_bomb"),
    "twenty thousand pages": (many_pages, "a.pdf", "expansion_bomb"),
    "pages in a circle": (looping_pdf, "a.pdf", "corrupt"),
    "one endless cell": (lambda: b"Area,Note\nNorth," + b"a" * 2_000_000, "a.csv",
                         "expansion_bomb"),
    "over the limit of bytes": (lambda: b"a,b\n" * 17_000_000, "a.csv", "too_large"),
    "endless nesting": (deep_html, "a.html", ""),
}  # fmt: skip
# the content may be looked at by a person, the rest is refused
WAITS = ("zip with csv behind a pdf", "pdf named as csv")


@pytest.mark.parametrize("case", CASES)
def test_bad_input_ends_in_one_clear_outcome(case: str) -> None:
    make, name, kind = CASES[case]
    content = make()
    found, seen = sandbox.look(content, name)
    if case in WAITS:
        assert found.outcome in ("quarantine", "reject")
    elif kind:
        assert (found.outcome, seen) == ("reject", [])
    assert not kind or kind in found.kinds
    assert "interrupted" not in found.kinds and "unreadable_answer" not in found.kinds
    assert (found.size, len(found.sha256)) == (len(content), 64)


@pytest.mark.parametrize("case", CASES)
def test_nothing_else_can_be_had_from_bad_input_but_a_sentence(case: str) -> None:
    make, name, _ = CASES[case]
    content = make()
    kind = name.removesuffix(".gz").rpartition(".")[2]
    asks: list[Callable[[], object]] = [
        lambda: sandbox.extract(content, name, kind),
        lambda: sandbox.parts(content, name),
    ]
    if kind == "pdf":
        asks.append(lambda: sandbox.picture(content, 1, 50.0))
    for ask in asks:
        try:
            ask()
        except PortalError as problem:
            assert str(problem).isprintable()


def test_the_parts_of_an_archive_come_out_with_bare_names() -> None:
    content = zipped({"in/a.csv": "x,1\n", "__MACOSX/b": "x", "c.txt": "hello"})
    assert sandbox.parts(content, "a.zip") == [("a.csv", b"x,1\n"), ("c.txt", b"hello")]


def test_attachments_of_a_mail_come_out() -> None:
    content = make_hidden.MAIL["attached"]("x")
    ((name, part),) = sandbox.parts(content, "a.eml")
    assert name == "a.html" and part.startswith(b"<table>")


def test_pages_are_drawn_by_the_parent_from_pixels() -> None:
    one, two = sandbox.pictures(pdf(), [1, 1], 1.0)
    assert one == two and one.startswith(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(PortalError, match="page from 1 to 1"):
        sandbox.picture(pdf(), 2, 1.0)
    with pytest.raises(PortalError, match="pixels"):
        sandbox.picture(pdf(), 1, 19.0)


def test_a_workbook_keeps_its_cells_and_their_places_on_the_way_out() -> None:
    (table, *_) = sandbox.extract(book(), "a.xlsx", "xlsx")
    assert all(cell.reference.startswith(f"{table.place}!") for cell in table.cells)
    assert sandbox.extract(book(), "a.xlsx", "xlsx")[0] == table


@pytest.mark.slow
def test_a_pdf_is_read_from_the_pictures_of_its_pages() -> None:
    made = make_hidden.PDF["box"]("Grizbree")
    text = repr(sandbox.extract_pictured(made))
    assert "Grizbree" not in text
