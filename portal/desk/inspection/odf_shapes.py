"""What lies over the cells of an OpenDocument sheet: painted shapes, pictures, rules that hide."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from lxml import etree

from portal.desk.inspection import markup, odf_styles, spans
from portal.desk.inspection.findings import Report
from portal.desk.inspection.odf_styles import OdfStyles
from portal.desk.inspection.tables import Cell, Table

_SHAPES = ("rect", "custom-shape", "frame", "ellipse", "circle", "polygon", "path", "g", "caption")
_ADDRESS = re.compile(r"(?:.*\.)?\$?([A-Z]{1,3})\$?(\d{1,7})")
Sizes = list[tuple[int, float]]  # how many in a row, how large each, in points
Box = tuple[float, float, float, float]
WIDE, HIGH = 64.0, 12.8
MOST_SHAPES = 500


@dataclass(slots=True)
class Layout:
    """Where the columns, rows and shapes of a sheet are."""

    widths: Sizes = field(default_factory=list)
    heights: Sizes = field(default_factory=list)
    anchored: list[tuple[int, int, etree._Element]] = field(default_factory=list)


def anchors(cell: etree._Element, row: int, column: int, layout: Layout) -> None:
    """Remember the shapes that belong to a cell: they are placed from its corner."""
    for child in cell:
        if markup.local(child) in _SHAPES and len(layout.anchored) < MOST_SHAPES:
            layout.anchored.append((row, column, child))


def cover(
    sheet: etree._Element, cells: Table, layout: Layout, styles: OdfStyles, report: Report
) -> None:
    """Move the cells that lie under opaque shapes out of the table, and note them."""
    across, down = _Line(layout.widths, WIDE), _Line(layout.heights, HIGH)
    free = sheet.find("{*}shapes")
    shapes = [(1, 1, each) for each in (free if free is not None else ())][:MOST_SHAPES]
    boxes = [
        box
        for row, column, shape in [*shapes, *layout.anchored]
        if markup.local(shape) in _SHAPES and _opaque(shape, styles)
        for box in _box(shape, across.start(column), down.start(row))
    ]
    if not boxes or not cells.cells:
        return
    under = []
    for cell in cells.cells:
        x, y = across.middle(cell.column), down.middle(cell.row)
        if any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes):
            under.append(cell)
    _gone(under, cells, "covered_cell", report)
    if under:
        report.add("bad_redaction", f"{cells.place}, {spans.of_cells('', under)}", len(under))


def rules(sheet: etree._Element, cells: Table, styles: OdfStyles, report: Report) -> None:
    """Move the cells that a conditional style makes unreadable out of the table."""
    for entry in markup.each(sheet, "conditional-format"):
        named = [markup.attribute(rule, "apply-style-name") for rule in entry]
        if not any(name and styles.unreadable("table-cell", name) for name in named):
            continue
        areas = [_area(part) for part in markup.attribute(entry, "target-range-address").split()]
        under = [
            cell
            for cell in cells.cells
            for area in areas
            if area and area[0] <= cell.row <= area[2] and area[1] <= cell.column <= area[3]
        ]
        _gone(under, cells, "invisible_text", report)


def _area(address: str) -> tuple[int, int, int, int] | None:
    ends = [found[1] + found[2] for found in map(_ADDRESS.fullmatch, address.split(":")) if found]
    return spans.area(":".join(ends))


def _gone(under: list[Cell], cells: Table, kind: str, report: Report) -> None:
    if not under:
        return
    place = f"{cells.place}, {spans.of_cells('', under)}"
    report.hidden(kind, place, "\n".join(cell.text for cell in under), len(under))
    gone = set(under)
    cells.cells[:] = [cell for cell in cells.cells if cell not in gone]


class _Line:
    """Where columns or rows lie along one side."""

    def __init__(self, sizes: Sizes, usual: float) -> None:
        self.ends = list(accumulate(count for count, _ in sizes))
        self.starts = [0.0, *accumulate(count * size for count, size in sizes)]
        self.sizes = [size for _, size in sizes]
        self.usual = usual

    def start(self, number: int) -> float:
        """Return where a column or row counted from 1 begins."""
        return self._at(number, 1.0)

    def middle(self, number: int) -> float:
        """Return the middle of a column or row counted from 1."""
        return self._at(number, 0.5)

    def _at(self, number: int, less: float) -> float:
        n = bisect_left(self.ends, number)
        before = self.ends[n - 1] if n else 0
        size = self.sizes[n] if n < len(self.sizes) else self.usual
        return self.starts[n] + (number - before - less) * size


def _opaque(shape: etree._Element, styles: OdfStyles) -> bool:
    own = styles.of("graphic", markup.attribute(shape, "style-name"))
    clear = own.get("opacity", "100%").rstrip("%") in ("0", "0.0")
    if markup.local(shape) == "frame":
        # a box of text is a frame too, and as clear as its style says
        boxed = shape.find("{*}text-box") is not None
        return not clear and not (boxed and own.get("fill", "none") == "none")
    return not clear and own.get("fill", "solid") != "none"


def _box(shape: etree._Element, left: float, top: float) -> Iterator[Box]:
    """Yield a shape's rectangle in points from the sheet's corner; nothing without a size."""
    texts = [markup.attribute(shape, key) for key in ("x", "y", "width", "height")]
    if texts[2] and texts[3]:
        x, y, wide, high = (odf_styles.length(text) if text else 0.0 for text in texts)
        yield left + x, top + y, left + x + wide, top + y + high
