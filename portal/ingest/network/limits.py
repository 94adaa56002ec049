"""What the network client puts up with: sizes, times, tries. In one table, so tests shrink it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and seconds. The defaults fit every publisher we know with room to spare."""

    raw: int = 50_000_000  # bytes of one answer as sent, headers included
    decoded: int = 200_000_000  # bytes once unpacked: a gzip body, or all members of a zip
    ratio: int = 200  # unpacked to packed; spreadsheets stay below 50, a bomb has 1000
    ratio_from: int = 1_000_000  # below this many unpacked bytes no ratio is looked at
    members: int = 5_000  # files in one zip
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
