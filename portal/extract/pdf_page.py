"""What stands on a PDF page, read by pdfium: words with their boxes, and ruled lines."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as c

from portal.extract.model import Box
from portal.extract.pdf_model import Frame, Page, Rule, Word
from portal.extract.pdf_rules import rules_and_pictures

MOST_CHARACTERS = 200_000


def read_page(document: pdfium.PdfDocument, number: int) -> Page:
    """Read words and rules of page `number`, counted from 1."""
    page = document[number - 1]
    try:
        frame = Frame.of(page)
        words, turn = _words(page, frame)
        rules, pictures = rules_and_pictures(page, frame)
        found = Page(number, frame.width, frame.height, tuple(words), tuple(rules), 0, pictures)
        return _turned(found, turn) if turn else found
    finally:
        page.close()


@dataclass(slots=True)
class _Character:
    text: str
    box: Box
    base: tuple[float, float]
    size: float
    angle: int
    bold: bool


def _words(page: pdfium.PdfPage, frame: Frame) -> tuple[list[Word], int]:
    runs: list[list[_Character]] = [[]]
    for character in _characters(page, frame):
        if character is None or (runs[-1] and _apart(runs[-1][-1], character)):
            runs.append([])
        if character is not None:
            runs[-1].append(character)
    runs = [run for run in runs if run]
    turns = [run[0].angle for run in runs for _ in run]
    turn = max((0, 90, 180, 270), key=lambda angle: (turns.count(angle), -angle)) if turns else 0
    turn = turn if turn in (90, 270) else 0
    return [_word(run, turn, frame) for run in runs if run[0].angle == turn], turn


def _characters(page: pdfium.PdfPage, frame: Frame) -> Iterator[_Character | None]:
    """Yield each printed character in the file's order, None for white space."""
    text = page.get_textpage()
    try:
        get = _Getter(text.raw)
        for index in range(min(text.count_chars(), MOST_CHARACTERS)):
            yield get.character(index, frame)
    finally:
        text.close()


class _Getter:
    """Holds the buffers that pdfium fills, so that they are made once per page."""

    def __init__(self, text: c.FPDF_TEXTPAGE) -> None:
        self.text = text
        self.loose = c.FS_RECTF()
        self.tight = [ctypes.c_double() for _ in range(4)]
        self.origin = [ctypes.c_double() for _ in range(2)]

    def character(self, index: int, frame: Frame) -> _Character | None:
        """Return one character, or None for white space."""
        code = c.FPDFText_GetUnicode(self.text, index)
        letter = chr(code) if 0 < code < 0x110000 else ""
        if not letter or letter.isspace() or letter in "\x00\x02\xad\ufffe\u200b":
            return None if letter != "\x02" else self._hyphen(index, frame)
        return self._made(letter, index, frame)

    def _hyphen(self, index: int, frame: Frame) -> _Character | None:
        return self._made("-", index, frame)

    def _made(self, letter: str, index: int, frame: Frame) -> _Character | None:
        box, (x, y) = self.loose, self.origin
        if not c.FPDFText_GetLooseCharBox(self.text, index, box):
            return None
        c.FPDFText_GetCharOrigin(self.text, index, x, y)
        left, right, bottom, top = self.tight
        c.FPDFText_GetCharBox(self.text, index, left, right, bottom, top)
        angle = round(c.FPDFText_GetCharAngle(self.text, index) * 57.29578) % 360
        angle = (angle + frame.rotation) % 360  # clockwise on the page as shown
        shown = frame.box(box.left, box.bottom, box.right, box.top)
        if right.value > left.value:  # fonts may claim more or less width than they print
            inked = frame.box(left.value, bottom.value, right.value, top.value)
            shown = _widened(shown, inked, angle)
        size = shown[2] - shown[0] if _quarter(angle) in (90, 270) else shown[3] - shown[1]
        bold = c.FPDFText_GetFontWeight(self.text, index) >= 600
        return _Character(letter, shown, frame.at(x.value, y.value), size, _quarter(angle), bold)


def _widened(loose: Box, tight: Box, angle: int) -> Box:
    if _quarter(angle) in (90, 270):
        return loose[0], min(loose[1], tight[1]), loose[2], max(loose[3], tight[3])
    return min(loose[0], tight[0]), loose[1], max(loose[2], tight[2]), loose[3]


def _quarter(angle: int) -> int:
    """Return 0, 90 (text runs up), 180 or 270 (down) for an angle clockwise; slanted is 1."""
    for quarter, named in ((0, 0), (90, 270), (180, 180), (270, 90), (360, 0)):
        if abs(angle - quarter) <= 3:
            return named
    return 1


def _apart(one: _Character, other: _Character) -> bool:
    """True when two characters that follow each other are not of one word."""
    if one.angle != other.angle:
        return True
    along, across = _step(one, other)
    size = max(min(one.size, other.size), 1.0)
    raised = abs(one.size - other.size) > 0.12 * max(one.size, other.size) or across != 0
    if raised and abs(across) > 0.12 * size:
        return True
    return not -0.6 * size <= along <= 0.22 * size


def _step(one: _Character, other: _Character) -> tuple[float, float]:
    """Return the gap between two characters along their line, and the step across it."""
    if one.angle == 90:
        return one.box[1] - other.box[3], other.base[0] - one.base[0]
    if one.angle == 270:
        return other.box[1] - one.box[3], other.base[0] - one.base[0]
    return other.box[0] - one.box[2], other.base[1] - one.base[1]


def _word(run: list[_Character], turn: int, frame: Frame) -> Word:
    boxes = [_upright(ch.box, turn, frame) for ch in run]
    x, y = run[0].base
    base = _upright((x, y, x, y), turn, frame)[1]
    return Word(
        "".join(ch.text for ch in run),
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
        base,
        max(ch.size for ch in run),
        bold=run[0].bold,
    )


def _upright(box: Box, turn: int, frame: Frame) -> Box:
    left, top, right, bottom = box
    if turn == 90:
        return frame.height - bottom, left, frame.height - top, right
    if turn == 270:
        return top, frame.width - right, bottom, frame.width - left
    return box


def _turned(page: Page, turn: int) -> Page:
    frame = Frame(0, 0, page.width, page.height, 0)
    rules = tuple(
        Rule(*_upright((r.left, r.top, r.right, r.bottom), turn, frame), r.shade)
        for r in page.rules
    )
    return replace(page, width=page.height, height=page.width, rules=rules, turn=turn)
