"""Checking what a walled-off process said: it may have been taken over, so no word is believed.

Each function returns plain values of our own making, or raises Garbage.
"""

import re
import struct
from typing import Any

from portal.desk.inspection.findings import OUTCOMES, Finding
from portal.desk.inspection.limits import LIMITS
from portal.desk.inspection.process import Garbage
from portal.desk.inspection.tables import Cell, Table, letters
from portal.extract import errors, model
from portal.extract.pictures import png

_WORD = re.compile(r"[a-z_0-9]{2,40}")
_FIGURES = re.compile(r"[0-9][0-9,. ]{0,30}( s so far)?")
_SIDE = 20_000
_MOST_ROWS = 2_000_000
_ERRORS = {
    each.__name__: each
    for each in (
        errors.Unreadable, errors.Encrypted, errors.UnknownKind, errors.TooMuch,
        errors.ReaderMissing, errors.ExtractError,
    )
}  # fmt: skip


def word(value: object) -> str:
    """A short word in small letters."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise Garbage("word")
    return value


def line(value: object, most: int = 400) -> str:
    """A line that can be printed; longer ones and others are no answer."""
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise Garbage("line")
    return value


def finding(entry: Any) -> Finding:
    """One finding: a kind, a place, a count, an outcome; nothing else may come along."""
    if not isinstance(entry, dict) or set(entry) != {"kind", "place", "count", "outcome"}:
        raise Garbage("finding")
    outcome = entry["outcome"]
    if outcome not in OUTCOMES:
        raise Garbage("outcome")
    return Finding(word(entry["kind"]), line(entry["place"]), _whole(entry["count"], 1), outcome)


def visible(entry: Any) -> Table:
    """A table as a reader sees it."""
    rows, columns, texts = _lists(entry)
    held = {_index(key, len(rows)): word(reason) for key, reason in _dict(entry["held"]).items()}
    seen = zip(rows, columns, texts, strict=True)
    if held:
        cells = [Cell(*each, held.get(n, "")) for n, each in enumerate(seen)]
    else:
        cells = [Cell(*each) for each in seen]
    if any(cell.held and cell.text for cell in cells):
        raise Garbage("held")
    return Table(line(entry["place"]), cells, entry["prose"] is True)


def _lists(entry: Any) -> tuple[list[int], list[int], list[str]]:
    """Rows, columns and texts of cells: three lists of one length, each of one type only."""
    rows, columns, texts = entry["rows"], entry["columns"], entry["texts"]
    for numbers in (rows, columns):
        if type(numbers) is not list or not set(map(type, numbers)) <= {int}:
            raise Garbage("numbers")
        if numbers and not 0 <= min(numbers) <= max(numbers) <= _MOST_ROWS:
            raise Garbage("numbers")
    if type(texts) is not list or not set(map(type, texts)) <= {str}:
        raise Garbage("texts")
    if not len(rows) == len(columns) == len(texts) <= LIMITS.cells:
        raise Garbage("cells")
    return rows, columns, texts


def _dict(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise Garbage("object")
    return value


def _index(key: str, most: int) -> int:
    if not key.isascii() or not key.isdigit() or not int(key) < most:
        raise Garbage("index")
    return int(key)


def table(entry: Any) -> model.Table:
    """A table as it was extracted."""
    place = _text(entry["place"])
    cells = _cells(entry, place)
    return model.Table(
        place=place,
        index=_whole(entry["index"], 0),
        cells=cells,
        page=_whole(entry["page"], 0),
        box=_box(entry["box"]),
        header_rows=_whole(entry["header_rows"], 0),
        title=_text(entry["title"]),
        unit=_text(entry["unit"]),
        notes=_texts(entry["notes"]),
        total_rows=_wholes(entry["total_rows"]),
        total_columns=_wholes(entry["total_columns"]),
        reader=line(entry["reader"]),
        confidence=_share(entry["confidence"]),
        doubts=_texts(entry["doubts"]),
    )


def _cells(entry: Any, place: str) -> tuple[model.Cell, ...]:
    rows, columns, texts = _lists(entry)
    more = {_index(key, len(rows)): rest for key, rest in _dict(entry["more"]).items()}
    names = {column: letters(column + 1) for column in set(columns)}
    cells = []
    for n, (row, column, text) in enumerate(zip(rows, columns, texts, strict=True)):
        if n not in more:
            reference = f"{place}!{names[column]}{row + 1}"
            cells.append(model.Cell(row, column, text, reference=reference))
            continue
        down, across, box, named, page, sure = more[n]
        cells.append(
            model.Cell(row, column, text, _whole(down, 1), _whole(across, 1), _box(box),
                       _text(named), _whole(page, 0), _share(sure))
        )  # fmt: skip
    return tuple(cells)


def picture(blob: bytes) -> bytes:
    """Pixels of a page, made into a PNG by us: no file of the other side is ever passed on."""
    width, height = struct.unpack(">II", blob[:8])
    if not 0 < width <= _SIDE or not 0 < height <= _SIDE or len(blob) - 8 != width * height * 3:
        raise Garbage("pixels")
    return png(width, height, blob[8:])


def problem(said: dict[str, Any]) -> errors.ExtractError:
    """The error that a job ended with; of what it found only figures are passed on."""
    name, expected = said["error"], line(said["expected"])
    if name == "Refused":
        return errors.Unreadable(expected, word(said["found"]), line(said["where"]))
    if name not in _ERRORS:
        raise Garbage("error")
    found = said["found"]
    shown = isinstance(found, str) and _FIGURES.fullmatch(found)
    where = said["where"] if isinstance(said["where"], str) and said["where"].isprintable() else ""
    return _ERRORS[name](expected, found if shown else "what does not fit", where[:100])


def _whole(value: Any, least: int) -> int:
    if type(value) is not int or not least <= value <= 1_000_000_000:
        raise Garbage("number")
    return value


def _wholes(values: Any) -> tuple[int, ...]:
    return tuple(_whole(value, 0) for value in values)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Garbage("text")
    return value


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise Garbage("texts")
    return tuple(_text(value) for value in values)


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not -1e7 < value < 1e7:
        raise Garbage("number")
    return float(value)


def _share(value: Any) -> float:
    share = _number(value)
    if not 0 <= share <= 1:
        raise Garbage("share")
    return share


def _box(value: Any) -> model.Box | None:
    if value is None:
        return None
    left, top, right, bottom = (_number(each) for each in value)
    return left, top, right, bottom
