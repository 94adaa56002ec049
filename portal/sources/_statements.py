"""What operators print in place of a number: the words are the finding, with country and year.

`Can't disclose` and `unlawful to disclose` say that a law forbids the figure; `N/A` that there is
none to give; a pointer to a government publication that it stands elsewhere. Any other text is
refused, for a silence with a new reason is news.
"""

import re
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from portal.core.errors import BadInput
from portal.core.observations import TOTAL, Locator, Series
from portal.core.sources import Snapshot
from portal.core.values import Value, read_value

WITHHELD = re.compile(
    r"can ?not disclose|can't disclose|unlawful|law prohibits|prohibited by law|not permitted"
)
ELSEWHERE = re.compile(r"publish|published|public report|commissioner|government report")
POINTS = "The operator gives no figure of its own and points to a publication."


def value(printed: str) -> tuple[Value, str]:
    """Return what a cell says and a note; raises BadValue for words that are not known."""
    words = " ".join(printed.replace("’", "'").split()).casefold()
    if WITHHELD.search(words):
        return Value(status="withheld_by_law", printed=printed), f"“{printed.strip()}”"
    if words == "n/a":
        return Value(status="not_applicable", printed=printed), f"“{printed.strip()}”"
    if not re.fullmatch(r"[\d,. ]+", words) and ELSEWHERE.search(words):
        return Value(status="not_available", printed=printed), f"{POINTS} “{printed.strip()}”"
    return read_value(printed), ""


def series(measure: str, holder: str, area: str) -> Series:
    """All authorities of a country as requester, the operator as holder."""
    return Series(measure, TOTAL, holder, area)


@lru_cache(maxsize=4)
def lines(content: bytes) -> tuple[str, ...]:
    """Return the visible text of a page, one piece of text a line, without scripts and styles."""
    page = LexborHTMLParser(content)
    for node in page.css("script, style, template, noscript"):
        node.decompose()
    text = page.body.text(separator="\n") if page.body else ""
    return tuple(line for raw in text.split("\n") if (line := " ".join(raw.split())))


def place(snapshot: Snapshot, line: int, label: str) -> Locator:
    """Return the locator of the words on a line of a page's text, counted from 1."""
    return Locator(snapshot.sha256, page=f"line {line}", column=label)


def text_at(content: bytes, locator: Locator) -> str:
    """Return the words at a line of a page's text, without the label in front of them."""
    page = lines(content)
    number = int(locator.page.removeprefix("line "))
    if not 1 <= number <= len(page):
        raise BadInput(f"a line from 1 to {len(page)}", locator.page)
    return page[number - 1].removeprefix(f"{locator.column}:").strip()
