"""Fonts, formats and cell styles of old workbooks, and cells from the values of calamine."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from openpyxl.styles.colors import COLOR_INDEX

from portal.desk.inspection import colours
from portal.desk.inspection.colours import BLACK, WHITE, Colour
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.styles import shows
from portal.desk.inspection.tables import Cell

FONT, FORMAT, XF, PALETTE = 0x0031, 0x041E, 0x00E0, 0x0092
# cells that name their style directly: blank, number, label, shared label, RK, formula, boolean
_CELLS = {0x0203, 0x0204, 0x00FD, 0x027E, 0x0006, 0x0205, 0x00D6}


@dataclass(slots=True)
class Looks:
    """The styles of an old workbook."""

    fonts: list[tuple[int, int]] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    xfs: list[tuple[int, int, int, int]] = field(default_factory=list)
    palette: list[Colour] = field(default_factory=list)

    def hides(self, number: int) -> bool:
        """Tell whether a cell style leaves nothing to be seen."""
        if number >= len(self.xfs):
            return False
        font_number, format_number, pattern, fore = self.xfs[number]
        if not shows(self.formats.get(format_number, "General"), 1.0):
            return True
        # font 4 is never stored, so numbers above it are one too high
        at = font_number - (font_number > 4)
        if not self.fonts or at >= len(self.fonts):
            return False
        height, colour = self.fonts[at]
        paper = self._colour(fore, WHITE) if pattern == 1 else WHITE
        return height < 80 or colours.alike(self._colour(colour, BLACK), paper)

    def _colour(self, number: int, otherwise: Colour) -> Colour:
        if 8 <= number < 8 + len(self.palette):
            return self.palette[number - 8]
        if number < len(COLOR_INDEX) and number < 64:
            return colours.from_hex(COLOR_INDEX[number]) or otherwise
        return otherwise


def style(kind: int, body: bytes, looks: Looks) -> None:
    """Take a font, format, palette or style record of the workbook's head."""
    if kind == FONT and len(body) >= 6:
        looks.fonts.append(struct.unpack_from("<H2xH", body))
    elif kind == FORMAT and len(body) > 5:
        number, size = struct.unpack_from("<HH", body)
        text = body[5:].decode("utf-16-le" if body[4] & 1 else "latin-1", "replace")
        looks.formats[number] = text[:size]
    elif kind == PALETTE and len(body) >= 2:
        count = min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 4)
        looks.palette = [tuple(body[2 + 4 * n : 5 + 4 * n]) for n in range(count)]  # type: ignore
    elif kind == XF and len(body) == 20:
        font, form = struct.unpack_from("<HH", body)
        pattern = struct.unpack_from("<I", body, 14)[0] >> 26
        fore = struct.unpack_from("<H", body, 18)[0] & 0x7F
        looks.xfs.append((font, form, pattern, fore))
    elif kind == XF and len(body) == 16:
        font, form = struct.unpack_from("<HH", body)
        area = struct.unpack_from("<I", body, 8)[0]
        looks.xfs.append((font, form, area >> 16 & 0x3F, area & 0x7F))


def styled(kind: int, body: bytes) -> list[tuple[int, int, int]]:
    """Return row, column and style number of the cells in one record."""
    if kind in _CELLS and len(body) >= 6:
        row, column, xf = struct.unpack_from("<HHH", body)
        return [(row + 1, column + 1, xf)]
    if kind == 0x00BD and len(body) >= 6:
        row, first = struct.unpack_from("<HH", body)
        return [
            (row + 1, first + n + 1, struct.unpack_from("<H", body, 4 + 6 * n)[0])
            for n in range((len(body) - 6) // 6)
        ]
    return []


def cells(data: list[list[object]], report: Report) -> Iterator[Cell]:
    """Yield the cells that hold something, as plain text."""
    for row_number, row in enumerate(data, 1):
        report.spent["cells"] += len(row)
        if report.spent["cells"] > report.limits.cells * 4:
            raise Refused("expansion_bomb", "cells")
        for column, value in enumerate(row, 1):
            text = plain(value)
            if text.strip():
                yield Cell(row_number, column, text)


def plain(value: object) -> str:
    """Return a value as its plain text."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return "" if value is None else str(value)
