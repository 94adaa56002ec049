"""Readings of proposals: what people read is added to, never changed; states follow from it.

Functions that take a connection write inside the caller's transaction; whoever decides what state
follows from the readings is the desk's review room.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from portal.store.desk import Desk, now
from portal.store.private import rows

FIGURE_VERDICTS = ("accept", "amend", "blind", "settle", "reject")

PROPOSALS = """
SELECT p.*, coalesce(t.title, '') AS table_title, coalesce(t.number, 0) AS table_number
FROM proposals p LEFT JOIN document_tables t ON t.id = p.table_id
"""
# By table, row and column, as a reader goes through a page; whole answers come first.
OF_DOCUMENT = f"""{PROPOSALS} WHERE p.document = :document AND p.state <> 'dropped'
ORDER BY coalesce(t.number, 0), p."row", p."column", p.id
"""
READINGS = "SELECT * FROM person_readings WHERE proposal = :proposal ORDER BY id"
READINGS_OF = """
SELECT r.* FROM person_readings r WHERE r.proposal IN (SELECT value FROM json_each(:ids))
ORDER BY r.id
"""
# The newest reading of a figure, when it is approved.
STANDING = """
SELECT g.*, d.rule FROM readings g
JOIN decisions d ON d.observation = g.observation AND d.revision = g.revision
  AND d.verdict = 'approved'
WHERE g.observation = :id AND g.revision = (
  SELECT max(l.revision) FROM readings l WHERE l.observation = g.observation)
ORDER BY d.id DESC LIMIT 1
"""
# What the store holds of a proposal: the newest approved reading of its observation.
RECORDED = """
SELECT a.proposal, a.rule, a.observation, g.value, g.low, g.high, g.status
FROM approvals a JOIN proposals p ON p.id = a.proposal
JOIN readings g ON g.observation = a.observation AND g.revision = (
  SELECT max(d.revision) FROM decisions d
  WHERE d.observation = a.observation AND d.verdict = 'approved')
WHERE a.recorded_at <> '' AND a.id = (SELECT max(l.id) FROM approvals l
  WHERE l.proposal = a.proposal AND l.recorded_at <> '')
