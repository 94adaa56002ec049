"""Why figures must not be put together, each reason a sentence for a citizen."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from portal.core.observations import TOTAL, Observation, Series
from portal.core.periods import Period
from portal.core.vocabulary import Break, Vocabulary

# ISO 3166-2: areas made of others, beside the parts whose code begins with the whole's.
ISO_PARTS = {
    "GB-GBN": ("GB-ENG", "GB-SCT", "GB-WLS", "GB-EAW"),
    "GB-UKM": ("GB-ENG", "GB-SCT", "GB-WLS", "GB-EAW", "GB-NIR", "GB-GBN"),
    "GB-EAW": ("GB-ENG", "GB-WLS"),
}


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
    units = {m.unit: vocabulary.unit_of(m.id) for m in measures}
    if len(units) > 1:
        yield f"They count different things: {_listed(u.many for u in units.values())}."
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
    if same_days(*periods):
        return []
    start = min(p.start or date.min for p in periods)
    end = max(p.end or date.max for p in periods)
    measures = (one.series.measure, other.series.measure)
    found = [b for b in vocabulary.breaks_of(measures) if start < b.date <= end]
    return [b for b in found if b.touches(one.series) or b.touches(other.series)]


def same_days(one: Period, other: Period) -> bool:
    """True when both are stated and begin and end on the same day, whatever their labels."""
    return one.days is not None and (one.start, one.end) == (other.start, other.end)


def reasons_against_adding(parts: Sequence[Observation], vocabulary: Vocabulary) -> list[str]:
    """Return every reason why these are not parts of one sum, each a sentence."""
    return [*reasons_against(parts, vocabulary), *_not_parts(parts, vocabulary)]


def _not_parts(parts: Sequence[Observation], vocabulary: Vocabulary) -> Iterator[str]:
    for id in sorted({o.series.measure for o in parts}):
        if not vocabulary.measure(id).additive:
            yield f"Parts of this measure may not be added: {vocabulary.measure(id).label}."
    if len({(o.series, o.period.start, o.period.end) for o in parts}) < len(parts):
        yield "One part stands in it twice."
    if not all(same_days(o.period, parts[0].period) for o in parts):
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
    own = {s.holder for s in series if vocabulary.measure(s.measure).side == "company"} - {TOTAL}
    if len(own) > 1:
        yield "Each operator counts in its own way, and these are figures of several operators."


def _inside(series: Sequence[Series], vocabulary: Vocabulary) -> Iterator[str]:
    for role in ("requester", "holder"):
        codes = {getattr(s, role) for s in series}
        for code in sorted(codes - {TOTAL}):
            for above in sorted(_above(code, vocabulary) & codes):
                names = (_body(id, vocabulary) for id in (code, above))
                yield f"One body belongs to another: {' to '.join(names)}."
    # The area of two different bodies is only whose law applies; of the same ones it is a part.
    by_bodies: dict[tuple[str, str], set[str]] = {}
    for s in series:
        by_bodies.setdefault((s.requester, s.holder), set()).add(s.area)
    pairs = {pair for areas in by_bodies.values() for pair in combinations(sorted(areas), 2)}
    for pair in sorted(pair for pair in pairs if _share_ground(*pair, vocabulary)):
        named = _listed(str(vocabulary.areas.get(a, {}).get("label", a)) for a in pair)
        yield f"Their areas may overlap: {named}."


def _above(body: str, vocabulary: Vocabulary) -> set[str]:
    found: set[str] = set()
    while (body := str(vocabulary.bodies.get(body, {}).get("parent") or "")) and body not in found:
        found.add(body)
    return found


def _body(id: str, vocabulary: Vocabulary) -> str:
    return str(vocabulary.bodies.get(id, {}).get("name", id))


def _share_ground(one: str, other: str, vocabulary: Vocabulary) -> bool:
    kinds = {str(vocabulary.areas.get(area, {}).get("kind")) for area in (one, other)}
    if "union" in kinds and len(kinds) > 1:  # the European Union and a state, perhaps of it
        return True
    parts = [{area, *ISO_PARTS.get(area, ())} for area in (one, other)]
    return bool(parts[0] & parts[1]) or other.startswith(f"{one}-") or one.startswith(f"{other}-")


def reasons_against_ranking(figures: Sequence[Observation], vocabulary: Vocabulary) -> list[str]:
    """Return every reason why these figures have no order, each a sentence."""
    if not figures:
        return []
    found = reasons_against(figures, vocabulary)
    if not all(same_days(o.period, figures[0].period) for o in figures):
        found.append("They are not of one period.")
    if len({o.series for o in figures}) < len(figures):
        found.append("One figure stands in it twice.")
    found += _not_alike(figures, vocabulary)
    reached = Decimal("-Infinity")
    for low, high in sorted(ends_of(o) for o in figures if not o.value.is_missing):
        if low < reached:
            found.append("Some are bands that overlap, so nobody knows their order.")
            break
        reached = max(reached, high)
    return found


def ends_of(figure: Observation) -> tuple[Decimal, Decimal]:
    """Return the lowest and the highest number that a figure allows, infinite where open."""
    low, high = figure.value.bounds
    return (
        Decimal("-Infinity") if low is None else low,
        Decimal("Infinity") if high is None else high,
    )


def _listed(names: Iterable[str]) -> str:
    *most, last = sorted(set(names))
    return f"{', '.join(most)} and {last}" if most else last
