"""What the home page asks: the newest figure of each question, and what is not in hand."""

import sqlite3
from collections.abc import Sequence

from portal.core.observations import TOTAL
from portal.store.reading.figures import Figure, figures

# A page of a topic shows so many figures of a measure, the newest first to be taken.
MOST = 120

TOPIC = f"""
WHERE o.rowid IN (SELECT x.rowid FROM measures m JOIN observations x ON x.rowid IN
  (SELECT y.rowid FROM observations y WHERE y.measure = m.id AND y.area = 'GB'
   ORDER BY y.start DESC LIMIT {MOST})
  WHERE m.topic = ?1 AND (?2 = '' OR m.id = ?2))
ORDER BY o.measure, o.start, o."end", o.breakdown, o.source
"""

COMPANIES = """
WHERE o.rowid IN (SELECT (SELECT x.rowid FROM observations x WHERE x.series = s.id
    ORDER BY x.start DESC LIMIT 1)
  FROM series s WHERE s.measure = 'company_requests' AND s.area = 'GB' AND s.requester = '_T')
ORDER BY h.label, o.breakdown <> '_T', o.breakdown, o.start, o."end"
"""

LONGEST = """
SELECT holder FROM series WHERE measure = 'company_requests' AND area = 'GB' AND requester = '_T'
GROUP BY holder ORDER BY sum(observations) DESC, holder LIMIT 1
"""


def topic_figures(db: sqlite3.Connection, topic: str, measure: str = "") -> list[Figure]:
    """Return the newest British figures of a topic, or of one measure of it, in order of time."""
    return figures(db, TOPIC, [topic, measure])


def newest_of_companies(db: sqlite3.Connection) -> list[Figure]:
    """Return the newest figure of each series of requests from the United Kingdom, by company."""
    return figures(db, COMPANIES)


def longest_company(db: sqlite3.Connection, breakdowns: Sequence[str]) -> list[Figure]:
    """Return the figures of the company with most of them, as far as broken down like this."""
    holder = db.execute(LONGEST).fetchone()
    if not holder:
        return []
    marks = ", ".join("?" * len(breakdowns))
    where = (
        "WHERE o.measure = 'company_requests' AND o.requester = '_T' AND o.holder = ? "
        f"AND o.area = 'GB' AND o.breakdown IN ({marks}) ORDER BY o.start, o.\"end\" LIMIT {MOST}"
    )
    return figures(db, where, [holder[0], *breakdowns])


def authorities_using_power(db: sqlite3.Connection) -> list[Figure]:
    """Return how many authorities used the power, by year."""
    return figures(
        db,
        "WHERE o.measure = 'authorities_using_power' AND o.requester = ? AND o.breakdown = ? "
        "AND o.area = 'GB' ORDER BY o.start",
        [TOTAL, TOTAL],
    )


def named_bodies(db: sqlite3.Connection) -> sqlite3.Row:
    """Return how many named authorities and operators have at least one figure."""
    row: sqlite3.Row = db.execute(
        "SELECT sum(b.as_requester > 0 AND t.side = 'authority') AS authorities, "
        "sum(b.as_holder > 0 AND t.side = 'operator') AS operators "
        "FROM bodies b JOIN body_types t ON t.id = b.body_type"
    ).fetchone()
    return row


def newest_changes(db: sqlite3.Connection, limit: int = 6) -> list[sqlite3.Row]:
    """Return what changed last, revisions and corrections before mere additions."""
    return db.execute(
        "SELECT * FROM changes ORDER BY edition DESC, kind = 'new', id LIMIT ?", [limit]
    ).fetchall()


def counts(db: sqlite3.Connection) -> sqlite3.Row:
    """Return how much the edition holds, disputes and known errors included."""
    row: sqlite3.Row = db.execute(
        "SELECT (SELECT sum(observations) FROM measures) AS figures, "
        "(SELECT count(*) FROM sources WHERE observations > 0) AS sources, "
        "(SELECT count(*) FROM conflicts) AS conflicts, "
        "(SELECT count(*) FROM changes WHERE edition = (SELECT max(edition) FROM changes)) "
        "AS changes, "
        "(SELECT count(*) FROM corrections) AS corrections"
    ).fetchone()
    return row


def register(db: sqlite3.Connection, topic: str) -> list[sqlite3.Row]:
    """Return known errors and conflicts that touch figures of a topic."""
    return db.execute(
        "SELECT DISTINCT 'error' AS kind, c.id, c.title, c.reason AS text, c.printed, c.expected, "
        "c.state, f.observation FROM corrections c "
        "JOIN correction_figures f ON f.correction = c.id "
        "JOIN observations o ON o.id = f.observation JOIN measures m ON m.id = o.measure "
        "WHERE m.topic = ? GROUP BY c.id UNION ALL "
        "SELECT 'conflict', c.id, c.title, c.explanation, '', '', '', min(s.observation) "
        "FROM conflicts c JOIN conflict_sides s ON s.conflict = c.id "
        "JOIN observations o ON o.id = s.observation JOIN measures m ON m.id = o.measure "
        "WHERE m.topic = ? GROUP BY c.id ORDER BY 1, 3",
        [topic, topic],
    ).fetchall()
