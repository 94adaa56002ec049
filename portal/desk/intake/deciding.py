"""What a reviewer decides on a document that came in: use its figures, reject it, release cells."""

from portal.core.errors import BadInput
from portal.desk.inspection import pii
from portal.desk.people.errors import NotThere, Stale
from portal.store import deciding as store
from portal.store import documents
from portal.store.desk import Desk

LONGEST_WHY = 500
Place = tuple[int, int, int]  # table's id, row, column; the last two count from 0


def known(db: Desk, sha256: str) -> None:
    """Raise NotThere for a document that never came."""
    if documents.document(db, sha256) is None:
        raise NotThere("There is no document of that hash at this desk.")


def use_figures(db: Desk, sha256: str, actor: str, why: str, version: int) -> None:
    """Let the visible figures of a stopped document be used, and nothing else of it."""
    known(db, sha256)
    _check_why(why)
    if not store.use_figures(db, sha256, actor, why, version):
        raise _stale(db, sha256)


def reject(db: Desk, sha256: str, actor: str, why: str, version: int) -> None:
    """Take nothing of a document."""
    known(db, sha256)
    _check_why(why)
    if not store.reject(db, sha256, actor, why, version):
        raise _stale(db, sha256)


def read_again(db: Desk, sha256: str, actor: str) -> str:
    """Ask for a document to be inspected and read once more; returns what to say."""
    known(db, sha256)
    if store.ask(db, "read", sha256, actor, "asked to read again"):
        return "It will be inspected and read again; that may take a minute."
    return "It waits to be read already."


def look_at_cell(db: Desk, sha256: str, place: Place, actor: str) -> str:
    """The text of a held cell; that somebody looked is noted."""
    text = store.look_at_cell(db, sha256, *place, actor)
    if text is None:
        raise NotThere("This cell is not held, or has been released.")
    return text


def release_cell(db: Desk, sha256: str, place: Place, actor: str, version: int) -> None:
    """Put the text of a held cell back into its table."""
    known(db, sha256)
    each = next((c for c in documents.held(db, sha256) if _place(c) == place), None)
    if each is None:
        raise NotThere("This cell is not held, or has been released.")
    if each["empty"]:
        raise BadInput("a cell whose text was kept", "one that may be hidden in the document")
    if not store.release_cell(db, sha256, place, actor, version):
        raise _stale(db, sha256)


def _place(cell: object) -> Place:
    return cell["table_id"], cell["row"], cell["column"]  # type: ignore[index]


def _check_why(why: str) -> None:
    if not why.strip():
        raise BadInput("a sentence that says why", "nothing", "why")
    if len(why) > LONGEST_WHY:
        raise BadInput(f"at most {LONGEST_WHY} letters", f"{len(why)}", "why")
    if pii.kinds(why):
        raise BadInput("a reason that names nobody", "what identifies a person", "why")


def _stale(db: Desk, sha256: str) -> Stale:
    row = documents.document(db, sha256)
    state = row["state"] if row else "gone"
    return Stale(f"This document has changed since you opened it; it is now {state}. Look again.")
