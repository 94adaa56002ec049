"""Pictures made of lines, in XML: what they run, load or hide."""

import re

from portal.desk.inspection import markup
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused

_RUNS = {"script", "foreignObject", "iframe", "handler", "set", "animate", "use"}
_SAYS = {"title", "desc", "metadata"}
_HIDES = re.compile(r"display:none|visibility:hidden|opacity:0(?:;|$)|font-size:[0-3](?:px|pt)?;")


def drawn(content: bytes, place: str, report: Report) -> bool:
    """Note what an SVG carries beside its lines; returns whether it is one."""
    if b"<svg" not in content[:4_000]:
        return False
    try:
        root = markup.parse(content, place, report)
    except Refused:
        return False
    if markup.local(root) != "svg":
        return False
    for element in root.iter("*"):
        name = markup.local(element)
        if name in _RUNS - {"use"}:
            report.hidden("active_content", place, markup.words(element))
        elif name in _SAYS:
            report.hidden("image_metadata", place, markup.words(element))
        style = re.sub(r"\s", "", element.get("style", "")) + ";"
        own = element.get("display") == "none" or element.get("visibility") == "hidden"
        if own or _HIDES.search(style):
            report.hidden("hidden_text", place, markup.words(element))
        target = markup.attribute(element, "href")
        if target and not target.startswith(("#", "data:image/")):
            report.hidden("external_reference", place, target)
    return True
