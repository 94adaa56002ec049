"""The shared strings of a workbook, and which of them no cell uses."""

from dataclasses import dataclass, field

from lxml import etree

from portal.desk.inspection import markup
from portal.desk.inspection.colours import Colour
from portal.desk.inspection.findings import Report
from portal.desk.inspection.limits import Refused
from portal.desk.inspection.styles import Styles, run_ink

# the colours in which runs of a text are written; None for one too small to be read
Inks = frozenset[Colour | None]


@dataclass(slots=True)
class Strings:
    """Shared strings by number: their text, and the inks of their runs."""

    texts: list[str] = field(default_factory=list)
    inks: dict[int, Inks] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def take(self, number: str) -> tuple[str, Inks]:
        """Return a string and the inks of its runs; raises Refused without it."""
        if not number.isdigit() or int(number) >= len(self.texts):
            raise Refused("corrupt", "shared strings")
        at = int(number)
        self.used.add(at)
        return self.texts[at], self.inks.get(at, frozenset())

    def orphans(self, report: Report) -> None:
        """Note strings that no cell refers to: deleted cells, still in the file."""
        lost = [text for n, text in enumerate(self.texts) if n not in self.used and text.strip()]
        if lost:
            report.hidden("shared_string_orphan", "shared strings", "\n".join(lost), len(lost))


def read(content: bytes, styles: Styles, report: Report) -> Strings:
    """Read sharedStrings.xml."""
    strings = Strings()

    def one(element: etree._Element) -> None:
        text, inks = rich_text(element, styles, report)
        if inks:
            strings.inks[len(strings.texts)] = inks
        strings.texts.append(text)

    markup.stream(content, "shared strings", report, ("si",), one)
    return strings


def rich_text(element: etree._Element, styles: Styles, report: Report) -> tuple[str, Inks]:
    """Return the text of a string with its runs, and the inks of those that name one."""
    pieces: list[str] = []
    inks: set[Colour | None] = set()
    for child in element:
        name = markup.local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            text = "".join(t.text or "" for t in child.iterfind("{*}t"))
            font = child.find("{*}rPr")
            if text.strip() and font is not None:
                inks.add(run_ink(font, styles.theme))
            pieces.append(text)
        elif name == "rPh":
            report.hidden("hidden_text", "phonetic text", markup.words(child))
    whole = "".join(pieces)
    if len(whole) > report.limits.letters:
        raise Refused("expansion_bomb", "text of one cell")
    return whole, frozenset(inks)
