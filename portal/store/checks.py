"""The data lint: each check is a question that finds the figures that are wrong. Silence is good.

What a correction or a conflict already tells the reader is known, and not said again.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.core.errors import StoreError
from portal.store import archive


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person must look at."""

    check: str
    figure: str
    says: str


KNOWN = """
 AND NOT EXISTS (SELECT 1 FROM correction_figures k WHERE k.observation IN ({figures}))
 AND NOT EXISTS (SELECT 1 FROM conflict_sides k WHERE k.observation IN ({figures}))
"""

SAME_THING = """o.measure = p.measure AND o.requester = p.requester AND o.holder = p.holder
 AND o.area = p.area"""

# Two payments on one day are two payments: neither two values of one thing, nor a jump.
EVENTS = "p.period_kind = 'day' AND u.kind = 'money'"

# A slip of the pen gives a tenfold figure, so of figures that a person typed any jump to or from a
# thousand is looked at. A machine does not slip, and what small countries ask leaps by itself (one
# request may name a shipment of stolen phones): of its figures both sides must reach a thousand.
QUESTIONS = {
    "a part above the whole": f"""
SELECT p.id, s.label || ', ' || p.period || ': ' || p.value || ' is above the total of ' || o.value
FROM observations p JOIN observations o ON {SAME_THING} AND o.start = p.start AND o."end" = p."end"
 AND o.source = p.source AND o.breakdown = '_T' AND p.breakdown <> '_T'
JOIN measures m ON m.id = o.measure JOIN series s ON s.id = p.series
WHERE m.additive = 1 AND p.value > o.value {KNOWN.format(figures="p.id, o.id")}""",
    "parts that add up to more than the whole": f"""
SELECT o.id, s.label || ', ' || o.period || ': ' || c.dimension || ' adds up to ' || sum(p.value)
 || ', the total is ' || o.value
FROM observations o JOIN observations p ON {SAME_THING} AND o.start = p.start AND o."end" = p."end"
 AND o.source = p.source AND o.breakdown = '_T' AND instr(p.breakdown, ';') = 0
JOIN codes c ON c.id = p.breakdown JOIN measures m ON m.id = o.measure
JOIN series s ON s.id = o.series
WHERE m.additive = 1 {KNOWN.format(figures="o.id")}
GROUP BY o.id, c.dimension HAVING sum(p.value) > o.value""",
    "two values for one thing": f"""
SELECT o.id, s.label || ', ' || o.period || ': ' || o.value || ' and ' || p.value
FROM observations o JOIN observations p ON p.series = o.series AND p.start = o.start
 AND p."end" = o."end" AND p.id > o.id AND (o.period_kind <> 'open' OR p.period = o.period)
JOIN series s ON s.id = o.series JOIN units u ON u.id = o.unit
WHERE o.value <> p.value AND NOT ({EVENTS}) {KNOWN.format(figures="o.id, p.id")}""",
    "a sudden jump": f"""
SELECT p.id, s.label || ': ' || o.value || ' in ' || o.period || ', '
 || p.value || ' in ' || p.period
FROM observations o JOIN observations p ON p.series = o.series
 AND julianday(p.start) - julianday(o."end") BETWEEN 0 AND 2 AND p.period_kind = o.period_kind
JOIN series s ON s.id = o.series
JOIN sources q ON q.id = o.source JOIN sources r ON r.id = p.source JOIN units u ON u.id = o.unit
WHERE max(o.value, p.value) > 10 * min(o.value, p.value) AND NOT ({EVENTS})
 AND CASE WHEN 'scraped' IN (q.kind, r.kind) THEN min(o.value, p.value) ELSE max(o.value, p.value)
  END >= 1000
 AND NOT EXISTS (SELECT 1 FROM break_measures x JOIN breaks b ON b.id = x.break
  WHERE x.measure = o.measure AND coalesce(b.holder, o.holder) = o.holder
   AND b.date > o.start AND b.date <= p."end")
 {KNOWN.format(figures="o.id, p.id")}""",
    "periods that overlap in part": f"""
SELECT p.id, s.label || ': ' || o.period || ' and ' || p.period || ' from one source'
FROM observations o JOIN observations p ON p.series = o.series AND p.source = o.source
 AND o.start < p.start AND p.start <= o."end" AND o."end" < p."end"
JOIN series s ON s.id = o.series
WHERE o.start <> '' AND p."end" <> '' {KNOWN.format(figures="o.id, p.id")}""",
    "a share above 100": """
SELECT o.id, s.label || ', ' || o.period || ': ' || o.value
FROM observations o JOIN units u ON u.id = o.unit JOIN series s ON s.id = o.series
WHERE u.kind = 'share' AND (o.value > 100 OR o.value < 0)""",
}


def check_edition(conn: sqlite3.Connection) -> Iterator[Finding]:
    """Yield what the lint finds in an edition, and every guard that no longer holds."""
    for check, question in QUESTIONS.items():
        for figure, says in conn.execute(question):
            yield Finding(check, figure, says)
    for id, text in conn.execute("SELECT id, guard FROM corrections WHERE guard <> ''"):
        guard = json.loads(text)
        if _here(conn, guard) and not _holds(conn, guard):
            yield Finding("a correction that is out of date", id, "its guard no longer holds")


def check_archive(folder: Path) -> Iterator[Finding]:
    """Yield every archived file that is no longer what its name says."""
    for sha256 in archive.held(folder):
        try:
            archive.read(folder, sha256)
        except StoreError as problem:
            yield Finding("archived bytes", sha256, str(problem))


def _holds(conn: sqlite3.Connection, guard: dict[str, Any]) -> bool:
    return _GUARDS[guard["kind"]](conn, guard)


def _here(conn: sqlite3.Connection, guard: dict[str, Any]) -> bool:
    """Whether this edition holds the figures at all: a source may not be scraped here."""
    wanted = [guard["figure"]] if "figure" in guard else [*guard["parts"], guard["total"]]
    marks = ", ".join("?" * len(wanted))
    held = conn.execute(f"SELECT count(*) FROM observations WHERE id IN ({marks})", wanted)
    return bool(held.fetchone()[0])


def _value(conn: sqlite3.Connection, figure: str) -> float | None:
    sql = "SELECT coalesce(value, low, high) FROM observations WHERE id = ?"
    found = conn.execute(sql, [figure]).fetchone()
    return found[0] if found else None


def _value_is(conn: sqlite3.Connection, guard: dict[str, Any]) -> bool:
    found = _value(conn, guard["figure"])
    return found is not None and float(found) == float(guard["value"])


def _do_not_add(conn: sqlite3.Connection, guard: dict[str, Any]) -> bool:
    parts = [_value(conn, figure) for figure in guard["parts"]]
    total = _value(conn, guard["total"])
    complete = total is not None and all(part is not None for part in parts)
    return complete and round(sum(part or 0 for part in parts) - (total or 0), 6) != 0


_GUARDS: dict[str, Callable[[sqlite3.Connection, dict[str, Any]], bool]] = {
    "value_is": _value_is,
    "parts_do_not_add": _do_not_add,
}
