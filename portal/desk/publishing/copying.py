"""The cleaned copy of a document, made anew from its tables as they lie at the desk.

What inspection did not see is not in them, and cells that are held are blank.
"""

from pathlib import Path

from portal.core.errors import BadInput
from portal.desk.cleaned import cleaned
from portal.desk.inspection.tables import Cell, Table
from portal.desk.reading.tables import load
from portal.store import archive, publishing
from portal.store.desk import Desk

KIND = "xlsx"


def keep_copy(db: Desk, archive_folder: Path, sha256: str) -> str:
    """Make and archive a document's cleaned copy; returns the SHA-256 of its bytes.

    The same tables give the same bytes. Raises BadInput for a document without a table.
    """
    tables = [_visible(content) for content in publishing.tables(db, sha256)]
    if not any(table.cells for table in tables):
        raise BadInput("a document with a table", "none", sha256[:12])
    return archive.keep(archive_folder, cleaned(tables, KIND))


def _visible(content: str) -> Table:
    table = load(content)
    cells = [Cell(c.row + 1, c.column + 1, c.text) for c in table.cells if c.text.strip()]
    return Table(table.place, cells)
