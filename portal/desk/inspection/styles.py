"""Which cell styles of a workbook hide what is in the cell."""

import re
from dataclasses import dataclass

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from portal.desk.inspection import colours, markup
from portal.desk.inspection.colours import BLACK, WHITE, Colour

TINY = 4.0
_SHOWS = re.compile(r"[0#?@]|general|[ymdhs]|standard", re.I)
_PALE = re.compile(r"\[white\]|\[color ?2\]", re.I)


@dataclass(frozen=True, slots=True)
class Look:
    """How a style shows a cell: unreadable by colour or size, its number format, its paper."""

    unreadable: bool = False
    code: str = "General"
    date: bool = False
    paper: Colour = WHITE


@dataclass(frozen=True, slots=True)
class Styles:
    """A workbook's styles by number, and the conditional ones that hide."""

    looks: tuple[Look, ...]
    hiding: frozenset[int]
    theme: tuple[Colour, ...]

    def look(self, number: str | None) -> Look:
        """Return the style of a cell; the first where it names none."""
        at = int(number) if number and number.isdigit() else 0
        return self.looks[at] if at < len(self.looks) else Look()


def read(root: etree._Element | None, theme: list[Colour]) -> Styles:
    """Read styles.xml; without one every cell is plain."""
    if root is None:
        return Styles((Look(),), frozenset(), tuple(theme))
    codes = dict(BUILTIN_FORMATS)
    for entry in markup.each(root, "numFmt"):
        if (entry.get("numFmtId") or "").isdigit():
            codes[int(entry.get("numFmtId", "0"))] = entry.get("formatCode", "")
    fonts = _children(root, "fonts")
    fills = _children(root, "fills")
    looks = tuple(_look(xf, fonts, fills, codes, theme) for xf in _children(root, "cellXfs"))
    hiding = {n for n, dxf in enumerate(_children(root, "dxfs")) if _conditional(dxf, theme)}
    return Styles(looks or (Look(),), frozenset(hiding), tuple(theme))


def _children(root: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in root.iterfind(f"{{*}}{name}/*") if isinstance(child.tag, str)]


def _look(
    xf: etree._Element,
    fonts: list[etree._Element],
    fills: list[etree._Element],
    codes: dict[int, str],
    theme: list[Colour],
) -> Look:
    font = _numbered(fonts, xf.get("fontId"))
    fill = _numbered(fills, xf.get("fillId"))
    paper = _paper(fill, theme) or WHITE
    code = codes.get(int(xf.get("numFmtId") or 0), "General")
    return Look(font_unreadable(font, paper, theme), code, is_date_format(code), paper)


def _numbered(elements: list[etree._Element], number: str | None) -> etree._Element | None:
    at = int(number) if number and number.isdigit() else 0
    return elements[at] if at < len(elements) else None


def font_unreadable(
    font: etree._Element | None, paper: Colour, theme: list[Colour] | tuple[Colour, ...]
) -> bool:
    """Tell whether text in this font cannot be read on this paper: its colour or its size."""
    if font is None:
        return colours.alike(BLACK, paper)
    ink = colours.of_cell(font.find("{*}color"), list(theme)) or BLACK
    size = font.find("{*}sz")
    small = size is not None and _float(size.get("val", "11")) < TINY
    return small or colours.alike(ink, paper)


def run_ink(font: etree._Element, theme: tuple[Colour, ...]) -> Colour | None:
    """Return the colour of a run of text, None where it is too small to be read."""
    size = font.find("{*}sz")
    if size is not None and _float(size.get("val", "11")) < TINY:
        return None
    return colours.of_cell(font.find("{*}color"), list(theme)) or BLACK


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 11.0


def _paper(fill: etree._Element | None, theme: list[Colour]) -> Colour | None:
    pattern = fill.find("{*}patternFill") if fill is not None else None
    if pattern is None or pattern.get("patternType", "none") == "none":
        return None
    if pattern.get("patternType") != "solid":
        return None
    return colours.of_cell(pattern.find("{*}fgColor"), theme) or BLACK


def _conditional(dxf: etree._Element, theme: list[Colour]) -> bool:
    font, fill, form = (dxf.find(f"{{*}}{name}") for name in ("font", "fill", "numFmt"))
    if form is not None and not shows(form.get("formatCode", ""), 1.0):
        return True
    pattern = fill.find("{*}patternFill") if fill is not None else None
    # in a conditional style the background colour is the one that is painted
    back = pattern.find("{*}bgColor") if pattern is not None else None
    paper = colours.of_cell(back, theme) or _paper(fill, theme) or WHITE
    ink = colours.of_cell(font.find("{*}color"), theme) if font is not None else None
    return colours.alike(ink or BLACK, paper)


def shows(code: str, value: float | str) -> bool:
    """Tell whether a number format lets anything of the value be seen."""
    if not code or code.casefold() == "general":
        return True
    sections = _sections(code)
    if isinstance(value, str):
        # only a fourth section speaks of text; without one text is shown as it is
        return len(sections) < 4 or bool(_SHOWS.search(_bare(sections[3])))
    if value == 0 and len(sections) > 2 and shows(sections[0], 1.0):
        # a dash for nothing: the value that it stands for is known
        return True
    at = 0 if value > 0 or len(sections) == 1 else 1 if value < 0 else 2
    section = sections[at] if at < len(sections) else sections[0]
    return bool(_SHOWS.search(_bare(section))) and not _PALE.search(section)


def _bare(section: str) -> str:
    """Drop literal text, escapes, padding and colours: what stays shows the value."""
    section = re.sub(r'"[^"]*"|\\.|_.|\*.', "", section)
    return re.sub(r"\[(?!h|m|s)[^\]]*\]", "", section, flags=re.I)


def _sections(code: str) -> list[str]:
    kept, quoted = [""], False
    for letter in code:
        quoted ^= letter == '"'
        if letter == ";" and not quoted:
            kept.append("")
        else:
            kept[-1] += letter
    return kept
