"""Working days and deadlines: examples counted by hand in the calendar, and what always holds."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import BadInput, UnknownCode
from portal.core.foi import calendars
from portal.core.foi.calendars import (
    ANYWHERE_IN_THE_UK,
    ENGLAND_AND_WALES,
    NORTHERN_IRELAND,
    SCOTLAND,
    bank_holidays,
    is_working_day,
    working_day_after,
    working_days_between,
)
from portal.core.foi.deadlines import Days, deadlines, doubts, is_overdue, next_step
from portal.core.foi.laws import (
    EIR,
    EISR,
    FOIA,
    FOISA,
    LAWS,
    OTHER,
    due,
    law,
    law_of,
    longest_extension,
    months_after,
)

DAYS = st.dates(date(2005, 1, 1), date(2060, 12, 31))
NATIONS = st.sampled_from([ANYWHERE_IN_THE_UK, ENGLAND_AND_WALES, SCOTLAND, NORTHERN_IRELAND])
COUNTS = st.integers(1, 60)


@pytest.mark.parametrize(
    ("law_id", "received", "expected"),
    [
        # St Patrick's Day (17 March) is no working day for the whole kingdom, but is in Scotland.
        ("foia", "2026-03-02", "2026-03-31"),
        ("foisa", "2026-03-02", "2026-03-30"),
        # Christmas, Boxing Day, New Year and, for Scotland's sake, 2 January.
        ("foia", "2012-12-10", "2013-01-11"),
        ("foia", "2025-12-12", "2026-01-15"),
        ("foisa", "2025-12-12", "2026-01-15"),
        # Easter Monday is a working day in Scotland alone.
        ("foia", "2026-04-01", "2026-05-01"),
        ("foisa", "2026-04-01", "2026-04-30"),
        ("eir", "2026-04-01", "2026-05-01"),
        ("eisr", "2026-04-01", "2026-04-30"),
        # 13 July in Northern Ireland and the first Monday of August in Scotland.
        ("foia", "2026-07-06", "2026-08-05"),
        ("foisa", "2026-07-06", "2026-08-04"),
        # 15 June 2026 was proclaimed in Scotland, and so counts nowhere.
        ("foia", "2026-05-29", "2026-06-29"),
        # St Andrew's Day.
        ("foia", "2026-11-02", "2026-12-01"),
        # Received on a Saturday or a Sunday: Monday is the first day either way.
        ("foia", "2026-10-03", "2026-10-30"),
        ("foia", "2026-10-04", "2026-10-30"),
        # The funeral of 19 September 2022.
        ("foia", "2022-09-01", "2022-09-30"),
    ],
)
def test_the_twentieth_working_day_as_counted_by_hand(
    law_id: str, received: str, expected: str
) -> None:
    assert due(law(law_id), date.fromisoformat(received)) == date.fromisoformat(expected)


def test_an_extension_under_the_environmental_regulations_ends_on_the_fortieth_day() -> None:
    assert longest_extension(EIR, date(2026, 3, 2)) == date(2026, 4, 30)
    assert longest_extension(FOISA, date(2026, 3, 2)) is None
    assert due(OTHER, date(2026, 3, 2)) is None


def test_bank_holidays_of_each_nation() -> None:
    second = date(2026, 1, 2)
    assert second in bank_holidays(SCOTLAND, 2026)
    assert second not in bank_holidays(ENGLAND_AND_WALES, 2026)
    assert second not in bank_holidays(NORTHERN_IRELAND, 2026)
    assert date(2026, 3, 17) in bank_holidays(NORTHERN_IRELAND, 2026)
    assert date(2026, 4, 6) not in bank_holidays(SCOTLAND, 2026)
    # Moved by proclamation in 2020, added in 2011, 2012, 2022 and 2023.
    assert date(2020, 5, 4) not in bank_holidays(ANYWHERE_IN_THE_UK, 2020)
    extra = ("2011-04-29", "2012-06-05", "2020-05-08", "2022-06-03", "2022-09-19", "2023-05-08")
    for text in extra:
        day = date.fromisoformat(text)
        assert not is_working_day(day, SCOTLAND), text
        assert not is_working_day(day, ENGLAND_AND_WALES), text


def test_a_year_outside_the_calendar_is_refused() -> None:
    with pytest.raises(BadInput, match="a year from 2005"):
        bank_holidays(SCOTLAND, 2004)
    with pytest.raises(BadInput, match="working days"):
        working_day_after(date(2026, 1, 1), 0, SCOTLAND)
    with pytest.raises(BadInput, match="not before"):
        working_days_between(date(2026, 1, 2), date(2026, 1, 1), SCOTLAND)
    with pytest.raises(UnknownCode, match="one of the laws"):
        law("ifg")
    assert calendars.library().startswith("holidays ")


@given(DAYS, COUNTS, NATIONS)
def test_a_deadline_is_a_working_day_with_as_many_before_it(
    received: date, count: int, nations: tuple[str, ...]
) -> None:
    day = working_day_after(received, count, nations)
    assert day > received
    assert is_working_day(day, nations)
    assert working_days_between(received, day, nations) == count
    assert working_days_between(received, day - timedelta(days=1), nations) == count - 1


@given(DAYS, COUNTS, NATIONS)
def test_later_receipt_and_more_days_never_end_earlier(
    received: date, count: int, nations: tuple[str, ...]
) -> None:
    day = working_day_after(received, count, nations)
    assert working_day_after(received + timedelta(days=1), count, nations) >= day
    assert working_day_after(received, count + 1, nations) > day


@given(DAYS, COUNTS)
def test_more_nations_have_no_more_working_days(received: date, count: int) -> None:
    everywhere = working_day_after(received, count, ANYWHERE_IN_THE_UK)
    for nations in (ENGLAND_AND_WALES, SCOTLAND, NORTHERN_IRELAND):
        assert working_day_after(received, count, nations) <= everywhere


@given(DAYS)
def test_the_day_of_receipt_never_matters_but_as_the_day_before(received: date) -> None:
    if not is_working_day(received, ANYWHERE_IN_THE_UK):
        eve = received - timedelta(days=1)
        if eve.year >= 2005:
            assert due(FOIA, eve) == due(FOIA, received)


@given(DAYS, st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, count: int) -> None:
    later = months_after(day, count)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_every_law_says_where_its_numbers_stand() -> None:
    for each in LAWS.values():
        if each.days:
            assert set(each.rules) >= {
                "answer",
                "extended",
                "review",
                "commissioner",
                "working_day",
            }
    assert "10(6)" in FOIA.rules["working_day"]
    assert "73" in FOISA.rules["working_day"]
    assert law_of("GB-SCT") is FOISA and law_of("GB-NIR") is FOIA and law_of("DE") is OTHER


TODAY = date(2026, 11, 26)
SENT = Days("foia", "sent", sent_on="2026-10-05", due_on="2026-11-02")


def test_next_steps_of_a_request_that_waits() -> None:
    assert is_overdue(SENT, TODAY)
    assert "remind" in next_step(SENT, TODAY)
    assert not is_overdue(SENT, date(2026, 11, 2))
    assert next_step(SENT, date(2026, 11, 2)) == "Wait for the answer until 2026-11-02."
    extended = Days("foia", "extended", "2026-10-05", "2026-11-02", extended_to="2026-11-30")
    assert not is_overdue(extended, TODAY)
    assert [(d.kind, d.open) for d in deadlines(extended)] == [
        ("answer", False),
        ("extended", True),
    ]
    assert next_step(Days("foia", "draft"), TODAY) == "Send the letter and enter the day."
    assert "platform does not say" in next_step(Days("foia", "answered", "2026-10-05"), TODAY)


def test_deadlines_after_a_refusal_under_both_acts() -> None:
    refused = Days("foisa", "refused", "2026-03-02", "2026-03-30", answered_on="2026-03-30")
    # 40 in Scotland: from 31 March, with Easter Monday, without 3 April, 4 May and 25 May.
    (within,) = [d for d in deadlines(refused) if d.kind == "review_within"]
    assert within.day == date(2026, 5, 28) and within.open and "20(5)" in within.rule
    asked = Days(
        "foisa", "refused", "2026-03-02", "2026-03-30", answered_on="2026-03-30",
        review_asked_on="2026-04-01",
    )  # fmt: skip
    assert [(d.kind, d.day) for d in deadlines(asked) if d.open] == [("review", date(2026, 4, 30))]
    assert "review is late" in next_step(asked, TODAY)
    ended = Days(
        "foisa", "refused", "2026-03-02", "2026-03-30", answered_on="2026-03-30",
        review_asked_on="2026-04-01", review_answered_on="2026-04-30",
    )  # fmt: skip
    (last,) = [d for d in deadlines(ended) if d.open]
    assert (last.kind, last.day) == ("commissioner", date(2026, 10, 30))
    assert "47(4)" in next_step(ended, TODAY)


def test_a_review_under_the_first_act_has_an_exceptional_end() -> None:
    asked = Days(
        "foia", "refused", "2026-03-02", "2026-03-31", answered_on="2026-03-31",
        review_asked_on="2026-04-01",
    )  # fmt: skip
    kinds = {d.kind: d.day for d in deadlines(asked)}
    assert kinds["review"] == date(2026, 5, 1)
    # 40: from 5 May the 21st (4 May is a bank holiday), 25 May is one too.
    assert kinds["review_longest"] == date(2026, 6, 2)
    eir = Days(
        "eir", "refused", "2026-03-02", "2026-03-31", "2026-03-31", review_asked_on="2026-04-01"
    )
    assert {d.kind: d.day for d in deadlines(eir)}["review"] == date(2026, 6, 2)


def test_an_extension_that_the_law_does_not_know_is_doubted() -> None:
    scottish = Days("foisa", "extended", "2026-03-02", "2026-03-30", extended_to="2026-04-10")
    assert any("no extension" in doubt for doubt in doubts(scottish))
    long = Days("eir", "extended", "2026-03-02", "2026-03-31", extended_to="2026-05-01")
    assert any("2026-04-30" in doubt for doubt in doubts(long))
    assert (
        doubts(Days("eir", "extended", "2026-03-02", "2026-03-31", extended_to="2026-04-30")) == []
    )
    other = Days("foia", "sent", "2026-03-02", "2026-04-02")
    assert doubts(other) == ["The day 2026-04-02 is not the one computed: 2026-03-31."]
    assert doubts(Days("eisr", "sent", "2026-03-02", "2026-03-30")) == []
    assert EISR.longest == 40
