"""Charts in OpenDocument: each keeps a table of what it draws, compared with the visible cells."""

import re

from lxml import etree

from portal.desk.inspection import buried, markup
from portal.desk.inspection.zips import Package

_CONTENT = re.compile(r"(Object \d+)/content\.xml")
_PICTURE = re.compile(r"ObjectReplacements/(Object \d+)")


def drawn(package: Package) -> dict[str, etree._Element]:
    """Return the objects of a package that are charts and nothing else, by their folder."""
    found = {}
    for name in package.names():
        match = _CONTENT.fullmatch(name)
        if match is None:
            continue
        root = markup.parse(package.read(name), package.number(name), package.report)
        body = root.find("{*}body")
        kinds = [markup.local(child) for child in body] if body is not None else []
        inner = any(markup.each(root, "object", "object-ole", "plugin", "script", "annotation"))
        if kinds == ["chart"] and not inner:
            found[match[1]] = root
    return found


def inventory(package: Package, name: str, charts: dict[str, etree._Element]) -> None:
    """Note a part of an object: those of charts are judged by what they draw."""
    place, folder = package.number(name), name.partition("/")[0]
    picture = _PICTURE.fullmatch(name)
    if picture and picture[1] in charts:
        # what the chart looked like when it was saved
        package.report.hidden("thumbnail", place, buried.text_of(package.read(name)))
    elif folder not in charts:
        package.report.hidden("embedded_object", place, buried.text_of(package.read(name)))


def compare(package: Package, charts: dict[str, etree._Element], sheets: bool) -> None:
    """Note copies in charts that no visible cell shows."""
    report = package.report
    seen = {_plain(cell.text) for table in report.tables for cell in table.cells}
    for folder, root in charts.items():
        lost = []
        for table in markup.each(root, "table"):
            for cell in markup.each(table, "table-cell"):
                texts = [piece.strip() for piece in cell.itertext() if isinstance(piece, str)]
                texts.append(markup.attribute(cell, "value"))
                # where a series has no name or no value the program counts, or says it is none
                lost += [
                    t for t in texts if _plain(t) not in seen and not _OWN.fullmatch(t.strip())
                ]
        if lost:
            place = f"chart, {package.number(f'{folder}/content.xml')}"
            text, outcome = "\n".join(lost), "" if sheets else "accept_with_findings"
            report.hidden("chart_cache", place, text, len(lost), outcome)
        titles = " ".join(markup.words(title) for title in markup.each(root, "title", "subtitle"))
        report.personal("chart", titles, "accept_with_findings")


_OWN = re.compile(
    # the last is the range that a series is drawn from
    r"(?:(?:Row|Column|Series) ?(?:\d+|[A-Z]{1,3})|NaN|1\.#NAN|-?nan|\d{1,2}|"
    r"(?:'[^']{1,60}'|[\w ]{1,60})\.[A-Z]{1,3}\d{1,7}(?::(?:[\w ]{1,60}\.)?[A-Z]{1,3}\d{1,7})?|)",
    re.I,
)


def _plain(text: str) -> str:
    bare = " ".join(text.split())
    try:
        return f"{float(bare):.9g}"
    except ValueError:
        return bare.casefold()
