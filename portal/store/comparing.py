"""Comparing what an import reads with what is known, inside the database and in constant memory."""

import sqlite3
from typing import Any

from portal.core.errors import TooManyLost

# A row that only moved down in its file still says the same thing of the same page: its number
# is not compared. A blank that became a zero is a change of meaning, named as such.
FIND_CHANGED = """
INSERT INTO temp.changed
SELECT s.id, coalesce(g.revision, 0) + 1, CASE WHEN g.observation IS NULL THEN 'new'
    WHEN g.snapshot = k.snapshot THEN 'read_again' ELSE 'revised' END,
  CASE WHEN g.value IS NULL AND g.low IS NULL AND g.high IS NULL AND s.value = '0'
    AND g.status = 'not_available' THEN 'blank became zero' ELSE '' END
FROM temp.staged s JOIN temp.kinds k ON k.n = s.kind LEFT JOIN readings g ON g.observation = s.id
  AND g.revision = (SELECT max(l.revision) FROM readings l WHERE l.observation = s.id)
WHERE g.observation IS NULL
  OR g.value IS NOT s.value OR g.low IS NOT s.low OR g.high IS NOT s.high
  OR g.status <> s.status OR g.printed <> s.printed OR g.period <> k.period OR g.note <> s.note
  OR coalesce(json_extract(g.locator, '$.page'), '') <> k.page
  OR coalesce(json_extract(g.locator, '$.url'), '') <> k.url
"""

FIND_WITHDRAWN = """
INSERT INTO temp.changed
SELECT o.id, g.revision + 1, 'withdrawn', '' FROM observations o JOIN readings g
  ON g.observation = o.id
  AND g.revision = (SELECT max(l.revision) FROM readings l WHERE l.observation = o.id)
WHERE o.feed = ? AND g.status <> 'withdrawn' AND o.id NOT IN (SELECT id FROM temp.staged)
"""

WRITE_OBSERVATIONS = """
INSERT INTO observations SELECT s.id, k.series, k.measure, k.requester, k.holder, k.area,
  k.breakdown, k.start, k."end", k.source, s.variant, :feed
FROM temp.changed c JOIN temp.staged s ON s.id = c.id JOIN temp.kinds k ON k.n = s.kind
WHERE c.kind = 'new' ORDER BY c.id
"""

WRITE_READINGS = """
INSERT INTO readings SELECT s.id, c.revision, k.period, s.value, s.low, s.high, s.status,
  s.printed, s.note, k.snapshot, s.locator,
  CASE c.kind WHEN 'new' THEN 'first reading' WHEN 'read_again' THEN 'we_re_read'
    ELSE :reason END, c.explanation, :import
FROM temp.changed c JOIN temp.staged s ON s.id = c.id JOIN temp.kinds k ON k.n = s.kind
ORDER BY c.id
"""

# What is withdrawn keeps its old place, text and note: only the value is gone.
WRITE_WITHDRAWN = """
INSERT INTO readings SELECT g.observation, c.revision, g.period, NULL, NULL, NULL, 'withdrawn',
  g.printed, g.note, g.snapshot, g.locator, 'withdrawn', '', :import
FROM temp.changed c JOIN readings g ON g.observation = c.id AND g.revision = c.revision - 1
WHERE c.kind = 'withdrawn'
"""

WRITE_DECISIONS = """
INSERT INTO decisions (observation, revision, verdict, rule, actor, recorded_at)
SELECT id, revision, 'approved', :rule, :actor, :now FROM temp.changed WHERE :rule <> ''
"""


def compare(conn: sqlite3.Connection, batch: Any) -> dict[str, int | bool]:
    """Find what is new, revised and gone; returns the counts and whether a person must look.

    Raises TooManyLost when more of the known figures are gone than the batch allows.
    """
    conn.execute(FIND_CHANGED)
    staged = conn.execute("SELECT count(*) FROM temp.staged").fetchone()[0]
    conn.execute(FIND_WITHDRAWN, [batch.feed])
    counts = dict(conn.execute("SELECT kind, count(*) FROM temp.changed GROUP BY kind"))
    new, gone = counts.get("new", 0), counts.get("withdrawn", 0)
    revised = counts.get("revised", 0) + counts.get("read_again", 0)
    known = staged - new + gone
    if known and gone / known > batch.losses:
        expected = f"at least {1 - batch.losses:.0%} of the {known} figures known until now"
        raise TooManyLost(expected, f"{known - gone} of them", batch.feed)
    if not batch.complete:
        conn.execute("DELETE FROM temp.changed WHERE kind = 'withdrawn'")
        known, gone = known - gone, 0
    held = known > 0 and (revised + gone) / known > batch.alarm
    found = {"new": new, "revised": revised, "withdrawn": gone, "held": held}
    return found | {"unchanged": staged - new - revised}


def write(conn: sqlite3.Connection, id: int, batch: Any, rule: str, now: str) -> None:
    """Record the changes that `compare` found, as one import."""
    given = {"feed": batch.feed, "reason": batch.reason, "import": id}
    given |= {"rule": rule, "actor": batch.actor, "now": now}
    for question in (WRITE_OBSERVATIONS, WRITE_READINGS, WRITE_WITHDRAWN, WRITE_DECISIONS):
        conn.execute(question, given)
