"""Wrong sign-ins make the next one wait, longer each time, by name and by where they come from."""

import math
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from portal.desk.people.errors import Throttled
from portal.store import proofs
from portal.store.desk import Desk, transaction

# kind -> how many wrong tries cost nothing; after that 2, 4, 8 … seconds up to the longest wait.
FREE = {"name": 4, "origin": 15}
LONGEST_WAIT = 900


def begin(db: Desk, name: str, origin: str) -> int:
    """Write a try down and return its number; raises Throttled while one must wait.

    A try counts as wrong until it is found right, so that many at once count as many.
    """
    with transaction(db) as conn:
        asked = {"name": name, "origin": origin}
        waits = [_left(proofs.tries(conn, kind, asked[kind]), FREE[kind]) for kind in FREE]
        wait = max(waits)
        if not wait:
            return proofs.begin_try(conn, name, origin)
    raise Throttled(
        f"Too many sign-ins were wrong. The next is looked at in {_words(wait)}; "
        "until then nothing that is typed here counts. A passkey is asked for at once.",
        wait,
    )


def good(db: Desk, number: int) -> None:
    """A try was right."""
    proofs.good_try(db, number)


def wait_after(wrong: int, free: int) -> int:
    """How many seconds the next try waits after so many wrong ones."""
    over = wrong - free
    return 0 if over <= 0 else min(2**over if over < 12 else LONGEST_WAIT, LONGEST_WAIT)


def _left(tries: proofs.Tries, free: int) -> int:
    wait = wait_after(tries.count, free)
    if not wait:
        return 0
    since = (datetime.now(UTC) - datetime.fromisoformat(tries.last)).total_seconds()
    # A clock that was set back must not lock anybody out for longer than the wait itself.
    return max(0, math.ceil(min(wait, wait - since)))


def _words(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def origin(address: str) -> str:
    """Where a request comes from, no closer than its network: what is kept names no machine."""
    try:
        given = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(given, IPv6Address) and given.ipv4_mapped:
        given = given.ipv4_mapped
    bits = 24 if isinstance(given, IPv4Address) else 48
    return str(ip_network((given, bits), strict=False))
