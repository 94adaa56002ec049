"""The words of the tables: what each table, view and column holds, and the questions people ask."""

import sqlite3
import tomllib
from collections.abc import Iterator, Mapping, Sequence
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
    """Describe the tables and columns of an edition, as far as there are words for them."""
    _, given = _read(data, "tables.toml")
    return {
        name: _table(name, given["table"][name], given["column"], columns)
        for name, columns in tables.items()
        if name in given["table"]
    }


def _table(
    name: str, given: Mapping[str, Any], shared: Mapping[str, Any], columns: Sequence[str]
) -> TableWords:
    words = {**shared, **given.get("columns", {})}
    described = tuple(ColumnWords(c, **words[c]) for c in columns if c in words)
    return TableWords(name, given["label"], given["description"], described, given.get("opens", {}))


def without_words(data: Path, tables: Schema) -> Iterator[str]:
    """Yield one sentence for each table or column that has no words, and for words too many."""
    place, given = _read(data, "tables.toml")
    for name in sorted(set(tables) | set(given["table"])):
        own = given["table"].get(name, {}).get("columns", {})
        if name not in tables:
            yield f"{place}: there is no table {name}"
        elif name not in given["table"]:
            yield f"{place}: nothing on table {name}"
        else:
            words = {**given["column"], **own}
            yield from (f"{place}: nothing on {name}.{c}" for c in tables[name] if c not in words)
            yield from (f"{place}: there is no {name}.{c}" for c in own if c not in tables[name])


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
