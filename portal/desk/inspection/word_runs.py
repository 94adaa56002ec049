"""The runs of a letter: which of them a reader sees on the page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from portal.desk.inspection import colours, markup, word_places
from portal.desk.inspection.colours import BLACK, WHITE

Properties = dict[str, str]
TINY_HALF_POINTS = 6.0
_HIGHLIGHTS = {
    "black": (0, 0, 0), "darkBlue": (0, 0, 128), "white": WHITE, "blue": (0, 0, 255),
    "darkGray": (128, 128, 128), "yellow": (255, 255, 0), "red": (255, 0, 0),
}  # fmt: skip

# colours of the paper, whatever theme the letter has
_PALE_THEMES = {"background1": "FFFFFF", "light1": "FFFFFF", "background2": "EEECE1",
                "light2": "EEECE1"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunStyles:
    """Run properties of named styles with all they inherit, and of the document's default.

    Of styles of tables the ground of each part: firstRow, firstCol, "" for the whole.
    """

    by_name: dict[str, Properties]
    default: Properties
    tables: dict[str, dict[str, str]] = field(default_factory=dict)


class Hides(Protocol):
    """Whoever keeps what is hidden, and knows the styles."""

    styles: RunStyles

    def hide(self, kind: str, text: str) -> None:
        """Keep text that the page does not show."""


def styles(root: etree._Element) -> RunStyles:
    """Read the run properties of all styles."""
    own: dict[str, tuple[str, Properties]] = {}
    for style in markup.each(root, "style"):
        base = style.find("{*}basedOn")
        inherits = markup.attribute(base, "val") if base is not None else ""
        own[markup.attribute(style, "styleId")] = (inherits, _style(style))
    grounds = {
        markup.attribute(style, "styleId"): _grounds(style)
        for style in markup.each(root, "style")
        if markup.attribute(style, "type") == "table"
    }
    default = properties(root.find("{*}docDefaults/{*}rPrDefault/{*}rPr"))
    return RunStyles({name: _inherited(name, own) for name in own}, default, grounds)


def _style(style: etree._Element) -> Properties:
    found = properties(style.find("{*}rPr"))
    shade = style.find("{*}pPr/{*}shd")
    if shade is not None and markup.attribute(shade, "fill") not in ("", "auto"):
        found["ground"] = markup.attribute(shade, "fill")
    return found


def _grounds(style: etree._Element) -> dict[str, str]:
    """Return the fill of each part of a table's style; runs there may be as pale as it is dark."""
    found = {}
    for part in (style, *style.iterfind("{*}tblStylePr")):
        shade = part.find("{*}tcPr/{*}shd")
        if shade is not None and markup.attribute(shade, "fill") not in ("", "auto"):
            name = "" if part is style else markup.attribute(part, "type")
            found[name] = markup.attribute(shade, "fill")
    return found


def _inherited(name: str, own: dict[str, tuple[str, Properties]]) -> Properties:
    chain: list[Properties] = []
    seen: set[str] = set()
    while name in own and name not in seen:
        seen.add(name)
        name, props = own[name]
        chain.append(props)
    merged: Properties = {}
    for props in reversed(chain):
        merged |= props
    return merged


def properties(element: etree._Element | None) -> Properties:
    """Return what of a run's properties decides whether it can be seen."""
    found: Properties = {}
    if element is None:
        return found
    for child in element:
        name, value = markup.local(child), markup.attribute(child, "val")
        if name in ("vanish", "specVanish", "webHidden"):
            off = value.casefold() in ("0", "false", "off")
            found["vanish"] = "" if off else "1"
        elif name == "color":
            theme = markup.attribute(child, "themeColor")
            found["color"] = _PALE_THEMES.get(theme, value)
        elif name in ("sz", "highlight", "rStyle"):
            found[name] = value
        elif name == "shd":
            solid = value == "solid"
            found["shd"] = markup.attribute(child, "color" if solid else "fill")
        elif name == "w":
            found["scale"] = value
    return found


def visible(letter: Hides, paragraph: etree._Element) -> str:
    """Return what can be read of a paragraph; what cannot is handed to the letter."""
    style = paragraph.find("{*}pPr/{*}pStyle")
    base = dict(letter.styles.default)
    if style is not None:
        base |= letter.styles.by_name.get(markup.attribute(style, "val"), {})
    paper = _paper(paragraph, letter.styles)
    away = "hidden_text" if word_places.unseen(paragraph) else ""
    pieces = []
    where = {paragraph: (paper, away)}
    for run, kind in _runs(paragraph):
        text = run_text(run)
        if not text:
            continue
        # a box of text in this paragraph has paragraphs, and a ground, of its own
        own = next(run.iterancestors("{*}p"), paragraph)
        if own not in where:
            gone = "hidden_text" if word_places.unseen(own) else ""
            where[own] = (_paper(own, letter.styles), gone)
        paper, away = where[own]
        props = properties(run.find("{*}rPr"))
        looks = base | letter.styles.by_name.get(props.get("rStyle", ""), {}) | props
        off = word_places.run_unseen(run.find("{*}rPr"))
        why = kind or away or ("hidden_text" if off else _hidden(looks, paper))
        if why:
            letter.hide(why, text)
        else:
            pieces.append(text)
    return "".join(pieces)


