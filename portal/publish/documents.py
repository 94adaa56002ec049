"""Documents of the desk in an edition: which figures they carry, how those were read, what shows.

The bytes of a document never go out. Of a document that was withdrawn, its figures stay, with the
reason; its pictures and its cleaned copy are gone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.publish.pictures import Framed, overlap, within
from portal.store.campaigns import public_campaigns, public_requests
from portal.store.desk import Desk
from portal.store.publishing import (
    Document,
    PagePicture,
    documents,
    headings,
    held_boxes,
    page_pictures,
    read_box,
    reads,
)
from portal.store.review import agreement

Row = tuple[Any, ...]
Figures = list[dict[str, Any]]
KINDS = {"xlsx": "XLSX", "xls": "XLS", "ods": "ODS", "csv": "CSV", "tsv": "TSV", "pdf": "PDF",
         "docx": "Word", "odt": "ODT", "html": "web page"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A page with the cell of one figure framed; width and height in pixels."""

    observation: str
    page: int
    width: int
    height: int
    framed: Framed


@dataclass(frozen=True, slots=True)
class Read:
    """How one figure was read: by what rule, by how many people, how sure the machine was.

    `heading` stands above its table.
    """

    observation: str
    document: str
    rule: str
    readings: int
    confidence: float
    heading: str


@dataclass(slots=True)
class Answers:
    """What an edition tells of the desk's documents; `known` are the hashes of all of them."""

    known: frozenset[str] = frozenset()
    shown: dict[str, Document] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    agreement: list[Row] = field(default_factory=list)
    campaigns: list[Row] = field(default_factory=list)
    asked: list[Row] = field(default_factory=list)

    @property
    def withdrawn(self) -> set[str]:
        """The hashes of those that were withdrawn."""
        return {sha256 for sha256, each in self.shown.items() if each.withdrawn}


def gather(db: Desk, figures: Figures, revisions: Figures) -> tuple[Answers, Figures, Figures]:
    """Read what goes out of the desk's documents; returns it with the figures that may go out."""
    all, asked = documents(db), (list(public_campaigns(db)), list(public_requests(db)))
    if not all:
        return Answers(campaigns=asked[0], asked=asked[1]), figures, revisions
    back = {sha256 for sha256, each in all.items() if not each.figures_go_out}
    figures = [figure for figure in figures if figure["snapshot"] not in back]
    kept = {figure["id"] for figure in figures}
    revisions = [r for r in revisions if r["snapshot"] not in back and r["observation"] in kept]
    named = {each["snapshot"] for each in (*figures, *revisions)}
    shown = {
        sha256: each
        for sha256, each in all.items()
        if sha256 in named or ("copy" in each.released and sha256 not in back)
    }
    current = {figure["id"]: figure["snapshot"] for figure in figures}
    rows = [row for row in reads(db) if current.get(row["observation"]) == row["document"]]
    found = list(_reads(db, rows, shown))
    same = [
        (sha256, each.read_twice, each.same, each.share)
        for sha256, each in sorted(agreement(db).documents.items())
        if sha256 in shown
    ]
    pictures = list(_pictures(db, rows, shown))
    return Answers(frozenset(all), shown, found, pictures, same, *asked), figures, revisions


def _reads(
    db: Desk, rows: Sequence[Mapping[str, Any]], shown: Mapping[str, Document]
) -> Iterator[Read]:
    """Yield how each figure was read.

    A heading that is no cell of its table goes out only where the page itself may be seen.
    """
    known: dict[str, dict[int, tuple[str, bool]]] = {}
    for row in rows:
        document = shown[row["document"]]
        if document.sha256 not in known:
            known[document.sha256] = headings(db, document.sha256)
        heading, seen = known[document.sha256].get(row["table_id"], ("", False))
        told = seen or ("pictures" in document.released and not document.withdrawn)
        names = ("observation", "document", "rule", "readings", "confidence")
        yield Read(*(row[name] for name in names), heading if told else "")


