"""Whether something of a document may be let out, and by which words of whom.

Pictures show a page as it is. Where inspection found more than open questions about visible
figures, or anything that may name a person, the publisher must say what was looked at before.
"""

from dataclasses import dataclass

from portal.core.errors import BadInput
from portal.desk.inspection import pii
from portal.desk.people.errors import NotThere
from portal.desk.reading.look import OPEN
from portal.store import publishing, queue
from portal.store.desk import Desk, transaction
from portal.store.publishing import Document

# The figures of a stopped document are let out at its own page, by a reviewer.
WHAT = ("pictures", "copy")
PUBLISH = "publish"
EDITION = "edition"
# Findings about what can be read on the page itself.
PERSONAL = frozenset({"pii", "free_text", "private_data", "small_count"})
SHORTEST = 10  # letters of a reason
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be let out of a document, why, and what was looked at before."""

    what: str
    why: str
    looked: str = ""
    copy: str = ""


def release(db: Desk, wanted: Wanted, sha256: str, actor: str) -> None:
    """Record that something goes out with the next edition; raises BadInput for what may not."""
    document = known(db, sha256)
    if wanted.what not in WHAT:
        raise BadInput(f"one of {', '.join(WHAT)}", wanted.what, "what goes out")
    if document.state not in ("ready", "quarantined"):
        raise BadInput("a document that was read", document.state, sha256[:12])
    if document.withdrawn:
        raise BadInput("a document that stands", "one that was withdrawn", sha256[:12])
    why = _reason(wanted.why, "why")
    if wanted.what == "pictures":
        why = _pictures(db, document, why, wanted.looked)
    if wanted.what == "copy" and not wanted.copy:
        raise BadInput("the SHA-256 of a cleaned copy", wanted.copy, "copy")
    publishing.release(db, sha256, wanted.what, actor, why, wanted.copy)


def known(db: Desk, sha256: str) -> Document:
    """The document; raises NotThere."""
    found = publishing.document(db, sha256)
    if found is None:
        raise NotThere("The desk has no document of this SHA-256.")
    return found


def doubts(db: Desk, sha256: str) -> list[str]:
    """Kinds of findings for which pictures need a second look."""
    return sorted(
        kind for kind in publishing.findings(db, sha256) if kind not in OPEN or kind in PERSONAL
    )


def _pictures(db: Desk, document: Document, why: str, looked: str) -> str:
    if not publishing.page_pictures(db, document.sha256):
        raise BadInput("a document with pictures of pages", document.kind, document.sha256[:12])
    found = doubts(db, document.sha256)
    if not found:
        return why
    if len(looked.strip()) < SHORTEST:
        words = f"a sentence that says what was looked at, because of {', '.join(found)}"
        raise BadInput(words, looked, "looked at")
    return f"{why} Looked at: {_reason(looked, 'looked at')}"


def _reason(text: str, where: str) -> str:
    said = " ".join(text.split())
    if not SHORTEST <= len(said) <= LONGEST:
        raise BadInput(f"a sentence of {SHORTEST} to {LONGEST} letters", text, where)
    return said


def public_reason(why: str) -> str:
    """The reason of a withdrawal as readers see it; raises BadInput for one that names somebody."""
    said = _reason(why, "why")
    if pii.kinds(said):
        raise BadInput("a reason that names nobody", "what identifies a person", "why")
    return said


def ask_for_edition(db: Desk, actor: str) -> int:
    """Ask for an edition to be built; one that is asked for already is not doubled."""
    with transaction(db) as conn:
        return queue.ask(conn, PUBLISH, EDITION, actor)
