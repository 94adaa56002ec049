"""The cleaned copy of a document: made anew from its tables as read, held cells blank.

It is inspected like anything that comes from outside before it is kept; the original lends it
not one byte.
"""

from pathlib import Path

from portal.config import Settings
from portal.core.errors import BadInput, StoreError
from portal.desk.cleaned import cleaned
from portal.desk.inspection import sandbox
from portal.desk.inspection import tables as visible
from portal.desk.intake.deciding import known
from portal.desk.reading.tables import load
from portal.store import archive, documents
from portal.store import deciding as store
from portal.store.desk import Desk

COPY = "copy"
KIND = "xlsx"
# What visible cells may say of themselves; a reviewer has released those that were held. Markup in
# a head is text in a workbook; a formula, which is not, must never be in a copy.
OPEN = frozenset(
    {"pii", "free_text", "small_count", "ambiguous_number", "number_format", "header_injection"}
)


def ask(db: Desk, sha256: str, actor: str) -> str:
    """Ask for a cleaned copy, and return what to say."""
    known(db, sha256)
    if not documents.tables(db, sha256):
        raise BadInput("a document with tables", "none in this one", "cleaned copy")
    if store.ask(db, COPY, sha256, actor, "asked for cleaned copy"):
        return "The cleaned copy is being made; its place is on this page in a moment."
    return "The cleaned copy is being made already."


def make(config: Settings, db: Desk, sha256: str) -> None:
    """Make the cleaned copy of a document as it stands now, keep it and note it: a job."""
    row = documents.document(db, sha256)
    if row is None:
        raise StoreError(f"{sha256}: there is no such document")
    store.note_copy(db, sha256, keep(db, config.archive, sha256), row["version"])


def keep(db: Desk, archive_folder: Path, sha256: str) -> str:
    """Make and inspect a document's cleaned copy, and archive it; returns its SHA-256.

    The same tables give the same bytes. Raises BadInput for a document without a table, StoreError
    for a copy that inspection would stop.
    """
    tables = [_visible(text) for text in documents.contents(db, sha256)]
    if not any(table.cells for table in tables):
        raise BadInput("a document with a table", "none", sha256[:12])
    content = cleaned(tables, KIND)
    found, _ = sandbox.look(content, f"copy.{KIND}")
    wrong = {each.kind for each in found.findings} - OPEN
    if wrong or found.outcome == "reject":
        raise StoreError(f"the cleaned copy did not pass: {', '.join(sorted(wrong)) or 'rejected'}")
    return archive.keep(archive_folder, content)


def _visible(content: str) -> visible.Table:
    table = load(content)
    cells = [visible.Cell(c.row + 1, c.column + 1, c.text) for c in table.cells if c.text.strip()]
    return visible.Table(table.place, cells)
