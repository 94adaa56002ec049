"""Makes documents whose tables are known, to measure how exactly they are read."""

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

Grid = list[list[str]]

PLACES = (
    "Avon and Somerset", "Bedfordshire", "Cambridgeshire", "Cheshire", "City of London",
    "Cleveland", "Cumbria", "Derbyshire", "Devon and Cornwall", "Dorset", "Durham", "Essex",
    "Gloucestershire", "Greater Manchester", "Hampshire", "Hertfordshire", "Humberside",
    "Kent", "Lancashire",
    "Leicestershire", "Lincolnshire", "Merseyside", "Metropolitan Police", "Norfolk",
    "North Wales", "North Yorkshire", "Northamptonshire", "Northumbria", "Nottinghamshire",
    "South Wales", "South Yorkshire", "Staffordshire", "Suffolk", "Surrey", "Sussex",
    "Thames Valley", "Warwickshire", "West Mercia", "West Midlands", "West Yorkshire", "Wiltshire",
)  # fmt: skip
HEADS = ("Force", "Applications", "Notices", "Refused", "Urgent")
PROSE = (
    "Public authorities acquired communications data under the Act in the year under review, and",
    "the inspectors examined a sample of applications in each authority that they visited. The",
    "figures below were supplied by the authorities and were not audited by this office.",
)


@dataclass(frozen=True)
class Made:
    """A document and the tables that are in it."""

    name: str
    kind: str
    content: bytes
    tables: tuple[Grid, ...]


def figures(dice: random.Random, rows: int, columns: int = 5) -> Grid:
    """Return a table of places and counts, with its head and a total that adds up."""
    names = sorted(dice.sample(PLACES, rows))
    body = [
        [name, *(f"{dice.randrange(0, 60000):,}" for _ in range(columns - 1))] for name in names
    ]
    sums = [f"{sum(int(row[k].replace(',', '')) for row in body):,}" for k in range(1, columns)]
    return [list(HEADS[:columns]), *body, ["Total", *sums]]


class Sheet:
    """A canvas on which tables are drawn from the top down."""

    def __init__(self, size: tuple[float, float] = A4) -> None:
        self.held = io.BytesIO()
        self.pen = Canvas(self.held, pagesize=size, invariant=True)
        self.width, self.height = size
        self.y = self.height - 60
        self.pen.setFont("Helvetica", 9)

    def prose(self, lines: int = 3) -> None:
        """Write running text."""
        for text in PROSE[:lines]:
            self.text(60, text)
            self.y -= 12
        self.y -= 10

    def text(self, x: float, text: str, *, right: bool = False, size: float = 9) -> None:
        """Write one text at the current line."""
        self.pen.setFont("Helvetica", size)
        (self.pen.drawRightString if right else self.pen.drawString)(x, self.y, text)

    def new_page(self) -> None:
        """Begin another page."""
        self.pen.showPage()
        self.y = self.height - 60

    def done(self) -> bytes:
        """Return the PDF."""
        self.pen.save()
        return self.held.getvalue()


def draw(
    sheet: Sheet, grid: Grid, *, ruled: bool = False, lines: bool = False, step: float = 14.0
) -> None:
    """Draw a table: labels left, figures right; ruled in full, or with three lines only."""
    width = (sheet.width - 120 - 130) / (len(grid[0]) - 1)
    edges = [60.0, 190.0, *(190 + width * k for k in range(1, len(grid[0])))]
    top = sheet.y + step - 4
    for number, row in enumerate(grid):
        sheet.text(edges[0] + 4, row[0])
        for k, text in enumerate(row[1:], 1):
            sheet.text(edges[k + 1] - 4, text, right=True)
        if ruled or (lines and number in (0, len(grid) - 2, len(grid) - 1)):
            sheet.pen.line(edges[0], sheet.y - 4, edges[-1], sheet.y - 4)
        sheet.y -= step
    bottom = sheet.y + step - 4
    if ruled or lines:
        sheet.pen.line(edges[0], top, edges[-1], top)
    if ruled:
        for x in edges:
            sheet.pen.line(x, top, x, bottom)
    sheet.y -= 16


def ruled(dice: random.Random) -> Made:
    """A table with all its lines."""
    sheet, grid = Sheet(), figures(dice, dice.randint(8, 25))
    sheet.prose()
    sheet.text(60, "Table 1: Applications by police force")
    sheet.y -= 20
    draw(sheet, grid, ruled=True)
    sheet.prose()
    return Made("ruled", "pdf", sheet.done(), (grid,))


def unruled(dice: random.Random) -> Made:
    """A table without any line, between running text."""
    sheet, grid = Sheet(), figures(dice, dice.randint(8, 25), dice.randint(3, 5))
    sheet.prose()
    draw(sheet, grid)
    sheet.prose()
    return Made("unruled", "pdf", sheet.done(), (grid,))


