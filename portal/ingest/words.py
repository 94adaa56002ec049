"""Reading data/vocabulary, data/bodies.csv and data/sources.csv into the vocabulary."""

import csv
import io
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from portal.core.errors import BadInput
from portal.core.observations import TOTAL
from portal.core.vocabulary import (
    Break,
    Chain,
    Dimension,
    Measure,
    Status,
    Unit,
    Vocabulary,
    entry,
    link,
)

# kind of record -> (file, table in it); the file is a list of tables where the name is a plural
TABLES = {
    "unit": "units",
    "measure": "measures",
    "dimension": "dimensions",
    "status": "statuses",
    "area": "areas",
    "body_type": "body_types",
    "power": "powers",
    "purpose": "purposes",
    "exemption": "exemptions",
    "licence": "licences",
    "dataset": "datasets",
}
LISTS = {"break": "breaks", "chain": "chains"}
BODY = (
    "id,name,body_type,area,ons_code,parent,aliases,valid_from,valid_to,website,"
    "whatdotheyknow_slug,note,source_url"
).split(",")
SOURCE = "id,title,publisher,year,url,kind,licence,note".split(",")

Words = dict[str, dict[str, dict[str, Any]]]


def read_words(data: Path) -> Words:
    """Read every vocabulary file: kind -> id -> fields as written; errors name the file."""
    folder = data / "vocabulary"
    words: Words = {}
    for kind, name in TABLES.items():
        words[kind] = {}
        for path in _files(folder, name):
            _merge(words[kind], read_toml(path, kind), short(path))
    for kind, name in LISTS.items():
        entries = [each for path in _files(folder, name) for each in read_toml(path, kind)]
        words[kind] = by_id(entries, f"vocabulary/{name}.toml")
    words["body"] = by_id(read_csv(data / "bodies.csv", BODY), "bodies.csv")
    words["source"] = by_id(read_csv(data / "sources.csv", SOURCE), "sources.csv")
    return words


def _files(folder: Path, name: str) -> list[Path]:
    """The kind's own file, then those that add to it: measures.toml, measures-companies.toml."""
    return [folder / f"{name}.toml", *sorted(folder.glob(f"{name}-*.toml"))]


def _merge(words: dict[str, dict[str, Any]], more: dict[str, Any], where: str) -> None:
    for id, given in more.items():
        if id not in words:
            words[id] = given
        elif set(given) == {"codes"} and not set(given["codes"]) & set(words[id]["codes"]):
            words[id] = {**words[id], "codes": {**words[id]["codes"], **given["codes"]}}
        else:
            raise BadInput("an entry, or codes, that no other file holds", id, where)


def read_toml(path: Path, table: str) -> Any:
    """Return one table of a TOML file."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise BadInput("this file", "no file", short(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadInput("TOML in UTF-8", str(problem), short(path)) from problem
    strange = sorted(set(content) - {table})
    if strange or table not in content:
        raise BadInput(f"the table {table}", strange[0] if strange else "none", short(path))
    return content[table]


def read_csv(path: Path, header: list[str]) -> list[dict[str, str]]:
    """Read a CSV file whose header must be exactly this; raises BadInput naming file and row."""
    try:
        return rows_of(path.read_bytes(), header, short(path))
    except FileNotFoundError:
        raise BadInput("this file", "no file", short(path)) from None


def rows_of(content: bytes, header: list[str], where: str) -> list[dict[str, str]]:
    """Read CSV bytes; every row must have as many cells as the header."""
    try:
        table = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise BadInput("CSV in UTF-8", str(problem), where) from problem
    if not table or table[0] != header:
        raise BadInput(f"the header {','.join(header)}", ",".join(table[0]) if table else "", where)
    for number, row in enumerate(table[1:], 1):
        if len(row) != len(header):
            raise BadInput(f"{len(header)} cells", f"{len(row)}", f"{where}, row {number}")
    return [dict(zip(header, row, strict=True)) for row in table[1:]]


def by_id(entries: list[dict[str, Any]], where: str) -> dict[str, dict[str, Any]]:
    """Index entries by their id, which must be there once."""
    found: dict[str, dict[str, Any]] = {}
    for number, given in enumerate(entries, 1):
        id = given.get("id", "")
        if not id or id in found:
            raise BadInput("an id that no other entry has", id, f"{where}, entry {number}")
        found[id] = {name: plain_text(value) for name, value in given.items() if name != "id"}
    return found


def plain_text(value: Any) -> Any:
    """Dates of TOML as ISO text."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def short(path: Path) -> str:
    """The path as people name it: from data/ on."""
    parts = path.parts
    return "/".join(parts[parts.index("data") :]) if "data" in parts else path.name


def vocabulary(words: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Vocabulary:
    """Build the vocabulary and check that every word it refers to is held."""
    built = Vocabulary(
        units=_entries(Unit, words["unit"], "units.toml"),
        measures=_entries(Measure, words["measure"], "measures.toml"),
        dimensions=_entries(Dimension, words["dimension"], "dimensions.toml"),
        statuses=_entries(Status, words["status"], "statuses.toml"),
        breaks={id: _break(id, given) for id, given in words["break"].items()},
        chains={id: _chain(id, given) for id, given in words["chain"].items()},
        areas=words["area"],
        bodies=words["body"],
        sources=words["source"],
    )
    _check_bodies(words)
    return link(built)


def _entries(kind: Any, given: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Any]:
    return {id: entry(kind, id, fields, f"vocabulary/{where}") for id, fields in given.items()}


def _break(id: str, given: Mapping[str, Any]) -> Break:
    try:
        day = date.fromisoformat(given["date"])
    except (KeyError, ValueError) as problem:
        where = f"vocabulary/breaks.toml, {id}"
        raise BadInput("a date such as 2015-01-01", given.get("date"), where) from problem
    return entry(Break, id, {**given, "date": day}, "vocabulary/breaks.toml")


def _chain(id: str, given: Mapping[str, Any]) -> Chain:
    years = {"first": int(given["from"]), "last": int(given["to"])}
    others = {name: value for name, value in given.items() if name not in ("from", "to")}
    return entry(Chain, id, {**others, **years}, "vocabulary/chains.toml")


def _check_bodies(words: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    known = {"body_type": words["body_type"], "area": words["area"], "parent": words["body"]}
    for id, body in words["body"].items():
        for name, entries in known.items():
            optional = name in ("area", "parent") and not body[name]
            if not optional and body[name] not in entries:
                raise BadInput(f"a known {name}", body[name], f"bodies.csv, {id}")
        if id == TOTAL:
            raise BadInput(f"an id other than {TOTAL}", id, "bodies.csv")
    for id, source in words["source"].items():
        if source["licence"] not in words["licence"]:
            raise BadInput("a known licence", source["licence"], f"sources.csv, {id}")