def _pictures(
    db: Desk, rows: Sequence[Mapping[str, Any]], shown: Mapping[str, Document]
) -> Iterator[Picture]:
    """Yield a picture for each figure whose document lets its pages be seen."""
    pages: dict[str, dict[int, PagePicture]] = {}
    hidden: dict[str, Mapping[int, Sequence[Any]]] = {}
    for row in rows:
        sha256, page, box = row["document"], row["page"], read_box(row["box"])
        document = shown[sha256]
        if box is None or "pictures" not in document.released or document.withdrawn:
            continue
        if sha256 not in pages:
            pages[sha256], hidden[sha256] = page_pictures(db, sha256), held_boxes(db, sha256)
        seen, held = pages[sha256].get(page), [*hidden[sha256].get(page, ())]
        # A held cell that nobody can place may stand on this very page.
        if seen is None or None in held or hidden[sha256].get(0):
            continue
        if within(box, seen.width, seen.height, seen.scale) and not overlap(box, held):
            framed = Framed(sha256, seen.picture, seen.scale, box, tuple(sorted(held)))
            yield Picture(row["observation"], page, seen.width, seen.height, framed)


def title(sha256: str, document: Document, sources: Mapping[str, Any], source: str) -> str:
    """The name that readers see: never that of the file, which may name a person."""
    known = sources.get(source) or sources.get(f"foi-{document.request}")
    kind = KINDS.get(document.kind, document.kind or "file")
    return f"{known['title']} ({kind})" if known else f"Document {sha256[:12]} ({kind})"


def sources_of(figures: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The source that each snapshot's figures name; the first of several."""
    found: dict[str, str] = {}
    for figure in figures:
        found[figure["snapshot"]] = min(
            figure["source"], found.get(figure["snapshot"], figure["source"])
        )
    return found


def tables(
    answers: Answers, figures: Figures, sources: Mapping[str, Any]
) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield the edition's tables on documents: what they are, how read, what was asked."""
    named = sources_of(figures)
    titles = {
        sha256: title(sha256, each, sources, named.get(sha256, ""))
        for sha256, each in answers.shown.items()
    }
    count: dict[str, int] = {}
    for figure in figures:
        count[figure["snapshot"]] = count.get(figure["snapshot"], 0) + 1
    yield (
        "documents",
        [
            _document(each, titles[sha256], _source(each, named, sources), count.get(sha256, 0))
            for sha256, each in sorted(answers.shown.items())
        ],
    )
    printed = {figure["id"]: figure["printed"] for figure in figures}
    yield (
        "pictures",
        [
            _picture(each, titles[each.framed.document], printed[each.observation])
            for each in answers.pictures
        ],
    )
    yield (
        "readers",
        [
            (r.observation, r.document, r.rule, r.readings, r.confidence, r.heading)
            for r in answers.reads
        ],
    )
    yield "agreement", answers.agreement
    yield "campaigns", answers.campaigns
    yield "asked", answers.asked


def _source(each: Document, named: Mapping[str, str], sources: Mapping[str, Any]) -> str | None:
    source = named.get(each.sha256) or f"foi-{each.request}"
    return source if source in sources else None


def _document(each: Document, name: str, source: str | None, count: int) -> Row:
    out = each.released if not each.withdrawn else frozenset()
    copy = each.copy if "copy" in out else ""
    return (
        *(each.sha256, name, each.kind, source, each.request, each.pages, count),
        *(" ".join(sorted(out)), copy, each.withdrawn, each.why),
    )


def _picture(each: Picture, name: str, printed: str) -> Row:
    alt = f"Page {each.page} of {name}; a frame marks the cell in which “{printed}” is printed."
    return (
        *(each.observation, each.framed.document, each.framed.file),
        *(each.page, each.width, each.height),
        *(round(corner * each.framed.scale) for corner in each.framed.box),
        alt,
    )
