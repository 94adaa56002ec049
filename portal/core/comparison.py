"""What may be put together: sums, changes, rates and ranks that refuse a false comparison.

Every function raises NotComparable with the reasons, each a sentence. A reader who asks for it all
the same (`asked=True`) gets the result together with the warnings that must travel with it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from itertools import combinations

from portal.core.errors import NotComparable
from portal.core.observations import TOTAL, Observation, Series
from portal.core.periods import Period
from portal.core.values import WHOLE, Value
from portal.core.vocabulary import Break, Vocabulary

# A computed value is as certain as its weakest part.
WEAKEST = ("doubtful", "projected", "estimated", "approximate", "provisional")

# ISO 3166-2: areas made of others, beside the parts whose code begins with the whole's.
ISO_PARTS = {
    "GB-GBN": ("GB-ENG", "GB-SCT", "GB-WLS", "GB-EAW"),
    "GB-UKM": ("GB-ENG", "GB-SCT", "GB-WLS", "GB-EAW", "GB-NIR", "GB-GBN"),
    "GB-EAW": ("GB-ENG", "GB-WLS"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """A computed value, how it was computed, and the warnings that belong to it."""

    value: Value
    method: str
    warnings: tuple[str, ...] = ()


def reasons_against(pair: Sequence[Observation], vocabulary: Vocabulary) -> list[str]:
    """Return every reason why these figures must not be compared, each a sentence."""
    # Figures of one measure and period differ in none of this: hundreds of them ask once.
    kinds = {(o.series.measure, o.period.start, o.period.end): o for o in pair}
    figures = sorted(kinds.values(), key=lambda o: (o.period.sort_key, o.series.measure))
    return [
        *_different_measures(figures, vocabulary),
        *_different_spans(_periods(figures)),
        *_breaks_among(figures, vocabulary),
    ]


def _different_measures(figures: Sequence[Observation], vocabulary: Vocabulary) -> Iterator[str]:
    measures = [vocabulary.measure(id) for id in sorted({o.series.measure for o in figures})]
    units = {vocabulary.unit_of(m.id).many for m in measures}
    if len(units) > 1:
        yield f"They count different things: {_listed(units)}."
    elif len(measures) > 1:
        yield f"They are different measures: {_listed(m.label for m in measures)}."
    counters = {m.counted_by for m in measures}
    if len(counters) > 1:
        yield f"They were counted by different publishers: {_listed(counters)}."


def _periods(figures: Sequence[Observation]) -> list[Period]:
    return list({(o.period.start, o.period.end): o.period for o in figures}.values())


def _different_spans(periods: Sequence[Period]) -> Iterator[str]:
    unclear = [p.label for p in periods if p.days is None]
    if unclear:
        yield f"It is not stated when a period begins or ends: {_listed(unclear)}."
    stated = [p for p in periods if p.days is not None]
    if not all(stated[0].same_length(p) for p in stated):
        named = _listed(f"{p.label} ({_length(p)})" for p in stated)
        yield f"Their periods differ in length: {named}."
    across = next((pair for pair in combinations(stated, 2) if pair[0].overlaps(pair[1])), None)
    if across:
        yield f"Their periods overlap: {_listed(p.label for p in across)}."


def _length(period: Period) -> str:
    many, unit = (period.months, "month") if period.months else (period.days, "day")
    return f"{many} {unit}" if many == 1 else f"{many} {unit}s"


def _breaks_among(figures: Sequence[Observation], vocabulary: Vocabulary) -> Iterator[str]:
    crossed = {
        b.id: b for a, o in combinations(figures, 2) for b in breaks_between(a, o, vocabulary)
    }
    for each in sorted(crossed.values(), key=lambda b: (b.date, b.id)):
        yield f"A break lies between them: {each.title.rstrip('.')} ({each.date})."


def breaks_between(one: Observation, other: Observation, vocabulary: Vocabulary) -> list[Break]:
    """Return the breaks dated after the start of the earlier period and up to the end of the later.

    A break inside a period parts that period from both its neighbours: it was counted both ways.
    Where a first or last day is not stated, a break may lie there, and so it does.
    """
    periods = (one.period, other.period)
    if _same_days(*periods):
        return []
    start = min(p.start or date.min for p in periods)
    end = max(p.end or date.max for p in periods)
    measures = (one.series.measure, other.series.measure)
    return [b for b in vocabulary.breaks_of(measures) if start < b.date <= end]


def _same_days(one: Period, other: Period) -> bool:
    return one.days is not None and (one.start, one.end) == (other.start, other.end)


def total(parts: Sequence[Observation], vocabulary: Vocabulary, *, asked: bool = False) -> Result:
    """Add parts of one measure and period; bands make a band, a missing part leaves it open.

    The method says how many parts had no number. When no part has one, or a part that may be
    negative (a credit note) is missing, the sum is not available.
    """
    if not parts:
        raise NotComparable("There is nothing to add.")
    warnings = [*reasons_against(parts, vocabulary), *_not_parts(parts, vocabulary)]
    _refuse(warnings, asked, "added")
    missing = sum(o.value.is_missing for o in parts)
    without = f", {missing} of them without a number" if missing else ""
    return Result(_sum(parts, vocabulary), f"sum of {len(parts)} figures{without}", tuple(warnings))


def _not_parts(parts: Sequence[Observation], vocabulary: Vocabulary) -> Iterator[str]:
    for id in sorted({o.series.measure for o in parts}):
        if not vocabulary.measure(id).additive:
            yield f"Parts of this measure may not be added: {vocabulary.measure(id).label}."
    if len({(o.series, o.period.start, o.period.end) for o in parts}) < len(parts):
        yield "One part stands in it twice."
    if not all(_same_days(o.period, parts[0].period) for o in parts):
        yield "The parts are not of one period."
    yield from _not_alike(parts, vocabulary)


def _not_alike(figures: Sequence[Observation], vocabulary: Vocabulary) -> Iterator[str]:
    """Say where figures of one set hold each other or come from different hands."""
    series = [o.series for o in figures]
    for role, whole in (("requester", "all who ask"), ("holder", "all who are asked")):
        codes = {getattr(s, role) for s in series}
        if TOTAL in codes and len(codes) > 1:
            yield f"A total and its parts are mixed: one figure is for {whole}."
    if len({tuple(dimension for dimension, _ in s.breakdown) for s in series}) > 1:
        yield "A total and its parts are mixed: the figures are not broken down alike."
    yield from _inside(series, vocabulary)
    publishers = {
        str(name)
        for o in figures
        if (name := vocabulary.sources.get(o.source, {}).get("publisher"))
    }
    if len(publishers) > 1:
        yield f"They come from different publishers: {_listed(publishers)}."
    own = {s.holder for s in series if vocabulary.measure(s.measure).side == "holder"} - {TOTAL}
    if len(own) > 1:
        yield "Each operator counts in its own way, and these are figures of several operators."


def _inside(series: Sequence[Series], vocabulary: Vocabulary) -> Iterator[str]:
    for role in ("requester", "holder"):
        codes = {getattr(s, role) for s in series}
        for code in sorted(codes - {TOTAL}):
            for above in sorted(_above(code, vocabulary) & codes):
                yield f"One body is part of another: {_body(code, vocabulary)} of " + (
                    f"{_body(above, vocabulary)}."
                )
    # The area of two different bodies is only whose law applies; of the same ones it is a part.
    by_bodies: dict[tuple[str, str], set[str]] = {}
    for s in series:
        by_bodies.setdefault((s.requester, s.holder), set()).add(s.area)
    within = {
        pair for areas in by_bodies.values() for pair in combinations(sorted(areas), 2)
        if _share_ground(*pair)
    }  # fmt: skip
    for pair in sorted(within):
        named = _listed(str(vocabulary.areas.get(a, {}).get("label", a)) for a in pair)
        yield f"One area lies in another: {named}."


def _above(body: str, vocabulary: Vocabulary) -> set[str]:
    found: set[str] = set()
    while (body := str(vocabulary.bodies.get(body, {}).get("parent") or "")) and body not in found:
        found.add(body)
    return found


def _body(id: str, vocabulary: Vocabulary) -> str:
    return str(vocabulary.bodies.get(id, {}).get("name", id))


def _share_ground(one: str, other: str) -> bool:
    parts = [{area, *ISO_PARTS.get(area, ())} for area in (one, other)]
    return bool(parts[0] & parts[1]) or other.startswith(f"{one}-") or one.startswith(f"{other}-")


def _sum(parts: Sequence[Observation], vocabulary: Vocabulary) -> Value:
    values = [o.value for o in parts]
    if all(v.is_missing for v in values):
        return Value(status="not_available")
    # A suppressed count may be anything from 0 on; money may be below, so both ends are open.
    floors = [Decimal(0) if vocabulary.unit_of(o.series.measure).kind in WHOLE else None
              for o in parts]  # fmt: skip
    low = _added(
        f if v.bounds[0] is None else v.bounds[0] for v, f in zip(values, floors, strict=True)
    )
    high = _added(v.bounds[1] for v in values)
    if low is None and high is None:
        return Value(status="not_available")
    if low == high:
        return Value(low, status=_weakest(values))
    return Value(low=low, high=high, status=_weakest(values))


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
            "They are not one series: who asks, who is asked, where or of what differs."
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
    return sorted(figures, key=lambda o: (o.value.is_missing, *(-end for end in _ends(o)[::1])))


def reasons_against_ranking(figures: Sequence[Observation], vocabulary: Vocabulary) -> list[str]:
    """Return every reason why these figures have no order, each a sentence."""
    if not figures:
        return []
    found = reasons_against(figures, vocabulary)
    if not all(_same_days(o.period, figures[0].period) for o in figures):
        found.append("They are not of one period.")
    if len({o.series for o in figures}) < len(figures):
        found.append("One figure stands in it twice.")
    found += _not_alike(figures, vocabulary)
    reached = Decimal("-Infinity")
    for low, high in sorted(_ends(o) for o in figures if not o.value.is_missing):
        if low < reached:
            found.append("Some are bands that overlap, so nobody knows their order.")
            break
        reached = max(reached, high)
    return found


def _ends(figure: Observation) -> tuple[Decimal, Decimal]:
    low, high = figure.value.bounds
    return (
        Decimal("-Infinity") if low is None else low,
        Decimal("Infinity") if high is None else high,
    )


def _listed(names: Iterable[str]) -> str:
    *most, last = sorted(set(names))
    return f"{', '.join(most)} and {last}" if most else last


def _refuse(warnings: Sequence[str], asked: bool, deed: str) -> None:
    if warnings and not asked:
        raise NotComparable(" ".join((f"These figures must not be {deed}.", *warnings)))