def _paper(paragraph: etree._Element, known: RunStyles) -> str:
    """Return the colour that a paragraph stands on: its own, its cell's, its box's; or nothing."""
    for path in ("{*}pPr/{*}shd", "../{*}tcPr/{*}shd"):
        shade = paragraph.find(path)
        if shade is not None and markup.attribute(shade, "fill") not in ("", "auto"):
            return markup.attribute(shade, "fill")
    style = paragraph.find("{*}pPr/{*}pStyle")
    if style is not None:
        own = known.by_name.get(markup.attribute(style, "val"), {}).get("ground", "")
        if own:
            return own
    for parent in paragraph.iterancestors():
        name = markup.local(parent)
        if name in ("wsp", "shape", "rect", "roundrect"):
            return _box(parent)
        if name == "tc":
            return _styled_cell(parent, known)
    return ""


def _box(shape: etree._Element) -> str:
    """Return the fill of a box of text; of a theme's colours only whether it is pale is known."""
    fill = shape.find("{*}spPr/{*}solidFill")
    if fill is not None:
        for colour in fill:
            if markup.local(colour) == "srgbClr":
                return colour.get("val", "")
            pale = colour.get("val", "") in ("bg1", "lt1", "bg2", "lt2")
            return "FFFFFF" if pale else "404040"
    own = shape.find("{*}spPr")
    if own is not None and own.find("{*}noFill") is None and shape.find("{*}style") is not None:
        # a shape that takes its fill from the theme: the usual one is dark
        reference = shape.find("{*}style/{*}fillRef")
        return "404040" if reference is not None and reference.get("idx") != "0" else ""
    return shape.get("fillcolor", "").partition(" ")[0].lstrip("#")


def _styled_cell(cell: etree._Element, known: RunStyles) -> str:
    row = cell.getparent()
    table = row.getparent() if row is not None else None
    style = table.find("{*}tblPr/{*}tblStyle") if table is not None else None
    if style is None or table is None or row is None:
        return ""
    grounds = known.tables.get(markup.attribute(style, "val"), {})
    rows, cells = table.findall("{*}tr"), row.findall("{*}tc")
    parts = {"firstRow": row is rows[0], "lastRow": row is rows[-1],
             "firstCol": cell is cells[0], "lastCol": cell is cells[-1]}  # fmt: skip
    for part, stands in parts.items():
        if stands and part in grounds:
            return grounds[part]
    return grounds.get("", "")


def _runs(paragraph: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Yield the runs of a paragraph, those of text boxes in it too, with why one is no text."""
    open_ones: list[tuple[etree._Element, str]] = [(paragraph, "")]
    while open_ones:
        element, why = open_ones.pop()
        if markup.local(element) in ("r", "m:r"):
            yield element, why
        for child in reversed(element):
            name = markup.local(child)
            if not name or name in ("Fallback", "rPr", "pPr") or name == "tbl":
                continue
            gone = why or ("tracked_change" if name in ("del", "moveFrom") else "")
            open_ones.append((child, gone))


def run_text(run: etree._Element) -> str:
    """Return a run's own letters, with tabs and line ends."""
    pieces = []
    for child in run:
        name = markup.local(child)
        if name in ("t", "delText"):
            pieces.append(child.text or "")
        elif name == "tab":
            pieces.append("\t")
        elif name in ("br", "cr"):
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
    return "".join(pieces)


def _hidden(looks: Properties, paper: str) -> str:
    if looks.get("vanish"):
        return "hidden_text"
    size = looks.get("sz", "")
    if size.isdigit() and float(size) < TINY_HALF_POINTS:
        return "hidden_text"
    scale = looks.get("scale", "").rstrip("%")
    if scale.isdigit() and int(scale) < 5:
        return "hidden_text"
    named = looks.get("highlight", "")
    ground = _HIGHLIGHTS.get(named) or colours.from_hex(looks.get("shd", "")) or None
    ink_name = looks.get("color", "auto")
    back = ground or colours.from_hex(paper) or WHITE
    if ink_name in ("auto", ""):
        # Word turns automatic ink white on dark paper, but not under a highlight
        return "bad_redaction" if named == "black" else ""
    ink = colours.from_hex(ink_name) or BLACK
    if not colours.alike(ink, back):
        return ""
    return "bad_redaction" if sum(back) < 200 else "hidden_text"
