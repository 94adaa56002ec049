"""XML without surprises: no document type, no entity, no network, no endless tree."""

import io
import re
from collections.abc import Callable, Iterator

from lxml import etree

from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused

_DOCTYPE = re.compile(
    rb"<\0{0,3}!\0{0,3}(?:D\0{0,3}O\0{0,3}C\0{0,3}T\0{0,3}Y\0{0,3}P\0{0,3}E"
    rb"|E\0{0,3}N\0{0,3}T\0{0,3}I\0{0,3}T\0{0,3}Y)",
)
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.\-]+)["']""")
_PLAIN = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "windows-1252"}
_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def _refuse_types(content: bytes, place: str) -> None:
    if _DOCTYPE.search(content):
        raise Refused("xml_dtd", place)
    declared = _ENCODING.search(content[:300])
    if declared and declared[1].decode("ascii", "replace").casefold() not in _PLAIN:
        raise Refused("corrupt", place)


def parse(content: bytes, place: str, report: Report) -> etree._Element:
    """Parse a part whole; raises Refused when it is not plain XML."""
    _refuse_types(content, place)
    report.spend("elements", content.count(b"<") // 2, report.limits.elements)
    try:
        root = etree.fromstring(content, etree.XMLParser(**_SAFE))
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise Refused("corrupt", place) from problem
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("xml_dtd", place)
    _comments(root, place, report)
    return root


def stream(
    content: bytes,
    place: str,
    report: Report,
    tags: tuple[str, ...],
    each_one: Callable[[etree._Element], None],
) -> etree._Element:
    """Hand each element of these names to a function, empty it, and return what else there was."""
    _refuse_types(content, place)
    report.spend("elements", content.count(b"<") // 2, report.limits.elements)
    wanted = [f"{{*}}{tag}" for tag in tags]
    reader = etree.iterparse(io.BytesIO(content), events=("end",), tag=wanted, **_SAFE)
    try:
        for number, (_, element) in enumerate(reader):
            each_one(element)
            element.clear()
            if number % 1_000 == 0:
                report.tick()
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise Refused("corrupt", place) from problem
    _comments(reader.root, place, report)
    return reader.root


def _comments(root: etree._Element, place: str, report: Report) -> None:
    for node in root.iter(etree.Comment, etree.ProcessingInstruction):
        if (node.text or "").strip():
            report.hidden("xml_comment", place, node.text or "")


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace; empty for comments."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute by its name without namespace; empty where it is missing."""
    value = element.get(name)
    if value is not None:
        return value
    for key, text in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return text
    return ""


def each(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the elements of these names anywhere below, whatever their namespace."""
    yield from root.iter(*(f"{{*}}{name}" for name in names))


def words(element: etree._Element) -> str:
    """Return all text below an element, pieces apart."""
    return " ".join(piece for piece in element.itertext() if isinstance(piece, str))


def is_true(value: str) -> bool:
    """Read an XML truth value."""
    return value.casefold() in ("1", "true", "on", "t")