def footnoted(dice: random.Random) -> Made:
    """Three lines, raised marks after some figures, and notes below."""
    sheet, grid = Sheet(), figures(dice, dice.randint(8, 20))
    sheet.prose()
    sheet.text(60, "Table 2: Notices and refusals")
    sheet.y -= 20
    top, width = sheet.y, (sheet.width - 250) / (len(grid[0]) - 1)
    draw(sheet, grid, lines=True)
    for row in dice.sample(range(1, len(grid) - 1), 3):
        column = dice.randint(1, len(grid[0]) - 1)
        sheet.pen.setFont("Helvetica", 5.5)
        sheet.pen.drawString(190 + width * column - 3.6, top - 14 * row + 3.5, "1")
        grid[row][column] += " 1"
    sheet.text(60, "1 Figures were revised after publication.", size=7)
    sheet.y -= 9
    sheet.text(60, "Source: returns of the police forces.", size=7)
    return Made("footnoted", "pdf", sheet.done(), (grid,))


def wrapped(dice: random.Random) -> Made:
    """Long names that wrap over two lines, the figures on the first."""
    sheet, grid = Sheet(), figures(dice, dice.randint(8, 16), 4)
    for row in dice.sample(range(1, len(grid) - 1), 4):
        grid[row][0] = "Department of Enterprise Trade & Investment"
    sheet.prose()
    width = 105.0
    for row in grid:
        first, _, rest = row[0].partition(" & ")
        sheet.text(64, f"{first} &" if rest else first)
        for k, text in enumerate(row[1:], 1):
            sheet.text(210 + width * k - 4, text, right=True)
        if rest:
            sheet.y -= 10.5
            sheet.text(64, rest)
        sheet.y -= 17
    return Made("wrapped", "pdf", sheet.done(), (grid,))


def merged(dice: random.Random) -> Made:
    """A head of two rows, with a heading over two columns."""
    sheet, grid = Sheet(), figures(dice, dice.randint(8, 20))
    sheet.prose()
    width = (sheet.width - 250) / 4
    top = sheet.y + 10
    sheet.text(190 + width, "Requested in 2013", right=False)
    sheet.pen.line(200, sheet.y - 4, 190 + 2 * width, sheet.y - 4)
    sheet.y -= 14
    sheet.pen.line(60, top, 190 + 4 * width, top)
    draw(sheet, grid, lines=False)
    # A heading over one row of the head stands in the first of its rows.
    head = [[grid[0][0], "Requested in 2013", "", *grid[0][3:]], ["", *grid[0][1:3], "", ""]]
    return Made("merged", "pdf", sheet.done(), ([*head, *grid[1:]],))


def names_first(dice: random.Random) -> Made:
    """Two lists side by side; the file holds all names first, then all the values."""
    sheet = Sheet()
    sheet.prose()
    names = dice.sample(PLACES, 24)
    grid = [
        [names[k], f"{dice.randrange(1, 9999):,}", names[k + 12], f"{dice.randrange(1, 9999):,}"]
        for k in range(12)
    ]
    grid.insert(0, ["Authority", "Total", "Authority", "Total"])
    start = sheet.y
    for column, x, right in ((0, 60, False), (2, 310, False), (1, 270, True), (3, 520, True)):
        sheet.y = start
        for row in grid:
            sheet.text(x, row[column], right=right)
            sheet.y -= 14
    return Made("names first", "pdf", sheet.done(), (grid,))


def several_pages(dice: random.Random) -> Made:
    """One table over two pages that repeats its head, with running heads and page numbers."""
    sheet, grid = Sheet(), figures(dice, 40)
    middle = dice.randint(15, 30)
    for number, part in enumerate((grid[:middle], [grid[0], *grid[middle:]]), 1):
        sheet.text(60, "Annual report of the Commissioner")
        sheet.y -= 40
        draw(sheet, part, ruled=True)
        sheet.y = 40
        sheet.text(290, str(number))
        if number == 1:
            sheet.new_page()
    return Made("several pages", "pdf", sheet.done(), (grid,))


def rotated(dice: random.Random) -> Made:
    """A page that is stored on its side and shown upright."""
    sheet, grid = Sheet(landscape(A4)), figures(dice, 15)
    sheet.pen.setPageRotation(90)
    draw(sheet, grid, ruled=dice.random() < 0.5)
    return Made("rotated", "pdf", sheet.done(), (grid,))


def sideways(dice: random.Random) -> Made:
    """A table printed up the page."""
    sheet, grid = Sheet(), figures(dice, 12)
    sheet.pen.rotate(90)
    sheet.pen.translate(0, -A4[0])
    sheet.width, sheet.height = A4[1], A4[0]
    sheet.y = sheet.height - 60
    draw(sheet, grid, ruled=True)
    return Made("sideways", "pdf", sheet.done(), (grid,))


