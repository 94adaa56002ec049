"""DOCX: letters and their tables, and what a letter keeps that its page does not show."""

import re
from dataclasses import dataclass, field

from lxml import etree

from portal.desk.inspection import charts, drawings, markup, ooxml, word_places, word_runs
from portal.desk.inspection.findings import Report
from portal.desk.inspection.ooxml import Relation
from portal.desk.inspection.tables import Cell, Table
from portal.desk.inspection.word_runs import RunStyles
from portal.desk.inspection.zips import Package

_REACHING = re.compile(
    r"\b(?:INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DDE|DDEAUTO|DATABASE|RD)\b", re.I
)
_HIDDEN_FIELDS = re.compile(
    r"\b(?:SET|ASK|FILLIN|QUOTE|PRIVATE|ADDIN|XE|TC|TA|DOCVARIABLE)\b", re.I
)
_OWN_BOOKMARKS = re.compile(r"_(?:GoBack|(?:Toc|Ref|Hlk|Hlt|PictureBullets|MON_|MailAuto\w*)\d*)")
_CHANGES = set(
    """ins del moveFrom moveTo cellIns cellDel cellMerge numberingChange customXmlInsRangeStart
    customXmlDelRangeStart customXmlMoveFromRangeStart customXmlMoveToRangeStart""".split()
)
_STORIES = ("header", "footer", "footnotes", "endnotes")


@dataclass(slots=True)
class Letter:
    """A letter while it is read: the styles of its runs, its words, its hidden words."""

    styles: RunStyles
    report: Report
    hidden: dict[str, list[str]] = field(default_factory=dict)
    tables: int = 0

    def hide(self, kind: str, text: str) -> None:
        """Keep text that the page does not show, by the way it is hidden."""
        if text.strip():
            self.hidden.setdefault(kind, []).append(text)


def read(package: Package) -> None:
    """Inspect a letter and gather its visible paragraphs and tables."""
    report = package.report
    relations = ooxml.inventory(package)
    main = ooxml.main_part(package, relations)
    own = ooxml.related(package, relations, main)
    letter = Letter(_run_styles(package, own), report)
    root = markup.parse(package.read(main), "document", report)
    _story(letter, root, "document")
    named = {value for element in root.iter("*") for value in element.attrib.values()}
    for relation in own.values():
        if relation.kind in _STORIES:
            _other_story(package, letter, relation, named, root)
        elif relation.kind == "settings":
            _settings(package, relation)
    for kind, texts in letter.hidden.items():
        report.hidden(kind, "document", "\n".join(texts), len(texts))
    for place, chart in charts.parts(package):
        if next(markup.each(chart, "externalData"), None) is not None:
            report.add("embedded_object", place)
        if next(markup.each(chart, "strCache", "numCache"), None) is not None:
            copies = markup.words(chart)
            report.hidden("chart_cache", place, copies, outcome="accept_with_findings")


def _run_styles(package: Package, own: dict[str, Relation]) -> RunStyles:
    for relation in own.values():
        name = ooxml.member(package, relation.target)
        if relation.kind == "styles" and name:
            return word_runs.styles(markup.parse(package.read(name), "styles", package.report))
    return RunStyles({}, {})


def _other_story(
    package: Package, letter: Letter, relation: Relation, named: set[str], document: etree._Element
) -> None:
    name = ooxml.member(package, relation.target)
    if name is None:
        return
    root = markup.parse(package.read(name), relation.kind, package.report)
    if relation.kind in ("header", "footer"):
        if relation.name in named:
            _story(letter, root, relation.kind)
        else:
            letter.hide("hidden_text", markup.words(root))
        return
    tag = relation.kind.removesuffix("s") + "Reference"
    used = {markup.attribute(r, "id") for r in markup.each(document, tag)}
    for note in root:
        if markup.attribute(note, "type") in ("separator", "continuationSeparator"):
            continue
        if markup.attribute(note, "id") in used:
            _story(letter, note, relation.kind)
        else:
            letter.hide("hidden_text", markup.words(note))


def _settings(package: Package, relation: Relation) -> None:
    name = ooxml.member(package, relation.target)
    if name is None:
        return
    root = markup.parse(package.read(name), "settings", package.report)
    for entry in markup.each(root, "docVar"):
        package.report.hidden("doc_variable", "settings", markup.attribute(entry, "val"))
    for entry in markup.each(root, "mailMerge"):
        text = " ".join(markup.attribute(child, "val") for child in entry)
        package.report.hidden("connection", "settings", text)


def _story(letter: Letter, root: etree._Element, place: str) -> None:
    _marks(letter, root, place)
    drawings.concealed(root, place, letter.report)
    lines: list[Cell] = []
    for element in _blocks(root):
        if markup.local(element) == "tbl":
            _table(letter, element)
            continue
        text = word_runs.visible(letter, element)
        if text.strip():
            lines.append(Cell(len(lines) + 1, 1, text))
    if lines:
        letter.report.tables.append(Table(f"{place}, text", lines, prose=True))


