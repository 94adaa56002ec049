"""The words of the tables: what each table, view and column holds, and the questions people ask."""

import sqlite3
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.core.errors import BadInput
from portal.web.tables import DATABASE

Schema = Mapping[str, Sequence[str]]

# The public tables and views: not SQLite's own, and not what the search index keeps for itself.
_SCHEMA = """
SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  AND t.name NOT LIKE 'search\\_%' ESCAPE '\\'
ORDER BY t.type, t.rootpage, t.name, c.cid
"""


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """What a column holds."""

    name: str
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class TableWords:
    """What a table or view holds, column by column, and how Datasette opens it."""

    name: str
    label: str
    description: str
    columns: tuple[ColumnWords, ...]
    opens: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that reporters ask first, as SQL with what must be known to read its answer."""

    id: str
    title: str
    explanation: str
    sql: str
    fragment: str


def schema(db: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the columns of each public table and view, in order."""
    found: dict[str, list[str]] = {}
    for table, column in db.execute(_SCHEMA):
        found.setdefault(table, []).append(column)
    return found


def dictionary(data: Path, tables: Schema) -> dict[str, TableWords]:
    """Describe every table and column; raises BadInput for one without words, or words too many."""
    place, given = _read(data, "tables.toml")
    if set(given["table"]) != set(tables):
        raise BadInput(f"words for {sorted(tables)}", sorted(given["table"]), place)
    return {
        name: _table(name, given["table"][name], given["column"], columns, place)
        for name, columns in tables.items()
    }


def _table(
    name: str, given: Mapping[str, Any], shared: Mapping[str, Any], columns: Sequence[str], at: str
) -> TableWords:
    own = given.get("columns", {})
    words = {**shared, **own}
    for column in columns:
        if column not in words:
            raise BadInput("words for each column", f"none for {name}.{column}", at)
    if set(own) - set(columns):
        raise BadInput(f"columns of {name}", sorted(set(own) - set(columns)), at)
    described = tuple(ColumnWords(column, **words[column]) for column in columns)
    return TableWords(name, given["label"], given["description"], described, given.get("opens", {}))


def questions(data: Path) -> list[Question]:
    """Return the questions that reporters ask first."""
    _, given = _read(data, "questions.toml")
    return [Question(**each) for each in given["question"]]


def metadata(db: sqlite3.Connection, data: Path) -> dict[str, Any]:
    """Return Datasette's metadata for an edition."""
    _, given = _read(data, "tables.toml")
    tables = dictionary(data, schema(db))
    edition = {key: str(text) for key, text in db.execute("SELECT key, value FROM about")}
    described = {
        table.name: {
            "title": table.label,
            "description": table.description,
            "columns": {column.name: column.description for column in table.columns},
            **table.opens,
        }
        for table in tables.values()
    }
    queries = {
        each.id: {
            "title": each.title,
            "description": each.explanation,
            "sql": each.sql.strip(),
            "fragment": each.fragment,
        }
        for each in questions(data)
    }
    words = {**given["edition"], "edition": edition}
    return {**words, "databases": {DATABASE: {**words, "tables": described, "queries": queries}}}


def _read(data: Path, name: str) -> tuple[str, dict[str, Any]]:
    path = data / "vocabulary" / name
    try:
        return str(path), tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise BadInput("words in TOML", problem, str(path)) from problem
