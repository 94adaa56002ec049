"""Putting what an import reads beside what is known: fast, and in constant memory.

A big file says the same few things a million times. What figures share (series, period, page) is
written once as a kind; the texts of a value and the ends of a locator are made once. What is kept
for that is bounded and thrown away whole when it is full, so nothing grows with the file. Rows are
first appended as they come and then sorted by id, which is how the tables want them.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
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


class Texts:
    """Makes a figure's row; each text that others share is made once.

    What is kept is found by the identity of the object it was made from, and holds that object, so
    that no other can take its place.
    """

    def __init__(self) -> None:
        self._count = 0
        self._new: list[Row] = []
        self._kinds: dict[Row, tuple[int, str, Observation]] = {}
        self._values: dict[int, tuple[Value, Row]] = {}
        self._ends: dict[Row, tuple[str, str]] = {}

    def kinds(self) -> Iterator[Row]:
        """The kinds that came up since the last time."""
        new, self._new = self._new, []
        return iter(new)

    def row(self, observation: Observation) -> Row:
        """The row of temp.unsorted."""
        value, place, variant = observation.value, observation.locator, observation.variant
        series, period, source = observation.series, observation.period, observation.source
        key = (id(series), id(period), source, place.snapshot, place.page, place.url)
        kind = self._kinds.get(key) or self._kind(key, observation)
        held = self._values.get(id(value))
        texts = held[1] if held else self._value(value)
        return (
            finish_id(kind[1], variant),
            kind[0],
            variant,
            *texts,
            observation.note,
            self._locator(place),
        )

    def _kind(self, key: Row, observation: Observation) -> tuple[int, str, Observation]:
        if len(self._kinds) >= KEPT:
            self._kinds.clear()
        series, period, place = observation.series, observation.period, observation.locator
        self._count += 1
        begun = begin_id(series.id, period, observation.source)
        kind = self._kinds[key] = (self._count, begun, observation)
        words = (series.measure, series.requester, series.holder, series.area)
        days = (str(period.start or ""), str(period.end or ""))
        self._new.append(
            (self._count, series.id, *words, write_breakdown(series.breakdown), *days)
            + (observation.source, period.label, place.snapshot, place.page, place.url)
        )
        return kind

    def _value(self, value: Value) -> Row:
        if len(self._values) >= KEPT:
            self._values.clear()
        numbers = (value.number, value.low, value.high)
        texts = (*(None if n is None else plain(n) for n in numbers), value.status, value.printed)
        self._values[id(value)] = (value, texts)
        return texts

    def _locator(self, place: Locator) -> str:
        """What `locator_text` gives; all but the row is the same for many figures."""
        if place.row is None:
            return locator_text(place)
        key = (place.column, place.member, place.page, place.sheet, place.table, place.url)
        ends = self._ends.get(key)
        if ends is None:
            if len(self._ends) >= KEPT:
                self._ends.clear()
            before, _, after = locator_text(place).partition(f'"row": {place.row}')
            if locator_text(place).count('"row": ') != 1:  # a column or page with such a name
                return locator_text(place)
            ends = self._ends[key] = (f'{before}"row": ', after)
        return f"{ends[0]}{place.row}{ends[1]}"


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
