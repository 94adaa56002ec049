"""A page of a PDF as a picture, and where a cell is in it."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing

from PIL import Image

from portal.extract.errors import TooMuch, Unreadable
from portal.extract.model import Box, Cell
from portal.extract.pdf import opened

MOST_PIXELS = 50_000_000
Pixels = tuple[int, int, bytes]


def page_image(content: bytes, page: int, scale: float = 1.5) -> bytes:
    """Render a page, counted from 1, to a PNG with `scale` pixels to the point."""
    return png(*next(page_pixels(content, [page], scale)))


def page_pixels(
    content: bytes, pages: Sequence[int], scale: float = 1.5, most: int = MOST_PIXELS
) -> Iterator[Pixels]:
    """Render pages to their width, height and pixels, three bytes each (red, green, blue).

    Whether all of them are there and not too large is settled before the first is drawn.
    """
    with opened(content) as document:
        for page in pages:
            if not 1 <= page <= len(document):
                raise Unreadable(f"a page from 1 to {len(document)}", page)
            width, height = document.get_page_size(page - 1)
            if not 0 < scale <= 20 or width * height * scale * scale > most:
                raise TooMuch(f"a picture of at most {most:,} pixels", f"scale {scale}")
        for page in pages:
            with closing(document[page - 1]) as leaf, closing(leaf.render(scale=scale)) as drawn:
                picture = drawn.to_pil().convert("RGB")
            yield picture.width, picture.height, picture.tobytes()


def png(width: int, height: int, pixels: bytes) -> bytes:
    """Write pixels, three bytes each, as PNG."""
    held = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(held, "PNG")
    return held.getvalue()


def cell_rectangle(cell: Cell, scale: float = 1.5) -> Box | None:
    """Return left, top, right and bottom of a cell in `page_image(...)` of the same scale."""
    if cell.box is None:
        return None
    left, top, right, bottom = (value * scale for value in cell.box)
    return left, top, right, bottom
