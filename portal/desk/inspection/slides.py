"""PPTX: an inventory only; slides wait for a person."""

from portal.desk.inspection import drawings, markup, ooxml
from portal.desk.inspection.zips import Package


def read(package: Package) -> None:
    """Inspect a presentation: its parts, hidden slides and drawings."""
    ooxml.inventory(package)
    for name in package.names():
        if name.casefold().startswith("ppt/slides/") and name.endswith(".xml"):
            root = markup.parse(package.read(name), package.number(name), package.report)
            drawings.concealed(root, package.number(name), package.report)
            if root.get("show") in ("0", "false"):
                text = markup.words(root)
                package.report.hidden("hidden_sheet", package.number(name), text)
    package.report.add("unreadable_format", "document")
