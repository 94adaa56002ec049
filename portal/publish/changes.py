"""What changed, for readers: every import that brought something and every revision."""

import json
from collections.abc import Iterator
from typing import Any

from portal.store.desk import Desk

from portal.store.private import rows

IMPORTS = """
SELECT i.*, (SELECT min(e.number) FROM editions e WHERE e.last_import >= i.id) AS edition
FROM imports i WHERE i.new + i.revised + i.withdrawn > 0 ORDER BY i.id
"""

LATER_READINGS = """
SELECT g.*, b.value AS was, b.low AS was_low, b.high AS was_high, b.status AS was_status,
  i.recorded_at,
  (SELECT min(e.number) FROM editions e WHERE e.last_import >= i.id) AS edition
FROM readings g JOIN imports i ON i.id = g.import
JOIN readings b ON b.observation = g.observation AND b.revision = g.revision - 1
JOIN decisions d ON d.observation = g.observation AND d.revision = g.revision
  AND d.verdict = 'approved'
ORDER BY g.import, g.observation
"""


def changes(db: Desk, number: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the table `changes`; what no edition has shown yet belongs to `number`."""
    found = [*_imports(db, number), *_revisions(db, number)]
    for id, change in enumerate(sorted(found, key=lambda c: c[0]), 1):
        yield (id, *change[1:])


def _imports(db: Desk, number: int) -> Iterator[tuple[Any, ...]]:
    for row in rows(db, IMPORTS):
        if not row["name"].startswith("figures/") or not row["new"]:
            continue
        title = f"{row['new']:,} new figures in {row['name'].removeprefix('figures/')}"
        day = row["recorded_at"][:10]
        order = (row["id"], 0, "")
        yield order, row["edition"] or number, "new", title, "", None, day


def _revisions(db: Desk, number: int) -> Iterator[tuple[Any, ...]]:
    for row in rows(db, LATER_READINGS):
        reads = {"value": row["value"], "low": row["low"], "high": row["high"]}
        detail = {
            "was": {"value": row["was"], "low": row["was_low"], "high": row["was_high"]},
            "was_status": row["was_status"],
            "is": reads,
            "is_status": row["status"],
            "explanation": row["explanation"],
        }
        title = f"{row['period']}: {row['reason'].replace('_', ' ')}"
        order = (row["import"], 1, row["observation"])
        text = json.dumps(detail, sort_keys=True)
        day = row["recorded_at"][:10]
        yield order, row["edition"] or number, row["reason"], title, text, row["observation"], day
