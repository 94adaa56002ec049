"""Places found by asking what a format can hold: each is stopped or taken out, never let out."""

import io
import random
import re
from pathlib import Path

import openpyxl
import pikepdf
import pytest
import reportlab
from openpyxl.worksheet.datavalidation import DataValidation
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from portal.desk.inspection import inspect
from tests import make_nasty, make_places
from tests.test_hiding import CANARY, LET_BY, check


@pytest.mark.parametrize("place", make_places.SHEET)
def test_a_part_of_a_workbook_holds_nothing_else(place: str) -> None:
    content = make_places.changed(make_places.book(), make_places.SHEET[place], CANARY)
    assert check(content, "a.xlsx") not in LET_BY


@pytest.mark.parametrize("place", make_places.LETTER)
def test_where_a_letter_puts_its_words(place: str) -> None:
    content = make_places.letter(make_places.LETTER[place], CANARY)
    assert check(content, "a.docx") not in LET_BY


@pytest.mark.parametrize("place", make_places.PDF)
def test_what_a_pdf_holds_beside_its_pages(place: str) -> None:
    assert check(make_places.PDF[place](CANARY), "a.pdf") not in LET_BY


@pytest.mark.parametrize("place", make_places.TEXTS)
def test_what_texts_and_archives_hold(place: str) -> None:
    name, made = make_places.TEXTS[place]
    assert check(made(CANARY), name) not in LET_BY


def test_packed_queries_are_found() -> None:
    assert check(make_places.mashup(make_places.book(), CANARY), "a.xlsx") not in LET_BY


def test_a_font_whose_text_is_not_what_is_printed() -> None:
    honest = make_places.page(_in_embedded_letters)
    lying = io.BytesIO()
    with pikepdf.open(io.BytesIO(honest)) as document:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                table = item.ToUnicode.read_bytes()
                item.ToUnicode = document.make_stream(re.sub(rb"<00([4-7]\w)>", _turned, table))
        document.save(lying)
    assert "hidden_text" not in inspect(honest, "a.pdf").kinds
    assert "hidden_text" in inspect(lying.getvalue(), "a.pdf").kinds


def _turned(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16)
    letter = chr(code)
    if not letter.isalpha():
        return found[0]
    first = ord("a") if letter.islower() else ord("A")
    return b"<00%02X>" % (first + (code - first + 11) % 26)


def _in_embedded_letters(sheet: Canvas) -> None:
    font = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    pdfmetrics.registerFont(TTFont("Vera", str(font)))
    sheet.setFont("Vera", 12)
    sheet.drawString(72, 700, "Officers of the district asked many times about the")
    sheet.drawString(72, 680, "KINGSFORD WESTBURY JOURNEY PLAQUE")


def test_lists_and_formats_of_everyday_are_no_finding() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Area", "Change", "Late"], ["North", 0, "Yes"], ["South", -120, "No"]):
        sheet.append(row)
    for cell in sheet["B"][1:]:
        cell.number_format = '#,##0;[Red]-#,##0;"-"'
    rule = DataValidation(type="list", formula1='"Yes,No,Not held"', allow_blank=True)
    sheet.add_data_validation(rule)
    rule.add("C2:C9")
    for cell in sheet[1]:
        cell.fill = openpyxl.styles.PatternFill("solid", fgColor="FF203864")
        cell.font = openpyxl.styles.Font(color="FFFFFFFF")
    held = io.BytesIO()
    book.save(held)
    assert inspect(held.getvalue(), "a.xlsx").findings == ()


def test_a_pale_stamp_over_a_page_is_no_finding() -> None:
    def draw(sheet: Canvas) -> None:
        sheet.setFillGray(0.9)
        sheet.setFont("Helvetica-Bold", 60)
        sheet.drawString(150, 400, "DRAFT")

    assert inspect(make_places.page(draw), "a.pdf").outcome == "accept_clean"


def test_pounds_in_the_charset_of_windows_pass_with_a_remark() -> None:
    found = inspect("Force,Spend\nNorth,£120\n".encode("cp1252"), "a.csv")
    assert found.outcome == "accept_with_findings"
    assert inspect("Ville,N\nOrl\xe9ans,120\n".encode("latin-1"), "a.csv").outcome == "quarantine"


@pytest.mark.slow
def test_two_thousand_workbooks() -> None:
    """At full size: what is planted is named in 99 of 100, and one in 100 clean ones flagged."""
    books, planted, named, flagged = 2_000, 0, 0, 0
    for seed in range(books):
        content, codes = make_nasty.nasty_book(random.Random(10_000 + seed), CANARY, 1 + seed % 5)
        found = inspect(content, "a.xlsx")
        assert found.outcome not in LET_BY and CANARY not in repr(found)
        planted += len(codes)
        named += len(codes & found.kinds)
    for seed in range(500):
        clean = make_nasty.clean_book(random.Random(50_000 + seed)).pack()
        flagged += bool(inspect(clean, "a.xlsx").findings)
    print(f"seed 10000: {books} books, {planted} planted, {named} named; of 500 clean {flagged}")
    assert named >= planted * 0.99
    assert flagged <= 5
