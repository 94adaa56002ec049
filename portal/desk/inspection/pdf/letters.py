"""The letters of a page with their boxes, and for each whether the rendered page shows it."""

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from portal.desk.inspection.pdf import canvas as paint
from portal.desk.inspection.pdf.canvas import Canvas, Pixels

SHARE_SEEN = 0.3
# letters of this many points are read even where they are pale: a stamp across the page
LARGE, FAINT = 24.0, 12
TINY_POINTS = 1.2
TURNED = 0.03  # radians
INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
MOST_OVERLAPS = 30


@dataclass(slots=True)
class Letter:
    """One printed letter: its number on the page, its object, its box, and how it is hidden."""

    text: str
    owner: int
    box: tuple[int, ...]
    mode: int
    ink: int = 0
    why: str = ""
    upright: bool = True


def read(page: Any, canvas: Canvas, most: int) -> list[Letter]:
    """Return the letters of a page in reading order; blanks and line ends have no box."""
    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        total = min(pdfium.FPDFText_CountChars(text_page), most)
        owners = {_address(item): n for n, item in enumerate(canvas.objects)}
        modes: dict[int, int] = {}
        return [_letter(text_page, n, canvas, owners, modes) for n in range(total)]
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


def _letter(
    text_page: Any, number: int, canvas: Canvas, owners: dict[int, int], modes: dict[int, int]
) -> Letter:
    code = pdfium.FPDFText_GetUnicode(text_page, number)
    text = chr(code) if 0 < code < 0x110000 else ""
    if not text.strip() or pdfium.FPDFText_IsGenerated(text_page, number) == 1:
        return Letter("\n" if text in "\r\n" else " " if text else "", -1, (), 0)
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(
        text_page, number, *(ctypes.byref(side) for side in (left, right, bottom, top))
    )
    item = pdfium.FPDFText_GetTextObject(text_page, number)
    owner = owners.get(_address(item), -1) if item else -1
    if owner not in modes:
        modes[owner] = pdfium.FPDFTextObj_GetTextRenderMode(item) if item else 0
    letter = Letter(
        text,
        owner,
        canvas.box(left.value, bottom.value, right.value, top.value),
        modes[owner],
    )
    letter.upright = abs(pdfium.FPDFText_GetCharAngle(text_page, number)) < TURNED
    if 0 < top.value - bottom.value < TINY_POINTS and 0 < right.value - left.value < TINY_POINTS:
        size = ctypes.c_float()
        if item and pdfium.FPDFTextObj_GetFontSize(item, ctypes.byref(size)):
            letter.why = "tiny" if text.isalnum() else ""
    return letter


def judge(letters: list[Letter], canvas: Canvas, shown: Pixels) -> Pixels:
    """Say of each letter whether it is seen; returns the page's text alone, in black."""
    is_text = pdfium.FPDF_PAGEOBJ_TEXT
    canvas.show(lambda number, kind: kind != is_text)
    bare = canvas.render()
    printed = [letter for letter in letters if letter.box]
    if not printed:
        return shown
    seen = paint.sums(paint.differs(shown, bare))
    faint = paint.sums(paint.differs(shown, bare, FAINT))
    large = LARGE * canvas.scale
    _blacken(canvas)
    canvas.show(lambda number, kind: kind == is_text)
    alone = canvas.render(annotations=False)
    ink = paint.sums(alone.min(axis=2) < 160)
    for letter in printed:
        letter.ink = paint.count(ink, letter.box)
        if letter.why:
            continue
        if _outside(letter.box, canvas):
            letter.why = "outside"
        elif letter.mode == INVISIBLE:
            letter.why = "" if _has_ink(bare, letter.box) else "invisible"
        elif paint.count(
            faint if letter.box[3] - letter.box[1] >= large else seen, letter.box
        ) < max(1, letter.ink * SHARE_SEEN):
            letter.why = "unseen" if letter.ink else "clipped"
    _overlaps(printed, canvas, shown)
    _told_apart(printed, canvas, bare)
    return alone


