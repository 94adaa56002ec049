"""A chart never joins across a break, never draws an odd span as a year, and never claims more."""

import re
from pathlib import Path

import pytest
from chart_figures import break_on, figure, rules, year
from hypothesis import given
from hypothesis import strategies as st

from portal.publish.alternatives import describe
from portal.publish.charts import Chart, chart, decades, stylesheet
from portal.publish.columns import STEPS, Column, nice_top, step
from portal.store.reading.figures import Figure
from portal.web.rendering import described

STATIC = Path(__file__).parents[1] / "templates" / "static"


def drawn(figures: list[Figure], *breaks: object, **given: object) -> Chart:
    return chart("c", figures, rules(*breaks), **given)  # type: ignore[arg-type]


def column(made: Chart, label: str) -> Column:
    return next(c for c in made.columns if c.label == label)


def labels(made: Chart) -> list[list[str]]:
    return [[c.label for c in panel.columns] for panel in made.panels]


def test_a_break_is_a_wall_between_panels() -> None:
    made = drawn([year(2014, 5), year(2015, 9), year(2016, 8)], break_on("2015-01-01"))
    assert labels(made) == [["2014"], ["2015", "2016"]]
    assert made.panels[1].wall == "Counting changed in 2015"
    assert [b.id for b in made.breaks] == ["b2015-01-01"]


def test_a_break_inside_a_period_parts_it_from_both_neighbours() -> None:
    made = drawn([year(2006, 5), year(2007, 9), year(2008, 8)], break_on("2007-10-01"))
    assert labels(made) == [["2006"], ["2007"], ["2008"]]


def test_another_measure_begins_a_panel_even_without_a_break() -> None:
    notices = year(2014, 5, measure="notices", unit="notice", many="notices")
    made = drawn([notices, year(2015, 9)])
    assert labels(made) == [["2014"], ["2015"]]
    assert [group.title for group in made.groups] == ["Notices", "Items"]


def test_a_missing_year_is_an_empty_column_with_its_name() -> None:
    made = drawn([year(2008, 5), year(2010, 6)], years=(2008, 2012))
    missing = [c for c in made.columns if c.figure is None]
    assert [c.label for c in missing] == ["2009", "2011", "2012"]
    assert {(c.why, c.height, c.kinds) for c in missing} == {("not in hand", 0, ("missing",))}


def test_a_missing_year_stands_on_its_own_side_of_the_wall() -> None:
    made = drawn([year(2013, 5), year(2016, 6)], break_on("2015-01-01"))
    assert labels(made) == [["2013", "2014"], ["2015", "2016"]]


def test_a_long_gap_is_one_column_that_counts_what_is_missing() -> None:
    made = drawn([year(1945, 5), year(1990, 6)])
    assert [c.label for c in made.columns] == ["1945", "1946 to 1989", "1990"]
    assert made.columns[1].why == "44 periods not in hand"


def test_zero_is_drawn_as_a_number_and_not_as_missing() -> None:
    made = drawn([year(2018, 0), year(2019, 4)])
    assert column(made, "2018").kinds == ("number",)


def test_fifteen_months_are_not_drawn_as_a_year() -> None:
    made = drawn([figure("2005-01-01", "2006-03-31", 15), year(2007, 12), year(2008, 11)])
    odd = column(made, "2005–06")
    assert odd.kinds == ("odd",) and odd.detail == "15 months"
    assert column(made, "2007").kinds == ("number",) and column(made, "2007").detail == ""
    assert ("odd", "a period of another length") in made.key


def test_days_in_between_are_no_missing_year() -> None:
    made = drawn([figure("2006-04-11", "2006-12-31", 3), year(2007, 4), year(2008, 4)])
    assert [c.label for c in made.columns] == ["2006", "2007", "2008"]
    assert column(made, "2006").detail == "265 days"


