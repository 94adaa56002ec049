"""Drawings over a sheet or in a letter: text boxes, pictures, what they cover or crop."""

from lxml import etree

from portal.desk.inspection import markup, ooxml, shape_text, spans
from portal.desk.inspection.findings import Report
from portal.desk.inspection.ooxml import Relation
from portal.desk.inspection.sheets import Sheet
from portal.desk.inspection.tables import Cell, Table
from portal.desk.inspection.zips import Package


def of_sheet(
    package: Package, sheet: Sheet, there: dict[str, Relation], relations: list[Relation]
) -> None:
    """Read a sheet's drawings: their text is seen, the cells below them are not."""
    for relation in there.values():
        name = ooxml.member(package, relation.target)
        if name is None or relation.kind not in ("drawing", "vmldrawing"):
            continue
        root = markup.parse(package.read(name), f"{sheet.place}, drawing", sheet.report)
        if relation.kind == "vmldrawing":
            _old(sheet, root)
            continue
        concealed(root, f"{sheet.place}, drawing", sheet.report)
        for anchor in root:
            _anchor(sheet, anchor)


def _anchor(sheet: Sheet, anchor: etree._Element) -> None:
    shapes = list(markup.each(anchor, "sp", "pic", "graphicFrame", "cxnSp", "grpSp"))
    if not shapes:
        return
    text = []
    for body in markup.each(anchor, "txBody"):
        shown, unseen = shape_text.read(body, _too_small(anchor))
        text += [shown] if shown else []
        if unseen:
            sheet.report.hidden("hidden_text", f"{sheet.place}, drawing", unseen)
    if text:
        rows = [Cell(n, 1, piece) for n, piece in enumerate(text, 1)]
        if sheet.hidden:
            sheet.report.hidden(sheet.hidden, sheet.place, "\n".join(text))
        else:
            sheet.report.tables.append(Table(f"{sheet.place}, text box", rows, prose=True))
    covers = any(_opaque(shape) for shape in shapes)
    area = _area(anchor)
    if covers and area:
        _cover(sheet, area)


SMALL = 40_000  # a ninth of an inch in the units of drawings: no letter fits in


def _too_small(anchor: etree._Element) -> bool:
    """Tell whether a shape is so small that nobody sees its text."""
    if anchor.find("{*}ext") is not None:
        return any(_size(anchor.find("{*}ext"), key) < SMALL for key in ("cx", "cy"))
    sizes = [extent for extent in markup.each(anchor, "ext") if extent.get("cx")]
    return any(_size(extent, key) < SMALL for extent in sizes[:1] for key in ("cx", "cy"))


def _size(extent: etree._Element | None, key: str) -> int:
    text = extent.get(key, "") if extent is not None else ""
    return int(text) if text.isdigit() else SMALL


def _opaque(shape: etree._Element) -> bool:
    """Tell whether a shape hides what lies below: a picture, a chart or a painted form."""
    kind = markup.local(shape)
    if kind in ("pic", "graphicFrame"):
        return True
    own = shape.find("{*}spPr")
    if kind != "sp" or own is None or own.find("{*}noFill") is not None:
        return False
    painted = any(
        own.find(f"{{*}}{n}") is not None for n in ("solidFill", "gradFill", "blipFill", "pattFill")
    )
    return painted or shape.find("{*}style") is not None


def _area(anchor: etree._Element) -> tuple[int, int, int, int] | None:
    ends = [anchor.find("{*}from"), anchor.find("{*}to")]
    if any(end is None for end in ends):
        return None
    try:
        (left, top), (right, bottom) = (
            (int(end.findtext("{*}col", "0")), int(end.findtext("{*}row", "0")))
            for end in ends
            if end is not None
        )
    except ValueError:
        return None
    return top + 1, left + 1, bottom, right


def _cover(sheet: Sheet, area: tuple[int, int, int, int]) -> None:
    top, left, bottom, right = area
    under = [
        cell
        for cell in sheet.table.cells
        if top <= cell.row <= bottom and left <= cell.column <= right
    ]
    if under:
        place = f"{sheet.place}, {spans.of_cells('', under)}"
        text = "\n".join(cell.text for cell in under)
        sheet.report.hidden("covered_cell", place, text, len(under))
        sheet.report.add("bad_redaction", place, len(under))
        gone = set(under)
        sheet.table.cells[:] = [cell for cell in sheet.table.cells if cell not in gone]


def _old(sheet: Sheet, root: etree._Element) -> None:
    """Read the drawing language before 2007, in which notes and controls still are kept."""
    for data in markup.each(root, "ClientData"):
        kind = markup.attribute(data, "ObjectType")
        if kind not in ("Note", "Pict", ""):
            sheet.report.add("form_control", f"{sheet.place}, drawing")
        text = " ".join(markup.words(part) for part in markup.each(data, "FmlaMacro", "FmlaTxbx"))
        if markup.attribute(data, "FmlaMacro") or text.strip():
            sheet.report.add("active_content", f"{sheet.place}, drawing")
    for box in markup.each(root, "textbox"):
        sheet.report.personal(f"{sheet.place}, drawing", markup.words(box))


def concealed(root: etree._Element, place: str, report: Report) -> None:
    """Note hidden shapes, cropped pictures and alternative text of any Office drawing."""
    for shape in markup.each(root, "cNvPr", "docPr"):
        parent = shape.getparent()
        holder = parent.getparent() if parent is not None else None
        if markup.is_true(shape.get("hidden", "")):
            report.hidden(
                "hidden_object", place, markup.words(holder) if holder is not None else ""
            )
        tip = f"{shape.get('descr', '')} {shape.get('title', '')}".strip()
        if tip:
            report.hidden("alt_text", place, tip, outcome="accept_stripped")
    for crop in markup.each(root, "srcRect"):
        if any(
            crop.get(side, "0") not in ("0", "") and not crop.get(side, "").startswith("-")
            for side in "ltrb"
        ):
            report.add("cropped_content", place)
