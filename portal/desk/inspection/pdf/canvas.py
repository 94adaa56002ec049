"""A page of pdfium as pixels: with and without some of its objects, and points into pixels."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
MOST_PIXELS = 3_000_000
# the smallest change of one channel that counts as seen
SEEN = 32


@dataclass(slots=True)
class Canvas:
    """One loaded page: its size in pixels, all its objects in painting order."""

    page: Any
    width: int
    height: int
    objects: list[Any] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    to_pixels: tuple[float, ...] = ()

    @property
    def scale(self) -> float:
        """Pixels to the point."""
        a, b = self.to_pixels[:2]
        return float((a * a + b * b) ** 0.5)

    def render(self, annotations: bool = True) -> Pixels:
        """Paint the active objects on white."""
        buffer = np.full((self.height, self.width, 4), 255, dtype=np.uint8)
        address = buffer.ctypes.data_as(ctypes.c_void_p)
        bitmap = pdfium.FPDFBitmap_CreateEx(
            self.width, self.height, pdfium.FPDFBitmap_BGRx, address, self.width * 4
        )
        flags = pdfium.FPDF_ANNOT if annotations else 0
        pdfium.FPDF_RenderPageBitmap(bitmap, self.page, 0, 0, self.width, self.height, 0, flags)
        pdfium.FPDFBitmap_Destroy(bitmap)
        return np.ascontiguousarray(buffer[:, :, :3])

    def show(self, wanted: Callable[[int, int], bool]) -> None:
        """Make active the objects for which the function says so, by number and kind."""
        for number, item in enumerate(self.objects):
            if self.kinds[number] != pdfium.FPDF_PAGEOBJ_FORM:
                active = wanted(number, self.kinds[number])
                pdfium.FPDFPageObj_SetIsActive(item, active)

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[int, ...]:
        """Return a rectangle of the page in pixels: x0, y0, x1, y1, not cut to the page."""
        a, b, c, d, e, f = self.to_pixels
        xs = [a * x + c * y + e for x in (left, right) for y in (bottom, top)]
        ys = [b * x + d * y + f for x in (left, right) for y in (bottom, top)]
        return (
            int(np.floor(min(xs))),
            int(np.floor(min(ys))),
            int(np.ceil(max(xs))),
            int(np.ceil(max(ys))),
        )


def load(page: Any, scale: float) -> Canvas:
    """Measure a page and list its objects, those inside forms too."""
    wide = max(1.0, pdfium.FPDF_GetPageWidthF(page))
    high = max(1.0, pdfium.FPDF_GetPageHeightF(page))
    scale = min(scale, (MOST_PIXELS / (wide * high)) ** 0.5)
    canvas = Canvas(page, max(1, int(wide * scale)), max(1, int(high * scale)))
    for item, kind in _objects(page):
        canvas.objects.append(item)
        canvas.kinds.append(kind)
    canvas.to_pixels = _transform(canvas)
    return canvas


def _objects(page: Any) -> Iterator[tuple[Any, int]]:
    stack = [
        (pdfium.FPDFPage_GetObject(page, n), 0)
        for n in reversed(range(pdfium.FPDFPage_CountObjects(page)))
    ]
    while stack:
        item, depth = stack.pop()
        kind = pdfium.FPDFPageObj_GetType(item)
        yield item, kind
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 12:
            count = pdfium.FPDFFormObj_CountObjects(item)
            for n in reversed(range(max(0, count))):
                stack.append((pdfium.FPDFFormObj_GetObject(item, n), depth + 1))


def _transform(canvas: Canvas) -> tuple[float, ...]:
    """Ask pdfium where three points of the page lie, whatever its rotation and its boxes."""
    fine = 1_000
    points = []
    for x, y in ((0.0, 0.0), (1_000.0, 0.0), (0.0, 1_000.0)):
        at_x, at_y = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(
            canvas.page, 0, 0, canvas.width * fine, canvas.height * fine, 0, x, y,
            ctypes.byref(at_x), ctypes.byref(at_y),
        )  # fmt: skip
        points.append((at_x.value / fine, at_y.value / fine))
    (e, f), (ax, ay), (bx, by) = points
    return ((ax - e) / 1e3, (ay - f) / 1e3, (bx - e) / 1e3, (by - f) / 1e3, e, f)


def differs(one: Pixels, other: Pixels, least: int = SEEN) -> Mask:
    """Return where two renderings differ enough to be seen."""
    larger, smaller = np.maximum(one, other), np.minimum(one, other)
    return (larger - smaller).max(axis=2) >= least


def sums(mask: Mask) -> Any:
    """Return running sums of a mask, for counting inside rectangles at once."""
    table = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int32)
    np.cumsum(np.cumsum(mask, axis=0, dtype=np.int32), axis=1, out=table[1:, 1:])
    return table


def count(table: Any, box: tuple[int, ...]) -> int:
    """Count the pixels of a mask inside a rectangle."""
    x0, y0, x1, y1 = inside(table.shape[1] - 1, table.shape[0] - 1, box)
    if x1 <= x0 or y1 <= y0:
        return 0
    return int(table[y1, x1] - table[y0, x1] - table[y1, x0] + table[y0, x0])


def inside(width: int, height: int, box: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Cut a rectangle to the page."""
    x0, y0, x1, y1 = box
    return max(0, x0), max(0, y0), min(width, x1), min(height, y1)
