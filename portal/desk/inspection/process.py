"""A walled-off process: started with a document in memory, listened to, killed when over."""

import json
import os
import selectors
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from portal.desk.inspection.limits import MB
from portal.desk.inspection.nursery import Nursery, borrowed

WORKER = Path(__file__).with_name("worker.py")
FRAME = struct.Struct(">cQ")
Help = Callable[[bytes, float], bytes]


class Late(Exception):
    """A process that was killed because its time was over."""


class Garbage(Exception):
    """An answer that is not what a worker writes."""


class Ended(Exception):
    """A process that ended before its answer was whole: its exit code, or minus its signal."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one job may use: seconds by the clock and of processor, bytes of memory and answer."""

    seconds: float = 10.0
    processor: int = 10
    memory: int = 512 * MB
    answer: int = 128 * MB


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker said, before anyone has checked a word of it."""

    said: dict[str, object]
    blobs: list[bytes]


def ask(
    asked: dict[str, object],
    content: bytes,
    allowance: Allowance,
    help: Help | None = None,
    worker: Path = WORKER,
    each: Callable[[bytes], bytes] = bytes,
) -> Answer:
    """Return the answer to one job; `help` does for it what it may not do itself.

    `each` is done with every blob as it comes; what it returns is kept.
    """
    with _started(asked, content, allowance, worker) as pipe:
        helped = 0
        while True:
            kind, payload = pipe.frame()
            if kind == b"A":
                said = json.loads(payload)
                if not isinstance(said, dict):
                    raise Garbage("not an object")
                return Answer(said, [each(pipe.blob()) for _ in range(_count(said))])
            if kind != b"R" or help is None or helped >= 200:
                raise Garbage("frame")
            helped += 1
            found = help(payload, pipe.left())
            pipe.tell(struct.pack(">Q", len(found)) + found)


def run(
    asked: dict[str, object], content: bytes, allowance: Allowance, worker: Path = WORKER
) -> tuple[dict[str, object], bytes]:
    """Return what a worker said of itself, and all that the program it became wrote."""
    with _started(asked, content, allowance, worker) as pipe:
        kind, payload = pipe.frame()
        said = json.loads(payload)
        if kind != b"A" or not isinstance(said, dict):
            raise Garbage("frame")
        return said, pipe.rest()


def _count(said: dict[str, object]) -> int:
    number = said.get("count", 0)
    if not isinstance(number, int) or not 0 <= number <= 10_000:
        raise Garbage("count")
    return number


class _Pipe:
    """The answer as it comes; every wait has its end and every size its limit."""

    def __init__(
        self,
        nursery: Nursery,
        answer: int,
        reply: int,
        ready: selectors.BaseSelector,
        allowance: Allowance,
    ) -> None:
        self.nursery, self.file, self.reply, self.ready = nursery, answer, reply, ready
        self.deadline, self.most = monotonic() + allowance.seconds, allowance.answer

    def left(self) -> float:
        """Seconds until the time is over."""
        return max(0.0, self.deadline - monotonic())

    def frame(self) -> tuple[bytes, bytes]:
        """Return the kind and the payload of the next message."""
        kind, size = FRAME.unpack(self._take(FRAME.size))
        return kind, self._take(size)

    def blob(self) -> bytes:
        """Return the payload of a message that must be bytes."""
        kind, payload = self.frame()
        if kind != b"B":
            raise Garbage("blob")
        return payload

    def tell(self, content: bytes) -> None:
        """Write to a worker that waits; one that does not listen runs out of its time."""
        os.set_blocking(self.reply, False)
        left = memoryview(content)
        with selectors.DefaultSelector() as ready, suppress(BrokenPipeError):
            ready.register(self.reply, selectors.EVENT_WRITE)
            while left:
                if not self.left() or not ready.select(self.left()):
                    raise Late
                left = left[os.write(self.reply, left) :]

    def rest(self) -> bytes:
        """Return all until the end; the process must end well."""
        pieces = []
        while piece := self._some(1 << 20):
            pieces.append(piece)
        self._ended()
        return b"".join(pieces)

    def _take(self, size: int) -> bytes:
        if size > self.most:
            raise Garbage("size")
        held = bytearray()
        while len(held) < size:
            piece = self._some(min(size - len(held), 1 << 20))
            if not piece:
                self._ended()
                raise Garbage("cut off")
            held += piece
        return bytes(held)

    def _some(self, size: int) -> bytes:
        if not self.left() or not self.ready.select(self.left()):
            raise Late
        piece = os.read(self.file, size)
        self.most -= len(piece)
        if self.most < 0:
            raise Garbage("size")
        return piece

    def _ended(self) -> None:
        code = self.nursery.ended()
        if code:
            raise Ended(code)


@contextmanager
def _started(
    asked: dict[str, object], content: bytes, allowance: Allowance, worker: Path
) -> Iterator[_Pipe]:
    header = json.dumps(asked).encode()
    with (
        borrowed(worker) as nursery,
        _document(struct.pack(">I", len(header)) + header, content) as given,
    ):
        (answer, writes), (hears, reply) = os.pipe(), os.pipe()
        try:
            try:
                nursery.bear(allowance.memory, allowance.processor, [given, writes, hears])
            finally:
                os.close(writes)
                os.close(hears)
            with selectors.DefaultSelector() as ready:
                ready.register(answer, selectors.EVENT_READ)
                yield _Pipe(nursery, answer, reply, ready, allowance)
        finally:
            os.close(answer)
            os.close(reply)


@contextmanager
def _document(header: bytes, content: bytes) -> Iterator[int]:
    """Hand the document over in memory, so that no file of it lies anywhere."""
    given = os.memfd_create("document")
    try:
        with os.fdopen(os.dup(given), "wb") as writing:
            writing.write(header)
            writing.write(content)
        os.lseek(given, 0, os.SEEK_SET)
        yield given
    finally:
        os.close(given)
