"""Whether the letters of a font look like what its text says: a copied page may lie.

Text is taken out of a PDF by a table of each font; the picture comes from its shapes. Each letter's
picture is compared with the same letter in the usual typefaces. One that looks strange proves
nothing; a font of which most letters look like other letters does.
"""

import io
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from portal.desk.inspection.pdf import canvas as paint
from portal.desk.inspection.pdf.canvas import Canvas, Pixels
from portal.desk.inspection.pdf.letters import Letter

Shape = np.ndarray
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FACES = ("Helvetica", "Helvetica-Bold", "Times-Roman", "Times-Bold", "Helvetica-Oblique",
          "Times-Italic", "Courier")  # fmt: skip
SIDE = 12  # shapes are compared as squares of so many points
LEAST_PIXELS, LEAST_LETTERS = 7, 8
# letters that are alike in one face or another
_ALIKE = ("0oOQDCGce", "1lIiJjtfr7", "5sS8B", "2zZ", "vVyYuUwW", "xXkK", "pPqdbg9", "mMnNhH", "6bG",
          "4A", "aes8", "E3FB")  # fmt: skip
LIES = 0.5
UNPAINTED = (3, 7)  # text that is there for searching, or to clip


def strange(letters: Iterable[Letter], ink: Pixels, canvas: Canvas) -> list[Letter]:
    """Return the letters of the fonts whose shapes are mostly those of other letters."""
    by_font: dict[str, dict[str, list[Letter]]] = {}
    names: dict[int, str] = {}
    for letter in letters:
        known = letter.text in _LETTERS and letter.box and letter.owner >= 0 and not letter.why
        known = known and letter.upright and letter.mode not in UNPAINTED
        if known and letter.box[3] - letter.box[1] >= LEAST_PIXELS:
            if letter.owner not in names:
                names[letter.owner] = _font(canvas, letter.owner)
            by_font.setdefault(names[letter.owner], {}).setdefault(letter.text, []).append(letter)
    if pdfium.FPDFPage_GetRotation(canvas.page):
        return []
    found: list[Letter] = []
    for shapes in by_font.values():
        if len(shapes) < LEAST_LETTERS:
            continue
        wrong = [text for text, some in shapes.items() if _looks_other(text, some[0], ink)]
        if len(wrong) > len(shapes) * LIES:
            found += [letter for some in shapes.values() for letter in some]
    return found


def _font(canvas: Canvas, owner: int) -> str:
    font = pdfium.FPDFTextObj_GetFont(canvas.objects[owner])
    return str(pypdfium2.raw.ctypes.cast(font, pypdfium2.raw.ctypes.c_void_p).value)


def _looks_other(text: str, letter: Letter, ink: Pixels) -> bool:
    shape = _squared(ink, letter.box)
    if shape is None:
        return False
    near = _nearest(shape)
    # small capitals are printed for small letters
    return text.casefold() not in near.casefold()


def _nearest(shape: Shape) -> str:
    """Return the letters that a shape may be: the best of each face, with those like it."""
    names, table = _references()
    distances = np.abs(table - shape[None]).mean(axis=(1, 2))
    best = [names[n] for n in np.argsort(distances)[:14]]
    return "".join(best) + "".join(group for group in _ALIKE if best[0] in group)


def _squared(ink: Pixels, box: tuple[int, ...]) -> Shape | None:
    x0, y0, x1, y1 = paint.inside(ink.shape[1], ink.shape[0], box)
    grey = 255.0 - ink[y0:y1, x0:x1].min(axis=2).astype(float)
    dark = grey > 96
    if not dark.any():
        return None
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    cut = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = cut.shape
    down = np.clip(((np.arange(SIDE) + 0.5) * high / SIDE).astype(int), 0, high - 1)
    across = np.clip(((np.arange(SIDE) + 0.5) * wide / SIDE).astype(int), 0, wide - 1)
    shape = cut[np.ix_(down, across)] / 255.0
    # how wide it is beside how high tells an l from an m
    return np.vstack([shape, np.full((2, SIDE), min(1.0, wide / high / 1.5))])


@lru_cache(maxsize=1)
def _references() -> tuple[str, Shape]:
    """Draw every letter in the typefaces that every reader of PDF has."""
    document = pikepdf.new()
    fonts = {f"/F{n}": pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(f"/{face}"),
    ) for n, face in enumerate(_FACES)}  # fmt: skip
    pieces = [
        f"BT /F{n} 10 Tf {10 + 16 * at} {20 + 30 * n} Td ({letter}) Tj ET"
        for n in range(len(_FACES))
        for at, letter in enumerate(_LETTERS)
    ]
    page = document.add_blank_page(page_size=(20 + 16 * len(_LETTERS), 30 * len(_FACES) + 20))
    page.obj["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
    page.obj["/Contents"] = document.make_stream("\n".join(pieces).encode())
    held = io.BytesIO()
    document.save(held)
    opened = pypdfium2.PdfDocument(held.getvalue())
    drawn = np.asarray(opened[0].render(scale=2.0).to_pil().convert("RGB"))
    opened.close()
    names, shapes = [], []
    for n in range(len(_FACES)):
        low = drawn.shape[0] - 2 * (20 + 30 * n)
        for at, letter in enumerate(_LETTERS):
            left = 2 * (10 + 16 * at)
            shape = _squared(drawn, (left - 4, low - 24, left + 26, low + 10))
            if shape is not None:
                names.append(letter)
                shapes.append(shape)
    return "".join(names), np.stack(shapes)
