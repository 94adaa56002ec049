"""Inspection in a process of its own, walled off and killed when over; the parent survives all."""

import hashlib
import json
import os
import re
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import monotonic

from portal.desk.inspection import walls
from portal.desk.inspection.findings import OUTCOMES, Finding, Inspection, worst
from portal.desk.inspection.limits import MB
from portal.desk.inspection.readers import failed
from portal.desk.inspection.tables import Cell, Table

WORKER = Path(__file__).with_name("worker.py")
PROJECT = Path(__file__).resolve().parents[3]
MEMORY, CPU_SECONDS, SECONDS = 512 * MB, 10, 10.0
MOST_ANSWER = 128 * MB
_WORD = re.compile(r"[a-z_0-9]{2,40}")
_HARD = {signal.SIGXCPU, signal.SIGXFSZ}
_CRASH = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}


class Garbage(Exception):
    """An answer that is not what a worker writes."""


@dataclass(frozen=True, slots=True)
class _Answer:
    raw: bytes
    code: int
    late: bool


def run(content: bytes, name: str, seconds: float = SECONDS) -> Inspection:
    """Inspect a document in a walled-off process; the result says which walls stood."""
    return _look(content, name, False, seconds)[0]


def visible_tables(content: bytes, name: str, seconds: float = SECONDS) -> list[Table]:
    """Return what a reader of the document sees, read in a walled-off process."""
    return _look(content, name, True, seconds)[1]


def look(content: bytes, name: str, seconds: float = SECONDS) -> tuple[Inspection, list[Table]]:
    """Return both the inspection and the visible tables from one walled-off process."""
    return _look(content, name, True, seconds)


def _look(
    content: bytes, name: str, tables: bool, seconds: float, worker: Path = WORKER
) -> tuple[Inspection, list[Table]]:
    try:
        answer = _ask(content, name, tables, seconds, worker)
    except OSError:
        return failed(content, "interrupted", "sandbox did not start", "quarantine"), []
    if answer.late:
        return failed(content, "expansion_bomb", "time", "reject"), []
    if answer.code:
        return _ended(content, answer.code), []
    try:
        return _understood(content, json.loads(answer.raw), tables)
    except (ValueError, KeyError, TypeError, Garbage, RecursionError):
        return failed(content, "unreadable_answer", "sandbox", "quarantine"), []


def _ended(content: bytes, code: int) -> Inspection:
    """Say what it means that a worker ended before it answered."""
    number = -code if code < 0 else code - 128
    if number in _HARD:
        return failed(content, "expansion_bomb", "processor time", "reject")
    if number in _CRASH:
        return failed(content, "corrupt", "reader crashed", "reject")
    return failed(content, "interrupted", "sandbox ended early", "quarantine")


def _understood(
    content: bytes, said: dict[str, object], tables: bool
) -> tuple[Inspection, list[Table]]:
    """Check every word of the answer: the worker may have been taken over."""
    stood = tuple(wall for wall in walls.ALL if wall in said["walls"])  # type: ignore[operator]
    if not all(needed in stood for needed in walls.NEEDED):
        weak = failed(content, "interrupted", "no walls around the sandbox", "quarantine")
        return replace(weak, walls=stood), []
    findings = tuple(sorted(_finding(entry) for entry in said["findings"]))  # type: ignore
    kind = str(said["kind"])
    if not _WORD.fullmatch(kind):
        raise Garbage(kind)
    verdict = worst(finding.outcome for finding in findings)
    digest = hashlib.sha256(content).hexdigest()
    seen = [_table(entry) for entry in said["tables"]] if tables else []  # type: ignore
    outer = ("bubblewrap",) if bubblewrap() else ()
    return Inspection(kind, verdict, findings, len(content), digest, stood + outer), seen


def _finding(entry: dict[str, object]) -> Finding:
    kind, place, outcome = str(entry["kind"]), str(entry["place"]), str(entry["outcome"])
    number = entry["count"]
    known = _WORD.fullmatch(kind) and outcome in OUTCOMES and len(place) <= 400
    if not known or not place.isprintable() or not isinstance(number, int) or number < 1:
        raise Garbage(kind)
    return Finding(kind, place, number, outcome)


def _table(entry: dict[str, object]) -> Table:
    cells = [
        Cell(int(row), int(column), str(text), str(held))
        for row, column, text, held in entry["cells"]  # type: ignore
    ]
    return Table(str(entry["place"])[:400], cells, bool(entry["prose"]))


def _ask(content: bytes, name: str, tables: bool, seconds: float, worker: Path) -> _Answer:
    asked = json.dumps({"name": name, "tables": tables}).encode()
    with _folder() as folder, _document(struct.pack(">I", len(asked)) + asked, content) as given:
        process = subprocess.Popen(
            _command(worker, folder),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        try:
            raw, late = _collect(process, seconds)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        return _Answer(raw, 0 if raw and not late and code == -signal.SIGKILL else code, late)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for one document, gone afterwards; inside bubblewrap it is memory only."""
    if bubblewrap():
        yield Path("/tmp")
        return
    with tempfile.TemporaryDirectory(prefix="inspection-") as name:
        if os.geteuid() == 0:
            os.chown(name, walls.NOBODY, walls.NOBODY)
        yield Path(name)


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


def _collect(process: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, bool]:
    """Read the answer until it ends, grows too long, or the time is over."""
    assert process.stdout is not None
    deadline, pieces, size = monotonic() + seconds, [], 0
    with selectors.DefaultSelector() as ready, process.stdout as pipe:
        ready.register(pipe, selectors.EVENT_READ)
        while True:
            left = deadline - monotonic()
            if left <= 0 or not ready.select(left):
                return b"", True
            piece = os.read(pipe.fileno(), 1 << 20)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
            if size > MOST_ANSWER:
                return b"", True
    try:
        process.wait(max(0.1, deadline - monotonic()))
    except subprocess.TimeoutExpired:
        return b"", True
    return b"".join(pieces), False


def _command(worker: Path, folder: Path) -> list[str]:
    inner = [sys.executable, "-I", "-B", str(worker), str(folder), str(MEMORY), str(CPU_SECONDS)]
    return [*_bubble(worker), *inner] if bubblewrap() else inner


def _bubble(worker: Path) -> list[str]:
    words = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        words += ["--unshare-user", "--uid", str(walls.NOBODY), "--gid", str(walls.NOBODY)]
    words += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", str(64 * MB)]
    words += ["--tmpfs", "/tmp"]
    shown = {Path("/usr"), Path(sys.prefix), Path(sys.base_prefix), PROJECT / "portal"}
    shown |= {Path(p) for p in ("/lib", "/lib64", "/bin", "/etc/ld.so.cache") if Path(p).exists()}
    shown.add(worker.parent)
    for path in sorted(shown):
        words += ["--ro-bind", str(path), str(path)]
    return [*words, "--chdir", "/", "--"]


@cache
def bubblewrap() -> bool:
    """Tell whether bubblewrap is here and may work here; containers often forbid it."""
    if not shutil.which("bwrap"):
        return False
    trial = [*_bubble(WORKER), sys.executable, "-I", "-c", "print(1)"]
    try:
        done = subprocess.run(trial, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0 and done.stdout.strip() == b"1"
