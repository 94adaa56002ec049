"""The shared strings of a workbook, and which of them no cell uses."""

from dataclasses import dataclass, field

from lxml import etree

from portal.desk.inspection import markup
from portal.desk.inspection.colours import WHITE
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.styles import Styles, font_unreadable


@dataclass(slots=True)
class Strings:
    """Shared strings by number: their text, and those with unreadable runs."""

    texts: list[str] = field(default_factory=list)
    unreadable: set[int] = field(default_factory=set)
    used: set[int] = field(default_factory=set)

    def take(self, number: str) -> tuple[str, bool]:
        """Return a string and whether a run of it cannot be read; raises Refused without it."""
        if not number.isdigit() or int(number) >= len(self.texts):
            raise Refused("corrupt", "shared strings")
        at = int(number)
        self.used.add(at)
        return self.texts[at], at in self.unreadable

    def orphans(self, report: Report) -> None:
        """Note strings that no cell refers to: deleted cells, still in the file."""
        lost = [text for n, text in enumerate(self.texts) if n not in self.used and text.strip()]
        if lost:
            report.hidden("shared_string_orphan", "shared strings", "\n".join(lost), len(lost))


def read(content: bytes, styles: Styles, report: Report) -> Strings:
    """Read sharedStrings.xml."""
    strings = Strings()

    def one(element: etree._Element) -> None:
        text, hides = rich_text(element, styles, report)
        if hides:
            strings.unreadable.add(len(strings.texts))
        strings.texts.append(text)

    markup.stream(content, "shared strings", report, ("si",), one)
    return strings


def rich_text(element: etree._Element, styles: Styles, report: Report) -> tuple[str, bool]:
    """Return the text of a string with its runs, and whether a run cannot be read."""
    pieces, hides = [], False
    for child in element:
        name = markup.local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            text = "".join(t.text or "" for t in child.iterfind("{*}t"))
            font = child.find("{*}rPr")
            unreadable = font is not None and font_unreadable(font, WHITE, styles.theme)
            if text.strip() and unreadable:
                hides = True
            pieces.append(text)
        elif name == "rPh":
            report.hidden("hidden_text", "phonetic text", markup.words(child))
    whole = "".join(pieces)
    if len(whole) > report.limits.letters:
        raise Refused("expansion_bomb", "text of one cell")
    return whole, hides