def test_a_span_that_overlaps_the_years_stands_beside_the_chart() -> None:
    whole = figure("2007-01-01", "2008-12-31", 9)
    made = drawn([year(2007, 4), year(2008, 5), whole])
    assert made.beside == (whole,)
    assert len(made.columns) == 2


def test_spans_that_overlap_each_other_are_not_drawn_side_by_side() -> None:
    spans = [figure("2012-04-01", "2015-03-31", 9), figure("2013-02-01", "2016-05-31", 8)]
    made = drawn(spans)
    assert [c.label for c in made.columns] == ["2012–15"] and made.beside == (spans[1],)


def test_a_financial_year_and_a_calendar_year_never_share_a_row() -> None:
    april = [figure(f"{y}-04-01", f"{y + 1}-03-31", 5) for y in (2004, 2005)]
    calendar = year(2004, 5)
    made = drawn([calendar, *april])
    assert [c.label for c in made.columns] == ["2004–05", "2005–06"]
    assert made.beside == (calendar,)


def test_a_band_is_drawn_from_its_low_to_its_high_end() -> None:
    made = drawn([year(2022, low=500, high=1000), year(2023, 2000)])
    band = column(made, "2022")
    assert (band.bottom, band.height) == (STEPS // 4, STEPS // 4)
    assert band.kinds == ("band",)


@pytest.mark.parametrize(("given", "kind"), [({"low": 500}, "open"), ({"high": 500}, "band")])
def test_a_bound_with_one_end_says_which(given: dict[str, int], kind: str) -> None:
    made = drawn([year(2022, **given), year(2023, 1000)])
    assert column(made, "2022").kinds == (kind,)
    assert (column(made, "2022").bottom, column(made, "2022").height) == (0, STEPS // 2)


@pytest.mark.parametrize("status", ["projected", "doubtful", "approximate"])
def test_a_status_that_weakens_a_value_changes_how_it_is_drawn(status: str) -> None:
    made = drawn([year(2015, 7, status=status), year(2016, 8)])
    assert column(made, "2015").kinds == (status,)


def test_a_second_hand_figure_is_hatched_until_the_original_is_in_hand() -> None:
    press = year(2010, 5, source="paper", source_kind="press")
    assert column(drawn([press]), "2010").kinds == ("second-hand",)
    assert column(drawn([press, year(2010, 5)]), "2010").kinds == ("number",)


def test_two_sources_with_one_value_are_one_column() -> None:
    made = drawn([year(2010, 5), year(2010, 5, source="other", id="other")])
    assert [c.sources for c in made.columns] == [2]
    assert made.disputes == []


def test_another_value_is_a_dispute_and_not_a_second_column() -> None:
    better, worse = year(2016, 754_559), year(2016, 754_599, status="doubtful", source="wiki")
    made = drawn([worse, better])
    (only,) = made.columns
    assert only.figure is better and only.others == (worse,)
    assert "disputed" in only.kinds and only.sources == 1 and len(only.ticks) == 1


def test_our_note_on_a_conflict_decides_which_value_is_drawn() -> None:
    one, other = year(2008, 1, id="one"), year(2008, 2, id="other", source="b")
    assert drawn([one, other], preferred=["other"]).columns[0].figure is other


def test_the_legend_holds_only_what_is_drawn() -> None:
    made = drawn([year(2018, 4), year(2019, 5, marks="[b]")])
    assert made.key == [("number", "counted")]
    assert made.marks == ["[b]"]


def test_twenty_five_half_years_keep_every_number_but_print_few() -> None:
    halves = [
        figure(f"{y}-0{m}-01", f"{y}-{'06-30' if m == 1 else '12-31'}", 100 + y)
        for y in range(2013, 2026)
        for m in (1, 7)
    ][:25]
    made = drawn(halves)
    assert made.dense and len(made.columns) == 25
    assert [c.label for c in made.columns if c.shows_label][:2] == ["2013 H1", "2014 H1"]
    assert 1 < sum(c.shows_value for c in made.columns) < 5


def test_the_description_never_speaks_across_a_break() -> None:
    made = drawn(
        [year(2013, 400), year(2014, 500), year(2015, 700), year(2016, 600)],
        break_on("2015-01-01"),
    )
    said = described(made)
    before, after = said.split("Break: Counting changed in 2015 (1 January 2015).")
    assert "lowest 400 in 2013, highest 500 in 2014" in before and "700" not in before
    assert "lowest 600 in 2016, highest 700 in 2015" in after and "400" not in after
    assert not re.search(r"%|rise|rose|fell|grew|growth|increase|decrease|more than", said)


def test_the_description_keeps_an_odd_span_out_of_lowest_and_highest() -> None:
    made = drawn([figure("2005-01-01", "2006-03-31", 900), year(2007, 500), year(2008, 400)])
    said = described(made)
    assert "lowest 400 in 2008, highest 500 in 2007" in said
    assert "900 in 2005–06 over 15 months" in said


def test_the_description_names_gaps_and_disputes() -> None:
    disputed = [year(2010, 5), year(2010, 6, source="b", id="b")]
    said = described(drawn([year(2008, 4), *disputed], years=(2008, 2013)))
    assert "No figure in hand for 2009 and 2011 to 2013." in said
    assert "Disputed: 2010." in said


def test_a_chart_without_a_figure_says_so() -> None:
    assert describe(drawn([]), {}) == "The chart holds no figure."


@pytest.mark.parametrize(("highest", "top"), [(9471, 10_000), (1, 1), (0, 1), (808_214, 1e6)])
def test_the_scale_ends_at_a_round_number(highest: float, top: float) -> None:
    assert nice_top(highest) == top


def test_steps_stay_on_the_scale() -> None:
    assert (step(0, 10), step(5, 10), step(10, 10), step(99, 10)) == (0, 200, 400, 400)


def test_the_stylesheet_of_steps_is_the_one_in_use() -> None:
    assert (STATIC / "steps.css").read_text() == stylesheet(), "run scripts/steps"


def test_several_payments_of_one_day_dispute_nothing_and_are_not_drawn() -> None:
    def paid(day: str, pounds: float) -> Figure:
        return figure(day, day, pounds, kind="money", symbol="£", period_kind="day")

    made = drawn([paid("2014-10-20", 5), *(paid("2014-10-21", n) for n in (7, 8, 9))])
    assert labels(made) == [["20 Oct 2014"]] and made.disputes == []
    assert [f.value for f in made.beside] == [7, 8, 9]


def test_long_labels_of_many_columns_stand_on_two_lines() -> None:
    halves = [
        figure(f"{y}-{first}", f"{y}-{last}", 5)
        for y in range(2013, 2019)
        for first, last in (("01-01", "06-30"), ("07-01", "12-31"))
    ]
    assert drawn(halves).stacked and drawn(halves).lines == 2
    assert not drawn(halves[:4]).stacked
    assert not drawn([year(y, 5) for y in range(2000, 2013)]).stacked


@given(pence=st.lists(st.integers(-(10**14), 10**14), max_size=20))
def test_amounts_keep_their_order_on_a_scale_of_tens(pence: list[int]) -> None:
    amounts = [each / 100 for each in pence]
    scale = decades(amounts)
    places = [scale.at(amount) for amount in sorted(amounts)]
    assert places == sorted(places)
    assert all(0 <= place <= STEPS for place in places)
    assert all(scale.low <= a * (1 + 1e-9) and a <= scale.high * (1 + 1e-9)
               for a in amounts if a > 0)  # fmt: skip
    steps = [at for at, _ in scale.ticks]
    assert (steps[0], steps[-1]) == (0, STEPS)


def test_each_line_of_the_scale_of_tens_is_as_far_as_the_one_before() -> None:
    scale = decades([20e6, 12e9])
    assert scale.ticks == [(0, 1e7), (100, 1e8), (200, 1e9), (300, 1e10), (400, 1e11)]
    assert scale.at(-187e6) == 0
