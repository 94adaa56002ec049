"""The inventory of an Office package: parts, relationships, what nothing refers to."""

import posixpath
import re
from dataclasses import dataclass

from lxml import etree

from portal.desk.inspection import buried, images, leftovers, markup, parts, properties, vectors
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.zips import Package

# parts that hold no text of their own, or in known elements only; sheets are read as they stream
_LEDGER = re.compile(
    r"\[content_types\]\.xml|(.*/)?_rels/[^/]*\.rels|xl/(workbook|styles|calcchain|metadata)\.xml"
    r"|(xl|word|ppt)/theme/theme\d*\.xml|(xl|word|ppt)/charts/(chart|style|colors)\d*\.xml"
    r"|(xl|word|ppt)/drawings/drawing\d*\.xml|xl/tables/table\d*\.xml"
    r"|word/(document|styles|settings|websettings|fonttable|numbering|footnotes|endnotes)\d*\.xml"
    r"|word/(header|footer)\d*\.xml"
)
XML = (".xml", ".rels", ".vml")
# an ordinary web address with a host name
_WEB = re.compile(r"https?://[^/@]+\.[a-z]{2,}(?::\d+)?(?:[/?#]|$)", re.I)
# an XML map whose schema or data is fetched from elsewhere
_FETCHES = re.compile(rb"schemaLocation\s*=|<\w*:?(?:redefine|import|include)\b|FileBinding\w*=")


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship: whose, its name, the last word of its type, and where it points."""

    source: str
    name: str
    kind: str
    target: str
    external: bool


def inventory(package: Package) -> list[Relation]:
    """Note what every part and relationship means; returns the relationships."""
    relations = list(_relations(package))
    for name in package.names():
        kind = parts.part_kind(name)
        place = package.number(name)
        if kind is None:
            package.report.hidden("unknown_part", place, _text(package, name))
        elif kind == "comment" and _no_comment(package, name):
            continue
        elif kind == "author_list":
            root = markup.parse(package.read(name), place, package.report)
            people = " ".join(attribute for person in root for attribute in person.values())
            package.report.hidden(kind, "author list", people, len(root))
        elif kind == "xml_map":
            text = _text(package, name)
            package.report.hidden(kind, place, text)
            if _FETCHES.search(package.read(name)):
                package.report.add("external_reference", place)
        elif kind:
            package.report.hidden(kind, f"{_folder(name)} {place}", _text(package, name))
    _unreachable(package, relations)
    _content_types(package)
    _contents(package)
    properties.office(package)
    return relations


def _contents(package: Package) -> None:
    """Look into parts that may hold known things only: markup, pictures, fonts."""
    for name in package.names():
        if _LEDGER.fullmatch(name.casefold()):
            place = package.number(name)
            leftovers.note(markup.parse(package.read(name), place, package.report), place,
                           package.report)  # fmt: skip
    for name in package.names():
        if "/media/" in name.casefold():
            picture, place = package.read(name), package.number(name)
            if not (
                images.metadata(picture, place, package.report)
                or vectors.drawn(picture, place, package.report)
            ):
                package.report.hidden("unknown_part", place, buried.text_of(picture))
        elif "/fonts/" in name.casefold() and not buried.is_font(package.read(name)):
            place = package.number(name)
            package.report.hidden("unknown_part", place, buried.text_of(package.read(name)))


def _no_comment(package: Package, name: str) -> bool:
    """Tell an empty list of comments, which some programs write into every letter."""
    if not name.casefold().endswith(".xml"):
        return False
    root = markup.parse(package.read(name), package.number(name), package.report)
    return not len(root) and not markup.words(root).strip()


def _folder(name: str) -> str:
    """Return the known folder of a part: findings never show a name that a document chose."""
    return posixpath.dirname(name).casefold() or "package"


def _text(package: Package, name: str) -> str:
    """Return a part's text to look for identifiers in it."""
    content = package.read(name)
    if name.casefold().endswith(XML):
        root = markup.parse(content, package.number(name), package.report)
        return f"{markup.words(root)} {' '.join(buried.attributes(root))}"
    return buried.text_of(content)


