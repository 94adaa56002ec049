"""Tables out of documents: what is read, with its place, and what is refused."""

import io
import random
import shutil
import time

import pytest

pytest.importorskip("reportlab", reason="makes the documents of these tests")

import make_documents as made

from portal.extract import (
    Encrypted,
    ExtractError,
    Limits,
    ReaderMissing,
    TooMuch,
    UnknownKind,
    Unreadable,
    cell_rectangle,
    kind_of,
    page_image,
    tables,
)
from portal.extract.pdf import region_table


def right(document: made.Made) -> tuple[int, int]:
    from scripts.table_cells import right_cells

    return right_cells([t.grid() for t in tables(document.content)], document.tables)


@pytest.mark.parametrize("maker", [*made.TEXT, *made.OTHERS], ids=lambda m: m.__name__)
def test_every_cell_of_a_known_table_is_read(maker) -> None:
    for number in range(3):
        got, known = right(maker(random.Random(f"{maker.__name__} {number}")))
        assert got == known


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_a_scanned_table_is_read_with_its_confidence() -> None:
    document = made.scanned(random.Random(3))
    got, known = right(document)
    assert got >= 0.97 * known
    table = tables(document.content)[0]
    assert table.reader.startswith("ocr") and table.confidence < 1
    assert all(0 <= c.confidence <= 1 for c in table.cells)


def test_a_scan_without_tesseract_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ReaderMissing, match="tesseract"):
        tables(made.scanned(random.Random(3)).content)


def test_the_kind_is_told_from_the_bytes() -> None:
    for maker in (made.ruled, *made.OTHERS):
        document = maker(random.Random(1))
        assert kind_of(document.content) == document.kind
        if document.kind not in ("csv", "html"):
            with pytest.raises(Unreadable, match="of kind"):
                tables(document.content, "odt" if document.kind != "odt" else "xlsx")


def test_a_cell_of_a_sheet_names_its_place() -> None:
    table = tables(made.workbook(random.Random(2)).content)[0]
    at = {(c.row, c.column): c for c in table.cells}
    assert at[0, 0].reference == "Forces!A1" and at[0, 0].column_span == 5
    assert at[1, 1].text == "Applications" and at[1, 1].reference == "Forces!B2"
    assert table.title == "Applications by force" and table.header_rows == 2
    assert table.total_rows == (22,)
    assert any("1 rows and 1 columns are hidden" in doubt for doubt in table.doubts)


def test_hidden_rows_and_columns_are_left_out_on_request() -> None:
    content = made.workbook(random.Random(2)).content
    every = {c.reference for t in tables(content) for c in t.cells}
    seen = {c.reference for t in tables(content, visible_only=True) for c in t.cells}
    assert {"Forces!A4", "Forces!C2"} <= every
    assert not {r for r in seen if r.startswith("Forces!C") or r.endswith(("!A4", "!B4"))}


def test_a_hidden_sheet_is_marked_or_left_out() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["a", 1])
    hidden = book.create_sheet("Secret")
    hidden.append(["b", 2])
    hidden.sheet_state = "hidden"
    held = io.BytesIO()
    book.save(held)
    found = tables(held.getvalue())
    assert [t.place for t in found] == ["Sheet", "Secret"]
    assert "The sheet is hidden." in found[1].doubts
    assert [t.place for t in tables(held.getvalue(), visible_only=True)] == ["Sheet"]


def test_a_table_over_two_pages_is_one_and_its_cells_know_their_page() -> None:
    document = made.several_pages(random.Random(5))
    (whole,) = tables(document.content)
    assert {c.page for c in whole.cells} == {1, 2}
    assert len(tables(document.content, join=False)) == 2


def test_title_notes_totals_and_raised_marks_are_recognised() -> None:
    table = tables(made.footnoted(random.Random(4)).content)[0]
    assert table.title == "Table 2: Notices and refusals"
    assert table.notes[0].startswith("1 Figures were revised")
    assert table.notes[1].startswith("Source:")
    assert table.total_rows == (table.rows - 1,)
    assert any("raised mark" in doubt for doubt in table.doubts)


def test_a_heading_over_several_columns_spans_them() -> None:
    table = tables(made.merged(random.Random(4)).content)[0]
    spans = {c.text: (c.row_span, c.column_span) for c in table.cells if c.row == 0}
    assert spans["Requested in 2013"] == (1, 2)
    assert spans["Force"] == (2, 1) and table.header_rows == 2


