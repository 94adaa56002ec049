"""A page of a PDF as a picture, and where a cell is in it."""

import io

from portal.extract.errors import TooMuch, Unreadable
from portal.extract.model import Box, Cell
from portal.extract.pdf import opened

MOST_PIXELS = 50_000_000


def page_image(content: bytes, page: int, scale: float = 1.5) -> bytes:
    """Render a page, counted from 1, to a PNG with `scale` pixels to the point."""
    with opened(content) as document:
        if not 1 <= page <= len(document):
            raise Unreadable(f"a page from 1 to {len(document)}", page)
        leaf = document[page - 1]
        width, height = leaf.get_size()
        if not 0 < scale <= 20 or width * height * scale * scale > MOST_PIXELS:
            raise TooMuch(f"a picture of at most {MOST_PIXELS:,} pixels", f"scale {scale}")
        held = io.BytesIO()
        leaf.render(scale=scale).to_pil().save(held, "PNG")
        return held.getvalue()


def cell_rectangle(cell: Cell, scale: float = 1.5) -> Box | None:
    """Return left, top, right and bottom of a cell in `page_image(...)` of the same scale."""
    if cell.box is None:
        return None
    left, top, right, bottom = (value * scale for value in cell.box)
    return left, top, right, bottom
