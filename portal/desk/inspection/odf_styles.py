"""OpenDocument styles: which cells, rows, columns, sheets and words they conceal."""

import re
from dataclasses import dataclass, field

from lxml import etree

from portal.desk.inspection import colours, markup
from portal.desk.inspection.colours import BLACK, WHITE

TINY = 4.0
Properties = dict[str, str]


@dataclass(slots=True)
class OdfStyles:
    """Properties of every style with all it inherits, by family and name; data styles apart."""

    own: dict[tuple[str, str], tuple[str, Properties]] = field(default_factory=dict)
    empty_formats: set[str] = field(default_factory=set)
    known: dict[tuple[str, str], Properties] = field(default_factory=dict)

    def of(self, family: str, name: str) -> Properties:
        """Return a style's properties with those of its parents."""
        key = (family, name)
        if key not in self.known:
            chain, seen = [self.own.get((family, ""), ("", {}))[1]], set()
            line = []
            while name and (family, name) in self.own and name not in seen:
                seen.add(name)
                name, props = self.own[family, name]
                line.append(props)
            merged: Properties = {}
            for props in [*chain, *reversed(line)]:
                merged |= props
            self.known[key] = merged
        return self.known[key]

    def unreadable(self, family: str, name: str) -> bool:
        """Tell whether a style's text cannot be read: colour, size, or display."""
        props = self.of(family, name)
        if props.get("display") in ("none", "condition"):
            return True
        ink = colours.of_style(props, "color") or BLACK
        back = colours.of_style(props, "background-color") or WHITE
        dark = sum(back) < 200 and "color" not in props
        return _points(props.get("font-size", "")) < TINY or (colours.alike(ink, back) and not dark)

    def hidden_frame(self, name: str) -> bool:
        """Tell whether a drawing's style hides it."""
        return self.of("graphic", name).get("opacity") == "0%"


def _points(text: str) -> float:
    found = re.fullmatch(r"([\d.]+)(pt|cm|mm|in|px)?", text)
    if not found:
        return 11.0
    scale = {"cm": 28.3, "mm": 2.83, "in": 72.0, "px": 0.75}.get(found[2] or "", 1.0)
    try:
        return float(found[1]) * scale
    except ValueError:
        return 11.0


def length(text: str) -> float:
    """Return a length in points; a large one where it is not given."""
    return _points(text) if text else 100.0


def read(roots: list[etree._Element]) -> OdfStyles:
    """Read the styles of content and of the document."""
    styles = OdfStyles()
    for root in roots:
        for style in markup.each(root, "style", "default-style"):
            props: Properties = {}
            for group in style:
                if not markup.local(group).endswith("-properties"):
                    continue
                for key, value in group.attrib.items():
                    props[key.rpartition("}")[2]] = value
            if markup.attribute(style, "data-style-name"):
                props["data-style"] = markup.attribute(style, "data-style-name")
            family, name = markup.attribute(style, "family"), markup.attribute(style, "name")
            default = markup.local(style) == "default-style"
            parent = markup.attribute(style, "parent-style-name")
            styles.own[family, "" if default else name] = (parent, props)
        _formats(root, styles)
    return styles


_SHOWING = {
    "number", "scientific-number", "fraction", "text-content", "day", "month", "year", "hours",
    "minutes", "seconds", "day-of-week", "quarter", "week-of-year", "boolean", "am-pm", "era",
}  # fmt: skip


def _formats(root: etree._Element, styles: OdfStyles) -> None:
    kinds = ("number-style", "text-style", "date-style", "currency-style", "percentage-style")
    for form in markup.each(root, *kinds, "time-style", "boolean-style"):
        if not any(markup.local(child) in _SHOWING for child in form):
            styles.empty_formats.add(markup.attribute(form, "name"))


def paragraph(element: etree._Element, styles: OdfStyles) -> tuple[str, str]:
    """Return a paragraph's visible text and its hidden text."""
    shown: list[str] = []
    hidden: list[str] = []
    whole = styles.unreadable("paragraph", markup.attribute(element, "style-name"))
    _gather(element, styles, hidden if whole else shown, hidden)
    return "".join(shown), " ".join(hidden)


def _gather(
    element: etree._Element, styles: OdfStyles, shown: list[str], hidden: list[str]
) -> None:
    if element.text:
        shown.append(element.text)
    for child in element:
        name = markup.local(child)
        if name in ("annotation", "tracked-changes", "hidden-text", "hidden-paragraph", "note"):
            pass
        elif name == "s":
            count = markup.attribute(child, "c") or "1"
            shown.append(" " * (min(int(count), 100) if count.isdigit() else 1))
        elif name == "tab":
            shown.append("\t")
        elif name == "line-break":
            shown.append("\n")
        elif name == "ruby-text":
            hidden.append(markup.words(child))
        elif name:
            style = markup.attribute(child, "style-name")
            unseen = name in ("span", "a") and style and _span_hides(styles, style)
            _gather(child, styles, hidden if unseen else shown, hidden)
        if child.tail:
            shown.append(child.tail)


def _span_hides(styles: OdfStyles, name: str) -> bool:
    return styles.unreadable("text", name)
