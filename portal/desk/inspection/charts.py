"""Charts keep copies of the figures they draw: each copy is compared with the visible cells."""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree
from openpyxl.utils.datetime import to_excel

from portal.desk.inspection import markup, shape_text, spans
from portal.desk.inspection.sheets import Sheet
from portal.desk.inspection.zips import Package

_CHART = re.compile(r"(?:xl|word|ppt)/charts/chart(?:ex)?\d*\.xml", re.I)
_DATE = re.compile(r"(?:19|20)\d\d-(?:0\d|1[0-2])-[0-2]\d(?: \d\d:\d\d:\d\d)?")


def parts(package: Package) -> Iterator[tuple[str, etree._Element]]:
    """Yield the place and content of each chart of a package."""
    for name in package.names():
        if _CHART.fullmatch(name):
            place = f"chart, {package.number(name)}"
            yield place, markup.parse(package.read(name), place, package.report)


def compare(package: Package, read_sheets: list[Sheet], names: list[str]) -> None:
    """Note copies in charts which are not what the visible cells show."""
    drawn = list(parts(package))
    if not drawn:
        return
    visible = {
        names[sheet.number - 1].casefold(): {
            (cell.row, cell.column): cell.text for cell in sheet.table.cells
        }
        for sheet in read_sheets
        if sheet.number <= len(names)
    }
    for place, root in drawn:
        lost: list[str] = []
        for cache in markup.each(
            root, "strCache", "numCache", "multiLvlStrCache", "strLit", "numLit", "lvl"
        ):
            lost += _unseen(cache, visible)
        for body in markup.each(root, "rich"):
            unseen = shape_text.read(body)[1]
            package.report.hidden("hidden_text", place, unseen, bool(unseen))
        # series that a reader of the chart has switched off stay in it
        off = [e for e in root.iter("*") if markup.local(e).startswith("filtered")]
        lost += [" ".join(markup.words(entry) for entry in off)] if off else []
        if lost:
            package.report.hidden("chart_cache", place, "\n".join(lost), len(lost))
        outside = next(markup.each(root, "externalData"), None)
        if outside is not None:
            package.report.add("embedded_object", place)


def _unseen(cache: etree._Element, visible: dict[str, dict[tuple[int, int], str]]) -> list[str]:
    """Return the copied texts that no visible cell of the named range shows."""
    parent = cache.getparent()
    formula = parent.findtext("{*}f", "") if parent is not None else ""
    shown = _shown(formula, visible)
    copies = [
        (point.findtext("{*}v") or point.text or "").strip() for point in markup.each(cache, "pt")
    ]
    return [text for text in copies if text and _number(text) not in shown]


def _shown(formula: str, visible: dict[str, dict[tuple[int, int], str]]) -> set[str]:
    texts: set[str] = set()
    for piece in re.findall(r"(?:'(?:[^']|'')*'|[^,()'])+", formula):
        name, _, reference = piece.rpartition("!")
        cells = visible.get(name.strip("'").replace("''", "'").casefold(), {})
        area = spans.area(reference)
        if area is None:
            continue
        top, left, bottom, right = area
        texts |= {
            _number(text)
            for (row, column), text in cells.items()
            if top <= row <= bottom and left <= column <= right
        }
    return texts


def _number(text: str) -> str:
    if _DATE.fullmatch(text):
        return f"{to_excel(datetime.fromisoformat(text)):.9g}"
    try:
        return f"{float(text):.9g}"
    except ValueError:
        return " ".join(text.split())
