"""Processes that wait, with everything imported, to become the reader of one document.

Importing the readers takes most of a second, reading a small document a hundredth of one. So a
nursery imports once and then forks a child for each document: the child raises the walls, reads and
ends; it is never used twice. The nursery itself never touches a byte of any document. It runs one
child at a time, kills it when told to or when we are gone, and says how it ended.
"""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.desk.inspection import walls
from portal.desk.inspection.limits import MB

PROJECT = Path(__file__).resolve().parents[3]
# Seconds to start, with all its imports on a busy machine; and to answer that a child has ended.
STARTS, ENDS = 120.0, 20.0
MOST_CHILDREN = 500
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1",
    "LC_ALL": "C.UTF-8",
}  # fmt: skip


@dataclass(slots=True)
class Nursery:
    """A process that waits, our end of the line to it, its folder, and if it may be used again."""

    process: "subprocess.Popen[bytes]"
    line: socket.socket
    folder: str
    lasts: bool
    children: int = 0
    busy: bool = False

    def bear(self, memory: int, processor: int, handles: list[int]) -> None:
        """Have a child started with these limits; it gets document, answer and reply pipes."""
        self.children += 1
        self.busy = True
        self.line.settimeout(ENDS)
        socket.send_fds(self.line, [f"{memory} {processor}".encode()], handles)

    def ended(self) -> int:
        """Kill the child if it still lives; return its exit code, or less than 0: its signal."""
        self.line.settimeout(ENDS)
        self.line.send(b"end")
        code = int(self.line.recv(64) or b"1")
        self.busy = False
        return code

    def close(self) -> None:
        """End it with whatever it may still run."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.line.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


_idle: dict[Path, list[Nursery]] = {}
_lock = threading.Lock()


@contextmanager
def borrowed(worker: Path) -> Iterator[Nursery]:
    """Lend a nursery to one job; after any doubt about it, it is ended and not lent again."""
    nursery = _taken(worker)
    try:
        yield nursery
    finally:
        with contextlib.suppress(OSError, ValueError):
            if nursery.busy:
                nursery.ended()
        if nursery.busy or not nursery.lasts or nursery.children >= MOST_CHILDREN:
            nursery.close()
        else:
            with _lock:
                _idle.setdefault(worker, []).append(nursery)


def _taken(worker: Path) -> Nursery:
    while True:
        with _lock:
            waiting = _idle.get(worker)
            nursery = waiting.pop() if waiting else None
        if nursery is None:
            # a process dies with the thread that started it: this thread stays
            return _starter().submit(_started, worker).result()
        if nursery.process.poll() is None:
            return nursery
        nursery.close()


@cache
def _starter() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="nursery")


def _started(worker: Path) -> Nursery:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    folder = "" if bubblewrap() else tempfile.mkdtemp(prefix="inspection-")
    with theirs:
        inner = [sys.executable, "-I", "-B", str(worker), folder or "/tmp", str(theirs.fileno())]
        process = subprocess.Popen(
            [*_bubble(worker), *inner] if bubblewrap() else inner,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
            pass_fds=(theirs.fileno(),),
        )
    nursery = Nursery(process, ours, folder, False)
    try:
        ours.settimeout(STARTS)
        said = ours.recv(64)
        if said not in (b"lasts", b"once"):
            raise OSError("the walled-off process ended while it started")
        nursery.lasts = said == b"lasts"
    except OSError:
        nursery.close()
        raise
    return nursery


def close_all() -> None:
    """End all that wait."""
    with _lock:
        waiting = [nursery for each in _idle.values() for nursery in each]
        _idle.clear()
    for nursery in waiting:
        nursery.close()


def _forget() -> None:
    """In a fork of us: the nurseries are those of our parent."""
    for each in _idle.values():
        for nursery in each:
            nursery.line.close()
    _idle.clear()
    _starter.cache_clear()


atexit.register(close_all)
os.register_at_fork(after_in_child=_forget)


def _bubble(worker: Path) -> list[str]:
    words = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        words += ["--cap-add", "CAP_KILL", "--cap-add", "CAP_CHOWN"]
    else:
        words += ["--unshare-user", "--uid", str(walls.NOBODY), "--gid", str(walls.NOBODY)]
    words += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", str(64 * MB)]
    words += ["--tmpfs", "/tmp"]
    shown = {Path("/usr"), Path(sys.prefix), Path(sys.base_prefix), PROJECT / "portal"}
    system = ("/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache")
    shown |= {Path(p) for p in system if Path(p).exists()}
    shown.add(worker.parent)
    for path in sorted(shown):
        words += ["--ro-bind", str(path), str(path)]
    return [*words, "--chdir", "/", "--"]


@cache
def bubblewrap() -> bool:
    """Tell whether bubblewrap is here and may work here; containers often forbid it."""
    if not shutil.which("bwrap"):
        return False
    trial = [*_bubble(Path(__file__)), sys.executable, "-I", "-c", "print(1)"]
    try:
        done = subprocess.run(trial, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0 and done.stdout.strip() == b"1"
