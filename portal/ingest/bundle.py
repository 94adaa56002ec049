"""`portal init`: carries the bundled data into the private store, one import a file."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal import __version__
from portal.core.errors import BadInput
from portal.core.vocabulary import Vocabulary
from portal.ingest import words as wording
from portal.ingest.figures import read_figures
from portal.store import archive
from portal.store.desk import Desk
from portal.store.writing import Batch, Outcome, Snapshot, record

RULE = "bundled figure: transcribed with its source and reviewed in the public repository"
LAW = (
    "id,instrument,reference,area,instrument_type,in_force_from,ended_on,months_min,months_max,"
    "data_covered,state,status,status_event,status_event_date,source,url,seen_at,note"
).split(",")
EVENT = "id,date,event,instrument,body,area,source_title,url".split(",")


NOTHING = Outcome()


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one file."""

    name: str
    read: int
    outcome: Outcome = NOTHING
    refused: tuple[str, ...] = ()


@dataclass(slots=True)
class Bundle:
    """One run over data/: the store, the archive, and what has been read so far."""

    data: Path
    archive: Path
    db: Desk
    vocabulary: Vocabulary
    version: str
    ids: dict[str, list[str]] = field(default_factory=dict)


def load(data: Path, archive_folder: Path, db: Desk) -> Iterator[Report]:
    """Load all of data/; yields a report per file. A file with a refused row is refused whole."""
    words = wording.read_words(data)
    bundle = Bundle(data, archive_folder, db, wording.vocabulary(words), _version(words))
    yield _words(bundle, words)
    for path in sorted((data / "figures").glob("*.csv")):
        yield _or_refused(f"figures/{path.name}", _figures, bundle, path)
    yield _or_refused("laws.csv", _table, bundle, "laws.csv", "law", LAW, _check_law)
    yield _or_refused("timeline.csv", _table, bundle, "timeline.csv", "event", EVENT, _check_event)
    for kind in ("correction", "conflict"):
        yield _or_refused(f"{kind}s", _findings, bundle, kind)


def load_words(data: Path, archive_folder: Path, db: Desk) -> tuple[Vocabulary, str]:
    """Load the words alone; returns them and the hash that stands for them."""
    words = wording.read_words(data)
    bundle = Bundle(data, archive_folder, db, wording.vocabulary(words), _version(words))
    _words(bundle, words)
    return bundle.vocabulary, bundle.version


def _version(words: wording.Words) -> str:
    return archive.digest(json.dumps(words, sort_keys=True, default=str).encode())


def _or_refused(name: str, step: Callable[..., Report], *given: Any) -> Report:
    """A file that cannot be read at all is refused; the others go on."""
    try:
        return step(*given)
    except BadInput as problem:
        return Report(name, 0, refused=(str(problem),))


def _words(bundle: Bundle, words: wording.Words) -> Report:
    content = json.dumps(words, sort_keys=True, ensure_ascii=False, indent=1, default=str).encode()
    snapshot = _keep(bundle, "vocabulary", content, "application/json")
    batch = Batch("vocabulary", _key("vocabulary", snapshot.sha256), snapshot, records=words)
    return Report("vocabulary", sum(map(len, words.values())), record(bundle.db, batch))


def _figures(bundle: Bundle, path: Path) -> Report:
    name, content = f"figures/{path.name}", path.read_bytes()
    sha256 = archive.digest(content)
    figures, refused = read_figures(content, sha256, bundle.vocabulary, name)
    read = len(figures) + len(refused)
    bundle.ids[path.stem] = [] if refused else [figure.id for figure in figures]
    if refused:
        return Report(name, read, refused=tuple(map(str, refused)))
    snapshot = _keep(bundle, name, content, "text/csv")
    key = _key(name, sha256, bundle.version)
    batch = Batch(name, key, snapshot, figures, rule=RULE)
    return Report(name, read, record(bundle.db, batch))


