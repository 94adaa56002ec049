"""What the home page asks: the newest figure of each question, and what is not in hand."""

import sqlite3

from portal.core.observations import TOTAL
from portal.store.reading.figures import Figure, figures


def topic_figures(db: sqlite3.Connection, topic: str, more: str = "") -> list[Figure]:
    """Return all figures of a topic in order of measure and time; `more` is a condition of ours."""
    where = "WHERE o.measure IN (SELECT id FROM measures WHERE topic = ?) "
    return figures(
        db, where + more + ' ORDER BY o.measure, o.start, o."end", o.breakdown, o.source', [topic]
    )


def uk_company_figures(db: sqlite3.Connection) -> list[Figure]:
    """Return what companies say of requests from the United Kingdom, by company and time."""
    return figures(
        db,
        "WHERE o.measure = 'company_requests' AND o.area = 'GB' AND o.requester = ? "
        'ORDER BY h.label, o.breakdown <> ?, o.breakdown, o.start, o."end"',
        [TOTAL, TOTAL],
    )


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
        "SELECT (SELECT count(*) FROM observations) AS figures, "
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
