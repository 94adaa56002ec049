"""What the rendered pages of a PDF show, and the findings about what they do not."""

import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from portal.desk.inspection import ordinary
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.pdf import canvas as paint
from portal.desk.inspection.pdf import glyphs
from portal.desk.inspection.pdf import letters as reading
from portal.desk.inspection.pdf.canvas import Canvas, Pixels
from portal.desk.inspection.pdf.letters import Letter
from portal.desk.inspection.tables import Cell, Table

_KINDS = {
    "covered": ("bad_redaction",),
    "colour": ("hidden_text",),
    "tiny": ("hidden_text",),
    "invisible": ("hidden_text",),
    "invisible_on_paint": ("hidden_text", "bad_redaction"),
    "outside": ("cropped_content",),
    "clipped": ("cropped_content",),
    "other_letters": ("hidden_text",),
}
MOST_LETTERS = 60_000
MOST_PICTURES = 8
# a gap of so many heights of a figure parts columns; the blank between words is half of one
WIDE = 1.1


def read(content: bytes, report: Report) -> list[str]:
    """Render every page, gather what it shows, and note what it hides; returns all its text."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as problem:
        raise Refused("corrupt", "document") from problem
    texts = []
    try:
        total = len(document)
        scale = 2.0 if total <= 15 else 1.5 if total <= 40 else 1.2
        for number in range(total):
            report.tick()
            page = document[number]
            texts.append(_page(page.raw, number + 1, scale, report))
            page.close()
    except pypdfium2.PdfiumError as problem:
        raise Refused("corrupt", "page") from problem
    finally:
        document.close()
    return texts


def all_text(content: bytes) -> str:
    """Return the text of all pages, seen or not; empty where it does not open."""
    try:
        document = pypdfium2.PdfDocument(content)
        pages = [page.get_textpage().get_text_bounded() for page in document]
        document.close()
    except Exception:
        return ""
    return "\n".join(pages)


def _page(page: Any, number: int, scale: float, report: Report) -> str:
    canvas = paint.load(page, scale)
    found = reading.read(page, canvas, MOST_LETTERS)
    if len(found) >= MOST_LETTERS:
        raise Refused("expansion_bomb", f"page {number}, letters")
    shown = canvas.render()
    alone = reading.judge(found, canvas, shown)
    place = f"page {number}"
    for letter in glyphs.strange(found, alone, canvas):
        letter.why = "other_letters"
    _note(found, place, report)
    _pictures(canvas, shown, place, report)
    lines = _lines([letter for letter in found if not letter.why])
    if lines:
        report.tables.append(Table(place, lines, prose=True))
    return "".join(letter.text for letter in found)


def _lines(letters: list[Letter]) -> list[Cell]:
    lines = ["   ".join(" ".join(part.split()) for part in line) for line in _split(letters)]
    return [Cell(n, 1, line) for n, line in enumerate((t for t in lines if t.strip()), 1)]


def _split(letters: list[Letter]) -> Iterator[list[str]]:
    """Yield each line in its pieces: figures of two columns must not read as one number."""
    parts, last = [""], None
    for letter in letters:
        if letter.text == "\n":
            yield parts
            parts, last = [""], None
            continue
        if letter.box:
            if last is not None and letter.box[0] - last[2] > WIDE * (last[3] - last[1]):
                parts.append("")
            last = letter.box
        parts[-1] += letter.text
    yield parts


def _note(letters: list[Letter], place: str, report: Report) -> None:
    """Count hidden letters by runs: a single glyph at a box's edge is no finding."""
    kept: dict[str, list[str]] = {}
    run: list[Letter] = []
    for letter in [*letters, Letter("", -1, (), 0, why="end")]:
        if letter.why and letter.why != "end":
            run.append(letter)
        elif letter.box or letter.why == "end" or not run or len(run) > 200:
            if _counts(run) and not ordinary.stamp(_whole(run, letters)):
                for kind in _KINDS[_usual(run)]:
                    kept.setdefault(kind, []).append("".join(one.text for one in run))
            else:
                for one in run:
                    one.why = ""
            run = []
        else:
            run.append(letter)
    for kind, texts in kept.items():
        report.hidden(kind, place, "\n".join(texts), len(texts))


def _whole(run: list[Letter], letters: list[Letter]) -> str:
    """Return all that the objects of a run print, in which only some letters may be unseen."""
    owners = {letter.owner for letter in run if letter.why} - {-1}
    return "".join(x.text for x in letters if x.owner in owners or (x.owner == -1 and not x.box))


def _usual(run: list[Letter]) -> str:
    whys = [letter.why for letter in run if letter.why]
    return max(sorted(set(whys)), key=whys.count)


def _counts(run: list[Letter]) -> bool:
    words = [letter for letter in run if letter.why and letter.text.isalnum()]
    whole = "".join(letter.text for letter in run).strip()
    return len(words) >= 3 or (
        len(words) >= 2 and len(whole.split()) >= 1 and any(letter.ink >= 6 for letter in words)
    )


def _pictures(canvas: Canvas, shown: Pixels, place: str, report: Report) -> None:
    """Compare each picture, painted alone, with the page: flat where it has detail is a cover."""
    image = pdfium.FPDF_PAGEOBJ_IMAGE
    pictures = [n for n, kind in enumerate(canvas.kinds) if kind == image]
    boxes = {n: _bounds(canvas, canvas.objects[n]) for n in pictures}
    outside = [n for n in pictures if _sticks_out(boxes[n], canvas)]
    report.add("cropped_content", f"{place}, picture", len(outside))
    if not pictures or len(canvas.objects) == len(pictures) == 1:
        return
    largest = sorted(pictures, key=lambda n: -_area(boxes[n]))[:MOST_PICTURES]
    for number in largest:
        x0, y0, x1, y1 = paint.inside(canvas.width, canvas.height, boxes[number])
        if x1 - x0 < 24 or y1 - y0 < 24:
            continue
        canvas.show(lambda n, kind, number=number: n == number)  # type: ignore[misc]
        alone = canvas.render(annotations=False)[y0:y1, x0:x1]
        covered = _flat(shown[y0:y1, x0:x1]) & ~_flat(alone, 24)
        share = covered.mean() if covered.size else 0.0
        if covered.sum() >= 6 and share < 0.6:
            report.add("bad_redaction", f"{place}, picture {pictures.index(number) + 1}")


def _flat(pixels: Pixels, most: int = 6) -> Any:
    """Return which blocks of eight by eight pixels are all of one colour."""
    grey = pixels.mean(axis=2)
    high, wide = (side // 8 * 8 for side in grey.shape)
    blocks = grey[:high, :wide].reshape(high // 8, 8, wide // 8, 8)
    return np.ptp(blocks, axis=(1, 3)) < most


def _bounds(canvas: Canvas, item: Any) -> tuple[int, ...]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(item, *(ctypes.byref(side) for side in (left, bottom, right, top)))
    return canvas.box(left.value, bottom.value, right.value, top.value)


def _area(box: tuple[int, ...]) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def _sticks_out(box: tuple[int, ...], canvas: Canvas) -> bool:
    """Tell whether a third of a picture lies off the page."""
    whole = _area(box)
    seen = _area(paint.inside(canvas.width, canvas.height, box))
    return whole > 400 and seen < whole * 0.66
