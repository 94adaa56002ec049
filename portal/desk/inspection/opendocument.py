"""ODS and ODT: the parts of the package, then sheets and text with what they conceal."""

import re

from lxml import etree

from portal.desk.inspection import (
    buried,
    images,
    kept,
    markup,
    odf_charts,
    odf_sheets,
    odf_styles,
    properties,
    vectors,
)
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.odf_styles import OdfStyles
from portal.desk.inspection.tables import Cell, Table
from portal.desk.inspection.zips import Package

_PARTS = (
    (r"mimetype|content\.xml|styles\.xml|meta\.xml|settings\.xml|manifest\.rdf", ""),
    (r"META-INF/manifest\.xml", ""),
    (r"META-INF/(documentsignatures|macrosignatures)\.xml", "signature"),
    (r"Thumbnails/.*", "thumbnail"),
    (r"Configurations2/(.*/)?(images/Bitmaps/)?(menubar|toolbar|statusbar|accelerator|floater"
     r"|popupmenu|progressbar|toolpanel)?/?(current\.xml|[\w.\-]*)", ""),
    (r"Configurations2/.*", "custom_xml"),
    (r"Pictures/.*|media/.*", ""),
    (r"Basic/.*|Scripts/.*|Dialogs/.*", "macro_vba"),
    (r"Object \d+/(content|styles|meta|settings)\.xml", "chart"),
    (r"ObjectReplacements/Object \d+", "chart"),
    (r"Object \d+(/.*)?|Objects/.*|ObjectReplacements/.*", "embedded_object"),
    (r"Versions/.*|VersionList\.xml", "incremental_update"),
    (r"layout-cache", ""),
    (r"Fonts/.*", ""),
    (r"database/.*|forms/.*|reports/.*", "connection"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), kind) for pattern, kind in _PARTS)
_OWN_NAMES = re.compile(r" ?(?:xlnm|Excel BuiltIn)[. ]+\w[\w ]*", re.I)
FAR = 150.0  # points
_OWN_WORDS = re.compile(
    r"(?:content|styles|settings|meta)\.xml|"
    r"http://(?:docs\.oasis-open\.org/ns/office|www\.w3\.org)/[\w./#\-]{1,80}"
)


def read(package: Package) -> None:
    """Inspect an OpenDocument package and gather its visible cells and lines."""
    report = package.report
    charts = odf_charts.drawn(package)
    _inventory(package, charts)
    if "content.xml" not in package.names():
        raise Refused("corrupt", "content")
    root = markup.parse(package.read("content.xml"), "content", report)
    roots = [root]
    if "styles.xml" in package.names():
        roots.append(markup.parse(package.read("styles.xml"), "styles", report))
    styles = odf_styles.read(roots)
    _marks(package, root, charts)
    for master in roots[1:]:
        _page_stories(master, report)
    sheet = next(markup.each(root, "spreadsheet"), None)
    if sheet is not None:
        odf_sheets.read(sheet, styles, report)
        odf_charts.compare(package, charts, sheets=True)
        seen = {" ".join(c.text.split()).casefold() for t in report.tables for c in t.cells}
        words = [form.words for form in styles.formats.values()]
        kept.note(report, "number formats", words, seen)
        return
    text = next(markup.each(root, "text", "presentation"), None)
    if text is None:
        raise Refused("corrupt", "content")
    _text(package, text, styles)
    odf_charts.compare(package, charts, sheets=False)


def _page_stories(master: etree._Element, report: Report) -> None:
    """Note headers and footers: those that are printed, and those that are switched off."""
    printed: set[str] = set()
    off: list[str] = []
    for story in markup.each(master, "header", "footer", "header-left", "footer-left"):
        text = " ".join(markup.words(story).split())
        standard = not re.sub(r"page|of|\?\?\?|[\d\s()/,:.\-]", "", text, flags=re.I)
        if not text or standard or "Sheet" in text:
            continue
        if markup.attribute(story, "display") == "false":
            off.append(text)
        else:
            printed.add(text)
            report.hidden("header_footer", "page style", text)
    unseen = [text for text in off if text not in printed]
    report.hidden("hidden_text", "page style", "\n".join(unseen), len(unseen))


def _inventory(package: Package, charts: dict[str, etree._Element]) -> None:
    report = package.report
    for name in package.names():
        kind = next((kind for pattern, kind in _COMPILED if pattern.fullmatch(name)), None)
        place = package.number(name)
        if kind is None:
            report.hidden("unknown_part", place, buried.text_of(package.read(name)))
        elif kind == "chart":
            odf_charts.inventory(package, name, charts)
        elif kind:
            report.hidden(kind, place, buried.text_of(package.read(name)))
        elif name.startswith(("Pictures/", "media/")):
            picture = package.read(name)
            if not (
                images.metadata(picture, place, report) or vectors.drawn(picture, place, report)
            ):
                report.hidden("unknown_part", place, buried.text_of(picture))
        elif name.startswith(("Configurations2/", "layout-cache")):
            # what an office program writes here by itself is empty
            if name.startswith("C") and package.read(name).strip():
                report.hidden("custom_xml", place, buried.text_of(package.read(name)))
        elif name.startswith("Fonts/") and not buried.is_font(package.read(name)):
            report.hidden("unknown_part", place, buried.text_of(package.read(name)))
        elif name == "manifest.rdf":
            _described(package, name)
    _about(package)


