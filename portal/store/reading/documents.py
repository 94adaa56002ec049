"""Documents of an edition, how their figures were read, and the picture of a figure's cell."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading.figures import figures
from portal.store.reading.lists import PAGE, Page


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by which figures were approved, and how many were."""

    rule: str
    figures: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two people came to the same: `rate` is from 0 to 1, None when nothing was read."""

    read_twice: int
    same: int

    @property
    def rate(self) -> float | None:
        """The share of figures on which both first readings were the same."""
        return self.same / self.read_twice if self.read_twice else None


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A document with a page of its figures, how they were read, and what shows of it."""

    document: sqlite3.Row
    source: sqlite3.Row | None
    rules: list[Rule]
    agreement: Agreement
    pictures: int
    figures: Page


@dataclass(frozen=True, slots=True)
class HowRead:
    """How one figure was read, from which document, with the picture of its page if there is one.

    `readings` counts people, `confidence` is the machine's, from 0 to 1. Edges of the framed cell
    are in pixels of the picture.
    """

    document: str
    name: str
    withdrawn: str
    why: str
    rule: str
    readings: int
    confidence: float
    heading: str
    page: int
    width: int
    height: int
    left: int
    top: int
    right: int
    bottom: int
    file: str
    alt: str

    @property
    def near(self) -> str:
        """The part of the picture around the framed cell: left, top, width and height."""
        left, width = _around(self.left, self.right, NEAR[0], self.width)
        top, height = _around(self.top, self.bottom, NEAR[1], self.height)
        return f"{left} {top} {width} {height}"


HAS = "SELECT 1 FROM sqlite_schema WHERE name = 'documents'"
HOW_READ = """
SELECT r.document, d.name, d.withdrawn, d.why, r.rule, r.readings, r.confidence, r.heading,
  coalesce(p.page, 0), coalesce(p.width, 0), coalesce(p.height, 0), coalesce(p."left", 0),
  coalesce(p.top, 0), coalesce(p."right", 0), coalesce(p.bottom, 0), coalesce(p.file, ''),
  coalesce(p.alt, '')
FROM readers r JOIN documents d ON d.sha256 = r.document
LEFT JOIN pictures p ON p.observation = r.observation WHERE r.observation = ?
"""
SOURCE = """
SELECT s.*, l.label AS licence_label, l.url AS licence_url, l.attribution
FROM sources s JOIN licences l ON l.id = s.licence WHERE s.id = ?
"""
LIST = """
SELECT d.*, s.publisher, s.year FROM documents d LEFT JOIN sources s ON s.id = d.source
ORDER BY s.year DESC, d.name, d.sha256
"""
AGREEMENT = "SELECT coalesce(sum(read_twice), 0), coalesce(sum(same), 0) FROM agreement"
NEAR = (560, 240)  # pixels across and down
ORDER = "o.measure, o.requester, o.holder, o.area, o.breakdown, o.start, o.id"
PREFIX = 8  # letters of a hash that name a document in an address


def _around(first: int, last: int, size: int, whole: int) -> tuple[int, int]:
    """Where a stretch of about that size begins that has the cell in its middle, and its size."""
    size = min(whole, max(size, last - first + size // 3))
    return max(0, min(whole - size, (first + last - size) // 2)), size


def has_documents(db: sqlite3.Connection) -> bool:
    """Whether the edition is of a time in which there were documents."""
    return db.execute(HAS).fetchone() is not None


def how_read(db: sqlite3.Connection, observation: str) -> HowRead | None:
    """How a figure was read by people; None for one that came in otherwise."""
    row = db.execute(HOW_READ, [observation]).fetchone() if has_documents(db) else None
    return HowRead(*row) if row else None


def documents(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """All documents, those of the newest sources first."""
    return db.execute(LIST).fetchall() if has_documents(db) else []


def full_hash(db: sqlite3.Connection, start: str) -> str | None:
    """The hash that begins so; None when no document has it, or more than one."""
    if len(start) < PREFIX or not has_documents(db):
        return None
    sql = "SELECT sha256 FROM documents WHERE sha256 >= ? AND sha256 < ? LIMIT 2"
    found = db.execute(sql, [start, start + "g"]).fetchall()
    return str(found[0][0]) if len(found) == 1 else None


def document(db: sqlite3.Connection, sha256: str, page: int) -> DocumentPage | None:
    """Return one document by its whole hash; None when the edition holds none."""
    sql = "SELECT * FROM documents WHERE sha256 = ?"
    row = db.execute(sql, [sha256]).fetchone() if has_documents(db) else None
    if row is None:
        return None
    rules = db.execute(
        "SELECT rule, count(*) FROM readers WHERE document = ? GROUP BY rule ORDER BY 2 DESC, 1",
        [sha256],
    )
    pictures = db.execute("SELECT count(*) FROM pictures WHERE document = ?", [sha256])
    return DocumentPage(
        document=row,
        source=db.execute(SOURCE, [row["source"]]).fetchone(),
        rules=[Rule(*each) for each in rules.fetchall()],
        agreement=Agreement(*db.execute(f"{AGREEMENT} WHERE document = ?", [sha256]).fetchone()),
        pictures=pictures.fetchone()[0],
        figures=_figures(db, sha256, page, row["observations"]),
    )


def _figures(db: sqlite3.Connection, sha256: str, page: int, total: int) -> Page:
    """A page of a document's figures, series by series."""
    inner = f"SELECT o.rowid FROM observations o WHERE o.snapshot = ? ORDER BY {ORDER}"
    wanted = f"WHERE o.rowid IN ({inner} LIMIT ? OFFSET ?) ORDER BY {ORDER}"
    return Page(figures(db, wanted, [sha256, PAGE, (page - 1) * PAGE]), page, total)


def agreement(db: sqlite3.Connection) -> Agreement:
    """How often two people came to the same, over all documents."""
    if not has_documents(db):
        return Agreement(0, 0)
    return Agreement(*db.execute(AGREEMENT).fetchone())
