"""The one network client: says who we are, asks slowly, takes a document whole or not at all.

with Client(settings) as client:
    snapshot = client.get("https://www.example.gov.uk/requests.csv", expect="csv")
"""

import ssl
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from random import random
from types import TracebackType
from typing import Self

import httpx

from portal import __version__
from portal.config import Settings
from portal.core.errors import (
    BadRedirect,
    BadStatus,
    FetchError,
    ForbiddenAddress,
    TooSlow,
    Truncated,
    Unreachable,
)
from portal.core.sources import Snapshot
from portal.ingest.network import addresses, bodies, kinds
from portal.ingest.network.addresses import Address, Resolve, Rules
from portal.ingest.network.charsets import media_type
from portal.ingest.network.limits import Limits
from portal.ingest.network.pace import Pace, Turn
from portal.ingest.network.robots import NAME, Robots, read_robots, without_robots
from portal.ingest.network.transport import Transport

REDIRECTS = (301, 302, 303, 307, 308)
PASSING = (429, 500, 502, 503, 504)  # worth another try
RETRIED = (Unreachable, TooSlow, Truncated)
UTF8 = ("utf-8",)


@dataclass(frozen=True, slots=True)
class Known:
    """What we hold of an address: its validators, the archived hash, and where it answered from."""

    address: str
    sha256: str
    etag: str = ""
    last_modified: str = ""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """What to remember of a snapshot."""
        headers = snapshot.headers
        etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
        return cls(headers["final-address"], snapshot.sha256, etag, modified)

    def conditions(self, address: str) -> dict[str, str]:
        """The headers of a conditional request; none for another address than the one we hold."""
        if address != self.address:
            return {}
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The publisher says that what we hold is still what there is."""

    address: str
    fetched_at: str
    known: Known


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one request: a document, 304, or a redirect. `headers` as they were sent."""

    status: int
    headers: Mapping[str, str]
    body: bodies.Body


