"""XLSX: the workbook, its sheets and the places in both where data can hide."""

import re

from lxml import etree

from portal.desk.inspection import (
    charts,
    colours,
    drawings,
    formulas,
    kept,
    markup,
    ooxml,
    properties,
    sheet_extras,
    sheets,
    strings,
    styles,
)
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.ooxml import Relation
from portal.desk.inspection.sheets import Sheet
from portal.desk.inspection.strings import Strings
from portal.desk.inspection.styles import Styles
from portal.desk.inspection.tables import Table
from portal.desk.inspection.zips import Package

_OWN_NAMES = re.compile(r"_xlnm\.(Print_Area|Print_Titles|_FilterDatabase|Criteria|Extract)", re.I)
_REFERENCE = re.compile(
    r"(?:(?:'[^'\[\]]+'|[\w.]+)(?::(?:'[^'\[\]]+'|[\w.]+))?!)?\$?[A-Z]{0,3}\$?\d{0,7}"
    r"(?::\$?[A-Z]{0,3}\$?\d{0,7})?",
    re.I | re.A,
)


def read(package: Package) -> None:
    """Inspect a workbook and gather its visible cells."""
    report = package.report
    relations = ooxml.inventory(package)
    main = ooxml.main_part(package, relations)
    root = markup.parse(package.read(main), "workbook", report)
    own = ooxml.related(package, relations, main)
    _theme, look = _styles(package, own)
    shared = _strings(package, own, look)
    entries = list(markup.each(root, "sheet"))
    if len(entries) > report.limits.sheets:
        raise Refused("expansion_bomb", "number of sheets")
    read_sheets = [
        sheet
        for number, entry in enumerate(entries, 1)
        if (sheet := _sheet(package, entry, number, own, relations, look, shared))
    ]
    shared.orphans(report)
    _words(package, own, root, read_sheets)
    _stale(read_sheets, entries, report)
    _workbook(root, report)
    charts.compare(package, read_sheets, [entry.get("name", "") for entry in entries])
    report.tables.extend(sheet.table for sheet in read_sheets if sheet.table.cells)


def _words(
    package: Package, own: dict[str, Relation], root: etree._Element, read_sheets: list[Sheet]
) -> None:
    """Note words in number formats, names of code and titles of parts that nobody sees."""
    seen = {" ".join(c.text.split()).casefold() for s in read_sheets for c in s.table.cells}
    names = {entry.get("name", "").casefold() for entry in markup.each(root, "sheet")}
    names |= {entry.get("name", "").casefold() for entry in markup.each(root, "definedName")}
    for relation in own.values():
        name = ooxml.member(package, relation.target)
        if relation.kind == "styles" and name:
            styled = markup.parse(package.read(name), "styles", package.report)
            texts = [
                text
                for form in markup.each(styled, "numFmt")
                for text in kept.quoted(form.get("formatCode", ""))
            ]
            kept.note(package.report, "number formats", texts, seen)
    for name in package.names():
        if name.casefold() == "docprops/app.xml":
            told = markup.parse(package.read(name), "document properties", package.report)
            parts = {(entry.text or "") for entry in markup.each(told, "lpstr")}
            lost = [p for p in parts if p.rpartition("!")[2].casefold() not in names]
            kept.note(package.report, "titles of parts", lost, seen)


def _styles(package: Package, own: dict[str, Relation]) -> tuple[list[colours.Colour], Styles]:
    roots: dict[str, etree._Element] = {}
    for relation in own.values():
        name = ooxml.member(package, relation.target)
        if relation.kind in ("styles", "theme") and name:
            roots[relation.kind] = markup.parse(package.read(name), relation.kind, package.report)
    empty = etree.Element("theme")
    theme = colours.theme_colours(roots.get("theme", empty))
    return theme, styles.read(roots.get("styles"), theme)


def _strings(package: Package, own: dict[str, Relation], look: Styles) -> Strings:
    for relation in own.values():
        name = ooxml.member(package, relation.target)
        if relation.kind == "sharedstrings" and name:
            return strings.read(package.read(name), look, package.report)
    return Strings()


