"""robots.txt by RFC 9309: a missing one allows all, one that cannot be had forbids for now."""

from dataclasses import dataclass

from protego import Protego

from portal.core.errors import (
    AskedToWait,
    BadStatus,
    Disallowed,
    FetchError,
    ForbiddenAddress,
    TooSlow,
    Unreachable,
    Untrusted,
)
from portal.ingest.network.addresses import Address

NAME = "RetentionWatch"
LENGTH = 500_000  # RFC 9309 lets a reader stop there
KEPT = 24 * 3600.0  # seconds for which an answer holds
KEPT_FAILURE = 600.0


@dataclass(frozen=True, slots=True)
class Robots:
    """What one host's robots.txt says to us; `problem` is why there is none to go by."""

    rules: Protego | None
    until: float
    problem: FetchError | None = None

    def check(self, address: Address) -> None:
        """Raise unless we may ask this address; a host that cannot be asked at all says so."""
        if isinstance(self.problem, Unreachable | Untrusted | TooSlow):
            found = f"{self.problem.found} (asked for robots.txt)"
            raise type(self.problem)(address.text, self.problem.expected, found)
        if self.problem:
            raise Disallowed(address.text, "a robots.txt that answers", self.problem)
        if self.rules is not None and not self.rules.can_fetch(address.text, NAME):
            raise Disallowed(address.text, "an address that robots.txt allows", "Disallow")

    @property
    def delay(self) -> float:
        """Seconds between requests that the host asks for."""
        if self.rules is None:
            return 0
        rate = self.rules.request_rate(NAME)
        spread = rate.seconds / rate.requests if rate and rate.requests else 0
        return max(float(self.rules.crawl_delay(NAME) or 0), float(spread))


def read_robots(content: bytes, now: float) -> Robots:
    """Read a robots.txt; lines that are no rules, even a whole HTML page, forbid nothing."""
    text = content[:LENGTH].decode("utf-8-sig", "replace")
    return Robots(Protego.parse(text), now + KEPT)


def without_robots(problem: FetchError, now: float) -> Robots:
    """What follows from a robots.txt that we did not get; a forbidden address is raised again."""
    if isinstance(problem, ForbiddenAddress | AskedToWait):
        raise problem
    if isinstance(problem, BadStatus) and problem.status // 100 == 4 and problem.status != 429:
        return Robots(None, now + KEPT)
    return Robots(None, now + KEPT_FAILURE, problem)