def scanned(dice: random.Random) -> Made:
    """A picture of a table at 200 dots to the inch, a little turned and with speckles."""
    import pypdfium2
    from PIL import Image

    sheet, grid = Sheet(), figures(dice, dice.randint(8, 20))
    sheet.prose()
    draw(sheet, grid, ruled=dice.random() < 0.5)
    page = pypdfium2.PdfDocument(sheet.done())[0]
    picture = page.render(scale=200 / 72, grayscale=True).to_pil()
    picture = picture.rotate(dice.uniform(-0.2, 0.2), Image.Resampling.BICUBIC, fillcolor=255)
    for _ in range(150):
        at = dice.randrange(picture.width), dice.randrange(picture.height)
        picture.putpixel(at, dice.randrange(100, 255))
    held = io.BytesIO()
    picture.save(held, "PDF", resolution=200)
    return Made("scanned", "pdf", held.getvalue(), (grid,))


def workbook(dice: random.Random) -> Made:
    """An XLSX with a title, a merged heading, and a hidden row and column."""
    from openpyxl import Workbook

    grid = figures(dice, 20)
    book = Workbook()
    page = book.active
    page.title = "Forces"
    page.append(["Applications by force"])
    for row in grid:
        page.append([int(t.replace(",", "")) if t[0].isdigit() else t for t in row])
    page.merge_cells("A1:E1")
    page.row_dimensions[4].hidden = True
    page.column_dimensions["C"].hidden = True
    held = io.BytesIO()
    book.save(held)
    plain = [[t.replace(",", "") for t in row] for row in grid]
    return Made("xlsx", "xlsx", held.getvalue(), ([["Applications by force"], *plain],))


def csv_file(dice: random.Random) -> Made:
    """A CSV with quoted thousands."""
    grid = figures(dice, 20)
    text = "\r\n".join(",".join(f'"{t}"' if "," in t else t for t in row) for row in grid)
    return Made("csv", "csv", text.encode(), (grid,))


def html_page(dice: random.Random) -> Made:
    """An HTML page with a caption and a head."""
    grid = figures(dice, 20)
    rows = ["".join(f"<td>{t}</td>" for t in row) for row in grid[1:]]
    head = "".join(f"<th>{t}</th>" for t in grid[0])
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    text = (
        f"<html><body><table><caption>Forces</caption><tr>{head}</tr>{body}</table></body></html>"
    )
    return Made("html", "html", text.encode(), (grid,))


def word_document(dice: random.Random) -> Made:
    """A DOCX with one table, and a deleted run that must not be read."""
    grid = figures(dice, 20)

    def cell(text: str) -> str:
        gone = "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        return f"<w:tc><w:p>{gone}<w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    rows = "".join(f"<w:tr>{''.join(cell(t) for t in row)}</w:tr>" for row in grid)
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f"<w:p><w:r><w:t>Table 1: Forces</w:t></w:r></w:p><w:tbl>{rows}</w:tbl>"
    text = f'<w:document xmlns:w="{name}"><w:body>{body}</w:body></w:document>'
    return Made("docx", "docx", zipped({"word/document.xml": text}), (grid,))


OPEN = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def open_text(dice: random.Random) -> Made:
    """An ODT with one table."""
    grid = figures(dice, 20)
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{t}</text:p></table:table-cell>" for t in row)
        + "</table:table-row>"
        for row in grid
    )
    table = f'<table:table table:name="T1">{rows}</table:table>'
    text = f"<office:document-content {OPEN}><office:body><office:text>{table}</office:text>"
    text += "</office:body></office:document-content>"
    mime = "application/vnd.oasis.opendocument.text"
    return Made("odt", "odt", zipped({"mimetype": mime, "content.xml": text}), (grid,))


def open_sheet(dice: random.Random) -> Made:
    """An ODS with one sheet."""
    grid = [[t.replace(",", "") for t in row] for row in figures(dice, 20)]

    def cell(text: str) -> str:
        if text.isdigit():
            kind = f'office:value-type="float" office:value="{text}"'
        else:
            kind = 'office:value-type="string"'
        return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in grid)
    table = f'<table:table table:name="Forces">{rows}</table:table>'
    text = f"<office:document-content {OPEN}><office:body><office:spreadsheet>{table}"
    text += "</office:spreadsheet></office:body></office:document-content>"
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    name = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    manifest = f'<m:manifest xmlns:m="{name}"/>'
    parts = {"mimetype": mime, "content.xml": text, "META-INF/manifest.xml": manifest}
    return Made("ods", "ods", zipped(parts), (grid,))


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """Return a zip of named parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return held.getvalue()


def report(pages: int) -> bytes:
    """Return a PDF of running text with a table on every tenth page."""
    dice, sheet = random.Random(50), Sheet()
    for number in range(pages):
        for _ in range(14):
            sheet.prose()
        if number % 10 == 0:
            sheet.new_page()
            draw(sheet, figures(dice, 30), ruled=True)
        if number < pages - 1:
            sheet.new_page()
    return sheet.done()


TEXT: tuple[Callable[[random.Random], Made], ...] = (
    ruled, unruled, footnoted, wrapped, merged, names_first, several_pages, rotated, sideways,
)  # fmt: skip
OTHERS = (workbook, csv_file, html_page, word_document, open_text, open_sheet)
