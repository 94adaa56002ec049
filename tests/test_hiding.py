"""Every place that a format can hold data: what is put there is found, and never let out."""

import io
import random
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas
from reportlab.platypus import SimpleDocTemplate
from reportlab.platypus import Table as Drawn

from portal.desk.inspection import as_csv, inspect, visible_tables
from tests import make_hidden, make_nasty

CANARY = "Grizbree-CNRY-7351"
LET_BY = ("accept_clean", "accept_escaped", "accept_with_findings")


def check(content: bytes, name: str) -> str:
    """Return the outcome; nothing that may be published or said holds the canary."""
    found = inspect(content, name)
    assert CANARY not in repr(found)
    if found.outcome.startswith("accept"):
        shown = "\n".join(as_csv(table) for table in visible_tables(content, name))
        assert CANARY not in shown
    return found.outcome


@pytest.mark.parametrize("feature", make_nasty.FEATURES, ids=range(len(make_nasty.FEATURES)))
def test_every_hiding_place_of_a_workbook(feature: make_nasty.Feature) -> None:
    book = make_nasty.clean_book(random.Random(5), CANARY)
    code = feature(book)
    content = book.pack()
    assert check(content, "a.xlsx") not in LET_BY
    assert code in inspect(content, "a.xlsx").kinds


@pytest.mark.parametrize("seed", range(40))
def test_several_hiding_places_at_once_are_all_named(seed: int) -> None:
    content, codes = make_nasty.nasty_book(random.Random(seed), CANARY, 1 + seed % 5)
    assert check(content, "a.xlsx") not in LET_BY
    assert codes <= inspect(content, "a.xlsx").kinds


@pytest.mark.parametrize("seed", range(20))
def test_plain_workbooks_are_not_flagged(seed: int) -> None:
    content = make_nasty.clean_book(random.Random(seed)).pack()
    assert inspect(content, "a.xlsx").findings == ()


@pytest.mark.parametrize("place", make_hidden.WORD, ids=lambda place: place)
def test_every_hiding_place_of_a_letter(place: str) -> None:
    content = make_hidden.letter(*make_hidden.WORD[place], CANARY)
    assert check(content, "a.docx") not in LET_BY


@pytest.mark.parametrize("place", make_hidden.ODS, ids=lambda place: place)
def test_every_hiding_place_of_an_open_sheet(place: str) -> None:
    content = make_hidden.open_document("spreadsheet", make_hidden.ODS[place], CANARY)
    assert check(content, "a.ods") not in LET_BY


@pytest.mark.parametrize("place", make_hidden.ODT, ids=lambda place: place)
def test_every_hiding_place_of_an_open_letter(place: str) -> None:
    content = make_hidden.open_document("text", make_hidden.ODT[place], CANARY)
    assert check(content, "a.odt") not in LET_BY


@pytest.mark.parametrize("place", make_hidden.HTML, ids=lambda place: place)
def test_every_hiding_place_of_a_page(place: str) -> None:
    content = make_hidden.page(make_hidden.HTML[place], CANARY)
    assert check(content, "a.html") not in LET_BY


@pytest.mark.parametrize("place", make_hidden.PDF, ids=lambda place: place)
def test_every_hiding_place_of_a_pdf(place: str) -> None:
    assert check(make_hidden.PDF[place](CANARY), "a.pdf") not in LET_BY


@pytest.mark.parametrize("place", make_hidden.MAIL, ids=lambda place: place)
def test_every_hiding_place_of_a_mail(place: str) -> None:
    assert check(make_hidden.MAIL[place](CANARY), "a.eml") not in LET_BY


@pytest.mark.parametrize("place", make_hidden.IMAGES, ids=lambda place: place)
def test_every_hiding_place_of_a_picture(place: str) -> None:
    content, name = make_hidden.IMAGES[place](CANARY)
    assert check(content, name) not in LET_BY


def invented(rng: random.Random) -> str:
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(4))