@pytest.mark.parametrize("maker", [made.ruled, made.rotated, made.sideways])
def test_a_cell_is_where_the_picture_of_the_page_is_dark(maker) -> None:
    image = pytest.importorskip("PIL.Image")
    document = maker(random.Random(6))
    picture = image.open(io.BytesIO(page_image(document.content, 1, 2.0))).convert("L")
    table = tables(document.content)[0]
    for cell in table.cells[:: max(len(table.cells) // 12, 1)]:
        box = cell_rectangle(cell, 2.0)
        assert box is not None
        inside = picture.crop(tuple(round(v) for v in box))
        assert inside.getextrema()[0] < 120, f"nothing is printed at {cell}"


def test_a_marked_region_is_read_as_one_table() -> None:
    document = made.unruled(random.Random(6))
    whole = tables(document.content)[0]
    assert whole.box is not None
    again = region_table(document.content, 1, whole.box, Limits())
    assert again is not None and again.grid() == whole.grid()


def test_running_text_is_no_table() -> None:
    sheet = made.Sheet()
    for _ in range(12):
        sheet.prose()
    assert tables(sheet.done()) == []


def test_merged_cells_of_a_page_keep_their_spans() -> None:
    page = (
        b"<table><tr><th rowspan=2>Force<th colspan=2>2013</tr><tr><th>Asked<th>Refused</tr>"
        b"<tr><td>Kent<td>12<td>3</tr></table>"
    )
    (table,) = tables(page, "html")
    at = {c.text: (c.row, c.column, c.row_span, c.column_span) for c in table.cells}
    assert at["Force"] == (0, 0, 2, 1) and at["2013"] == (0, 1, 1, 2)
    assert at["Refused"] == (1, 2, 1, 1) and at["3"] == (2, 2, 1, 1)
    assert table.header_rows == 2


def test_a_file_that_is_not_utf8_says_so() -> None:
    (table,) = tables("Force,Cost\nKent,£12\n".encode("cp1252"), "csv")
    assert table.cells[-1].text == "£12" and "Windows-1252" in table.doubts[0]


# What must be refused, by name and quickly.


def far_sheet() -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def repeated_sheet() -> bytes:
    cell = (
        '<table:table-cell office:value-type="float" office:value="1" '
        'table:number-columns-repeated="16000"><text:p>1</text:p></table:table-cell>'
    )
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    text = f"<office:document-content {made.OPEN}><office:body><office:spreadsheet>"
    text += f'<table:table table:name="A">{row}</table:table></office:spreadsheet></office:body>'
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    return made.zipped({"mimetype": mime, "content.xml": f"{text}</office:document-content>"})


def locked_pdf() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    held = io.BytesIO()
    pen = Canvas(held, encrypt=StandardEncryption("secret", strength=128))
    pen.drawString(100, 100, "12")
    pen.save()
    return held.getvalue()


HOSTILE = (
    ("nothing", lambda: b"", None, Unreadable),
    ("zero bytes", lambda: b"\x00" * 5000, None, Unreadable),
    ("junk", lambda: b"\x00\x01\x02" * 500, None, UnknownKind),
    ("an unknown kind", lambda: b"abc", "exe", UnknownKind),
    ("half a PDF header", lambda: b"%PDF-1.7\n", None, Unreadable),
    ("an encrypted PDF", locked_pdf, None, Encrypted),
    ("an encrypted workbook", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512
     + "EncryptedPackage".encode("utf-16-le"), None, Encrypted),
    ("half a zip", lambda: made.workbook(random.Random(1)).content[:900], None, Unreadable),
    ("a million columns", lambda: b",".join([b"1"] * 1_000_000), "csv", TooMuch),
    ("a million HTML cells", lambda: b"<table><tr>" + b"<td>1" * 1_000_000, "html", TooMuch),
    ("huge spans", lambda: b"<table>" + b"<tr><td rowspan=9999 colspan=9999>x" * 9, "html",
     TooMuch),
    ("a cell at the far end", far_sheet, None, TooMuch),
    ("a cell repeated without end", repeated_sheet, None, TooMuch),
    ("an entity", lambda: made.zipped({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
     None, Unreadable),
    ("a package of something else", lambda: made.zipped({"a.txt": "b"}), None, UnknownKind),
)  # fmt: skip


@pytest.mark.parametrize("name, content, kind, error", HOSTILE, ids=[each[0] for each in HOSTILE])
def test_hostile_bytes_give_a_named_error_quickly(name, content, kind, error) -> None:
    data = content()
    start = time.monotonic()
    limits = Limits(cells=200_000)
    with pytest.raises(error):
        tables(data, kind, limits=limits)
    assert time.monotonic() - start < 3, name


@pytest.mark.parametrize("maker", [made.ruled, made.unruled, *made.OTHERS])
def test_damaged_documents_give_tables_or_a_named_error(maker) -> None:
    document = maker(random.Random(9))
    dice = random.Random(10)
    for number in range(25):
        data = bytearray(document.content)
        if number % 2:
            data = data[: dice.randrange(len(data))]
        else:
            for _ in range(20):
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        try:
            tables(bytes(data), document.kind, limits=Limits(seconds=20))
        except ExtractError:
            continue


def test_limits_are_kept() -> None:
    report = made.report(3)
    with pytest.raises(TooMuch, match="pages"):
        tables(report, limits=Limits(pages=2))
    with pytest.raises(TooMuch, match="within"):
        tables(report, limits=Limits(seconds=0))
    with pytest.raises(TooMuch, match="bytes"):
        tables(report, limits=Limits(bytes=100))
    with pytest.raises(TooMuch, match="cells"):
        tables(made.ruled(random.Random(1)).content, limits=Limits(cells=10))


def test_a_report_of_twenty_pages_is_read_in_time() -> None:
    report = made.report(20)  # scripts.bench_tables reads fifty
    start = time.monotonic()
    assert len(tables(report)) == 2
    assert time.monotonic() - start < 16
