"""The short-lived process that reads one document: walls first, then the bytes, then it ends.

Started by sandbox.py only: `python worker.py FOLDER MEMORY SECONDS`, document on standard input.
"""

import contextlib
import json
import os
import struct
import sys
from dataclasses import asdict
from pathlib import Path

WRITTEN = 16 * 1024 * 1024


def _preload() -> None:
    """Import all that a reader may need, so that no file has to be opened afterwards."""
    import codecs
    import email.policy
    import encodings.aliases
    import encodings.idna

    import lxml.html  # noqa: F401
    import phonenumbers
    from PIL import Image

    from portal.desk.inspection import pii, readers

    for name in (*set(encodings.aliases.aliases.values()), "utf-8-sig"):
        with contextlib.suppress(LookupError, ImportError):
            codecs.lookup(name)
    Image.init()
    phonenumbers.is_possible_number(phonenumbers.parse("020 7946 0000", "GB"))
    pii.hidden_count("NHS number 999 000 0000, Mr Walls, 020 7946 0000")
    mail = b"From: a@example.org\nTo: b@example.org\nContent-Type: text/html\n\n<p>warm</p>"
    readers.look(mail, "warm.eml")
    email.message_from_bytes(mail, policy=email.policy.default).as_bytes()


def _readable() -> list[Path]:
    folders = [Path(entry) for entry in sys.path if entry and Path(entry).is_dir()]
    here = Path(__file__).resolve().parents[3]
    folders = [here / "portal" if folder == here else folder for folder in folders]
    system = [Path(p) for p in ("/usr/lib", "/lib", "/lib64", "/dev/null", "/dev/urandom")]
    return [*folders, *system]


def _walls(folder: Path, memory: int, seconds: int) -> tuple[str, ...]:
    from portal.desk.inspection import walls

    readable = _readable()
    walls.limit(memory, seconds, WRITTEN)
    walls.lock_files(readable, folder)
    walls.become_nobody()
    walls.deny_calls()
    return walls.standing(folder)


def main(folder: Path, memory: int, seconds: int) -> None:
    """Raise the walls, read one document, write one answer."""
    answer = os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_RDWR)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    from portal.desk.inspection import walls

    walls.leave_network()
    _preload()
    os.chdir(folder)
    standing = _walls(folder, memory, seconds)
    said: dict[str, object] = {"walls": standing}
    if all(needed in standing for needed in walls.NEEDED):
        said |= _look()
    answer.write(json.dumps(said).encode("ascii"))
    answer.flush()
    os._exit(0)


def _look() -> dict[str, object]:
    from portal.desk.inspection import readers
    from portal.desk.inspection.findings import Finding

    (length,) = struct.unpack(">I", sys.stdin.buffer.read(4))
    asked = json.loads(sys.stdin.buffer.read(length))
    content = sys.stdin.buffer.read()
    try:
        inspection, tables = readers.look(content, asked["name"])
    except (MemoryError, RecursionError):
        finding = Finding("expansion_bomb", "memory", 1, "reject")
        return {"kind": "unknown", "findings": [asdict(finding)], "tables": []}
    return {
        "kind": inspection.kind,
        "findings": [asdict(finding) for finding in inspection.findings],
        "tables": [
            {"place": table.place, "prose": table.prose, "cells": table.cells} for table in tables
        ]
        if asked["tables"]
        else [],
    }


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
