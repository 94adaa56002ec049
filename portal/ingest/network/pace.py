"""One request at a time for each host, with a pause after it, across all processes of one house."""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.core.errors import AskedToWait
from portal.ingest.network.addresses import Address
from portal.ingest.network.limits import Limits


class Pace:
    """Hands out turns. The file of a host is locked during its turn and says when the next may be.

    The file holds two wall-clock times: when it was written, and until when nobody may ask. The
    first tells a clock that was set back, so that nobody waits for a time that never comes.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        say: Callable[[str], None],
    ) -> None:
        self.folder, self.limits = folder, limits
        self.clock, self.sleep, self.say = clock, sleep, say

    @contextmanager
    def turn(self, address: Address, pause: float) -> Iterator["Turn"]:
        """Wait for the host's next turn and hold it; afterwards nobody asks for `pause` seconds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / re.sub(r"[^a-z0-9._-]", "_", address.host)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._lock(handle, address)
            self._wait(handle, address)
            turn = Turn(pause)
            try:
                yield turn
            finally:
                now = self.clock()
                os.pwrite(handle, f"{now:020.6f} {now + turn.pause:020.6f}\n".encode(), 0)
        finally:
            os.close(handle)

    def _lock(self, handle: int, address: Address) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.say(f"{address.host}: another request is under way; waiting for it to end")
            fcntl.flock(handle, fcntl.LOCK_EX)

    def _wait(self, handle: int, address: Address) -> None:
        written, until = _times(os.pread(handle, 64, 0))
        left = until - max(written, self.clock())
        if left > self.limits.wait:
            raise AskedToWait(
                address.text, f"a pause of at most {self.limits.wait:g} s", f"{left:.0f} s to go"
            )
        if left > 0:
            if left > self.limits.crawl_delay:
                self.say(f"{address.host} asked us to wait; going on in {left:.0f} s")
            self.sleep(left)


class Turn:
    """One turn; whoever holds it may lengthen the pause that follows."""

    def __init__(self, pause: float) -> None:
        self.pause = pause

    def lengthen(self, seconds: float) -> None:
        """Let nobody ask this host for so many seconds."""
        self.pause = max(self.pause, seconds)


def _times(content: bytes) -> tuple[float, float]:
    """The two times of a pace file; a new or damaged one lets the next request go at once."""
    try:
        written, until = map(float, content.split())
    except ValueError:
        return 0, 0
    return written, until
