"""What of a document may go out: releases and withdrawals, and what the publisher asks of the desk.

Originals never go out. A release lets out the figures of a quarantined document, the pictures of
its pages, or a cleaned copy; a withdrawal takes all of it back for good and leaves the figures.
"""

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.errors import StoreError
from portal.store.desk import Desk, now, transaction
from portal.store.private import rows
from portal.store.writing import note

WHAT = ("figures", "pictures", "copy")
LONGEST_HEADING = 300  # letters
Box = tuple[float, float, float, float]  # left, top, right, bottom; points from the top left

DOCUMENTS = """
SELECT d.sha256, d.name, d.kind, d.state, d.pages, coalesce(d.request, '') AS request,
  coalesce((SELECT group_concat(what, ' ') FROM (SELECT DISTINCT r.what FROM releases r
    WHERE r.document = d.sha256 ORDER BY r.what)), '') AS released,
  coalesce((SELECT r.copy FROM releases r WHERE r.document = d.sha256 AND r.what = 'copy'
    ORDER BY r.id DESC LIMIT 1), '') AS copy,
  coalesce((SELECT substr(w.recorded_at, 1, 10) FROM withdrawals w WHERE w.document = d.sha256
    ORDER BY w.id LIMIT 1), '') AS withdrawn,
  coalesce((SELECT w.why FROM withdrawals w WHERE w.document = d.sha256
    ORDER BY w.id LIMIT 1), '') AS why
FROM documents d
"""
# How a recorded figure was read: its newest approval, and how many different people read it.
READ = """
SELECT a.observation, a.rule, p.document, p.page, p.box, p.confidence,
  coalesce(p.table_id, 0) AS table_id,
  (SELECT count(DISTINCT r.person) FROM person_readings r WHERE r.proposal = p.id
    AND r.verdict IN ('accept', 'amend', 'blind', 'settle')) AS readings
FROM approvals a JOIN proposals p ON p.id = a.proposal
JOIN (SELECT observation, max(id) AS id FROM approvals WHERE observation <> ''
  GROUP BY observation) n ON n.id = a.id
ORDER BY a.observation
"""
# Where the cells lie whose texts are held. One without a place makes its whole page unfit.
HELD = """
SELECT t.page AS table_page, json_extract(c.value, '$[3].page') AS page,
  json_extract(c.value, '$[3].box') AS box
FROM held_cells h JOIN document_tables t ON t.id = h.table_id
LEFT JOIN json_each(t.content, '$.cells') c ON json_extract(c.value, '$[0]') = h."row"
  AND json_extract(c.value, '$[1]') = h."column"
WHERE t.document = :document AND h.released_at = ''
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as far as the public side asks: `released` names what may go out of it.

    `withdrawn` is the day on which it was taken back, `why` the reason that readers see.
    """

    sha256: str
    name: str
    kind: str
    state: str
    pages: int
    request: str
    released: frozenset[str]
    copy: str
    withdrawn: str
    why: str

    @property
    def figures_go_out(self) -> bool:
        """Whether figures read from it may be published: of a quarantined one, once released."""
        return self.state != "quarantined" or bool(self.released)


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The archived picture of a page, `scale` in pixels to the point."""

    picture: str
    width: int
    height: int
    scale: float


def documents(db: Desk) -> dict[str, Document]:
    """Every document of the desk by its SHA-256."""
    found = {}
    for row in rows(db, f"{DOCUMENTS} ORDER BY d.sha256"):
        given = dict(row)
        released = frozenset(given.pop("released").split())
        found[given["sha256"]] = Document(**given, released=released)
    return found


def document(db: Desk, sha256: str) -> Document | None:
    """One document; None when the desk has none of that hash."""
    row = next(rows(db, f"{DOCUMENTS} WHERE d.sha256 = :sha256", sha256=sha256), None)
    if row is None:
        return None
    given = dict(row)
    return Document(**{**given, "released": frozenset(given["released"].split())})


def reads(db: Desk) -> Iterator[sqlite3.Row]:
    """Yield how each recorded figure was read, in order of the figures' ids."""
    return rows(db, READ)


def headings(db: Desk, document: str) -> dict[int, tuple[str, bool]]:
    """What stands above each table of a document, and whether it is a cell that a reader sees.

    A table without a title is named by its first row. Held cells are blank and name nothing.
    """
    found = {}
    sql = "SELECT id, title, content FROM document_tables WHERE document = :d"
    for row in rows(db, sql, d=document):
        cells = sorted((each[:3] for each in json.loads(row["content"])["cells"]), key=_place)
        filled = [(at, text.strip()) for at, _, text in cells if text.strip()]
        first = ", ".join(text for at, text in filled if at == filled[0][0])[:LONGEST_HEADING]
        seen = not row["title"] or row["title"].strip() in {text for _, text in filled}
        found[row["id"]] = (row["title"] or first, seen)
    return found


def _place(cell: Sequence[Any]) -> tuple[int, int]:
    return cell[0], cell[1]


def page_pictures(db: Desk, sha256: str) -> dict[int, PagePicture]:
    """The archived pictures of a document's pages by page number."""
    sql = "SELECT page, picture, width, height, scale FROM pages WHERE document = :d ORDER BY page"
    return {row["page"]: PagePicture(*tuple(row)[1:]) for row in rows(db, sql, d=sha256)}


