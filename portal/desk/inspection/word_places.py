"""Where a letter puts its words: off the page, in no room, or under each other."""

import re
from collections.abc import Iterator

from lxml import etree

from portal.desk.inspection import markup

# twentieths of a point: a line lower than two points, a page and a half beside the page
LOW_LINE, FAR = 40, 14_000
# half points that a run may stand above or below its line; twentieths between its letters
FAR_UP, CLOSE = 400, -100
SMALL_BOX = 40_000  # units of drawings: a ninth of an inch
FAR_BOX = 9_000_000  # a quarter of a metre off the edge
_OFF = re.compile(r"(?:^|;)(?:left|top|margin-left|margin-top):-(\d{3,})", re.I)
_SMALL = re.compile(
    r"(?:^|;)(?:width|height):0*(?:[0-3](?:\.\d+)?(?:pt|px)?|0?\.\d+\w*)(?:;|$)", re.I
)


def low(row: etree._Element) -> bool:
    """Tell whether a row of a table is exactly as low as nothing."""
    height = row.find("{*}trPr/{*}trHeight")
    exact = height is not None and markup.attribute(height, "hRule") == "exact"
    return exact and height is not None and _number(markup.attribute(height, "val")) < LOW_LINE


def unseen(paragraph: etree._Element) -> bool:
    """Tell whether a paragraph stands where nobody sees it."""
    own = paragraph.find("{*}pPr")
    return (own is not None and any(_apart(own))) or any(_above(paragraph))


def _apart(own: etree._Element) -> Iterator[bool]:
    line, indent, frame = (own.find(f"{{*}}{name}") for name in ("spacing", "ind", "framePr"))
    if line is not None and markup.attribute(line, "lineRule") == "exact":
        yield 0 < _number(markup.attribute(line, "line")) < LOW_LINE
    if indent is not None:
        yield any(_number(markup.attribute(indent, k)) < -FAR for k in ("left", "start", "right"))
        yield _number(markup.attribute(indent, "left")) > 2 * FAR
    if frame is not None:
        at = [_number(markup.attribute(frame, key)) for key in ("x", "y")]
        yield min(at) < -2_000 or max(at) > 2 * FAR


def _above(paragraph: etree._Element) -> Iterator[bool]:
    """Look at rows, boxes and shapes that the paragraph stands in."""
    for parent in paragraph.iterancestors():
        name = markup.local(parent)
        if name == "tr":
            yield low(parent) or parent.find("{*}trPr/{*}hidden") is not None
        elif name in ("anchor", "inline"):
            extent = parent.find("{*}extent")
            if extent is not None:
                sides = [_number(extent.get(key, "")) for key in ("cx", "cy")]
                yield min(sides) < SMALL_BOX
            for offset in parent.iter("{*}posOffset"):
                yield abs(_number(offset.text or "")) > FAR_BOX
        elif name in ("shape", "rect", "roundrect", "group"):
            style = re.sub(r"\s", "", parent.get("style", ""))
            yield bool(_OFF.search(style) or _SMALL.search(style))


def run_unseen(own: etree._Element | None) -> bool:
    """Tell whether a run is put far off its line, or all its letters on one spot."""
    if own is None:
        return False
    up, close = own.find("{*}position"), own.find("{*}spacing")
    far = up is not None and abs(_number(markup.attribute(up, "val"))) > FAR_UP
    return far or (close is not None and _number(markup.attribute(close, "val")) < CLOSE)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
