"""The checks beside a figure: each says what to look at, and none of them decides."""

import json
from typing import Any

import pytest

from portal.core.vocabulary import Unit
from portal.desk.review.checks import Around, notices
from portal.extract.model import Cell, Table
from portal.extract.sums import adds_up

REQUESTS = Unit("request", "Request", "request", "requests", "count")
POUNDS = Unit("gbp", "Pounds", "pound", "pounds", "money", "£")
SHARE = Unit("share", "Share", "per cent", "per cent", "share", "%")
AROUND = Around(REQUESTS)


def row(**fields: Any) -> dict[str, Any]:
    """A proposal for 2014 that nothing is to be said about."""
    plain = {
        "value": "100", "low": None, "high": None, "status": "normal", "printed": "100",
        "start": "2014-01-01", "end": "2014-12-31", "period": "2014", "confidence": 1.0,
        "doubts": "[]", "row": 1, "column": 1, "reference": "Sheet1!B2", "source": "other",
    }  # fmt: skip
    return plain | fields


def year(number: int, **fields: Any) -> dict[str, Any]:
    days = {"start": f"{number}-01-01", "end": f"{number}-12-31", "period": str(number)}
    return row(**days | fields)


def found(figure: dict[str, Any], around: Around = AROUND) -> dict[str, str]:
    return {notice.check: notice.words for notice in notices(figure, around)}


def test_of_a_plain_figure_nothing_is_said() -> None:
    assert found(row()) == {}


@pytest.mark.parametrize(("value", "said"), [("0", 0), ("1", 1), ("4", 1), ("5", 0), ("100", 0)])
def test_counts_from_one_to_four_are_flagged(value: str, said: int) -> None:
    assert ("small" in found(row(value=value, printed=value))) == bool(said)
    assert "small" not in found(row(value=value), Around(POUNDS))


def test_a_band_that_hides_a_small_count_is_not_flagged_again() -> None:
    hidden = row(value=None, low="1", high="4", status="suppressed", printed="<5")
    assert found(hidden) == {}
    assert "small" in found(row(value=None, low="1", high="4", printed="1 - 4"))


@pytest.mark.parametrize(("before", "now", "jump"), [
    ("100", "300", False), ("100", "301", True), ("300", "100", False), ("301", "100", True),
    ("0", "5", True), ("0", "0", False),
])  # fmt: skip
def test_more_than_three_times_or_less_than_a_third_is_a_jump(
    before: str, now: str, jump: bool
) -> None:
    around = Around(REQUESTS, known=[year(2013, value=before), year(2010, value="1")])
    assert ("jump" in found(row(value=now), around)) == jump


def test_a_jump_is_looked_for_on_the_same_page_and_only_among_equal_lengths() -> None:
    assert "jump" in found(row(), Around(REQUESTS, beside=[year(2013, value="9")]))
    half = row(start="2013-07-01", end="2013-12-31", period="2013 H2", value="9")
    assert "jump" not in found(row(), Around(REQUESTS, known=[half]))
    assert "jump" not in found(row(value=None, status="refused"),
                               Around(REQUESTS, known=[year(2013)]))  # fmt: skip


def test_official_figures_agree_conflict_or_overlap() -> None:
    names = {"other": "Annual report"}
    same = found(row(), Around(REQUESTS, known=[row()], names=names))
    assert same == {"official": "“Annual report” has the same, 100."}
    differs = found(row(), Around(REQUESTS, known=[row(value="101")], names=names))
    assert differs == {"conflict": "“Annual report” has 101 for the same time."}
    span = year(2014, start="2013-01-01", period="2013 to 2014", value="190")
    overlap = found(row(), Around(REQUESTS, known=[span], names=names))
    assert overlap == {"overlap": "Overlaps 2013 to 2014, for which “Annual report” has 190."}


def test_what_is_recorded_from_this_request_or_stands_twice_is_said() -> None:
    assert "recorded" in found(row(), Around(REQUESTS, known=[row()], source="other"))
    twice = found(row(), Around(REQUESTS, beside=[row(value="7", reference="Sheet1!E2")]))
    assert twice["twice"].endswith("7 at Sheet1!E2.")


def test_signs_that_do_not_fit_the_unit_are_said() -> None:
    pounds = "Pounds are printed; what is counted is requests."
    assert found(row(printed="£100")) == {"unit": pounds}
    assert found(row(printed="12%")) == {
        "unit": "Per cent is printed; what is counted is requests."
    }
    assert found(row(printed="12%"), Around(SHARE)) == {}
    assert "unit" in found(row(value="101"), Around(SHARE))
    assert "unit" not in found(row(printed="£100"), Around(POUNDS))


@pytest.mark.parametrize("head", ["Requests (000s)", "in thousands", "£m"])
def test_a_head_that_counts_in_thousands_or_millions_is_said(head: str) -> None:
    table = Table("1", 1, (Cell(0, 1, head), Cell(1, 1, "100")), header_rows=1)
    assert "scale" in found(row(), Around(REQUESTS, table))
    assert "scale" not in found(row(column=0), Around(REQUESTS, table))


@pytest.mark.parametrize(("total", "kind"), [("5", "good"), ("6", "warning")])
def test_a_printed_total_agrees_or_does_not(total: str, kind: str) -> None:
    texts = [("Force", "Requests"), ("A", "2"), ("B", "3"), ("Total", total)]
    cells = tuple(Cell(r, c, text) for r, pair in enumerate(texts) for c, text in enumerate(pair))
    table = Table("1", 1, cells, header_rows=1, total_rows=(3,))
    said = notices(row(value="200"), Around(REQUESTS, table, adds_up(table)))
    assert [(n.check, n.kind) for n in said] == [("sum", kind)]


def test_what_the_picture_and_the_mapping_left_in_doubt_is_said() -> None:
    doubts = json.dumps(["The name is not one that we hold.", "A printed total does not agree: x."])
    said = found(row(confidence=0.89, doubts=doubts))
    assert said == {"ocr": "Read from a picture, 89% sure.",
                    "mapping": "The name is not one that we hold."}  # fmt: skip
    assert found(row(confidence=0.9)) == {}


def test_days_that_do_not_read_are_said_and_nothing_breaks() -> None:
    assert set(found(row(start="2014-13-01"))) == {"period"}
    assert found(row(start="", end="", period=""), Around(REQUESTS, known=[row()])) == {}