def added(content: bytes, name: str, part: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w") as new:
        for member in old.infolist():
            new.writestr(member, change(member.filename, old.read(member)))
        if name:
            new.writestr(name, part)
    return held.getvalue()


CONTROLS = {
    "xlsx": lambda: make_nasty.clean_book(random.Random(1)).pack(),
    "docx": lambda: make_hidden.letter("", {}, ""),
    "ods": lambda: make_hidden.open_document("spreadsheet", {}, ""),
    "odt": lambda: make_hidden.open_document("text", {}, ""),
}


@pytest.mark.parametrize("kind", CONTROLS)
@pytest.mark.parametrize("seed", range(25))
def test_an_unknown_part_is_a_finding(kind: str, seed: int) -> None:
    rng = random.Random(seed)
    folder = rng.choice(["", "xl/", "word/", "docProps/", "customXml/", "Pictures/", "META-INF/",
                         f"{invented(rng)}/", "xl/worksheets/", "_rels/"])  # fmt: skip
    name = f"{folder}{invented(rng)}.{rng.choice(['xml', 'bin', 'dat', 'txt', 'rels', 'png'])}"
    content = added(CONTROLS[kind](), name, f"<a>{CANARY}</a>".encode(), lambda n, part: part)
    assert check(content, f"a.{kind}") not in LET_BY


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
@pytest.mark.parametrize("seed", range(25))
def test_an_unknown_relationship_is_a_finding(kind: str, seed: int) -> None:
    word = invented(random.Random(seed))
    own = f'<Relationship Id="rX{seed}" Type="{make_nasty.REL}/{word}" Target="{word}.xml"/>'
    rels = ["_rels/.rels", "xl/_rels/workbook.xml.rels", "word/_rels/document.xml.rels"]
    at = rels[0] if seed % 2 else rels[1 if kind == "xlsx" else 2]
    closing = b"</Relationships>"
    content = added(CONTROLS[kind](), f"{word}.xml", f"<a>{CANARY}</a>".encode(),
                    lambda n, part: part.replace(closing, own.encode() + closing)
                    if n == at else part)  # fmt: skip
    assert check(content, f"a.{kind}") not in LET_BY


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
@pytest.mark.parametrize("seed", range(25))
def test_an_unknown_type_of_content_is_a_finding(kind: str, seed: int) -> None:
    word = invented(random.Random(seed))
    own = f'<Override PartName="/{word}.xml" ContentType="application/vnd.{word}+xml"/>'
    content = added(CONTROLS[kind](), f"{word}.xml", f"<a>{CANARY}</a>".encode(),
                    lambda n, part: part.replace(b"</Types>", own.encode() + b"</Types>")
                    )  # fmt: skip
    assert check(content, f"a.{kind}") not in LET_BY


@pytest.mark.parametrize("kind", CONTROLS)
def test_controls_made_by_hand_are_clean(kind: str) -> None:
    assert inspect(CONTROLS[kind](), f"a.{kind}").findings == ()


def test_controls_made_by_openpyxl_are_clean() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Area", "2021", "2022"])
    for n, area in enumerate(make_nasty.AREAS):
        sheet.append([area, 120 + n, 340 + n])
    sheet.append(["Total", "=SUM(B2:B8)", "=SUM(C2:C8)"])
    sheet["A1"].font = openpyxl.styles.Font(bold=True, color="FF1F4E78")
    sheet["A1"].fill = openpyxl.styles.PatternFill("solid", fgColor="FFD9E1F2")
    sheet.column_dimensions["A"].width = 24
    sheet.freeze_panes = "B2"
    sheet.print_area = "A1:B4"
    sheet.auto_filter.ref = "A1:C9"
    sheet["B2"].number_format = "#,##0"
    held = io.BytesIO()
    book.save(held)
    assert inspect(held.getvalue(), "a.xlsx").findings == ()


@pytest.mark.parametrize("grid", [True, False])
def test_controls_made_by_reportlab_are_not_flagged(grid: bool) -> None:
    rng = random.Random(9)
    rows = [["Area", "2021", "2022", "Total"]]
    for n in range(120):
        one, two = rng.randint(100, 999), rng.randint(1000, 9999)
        rows.append([f"Ward {n}", str(one), str(two), f"{one + two:,}"])
    lines = [("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0))] if grid else []
    lines += [("BACKGROUND", (0, 0), (-1, 0), (0.8, 0.85, 0.95)),
              ("TEXTCOLOR", (0, 0), (-1, 0), (0.1, 0.2, 0.4))]  # fmt: skip
    held = io.BytesIO()
    SimpleDocTemplate(held, pagesize=A4, invariant=1).build([Drawn(rows, style=lines)])
    found = inspect(held.getvalue(), "a.pdf")
    assert found.kinds <= {"doc_properties"}
    assert found.outcome in ("accept_clean", "accept_stripped")


def test_a_true_redaction_is_not_flagged() -> None:
    held = io.BytesIO()
    sheet = canvas.Canvas(held, pagesize=A4, invariant=1)
    sheet.drawString(72, 700, "Requests made in 2021: 1204")
    sheet.setFillGray(0)
    sheet.rect(72, 640, 200, 14, fill=1, stroke=0)
    sheet.save()
    assert "bad_redaction" not in inspect(held.getvalue(), "a.pdf").kinds


def test_pictures_without_anything_else_are_clean() -> None:
    for form, name in (("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp"),
                       ("BMP", "bmp")):  # fmt: skip
        held = io.BytesIO()
        Image.effect_noise((64, 48), 40).convert("RGB").save(held, form)
        assert inspect(held.getvalue(), f"a.{name}").findings == (), form
    for progressive in (True, False):
        held = io.BytesIO()
        noise = Image.effect_noise((64, 48), 90).convert("RGB")
        noise.save(held, "JPEG", progressive=progressive, restart_marker_rows=1)
        assert inspect(held.getvalue(), "a.jpg").findings == ()