def held_boxes(db: Desk, sha256: str) -> dict[int, list[Box | None]]:
    """Where held cells lie, by page; None is a cell without a place, page 0 is any page."""
    found: dict[int, list[Box | None]] = {}
    for row in rows(db, HELD, document=sha256):
        box = read_box(row["box"] or "")
        found.setdefault(row["page"] or row["table_page"] or 0, []).append(box)
    return found


def read_box(text: str) -> Box | None:
    """Read a rectangle from its JSON; None for anything that is not one."""
    try:
        left, top, right, bottom = (float(each) for each in json.loads(text))
    except (ValueError, TypeError):
        return None
    finite = all(map(math.isfinite, (left, top, right, bottom)))
    return (left, top, right, bottom) if finite and left < right and top < bottom else None


def withdrawn(db: Desk) -> dict[str, tuple[str, str]]:
    """The withdrawn documents: SHA-256 to the day and the reason."""
    sql = "SELECT document, recorded_at, why FROM withdrawals ORDER BY id DESC"
    return {row["document"]: (row["recorded_at"][:10], row["why"]) for row in rows(db, sql)}


def release(db: Desk, sha256: str, what: str, actor: str, why: str, copy: str = "") -> None:
    """Let something of a document out with the next edition; `why` stays in the private store."""
    with transaction(db) as conn:
        gone = conn.execute("SELECT 1 FROM withdrawals WHERE document = ?", [sha256]).fetchone()
        if gone:
            raise StoreError(f"{sha256[:12]} was withdrawn; nothing of it goes out again.")
        conn.execute(
            "INSERT INTO releases (document, what, copy, actor, why, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [sha256, what, copy, actor, why, now()],
        )
        note(conn, actor, f"release {what}", sha256, json.dumps({"why": why, "copy": copy}))


FAMILY = """
WITH RECURSIVE family(sha256) AS (
  SELECT ? UNION SELECT d.sha256 FROM documents d JOIN family f ON d.parent = f.sha256)
SELECT sha256 FROM family WHERE sha256 NOT IN (SELECT document FROM withdrawals) ORDER BY sha256
"""


def withdraw(db: Desk, sha256: str, actor: str, why: str) -> list[str]:
    """Withdraw a document and the documents inside it; returns those that were not yet.

    Raises StoreError when the desk has no such document, or no reason is given.
    """
    if not (actor.strip() and why.strip()):
        raise StoreError("A withdrawal names who decided it, and the reason that readers see.")
    with transaction(db) as conn:
        if not conn.execute("SELECT 1 FROM documents WHERE sha256 = ?", [sha256]).fetchone():
            raise StoreError(f"{sha256}: the desk has no document of this SHA-256.")
        fresh = [row[0] for row in conn.execute(FAMILY, [sha256]).fetchall()]
        for each in fresh:
            conn.execute(
                "INSERT INTO withdrawals (document, actor, why, recorded_at) VALUES (?, ?, ?, ?)",
                [each, actor.strip(), why.strip(), now()],
            )
            note(conn, actor.strip(), "withdraw", each, why.strip())
    return fresh


def findings(db: Desk, sha256: str) -> Mapping[str, int]:
    """What inspection found in a document: kind to count."""
    sql = "SELECT kind, sum(count) AS n FROM document_findings WHERE document = :d GROUP BY kind"
    return {row["kind"]: row["n"] for row in rows(db, sql, d=sha256)}


FRAMES = """
SELECT p.box FROM proposals p WHERE p.document = :document AND p.page = :page AND p.box <> ''
  AND p.state = 'recorded' ORDER BY p.id
"""


def boxes_on(db: Desk, sha256: str, page: int) -> list[Box]:
    """Where the recorded figures of a page stand."""
    found = (read_box(row["box"]) for row in rows(db, FRAMES, document=sha256, page=page))
    return [box for box in found if box]


STANDS = """
SELECT d.sha256, d.name, d.kind, d.state, d.received_at,
  count(*) FILTER (WHERE p.state = 'agreed') AS agreed,
  count(*) FILTER (WHERE p.state = 'recorded') AS recorded,
  count(*) FILTER (WHERE p.state IN ('open', 'single', 'disputed', 'asked')) AS waiting,
  (SELECT count(*) FROM approvals a JOIN proposals q ON q.id = a.proposal
    WHERE q.document = d.sha256 AND a.observation <> '' AND a.recorded_at >= coalesce(
      (SELECT max(e.built_at) FROM editions e), '')) AS fresh
FROM documents d JOIN proposals p ON p.document = d.sha256 AND p.state <> 'dropped'
GROUP BY d.sha256 ORDER BY d.received_at DESC, d.sha256 LIMIT :most
"""


def last_edition(db: Desk) -> Mapping[str, Any]:
    """Number and day of the newest edition; number 0 before the first."""
    sql = "SELECT number, built_at FROM editions ORDER BY number DESC LIMIT 1"
    row = next(rows(db, sql), None)
    return dict(row) if row else {"number": 0, "built_at": ""}


def standing(db: Desk, most: int = 200) -> Sequence[Mapping[str, Any]]:
    """Documents with figures, the newest first: how many are agreed, recorded, not yet out."""
    return [dict(row) for row in rows(db, STANDS, most=most)]
