"""Readers' reports on their way to the desk: files that the public process wrote, taken in once."""

import json
from pathlib import Path

from portal.config import Settings
from portal.core.errors import BadInput
from portal.desk.people.errors import NotThere, Stale
from portal.store import reports
from portal.store.archive import write_whole
from portal.store.desk import Desk

MOST_LETTERS = 4_000
MOST_BYTES = 64_000
MOST_AT_ONCE = 500
LONGEST_ANSWER = 4_000


def take_in(config: Settings, db: Desk) -> int:
    """Take in what readers sent; returns how many reports are new. Killed, the next run goes on.

    A file that does not read as a report is set aside under another name.
    """
    taken = 0
    files = sorted((config.var / "reports").glob("*.json"))[:MOST_AT_ONCE]
    for path in files:
        try:
            address, text, received_at = _read(path)
        except BadInput:
            path.replace(path.with_suffix(".unreadable"))
            continue
        taken += reports.take_in(db, path.stem, address, text, received_at)
        # Only after it is recorded; a second run knows it by its name.
        path.unlink(missing_ok=True)
    if files or not (config.public / "reports.json").exists():
        tell(config, db)
    return taken


def _read(path: Path) -> tuple[str, str, str]:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        given = json.loads(content)
        found = given["address"], given["text"], given["received_at"]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise BadInput("a report", content[:80], path.name) from problem
    if not all(isinstance(each, str) for each in found) or len(found[1]) > MOST_LETTERS:
        raise BadInput("a report", content[:80], path.name)
    return found


def answer(
    config: Settings, db: Desk, id: int, version: int, decision: tuple[str, str, str]
) -> None:
    """Set a report's state with an answer, by whom: (state, answer, actor).

    Raises NotThere, Stale when somebody else was faster, BadInput for an answer without words.
    """
    state, said, actor = decision
    if reports.report(db, id) is None:
        raise NotThere("There is no report of this number.")
    if state not in reports.STATES:
        raise BadInput(f"one of {', '.join(reports.STATES)}", state, "state")
    if len(said) > LONGEST_ANSWER or (state == "answered" and not said.strip()):
        raise BadInput(f"an answer of 1 to {LONGEST_ANSWER:,} letters", said, "answer")
    if not reports.decide(db, id, version, state, said.strip(), actor):
        raise Stale("Somebody else has answered this report in the meantime; read it again.")
    tell(config, db)


def tell(config: Settings, db: Desk) -> None:
    """Write down for the public how many reports came in and were answered."""
    found = reports.counts(db)
    told = {"received": sum(found.values()), "answered": found["answered"] + found["closed"]}
    text = json.dumps(told, sort_keys=True).encode()
    path = config.public / "reports.json"
    if not path.exists() or path.read_bytes() != text:
        write_whole(path, text)
