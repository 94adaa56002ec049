"""What may be put together: sums, changes, rates and ranks that refuse a false comparison.

Every function raises NotComparable with the reason. A reader who asks for it all the same
(`asked=True`) gets the result together with the warnings that must travel with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.core.errors import NotComparable
from portal.core.observations import TOTAL, Observation
from portal.core.values import Value
from portal.core.vocabulary import Break, Vocabulary


@dataclass(frozen=True, slots=True)
class Result:
    """A computed value, how it was computed, and the warnings that belong to it."""

    value: Value
    method: str
    warnings: tuple[str, ...] = ()


def reasons_against(pair: Sequence[Observation], vocabulary: Vocabulary) -> list[str]:
    """Return every reason why these figures must not be compared, in plain words."""
    found = []
    measures = {o.series.measure for o in pair}
    units = {vocabulary.measures[m].unit for m in measures}
    if len(units) > 1:
        found.append(
            "they count different things: "
            + ", ".join(sorted(vocabulary.units[u].many for u in units))
        )
    elif len(measures) > 1:
        found.append("they are different measures: " + ", ".join(sorted(measures)))
    if len({(vocabulary.measures[m].counted_by) for m in measures}) > 1:
        found.append("they were counted by different publishers")
    first = pair[0].period
    if not all(first.same_length(o.period) for o in pair[1:]):
        found.append(
            "their periods differ in length: " + ", ".join(sorted({o.period.label for o in pair}))
        )
    crossed = {b.id: b for a in pair for o in pair for b in breaks_between(a, o, vocabulary)}
    found += [f"a break lies between them ({b.date}: {b.title})" for b in crossed.values()]
    return found


def breaks_between(one: Observation, other: Observation, vocabulary: Vocabulary) -> list[Break]:
    """Return the breaks dated after the start of the earlier period and up to the end of the later.

    A break inside a period parts that period from both its neighbours: it was counted both ways.
    """
    dated = sorted((o.period for o in (one, other)), key=lambda p: p.sort_key)
    start, end = dated[0].start or dated[0].end, dated[1].end or dated[1].start
    if start is None or end is None or dated[0] == dated[1]:
        return []
    measures = (one.series.measure, other.series.measure)
    return [b for b in vocabulary.breaks_of(measures) if start < b.date <= end]


def total(parts: Sequence[Observation], vocabulary: Vocabulary, *, asked: bool = False) -> Result:
    """Add parts of one measure and period; bands add up to a band, a missing part leaves it open."""
    if not parts:
        raise NotComparable("There is nothing to add.")
    warnings = reasons_against(parts, vocabulary)
    series = [o.series for o in parts]
    if any(not vocabulary.measures[s.measure].additive for s in series):
        warnings.append("this measure is not one whose parts may be added")
    if len(set(series)) < len(series):
        warnings.append("one part stands in it twice")
    for role in ("requester", "holder", "breakdown"):
        values = {getattr(s, role) for s in series}
        if len(values) > 1 and values & {TOTAL, ()}:
            warnings.append(f"a total and its parts are mixed ({role})")
    if not all(o.period == parts[0].period or _same_days(o, parts[0]) for o in parts):
        warnings.append("the parts are not of one period")
    _refuse(warnings, asked, "added")
    return Result(_sum([o.value for o in parts]), f"sum of {len(parts)} figures", tuple(warnings))


def _same_days(one: Observation, other: Observation) -> bool:
    return (one.period.start, one.period.end) == (other.period.start, other.period.end)


def _sum(values: Sequence[Value]) -> Value:
    # A suppressed part may be anything from 0 on: the sum then has no upper end.
    lows = [Decimal(0) if v.bounds[0] is None else v.bounds[0] for v in values]
    highs = [v.bounds[1] for v in values]
    low = sum(lows, Decimal(0))
    high = None if None in highs else sum((h for h in highs if h is not None), Decimal(0))
    return Value(low) if low == high else Value(low=low, high=high)


def change(
    earlier: Observation, later: Observation, vocabulary: Vocabulary, *, asked: bool = False
) -> Result:
    """Return the change in percent of the earlier figure; refuses bands, breaks, other lengths."""
    warnings = reasons_against([earlier, later], vocabulary)
    _refuse(warnings, asked, "compared")
    before, after = earlier.value.number, later.value.number
    if before is None or after is None:
        raise NotComparable("A change needs two numbers; one of these is a band or missing.")
    if before == 0:
        raise NotComparable("A change in percent of zero does not exist.")
    return Result(
        Value((after - before) / before * 100), f"({after} - {before}) / {before}", tuple(warnings)
    )


def rate(
    numerator: Observation, denominator: Observation, vocabulary: Vocabulary, *, per: int
) -> Result:
    """Return numerator per `per` of the denominator, with its method; a band stays a band."""
    low, high = numerator.value.bounds
    base = denominator.value.number
    if not base or base <= 0:
        raise NotComparable("A rate needs a denominator above zero.")
    if numerator.series.requester != denominator.series.requester:
        raise NotComparable("A rate needs both figures of one authority.")
    unit, below = (vocabulary.unit_of(o.series.measure).many for o in (numerator, denominator))
    method = f"{unit} {numerator.period.label} per {per:,} {below} ({denominator.period.label}: {base:,})"
    bounds = [None if end is None else end / base * per for end in (low, high)]
    value = Value(bounds[0]) if bounds[0] == bounds[1] else Value(low=bounds[0], high=bounds[1])
    return Result(value, method)


def rank(
    figures: Sequence[Observation], vocabulary: Vocabulary, *, asked: bool = False
) -> list[Observation]:
    """Order figures of one measure and period from high to low; missing ones come last, unranked."""
    _refuse(reasons_against(figures, vocabulary) if figures else [], asked, "ranked")
    return sorted(
        figures, key=lambda o: (o.value.is_missing, -(o.value.bounds[0] or o.value.bounds[1] or 0))
    )


def _refuse(warnings: Sequence[str], asked: bool, deed: str) -> None:
    if warnings and not asked:
        raise NotComparable(f"These figures must not be {deed}: {'; '.join(warnings)}.")
