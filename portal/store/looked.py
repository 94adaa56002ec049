"""The newest look at each source that found nothing new: a note beside the store, not in it.

What has not changed costs no write to the store. So that a person still sees when a source was last
asked, `looked.json` keeps one look for each, after which recorded look it was made, and no more.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from portal.store.archive import write_whole
from portal.store.desk import Desk

NAME = "looked.json"


def keep(db: Desk, look: Any, after: int) -> bool:
    """Note a look that came after the recorded look `after`; False for a store without a folder."""
    path = _path(db)
    if path is None:
        return False
    noted = {**_held(path), look.source: {"after": after, "look": asdict(look)}}
    write_whole(path, json.dumps(noted, ensure_ascii=False, indent=1).encode(), mode=0o600)
    return True


def newest(db: Desk, source: str, after: int) -> dict[str, Any] | None:
    """The noted look at a source, as long as none was recorded since."""
    path = _path(db)
    noted = _held(path).get(source) if path else None
    return noted["look"] if noted and noted["after"] == after else None


def _path(db: Desk) -> Path | None:
    """Beside the store's own file; a store in memory has none."""
    file = next(row[2] for row in db.conn.execute("PRAGMA database_list") if row[1] == "main")
    return Path(file).with_name(NAME) if file else None


def _held(path: Path) -> dict[str, Any]:
    """What was noted; without a note, or with a damaged one, only the recorded looks count."""
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
