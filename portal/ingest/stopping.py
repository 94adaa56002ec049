"""Ending in order: Ctrl-C and SIGTERM are a wish that is met between two documents."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

SLICE = 0.2  # seconds within which a wish is noticed while nothing happens


class Stopped(KeyboardInterrupt):
    """The run ended in order because it was asked to; the next run goes on where it ended."""


@dataclass(slots=True)
class Stop:
    """Whether somebody asked to end, and by which signal."""

    signal: int = 0

    def check(self) -> None:
        """Raise Stopped once somebody asked to end; called where nothing is half done."""
        if self.signal:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Sleep, but not past the wish to end."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, SLICE))
        self.check()

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Take the signal down; whoever sends it a second time does not want to wait."""
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number


@contextmanager
def orderly() -> Iterator[Stop]:
    """While inside, Ctrl-C and SIGTERM end the run in order instead of anywhere."""
    stop = Stop()
    before = {each: signal.signal(each, stop.ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
