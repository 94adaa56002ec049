"""What lies over the cells of an old workbook: merged areas, painted shapes, rules that hide."""

import struct
from dataclasses import dataclass, field

from portal.desk.inspection.tables import Cell

MERGED, DRAWING, OBJECT, RULES, RULE = 0x00E5, 0x00EC, 0x005D, 0x01B0, 0x01B1
_ANCHOR, _OPTIONS = 0xF010, 0xF00B
# kinds of objects that are painted: rectangle, oval, arc, chart, picture, polygon, Office drawing
_PAINTED = {0x02, 0x03, 0x04, 0x05, 0x08, 0x09, 0x1E}
_FILL, _WHITE = 0x01BF, {1, 9}
Area = tuple[int, int, int, int]  # top, left, bottom, right, from 1


@dataclass(slots=True)
class Covers:
    """Areas of one sheet in which cells are not seen, by the kind of finding."""

    merged: list[Area] = field(default_factory=list)
    painted: list[Area] = field(default_factory=list)
    ruled: list[Area] = field(default_factory=list)
    pending: Area | None = None
    filled: bool = True
    ranges: list[Area] = field(default_factory=list)

    def why(self, cell: Cell) -> str:
        """Return how a cell is hidden; empty where it is seen."""
        at = (cell.row, cell.column)
        if any(_inside(area, cell) and at != area[:2] for area in self.merged):
            return "hidden_cell"
        if any(_inside(area, cell) for area in self.painted):
            return "covered_cell"
        return "invisible_text" if any(_inside(area, cell) for area in self.ruled) else ""


def _inside(area: Area, cell: Cell) -> bool:
    return area[0] <= cell.row <= area[2] and area[1] <= cell.column <= area[3]


def take(kind: int, body: bytes, covers: Covers) -> None:
    """Take one record of a sheet."""
    if kind == MERGED:
        covers.merged += _ranges(body, 0)
    elif kind == DRAWING:
        _drawing(body, covers)
    elif kind == OBJECT and len(body) >= 6:
        painted = struct.unpack_from("<H", body, 4)[0] in _PAINTED and covers.filled
        if painted and covers.pending is not None:
            covers.painted.append(covers.pending)
        covers.pending, covers.filled = None, True
    elif kind == RULES:
        covers.ranges = _ranges(body, 12)
    elif kind == RULE and _hides(body):
        covers.ruled += covers.ranges


def _ranges(body: bytes, at: int) -> list[Area]:
    if len(body) < at + 2:
        return []
    count = min(struct.unpack_from("<H", body, at)[0], (len(body) - at - 2) // 8)
    found = [struct.unpack_from("<HHHH", body, at + 2 + 8 * n) for n in range(count)]
    return [(top + 1, left + 1, bottom + 1, right + 1) for top, bottom, left, right in found]


def _drawing(body: bytes, covers: Covers) -> None:
    """Look through the boxes of a drawing for where a shape lies and whether it is filled."""
    at = 0
    while at + 8 <= len(body):
        flags, kind, size = struct.unpack_from("<HHI", body, at)
        at += 8
        if flags & 0x0F == 0x0F:
            continue  # a box of boxes: go on inside
        if kind == _ANCHOR and size >= 18 and at + 18 <= len(body):
            left, _, top, _, right, _, bottom, _ = struct.unpack_from("<8H", body, at + 2)
            covers.pending = (top + 1, left + 1, bottom, right)
        elif kind == _OPTIONS:
            covers.filled = _filled(body[at : at + size], flags >> 4)
        at += size


def _filled(options: bytes, count: int) -> bool:
    for n in range(min(count, len(options) // 6)):
        number, value = struct.unpack_from("<HI", options, 6 * n)
        if number & 0x3FFF == _FILL and value & 0x100000:
            return bool(value & 0x10)
    return True


def _hides(body: bytes) -> bool:
    """Tell a rule whose only look is white ink."""
    if len(body) < 12:
        return False
    flags = struct.unpack_from("<I", body, 6)[0]
    number, font, pattern = flags & 0x02000000, flags & 0x04000000, flags & 0x20000000
    at = 12 + (2 if number else 0)
    if not font or pattern or len(body) < at + 84:
        return False
    return struct.unpack_from("<I", body, at + 80)[0] in _WHITE
