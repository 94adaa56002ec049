"""What a worksheet holds beside its cells: lists, scenarios, filters, tips, controls."""

import re

from lxml import etree

from portal.desk.inspection import kept, leftovers, markup, ooxml, ordinary, spans
from portal.desk.inspection.ooxml import Relation
from portal.desk.inspection.sheets import Sheet
from portal.desk.inspection.zips import Package

_KNOWN = set(
    """sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
    protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
    phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup
    headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
    legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts
    extLst AlternateContent""".split()
)
_KINDS = {
    "scenario": "scenario",
    "dataConsolidate": "connection",
    "smartTags": "custom_xml",
    "oleObjects": "embedded_object",
    "controls": "form_control",
    "webPublishItems": "external_reference",
    "customPr": "custom_property",
}
_IDENTITY = re.compile(r"\{[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", re.I)
_CODES = re.compile(r"&(?:\"[^\"]*\"|K[0-9A-F+\-]{6}|\d{1,3}|[A-Z])", re.I)


def note(package: Package, sheet: Sheet, root: etree._Element, there: dict[str, Relation]) -> None:
    """Note everything in a worksheet part that is not a cell."""
    for child in root:
        if isinstance(child.tag, str) and markup.local(child) not in _KNOWN:
            sheet.report.hidden("unknown_part", sheet.place, markup.words(child))
    leftovers.note(root, sheet.place, sheet.report)
    for name, kind in _KINDS.items():
        for element in markup.each(root, name):
            sheet.report.hidden(kind, sheet.place, _all_text(element))
    _validations(sheet, root)
    _filters(sheet, root, f"{sheet.place}, filter")
    _tips(sheet, root)
    _headers(sheet, root)
    _conditional(sheet, root)
    _extensions(sheet, root)
    _kept(sheet, root, there)
    for relation in there.values():
        if relation.kind == "table":
            _table(package, sheet, relation)


def _kept(sheet: Sheet, root: etree._Element, there: dict[str, Relation]) -> None:
    """Note words in formulas, rules and addresses which no visible cell says."""
    texts = list(sheet.quoted)
    for formula in markup.each(root, "formula", "formula1", "formula2", "f"):
        texts += kept.quoted(markup.words(formula))
    texts += [rule.get("text", "") for rule in markup.each(root, "cfRule")]
    for relation in there.values():
        if relation.kind == "hyperlink" and relation.external:
            texts += kept.queries(relation.target)
    if texts:
        kept.note(sheet.report, f"{sheet.place}, formulas and rules", texts, _seen(sheet))


def _all_text(element: etree._Element) -> str:
    values = (value for child in element.iter("*") for value in child.attrib.values())
    return f"{markup.words(element)} {' '.join(values)}"


def _seen(sheet: Sheet) -> set[str]:
    return {_plain(cell.text) for cell in sheet.table.cells}


def _plain(text: str) -> str:
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", " ", text)
    return " ".join(text.split()).casefold()


def _validations(sheet: Sheet, root: etree._Element) -> None:
    for entry in markup.each(root, "dataValidation"):
        place = f"{sheet.place}, list"
        for formula in markup.each(entry, "formula1", "formula2"):
            text = markup.words(formula).strip()
            if text.startswith('"'):
                # the words of a list that stand in visible cells anyway tell nothing new
                unseen = [w for w in text.strip('"').split(",") if _plain(w) not in _seen(sheet)]
                unseen = [word for word in unseen if not ordinary.answers(word)]
                if entry.get("type") == "list" and unseen:
                    sheet.report.hidden(
                        "data_validation_list", place, "\n".join(unseen), len(unseen)
                    )
        tips = [entry.get(k, "") for k in ("prompt", "promptTitle", "error", "errorTitle")]
        if any(tips):
            sheet.report.hidden("input_message", place, "\n".join(tips))


def _filters(sheet: Sheet, root: etree._Element, place: str) -> None:
    seen = None
    for entry in markup.each(root, "filter", "customFilter"):
        seen = _seen(sheet) if seen is None else seen
        value = entry.get("val", "")
        if value and _plain(value) not in seen and not re.fullmatch(r"[-\d.]+", value):
            sheet.report.hidden("filter_value", place, value)


