"""What may be put together: sums, changes, rates and ranks that refuse a false comparison.

Every function raises NotComparable with the reasons, each a sentence. A reader who asks for it all
the same (`asked=True`) gets the result together with the warnings that must travel with it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from portal.core.errors import NotComparable
from portal.core.observations import TOTAL, Observation, Series
from portal.core.periods import Period
from portal.core.reasons import (
    breaks_between,
    ends_of,
    reasons_against,
    reasons_against_adding,
    reasons_against_ranking,
)
from portal.core.values import NEVER_NEGATIVE, Value
from portal.core.vocabulary import Vocabulary

__all__ = [
    "Result",
    "breaks_between",
    "change",
    "rank",
    "rate",
    "reasons_against",
    "reasons_against_adding",
    "reasons_against_ranking",
    "total",
]

# A computed value is as certain as its weakest part.
WEAKEST = ("doubtful", "projected", "estimated", "approximate", "provisional")


@dataclass(frozen=True, slots=True)
class Result:
    """A computed value, how it was computed, and the warnings that belong to it."""

    value: Value
    method: str
    warnings: tuple[str, ...] = ()


def total(parts: Sequence[Observation], vocabulary: Vocabulary, *, asked: bool = False) -> Result:
    """Add parts of one measure and period; bands make a band, a missing part leaves it open.

    The method says how many parts had no number. When no part has one, or a part that may be
    negative (a credit note) is missing, the sum is not available.
    """
    if not parts:
        raise NotComparable("There is nothing to add.")
    warnings = reasons_against_adding(parts, vocabulary)
    _refuse(warnings, asked, "added")
    missing = sum(o.value.is_missing for o in parts)
    without = f", {missing} of them without a number" if missing else ""
    return Result(_sum(parts, vocabulary), f"sum of {len(parts)} figures{without}", tuple(warnings))


def _sum(parts: Sequence[Observation], vocabulary: Vocabulary) -> Value:
    values = [o.value for o in parts]
    if all(v.is_missing for v in values):
        return Value(status="not_available")
    low = _added(_lowest(o, vocabulary) for o in parts)
    high = _added(v.bounds[1] for v in values)
    if low is None and high is None:
        return Value(status="not_available")
    if low == high:
        return Value(low, status=_weakest(values))
    return Value(low=low, high=high, status=_weakest(values))


def _lowest(figure: Observation, vocabulary: Vocabulary) -> Decimal | None:
    low = figure.value.bounds[0]
    # A suppressed count may be anything from 0 on; an amount of money may be below.
    floor = vocabulary.unit_of(figure.series.measure).kind in NEVER_NEGATIVE
    return Decimal(0) if low is None and floor else low


def _added(ends: Iterable[Decimal | None]) -> Decimal | None:
    with localcontext(Context(prec=100)):  # exact: the usual context rounds at 28 digits
        sum_so_far = Decimal(0)
        for end in ends:
            if end is None:
                return None
            sum_so_far += end
    return sum_so_far


def _weakest(values: Iterable[Value]) -> str:
    found = {v.status for v in values}
    return next((status for status in WEAKEST if status in found), "normal")


def change(
    earlier: Observation, later: Observation, vocabulary: Vocabulary, *, asked: bool = False
) -> Result:
    """Return the change in percent of the earlier figure; refuses bands, breaks, other lengths."""
    warnings = reasons_against([earlier, later], vocabulary)
    if _key(earlier) != _key(later):
        warnings.append(
            "They are not one series: who asks, who is asked, the area or the breakdown differs."
        )
    if earlier.period.sort_key >= later.period.sort_key:
        warnings.append(f"{later.period.label} does not come after {earlier.period.label}.")
    _refuse(warnings, asked, "compared")
    before, after = earlier.value.number, later.value.number
    if before is None or after is None:
        raise NotComparable("A change needs two numbers; one of these is a band or missing.")
    if before <= 0:
        raise NotComparable("A change in percent needs an earlier figure above zero.")
    return Result(
        Value(
            _rounded((after - before) / before * 100),
            status=_weakest((earlier.value, later.value)),
        ),
        f"({after:,f} - {before:,f}) / {before:,f}",
        tuple(warnings),
    )


def _key(figure: Observation) -> tuple[object, ...]:
    # The measure is left to reasons_against, which says more of it.
    s = figure.series
    return s.requester, s.holder, s.area, s.breakdown


def _rounded(number: Decimal) -> Decimal:
    """Cut a quotient to 15 digits, as many as a reader's spreadsheet keeps."""
    number = Context(prec=15).plus(number)
    exact = isinstance(e := number.as_tuple().exponent, int) and e >= -15
    return number if exact else number.quantize(Decimal("1e-15"))


def rate(
    numerator: Observation,
    denominator: Observation,
    vocabulary: Vocabulary,
    *,
    per: int,
    asked: bool = False,
) -> Result:
    """Return numerator per `per` of the denominator, with its method; a band stays a band.

    The denominator is of the same authority and time: a count of the same span, or a stock (people,
    officers) on a day inside it.
    """
    base = denominator.value.number
    if not base or base <= 0 or per <= 0:
        raise NotComparable("A rate needs a denominator above zero.")
    if numerator.value.is_missing:
        raise NotComparable("A rate needs a number or a band to divide; this figure is missing.")
    _check_same_subject(numerator.series, denominator.series)
    warnings = list(_other_time(numerator.period, denominator.period))
    _refuse(warnings, asked, "divided")
    unit, below = (vocabulary.unit_of(o.series.measure).many for o in (numerator, denominator))
    method = (
        f"{unit} {numerator.period.label} per {per:,} {below} "
        f"({denominator.period.label}: {base:,f})"
    )
    low, high = (
        None if end is None else _rounded(end / base * per) for end in numerator.value.bounds
    )
    status = _weakest((numerator.value, denominator.value))
    value = Value(low, status=status) if low == high else Value(low=low, high=high, status=status)
    return Result(value, method, tuple(warnings))


def _check_same_subject(numerator: Series, denominator: Series) -> None:
    if numerator.requester != denominator.requester:
        raise NotComparable("A rate needs both figures of one authority.")
    if numerator.requester == TOTAL and numerator.area != denominator.area:
        raise NotComparable("A rate needs both figures of one area.")
    if denominator.holder not in (TOTAL, numerator.holder):
        raise NotComparable("A rate needs both figures of one operator.")
    if not set(denominator.breakdown) <= set(numerator.breakdown):
        raise NotComparable("A rate needs a denominator that holds the figure, not another part.")


def _other_time(numerator: Period, denominator: Period) -> Iterator[str]:
    if not numerator.overlaps(denominator):
        yield f"They are of different times: {numerator.label} and {denominator.label}."
    elif denominator.kind != "day" and not numerator.same_length(denominator):
        yield f"Their periods differ: {numerator.label} and {denominator.label}."


def rank(
    figures: Sequence[Observation], vocabulary: Vocabulary, *, asked: bool = False
) -> list[Observation]:
    """Order figures of one measure and period from high to low; missing ones last, unranked.

    Show `reasons_against_ranking` and the measure's own caution beside it.
    """
    _refuse(reasons_against_ranking(figures, vocabulary), asked, "ranked")
    return sorted(figures, key=_from_high_to_low)


def _from_high_to_low(figure: Observation) -> tuple[bool, Decimal, Decimal]:
    low, high = ends_of(figure)
    return figure.value.is_missing, -low, -high


def _refuse(warnings: Sequence[str], asked: bool, deed: str) -> None:
    if warnings and not asked:
        raise NotComparable(" ".join((f"These figures must not be {deed}.", *warnings)))
