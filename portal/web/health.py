"""The health of the sources, as this installation's last run wrote it down for the public."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.config import Settings


@dataclass(frozen=True, slots=True)
class Look:
    """One run over a source."""

    ended_at: str
    outcome: str
    documents: int
    new: int
    revised: int
    withdrawn: int
    held: int
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Health:
    """One scraped source as it stood after the last run; `since` is since when it fails."""

    id: str
    title: str
    publisher: str
    page: str
    licence: str
    proven: bool
    proof: str
    months: int
    state: str
    looked: str
    changed: str
    due: str
    since: str
    problems: list[str]
    waiting: int
    history: list[Look] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The state in words."""
        return {
            "new": "not looked at on this installation",
            "good": "good",
            "silent": "silent: nothing new although it is due",
            "failing": "failing",
        }.get(self.state, self.state)


def file(config: Settings) -> Path:
    """Where the facts stand."""
    return config.public / "health.json"


def stamp(config: Settings) -> str:
    """Changes whenever the facts do; empty while there are none."""
    try:
        stat = file(config).stat()
    except OSError:
        return ""
    return f"{stat.st_mtime_ns}-{stat.st_size}"


def health(config: Settings) -> dict[str, Health]:
    """Each source's health by its id; nothing when no run has written it down, or not whole."""
    try:
        given = json.loads(file(config).read_text("utf-8"))
        return {each["id"]: _one(each) for each in given["sources"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _one(given: dict[str, Any]) -> Health:
    return Health(**{**given, "history": [Look(**look) for look in given["history"]]})
