"""Text in shapes and charts: what can be read of it on the shape's own fill."""

from lxml import etree

from portal.desk.inspection import colours, markup
from portal.desk.inspection.colours import WHITE, Colour

# colours of a theme that are the paper's, whatever the theme
_PALE = ("bg1", "lt1", "bg2", "lt2")
_DARK: Colour = (64, 64, 64)
TINY = 400  # hundredths of a point


def read(body: etree._Element, too_small: bool = False) -> tuple[str, str]:
    """Return what can be read of a body of text, and what cannot."""
    paper = ground(body.getparent())
    shown: list[str] = []
    unseen: list[str] = []
    for run in markup.each(body, "r", "fld"):
        text = "".join(piece.text or "" for piece in run.iterfind("{*}t"))
        (unseen if too_small or _hidden(run.find("{*}rPr"), paper) else shown).append(text)
    return " ".join("".join(shown).split()), " ".join("".join(unseen).split())


def ground(shape: etree._Element | None) -> Colour:
    """Return the colour that a shape is painted with; white where it is not."""
    own = shape.find("{*}spPr") if shape is not None else None
    if own is None or shape is None:
        return WHITE
    fill = own.find("{*}solidFill")
    if fill is not None:
        return _colour(fill) or WHITE
    other = any(own.find(f"{{*}}{n}") is not None for n in ("gradFill", "blipFill", "pattFill"))
    bare = own.find("{*}noFill") is not None
    styled = shape.find("{*}style/{*}fillRef")
    if other or (not bare and styled is not None and styled.get("idx") != "0"):
        return _DARK
    return WHITE


def _colour(fill: etree._Element) -> Colour | None:
    for entry in fill:
        if markup.local(entry) == "srgbClr":
            return colours.from_hex(entry.get("val", ""))
        return WHITE if entry.get("val", "") in _PALE else _DARK
    return None


def _hidden(looks: etree._Element | None, paper: Colour) -> bool:
    if looks is None:
        return False
    size = looks.get("sz", "")
    if size.isdigit() and int(size) < TINY:
        return True
    fill = looks.find("{*}solidFill")
    ink = _colour(fill) if fill is not None else None
    clear = looks.find("{*}noFill") is not None
    return clear or (ink is not None and colours.alike(ink, paper))
