"""Printed periods: read exactly, or refused; lengths that may be compared."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import BadPeriod
from portal.core.periods import (
    MONTHS,
    Period,
    half_ending,
    read_period,
    read_us_date,
    write_period,
)


@pytest.mark.parametrize(
    ("printed", "start", "end", "kind"),
    [
        ("2013", "2013-01-01", "2013-12-31", "year"),
        ("2008-09", "2008-04-01", "2009-03-31", "financial_year"),
        ("2008/2009", "2008-04-01", "2009-03-31", "financial_year"),
        ("2012/13", "2012-04-01", "2013-03-31", "financial_year"),
        ("1999-00", "1999-04-01", "2000-03-31", "financial_year"),
        ("2013 H1", "2013-01-01", "2013-06-30", "half"),
        ("2013-H2", "2013-07-01", "2013-12-31", "half"),
        ("2013_H1", "2013-01-01", "2013-06-30", "half"),
        ("2025-H1", "2025-01-01", "2025-06-30", "half"),
        ("H1 2013", "2013-01-01", "2013-06-30", "half"),
        ("Jul-Dec 2025", "2025-07-01", "2025-12-31", "half"),
        ("Jan – Jun 2017", "2017-01-01", "2017-06-30", "half"),
        ("Jan 2018 - June 2018", "2018-01-01", "2018-06-30", "half"),
        ("jul12jun13", "2012-07-01", "2013-06-30", "july_year"),
        ("July 2012 - June 2013", "2012-07-01", "2013-06-30", "july_year"),
        ("2014 Q3", "2014-07-01", "2014-09-30", "quarter"),
        ("Q4 2014", "2014-10-01", "2014-12-31", "quarter"),
        ("March 2014", "2014-03-01", "2014-03-31", "month"),
        ("Sept. 2014", "2014-09-01", "2014-09-30", "month"),
        ("Jan 2005 - Mar 2006", "2005-01-01", "2006-03-31", "span"),
        ("April 2008 to March 2009", "2008-04-01", "2009-03-31", "financial_year"),
        ("year ending March 2014", "2013-04-01", "2014-03-31", "financial_year"),
        ("Year ended 30 June 2013", "2012-07-01", "2013-06-30", "july_year"),
        ("year to 5 April 2010", "2009-04-06", "2010-04-05", "span"),
        ("year ending February 2012", "2011-03-01", "2012-02-29", "span"),
        ("2013-06-30", "2013-06-30", "2013-06-30", "day"),
        ("30 September 2014", "2014-09-30", "2014-09-30", "day"),
        ("2005-01-01 to 2006-03-31", "2005-01-01", "2006-03-31", "span"),
        ("1 April 2008 to 31 March 2009", "2008-04-01", "2009-03-31", "financial_year"),
        ("1st April 2008 to 31st March 2009", "2008-04-01", "2009-03-31", "financial_year"),
        ("11 April to 31 December 2006", "2006-04-11", "2006-12-31", "span"),
        ("from 2018-01-01", "2018-01-01", "None", "open"),
        ("to 2016-06-30", "None", "2016-06-30", "open"),
        ("not stated", "None", "None", "open"),
    ],
)
def test_every_notation_reads_as_its_days(printed: str, start: str, end: str, kind: str) -> None:
    period = read_period(printed)
    assert (str(period.start), str(period.end), period.kind) == (start, end, kind)
    assert period.label == printed


@pytest.mark.parametrize(
    "printed",
    [
        "", " ", "13", "201948", "20134", "1618", "0000", "9999", "２０１３", "٢٠١٣", "2012-01",
        "2008-10", "2008-1909", "2008/8", "2013 H3", "2013 H0", "2014 Q5", "Octember 2014",
        "Ma 2014", "Marc 2014", "ſep 2014", "Dec - Jan 2013", "31 June 2013",
        "30 February 2013", "2013-13-01", "2013-02-30", "2006-03-31 to 2005-01-01", "1/2/13",
        "01/04/2008 to 31/03/2009", "year ending 31 April 2014", "year ending 28 February 2012",
        "2012 to 2014", "mid-2014", "Apr12", "aprtojun 2014", "2013 (15 months)", "2" * 500,
    ],
)  # fmt: skip
def test_what_does_not_read_as_one_period_is_refused(printed: str) -> None:
    with pytest.raises(BadPeriod) as refused:
        read_period(printed)
    assert refused.value.found == printed


def test_a_year_that_begins_in_july_is_read_so_only_when_the_source_says_it() -> None:
    assert read_period("2012-13", financial_year_starts=7).kind == "july_year"
    assert read_period("2012-13").kind == "financial_year"
    assert read_period("2012", financial_year_starts=7).kind == "year"
    for month in (0, 1, 13):
        with pytest.raises(BadPeriod):
            read_period("2012-13", financial_year_starts=month)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("1/1/13", "2013-01-01"), ("6/30/13", "2013-06-30"), ("12/31/2024", "2024-12-31")],
)
def test_a_us_date_puts_the_month_first(printed: str, expected: str) -> None:
    assert read_us_date(printed).isoformat() == expected


@pytest.mark.parametrize(
    "printed", ["30/6/13", "2/29/13", "1/1/1", "1-1-13", "1/1/0212", "", "１/1/13"]
)
def test_what_is_no_us_date_is_refused(printed: str) -> None:
    with pytest.raises(BadPeriod):
        read_us_date(printed)


def test_google_prints_the_last_day_of_a_half_year() -> None:
    assert half_ending(date(2013, 6, 30)) == Period(
        date(2013, 1, 1), date(2013, 6, 30), "2013-06-30"
    )
    assert write_period(half_ending(date(2013, 12, 31))) == "2013 H2"
    with pytest.raises(BadPeriod):
        half_ending(date(2013, 3, 31))


@pytest.mark.parametrize(
    ("start", "end", "what"),
    [
        (date(2014, 1, 1), date(2013, 1, 1), "first day not after the last"),
        (date(212, 1, 1), date(2013, 1, 1), "a year from 1900 to 2100"),
        (date(2013, 1, 1), date(2130, 1, 1), "a year from 1900 to 2100"),
        (datetime(2013, 1, 1), date(2013, 1, 1), "without a time of day"),
        ("2013-01-01", None, "a date"),
    ],
)
def test_a_period_that_cannot_be_is_refused_at_birth(start: date, end: date, what: str) -> None:
    with pytest.raises(BadPeriod, match=what):
        Period(start, end)


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
pairs = st.tuples(days, days).map(sorted).map(tuple)
first_days = days.map(lambda day: day.replace(day=1))


def whole_months(start: date, months: int) -> Period:
    last = start.year * 12 + start.month - 1 + months
    return Period(start, date(last // 12, last % 12 + 1, 1) - timedelta(days=1))


periods = st.one_of(
    pairs.map(lambda pair: Period(*pair)),
    st.builds(
        whole_months,
        first_days.filter(lambda day: day.year < 2090),
        st.sampled_from([1, 3, 6, 12, 15, 24]),
    ),
    days.map(lambda day: Period(day, day)),
    days.map(lambda day: Period(day, None)),
    days.map(lambda day: Period(None, day)),
    st.just(Period(None, None)),
)


@given(periods)
def test_what_is_written_reads_back_to_the_same_days(period: Period) -> None:
    text = write_period(period)
    back = read_period(text)
    assert (back.start, back.end, back.kind) == (period.start, period.end, period.kind)
    assert write_period(back) == text


@given(periods, periods)
def test_two_different_periods_are_never_written_alike(one: Period, other: Period) -> None:
    same = (one.start, one.end) == (other.start, other.end)
    assert (write_period(one) == write_period(other)) == same


pieces = st.sampled_from(
    ["2013", "14", "-", "/", " ", " to ", "H1", "Q3", "Jan", "june", "sept", "year ending ", "31"]
    + ["1st ", "from ", "2013-06-30", "２", "ſ", "mar", "12"]
)


@given(st.one_of(st.text(max_size=40), st.lists(pieces, max_size=7).map("".join)))
def test_any_text_is_a_period_or_refused(text: str) -> None:
    try:
        period = read_period(text)
    except BadPeriod:
        return
    assert period.label == text
    named = [day.year for day in (period.start, period.end) if day]
    shown = text.lower()
    financial = period.kind in ("financial_year",) or "year" in shown
    assert financial or all(f"{year % 100:02d}" in shown for year in named)


@given(st.text(max_size=20))
def test_any_text_is_a_us_date_or_refused(text: str) -> None:
    try:
        read_us_date(text)
    except BadPeriod:
        return


def test_a_leap_year_is_as_long_as_any_year_and_fifteen_months_are_not() -> None:
    assert read_period("2012").same_length(read_period("2013"))
    assert read_period("2012").same_length(read_period("2012-13"))
    assert read_period("2014 Q1").same_length(read_period("2014 Q2"))
    assert read_period("February 2013").same_length(read_period("March 2013"))
    assert not read_period("2013").same_length(read_period("Jan 2005 - Mar 2006"))
    assert not read_period("2007").same_length(read_period("11 April to 31 December 2006"))
    assert not read_period("2013").same_length(read_period("from 2013-01-01"))
    assert not read_period("not stated").same_length(read_period("not stated"))


@given(periods, periods)
def test_lengths_and_overlaps_do_not_depend_on_the_order(one: Period, other: Period) -> None:
    assert one.same_length(other) == other.same_length(one)
    assert one.overlaps(other) == other.overlaps(one)
    assert one.overlaps(one)
    if one.start and one.end and other.start and other.end:
        apart = one.end < other.start or other.end < one.start
        assert one.overlaps(other) != apart


@given(first_days.filter(lambda day: day.year < 2090), st.integers(1, 40))
def test_whole_months_are_counted(start: date, months: int) -> None:
    period = whole_months(start, months)
    assert period.months == months
    assert period.start and period.end
    assert Period(period.start + timedelta(days=1), period.end + timedelta(days=1)).months is None
    assert period.days == (period.end - period.start).days + 1


def test_periods_sort_by_first_day_and_unknown_days_come_last() -> None:
    labels = ["2014", "2013 H1", "not stated", "2013", "from 2013-01-01", "March 2013"]
    ordered = sorted(map(read_period, labels), key=lambda p: p.sort_key)
    assert [p.label for p in ordered] == [
        "2013 H1", "2013", "from 2013-01-01", "March 2013", "2014", "not stated",
    ]  # fmt: skip


@given(st.sampled_from(MONTHS), st.integers(2000, 2030))
def test_a_month_reads_by_its_name_and_by_three_letters(name: str, year: int) -> None:
    short, long = (read_period(f"{text} {year}") for text in (name[:3].upper(), name.title()))
    assert (short.start, short.end) == (long.start, long.end)
