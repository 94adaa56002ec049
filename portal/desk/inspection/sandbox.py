"""Hostile documents, read in walled-off processes that are killed when over; we survive them all.

One process reads one document once. Its answer is checked word by word (answers.py). `look` always
ends in an Inspection; everything else raises a PortalError that says what is wrong.
"""

import hashlib
import re
import shutil
import signal
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from portal.core.errors import BadInput, PortalError
from portal.desk.inspection import answers, walls
from portal.desk.inspection.findings import Inspection, worst
from portal.desk.inspection.limits import LIMITS, MB
from portal.desk.inspection.nursery import bubblewrap
from portal.desk.inspection.process import (
    WORKER,
    Allowance,
    Answer,
    Ended,
    Garbage,
    Late,
    ask,
    run,
)
from portal.desk.inspection.readers import failed
from portal.desk.inspection.tables import Table
from portal.extract import model

LOOKING = Allowance(seconds=90, processor=15)
EXTRACTING = Allowance(seconds=120, processor=60, memory=768 * MB)
PICTURED = Allowance(seconds=1_800, processor=240, memory=768 * MB)
DRAWING = Allowance(seconds=120, processor=60, answer=1_024 * MB)
UNPACKING = Allowance(seconds=30, processor=14)
RECOGNISING = Allowance(seconds=120, processor=120, memory=1_024 * MB, answer=16 * MB)
MOST_PAGES = 200
Got = TypeVar("Got")
# how a child says that its memory was not enough
NO_MEMORY = 3
_PNG = b"\x89PNG\r\n\x1a\n"
_HARD = {signal.SIGXCPU, signal.SIGXFSZ}
_CRASH = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
_WRONG = (ValueError, struct.error, KeyError, TypeError, AttributeError, RecursionError, Garbage)


class NotRead(PortalError):
    """A document that its walled-off reader did not come back from, or answered garbage."""


def look(
    content: bytes, name: str, allowance: Allowance = LOOKING, worker: Path = WORKER
) -> tuple[Inspection, list[Table]]:
    """Return what may be said of a document, and what a reader of it sees; never raises."""
    if len(content) > LIMITS.size:
        return failed(content, "too_large", "document", "reject"), []
    try:
        answer = ask({"job": "look", "name": name}, content, allowance, worker=worker)
        return _looked(content, answer)
    except OSError:
        return failed(content, "interrupted", "sandbox did not start", "quarantine"), []
    except Late:
        return failed(content, "expansion_bomb", "time", "reject"), []
    except Ended as end:
        return _ended(content, end.code), []
    except _WRONG:
        return failed(content, "unreadable_answer", "sandbox", "quarantine"), []


def extract(content: bytes, name: str, kind: str) -> list[model.Table]:
    """Return the tables of a document of this kind; scanned pages are read by OCR."""
    asked = {"job": "extract", "name": name, "kind": kind}
    return _asked(asked, content, EXTRACTING if kind != "pdf" else PICTURED, _tables)


def extract_pictured(content: bytes) -> list[model.Table]:
    """Return the tables of a PDF as its pages show them: by OCR, whatever text it holds."""
    return _asked({"job": "extract_pictured"}, content, PICTURED, _tables)


def picture(content: bytes, page: int, scale: float) -> bytes:
    """Return a page of a PDF, counted from 1, as PNG with `scale` pixels to the point."""
    return pictures(content, [page], scale)[0]


def pictures(content: bytes, pages: Sequence[int], scale: float) -> list[bytes]:
    """Return several pages of a PDF as PNG, in the order asked for, drawn by one process."""
    if not pages or len(pages) > MOST_PAGES:
        raise BadInput(f"from 1 to {MOST_PAGES} pages", len(pages))

    def drawn(answer: Answer) -> list[bytes]:
        if len(answer.blobs) != len(pages):
            raise Garbage("pictures")
        return answer.blobs

    asked = {"job": "pictures", "pages": list(pages), "scale": scale}
    return _asked(asked, content, DRAWING, drawn, answers.picture)


def parts(content: bytes, name: str) -> list[tuple[str, bytes]]:
    """Return name and bytes of each document inside a zip, a gzip or an e-mail."""

    def named(answer: Answer) -> list[tuple[str, bytes]]:
        names = answer.said["names"]
        if not isinstance(names, list) or len(names) != len(answer.blobs):
            raise Garbage("parts")
        return [(answers.line(n), part) for n, part in zip(names, answer.blobs, strict=True)]

    return _asked({"job": "parts", "name": name}, content, UNPACKING, named)


