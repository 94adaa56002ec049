"""HTML: what a browser shows of it, and what it does not."""

import re

from lxml import etree
from lxml import html as lxml_html

from portal.desk.inspection import colours, markup
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.tables import Cell, Table

_BLOCKS = {
    "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "caption", "pre",
    "blockquote", "dt", "dd", "br", "title", "body", "address", "figcaption",
}  # fmt: skip
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_ACTIVE = ("script", "iframe", "object", "embed", "applet", "frame", "form", "base", "portal")
_LOADS = {"img": "src", "link": "href", "audio": "src", "video": "src", "source": "src"}
_NOTHING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|mso-hide:all|opacity:0(?:\.0*)?(?:;|$)"
    r"|font-size:(?:0|[0-3](?:\.\d+)?(?:px|pt))(?![\d.])|text-indent:-\d{3,}|clip:rect\(0"
    r"|(?:left|top|right|margin-left|margin-top):-\d{3,}|transform:scale\(0|color:transparent"
    r"|(?:^|;)(?:max-)?(?:height|width):0(?:px|pt|em|%)?(?:;|$)|clip-path:inset\((?:50|100)%",
    re.I,
)


def read(text: str, report: Report) -> None:
    """Inspect a page and gather its visible tables and lines."""
    if len(text) > 20_000_000:
        raise Refused("expansion_bomb", "page")
    report.spend("elements", text.count("<") // 2, 1_000_000)
    try:
        root = lxml_html.document_fromstring(
            re.sub(r"\A\s*<\?xml[^>]*\?>", "", text), parser=lxml_html.HTMLParser(huge_tree=False)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as problem:
        raise Refused("corrupt", "page") from problem
    rules = _rules(root)
    _marks(root, report)
    hidden = _hidden(root, rules, report)
    numbered = 0
    for table in root.iter("table"):
        if not any(parent in hidden for parent in (table, *table.iterancestors())):
            numbered += 1
            _table(table, f"table {numbered}", hidden, report)
    _lines(root, hidden, report)


def _rules(root: etree._Element) -> list[tuple[str, str]]:
    """Return the simple style rules of the page: a selector's last word and its declarations."""
    found = []
    for style in root.iter("style"):
        for selectors, body in _RULE.findall((style.text or "").replace("<!--", "")):
            for selector in selectors.split(","):
                last = selector.strip().split(" ")[-1].casefold()
                found.append((last, _flat(body)))
    return found[:5_000]


def _flat(style: str) -> str:
    return re.sub(r"\s|!important", "", style.casefold())


def _style(element: etree._Element, rules: list[tuple[str, str]]) -> str:
    classes = {f".{name.casefold()}" for name in (element.get("class") or "").split()}
    tag = markup.local(element).casefold()
    names = classes | {tag, f"#{(element.get('id') or '').casefold()}"}
    names |= {f"{tag}{name}" for name in classes}
    matching = [body for selector, body in rules if selector in names]
    return ";".join([*matching, _flat(element.get("style") or "")])


def _declared(style: str) -> dict[str, str]:
    pairs = (piece.partition(":") for piece in style.split(";") if ":" in piece)
    return {name: value for name, _, value in pairs}


def _hidden(
    root: etree._Element, rules: list[tuple[str, str]], report: Report
) -> set[etree._Element]:
    """Return the elements a browser does not show, each noted once with all below it."""
    gone: set[etree._Element] = set()
    for element in root.iter("*"):
        if not isinstance(element.tag, str) or element.getparent() in gone:
            if element.getparent() in gone:
                gone.add(element)
            continue
        kind = _hiding(element, _style(element, rules))
        if kind:
            gone.add(element)
            text = markup.words(element).strip()
            if text or element.get("value"):
                report.hidden(kind, "page", f"{text} {element.get('value') or ''}")
    _hidden_columns(root, rules, gone, report)
    return gone


def _hiding(element: etree._Element, style: str) -> str:
    tag = markup.local(element).casefold()
    kind = {"tr": "hidden_row", "col": "hidden_column", "table": "hidden_sheet"}.get(
        tag, "hidden_text"
    )
    if tag in ("script", "style", "head", "title", "meta", "link"):
        return ""
    if tag in ("template", "noscript", "noembed", "noframes", "datalist", "desc", "metadata"):
        return "hidden_text"
    if tag == "input" and (element.get("type") or "").casefold() == "hidden":
        return "hidden_text"
    if tag == "details" and element.get("open") is None:
        return ""
    if element.get("hidden") is not None or _NOTHING.search(style):
        return kind
    if tag in ("td", "th", "tr") and element.get("height") == "0":
        return kind
    return "hidden_text" if _same_colour(element, style) else ""


def _same_colour(element: etree._Element, style: str) -> bool:
    declared = _declared(style)
    ink = colours.of_style(declared, "color")
    if ink is None and element.get("color"):
        ink = colours.from_hex(element.get("color") or "")
    if ink is None:
        return False
    for parent in (element, *element.iterancestors()):
        own = _declared(_flat(parent.get("style") or ""))
        text = own.get("background-color") or own.get("background") or parent.get("bgcolor")
        paper = colours.from_hex(text) if text else None
        if paper is not None:
            return colours.alike(ink, paper)
    back = colours.of_style(declared, "background-color")
    return colours.alike(ink, back or colours.WHITE)


def _hidden_columns(
    root: etree._Element,
    rules: list[tuple[str, str]],
    gone: set[etree._Element],
    report: Report,
) -> None:
    for table in root.iter("table"):
        number = 0
        for column in table.iter("col"):
            span = column.get("span") or "1"
            wide = min(int(span), 1_000) if span.isdigit() else 1
            style = _style(column, rules)
            if _NOTHING.search(style) or column.get("width") == "0":
                for row in table.iter("tr"):
                    for cell in list(row.iterchildren("td", "th"))[number : number + wide]:
                        gone.update(cell.iter())
                        report.hidden("hidden_column", "page", markup.words(cell))
            number += wide


def _marks(root: etree._Element, report: Report) -> None:
    for comment in root.iter(etree.Comment):
        text = (comment.text or "").strip()
        if text:
            office = "x:Visible" in text or "mso-hide" in text
            report.hidden("hidden_sheet" if office else "comment", "page", text)
    for element in root.iter("*"):
        tag = markup.local(element).casefold()
        if tag in _ACTIVE and tag != "form":
            report.hidden("active_content", "page", element.text or "")
        if tag == "meta" and (element.get("name") or "").casefold() in ("author", "generator-user"):
            report.hidden("doc_properties", "page", element.get("content") or "")
        if tag == "meta" and (element.get("http-equiv") or "").casefold() == "refresh":
            report.add("active_content", "page")
        loads = element.get(_LOADS.get(tag, "-")) or ""
        if re.match(r"(?:https?:)?//|file:|\\\\|cid:", loads):
            report.hidden("external_reference", "page", loads)
        elif loads.startswith("data:"):
            report.add("embedded_object", "page")
        for name, value in element.attrib.items():
            if name.casefold().startswith("on") or "javascript:" in value.casefold():
                report.add("active_content", "page")
            elif name.startswith("data-") or name in ("title", "alt", "aria-label"):
                if _says_something(value):
                    report.hidden("alt_text", "page", value, outcome="accept_stripped")
                else:
                    report.personal("page", value)


def _says_something(value: str) -> bool:
    """Tell words from the codes that pages carry for their scripts."""
    return bool(re.search(r"[A-Z]|[a-z] [a-z]", value)) and not value.startswith("{")


def _table(table: etree._Element, place: str, hidden: set[etree._Element], report: Report) -> None:
    cells: list[Cell] = []
    rows = [row for row in table.iter("tr") if row not in hidden and _owner(row) is table]
    for number, row in enumerate(rows, 1):
        column = 1
        for cell in row.iterchildren("td", "th"):
            text = _shown(cell, hidden)
            if text and cell not in hidden:
                cells.append(Cell(number, column, text))
            span = cell.get("colspan") or "1"
            column += min(int(span), 1_000) if span.isdigit() else 1
    report.spend("cells", len(cells), report.limits.cells)
    if cells:
        report.tables.append(Table(place, cells))


def _owner(row: etree._Element) -> etree._Element | None:
    return next(row.iterancestors("table"), None)


def _shown(element: etree._Element, hidden: set[etree._Element]) -> str:
    pieces = [element.text or ""]
    for child in element:
        inside = isinstance(child.tag, str) and child not in hidden
        if inside and markup.local(child) not in ("script", "style"):
            pieces.append(_shown(child, hidden))
        pieces.append(child.tail or "")
    return " ".join("".join(pieces).split())


def _lines(root: etree._Element, hidden: set[etree._Element], report: Report) -> None:
    """Gather running text outside tables, one cell for each block."""
    body = root.find("body")
    lines: list[Cell] = []
    for element in (body if body is not None else root).iter("*"):
        tag = markup.local(element)
        if (
            tag not in _BLOCKS
            or element in hidden
            or next(element.iterancestors("table"), None) is not None
        ):
            continue
        own = [element.text or ""]
        for child in element:
            if (
                markup.local(child) not in _BLOCKS | {"table", "script", "style"}
                and child not in hidden
            ):
                own.append(_shown(child, hidden) if isinstance(child.tag, str) else "")
            own.append(child.tail or "")
        text = " ".join("".join(own).split())
        if text:
            lines.append(Cell(len(lines) + 1, 1, text))
    if lines:
        report.tables.append(Table("page, text", lines, prose=True))
