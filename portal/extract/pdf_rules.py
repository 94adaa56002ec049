"""Ruled lines and shaded boxes of a PDF page, and how much of it is covered by pictures."""

import ctypes
import itertools
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as c

from portal.extract.model import Box
from portal.extract.pdf_model import Frame, Rule

MOST_OBJECTS = 60_000
DEEPEST = 6
THICKEST = 3.2  # points; what is thicker is a shaded box
SHORTEST = 4.0
Matrix = tuple[float, float, float, float, float, float]


def rules_and_pictures(page: pdfium.PdfPage, frame: Frame) -> tuple[list[Rule], float]:
    """Return the page's ruled lines, joined where they touch, and the share under pictures."""
    found: list[Rule] = []
    covered = 0.0
    area = max(frame.width * frame.height, 1.0)
    for item, matrix in _objects(page):
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_PATH:
            found += _of_path(item, matrix, frame)
        elif kind == c.FPDF_PAGEOBJ_IMAGE:
            box = _picture(item, matrix, frame)
            flat = min(box[2] - box[0], box[3] - box[1])
            if flat <= THICKEST:
                found += _of_box(box, shade=False)
            covered += (box[2] - box[0]) * (box[3] - box[1]) / area
    inside = (r for r in found if _on_page(r, frame))
    return join_rules(inside), min(covered, 1.0)


def _on_page(rule: Rule, frame: Frame) -> bool:
    across = rule.right > 0 and rule.left < frame.width
    return across and rule.bottom > 0 and rule.top < frame.height


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[object, Matrix]]:
    count = min(c.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)
    left = [MOST_OBJECTS]
    for index in range(count):
        item = c.FPDFPage_GetObject(page.raw, index)
        yield from _inside(item, (1, 0, 0, 1, 0, 0), 0, left)


def _inside(item: object, outer: Matrix, depth: int, left: list[int]) -> Iterator:
    left[0] -= 1
    if left[0] < 0 or depth > DEEPEST:
        return
    matrix = _times(_matrix(item), outer)
    if c.FPDFPageObj_GetType(item) != c.FPDF_PAGEOBJ_FORM:
        yield item, matrix
        return
    for index in range(min(c.FPDFFormObj_CountObjects(item), MOST_OBJECTS)):
        yield from _inside(c.FPDFFormObj_GetObject(item, index), matrix, depth + 1, left)


def _matrix(item: object) -> Matrix:
    got = c.FS_MATRIX()
    if not c.FPDFPageObj_GetMatrix(item, got):
        return 1, 0, 0, 1, 0, 0
    return got.a, got.b, got.c, got.d, got.e, got.f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, d, e, x, y = one
    g, h, i, j, u, v = other
    return (
        a * g + b * i, a * h + b * j, d * g + e * i, d * h + e * j,
        x * g + y * i + u, x * h + y * j + v,
    )  # fmt: skip


def _at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, d, e, u, v = matrix
    return a * x + d * y + u, b * x + e * y + v


def _picture(item: object, matrix: Matrix, frame: Frame) -> Box:
    corners = [_at(matrix, x, y) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
    xs, ys = [p[0] for p in corners], [p[1] for p in corners]
    left, top, right, bottom = frame.box(min(xs), min(ys), max(xs), max(ys))
    return max(left, 0), max(top, 0), min(right, frame.width), min(bottom, frame.height)


def _of_path(item: object, matrix: Matrix, frame: Frame) -> Iterator[Rule]:
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    c.FPDFPath_GetDrawMode(item, filled, stroked)
    fills = bool(filled.value) and _visible(item, c.FPDFPageObj_GetFillColor)
    strokes = bool(stroked.value) and _visible(item, c.FPDFPageObj_GetStrokeColor)
    if not fills and not strokes:
        return
    for points in _subpaths(item, matrix, frame):
        if strokes:
            yield from _strokes(points)
        if fills and len(points) >= 4:
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            if _is_box(points):
                yield from _of_box((min(xs), min(ys), max(xs), max(ys)), shade=True)


def _visible(item: object, color_of: object) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not color_of(item, red, green, blue, alpha):  # type: ignore[operator]
        return True
    return alpha.value > 8 and min(red.value, green.value, blue.value) < 250


def _subpaths(item: object, matrix: Matrix, frame: Frame) -> Iterator[list[tuple[float, float]]]:
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    curved = False
    for index in range(min(c.FPDFPath_CountSegments(item), 4000)):
        segment = c.FPDFPath_GetPathSegment(item, index)
        kind = c.FPDFPathSegment_GetType(segment)
        c.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == c.FPDF_SEGMENT_MOVETO:
            if points and not curved:
                yield points
            points, curved = [], False
        curved = curved or kind == c.FPDF_SEGMENT_BEZIERTO
        points.append(frame.at(*_at(matrix, x.value, y.value)))
        if c.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if points and not curved:
        yield points


def _strokes(points: list[tuple[float, float]]) -> Iterator[Rule]:
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        if min(abs(x2 - x1), abs(y2 - y1)) <= 1 and max(abs(x2 - x1), abs(y2 - y1)) > 0.5:
            yield Rule(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _is_box(points: list[tuple[float, float]]) -> bool:
    return all(
        min(abs(x2 - x1), abs(y2 - y1)) <= 1 for (x1, y1), (x2, y2) in itertools.pairwise(points)
    )


def _of_box(box: Box, *, shade: bool) -> Iterator[Rule]:
    left, top, right, bottom = box
    if bottom - top <= THICKEST and right - left > bottom - top:
        middle = (top + bottom) / 2
        yield Rule(left, middle, right, middle)
    elif right - left <= THICKEST:
        middle = (left + right) / 2
        yield Rule(middle, top, middle, bottom)
    elif shade:
        yield Rule(left, top, right, top, shade=True)
        yield Rule(left, bottom, right, bottom, shade=True)
        yield Rule(left, top, left, bottom, shade=True)
        yield Rule(right, top, right, bottom, shade=True)


def join_rules(rules: Iterator[Rule], near: float = 2.0) -> list[Rule]:
    """Join pieces on one line that touch or nearly touch; dots of a dotted line become one."""
    kept = list(rules)
    flat = [(r.top, r.left, r.right, r.shade) for r in kept if r.flat]
    upright = [(r.left, r.top, r.bottom, r.shade) for r in kept if not r.flat]
    return [
        *(Rule(a, at, b, at, s) for at, a, b, s in _joined(flat, near) if b - a >= SHORTEST),
        *(Rule(at, a, at, b, s) for at, a, b, s in _joined(upright, near) if b - a >= SHORTEST),
    ]


Piece = tuple[float, float, float, bool]


def _joined(pieces: list[Piece], near: float) -> Iterator[Piece]:
    """Join pieces (where, from, to, shade) that lie on one line."""
    pieces.sort()
    lines: list[list[Piece]] = []
    for piece in pieces:
        if lines and piece[0] - lines[-1][0][0] <= near:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    for line in lines:
        yield from _along(sorted(line, key=lambda p: p[1]), near)


def _along(line: list[Piece], near: float) -> Iterator[Piece]:
    at, start, end, shade = line[0]
    for where, low, high, shaded in line[1:]:
        if low - end <= near + 1:
            end, shade = max(end, high), shade and shaded
        else:
            yield at, start, end, shade
            at, start, end, shade = where, low, high, shaded
    yield at, start, end, shade
