"""Putting what an import reads beside what is known: fast, and in constant memory.

A big file says the same few things a million times. What figures share (series, period, page) is
written once as a kind; the texts of a value and the ends of a locator are made once. What is kept
for that is bounded and thrown away whole when it is full, so nothing grows with the file. Rows are
first appended as they come and then sorted by id, which is how the tables want them.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from portal.core.observations import (
    Locator,
    Observation,
    begin_id,
    finish_id,
    write_breakdown,
)
from portal.core.values import Value, plain

TABLES = {
    # What many figures share.
    "kinds": """n INTEGER PRIMARY KEY, series TEXT, measure TEXT, requester TEXT, holder TEXT,
  area TEXT, breakdown TEXT, start TEXT, "end" TEXT, source TEXT, period TEXT, snapshot TEXT,
  page TEXT, url TEXT""",
    # The figures as they came, then the same in order, each id once.
    "unsorted": """id TEXT, kind INTEGER, variant TEXT, value TEXT, low TEXT, high TEXT,
  status TEXT, printed TEXT, note TEXT, locator TEXT""",
    "staged": """id TEXT PRIMARY KEY, kind INTEGER, variant TEXT, value TEXT, low TEXT, high TEXT,
  status TEXT, printed TEXT, note TEXT, locator TEXT""",
    "changed": "id TEXT PRIMARY KEY, revision INTEGER, kind TEXT, explanation TEXT",
}
AT_ONCE = 2000  # rows handed over together
KEPT = 1 << 15  # texts kept of each sort
Row = tuple[Any, ...]


def stage(conn: sqlite3.Connection, observations: Iterable[Observation]) -> None:
    """Put the figures into temp.staged; two that have one id are refused."""
    for name, columns in TABLES.items():
        by_id = " WITHOUT ROWID" if name in ("staged", "changed") else ""
        conn.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}){by_id}")
    clear(conn)
    texts, given = Texts(), iter(observations)
    while rows := [texts.row(observation) for observation in islice(given, AT_ONCE)]:
        conn.executemany(f"INSERT INTO temp.unsorted VALUES ({', '.join('?' * 10)})", rows)
        conn.executemany(f"INSERT INTO temp.kinds VALUES ({', '.join('?' * 14)})", texts.kinds())
    conn.execute("INSERT INTO temp.staged SELECT * FROM temp.unsorted ORDER BY id")
    conn.execute("DELETE FROM temp.unsorted")


def clear(conn: sqlite3.Connection) -> None:
    """Empty the tables of the last import."""
    for name in TABLES:
        conn.execute(f"DELETE FROM temp.{name}")


@dataclass(frozen=True, slots=True)
class Kind:
    """What figures of one series, period and column share, and how their texts begin and end.

    It holds the figure that it was made from, and so keeps the identity of what that consists of.
    """

    number: int
    begun: bytes
    before: str
    after: str
    made_from: Observation


class Texts:
    """Makes a figure's row; each text that others share is made once.

    What is kept is found by the identity of the object it was made from, and holds that object, so
    that no other can take its place.
    """

    def __init__(self) -> None:
        self._new: list[Row] = []
        self._numbers: dict[Row, int] = {}
        self._kinds: dict[Row, Kind] = {}
        self._values: dict[int, tuple[Value, Row]] = {}
        self._count = 0

    def kinds(self) -> Iterator[Row]:
        """The kinds that came up since the last time."""
        new, self._new = self._new, []
        return iter(new)

    def row(self, observation: Observation) -> Row:
        """The row of temp.unsorted."""
        value, place, variant = observation.value, observation.locator, observation.variant
        key = (
            id(observation.series), id(observation.period), place.column, observation.source,
            place.member, place.page, place.sheet, place.table, place.url, place.snapshot,
        )  # fmt: skip
        kind = self._kinds.get(key) or self._kind(key, observation)
        held = self._values.get(id(value))
        texts = held[1] if held else self._value(value)
        told = kind.before and place.row
        at = f"{kind.before}{place.row}{kind.after}" if told else locator_text(place)
        row = (finish_id(kind.begun, variant), kind.number, variant)
        return (*row, *texts, observation.note, at)

    def _kind(self, key: Row, observation: Observation) -> Kind:
        if len(self._kinds) >= KEPT:
            self._kinds.clear()
            self._numbers.clear()
        series, period, place = observation.series, observation.period, observation.locator
        begun = begin_id(series.id, period, observation.source)
        words = (series.measure, series.requester, series.holder, series.area)
        days = (str(period.start or ""), str(period.end or ""))
        row = (series.id, *words, write_breakdown(series.breakdown), *days, observation.source)
        row += (period.label, place.snapshot, place.page, place.url)
        if row not in self._numbers:
            self._count += 1
            self._numbers[row] = self._count
            self._new.append((self._count, *row))
        made = Kind(self._numbers[row], begun.encode(), *_around_row(place), observation)
        self._kinds[key] = made
        return made

    def _value(self, value: Value) -> Row:
        if len(self._values) >= KEPT:
            self._values.clear()
        numbers = (value.number, value.low, value.high)
        texts = (*(None if n is None else plain(n) for n in numbers), value.status, value.printed)
        self._values[id(value)] = (value, texts)
        return texts


def _around_row(place: Locator) -> tuple[str, str]:
    """What `locator_text` says before and after the row; nothing where that cannot be told."""
    text = locator_text(place)
    # A column or page may have such a name; another place may be without a row.
    if place.row is None or text.count('"row": ') != 1:
        return "", ""
    before, _, after = text.partition(f'"row": {place.row}')
    return f'{before}"row": ', after


def locator_text(place: Locator) -> str:
    """The locator inside its snapshot as JSON, without the empty fields."""
    given = {
        "column": place.column,
        "member": place.member,
        "page": place.page,
        "row": place.row,
        "sheet": place.sheet,
        "table": place.table,
        "url": place.url,
    }
    return json.dumps({k: v for k, v in given.items() if v}, ensure_ascii=False)
