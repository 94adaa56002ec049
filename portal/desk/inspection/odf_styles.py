"""OpenDocument styles: which cells, rows, columns, sheets and words they conceal."""

import re
from dataclasses import dataclass, field

from lxml import etree

from portal.desk.inspection import colours, markup
from portal.desk.inspection.colours import BLACK, WHITE, Colour

TINY = 4.0
NARROW = 5  # hundredths of its own width: no letter can be told
Properties = dict[str, str]


@dataclass(frozen=True, slots=True)
class Format:
    """A data style: whether it shows the value itself, its own words, its cases for some values."""

    shows: bool
    words: str
    cases: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class OdfStyles:
    """Properties of every style with all it inherits, by family and name; data styles apart."""

    own: dict[tuple[str, str], tuple[str, Properties]] = field(default_factory=dict)
    formats: dict[str, Format] = field(default_factory=dict)
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

    def shows(self, name: str, value: str) -> bool:
        """Tell whether a data style lets anything of a value be seen."""
        form = self.formats.get(name)
        if form is None or value.strip("0.-") == "":
            # a dash or a blank for nothing hides nothing, if other values are shown
            return form is None or form.shows or any(self.shows(n, "1") for _, n in form.cases)
        for condition, other in form.cases:
            if _holds(condition, value):
                return self.shows(other, value)
        return form.shows

    def words(self, name: str) -> str:
        """Return the words that a data style prints beside its value."""
        form = self.formats.get(name)
        if form is None:
            return ""
        return " ".join([form.words, *(self.words(n) for _, n in form.cases if n != name)])

    def paper(self, family: str, name: str) -> Colour | None:
        """Return the ground that a style paints, None for none."""
        return colours.of_style(self.of(family, name), "background-color")

    def unreadable(self, family: str, name: str, paper: Colour = WHITE) -> bool:
        """Tell whether a style's text cannot be read: colour, size, or display."""
        props = self.of(family, name)
        if props.get("display") in ("none", "condition"):
            return True
        ink = colours.of_style(props, "color") or BLACK
        back = colours.of_style(props, "background-color") or paper
        scale = props.get("text-scale", "100%").rstrip("%")
        if scale.isdigit() and int(scale) < NARROW:
            return True
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
                drawn = markup.local(group) == "graphic-properties"
                for key, value in group.attrib.items():
                    name = key.rpartition("}")[2]
                    # of letters LibreOffice writes an opacity that means something else
                    if drawn or name != "opacity":
                        props[name] = value
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
        shown = any(markup.local(child) in _SHOWING for child in form)
        words = " ".join(child.text or "" for child in markup.each(form, "text"))
        cases = tuple(
            (markup.attribute(case, "condition"), markup.attribute(case, "apply-style-name"))
            for case in markup.each(form, "map")
            if markup.attribute(case, "apply-style-name") != markup.attribute(form, "name")
        )
        styles.formats[markup.attribute(form, "name")] = Format(shown, words, cases)


_CONDITION = re.compile(r"value\(\)\s*(<=|>=|!=|<|>|=)\s*(-?[\d.]+)")


def _holds(condition: str, value: str) -> bool:
    found = _CONDITION.fullmatch(condition.strip())
    try:
        number, limit = float(value), float(found[2] if found else "x")
    except ValueError:
        return False
    sign = found[1] if found else ""
    less, equal = number < limit, number == limit
    return {"<": less, "<=": less or equal, ">": not less and not equal, ">=": not less,
            "=": equal, "!=": not equal}[sign]  # fmt: skip


def paragraph(element: etree._Element, styles: OdfStyles, paper: Colour = WHITE) -> tuple[str, str]:
    """Return a paragraph's visible text and its hidden text, on paper of this colour."""
    shown: list[str] = []
    hidden: list[str] = []
    name = markup.attribute(element, "style-name")
    own = styles.paper("paragraph", name) or paper
    whole = styles.unreadable("paragraph", name, own)
    _gather(element, styles, hidden if whole else shown, hidden, own)
    return "".join(shown), " ".join(hidden)


def _gather(
    element: etree._Element, styles: OdfStyles, shown: list[str], hidden: list[str], paper: Colour
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
            unseen = name in ("span", "a") and style and styles.unreadable("text", style, paper)
            _gather(child, styles, hidden if unseen else shown, hidden, paper)
        if child.tail:
            shown.append(child.tail)