def _table(
    bundle: Bundle, name: str, kind: str, header: list[str], check: Callable[..., None]
) -> Report:
    content = (bundle.data / name).read_bytes()
    rows = wording.rows_of(content, header, name)
    refused = []
    for number, row in enumerate(rows, 1):
        try:
            check(row, bundle.vocabulary)
        except BadInput as problem:
            refused.append(str(problem.at(f"{name}, row {number}")))
    if refused:
        return Report(name, len(rows), refused=tuple(refused))
    return _record(bundle, name, content, "text/csv", {kind: wording.by_id(rows, name)})


def _record(
    bundle: Bundle, name: str, content: bytes, media: str, records: wording.Words
) -> Report:
    snapshot = _keep(bundle, name, content, media)
    key = _key(name, snapshot.sha256, bundle.version)
    count = sum(map(len, records.values()))
    return Report(name, count, record(bundle.db, Batch(name, key, snapshot, records=records)))


def _check_law(row: dict[str, str], vocabulary: Vocabulary) -> None:
    if row["area"] not in vocabulary.areas:
        raise BadInput("a known area", row["area"])
    if row["source"] and row["source"] not in vocabulary.sources:
        raise BadInput("a known source", row["source"])
    for name in ("months_min", "months_max"):
        if row[name] and not row[name].isdecimal():
            raise BadInput(f"whole months as {name}", row[name])


def _check_event(row: dict[str, str], vocabulary: Vocabulary) -> None:
    if row["area"] and row["area"] not in vocabulary.areas:
        raise BadInput("a known area", row["area"])
    if not row["event"]:
        raise BadInput("what happened", "")


def _findings(bundle: Bundle, kind: str) -> Report:
    """Corrections and conflicts: their figures are named by file and row, and stored by id."""
    entries: dict[str, dict[str, Any]] = {}
    refused = []
    parts = []
    for path in sorted((bundle.data / f"{kind}s").glob("*.toml")):
        parts.append(path.read_bytes())
        found = wording.by_id(wording.read_toml(path, kind), wording.short(path))
        for id, given in found.items():
            try:
                entries[id] = _resolve(given, bundle.ids)
            except BadInput as problem:
                refused.append(str(problem.at(f"{wording.short(path)}, {id}")))
    name = f"{kind}s"
    if refused:
        return Report(name, len(entries) + len(refused), refused=tuple(refused))
    # The ids are part of the key: the same text may name other figures once rows have moved.
    content = b"\n".join(parts)
    meaning = json.dumps(entries, sort_keys=True, default=str).encode()
    snapshot = _keep(bundle, name, content, "application/toml")
    key = _key(name, snapshot.sha256, bundle.version, archive.digest(meaning))
    batch = Batch(name, key, snapshot, records={kind: entries})
    return Report(name, len(entries), record(bundle.db, batch))


def _resolve(given: Any, ids: dict[str, list[str]]) -> Any:
    """Replace every figure named by file and row with its id, however deep it stands."""
    if (
        isinstance(given, list)
        and len(given) == 2
        and str(given[0]) in ids
        and isinstance(given[1], int)
    ):
        return _figure_id(given[0], given[1], ids)
    if isinstance(given, list):
        return [_resolve(each, ids) for each in given]
    if not isinstance(given, dict):
        return wording.plain_text(given)
    if "file" in given and "row" in given:
        others = {name: value for name, value in given.items() if name not in ("file", "row")}
        return {**others, "observation": _figure_id(given["file"], given["row"], ids)}
    return {name: _resolve(value, ids) for name, value in given.items()}


def _figure_id(file: str, row: int, ids: dict[str, list[str]]) -> str:
    figures = ids.get(file, [])
    if not 1 <= row <= len(figures):
        raise BadInput(f"a row of figures/{file}.csv that was loaded", row)
    return figures[row - 1]


def _keep(bundle: Bundle, name: str, content: bytes, media: str) -> Snapshot:
    sha256 = archive.keep(bundle.archive, content)
    return Snapshot(sha256, name, f"data/{name}", media, len(content))


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join((__version__, *parts)).encode()).hexdigest()
