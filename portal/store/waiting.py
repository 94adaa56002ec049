"""How much waits at the desk, for its first page."""

from dataclasses import dataclass

from portal.store.desk import Desk
from portal.store.private import rows

WAITING = """
SELECT
  (SELECT count(*) FROM documents WHERE state IN ('received', 'reading')) AS reading,
  (SELECT count(*) FROM documents WHERE state = 'quarantined') AS quarantined,
  (SELECT count(*) FROM proposals WHERE state = 'open') AS open,
  (SELECT count(*) FROM proposals WHERE state = 'single') AS single,
  (SELECT count(*) FROM proposals WHERE state IN ('disputed', 'asked')) AS disputed,
  (SELECT count(*) FROM reports WHERE state = 'open') AS reports,
  (SELECT count(*) FROM jobs WHERE state = 'failed') AS failed
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Documents being read or held back, figures by what they still need, reports, failed jobs."""

    reading: int
    quarantined: int
    open: int
    single: int
    disputed: int
    reports: int
    failed: int


def waiting(db: Desk) -> Waiting:
    """Count what waits now."""
    return Waiting(*next(rows(db, WAITING)))
