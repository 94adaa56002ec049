"""Asking the audit trail, which nobody changes: by actor, by object, the newest first."""

import sqlite3
from dataclasses import dataclass

from portal.store.desk import Desk
from portal.store.private import rows

WHERE = (
    "(:actor = '' OR actor = :actor) AND (:action = '' OR action = :action)"
    " AND (:object = '' OR substr(object, 1, length(:object)) = :object)"
)
PAGE = f"""
SELECT id, recorded_at, actor, action, object, detail FROM audit WHERE {WHERE}
ORDER BY id DESC LIMIT :limit OFFSET :offset
"""


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of the trail, and how many lines there are in all."""

    lines: list[sqlite3.Row]
    count: int


def lines(db: Desk, actor: str, action: str, object: str, limit: int, offset: int) -> Lines:
    """The lines of an actor and an action on objects that begin so; empty words stand for all."""
    given = {"actor": actor, "action": action, "object": object}
    count = next(rows(db, f"SELECT count(*) FROM audit WHERE {WHERE}", **given))[0]
    return Lines(list(rows(db, PAGE, **given, limit=limit, offset=offset)), int(count))


def actions(db: Desk) -> list[str]:
    """Every action that was ever written down."""
    return [row[0] for row in rows(db, "SELECT DISTINCT action FROM audit ORDER BY action")]
