"""Where the cells of the tables lead: to a figure's page on the site, or to the row they name."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from datasette.utils import tilde_encode
from markupsafe import Markup

from portal.web.rendering import number
from portal.web.tables import DATABASE, MOUNT

# Rows that have a page of their own on the site.
PAGES = {
    "observations": "/observations/",
    "sources": "/sources/",
    "snapshots": "/snapshots/",
}


@dataclass(frozen=True, slots=True)
class Links:
    """The figures of an edition, which columns name a row of another table, and those labels."""

    figures: frozenset[str]
    references: Mapping[tuple[str, str], str]
    labels: Mapping[str, Mapping[str, str]]

    def cell(self, table: str | None, column: str, value: Any) -> Markup | None:
        """Return what stands in a cell on a page; None leaves it to Datasette."""
        if isinstance(value, dict):  # a foreign key that Datasette has labelled
            return self.cell(None, column, value["value"])
        if column in ("id", "observation") and value in self.figures:
            return Markup('<a href="/observations/{0}">{0}</a>').format(value)
        if column in ("value", "low", "high") and isinstance(value, int | float):
            return Markup.escape(number(value))
        other = self.references.get((table or "", column))
        if other is None or value is None:
            return None
        address = f"{MOUNT}/{DATABASE}/{other}/{tilde_encode(value)}"
        label = self.labels.get(other, {}).get(value, value)
        link = Markup('<a href="{}">{}</a>').format(address, label)
        return link if label == value else link + Markup(" <em>{}</em>").format(value)


def links(db: sqlite3.Connection, metadata: Mapping[str, Any]) -> Links:
    """Read from an edition where its cells lead."""
    tables = metadata["databases"][DATABASE]["tables"]
    references = {
        (table, column): other
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for _, _, other, column, *_ in db.execute(f'PRAGMA foreign_key_list("{table}")')
    }
    labels = {
        table: dict(db.execute(f'SELECT id, "{words["label_column"]}" FROM "{table}"').fetchall())
        for table, words in tables.items()
        if "label_column" in words and "id" in words["columns"]
    }
    figures = frozenset(id for (id,) in db.execute("SELECT id FROM observations"))
    return Links(figures, references, labels)


def site_page(table: str, key: str) -> str:
    """Return the page of the site that shows this row, or nothing."""
    return f"{PAGES[table]}{quote(key)}" if table in PAGES else ""