def _asked(
    asked: dict[str, Any],
    content: bytes,
    allowance: Allowance,
    understood: Callable[[Answer], Got],
    each: Callable[[bytes], bytes] = bytes,
) -> Got:
    """Have a job done and its answer checked; whatever goes wrong is a PortalError."""
    job = str(asked["job"])
    if len(content) > LIMITS.size:
        raise BadInput(f"a document of at most {LIMITS.size:,} bytes", f"{len(content):,}")
    try:
        answer = ask(asked, content, allowance, _recognised, each=each)
        if not _stood(answer.said):
            raise NotRead(f"{job}: no walls stood around the process, so nothing was read")
        wrong = answers.problem(answer.said) if "error" in answer.said else None
        if wrong is None:
            return understood(answer)
    except OSError as problem:
        raise NotRead(f"{job}: the walled-off process did not start ({problem})") from problem
    except Late as problem:
        raise NotRead(f"{job}: not done within {allowance.seconds:g} s") from problem
    except Ended as end:
        raise NotRead(f"{job}: the process ended early, by {_how(end.code)}") from end
    except _WRONG as problem:
        raise NotRead(f"{job}: the process answered what is no answer") from problem
    raise wrong


def _tables(answer: Answer) -> list[model.Table]:
    found = [answers.table(entry) for entry in _list(answer.said["tables"])]
    if sum(len(table.cells) for table in found) > LIMITS.cells:
        raise Garbage("cells")
    return found


def _looked(content: bytes, answer: Answer) -> tuple[Inspection, list[Table]]:
    said = answer.said
    stood = _stood(said)
    if not stood:
        return failed(content, "interrupted", "no walls around the sandbox", "quarantine"), []
    findings = tuple(sorted(answers.finding(entry) for entry in _list(said["findings"])))
    verdict = worst(finding.outcome for finding in findings)
    seen = [answers.visible(entry) for entry in _list(said["tables"])]
    inspection = Inspection(
        answers.word(said["kind"]), verdict, findings, len(content),
        hashlib.sha256(content).hexdigest(), stood,
    )  # fmt: skip
    return inspection, [] if verdict == "reject" else seen


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > 100_000:
        raise Garbage("list")
    return value


def _stood(said: dict[str, object]) -> tuple[str, ...]:
    """Return the walls that stood; none where one was missing without which nothing is read."""
    claimed = _list(said["walls"])
    stood = tuple(wall for wall in walls.ALL if wall in claimed)
    if not all(needed in stood for needed in walls.NEEDED):
        return ()
    return (*stood, "bubblewrap") if bubblewrap() else stood


def _ended(content: bytes, code: int) -> Inspection:
    """Say what it means that a process ended before it answered."""
    if -code in _HARD:
        return failed(content, "expansion_bomb", "processor time", "reject")
    if code == NO_MEMORY:
        return failed(content, "expansion_bomb", "memory", "reject")
    if -code in _CRASH:
        return failed(content, "corrupt", "reader crashed", "reject")
    return failed(content, "interrupted", "sandbox ended early", "quarantine")


def _how(code: int) -> str:
    names = {-int(each): each.name for each in signal.Signals}
    names[NO_MEMORY] = "want of memory"
    return names.get(code, f"exit code {code}")


def _recognised(asked: bytes, left: float) -> bytes:
    """Have a picture read by tesseract, behind walls too; no bytes where that failed."""
    (dpi,) = struct.unpack(">I", asked[:4])
    content, program = asked[4:], shutil.which("tesseract")
    if program is None or not 50 <= dpi <= 1_200 or not content.startswith(_PNG):
        return b""
    allowance = replace(RECOGNISING, seconds=min(RECOGNISING.seconds, left))
    asked_for = {"job": "recognise", "program": program, "dpi": dpi}
    try:
        said, words = run(asked_for, content, allowance)
    except (OSError, Late, Ended, *_WRONG):
        return b""
    walled = bool(_stood(said)) and "one_program" in _list(said["walls"])
    return words if walled and re.match(rb"level\t", words) else b""
