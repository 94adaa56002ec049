"""What a publisher's later file says otherwise: pairs of snapshots, and every figure in them."""

import sqlite3
from dataclasses import dataclass

from portal.store.reading.figures import Figure
from portal.store.reading.lists import PAGE, figures_of

# In the order in which pages tell them; figures of new periods are counted only.
KINDS = ("changed", "withdrawn", "blank_became_zero", "new_in_old_period")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files that follow each other: their names, and how many figures became what."""

    id: str
    source: str
    feed: str
    old: sqlite3.Row
    new: sqlite3.Row
    known: int
    counts: dict[str, int]
    new_period: int

    @property
    def address(self) -> str:
        """The page of the pair."""
        hashes = (self.old["sha256"][:12], self.new["sha256"][:12])
        return f"/sources/{self.source}/changes/{'/'.join(hashes)}"

    @property
    def listed(self) -> int:
        """How many figures the page of the pair lists."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure in both files; `was` is None when the earlier file did not hold it."""

    kind: str
    figure: Figure
    was: sqlite3.Row | None
    now: sqlite3.Row


@dataclass(frozen=True, slots=True)
class Differences:
    """A page of what differs between two files, and how many figures of each period do."""

    pair: Pair
    lines: list[Difference]
    kind: str
    number: int
    last: int
    periods: list[sqlite3.Row]


PAIRS = "SELECT * FROM comparisons WHERE source = ? ORDER BY position DESC"
FILE = """
SELECT s.*, f.label, f.first_fetched, f.linked_from FROM snapshots s
LEFT JOIN fetches f ON f.snapshot = s.sha256 AND f.source = ?
WHERE s.sha256 = ? ORDER BY f.first_fetched LIMIT 1
"""


def pairs(db: sqlite3.Connection, source: str) -> list[Pair]:
    """Return the pairs of files of a source, the newest first."""
    return [_pair(db, row) for row in db.execute(PAIRS, [source]).fetchall()]


def _pair(db: sqlite3.Connection, row: sqlite3.Row) -> Pair:
    old, new = (db.execute(FILE, [row["source"], row[name]]).fetchone() for name in ("old", "new"))
    counts = {kind: row[kind] for kind in KINDS}
    facts = (row["id"], row["source"], row["feed"], old, new, row["known"])
    return Pair(*facts, counts, row["new_period"])


ONE = """
SELECT * FROM comparisons WHERE source = ?1 AND substr(old, 1, length(?2)) = ?2
  AND substr(new, 1, length(?3)) = ?3 ORDER BY position DESC LIMIT 1
"""
LINES = """
SELECT c.observation, c.revision, c.kind FROM comparison_figures c
JOIN observations o ON o.id = c.observation JOIN areas a ON a.id = o.area
WHERE c.comparison = ?1 AND (?2 = '' OR c.kind = ?2)
ORDER BY c.position, a.label, o.start, o.breakdown, o.measure, o.id LIMIT ?3 OFFSET ?4
"""
READINGS = """
SELECT r.*, t.label AS status_label, u.one, u.many, u.kind, u.symbol FROM revisions r
JOIN statuses t ON t.id = r.status JOIN observations o ON o.id = r.observation
JOIN units u ON u.id = o.unit WHERE r.observation = ? AND r.revision IN (?, ?)
ORDER BY r.revision
"""
PERIODS = """
SELECT o.period, o.start, o."end", count(*) AS figures, sum(c.kind = 'changed') AS changed,
  sum(c.kind = 'withdrawn') AS withdrawn, sum(c.kind = 'blank_became_zero') AS blank_became_zero,
  sum(c.kind = 'new_in_old_period') AS new_in_old_period
FROM comparison_figures c JOIN observations o ON o.id = c.observation WHERE c.comparison = ?
GROUP BY o.start, o."end" ORDER BY o.start, o."end"
"""


def differences(
    db: sqlite3.Connection, source: str, old: str, new: str, kind: str, page: int
) -> Differences | None:
    """Return a page of what differs between the files whose hashes begin so; None without any."""
    row = db.execute(ONE, [source, old, new]).fetchone()
    if row is None:
        return None
    pair = _pair(db, row)
    found = db.execute(LINES, [pair.id, kind, PAGE, (page - 1) * PAGE]).fetchall()
    figures = figures_of(db, [each["observation"] for each in found])
    lines = [_difference(db, each, figures[each["observation"]]) for each in found]
    total = pair.counts.get(kind, 0) if kind else pair.listed
    periods = db.execute(PERIODS, [pair.id]).fetchall()
    return Differences(pair, lines, kind, page, max(1, -(-total // PAGE)), periods)


def _difference(db: sqlite3.Connection, row: sqlite3.Row, figure: Figure) -> Difference:
    revision = row["revision"]
    readings = db.execute(READINGS, [figure.id, revision - 1, revision]).fetchall()
    was = next((each for each in readings if each["revision"] < revision), None)
    return Difference(row["kind"], figure, was, readings[-1])
