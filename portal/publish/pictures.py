"""The picture of a page with one cell framed: drawn the same each time, named by what it shows.

Cells whose texts are held are painted over. A picture's name is made from everything that goes
into it, so one that has not changed is taken over from the edition before.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from portal.core.errors import EditionError
from portal.store.publishing import Box

ACCENT = (168, 38, 27)  # --asks of static/site.css
PAPER = (255, 255, 255)
COVER = (84, 90, 102)
FRAME = 3  # pixels
AROUND = 2.0  # points between the cell and its frame
DRAWN_BY = "1"  # counts up when the same things are drawn otherwise


@dataclass(frozen=True, slots=True)
class Framed:
    """Which page of which document, which cell is framed, and what is painted over.

    `page_picture` is the SHA-256 of the archived page; boxes are in points from its top left,
    `scale` in pixels to the point.
    """

    document: str
    page_picture: str
    scale: float
    box: Box
    covered: tuple[Box, ...] = ()

    @property
    def file(self) -> str:
        """Its place in an edition."""
        given = [DRAWN_BY, self.document, self.page_picture, self.scale, self.box, self.covered]
        name = hashlib.sha256(json.dumps(given).encode()).hexdigest()
        return f"pictures/{name}.png"


def draw(page: bytes, scale: float, framed: Sequence[Box], covered: Sequence[Box]) -> bytes:
    """Return the page with frames and covers, as PNG without any further word.

    Raises EditionError for bytes that are no picture.
    """
    try:
        with Image.open(io.BytesIO(page), formats=("PNG",)) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise EditionError(f"a page's picture: expected a PNG, found {problem}") from problem
    pen = ImageDraw.Draw(picture)
    for box in covered:
        pen.rectangle(_pixels(box, scale, AROUND), fill=COVER)
    for box in framed:
        inner = _pixels(box, scale, AROUND)
        # White lines on both sides keep the frame apart from whatever it lies on.
        pen.rectangle(_grown(inner, FRAME + 1), outline=PAPER, width=FRAME + 2)
        pen.rectangle(_grown(inner, FRAME), outline=ACCENT, width=FRAME)
    found = io.BytesIO()
    picture.save(found, "PNG", compress_level=9, optimize=False)
    return found.getvalue()


def _grown(corners: Sequence[int], by: int) -> list[int]:
    left, top, right, bottom = corners
    return [left - by, top - by, right + by, bottom + by]


def _pixels(box: Box, scale: float, around: float) -> list[int]:
    left, top, right, bottom = box
    corners = (left - around, top - around, right + around, bottom + around)
    return [round(corner * scale) for corner in corners]


def within(box: Box, width: int, height: int, scale: float) -> bool:
    """Whether a cell lies on a page of so many pixels."""
    left, top, right, bottom = box
    return left >= 0 and top >= 0 and right * scale <= width + 1 and bottom * scale <= height + 1


def overlap(box: Box, others: Sequence[Box]) -> bool:
    """Whether a cell lies under one that is painted over."""
    left, top, right, bottom = box
    return any(left < o[2] and o[0] < right and top < o[3] and o[1] < bottom for o in others)
