"""Working days as the freedom of information laws count them, from the bank holidays of a nation.

Bank holidays are those of the library `holidays`, which holds the proclaimed ones (a jubilee, a
funeral) up to its own release. One that is proclaimed later is not known before the library is
renewed: a deadline then comes out a day too early, never too late.
"""

from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.metadata import version

import holidays

from portal.core.errors import BadInput

# The Acts are in force since 1 January 2005; no request is older.
FIRST_YEAR = 2005
LAST_YEAR = 2099
MOST_DAYS = 400

ENGLAND_AND_WALES = ("ENG", "WLS")
SCOTLAND = ("SCT",)
NORTHERN_IRELAND = ("NIR",)
ANYWHERE_IN_THE_UK = (*ENGLAND_AND_WALES, *SCOTLAND, *NORTHERN_IRELAND)


@cache
def bank_holidays(nations: tuple[str, ...], year: int) -> frozenset[date]:
    """Return the bank holidays of a year in any of these nations, with Good Friday and Christmas.

    Raises BadInput for a year before the Acts or after the calendar.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadInput(
            f"a year from {FIRST_YEAR} to {LAST_YEAR}", year, "calendar of bank holidays"
        )
    found = {date(year, 12, 25)}
    for nation in nations:
        found |= set(holidays.country_holidays("GB", subdiv=nation, years=year))
    return frozenset(day for day in found if day.year == year)


def is_working_day(day: date, nations: tuple[str, ...]) -> bool:
    """True unless the day is a Saturday, a Sunday or a bank holiday in any of the nations."""
    return day.weekday() < 5 and day not in bank_holidays(nations, day.year)


@lru_cache(maxsize=65_536)
def working_day_after(received: date, count: int, nations: tuple[str, ...]) -> date:
    """Return the `count`th working day after the day of receipt; the next working day is the first.

    >>> working_day_after(date(2026, 4, 1), 1, ANYWHERE_IN_THE_UK)
    datetime.date(2026, 4, 2)
    """
    if not 1 <= count <= MOST_DAYS:
        raise BadInput(f"1 to {MOST_DAYS} working days", count, "deadline")
    day = received
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, nations)
    return day


@lru_cache(maxsize=65_536)
def working_days_between(received: date, answered: date, nations: tuple[str, ...]) -> int:
    """Return how many working days an answer took; the day after receipt is the first.

    An answer on the day of receipt took none. Raises BadInput when it came before the question.
    """
    if answered < received:
        raise BadInput(f"a day not before {received}", str(answered), "day of the answer")
    days = (answered - received).days
    passed = (received + timedelta(days=step) for step in range(1, days + 1))
    return sum(is_working_day(day, nations) for day in passed)


def library() -> str:
    """Name the calendar and its release, for the page that shows what was computed by it."""
    return f"holidays {version('holidays')}"
