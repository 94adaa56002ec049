"""The words of the portal, checked: measures, units, codes, breaks. Their text is in data/."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, TypeVar, cast, get_args, get_origin

from portal.core.errors import BadInput, BadObservation, UnknownCode
from portal.core.observations import TOTAL, Observation, Series
from portal.core.values import KINDS, NEVER_NEGATIVE, WHOLE, Value

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Unit:
    """What one of the thing counted is: an item of data, a notice, a pound. Units never mix."""

    id: str
    label: str
    one: str
    many: str
    kind: str
    symbol: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, in one unit, by whom, and the publisher's own caution about it."""

    id: str
    label: str
    unit: str
    topic: str
    side: str
    counted_by: str
    definition: str
    why: str
    first: str = ""
    last: str = ""
    caution: str = ""
    caution_source: str = ""
    additive: bool = False


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a measure is broken down by, and its codes with their labels."""

    id: str
    label: str
    definition: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """Why a value is what it is, or why there is none, with the mark shown beside it."""

    id: str
    label: str
    mark: str
    definition: str
    has_value: bool


@dataclass(frozen=True, slots=True)
class Break:
    """A dated change after which figures must not be compared with those before."""

    id: str
    date: date
    kind: str
    title: str
    changed: str
    measures: tuple[str, ...]
    to_measures: tuple[str, ...] = ()
    source: str = ""
    locator: str = ""
    holder: str = ""

    def touches(self, series: Series) -> bool:
        """True when the break concerns the series: measure, and holder where one is named."""
        concerned = series.measure in (*self.measures, *self.to_measures)
        return concerned and self.holder in ("", series.holder)


@dataclass(frozen=True, slots=True)
class Chain:
    """Measures that follow each other in time, shown side by side with walls between."""

    id: str
    label: str
    measures: tuple[str, ...]
    explanation: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Vocabulary:
    """All words by kind and id. `others` holds the entries that no rule reads, only pages."""

    units: Mapping[str, Unit]
    measures: Mapping[str, Measure]
    dimensions: Mapping[str, Dimension]
    statuses: Mapping[str, Status]
    breaks: Mapping[str, Break]
    chains: Mapping[str, Chain]
    areas: Mapping[str, Mapping[str, Any]]
    bodies: Mapping[str, Mapping[str, Any]]
    sources: Mapping[str, Mapping[str, Any]]

    def measure(self, id: str) -> Measure:
        """Return a measure; raises UnknownCode when there is none of this id."""
        return _known("measure", id, self.measures)

    def unit_of(self, measure: str) -> Unit:
        """Return the unit of count of a measure."""
        return self.units[self.measure(measure).unit]

    def check(self, observation: Observation) -> None:
        """Raise UnknownCode or BadObservation when the figure uses a word that is not held."""
        self.check_series(observation.series)
        self.check_value(observation)

    def check_value(self, observation: Observation) -> None:
        """Check all but the series: of a big file each series is checked once."""
        _known("source", observation.source, self.sources)
        status = _known("status", observation.value.status, self.statuses)
        _check_status(observation.value, status)
        _check_kind(observation.value, self.unit_of(observation.series.measure))

    def check_series(self, series: Series) -> None:
        """Raise UnknownCode when a series uses a word that is not held."""
        _known("measure", series.measure, self.measures)
        _known("area", series.area, self.areas)
        for role in (series.requester, series.holder):
            if role != TOTAL:
                _known("body", role, self.bodies)
        for dimension, code in series.breakdown:
            _known(
                f"code of {dimension}", code, _known("dimension", dimension, self.dimensions).codes
            )

    def breaks_of(self, measures: Iterable[str]) -> list[Break]:
        """Return the breaks that touch any of the measures, in order of date."""
        wanted = set(measures)
        found = [b for b in self.breaks.values() if wanted & {*b.measures, *b.to_measures}]
        return sorted(found, key=lambda b: (b.date, b.id))


def _check_status(value: Value, status: Status) -> None:
    # A band may stand beside a status without value: "<5" is suppressed and yet bounded.
    if not status.has_value and value.number is not None:
        raise BadObservation(f"no number where the status is {status.id}", str(value.number))
    # [low] alone is enough: it rounds to zero but is not zero.
    if status.has_value and value.is_missing and status.id != "low":
        raise BadObservation(f"a number or a band where the status is {status.id}", value.printed)


def _check_kind(value: Value, unit: Unit) -> None:
    for part in (value.number, value.low, value.high):
        if part is None:
            continue
        if unit.kind in WHOLE and part != part.to_integral_value():
            raise BadObservation(f"a whole number of {unit.many}", str(part))
        if unit.kind in NEVER_NEGATIVE and part < 0:
            raise BadObservation(f"a number of {unit.many} that is not below zero", str(part))


def _known(what: str, code: str, entries: Mapping[str, Entry]) -> Entry:
    if code not in entries:
        near = [known for known in entries if known[:4] == code[:4]][:3]
        hint = f" (near it: {', '.join(near)})" if near else ""
        raise UnknownCode(f"a known {what}{hint}", code)
    return entries[code]


def entry(kind: type[Entry], id: str, given: Mapping[str, Any], where: str) -> Entry:
    """Build one entry from its TOML table; names the file and the field when one is wrong."""
    types = {f.name: f.type for f in fields(cast(Any, kind)) if f.name != "id"}
    strange = sorted(set(given) - set(types))
    if strange:
        raise BadInput(f"only the fields {', '.join(sorted(types))}", strange[0], f"{where}, {id}")
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    for name, value in {**given, **lists}.items():
        if not _fits(value, types[name]):
            raise BadInput(f"{_type_name(types[name])} as {name}", value, f"{where}, {id}")
    make = cast(Callable[..., Entry], kind)
    try:
        return make(id=id, **{**given, **lists})
    except TypeError as problem:
        raise BadInput(
            f"all fields of a {kind.__name__.lower()}", str(problem), f"{where}, {id}"
        ) from problem


def _fits(value: object, type_: Any) -> bool:
    """True when a value of a TOML table is of a field's type; true is not 1, "false" not false."""
    origin, inner = get_origin(type_), get_args(type_)
    if origin is tuple:
        return isinstance(value, tuple) and all(isinstance(each, inner[0]) for each in value)
    if origin is Mapping:
        texts = isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values())
        return texts
    return type(value) is type_


def _type_name(type_: Any) -> str:
    if get_origin(type_) is tuple:
        return "a list of texts"
    if get_origin(type_) is Mapping:
        return "a table of texts"
    names = {str: "a text", bool: "true or false", int: "a whole number", date: "a date"}
    return names.get(type_, str(type_))


def link(vocabulary: Vocabulary) -> Vocabulary:
    """Return the vocabulary once every word it refers to is known to exist."""
    for unit in vocabulary.units.values():
        if unit.kind not in KINDS:
            raise BadInput(f"a kind ({', '.join(KINDS)})", unit.kind, f"unit {unit.id}")
    for measure in vocabulary.measures.values():
        _known("unit", measure.unit, vocabulary.units)
    for each in vocabulary.breaks.values():
        for measure_id in (*each.measures, *each.to_measures):
            _known(f"measure (break {each.id})", measure_id, vocabulary.measures)
    for chain in vocabulary.chains.values():
        for measure_id in chain.measures:
            _known(f"measure (chain {chain.id})", measure_id, vocabulary.measures)
    return vocabulary