class Client:
    """Asks publishers. `hosts` names the only ones it may ask; `allow` is for tests and odd ports.

    `clock`, `sleep` and `random` serve the pauses; the time limits on the wire are always real.
    One client is for one thread; other processes with the same `var` keep the same pace.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        hosts: Collection[str] | None = None,
        allow: Collection[str] = (),
        limits: Limits | None = None,
        resolve: Resolve = addresses.resolve,
        tls: ssl.SSLContext | None = None,
        say: Callable[[str], None] = lambda text: None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = random,
    ) -> None:
        self.rules, self.resolve = Rules(tuple(allow), hosts), resolve
        self.limits = limits or Limits()
        self.say, self.clock, self.random = say, clock, random
        self.pace = Pace(settings.var / "pace", self.limits, clock, sleep, say)
        self._robots: dict[str, Robots] = {}
        self._transport = Transport(self.limits, tls)
        self._http = httpx.Client(
            transport=self._transport, trust_env=False, headers=identity(settings)
        )
        self._http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the client."""
        self._http.close()

    def get(
        self,
        address: str,
        *,
        known: Known | None = None,
        expect: str = "",
        charsets: Sequence[str] = UTF8,
    ) -> Snapshot | Unchanged:
        """Ask for one document; raises the FetchError that says what was wrong with the answer.

        `expect` is one of csv, json, html, pdf, zip, xlsx, ods; without it the ending of the
        address counts, else the declared type. `charsets` are tried, in order, where a text
        declares none: ("utf-8", "cp1252") for a publisher who writes both.
        """
        final, answer = self._follow(address, known)
        fetched_at = datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="seconds")
        if answer.status == 304 and known is not None:
            self.say(f"{address}: unchanged")
            return Unchanged(address, fetched_at, known)
        headers = {**answer.headers, "final-address": final.text}
        header = headers.get("content-type", "")
        kind = kinds.expected_kind(expect, (address, final.text), header)
        bodies.prove(address, answer.body, kind)
        content = answer.body.content
        encoding = kinds.check(address, content, kind, header, charsets, self.limits)
        if encoding:
            headers["encoding"] = encoding
        self.say(f"{address}: {len(content)} bytes")
        return Snapshot(address, content, fetched_at, media_type(header)[0], headers=headers)

    def _follow(self, text: str, known: Known | None) -> tuple[Address, Answer]:
        """Ask, and go where the answer points; each address is checked like the first."""
        address = addresses.read_address(text, self.rules)
        for _ in range(self.limits.redirects + 1):
            robots = self._robots_of(address)
            robots.check(address)
            conditions = known.conditions(address.text) if known else {}
            answer = self._ask(address, conditions, robots.delay)
            if answer.status not in REDIRECTS:
                return address, answer
            address = self._redirected(address, answer)
        raise BadRedirect(text, f"at most {self.limits.redirects} redirects", "more")

    def _redirected(self, address: Address, answer: Answer) -> Address:
        location = answer.headers.get("location", "")
        if not location:
            raise BadRedirect(address.text, "a redirect that says where to", answer.status)
        try:
            target = addresses.read_address(addresses.joined(address, location), self.rules)
        except ForbiddenAddress as problem:
            raise BadRedirect(address.text, "a redirect to a public address", problem) from problem
        if address.scheme == "https" and target.scheme == "http":
            raise BadRedirect(address.text, "a redirect that stays with https", target.text)
        self.say(f"{address.text}: redirected to {target.text}")
        return target

    def _robots_of(self, address: Address) -> Robots:
        known = self._robots.get(address.origin)
        if known is None or known.until <= self.clock():
            known = self._ask_robots(address)
            self._robots[address.origin] = known
        return known

    def _ask_robots(self, address: Address) -> Robots:
        """Ask a host for its robots.txt; its redirects are followed, whatever those hosts' say."""
        asked = addresses.read_address(f"{address.origin}/robots.txt", self.rules)
        try:
            for _ in range(self.limits.redirects + 1):
                answer = self._ask(asked, {}, 0)
                if answer.status not in REDIRECTS:
                    return read_robots(answer.body.content, self.clock())
                asked = self._redirected(asked, answer)
            raise BadRedirect(asked.text, f"at most {self.limits.redirects} redirects", "more")
        except FetchError as problem:
            return without_robots(problem, self.clock())

    def _ask(self, address: Address, conditions: Mapping[str, str], delay: float) -> Answer:
        """Ask one address, again where that may help; the pace file makes the pauses between."""
        pause = max(self.limits.interval, min(delay, self.limits.crawl_delay))
        attempt = 0
        while True:
            attempt += 1
            with self.pace.turn(address, pause) as turn:
                try:
                    return self._exchange(address, conditions)
                except FetchError as problem:
                    again = self._again(problem, turn, attempt)
                    if not again or attempt == self.limits.tries:
                        raise
                    self.say(f"{problem}; try {attempt} of {self.limits.tries}")

    def _again(self, problem: FetchError, turn: Turn, attempt: int) -> bool:
        """Whether another try may help; lengthens the pause by what was asked, else doubling."""
        if isinstance(problem, BadStatus) and problem.status in PASSING:
            asked = retry_after(problem.retry_after, self.clock())
        elif isinstance(problem, RETRIED):
            asked = None
        else:
            return False
        backoff = 2.0 ** (attempt - 1) * (1 + self.random())
        turn.lengthen(backoff if asked is None else min(asked, self.limits.hold))
        return True

    def _exchange(self, address: Address, conditions: Mapping[str, str]) -> Answer:
        """One request and its answer, read to the end."""
        self._transport.aim(address, addresses.checked_ips(address, self.rules, self.resolve))
        try:
            url = httpx.URL(address.text)
        except httpx.InvalidURL as problem:
            raise ForbiddenAddress(address.text, "an address", problem) from problem
        try:
            with self._http.stream("GET", url, headers=dict(conditions)) as response:
                return self._answer(address, response, bool(conditions))
        except (httpx.RemoteProtocolError, httpx.InvalidURL) as problem:
            # httpx reads Location even when it does not follow it
            raise BadRedirect(address.text, "a redirect to an address", problem) from problem

    def _answer(self, address: Address, response: httpx.Response, conditional: bool) -> Answer:
        bodies.check_headers(address.text, response)
        status, headers = response.status_code, readable(response.headers)
        if (status == 304 and conditional) or status in REDIRECTS:
            return Answer(status, headers, bodies.Body(b"", True))
        if status != 200:
            told = headers.get("retry-after", "")
            raise BadStatus(address.text, "status 200", status, status, told)
        return Answer(status, headers, bodies.receive(address.text, response, self.limits))


def identity(settings: Settings) -> dict[str, str]:
    """The headers that say who we are and what we take."""
    return {
        "User-Agent": f"{NAME}/{__version__} (+{settings.site}; {settings.contact})",
        "From": settings.contact,
        "Accept": "*/*",
        "Accept-Encoding": "gzip, identity",
        "Connection": "close",
    }


def readable(headers: httpx.Headers) -> dict[str, str]:
    """An answer's headers as kept with the snapshot; cookies are nobody's business."""
    return {name: value for name, value in headers.items() if name != "set-cookie"}


def retry_after(text: str, now: float) -> float | None:
    """Seconds to wait, from a Retry-After in seconds or as a date; None when it does not read."""
    if text.strip().isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, date.timestamp() - now)