def _blacken(canvas: Canvas) -> None:
    for number, item in enumerate(canvas.objects):
        if canvas.kinds[number] == pdfium.FPDF_PAGEOBJ_TEXT:
            pdfium.FPDFPageObj_SetFillColor(item, 0, 0, 0, 255)
            pdfium.FPDFPageObj_SetBlendMode(item, b"Normal")
            if pdfium.FPDFTextObj_GetTextRenderMode(item) in (1, 3, 5, 7):
                pdfium.FPDFTextObj_SetTextRenderMode(item, 0)


def _outside(box: tuple[int, ...], canvas: Canvas) -> bool:
    x0, y0, x1, y1 = box
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    return not (-1 <= middle_x <= canvas.width + 1 and -1 <= middle_y <= canvas.height + 1)


def _has_ink(pixels: Pixels, box: tuple[int, ...]) -> bool:
    """Tell whether the picture below an invisible letter shows anything there."""
    x0, y0, x1, y1 = paint.inside(pixels.shape[1], pixels.shape[0], box)
    if x1 <= x0 or y1 <= y0:
        return False
    grey = pixels[y0:y1, x0:x1].min(axis=2)
    return int(grey.max()) - int(grey.min()) >= 40


def _overlaps(letters: list[Letter], canvas: Canvas, shown: Pixels) -> None:
    """Look again, one object at a time, where letters lie on other letters."""
    grid: dict[tuple[int, int], list[Letter]] = {}
    doubtful: set[int] = set()
    for letter in letters:
        x0, y0, x1, y1 = letter.box
        key = ((x0 + x1) // 16, (y0 + y1) // 16)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for other in grid.get((key[0] + dx, key[1] + dy), ()):
                    if other.owner != letter.owner and _overlap(letter, other):
                        doubtful |= {letter.owner, other.owner}
        grid.setdefault(key, []).append(letter)
    by_owner: dict[int, list[Letter]] = {}
    for letter in letters:
        by_owner.setdefault(letter.owner, []).append(letter)
    # objects came out of the last renderings black: compare with a page as black as that
    for owner in sorted(doubtful - {-1})[:MOST_OVERLAPS]:
        _alone(by_owner[owner], owner, canvas)
    for owner in sorted(doubtful - {-1})[MOST_OVERLAPS:]:
        for letter in by_owner[owner]:
            letter.why = letter.why or "unseen"


def _overlap(one: Letter, other: Letter) -> bool:
    if one.text == other.text:
        return False
    wide = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    high = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    if wide <= 1 or high <= 1:
        return False
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one.box, other.box)]
    return wide * high > 0.4 * max(1, min(areas))


def _alone(letters: list[Letter], owner: int, canvas: Canvas) -> None:
    item = canvas.objects[owner]
    canvas.show(lambda number, kind: True)
    pdfium.FPDFPageObj_SetFillColor(item, 255, 0, 255, 255)
    with_it = canvas.render()
    pdfium.FPDFPageObj_SetIsActive(item, False)
    without = canvas.render()
    pdfium.FPDFPageObj_SetFillColor(item, 0, 0, 0, 255)
    seen = paint.sums(paint.differs(with_it, without))
    for letter in letters:
        if not letter.why and paint.count(seen, letter.box) < max(1, letter.ink * 0.15):
            letter.why = "unseen"


def _told_apart(letters: list[Letter], canvas: Canvas, bare: Pixels) -> None:
    """Tell text that is covered from text that merely has the colour of its ground."""
    unseen = [letter for letter in letters if letter.why in ("unseen", "invisible")]
    if not unseen:
        return
    for number, item in enumerate(canvas.objects):
        if canvas.kinds[number] == pdfium.FPDF_PAGEOBJ_TEXT:
            pdfium.FPDFPageObj_SetFillColor(item, 255, 0, 255, 255)
    canvas.show(lambda number, kind: True)
    bright = paint.sums(paint.differs(canvas.render(), bare))
    for letter in unseen:
        on_top = paint.count(bright, letter.box) >= max(1, letter.ink * SHARE_SEEN)
        if letter.why == "unseen":
            letter.why = "colour" if on_top else "covered"
        elif not _is_white(bare, letter.box):
            letter.why = "invisible_on_paint"


def _is_white(pixels: Pixels, box: tuple[int, ...]) -> bool:
    x0, y0, x1, y1 = paint.inside(pixels.shape[1], pixels.shape[0], box)
    return x1 <= x0 or y1 <= y0 or int(pixels[y0:y1, x0:x1].min()) > 200