def _relations(package: Package) -> list[Relation]:
    found = []
    for name in package.names():
        if not name.casefold().endswith(".rels"):
            continue
        folder, _, file = name.rpartition("/")
        source = posixpath.join(posixpath.dirname(folder), file[: -len(".rels")])
        root = markup.parse(package.read(name), package.number(name), package.report)
        for entry in markup.each(root, "Relationship"):
            found.append(_relation(package, source, entry, name))
    return found


def _relation(package: Package, source: str, entry: etree._Element, where: str) -> Relation:
    address, target = entry.get("Type", ""), entry.get("Target", "")
    external = entry.get("TargetMode") == "External"
    kind = parts.relationship_kind(address)
    report, place = package.report, f"relationships {package.number(where)}"
    last = address.rpartition("/")[2].casefold()
    if kind is None:
        report.hidden("unknown_relationship", place, f"{address} {target}")
    elif external:
        _outside(report, place, last, target)
    elif kind and kind != "comment":
        # the part of comments is judged itself, for it may be empty
        report.add(kind, place)
    joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target))
    if not external and target.startswith("/"):
        joined = posixpath.normpath(target)
    return Relation(source, entry.get("Id", ""), last, joined.lstrip("/"), external)


def _outside(report: Report, place: str, kind: str, target: str) -> None:
    """Judge a link that leaves the document: a plain web link in a cell is no finding."""
    if kind == "hyperlink":
        if target.startswith("mailto:") or not target or target.startswith("#"):
            report.personal(place, target)
        elif not _WEB.match(target) or re.search(r"localhost|\d+\.\d+\.\d+\.\d+", target):
            report.hidden("external_reference", place, target)
        else:
            report.personal(place, target)
    elif "externallink" in kind or kind.startswith("xl"):
        report.hidden("external_link", place, target)
    else:
        report.hidden("external_reference", place, target)


def _unreachable(package: Package, relations: list[Relation]) -> None:
    """Find parts that no relationship leads to: nothing shows them, so nobody saw them."""
    by_source: dict[str, set[str]] = {}
    for relation in relations:
        if not relation.external:
            by_source.setdefault(relation.source.casefold(), set()).add(relation.target.casefold())
    reached, open_ends = set(), {""}
    while open_ends:
        source = open_ends.pop()
        reached.add(source)
        open_ends |= by_source.get(source, set()) - reached
    for name in package.names():
        small = name.casefold()
        if small in reached or small == "[content_types].xml" or small.endswith(".rels"):
            continue
        package.report.hidden("unreferenced_part", package.number(name), _text(package, name))


def _content_types(package: Package) -> None:
    name = next((n for n in package.names() if n.casefold() == "[content_types].xml"), None)
    if name is None:
        raise Refused("corrupt", "content types")
    root = markup.parse(package.read(name), "content types", package.report)
    endings = {name.casefold().rpartition(".")[2] for name in package.names()}
    for entry in root:
        kind, ending = entry.get("ContentType", ""), entry.get("Extension")
        # a default for an ending that no part has says nothing of this package
        unused = ending is not None and ending.casefold() not in endings
        # of a binary workbook the usual type says "macro-enabled", whether or not it has macros
        if unused or kind.endswith("sheet.binary.macroEnabled.main"):
            continue
        if "macroEnabled" in kind or "vbaProject" in kind:
            package.report.add("macro_vba", "content types")


def main_part(package: Package, relations: list[Relation]) -> str:
    """Return the name of the part that is the document; raises Refused without one."""
    for relation in relations:
        if relation.source == "" and relation.kind == "officedocument":
            for name in package.names():
                if name.casefold() == relation.target.casefold():
                    return name
    raise Refused("corrupt", "main part")


def related(package: Package, relations: list[Relation], source: str) -> dict[str, Relation]:
    """Return a part's own relationships by their name."""
    return {r.name: r for r in relations if r.source.casefold() == source.casefold()}


def member(package: Package, target: str) -> str | None:
    """Return a member's own spelling of a target; None where it is missing."""
    wanted = target.casefold()
    return next((name for name in package.names() if name.casefold() == wanted), None)
