"""What one answer may cost: seconds of SQL and bytes fetched, counted while rows are read."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

ANSWER_BYTES = 5_000_000
# What a cell costs beside its text: the object that holds it, its place in JSON or HTML.
CELL_BYTES = 40
TOO_LARGE = "The answer is larger than 5 MB. Ask for fewer rows or columns, or download the tables."
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# A statement that ignores its deadline for so long ends the process; the next one takes over.
STUCK_SECONDS = 3.0


@dataclass(slots=True)
class Budget:
    """What is left for one answer."""

    seconds: float
    bytes: int = ANSWER_BYTES
    functions: int = 0
    # In a CSV file a text that a spreadsheet would run is marked as text.
    formulas: bool = True
    problem: str = ""

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Take off the seconds that this block runs."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds -= time.monotonic() - begun

    def spend(self, count: int) -> None:
        """Take bytes off; raises sqlite3.OperationalError once the answer is too large."""
        self.bytes -= count
        if self.bytes < 0:
            raise sqlite3.OperationalError(TOO_LARGE)


CURRENT: ContextVar[Budget] = ContextVar("budget")


@dataclass(slots=True)
class Watch:
    """Interrupts each statement at its deadline, whatever it is doing."""

    running: dict[int, tuple[sqlite3.Connection, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to watch, in a thread that ends with the process."""
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    @contextmanager
    def limit(self, connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
        """Interrupt what the connection runs within this block after so many seconds."""
        with self.lock:
            self.running[id(connection)] = (connection, time.monotonic() + seconds)
        self.busy.set()
        try:
            yield
        finally:
            with self.lock:
                del self.running[id(connection)]

    def _watch(self) -> None:
        while self.busy.wait():
            time.sleep(0.02)
            # Under the lock: an interrupt must not reach the statement that comes next.
            with self.lock:
                now = time.monotonic()
                for connection, deadline in self.running.values():
                    if now > deadline:
                        connection.interrupt()
                    if now > deadline + STUCK_SECONDS:
                        os._exit(os.EX_TEMPFAIL)
                if not self.running:
                    self.busy.clear()