def _blocks(root: etree._Element) -> list[etree._Element]:
    """Return paragraphs and tables that stand in no other table and no other paragraph."""
    found = []
    open_ones = [root]
    while open_ones:
        for child in reversed(open_ones.pop()):
            name = markup.local(child)
            if name in ("p", "tbl"):
                found.append(child)
            elif name == "Fallback":
                continue
            elif name:
                open_ones.append(child)
    order = {element: n for n, element in enumerate(root.iter("{*}p", "{*}tbl"))}
    return sorted(found, key=lambda element: order[element])


def _table(letter: Letter, element: etree._Element) -> None:
    letter.tables += 1
    cells: list[Cell] = []
    for row_number, row in enumerate(element.iterfind("{*}tr"), 1):
        hidden = row.find("{*}trPr/{*}hidden") is not None or word_places.low(row)
        removed = row.find("{*}trPr/{*}del") is not None
        column = 1
        for cell in row.iterfind("{*}tc"):
            text = "\n".join(word_runs.visible(letter, p) for p in cell.iter("{*}p")).strip()
            gone = removed or cell.find("{*}tcPr/{*}cellDel") is not None
            if text and (hidden or gone):
                letter.hide("tracked_change" if gone else "hidden_row", text)
            elif text:
                cells.append(Cell(row_number, column, text))
            span = cell.find("{*}tcPr/{*}gridSpan")
            wide = markup.attribute(span, "val") if span is not None else "1"
            column += min(int(wide), 1_000) if wide.isdigit() else 1
    letter.report.spend("cells", len(cells), letter.report.limits.cells)
    if cells:
        letter.report.tables.append(Table(f"table {letter.tables}", cells))


def _marks(letter: Letter, root: etree._Element, place: str) -> None:
    """Count tracked changes, fields, embedded things and other marks of a story."""
    report = letter.report
    changes = 0
    for element in root.iter("*"):
        name = markup.local(element)
        if name in _CHANGES or name.endswith("PrChange"):
            changes += 1
            report.personal(place, markup.attribute(element, "author"))
        elif name in ("instrText", "fldSimple"):
            _field(report, place, element.text or markup.attribute(element, "instr"))
        elif name in ("altChunk", "object", "OLEObject"):
            report.add("embedded_object", place)
        elif name in ("control", "ffData", "checkBox") and name == "control":
            report.add("active_content", place)
        elif name == "commentRangeStart":
            report.add("comment", place)
        elif name in ("smartTag", "customXml"):
            report.hidden("custom_xml", place, " ".join(element.attrib.values()))
        elif name == "listItem":
            report.hidden("data_validation_list", place, markup.attribute(element, "displayText"))
        elif name in ("tag", "alias") and markup.attribute(element, "val"):
            tag = markup.attribute(element, "val")
            report.hidden("control_tag", place, tag, outcome="accept_stripped")
        elif name == "bookmarkStart":
            _bookmark(report, place, markup.attribute(element, "name"))
        elif name == "t" and markup.local(element.getparent()) not in ("r", "fld"):
            letter.hide("hidden_text", element.text or "")
        elif name in ("hyperlink", "tblCaption", "tblDescription"):
            tip = markup.attribute(element, "tooltip" if name == "hyperlink" else "val")
            if tip:
                report.hidden("alt_text", place, tip, outcome="accept_stripped")
        elif name == "fldData":
            report.add("hidden_text", place)
        elif element.get("alt"):
            report.hidden("alt_text", place, element.get("alt", ""), outcome="accept_stripped")
        elif "visibility:hidden" in element.get("style", "").replace(" ", "").casefold():
            report.hidden("hidden_object", place, markup.words(element))
    report.add("tracked_change", place, changes)
    _fallbacks(letter, root)


def _bookmark(report: Report, place: str, name: str) -> None:
    """A bookmark's name is text; one that starts with a low line is in no list of Word's."""
    if name.startswith("_") and not _OWN_BOOKMARKS.fullmatch(name):
        report.hidden("named_range", place, name.replace("_", " "), outcome="quarantine")
    else:
        report.personal(place, name.replace("_", " "))


def _field(report: Report, place: str, code: str) -> None:
    if _REACHING.search(code):
        report.hidden("external_reference", place, code)
    elif "MACROBUTTON" in code.upper():
        report.add("active_content", place)
    elif _HIDDEN_FIELDS.match(code.strip()):
        report.hidden("hidden_text", place, code)
    else:
        report.personal(place, code)


def _fallbacks(letter: Letter, root: etree._Element) -> None:
    for other in markup.each(root, "Fallback"):
        parent = other.getparent()
        choice = parent.find("{*}Choice") if parent is not None else None
        shown = " ".join(markup.words(choice).split()) if choice is not None else ""
        text = " ".join(markup.words(other).split())
        if text and text not in shown:
            letter.hide("hidden_text", text)
