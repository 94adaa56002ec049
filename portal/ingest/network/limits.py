"""What the network client puts up with: sizes, times, tries. In one table, so tests shrink it."""

from dataclasses import dataclass

from portal.core.zips import Sizes


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """Bytes and seconds; what a zip may hold also holds for a gzip body."""

    raw: int = 50_000_000  # bytes of one answer as sent, headers included
    connect: float = 10
    headers: float = 30  # until the last header
    idle: float = 20  # without a single byte
    total: float = 300  # one answer, from connecting to its last byte
    redirects: int = 3
    tries: int = 5
    interval: float = 1  # pause between two requests to one host
    crawl_delay: float = 30  # the longest Crawl-delay that we obey as written
    wait: float = 900  # the longest Retry-After for which one run waits
    hold: float = 86_400  # the longest for which later runs leave a host alone
