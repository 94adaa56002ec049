"""Strings beside the pages: replacement texts, bookmarks, and names that no page shows."""

import io
import re

import pikepdf

from portal.desk.inspection.findings import Report
from portal.desk.inspection.pdf import pages
from portal.desk.inspection.pdf.objects import Reached, dictionaries

_IN_CONTENT = re.compile(
    rb"/(ActualText|Alt|E)\s*(\((?:[^()\\]|\\.){0,2000}\)|<[0-9A-Fa-f\s]{0,4000}>)"
)
MOST_CONTENT = 4_000_000


def compare(
    reached: Reached, document: pikepdf.Pdf, content: bytes, texts: list[str], report: Report
) -> None:
    """Note replacement texts that say what the pages do not."""
    shown = _plain(" ".join(texts))
    actual, alternative = _gather(reached)
    for page in document.pages:
        for key, text in _in_content(page.obj):
            (actual if key == b"ActualText" else alternative).append(text)
    # a reader of text takes the replacement for what is printed: compare with the letters alone
    printed = _plain(_without_replacements(content)) if any(map(_tells, actual)) else shown
    unseen = [text for text in actual if _tells(text) and _plain(text) not in printed]
    report.hidden("hidden_text", "replacement text", "\n".join(unseen), len(unseen))
    said = [text for text in alternative if text.strip() and _plain(text) not in shown]
    if said:
        place = "alternative text"
        report.hidden("alt_text", place, "\n".join(said), len(said), "accept_stripped")


def _tells(text: str) -> bool:
    """Tell words and figures from ligatures, hyphens and dots."""
    bare = _plain(text)
    return len(bare) > 3 or (len(bare) > 1 and any(letter.isdigit() for letter in bare))


def _without_replacements(content: bytes) -> str:
    """Return the text of all pages as their letters say it."""
    held = io.BytesIO()
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as document:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream) and "/ActualText" in item:
                del item["/ActualText"]
        contents = [page.obj.get("/Contents") for page in document.pages]
        streams = [s for c in contents for s in (list(c) if isinstance(c, pikepdf.Array) else [c])]
        streams += [s for s in document.objects if isinstance(s, pikepdf.Stream)
                    and s.get("/Subtype") == "/Form"]  # fmt: skip
        for stream in streams:
            if isinstance(stream, pikepdf.Stream):
                body = stream.read_bytes()
                if b"/ActualText" in body:
                    stream.write(body.replace(b"/ActualText", b"/NoText"))
        for page in document.pages:
            properties = page.obj.get("/Resources", {}).get("/Properties", {})
            for name in list(properties):
                if "/ActualText" in properties.get(name):
                    del properties.get(name)["/ActualText"]
        document.save(held)
    return pages.all_text(held.getvalue())


def _gather(reached: Reached) -> tuple[list[str], list[str]]:
    actual, alternative = [], []
    for item in dictionaries(reached):
        for key in ("/ActualText", "/Alt", "/E"):
            value = item.get(key)
            if isinstance(value, pikepdf.String) and ("/S" in item or key == "/ActualText"):
                (actual if key == "/ActualText" else alternative).append(str(value)[:5_000])
        if "/Title" in item and "/Parent" in item and "/Dest" in item:
            alternative.append(str(item.get("/Title"))[:500])
    return actual, alternative


def _in_content(page: pikepdf.Object) -> list[tuple[bytes, str]]:
    contents = page.get("/Contents")
    pieces = list(contents) if isinstance(contents, pikepdf.Array) else [contents]  # type: ignore[call-overload]
    found = []
    for piece in pieces:
        if isinstance(piece, pikepdf.Stream):
            for key, raw in _IN_CONTENT.findall(piece.read_bytes()[:MOST_CONTENT]):
                found.append((key, str(pikepdf.Object.parse(raw))))
    return found


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
