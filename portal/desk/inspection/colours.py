"""Colours of Office documents as red, green and blue, and whether two can be told apart."""

from collections.abc import Mapping

from lxml import etree
from openpyxl.styles.colors import COLOR_INDEX

from portal.desk.inspection import markup

Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
# the largest difference of one channel that an eye easily misses on a screen
ALIKE = 40
_THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", *(f"accent{n}" for n in range(1, 7)), "hlink")
_NAMES = {"white": WHITE, "black": BLACK, "transparent": WHITE, "windowtext": BLACK}


def alike(one: Colour, other: Colour) -> bool:
    """Tell whether text of one colour cannot be read on the other."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= ALIKE


def from_hex(text: str) -> Colour | None:
    """Read RRGGBB, AARRGGBB, #RGB, rgb(r, g, b) or a plain name; None for none of them."""
    bare = text.strip().lstrip("#").casefold()
    if bare in _NAMES:
        return _NAMES[bare]
    if bare.startswith("rgb"):
        numbers = [p for p in bare.replace("(", ",").replace(")", ",").split(",")[1:] if p.strip()]
        bare = "".join(f"{min(255, int(float(n))):02x}" for n in numbers[:3] if _number(n))
    if len(bare) == 3:
        bare = "".join(letter * 2 for letter in bare)
    bare = bare[-6:]
    try:
        return (int(bare[0:2], 16), int(bare[2:4], 16), int(bare[4:6], 16))
    except ValueError:
        return None


def _number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit()


def theme_colours(root: etree._Element) -> list[Colour]:
    """Return a theme's colours in the order in which cells number them."""
    found: dict[str, Colour] = {}
    for scheme in markup.each(root, "clrScheme"):
        for entry in scheme:
            for colour in entry:
                text = colour.get("lastClr") or colour.get("val") or ""
                found[markup.local(entry)] = from_hex(text) or BLACK
        break
    defaults = {"lt1": WHITE, "lt2": (238, 236, 225)}
    return [found.get(name, defaults.get(name, BLACK)) for name in _THEME_ORDER]


def of_cell(element: etree._Element | None, theme: list[Colour]) -> Colour | None:
    """Resolve a spreadsheet's colour element; None when it is automatic or missing."""
    if element is None or markup.is_true(element.get("auto", "")):
        return None
    colour = None
    if element.get("rgb"):
        colour = from_hex(element.get("rgb", ""))
    elif (element.get("theme") or "").isdigit():
        number = int(element.get("theme", "0"))
        colour = theme[number] if number < len(theme) else None
    elif (element.get("indexed") or "").isdigit():
        number = int(element.get("indexed", "0"))
        if number < len(COLOR_INDEX):
            colour = from_hex(COLOR_INDEX[number])
    return colour and tinted(colour, element.get("tint", "0"))


def tinted(colour: Colour, tint: str) -> Colour:
    """Lighten or darken a colour as a theme's tint says."""
    try:
        share = max(-1.0, min(1.0, float(tint)))
    except ValueError:
        share = 0.0
    if share < 0:
        return tuple(round(c * (1 + share)) for c in colour)  # type: ignore[return-value]
    return tuple(round(c + (255 - c) * share) for c in colour)  # type: ignore[return-value]


def of_style(style: Mapping[str, str], name: str) -> Colour | None:
    """Read a colour from style properties; None when it is not set."""
    text = style.get(name, "")
    return from_hex(text) if text and text not in ("transparent", "auto", "inherit") else None
