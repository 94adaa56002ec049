"""Document properties: who wrote it, where, for whom; all of it stays behind."""

from portal.desk.inspection import markup
from portal.desk.inspection.findings import Report
from portal.desk.inspection.zips import Package

PERSONAL = set(
    """creator lastmodifiedby title subject description keywords category contentstatus manager
    company hyperlinkbase identifier initial-creator printed-by user-defined author keyword
    language-note""".split()
)
# what programs write for a person where they know none
_PROGRAMS = (
    "openpyxl", "xlsxwriter", "python-docx", "apache poi", "libreoffice", "calc", "microsoft",
    "epplus", "sheetjs", "anonymous", "untitled", "unspecified", "writer", "word",
    "excel", "unknown", "user", "",
)  # fmt: skip
_EMPTY_SCHEMAS = ("contentTypeSchema", "Sources", "FormTemplates", "CustomPropertySchema")


def office(package: Package) -> None:
    """Look into core, app and custom properties and into custom XML of an Office package."""
    for name in package.names():
        small = name.casefold()
        if (small.startswith("docprops/") and small.endswith(".xml")) or small.endswith(".psmdcp"):
            _part(package, name, everything="custom" in small)
        elif small.startswith("customxml/item") and "props" not in small:
            _custom_xml(package, name)


def _part(package: Package, name: str, everything: bool) -> None:
    root = markup.parse(package.read(name), "document properties", package.report)
    for element in root.iter("*"):
        key = markup.local(element).casefold()
        text = (element.text or "").strip()
        if text and (everything or key in PERSONAL):
            note(package.report, "document properties", key, text)


def note(report: Report, place: str, key: str, text: str) -> None:
    """Count a property that a person filled in; programs' own names are none."""
    if text.strip().casefold() not in _PROGRAMS:
        report.hidden("doc_properties", place, text, outcome="accept_stripped")


def _custom_xml(package: Package, name: str) -> None:
    root = markup.parse(package.read(name), "custom xml", package.report)
    text = markup.words(root).strip()
    known = markup.local(root) in _EMPTY_SCHEMAS
    outcome = "accept_stripped" if known or not text else "quarantine"
    text += " ".join(value for value in root.attrib.values() if "://" not in value)
    package.report.hidden("custom_xml", package.number(name), text, outcome=outcome)