def _tips(sheet: Sheet, root: etree._Element) -> None:
    seen = None
    for entry in markup.each(root, "hyperlink"):
        tip, shown = entry.get("tooltip", ""), entry.get("display", "")
        seen = _seen(sheet) if seen is None else seen
        if tip and _plain(tip) not in seen:
            sheet.report.hidden("hyperlink_tip", sheet.place, tip)
        if shown and _plain(shown) not in seen:
            sheet.report.hidden("hyperlink_tip", sheet.place, shown, outcome="accept_with_findings")


def _headers(sheet: Sheet, root: etree._Element) -> None:
    for header in markup.each(root, "headerFooter"):
        for entry in header:
            text = _CODES.sub(" ", markup.words(entry)).strip(" -/,.:ofpagePAGEOF0123456789")
            if text:
                sheet.report.hidden("header_footer", sheet.place, text)


def _conditional(sheet: Sheet, root: etree._Element) -> None:
    for entry in markup.each(root, "cfRule"):
        number = entry.get("dxfId", "")
        if not number.isdigit() or int(number) not in sheet.styles.hiding:
            continue
        parent = entry.getparent()
        areas = [
            spans.area(ref)
            for ref in (parent.get("sqref", "") if parent is not None else "").split()
        ]
        under = [
            cell
            for cell in sheet.table.cells
            for area in areas
            if area and area[0] <= cell.row <= area[2] and area[1] <= cell.column <= area[3]
        ]
        if under:
            place = f"{sheet.place}, {spans.of_cells('', under)}"
            text = "\n".join(cell.text for cell in under)
            sheet.report.hidden("invisible_text", place, text, len(under))
            gone = set(under)
            sheet.table.cells[:] = [cell for cell in sheet.table.cells if cell not in gone]


def _extensions(sheet: Sheet, root: etree._Element) -> None:
    for extension in markup.each(root, "ext"):
        texts = [
            element.text or ""
            for element in extension.iter("*")
            if isinstance(element.tag, str)
            and markup.local(element) not in ("f", "sqref", "formula", "formula1", "formula2")
            and not _IDENTITY.fullmatch(element.text or "")
        ]
        text = " ".join(texts).strip()
        if text:
            sheet.report.hidden("unknown_part", f"{sheet.place}, extension", text)


def _table(package: Package, sheet: Sheet, relation: Relation) -> None:
    """Compare what a table keeps of its headers with the cells that a reader sees."""
    name = ooxml.member(package, relation.target)
    if name is None:
        return
    root = markup.parse(package.read(name), f"{sheet.place}, table", sheet.report)
    seen = _seen(sheet)
    heads = [column.get("name", "") for column in markup.each(root, "tableColumn")]
    heads += [column.get("totalsRowLabel", "") for column in markup.each(root, "tableColumn")]
    heads += [
        entry.get(key, "")
        for entry in markup.each(root, "table")
        for key in ("altText", "altTextSummary")
    ]
    if root.get("headerRowCount") != "0":
        lost = [text for text in heads if text and _plain(text) not in seen]
        if lost and not re.fullmatch(r"(?:column\d+\s*)+", "\n".join(lost).casefold()):
            place = f"{sheet.place}, table"
            sheet.report.hidden("table_cache", place, "\n".join(lost), len(lost))
    if root.get("comment"):
        sheet.report.hidden("comment", f"{sheet.place}, table", root.get("comment", ""))
    if root.get("tableType") in ("queryTable", "xml"):
        sheet.report.add("connection", f"{sheet.place}, table")
    own = [
        markup.words(f) for f in markup.each(root, "calculatedColumnFormula", "totalsRowFormula")
    ]
    texts = [text for formula in own for text in kept.quoted(formula)]
    kept.note(sheet.report, f"{sheet.place}, table", texts, seen)
    _filters(sheet, root, f"{sheet.place}, table filter")
