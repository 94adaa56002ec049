"""The short cuts of a big import give, figure by figure, what the long way gives."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from test_sources import FIGURES, observations

from portal.core.observations import Locator, Observation, Series, write_breakdown
from portal.core.periods import Period
from portal.core.values import Value, plain
from portal.store import staging
from portal.store.staging import locator_text, stage

ALL = """
SELECT s.id, k.series, k.measure, k.requester, k.holder, k.area, k.breakdown, k.start, k."end",
  k.source, s.variant, k.period, s.value, s.low, s.high, s.status, s.printed, s.note, k.snapshot,
  s.locator, k.page, k.url FROM temp.staged s JOIN temp.kinds k ON k.n = s.kind ORDER BY s.id
"""
BASE = Observation(
    Series("items"), Period(date(2014, 1, 1), date(2014, 12, 31)), Value(Decimal(5)), "report"
)


def long_way(each: Observation) -> tuple[object, ...]:
    s, p, v, at = each.series, each.period, each.value, each.locator
    held = {name: getattr(at, name) for name in ("column", "member", "page", "row")}
    held |= {name: getattr(at, name) for name in ("sheet", "table", "url")}
    locator = json.dumps({k: v for k, v in held.items() if v}, ensure_ascii=False)
    return (
        each.id, s.id, s.measure, s.requester, s.holder, s.area, write_breakdown(s.breakdown),
        str(p.start or ""), str(p.end or ""), each.source, each.variant, p.label,
        *(None if n is None else plain(n) for n in (v.number, v.low, v.high)), v.status, v.printed,
        each.note, at.snapshot, locator, at.page, at.url,
    )  # fmt: skip


def same(given: list[Observation]) -> None:
    conn = sqlite3.connect(":memory:")
    stage(conn, given)
    assert conn.execute(ALL).fetchall() == sorted(map(long_way, given), key=lambda row: row[0])


@pytest.mark.parametrize("kept", [1, 3, 1 << 15])
def test_recorded_figures_are_staged_as_they_are(
    monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Also where next to nothing is kept, and every text is made anew."""
    monkeypatch.setattr(staging, "KEPT", kept)
    same([figure for id in FIGURES for _, figure in observations(id)])


def test_figures_that_die_while_others_come_are_not_confused() -> None:
    """An object's identity may be given to another one once it is gone."""

    def passing() -> Iterator[Observation]:
        for number in range(20_000):
            series = Series("items", area=f"A{number % 7}")
            period = Period(date(2000 + number % 11, 1, 1), date(2000 + number % 11, 12, 31))
            value = Value(Decimal(number))
            place = Locator(row=number + 1, column=f"c{number % 3}", page=str(number % 5))
            yield Observation(series, period, value, "report", place, variant=str(number))

    conn = sqlite3.connect(":memory:")
    stage(conn, passing())
    expected = sorted(map(long_way, passing()), key=lambda row: row[0])
    assert conn.execute(ALL).fetchall() == expected


@pytest.mark.parametrize("name", ['"row": 1', 'a", "row": 7, "b', "{}", "\\", "row", "ROW é"])
def test_odd_names_of_columns_do_not_reach_the_row(name: str) -> None:
    conn = sqlite3.connect(":memory:")
    given = [
        replace(BASE, variant=str(row), locator=Locator(row=row, column=name, sheet=name))
        for row in (1, 7, 12)
    ]
    stage(conn, given)
    held = {row[0] for row in conn.execute("SELECT locator FROM temp.staged")}
    assert held == {locator_text(each.locator) for each in given}
    assert {json.loads(text)["row"] for text in held} == {1, 7, 12}


def test_a_place_without_a_row_is_not_taken_for_one_with_a_row() -> None:
    """Whichever of the two comes first."""
    places = [Locator(row=3, column="c"), Locator(column="c"), Locator(row=4, column="c")]
    for given in (places, places[1:], places[::-1]):
        same([replace(BASE, variant=str(n), locator=at) for n, at in enumerate(given)])


def test_periods_without_a_day_are_told_apart_by_their_label() -> None:
    same([replace(BASE, period=Period(None, None, label)) for label in ("a", "b")])


def test_two_figures_with_one_id_are_refused() -> None:
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        same([BASE, replace(BASE, value=Value(Decimal(6)))])
