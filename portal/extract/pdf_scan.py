"""Scanned pages: a picture of the page, read by tesseract, with its ruled lines taken out."""

import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from portal.extract.errors import ReaderMissing, TooMuch, Unreadable
from portal.extract.model import Limits
from portal.extract.pdf_model import Page, Rule, Word
from portal.extract.pdf_rules import join_rules

DPI = 300
MOST_PIXELS = 40_000_000
SLOWEST = 120.0
LEAST_SURE = 20.0


def is_scan(page: Page) -> bool:
    """True for a page that is a picture with next to no text of its own."""
    return page.pictures > 0.4 and len(page.words) < 15


def read_scan(document: pdfium.PdfDocument, page: Page, limits: Limits) -> Page:
    """Read a scanned page by OCR; each word carries how sure tesseract is of it."""
    scale = DPI / 72
    if page.width * page.height * scale * scale > MOST_PIXELS:
        scale = (MOST_PIXELS / (page.width * page.height)) ** 0.5
    picture = document[page.number - 1].render(scale=scale, grayscale=True).to_pil()
    rules = _taken_out(picture, scale)
    held = io.BytesIO()
    picture.save(held, "PNG", compress_level=1)
    seconds = min(SLOWEST, limits.seconds)
    words = _words(recognise(held.getvalue(), round(72 * scale), seconds), scale)
    kept = tuple(w for w in words if not _is_line(w, rules))
    return replace(page, words=kept, rules=tuple(rules), scanned=True, turn=0)


def _is_line(word: Word, rules: list[Rule]) -> bool:
    """True for what is left of an upright line, read as a letter."""
    if word.text.strip("|¦[]!lI_-—"):
        return False
    return any(not r.flat and abs(r.left - word.middle) < 3 for r in rules)


def tesseract(picture: bytes, dpi: int, seconds: float) -> str:
    """Return tesseract's table of the words in a PNG; raises ReaderMissing, TooMuch, Unreadable."""
    program = shutil.which("tesseract")
    if program is None:
        raise ReaderMissing("tesseract (Debian: tesseract-ocr) to read a scanned page", "none")
    command = [program, "stdin", "stdout", "--psm", "6", "--dpi", str(dpi), "tsv"]
    calm = {"OMP_THREAD_LIMIT": "1", "PATH": os.defpath}
    try:
        done = subprocess.run(
            command, input=picture, capture_output=True, env=calm, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired as problem:
        raise TooMuch(f"OCR of one page within {SLOWEST:g} s", "more") from problem
    if done.returncode:
        raise Unreadable(
            "a page that tesseract reads", done.stderr[-200:].decode("utf-8", "replace")
        )
    return done.stdout.decode("utf-8", "replace")


# Who reads a picture; a walled-off process, which may start nothing, puts its own way here.
recognise: Callable[[bytes, int, float], str] = tesseract


def _words(table: str, scale: float) -> Iterator[Word]:
    """Read tesseract's table: level, page, block, paragraph, line, word, box, confidence, text."""
    lines: dict[tuple[str, ...], list[list[str]]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            lines.setdefault(tuple(cells[1:5]), []).append(cells)
    for row in lines.values():
        yield from _line_words(row, scale)


def _line_words(row: list[list[str]], scale: float) -> Iterator[Word]:
    boxes = [tuple(int(v) / scale for v in cells[6:10]) for cells in row]
    heights = sorted(h for _, _, _, h in boxes)
    size = heights[len(heights) // 2] * 1.25
    for cells, (left, top, width, height) in zip(row, boxes, strict=True):
        sure, text = float(cells[10]), cells[11].strip()
        if sure < LEAST_SURE and not any(ch.isalnum() for ch in text):
            continue
        middle = top + height / 2
        yield Word(
            text, left, middle - size / 2, left + width, middle + size / 2,
            middle + 0.3 * size, size, confidence=max(sure, 0) / 100,
        )  # fmt: skip


def _taken_out(picture: Image.Image, scale: float) -> list[Rule]:
    """Return long dark runs, flat and upright, as ruled lines, and paint them over."""
    flat = _runs(picture, scale)
    upright = _runs(picture.transpose(Image.Transpose.TRANSPOSE), scale)
    rules = [Rule(a, at, b, at) for at, a, b in flat]
    rules += [Rule(at, a, at, b) for at, a, b in upright]
    pen = ImageDraw.Draw(picture)
    for r in rules:
        box = [r.left * scale - 2, r.top * scale - 2, r.right * scale + 2, r.bottom * scale + 2]
        pen.rectangle(box, fill=255)
    return join_rules(iter(rules))


def _runs(picture: Image.Image, scale: float) -> list[tuple[float, float, float]]:
    """Return (where, from, to) in points of each dark run longer than 18 points."""
    longest = round(18 * scale)
    width, height = picture.size
    dark = picture.point(lambda v: 255 if v < 150 else 0)
    thin = dark.resize((max(width // 6, 1), height), Image.Resampling.BOX)
    data = thin.tobytes()
    step = thin.size[0]
    found = []
    for y in range(height):
        row = data[y * step : (y + 1) * step]
        found += [(y / scale, a * 6 / scale, b * 6 / scale) for a, b in _dark(row, longest // 6)]
    return found


def _dark(row: bytes, longest: int) -> Iterator[tuple[int, int]]:
    if row.count(0) == len(row):
        return
    start = None
    for x, value in enumerate((*row, 0)):
        if value > 170 and start is None:
            start = x
        elif value <= 170 and start is not None:
            if x - start >= longest:
                yield start, x
            start = None
