"""Figures, their places and their addresses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from core_examples import figure
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import BadObservation
from portal.core.observations import (
    TOTAL,
    Breakdown,
    Locator,
    Observation,
    Series,
    read_breakdown,
    write_breakdown,
)
from portal.core.periods import Period, read_period
from portal.core.values import Value

codes = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,6}", fullmatch=True).filter(
    lambda code: code != TOTAL
)
breakdowns = st.dictionaries(codes, codes, max_size=3).map(lambda d: tuple(sorted(d.items())))
places = st.one_of(codes, st.just(TOTAL))
series = st.builds(Series, codes, places, places, places, breakdowns)
# Words that a separator could be hidden in, so that two lists of words run together.
tricky = st.lists(st.sampled_from(["a", "b", ";", "=", "_T", " ", "|", "/", "-"]), max_size=5).map(
    "".join
)


def test_an_address_stays_the_same_when_everything_but_the_identity_changes() -> None:
    one = figure(1000)
    other = replace(
        one,
        value=Value(Decimal(999), status="revised"),
        locator=Locator(page="p. 79"),
        note="see note 44",
        period=replace(one.period, label="Jan 2013 - Dec 2013"),
    )
    assert one.id == other.id
    assert len(one.id) == 12


def test_addresses_are_kept_for_ever() -> None:
    # Written down by hand: when one of these changes, every published link has broken.
    assert figure(1).series.id == "6abb5b3ce750"
    assert figure(1).id == "48d73d0671dd"


@pytest.mark.parametrize(
    "change",
    [
        {"period": read_period("2014")},
        {"period": read_period("2013 H1")},
        {"source": "guardian"},
        {"variant": "business-services"},
        {"series": Series("items", "met")},
        {"series": Series("items", TOTAL, "met")},
        {"series": Series("items", area="DE")},
        {"series": Series("items", breakdown=(("data_type", "traffic"),))},
    ],
)
def test_whatever_makes_another_figure_makes_another_address(change: dict[str, object]) -> None:
    assert replace(figure(1), **change).id != figure(1).id  # type: ignore[arg-type]


def test_periods_without_stated_days_are_told_apart_by_their_label() -> None:
    labels = ("before the Act", "past five years")
    one, other = (figure(1, Period(None, None, label)) for label in labels)
    assert one.id != other.id


@given(series, series)
def test_two_series_never_share_an_address(one: Series, other: Series) -> None:
    assert (one.id == other.id) == (one == other)


@given(
    st.lists(st.tuples(tricky, tricky), max_size=3), st.lists(st.tuples(tricky, tricky), max_size=3)
)
def test_no_separator_makes_two_breakdowns_one(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    try:
        first, second = Series("m", breakdown=tuple(one)), Series("m", breakdown=tuple(other))
    except BadObservation:
        return
    same = first.breakdown == second.breakdown
    assert (write_breakdown(first.breakdown) == write_breakdown(second.breakdown)) == same
    assert (first.id == second.id) == same


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_no_text_of_source_and_variant_makes_two_figures_one(
    source: str, variant: str, other_source: str, other_variant: str
) -> None:
    try:
        one = replace(figure(1), source=source, variant=variant)
        other = replace(figure(1), source=other_source, variant=other_variant)
    except BadObservation:
        return
    same = (source, variant) == (other_source, other_variant)
    assert (one.id == other.id) == same


def test_a_separator_inside_a_word_is_refused() -> None:
    for change in ({"source": "a\x1fb"}, {"variant": "a\x1fb"}, {"variant": "\ud800"}):
        with pytest.raises(BadObservation):
            replace(figure(1), **change)
    with pytest.raises(BadObservation, match="label"):
        figure(1, Period(None, date(2013, 1, 1), "to 2013\x1freport"))


@given(breakdowns)
def test_a_breakdown_reads_back(breakdown: Breakdown) -> None:
    assert read_breakdown(write_breakdown(breakdown)) == breakdown


@pytest.mark.parametrize(
    "text", ["", "a", "a=", "=b", "a=b=c", "a=b;", "a=b;c", "a=b,c=d", "a b=c", "_T;a=b", "a=b\n"]
)
def test_what_is_no_breakdown_is_refused(text: str) -> None:
    with pytest.raises(BadObservation):
        read_breakdown(text)


@pytest.mark.parametrize(
    "parts",
    [
        {"measure": ""},
        {"requester": ""},
        {"holder": ""},
        {"area": ""},
        {"measure": "two words"},
        {"requester": "met;kent"},
        {"breakdown": (("b", "1"), ("a", "1"))},
        {"breakdown": (("a", "1"), ("a", "2"))},
        {"breakdown": (("a", "_T"),)},
        {"breakdown": (("a", ""),)},
        {"breakdown": (("a", "b;c=d"),)},
    ],
)
def test_a_series_that_contradicts_itself_cannot_be_made(parts: dict[str, object]) -> None:
    with pytest.raises(BadObservation):
        Series(**{"measure": "items", **parts})  # type: ignore[arg-type]


def test_a_figure_without_source_cannot_be_made() -> None:
    with pytest.raises(BadObservation, match="the source of the figure"):
        Observation(Series("items"), read_period("2013"), Value(Decimal(1)), "")


@pytest.mark.parametrize(
    "parts",
    [
        {"snapshot": "abc"},
        {"snapshot": "A" * 64},
        {"row": 0},
        {"row": -1},
        {"row": True},
        {"url": "report.pdf"},
        {"url": "javascript:alert(1)"},
        {"url": "https://"},
        {"url": "https://a b"},
        {"url": 'https://a"onclick="b'},
    ],
)
def test_a_place_that_cannot_be_followed_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(BadObservation):
        Locator(**parts)  # type: ignore[arg-type]


def test_a_place_names_bytes_row_and_page() -> None:
    place = Locator("a" * 64, "report.csv", row=1, url="https://data.guardint.org/x?page=83#p")
    assert place.row == 1
    assert Locator() == Locator("")


def test_a_refused_figure_says_where_it_stands() -> None:
    with pytest.raises(BadObservation) as refused:
        Series("items", requester="")
    text = str(refused.value.at("totals.csv, row 4"))
    assert text.startswith("totals.csv, row 4: expected a requester (_T is the total, never an")
