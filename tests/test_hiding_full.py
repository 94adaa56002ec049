"""Full-size measurements of the detectors, with their seeds: covered text, and broken files."""

import io
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from portal.desk.inspection import inspect, sandbox

pytestmark = pytest.mark.slow
NAMES = ("Northmoor", "Eastvale", "Kingsford", "Lowmarsh", "Highfell", "Ashdown", "Southmere")


def _dark(rng: random.Random, sheet: Canvas) -> None:
    sheet.setFillColorRGB(*[rng.uniform(0, 0.3)] * 3)
    sheet.setStrokeColorRGB(0, 0, 0)


def _rectangle(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    sheet.rect(x - 2, y - 3, wide + 4, 14, fill=1, stroke=rng.random() < 0.5)


def _rounded(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    sheet.roundRect(x - 3, y - 4, wide + 6, 16, 2, fill=1, stroke=0)


def _line(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    sheet.setLineWidth(14)
    sheet.line(x - 2, y + 4, x + wide + 2, y + 4)


def _path(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    path = sheet.beginPath()
    path.moveTo(x - 3, y - 3)
    for at in ((x + wide + 3, y - 4), (x + wide + 4, y + 12), (x - 3, y + 13)):
        path.lineTo(*at)
    path.close()
    sheet.drawPath(path, fill=1, stroke=0)


def _many(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    for step in range(int(wide // 5) + 2):
        sheet.rect(x - 2 + 5 * step, y - 3, 5.2, 14, fill=1, stroke=0)


def _picture(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    picture = ImageReader(Image.new("RGB", (8, 2), (10, 10, 10)))
    sheet.drawImage(picture, x - 2, y - 3, wide + 4, 14)


def _paper(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    sheet.setFillGray(1)
    sheet.rect(x - 2, y - 3, wide + 4, 14, fill=1, stroke=0)


def _nearly_opaque(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    sheet.setFillAlpha(0.99)
    sheet.rect(x - 2, y - 3, wide + 4, 14, fill=1, stroke=0)
    sheet.setFillAlpha(1)


def _hatched(rng: random.Random, sheet: Canvas, x: float, y: float, wide: float) -> None:
    sheet.setLineWidth(1.4)
    for step in range(14):
        sheet.line(x - 2, y - 3 + step, x + wide + 2, y - 3 + step)


Way = Callable[[random.Random, Canvas, float, float, float], None]
WAYS: tuple[Way, ...] = (
    _rectangle, _rounded, _line, _path, _many, _picture, _paper, _nearly_opaque, _hatched,
)  # fmt: skip


def redacted(rng: random.Random, way: Way, truly: bool) -> bytes:
    """A page of figures with one covered text, which is truly gone or only covered."""
    held = io.BytesIO()
    sheet = Canvas(
        held, pagesize=A4, invariant=1, initialFontName=rng.choice(["Helvetica", "Times-Roman"])
    )
    for line in range(6):
        sheet.drawString(72, 780 - 16 * line, f"{rng.choice(NAMES)} {rng.randint(100, 9_999)}")
    x, y = rng.randint(60, 220), rng.randint(100, 640)
    size = rng.randint(8, 12)
    sheet.setFont("Helvetica", size)
    text = f"officer {rng.choice(NAMES)} {rng.randint(1_000, 9_999)}"
    wide = sheet.stringWidth(text, "Helvetica", size)
    if not truly:
        sheet.drawString(x, y, text)
    _dark(rng, sheet)
    way(rng, sheet, x, y, wide)
    sheet.save()
    return held.getvalue()


def test_three_hundred_redactions() -> None:
    rng, found, alarms = random.Random(305), Counter[str](), Counter[str]()
    for number in range(300):
        way = WAYS[number % len(WAYS)]
        hidden = inspect(redacted(rng, way, truly=False), "a.pdf")
        found[way.__name__] += hidden.outcome == "quarantine"
        gone = inspect(redacted(rng, way, truly=True), "a.pdf")
        alarms[way.__name__] += gone.outcome not in ("accept_clean", "accept_stripped")
    print(f"seed 305: {sum(found.values())} of 300 found {dict(found)}, alarms {dict(alarms)}")
    assert sum(found.values()) >= 285
    assert sum(alarms.values()) <= 6


def _broken(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """Flip bits, cut off, take a piece of another file, or double a piece."""
    body = bytearray(content)
    kind = rng.randrange(4)
    at = rng.randrange(len(body))
    if kind == 0:
        for _ in range(rng.randint(1, 40)):
            body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del body[at:]
    elif kind == 2:
        start = rng.randrange(len(other))
        body[at : at + 400] = other[start : start + rng.randint(1, 2_000)]
    else:
        body[at:at] = body[at : at + rng.randint(1, 4_000)]
    return bytes(body)


def test_broken_files_end_in_an_outcome(shared: Path) -> None:
    """Bits flipped, cut, swapped: each ends in an inspection, and the sandbox stays up."""
    rng, seen = random.Random(1_212), Counter[str]()
    paths = sorted((shared / "samples" / "nasty").rglob("*"))
    files = [p for p in paths if p.is_file() and p.stat().st_size < 120_000]
    given = [(p.name, p.read_bytes()) for p in files if p.stat().st_size]
    for _ in range(2_000):
        name, content = rng.choice(given)
        broken = _broken(rng, content, rng.choice(given)[1])
        seen[sandbox.look(broken, name)[0].outcome] += 1
    print(f"seed 1212: {sum(seen.values())} broken files: {dict(seen)}")
    assert sum(seen.values()) == 2_000
