"""Roll-ups: what a page would have to count over all series, counted once."""

import sqlite3
from typing import Any

HOLDINGS = """
SELECT '{role}', {role}, measure, sum(observations),
  sum(CASE WHEN area = 'GB' THEN observations ELSE 0 END),
  coalesce(min(nullif(first_day, '')), ''), max(last_day),
  count(DISTINCT CASE WHEN area <> 'GB' AND breakdown = '_T' THEN area END)
FROM series WHERE {role} <> '_T' GROUP BY {role}, measure ORDER BY {role}, measure
"""


def holdings(conn: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return, for each body as one that asks and as one that is asked, what is held by measure."""
    roles = ("requester", "holder")
    return [row for role in roles for row in conn.execute(HOLDINGS.format(role=role))]