def _about(package: Package) -> None:
    """Note what the package says of itself: who made it, where it was printed."""
    report = package.report
    if "META-INF/manifest.xml" in package.names():
        root = markup.parse(package.read("META-INF/manifest.xml"), "manifest", report)
        if next(markup.each(root, "encryption-data"), None) is not None:
            raise Refused("encrypted", "manifest")
    if "meta.xml" in package.names():
        root = markup.parse(package.read("meta.xml"), "document properties", report)
        for element in root.iter("*"):
            if (element.text or "").strip():
                key = markup.local(element).casefold()
                if key in properties.PERSONAL:
                    properties.note(report, "document properties", key, element.text or "")
    if "settings.xml" in package.names():
        root = markup.parse(package.read("settings.xml"), "settings", report)
        for item in markup.each(root, "config-item"):
            name = markup.attribute(item, "name")
            if name in ("PrinterName", "PrinterSetup", "CurrentDatabaseDataSource"):
                properties.note(report, "settings", name, item.text or "")


def _described(package: Package, name: str) -> None:
    """What an office program says of its own parts is no finding; anything else is."""
    root = markup.parse(package.read(name), "manifest", package.report)
    said = [*root.itertext(), *(value for e in root.iter("*") for value in e.attrib.values())]
    other = [text for text in said if text.strip() and not _OWN_WORDS.fullmatch(text.strip())]
    package.report.hidden("custom_xml", "manifest", "\n".join(other), len(other))


_HIDING = {
    "annotation": "comment",
    "tracked-changes": "tracked_change",
    "hidden-text": "hidden_text",
    "hidden-paragraph": "hidden_text",
    "conditional-text": "hidden_text",
    "script": "macro_vba",
    "event-listener": "macro_vba",
    "scenario": "scenario",
    "dde-link": "external_link",
    "dde-source": "external_link",
    "table-source": "external_link",
    "database-source-sql": "connection",
    "database-source-table": "connection",
    "database-source-query": "connection",
    "data-pilot-table": "pivot_cache",
    "object": "embedded_object",
    "object-ole": "embedded_object",
    "plugin": "embedded_object",
    "form": "form_control",
    "variable-set": "",
    "user-field-decl": "doc_variable",
    "alphabetical-index-mark": "hidden_text",
    "alphabetical-index-mark-start": "hidden_text",
    "toc-mark": "hidden_text",
    "user-index-mark": "hidden_text",
}


def _marks(package: Package, root: etree._Element, charts: dict[str, etree._Element]) -> None:
    report = package.report
    for element in root.iter("*"):
        name = markup.local(element)
        kind = _HIDING.get(name, "")
        if (name == "tracked-changes" and len(element) == 0) or (
            name == "form" and not len(element)
        ):
            continue
        if kind == "embedded_object" and markup.attribute(element, "href")[2:] in charts:
            continue
        if kind:
            values = " ".join(value for value in element.attrib.values() if "://" not in value)
            report.hidden(kind, "content", f"{markup.words(element)} {values}")
        target = markup.attribute(element, "href") if name not in ("a", "script") else ""
        if re.match(r"[a-z]+://|file:|//|\.\./", target, re.I) and kind != "external_link":
            report.hidden("external_reference", "content", target)
        if name in ("named-range", "named-expression"):
            _named(package, element, name)
        if name in ("desc", "title") and (element.text or "").strip():
            report.hidden("alt_text", "content", element.text or "", outcome="accept_stripped")


def _named(package: Package, element: etree._Element, name: str) -> None:
    label = markup.attribute(element, "name").replace("_", " ")
    if name == "named-range" and _OWN_NAMES.fullmatch(label):
        return
    if name == "named-range":
        package.report.hidden("named_range", "content", label)
    else:
        text = markup.attribute(element, "expression")
        package.report.hidden("named_range", "content", f"{label} {text}", outcome="quarantine")


def _text(package: Package, root: etree._Element, styles: OdfStyles) -> None:
    """Gather the visible paragraphs and tables of a letter."""
    report = package.report
    lines: list[Cell] = []
    for number, table in enumerate(markup.each(root, "table"), 1):
        odf_sheets.table(table, f"table {number}", styles, report, "")
    for paragraph in markup.each(root, "p", "h"):
        inside = {markup.local(parent) for parent in paragraph.iterancestors()}
        if inside & {"table-cell", "annotation", "tracked-changes", "changed-region"}:
            continue
        text, hidden = odf_styles.paragraph(paragraph, styles)
        if _section_hidden(paragraph, styles):
            text, hidden = "", f"{text} {hidden}"
        if hidden.strip():
            report.hidden("hidden_text", "content", hidden)
        if text.strip():
            lines.append(Cell(len(lines) + 1, 1, text))
    if lines:
        report.tables.append(Table("document, text", lines, prose=True))


def _section_hidden(paragraph: etree._Element, styles: OdfStyles) -> bool:
    for parent in paragraph.iterancestors():
        if markup.local(parent) == "section" and markup.attribute(parent, "display") in (
            "none",
            "condition",
        ):
            return True
        frame = styles.hidden_frame(markup.attribute(parent, "style-name"))
        if markup.local(parent) in ("frame", "text-box", "custom-shape") and frame:
            return True
        if any(_off_the_page(markup.attribute(parent, key)) for key in ("x", "y")):
            return True
    return False


def _off_the_page(text: str) -> bool:
    """Tell a place far to the left of a page, or above it."""
    return text.startswith("-") and odf_styles.length(text[1:]) > FAR