def _sheet(
    package: Package,
    entry: etree._Element,
    number: int,
    own: dict[str, Relation],
    relations: list[Relation],
    look: Styles,
    shared: Strings,
) -> Sheet | None:
    state = entry.get("state", "visible")
    hidden = {"hidden": "hidden_sheet", "veryHidden": "very_hidden_sheet"}.get(state, "")
    if hidden:
        package.report.hidden(hidden, f"sheet {number}", entry.get("name", ""))
    elif state != "visible":
        package.report.add("hidden_sheet", f"sheet {number}")
    relation = own.get(markup.attribute(entry, "id"))
    name = ooxml.member(package, relation.target) if relation else None
    if name is None or relation is None:
        raise Refused("corrupt", f"sheet {number}")
    if relation.kind not in ("worksheet", "chartsheet"):
        package.report.add("macro_vba", f"sheet {number}")
        return None
    table = Table(f"sheet {number}")
    sheet = Sheet(number, hidden, look, shared, package.report, table)
    rest = sheets.read(sheet, package.read(name))
    package.taken.pop(name, None)
    sheets.finish(sheet, rest)
    there = ooxml.related(package, relations, name)
    sheet_extras.note(package, sheet, rest, there)
    drawings.of_sheet(package, sheet, there, relations)
    return sheet


def _stale(read_sheets: list[Sheet], entries: list[etree._Element], report: Report) -> None:
    """Recalculate plain formulas and note those whose stored result is another one."""
    by_name = {entries[sheet.number - 1].get("name", "").casefold(): sheet for sheet in read_sheets}

    def values(where: str, row: int, column: int) -> float | str | None:
        sheet = by_name.get(where.casefold())
        if sheet is None or not sheet.calculates:
            raise ValueError(where)
        return sheet.values.get((row, column))

    tried = 0
    for name, sheet in by_name.items():
        for row, column, text, cached in sheet.computed:
            tried += 1
            if tried <= 20_000 and formulas.disagrees(text, cached, values, name):
                place = f"{sheet.place}, {sheets.Cell(row, column, '').reference}"
                report.add("cached_value_mismatch", place)
            if tried % 200 == 0:
                report.tick()


def _workbook(root: etree._Element, report: Report) -> None:
    for number, entry in enumerate(markup.each(root, "definedName"), 1):
        _defined_name(entry, number, report)
    for view in markup.each(root, "workbookView"):
        if view.get("visibility", "visible") != "visible":
            report.add("hidden_sheet", "workbook window")
    for tag, key in (
        ("fileSharing", "userName"),
        ("absPath", "url"),
        ("customWorkbookView", "name"),
    ):
        for entry in markup.each(root, tag):
            properties.note(report, "workbook", key, entry.get(key, ""))
    for tag, kind in (("smartTagType", "custom_xml"), ("webPublishObject", "external_reference")):
        for _ in markup.each(root, tag):
            report.add(kind, "workbook")


def _defined_name(entry: etree._Element, number: int, report: Report) -> None:
    text, place = (entry.text or "").strip(), f"defined name {number}"
    own = bool(_OWN_NAMES.fullmatch(entry.get("name", "")))
    reference = all(_REFERENCE.fullmatch(piece.strip()) for piece in _pieces(text))
    comment = " ".join(
        entry.get(key, "") for key in ("comment", "description", "help", "statusBar", "customMenu")
    ).strip()
    if comment:
        report.hidden("named_range", place, comment)
    for kind in formulas.reaches_out(text):
        report.add(kind, place)
    if any(markup.is_true(entry.get(key, "")) for key in ("function", "vbProcedure", "xlm")):
        report.add("macro_vba", place)
    elif not (reference or "#REF!" in text):
        report.hidden("named_range", place, text, outcome="quarantine")
    elif not own:
        hidden = markup.is_true(entry.get("hidden", ""))
        report.add("named_range", place, outcome="quarantine" if hidden else "")
        label = entry.get("name", "").replace("_", " ")
        report.personal(place, label, "quarantine" if hidden else "accept_with_findings")


def _pieces(text: str) -> list[str]:
    """Split a list of references at the commas outside quotes."""
    return re.findall(r"(?:'[^']*'|[^,'])+", text) if text else [""]
