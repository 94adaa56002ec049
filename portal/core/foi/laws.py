"""What each freedom of information law allows an authority: days to answer, to extend, to review.

Working days: the Freedom of Information Act 2000 leaves out a bank holiday in any part of the
United Kingdom (section 10(6)), and the Environmental Information Regulations 2004 follow it; the
Scottish laws leave out bank holidays in Scotland (section 73 of the Act of 2002).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.core.errors import UnknownCode
from portal.core.foi.calendars import (
    ANYWHERE_IN_THE_UK,
    SCOTLAND,
    working_day_after,
    working_days_between,
)


@dataclass(frozen=True, slots=True)
class Law:
    """One law: `days` to answer, `longest` with an extension, both counted from receipt.

    `review_within` is the time to ask for a review, `review_days` the time to answer it and
    `review_longest` its end in exceptional cases. 0 means that the law sets no number of days.
    `rules` says in words where each number stands.
    """

    id: str
    name: str
    short: str
    nations: tuple[str, ...]
    days: int
    longest: int
    review_within: int
    review_days: int
    review_longest: int
    commissioner: str
    commissioner_months: int
    rules: Mapping[str, str] = field(default_factory=dict)


FOIA = Law(
    id="foia",
    name="Freedom of Information Act 2000",
    short="FOIA",
    nations=ANYWHERE_IN_THE_UK,
    days=20,
    longest=40,
    review_within=40,
    review_days=20,
    review_longest=40,
    commissioner="Information Commissioner",
    commissioner_months=0,
    rules={
        "answer": "FOIA section 10(1): the twentieth working day following the date of receipt",
        "extended": "FOIA section 10(3): a reasonable time to weigh the public interest; the"
        " Commissioner’s guidance is 40 working days in all",
        "review_within": "code of practice under FOIA section 45, part 5: 40 working days",
        "review": "code of practice under FOIA section 45, part 5: 20 working days, 40 in"
        " exceptional cases",
        "commissioner": "FOIA section 50: no fixed day, but without undue delay",
        "working_day": "FOIA section 10(6): no Saturday, Sunday, Good Friday, Christmas Day or"
        " bank holiday in any part of the United Kingdom",
    },
)
FOISA = Law(
    id="foisa",
    name="Freedom of Information (Scotland) Act 2002",
    short="FOISA",
    nations=SCOTLAND,
    days=20,
    longest=0,
    review_within=40,
    review_days=20,
    review_longest=0,
    commissioner="Scottish Information Commissioner",
    commissioner_months=6,
    rules={
        "answer": "FOISA section 10(1): the twentieth working day after receipt",
        "extended": "FOISA knows no extension to weigh the public interest",
        "review_within": "FOISA section 20(5): 40 working days",
        "review": "FOISA section 21(1): the twentieth working day after receipt",
        "commissioner": "FOISA section 47(4): six months",
        "working_day": "FOISA section 73: no Saturday, Sunday, Christmas Day or bank holiday in"
        " Scotland",
    },
)
EIR = Law(
    id="eir",
    name="Environmental Information Regulations 2004",
    short="EIR",
    nations=ANYWHERE_IN_THE_UK,
    days=20,
    longest=40,
    review_within=40,
    review_days=40,
    review_longest=0,
    commissioner="Information Commissioner",
    commissioner_months=0,
    rules={
        "answer": "EIR regulation 5(2): 20 working days after the date of receipt",
        "extended": "EIR regulation 7(1): 40 working days when it is complex and voluminous",
        "review_within": "EIR regulation 11(2): 40 working days",
        "review": "EIR regulation 11(4): 40 working days after receipt",
        "commissioner": "EIR regulation 18 with FOIA section 50: without undue delay",
        "working_day": "EIR regulation 2(1), as in FOIA section 10(6): no bank holiday in any part"
        " of the United Kingdom",
    },
)
EISR = Law(
    id="eisr",
    name="Environmental Information (Scotland) Regulations 2004",
    short="EISR",
    nations=SCOTLAND,
    days=20,
    longest=40,
    review_within=40,
    review_days=20,
    review_longest=0,
    commissioner="Scottish Information Commissioner",
    commissioner_months=6,
    rules={
        "answer": "EISR regulation 5(2): 20 working days after receipt",
        "extended": "EISR regulation 7(1): a further 20 working days when it is voluminous and"
        " complex",
        "review_within": "EISR regulation 16(2): 40 working days",
        "review": "EISR regulation 16(4): 20 working days after receipt",
        "commissioner": "EISR regulation 17 with FOISA section 47(4): six months",
        "working_day": "as in FOISA section 73: no bank holiday in Scotland",
    },
)
OTHER = Law(
    id="other",
    name="another law",
    short="another law",
    nations=ANYWHERE_IN_THE_UK,
    days=0,
    longest=0,
    review_within=0,
    review_days=0,
    review_longest=0,
    commissioner="commissioner",
    commissioner_months=0,
    rules={"answer": "no deadline is computed for this law; enter the day by hand"},
)
# What each rule is about.
RULES = {
    "answer": "To answer",
    "extended": "To extend",
    "review_within": "To ask for a review",
    "review": "To answer a review",
    "commissioner": "To go to the commissioner",
    "working_day": "A working day",
}
LAWS = {law.id: law for law in (FOIA, FOISA, EIR, EISR, OTHER)}


def law(id: str) -> Law:
    """Return a law by its code; raises UnknownCode."""
    if id not in LAWS:
        raise UnknownCode(f"one of the laws {', '.join(LAWS)}", id, "law")
    return LAWS[id]


def law_of(area: str) -> Law:
    """The law that an authority answers under by the area it acts in.

    >>> law_of("GB-SCT").id
    'foisa'
    """
    return FOISA if area.startswith("GB-SCT") else FOIA if area.startswith("GB") else OTHER


def due(under: Law, received: date) -> date | None:
    """The last day to answer a request received on that day; None when the law is not ours."""
    return working_day_after(received, under.days, under.nations) if under.days else None


def longest_extension(under: Law, received: date) -> date | None:
    """The last day that an extension can reach; None when there is no number for it."""
    return working_day_after(received, under.longest, under.nations) if under.longest else None


def days_taken(under: Law, received: date, answered: date) -> int | None:
    """How many working days an answer took; None when the law is not ours."""
    return working_days_between(received, answered, under.nations) if under.days else None


def months_after(day: date, count: int) -> date:
    """The same day of the month some months later, or the last of a shorter month.

    >>> months_after(date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
