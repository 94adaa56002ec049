"""Sums, changes, rates and ranks: no false comparison, and warnings that travel."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from core_examples import VOCABULARY, band, figure, with_status
from hypothesis import given
from hypothesis import strategies as st

from portal.core.comparison import (
    breaks_between,
    change,
    rank,
    rate,
    reasons_against,
    reasons_against_ranking,
    total,
)
from portal.core.errors import NotComparable
from portal.core.observations import Observation
from portal.core.values import Value, plain, write_value

MET, KENT = (figure(n, requester=body) for body, n in (("met", 100), ("kent", 40)))


def reasons(*figures: Observation) -> str:
    return " ".join(reasons_against(figures, VOCABULARY))


def broken(one: str, other: str, measure: str = "items") -> list[str]:
    pair = (figure(1, period, measure) for period in (one, other))
    return [b.id for b in breaks_between(*pair, VOCABULARY)]


def test_figures_of_one_measure_and_period_may_be_compared() -> None:
    assert reasons_against([MET, KENT], VOCABULARY) == []
    assert reasons_against([figure(1, "2012"), figure(2, "2013")], VOCABULARY) == []


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        (
            figure(1),
            figure(1, measure="notices"),
            "They count different things: items of data and notices and authorisations.",
        ),
        (
            figure(1),
            figure(1, measure="urgent_items"),
            "They are different measures: Items and Urgent Items.",
        ),
        (
            figure(1),
            figure(1, measure="press_items"),
            "They were counted by different publishers: the Commissioner and the press.",
        ),
        (
            figure(1, "Jan 2005 - Mar 2006"),
            figure(1, "2007"),
            "Their periods differ in length: 2007 (12 months) and Jan 2005 - Mar 2006 (15 months).",
        ),
        (
            figure(1, "11 April to 31 December 2006"),
            figure(1, "2007"),
            "Their periods differ in length: 11 April to 31 December 2006 (265 days) and "
            "2007 (12 months).",
        ),
        (figure(1, "2012"), figure(1, "2012-13"), "Their periods overlap: 2012 and 2012-13."),
        (
            figure(1, "from 2012-01-01"),
            figure(1, "2011"),
            "It is not stated when a period begins or ends: from 2012-01-01.",
        ),
        (
            figure(1, "2013"),
            figure(1, "2015"),
            "A break lies between them: New system (2014-07-01).",
        ),
    ],
)
def test_a_reason_is_a_sentence_for_a_citizen(
    one: Observation, other: Observation, sentence: str
) -> None:
    assert sentence in reasons_against([one, other], VOCABULARY)
    assert sentence in reasons_against([other, one], VOCABULARY)


def test_a_break_inside_a_period_parts_it_from_both_neighbours() -> None:
    assert broken("2013", "2014") == ["mid-2014"]
    assert broken("2014", "2015") == ["mid-2014"]
    assert broken("2013", "2015") == ["mid-2014"]
    assert broken("2014", "2014") == []
    assert broken("2012", "2013") == broken("2015", "2015 H1") == []
    assert broken("2014 H1", "2014 H2") == ["mid-2014"]
    assert broken("2014 H2", "2015 H1") == []


def test_a_break_in_the_rest_of_a_longer_period_is_not_overlooked() -> None:
    assert broken("Jan 2013 - Dec 2014", "2013 Q2") == ["mid-2014"]
    assert broken("2013 Q2", "Jan 2013 - Dec 2014") == ["mid-2014"]


def test_a_day_that_is_not_stated_may_lie_beyond_any_break() -> None:
    assert broken("from 2012-01-01", "2012") == ["mid-2014", "notices-to-items"]
    assert broken("not stated", "not stated") == ["mid-2014", "notices-to-items"]
    assert broken("not stated", "2012", "share") == []


def test_the_same_days_under_two_labels_are_one_period() -> None:
    assert broken("2014", "Jan - Dec 2014") == []
    assert reasons(figure(1, "2014"), figure(2, "Jan - Dec 2014")) == ""


def test_a_break_from_one_measure_to_another_stands_between_them() -> None:
    pair = [figure(1, "2015", "notices"), figure(1, "2016", "items")]
    assert "Notices become items (2016-01-01)." in reasons(*pair)
    assert broken("2016", "2017") == []


def test_parts_add_up_and_say_how() -> None:
    result = total([MET, KENT], VOCABULARY)
    assert (result.value, result.method, result.warnings) == (
        Value(Decimal(140)),
        "sum of 2 figures",
        (),
    )


def test_a_sum_of_bands_is_a_band() -> None:
    parts = [figure(band(0, 499), requester="met"), figure(band(1005, 1499), requester="kent")]
    assert write_value(total(parts, VOCABULARY).value) == "1005 - 1998"
    parts[0] = figure(7, requester="met")
    assert write_value(total(parts, VOCABULARY).value) == "1012 - 1506"


def test_a_sum_with_a_suppressed_part_has_an_open_upper_end() -> None:
    result = total([MET, figure(None, requester="kent")], VOCABULARY)
    assert write_value(result.value) == ">= 100"
    assert result.method == "sum of 2 figures, 1 of them without a number"


def test_a_sum_of_nothing_but_missing_parts_is_not_available() -> None:
    parts = [figure(None, requester=body) for body in ("met", "kent")]
    assert total(parts, VOCABULARY).value == Value(status="not_available")
    with pytest.raises(NotComparable, match="nothing to add"):
        total([], VOCABULARY)


def test_a_missing_amount_of_money_may_be_below_zero_and_leaves_both_ends_open() -> None:
    parts = [figure(n, measure="grants", holder=h) for h, n in (("google", 100), ("meta", None))]
    assert total(parts, VOCABULARY).value == Value(status="not_available")


def test_a_sum_is_as_certain_as_its_weakest_part() -> None:
    parts = [with_status(MET, "approximate"), KENT]
    assert total(parts, VOCABULARY).value.status == "approximate"
    estimate = figure(Value(Decimal(10), Decimal(8), Decimal(12)), requester="kent")
    assert write_value(total([MET, estimate], VOCABULARY).value) == "108 - 112"


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([figure(140), MET], "one figure is for all who ask"),
        ([figure(5, holder="google"), figure(9)], "one figure is for all who are asked"),
        ([figure(9), figure(5, data_type="traffic")], "not broken down alike"),
        ([figure(9, purpose="crime"), figure(5, data_type="use")], "not broken down alike"),
        (
            [figure(9, purpose="crime"), figure(5, purpose="crime", data_type="use")],
            "not broken down alike",
        ),
        (
            [MET, figure(5, requester="met-ctc")],
            "One body belongs to another: Counter Terrorism Command to Metropolitan Police.",
        ),
        (
            [figure(9), figure(5, area="GB-ENG")],
            "Their areas may overlap: England and United Kingdom.",
        ),
        ([figure(9, area="GB-GBN"), figure(5, area="GB-ENG")], "England and Great Britain."),
        ([figure(9, area="EU"), figure(5, area="DE")], "European Union and Germany."),
        ([MET, replace(MET, source="guardian")], "One part stands in it twice."),
        (
            [MET, replace(KENT, source="guardian")],
            "They come from different publishers: Commissioner and Guardian.",
        ),
        (
            [figure(9, measure="company_requests", holder=h) for h in ("google", "meta")],
            "figures of several operators",
        ),
        ([figure(9, "2012"), figure(5, "2013")], "The parts are not of one period."),
        ([figure(9, measure="share", requester=r) for r in ("met", "kent")], "may not be added"),
        ([MET, figure(5, measure="notices", requester="kent")], "They count different things"),
        ([MET, figure(5, "2013 H1", requester="kent")], "Their periods differ in length"),
    ],
)
def test_what_is_no_sum_is_refused_unless_asked_and_then_warns(
    parts: list[Observation], sentence: str
) -> None:
    with pytest.raises(NotComparable) as refused:
        total(parts, VOCABULARY)
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("These figures must not be added. ")
    result = total(parts, VOCABULARY, asked=True)
    assert any(sentence in warning for warning in result.warnings)
    assert result.value.number == sum(o.value.number or 0 for o in parts)


def test_states_beside_each_other_may_be_added_where_the_measure_allows_it() -> None:
    parts = [figure(9, area="DE"), figure(5, area="FR")]
    assert total(parts, VOCABULARY).value.number == 14


bands = st.one_of(
    st.integers(0, 10**26).map(lambda n: Value(Decimal(n))),
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda p: band(*sorted(p))),
    st.integers(0, 10**6).map(lambda n: band(n, None)),
    st.integers(0, 10**6).map(lambda n: band(None, n)),
    st.just(Value(status="suppressed")),
)


@given(st.lists(bands, min_size=1, max_size=9), st.data())
def test_a_total_contains_the_sum_of_any_choice_inside_its_parts(
    parts: list[Value], data: st.DataObject
) -> None:
    figures = [figure(value, requester=f"b{n}") for n, value in enumerate(parts)]
    value = total(figures, VOCABULARY).value
    chosen = 0
    for part in parts:
        low, high = part.bounds
        first = int(low or 0)
        last = int(high) if high is not None else first + 10**6
        chosen += data.draw(st.integers(first, last))
    low, high = value.bounds
    assert low is None or low <= chosen
    assert high is None or chosen <= high
    assert (value.number is not None) == all(
        part.bounds[0] == part.bounds[1] is not None or (part.low is None and part.high == 0)
        for part in parts
    )


@given(st.lists(st.integers(0, 10**26), min_size=1, max_size=6))
def test_a_sum_of_numbers_is_exact_in_any_order(numbers: list[int]) -> None:
    figures = [figure(n, requester=f"b{i}") for i, n in enumerate(numbers)]
    for parts in (figures, figures[::-1]):
        assert total(parts, VOCABULARY).value.number == sum(numbers)


def test_a_change_is_in_percent_of_the_earlier_figure() -> None:
    result = change(figure(1234, "2012"), figure(1851, "2013"), VOCABULARY)
    assert result.value == Value(Decimal(50))
    assert result.method == "(1,851 - 1,234) / 1,234"
    third = change(figure(3, "2012"), figure(4, "2013"), VOCABULARY).value.number
    assert plain(third) == "33.3333333333333"


@pytest.mark.parametrize(
    ("earlier", "later", "sentence"),
    [
        (figure(9, "2013"), figure(5, "2014"), "A break lies between them"),
        (figure(9, "2013"), figure(5, "2012"), "2012 does not come after 2013."),
        (figure(9, "2013"), figure(5, "2013"), "2013 does not come after 2013."),
        (figure(9, "2012 H2"), figure(5, "2013"), "Their periods differ in length"),
        (figure(9, "2012"), figure(5, "2012-13"), "Their periods overlap"),
        (figure(9, "2012"), figure(5, "2013", requester="met"), "They are not one series"),
        (figure(9, "2012"), figure(5, "2013", area="DE"), "They are not one series"),
        (figure(9, "2012", purpose="crime"), figure(5, "2013"), "They are not one series"),
        (figure(9, "2012", "notices"), figure(5, "2013"), "They count different things"),
    ],
)
def test_what_is_no_change_is_refused_unless_asked_and_then_warns(
    earlier: Observation, later: Observation, sentence: str
) -> None:
    with pytest.raises(NotComparable, match=f"must not be compared.*{sentence}"):
        change(earlier, later, VOCABULARY)
    asked = change(earlier, later, VOCABULARY, asked=True)
    assert any(sentence in warning for warning in asked.warnings)


@pytest.mark.parametrize(
    ("earlier", "later"), [(band(0, 499), 5), (5, band(0, 499)), (None, 5), (0, 5), (-5, 5)]
)
def test_no_change_is_made_of_bands_missing_figures_or_zero(earlier: object, later: object) -> None:
    pair = (figure(earlier, "2012"), figure(later, "2013"))  # type: ignore[arg-type]
    for asked in (False, True):
        with pytest.raises(NotComparable):
            change(*pair, VOCABULARY, asked=asked)


def test_a_change_from_an_approximate_figure_is_approximate() -> None:
    earlier = with_status(figure(100, "2012"), "approximate")
    assert change(earlier, figure(110, "2013"), VOCABULARY).value.status == "approximate"


def population(people: int | str, period: str = "2013-06-30", **given: str) -> Observation:
    return figure(people, period, "population", **given)  # type: ignore[arg-type]


def test_a_rate_carries_numerator_denominator_and_method() -> None:
    result = rate(figure(50, "2013"), population(2_000_000), VOCABULARY, per=100_000)
    assert result.value == Value(Decimal("2.5"))
    assert result.method == "items of data 2013 per 100,000 residents (2013-06-30: 2,000,000)"
    assert result.warnings == ()


def test_a_rate_of_a_band_stays_a_band() -> None:
    def of(value: Value) -> str:
        return write_value(rate(figure(value), population(1000), VOCABULARY, per=100).value)

    assert of(band(0, 499)) == "0 - 49.9"
    assert of(band(5, None)) == ">= 0.5"


@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [
        (figure(None), population(1000)),
        (figure(5), population(0)),
        (figure(5), figure(None, measure="population")),
        (figure(5), figure(band(1, 9), measure="population")),
        (MET, population(1000)),
        (figure(5), population(1000, area="GB-ENG")),
        (figure(5, holder="meta"), figure(9, holder="google")),
        (figure(5, purpose="crime"), figure(9, data_type="use")),
        (figure(5), figure(9, data_type="use")),
    ],
)
def test_no_rate_is_made_of_figures_that_do_not_belong_together(
    numerator: Observation, denominator: Observation
) -> None:
    for asked in (False, True):
        with pytest.raises(NotComparable):
            rate(numerator, denominator, VOCABULARY, per=100, asked=asked)


def test_a_share_of_the_whole_is_a_rate() -> None:
    part = figure(5, purpose="crime")
    assert rate(part, figure(20), VOCABULARY, per=100).value.number == 25


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("2009-06-30", "They are of different times: 2013 and 2009-06-30."),
        ("2014", "They are of different times: 2013 and 2014."),
        ("2013 H1", "Their periods differ: 2013 and 2013 H1."),
    ],
)
def test_a_rate_across_times_is_refused_unless_asked_and_then_warns(
    period: str, sentence: str
) -> None:
    pair = (figure(5, "2013"), population(1000, period))
    with pytest.raises(NotComparable, match="must not be divided"):
        rate(*pair, VOCABULARY, per=100)
    assert rate(*pair, VOCABULARY, per=100, asked=True).warnings == (sentence,)


@given(st.integers(1, 10**20), st.integers(1, 10**20), st.integers(1, 10**6))
def test_a_rate_is_right_to_twelve_digits(above: int, below: int, per: int) -> None:
    number = rate(figure(above), population(below), VOCABULARY, per=per).value.number
    assert number is not None
    exact = Decimal(above) / below * per
    assert abs(number - exact) <= max(exact * Decimal("1e-12"), Decimal("1e-15"))


def test_a_rank_goes_from_high_to_low_with_missing_ones_last() -> None:
    missing = figure(None, requester="google")
    assert rank([missing, KENT, MET], VOCABULARY) == [MET, KENT, missing]
    assert rank([], VOCABULARY) == []


def test_a_band_from_zero_ranks_by_its_low_end() -> None:
    zero, small = figure(band(0, 4), requester="kent"), figure(5, requester="met")
    assert rank([zero, small], VOCABULARY) == [small, zero]


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ([figure(band(0, 499), requester="met"), KENT], "bands that overlap"),
        ([figure(band(5, None), requester="met"), KENT], "bands that overlap"),
        ([figure(140), MET], "one figure is for all who ask"),
        ([MET, replace(MET, source="guardian")], "stands in it twice"),
        ([MET, replace(KENT, source="guardian")], "different publishers"),
        ([MET, figure(5, "2013-14", requester="kent")], "not of one period"),
        ([MET, figure(5, "2013 H1", requester="kent")], "differ in length"),
        ([MET, figure(5, measure="notices", requester="kent")], "different things"),
    ],
)
def test_what_has_no_order_is_refused_unless_asked(
    figures: list[Observation], sentence: str
) -> None:
    with pytest.raises(NotComparable, match=f"must not be ranked.*{sentence}"):
        rank(figures, VOCABULARY)
    assert len(rank(figures, VOCABULARY, asked=True)) == len(figures)
    assert any(sentence in reason for reason in reasons_against_ranking(figures, VOCABULARY))


@given(st.lists(bands, max_size=8))
def test_a_rank_that_is_given_is_the_only_one(values: list[Value]) -> None:
    figures = [figure(value, requester=f"b{n}") for n, value in enumerate(values)]
    try:
        ranked = [o.value.bounds for o in rank(figures, VOCABULARY) if not o.value.is_missing]
    except NotComparable:
        return
    for (low, _), (_, high) in pairwise(ranked):
        assert low is not None and high is not None
        assert low >= high