"""
ADD = """
INSERT INTO person_readings
  (proposal, person, verdict, printed, value, low, high, status, note, recorded_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
BLIND = """
UPDATE proposals SET blind = :blind, version = version + 1
WHERE document = :document AND (:table_id IS NULL OR table_id = :table_id)
  AND state IN ('open', 'single') AND blind <> :blind
"""


@dataclass(frozen=True, slots=True)
class NewReading:
    """A reading to be added; `value`, `low` and `high` are exact texts of numbers."""

    proposal: int
    person: str
    verdict: str
    printed: str
    value: str | None
    low: str | None
    high: str | None
    status: str
    note: str


def proposal(db: Desk, id: int) -> sqlite3.Row | None:
    """One proposal with the title and number of its table."""
    return next(rows(db, f"{PROPOSALS} WHERE p.id = :id", id=id), None)


def proposals_of(db: Desk, document: str) -> list[sqlite3.Row]:
    """The proposals of a document that count, in the order of its tables."""
    return list(rows(db, OF_DOCUMENT, document=document))


def readings(db: Desk, proposal: int) -> list[sqlite3.Row]:
    """Everything that people read of a proposal, the oldest first."""
    return list(rows(db, READINGS, proposal=proposal))


def proposals(db: Desk, ids: Sequence[int]) -> list[sqlite3.Row]:
    """These proposals, in the order of their numbers as given."""
    found = rows(
        db, f"{PROPOSALS} WHERE p.id IN (SELECT value FROM json_each(:ids))", ids=json.dumps(ids)
    )
    by_id = {row["id"]: row for row in found}
    return [by_id[id] for id in ids if id in by_id]


def readings_of(db: Desk, ids: Sequence[int]) -> dict[int, list[sqlite3.Row]]:
    """The readings of these proposals, by proposal."""
    found: dict[int, list[sqlite3.Row]] = {}
    for row in rows(db, READINGS_OF, ids=json.dumps(ids)):
        found.setdefault(row["proposal"], []).append(row)
    return found


def recorded(db: Desk, proposal: int) -> sqlite3.Row | None:
    """Rule, observation and content under which a proposal stands in the store."""
    return next(rows(db, f"{RECORDED} AND a.proposal = :id", id=proposal), None)


def recorded_of(db: Desk, ids: Sequence[int]) -> dict[int, sqlite3.Row]:
    """The same for these proposals, as far as they are recorded."""
    chosen = f"{RECORDED} AND a.proposal IN (SELECT value FROM json_each(:ids))"
    found = rows(db, chosen, ids=json.dumps(ids))
    return {row["proposal"]: row for row in found}


def standing_as(db: Desk, observation: str) -> sqlite3.Row | None:
    """The newest reading of a figure and the rule of its approval; None while it waits."""
    return next(rows(db, STANDING, id=observation), None)


def role_of(db: Desk, person: str) -> str:
    """The role of somebody who works here now; empty for one who was revoked or never did."""
    sql = "SELECT role FROM people WHERE name = ? AND state = 'active'"
    row = db.execute(sql, [person]).fetchone()
    return str(row[0]) if row else ""


def add(conn: sqlite3.Connection, new: NewReading) -> int:
    """Add a reading; returns its number."""
    given = [new.proposal, new.person, new.verdict, new.printed, new.value, new.low, new.high]
    made = conn.execute(ADD, [*given, new.status, new.note, now()])
    return int(made.lastrowid or 0)


def restate(conn: sqlite3.Connection, id: int, state: str, version: int) -> bool:
    """Set the state that follows from the readings; False when the version is another by now."""
    done = conn.execute(
        "UPDATE proposals SET state = ?, version = version + 1 WHERE id = ? AND version = ?",
        [state, id, version],
    )
    return bool(done.rowcount)


def approve(conn: sqlite3.Connection, proposal: int, rule: str, actor: str) -> int:
    """Add an approval that waits to be recorded; returns its number."""
    made = conn.execute(
        "INSERT INTO approvals (proposal, rule, actor, decided_at) VALUES (?, ?, ?, ?)",
        [proposal, rule, actor, now()],
    )
    return int(made.lastrowid or 0)


def mark(conn: sqlite3.Connection, approval: int, observation: str) -> bool:
    """Say that an approval is recorded, and as which figure; a second time changes nothing."""
    done = conn.execute(
        "UPDATE approvals SET recorded_at = ?, observation = ? WHERE id = ? AND recorded_at = ''",
        [now(), observation, approval],
    )
    return bool(done.rowcount)


def set_blind(conn: sqlite3.Connection, document: str, table_id: int | None, blind: bool) -> int:
    """Ask for blind second readings of a document or a table; returns how many changed."""
    given = {"document": document, "table_id": table_id, "blind": int(blind)}
    return int(conn.execute(BLIND, given).rowcount)


# The newest approval of each proposal, while nothing of it is recorded yet.
PENDING = """
SELECT a.id AS approval, a.rule, p.*, coalesce(t.number, 0) AS table_number
FROM approvals a JOIN proposals p ON p.id = a.proposal
LEFT JOIN document_tables t ON t.id = p.table_id
WHERE p.document = :document AND p.state IN ('agreed', 'single') AND a.recorded_at = ''
  AND a.id = (SELECT max(l.id) FROM approvals l WHERE l.proposal = a.proposal)
ORDER BY p.id
"""
WITH_PENDING = """
SELECT DISTINCT p.document FROM approvals a JOIN proposals p ON p.id = a.proposal
WHERE p.state IN ('agreed', 'single') AND a.recorded_at = ''
  AND a.id = (SELECT max(l.id) FROM approvals l WHERE l.proposal = a.proposal)
ORDER BY p.document
"""
# The figure of that id, and whose it is: a proposal's that still counts, or another feed's.
OWNER = """
SELECT o.feed, o.variant, (SELECT a.proposal FROM approvals a JOIN proposals p ON p.id = a.proposal
  WHERE a.observation = o.id AND p.state <> 'dropped' ORDER BY a.id DESC LIMIT 1) AS proposal
FROM observations o WHERE o.id = :id
"""
ORIGIN = """
WITH RECURSIVE up(sha256, parent, request, publication, address, depth) AS (
  SELECT sha256, parent, coalesce(request, ''), publication, address, 0 FROM documents
  WHERE sha256 = :document
  UNION ALL
  SELECT d.sha256, d.parent, coalesce(d.request, ''), d.publication, d.address, up.depth + 1
  FROM up JOIN documents d ON d.sha256 = up.parent WHERE up.depth < 10
)
SELECT request, publication, address FROM up
WHERE request <> '' OR publication <> '' ORDER BY depth LIMIT 1
"""


def pending(db: Desk, document: str) -> list[sqlite3.Row]:
    """Proposals of a document whose newest approval waits to be recorded."""
    return list(rows(db, PENDING, document=document))


def documents_pending(db: Desk) -> list[str]:
    """Documents in which something waits to be recorded."""
    return [row["document"] for row in rows(db, WITH_PENDING)]


def owner(db: Desk, observation: str) -> sqlite3.Row | None:
    """Feed, variant and proposal of a figure that the store holds; None when it holds none."""
    return next(rows(db, OWNER, id=observation), None)


def origin(db: Desk, document: str) -> sqlite3.Row | None:
    """What a document, or what it came in, answers: request, publication, address."""
    return next(rows(db, ORIGIN, document=document), None)


def request(db: Desk, id: str) -> sqlite3.Row | None:
    """One request under freedom of information law."""
    return next(rows(db, "SELECT * FROM foi_requests WHERE id = :id", id=id), None)


def document(db: Desk, sha256: str) -> sqlite3.Row | None:
    """One document, with what was released of it and whether it was withdrawn."""
    sql = (
        "SELECT d.*, (SELECT group_concat(DISTINCT what) FROM releases r"
        " WHERE r.document = d.sha256) AS released,"
        " EXISTS (SELECT 1 FROM withdrawals w WHERE w.document = d.sha256) AS withdrawn"
        " FROM documents d WHERE d.sha256 = :sha256"
    )
    return next(rows(db, sql, sha256=sha256), None)


# Of figures that two people read on their own: were their first readings the same?
FIRSTS = """
WITH first AS (
  SELECT r.proposal, r.person, r.verdict, min(r.id) AS id,
    CASE WHEN r.verdict = 'reject' THEN 'none'
      ELSE json_array(r.value, r.low, r.high, r.status) END AS content
  FROM person_readings r JOIN proposals p ON p.id = r.proposal
  WHERE r.verdict <> 'ask' AND p.state <> 'dropped' GROUP BY r.proposal, r.person
), two AS (
  SELECT *, row_number() OVER (PARTITION BY proposal ORDER BY id) AS n FROM first
  WHERE verdict <> 'settle'
)
SELECT p.document, sum(a.content = b.content) AS same, count(*) AS read_twice,
  sum(p.blind) AS blind
FROM two a JOIN two b ON b.proposal = a.proposal AND a.n = 1 AND b.n = 2
JOIN proposals p ON p.id = a.proposal GROUP BY p.document ORDER BY p.document
"""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `read_twice` figures that two people read on their own, how many they read the `same`.

    `blind` of them were read without seeing what the program or the first reader read.
    """

    same: int
    read_twice: int
    blind: int = 0
    documents: dict[str, "Agreement"] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """From 0 to 1; None when nothing was read twice."""
        return self.same / self.read_twice if self.read_twice else None


def agreement(db: Desk) -> Agreement:
    """How often two people who read on their own came to the same at once, overall and by document.

    What a second look, a question or a third person changed later does not count.
    """
    found = {
        row["document"]: Agreement(row["same"], row["read_twice"], row["blind"])
        for row in rows(db, FIRSTS)
    }
    same, twice, blind = _sums(found.values())
    return Agreement(same, twice, blind, found)


def _sums(parts: Iterable[Agreement]) -> Sequence[int]:
    each = [(part.same, part.read_twice, part.blind) for part in parts]
    return [sum(column) for column in zip(*each, strict=True)] or [0, 0, 0]
