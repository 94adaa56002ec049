"""Documents inside a document: members of an archive, attachments of a message."""

from collections.abc import Iterable
from pathlib import Path

from portal.core.errors import BadInput, StoreError
from portal.desk.intake import names
from portal.desk.intake.receive import take
from portal.store import archive, intake
from portal.store.desk import Desk

MOST_DEEP = 3


def receive_parts(
    db: Desk, archive_folder: Path, parent: str, parts: Iterable[tuple[str, bytes]], actor: str
) -> list[str]:
    """Receive the parts of a document, as (name, content), and return their SHA-256.

    A part belongs to what its document belongs to. One that is empty, too large or too deep is
    left out, and a note says so. Done again after a kill, it adds what is missing.
    """
    owner = intake.known(db.conn, parent)
    if owner is None:
        raise StoreError(f"{parent}: there is no such document")
    too_deep = intake.depth(db.conn, parent) >= MOST_DEEP
    taken = []
    for number, (name, content) in enumerate(parts, 1):
        try:
            if too_deep:
                raise BadInput(f"documents at most {MOST_DEEP} deep in each other", "one deeper")
            received = take(
                db, archive_folder, content, name, actor,
                request=owner.request, publication=owner.publication, parent=parent,
                member=names.kept(name, archive.digest(content)),
            )  # fmt: skip
        except BadInput as problem:
            why = f"expected {problem.expected}, found {problem.found}"
            intake.leave_out(db, parent, number, why, actor)
            continue
        taken.append(received.sha256)
    return taken
