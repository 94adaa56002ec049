"""What an interrupted run leaves behind, so that the next one asks for nothing twice."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal.store.archive import write_whole
from portal.store.desk import now

NAME = "run.json"
# What was fetched longer ago than this is asked for again, interrupted or not.
FRESH = timedelta(days=1)


@contextmanager
def going_on(var: Path, sources: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Yield for each source since when it is being run: earlier than now where a run broke off.

    The marker is written before the first request and taken away after the last look. Whatever
    ends the run in between, a kill too, leaves it there.
    """
    path = var / NAME
    began = {**dict.fromkeys(sources, now()), **_unfinished(path)}
    _write(path, began)
    yield began
    _write(path, {id: since for id, since in began.items() if id not in sources})


def _unfinished(path: Path) -> dict[str, str]:
    """The sources whose last run broke off, and when it began; a damaged marker says nothing."""
    oldest = (datetime.now(UTC) - FRESH).isoformat(timespec="seconds")
    try:
        held = json.loads(path.read_bytes())
        return {str(id): str(since) for id, since in held.items() if str(since) > oldest}
    except (OSError, ValueError, AttributeError):
        return {}


def _write(path: Path, began: Mapping[str, str]) -> None:
    if began:
        write_whole(path, json.dumps(began, indent=1).encode())
    else:
        path.unlink(missing_ok=True)
