"""`portal watch`: runs what is due, again and again.

A source is looked at about thirty times in its own period: one that publishes monthly each day, a
half-yearly one every six days, a yearly one every twelve. So a new publication is seen soon, and so
is a silent change to an old one; a look at what has not changed costs one conditional request a
file. A source that failed is asked again at most daily: after one day, then two, four and at last
every seven, until it answers as it should. `portal scrape NAME` does not wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType

from portal.ingest.registry import source_of
from portal.store.desk import Desk
from portal.store.private import looks

A_LOOK = timedelta(days=1)  # for each month between two publications
# A nightly timer does not start to the minute: what is due this night shall not wait for the next.
EARLY = timedelta(hours=3)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(days=1), timedelta(days=7)
# Between two rounds nobody sleeps longer: words, modules and the clock may have changed.
LONGEST_SLEEP, SHORTEST_SLEEP = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Due:
    """When a source is to be looked at next, whether that is now, and its failures in a row."""

    module: ModuleType
    at: datetime
    failures: int = 0
    now: bool = True


def plan(db: Desk, modules: Sequence[ModuleType], now: datetime) -> list[Due]:
    """When each source is due, the earliest first; one that was never looked at is due now."""
    found = [_due(db, module, now) for module in modules]
    return sorted(found, key=lambda due: (due.at, source_of(due.module).id))


def _due(db: Desk, module: ModuleType, now: datetime) -> Due:
    source = source_of(module)
    past = looks(db, source.id)
    if not past:
        return Due(module, now)
    failures = 0
    while failures < len(past) and past[failures]["outcome"] == "failed":
        failures += 1
    ended = datetime.fromisoformat(past[0]["ended_at"])
    # A clock that was set back must not make a source wait for a time that never comes.
    at = min(ended, now) + pause(source.months, failures)
    return Due(module, at, failures, at <= now)


def pause(months: int, failures: int) -> timedelta:
    """How long after a look the next is due."""
    if failures:
        return min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    return months * A_LOOK - EARLY


def wait(following: datetime, now: datetime) -> float:
    """Seconds to sleep until the next round."""
    return min(max(following - now, SHORTEST_SLEEP), LONGEST_SLEEP).total_seconds()


def utc() -> datetime:
    """The present time."""
    return datetime.now(UTC)
