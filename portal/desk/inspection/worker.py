"""The nursery and its children: each child does one job with one document, walls first.

Started by nursery.py only: `python worker.py FOLDER LINE`. A child finds the header of its job and
the document on standard input; it answers in messages: a letter, a length, that many bytes.
"""

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from portal.desk.inspection import jobs, walls

WRITTEN = 16 * 1024 * 1024
PROCESSES = 4_096
# The longest a picture may take to be read for us.
MOST_WORDS = 16 * 1024 * 1024
Do = Callable[[dict[str, Any], bytes, jobs.Help], jobs.Done]


def nursery(folder: Path, line: socket.socket, do: Do = jobs.do) -> None:
    """Wait for jobs, have each done by a child of its own, until our parent is gone."""
    os.set_inheritable(line.fileno(), False)
    walls.leave_network()
    _preload()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    line.send(b"lasts" if walls.files_can_be_locked() else b"once")
    while True:
        limits, handles, _, _ = socket.recv_fds(line, 64, 3)
        if not limits:
            return _leave(folder)
        memory, seconds = map(int, limits.split())
        own = folder / "job"
        own.mkdir(mode=0o700)
        child = os.fork()
        if child == 0:
            line.close()
            _child(own, memory, seconds, handles, do)
        for handle in handles:
            os.close(handle)
        code = _wait(child, line)
        _cleared(own)
        if code is None:
            return _leave(folder)
        line.send(str(code).encode())


def _leave(folder: Path) -> None:
    """Tidy up for a parent that is gone; inside bubblewrap the folder goes by itself."""
    if folder != Path("/tmp"):
        shutil.rmtree(folder, ignore_errors=True)


def _wait(child: int, line: socket.socket) -> int | None:
    """Return how the child ended once our parent wants to know, None when our parent is gone."""
    told = line.recv(64)
    with contextlib.suppress(ProcessLookupError):
        # one that has ended waits for us as a zombie, so the number is still its own
        if told != b"end" or not _ends_soon(child):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if told else None


def _ends_soon(child: int) -> bool:
    """Give a child whose answer is whole, or who broke off, a moment to end by itself."""
    handle = os.pidfd_open(child)
    try:
        return bool(select.select([handle], [], [], 0.2)[0])
    finally:
        os.close(handle)


def _cleared(own: Path) -> None:
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.chown(own, 0, 0)
    shutil.rmtree(own, ignore_errors=True)


def _child(own: Path, memory: int, seconds: int, handles: list[int], do: Do) -> None:
    """Do the one job this process is for, then end, whatever happens."""
    try:
        os.setsid()
        given, answer, hears = handles
        silent = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(silent, number)
        _one(own, memory, seconds, given, answer, hears, do)
        os._exit(0)
    except MemoryError:
        os._exit(3)
    finally:
        os._exit(1)


def _preload() -> None:
    """Load what is loaded at its first use, so that no file has to be opened afterwards."""
    import codecs
    import email.policy
    import encodings.aliases
    import encodings.idna

    for name in (*set(encodings.aliases.aliases.values()), "utf-8-sig"):
        with contextlib.suppress(LookupError, ImportError):
            codecs.lookup(name)
    mail = b"From: a@example.org\nTo: b@example.org\nContent-Type: text/plain\n\nwarm"
    email.message_from_bytes(mail, policy=email.policy.default).as_bytes()
    jobs.warm()


def _readable() -> list[Path]:
    folders = [Path(entry) for entry in sys.path if entry and Path(entry).is_dir()]
    here = Path(__file__).resolve().parents[3]
    folders = [here / "portal" if folder == here else folder for folder in folders]
    system = ("/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")
    return [*folders, *map(Path, system)]


def _walls(
    folder: Path, memory: int, seconds: int, program: Path | None, data: Iterator[Path]
) -> tuple[str, ...]:
    """Raise the walls; with a program, this one alone may take the place of this process."""
    readable = [*_readable(), *data]
    run = [program, *_loaders()] if program else []
    os.chdir(folder)
    if os.geteuid() == 0:
        os.chown(folder, walls.NOBODY, walls.NOBODY)
    walls.limit(memory, seconds, WRITTEN, PROCESSES if program else 1)
    walls.lock_files(readable, folder, run)
    walls.become_nobody()
    walls.deny_calls(but="execve" if program else "")
    return walls.standing(folder, memory, seconds, WRITTEN)


def _loaders() -> Iterator[Path]:
    """The system's own loader, without which no program starts."""
    for folder in ("/lib64", "/lib", "/lib/aarch64-linux-gnu", "/usr/lib"):
        yield from Path(folder).glob("ld-linux*.so.*")


def _send(answer: int, kind: bytes, content: bytes) -> None:
    for piece in (struct.pack(">cQ", kind, len(content)), content):
        left = memoryview(piece)
        while left:
            left = left[os.write(answer, left) :]


def _one(
    folder: Path, memory: int, seconds: int, given: int, answer: int, hears: int, do: Do
) -> None:
    """Raise the walls, read one document, write one answer."""
    # who asks is ours; only what follows the header comes from a stranger
    (length,) = struct.unpack(">I", os.read(given, 4))
    asked = json.loads(os.read(given, length))
    if asked["job"] == "recognise":
        _become(asked, given, answer, folder, memory, seconds)
    standing = _walls(folder, memory, seconds, None, iter(()))
    said: dict[str, object] = {"walls": standing}
    blobs: Iterable[bytes] = []
    if all(needed in standing for needed in walls.NEEDED):
        with os.fdopen(given, "rb") as document:
            content = document.read()
        more, blobs = do(asked, content, lambda picture: _helped(answer, hears, picture))
        said |= more
    _send(answer, b"A", json.dumps(said).encode("ascii"))
    for blob in blobs:
        _send(answer, b"B", blob)


def _helped(answer: int, hears: int, picture: bytes) -> bytes:
    """Ask our parent to have a picture read, and wait for the words."""
    _send(answer, b"R", picture)
    with os.fdopen(os.dup(hears), "rb", buffering=0) as reply:
        (length,) = struct.unpack(">Q", _exactly(reply, 8))
        return _exactly(reply, min(length, MOST_WORDS))


def _exactly(reply: Any, size: int) -> bytes:
    held = bytearray()
    while len(held) < size and (piece := reply.read(size - len(held))):
        held += piece
    return bytes(held)


def _become(
    asked: dict[str, str], given: int, answer: int, folder: Path, memory: int, seconds: int
) -> None:
    """Become the program that reads a picture, behind the same walls; nothing else may start."""
    program = Path(asked["program"])
    data = Path("/usr/share").glob("tesseract-ocr*")
    standing = _walls(folder, memory, seconds, program, data)
    alone = _starts_nothing_else()
    _send(answer, b"A", json.dumps({"walls": [*standing, *alone]}).encode("ascii"))
    os.dup2(given, 0)
    os.dup2(answer, 1)
    command = [str(program), "stdin", "stdout", "--psm", "6", "--dpi", str(int(asked["dpi"]))]
    os.execve(program, [*command, "tsv"], {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"})


def _starts_nothing_else() -> tuple[str, ...]:
    """Try to become another program: where that is not forbidden, this process ends here."""
    with contextlib.suppress(PermissionError):
        os.execve("/bin/true", ["true"], {})
    return ("one_program",)


if __name__ == "__main__":
    nursery(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])))
