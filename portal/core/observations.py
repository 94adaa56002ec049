"""One reported figure: what was counted, of whom, when, its value, and where it stands."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from portal.core.errors import BadObservation
from portal.core.periods import Period
from portal.core.values import Value

TOTAL = "_T"

# What a code is written with. No separator of an id, a breakdown or an address is among it.
CODE = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
Breakdown = tuple[tuple[str, str], ...]


# A big file says the same few texts a million times: each is looked at once.
@lru_cache(maxsize=4096)
def _is_sha256(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


@lru_cache(maxsize=4096)
def _is_address(text: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>\"]+", text) is not None


@lru_cache(maxsize=4096)
def _is_plain(text: str) -> bool:
    return re.search("[\x1f\ud800-\udfff]", text) is None


# A frozen dataclass sets each field by a call. Of a place and a figure there are millions, so they
# are filled in while they are of an open class with the very same fields, and then closed.
def _open(*fields: str) -> Any:
    return type("_Open", (), {"__slots__": fields})


_OPEN_PLACE = _open("snapshot", "member", "sheet", "table", "row", "column", "page", "url")
_OPEN_FIGURE = _open("series", "period", "value", "source", "locator", "variant", "note")
_turn = object.__setattr__


@dataclass(frozen=True, slots=True, init=False)
class Locator:
    """Where inside the archived bytes, and where the publisher shows it.

    `snapshot` is the SHA-256 of the bytes we hold. `row` is the line of the file or sheet as it
    stands, from 1; of our own files in data/ it counts below the header. `page` is the page or
    paragraph as the source numbers it; `url` opens it at the publisher's.
    """

    snapshot: str = ""
    member: str = ""
    sheet: str = ""
    table: str = ""
    row: int | None = None
    column: str = ""
    page: str = ""
    url: str = ""

    def __init__(
        self, snapshot: str = "", member: str = "", sheet: str = "", table: str = "",
        row: int | None = None, column: str = "", page: str = "", url: str = "",
    ) -> None:  # fmt: skip
        if snapshot and not _is_sha256(snapshot):
            raise BadObservation("a SHA-256 as snapshot", snapshot)
        if row is not None and (type(row) is not int or row < 1):
            raise BadObservation("a row from 1 on", row)
        if url and not _is_address(url):
            raise BadObservation("a web address", url)
        _turn(self, "__class__", _OPEN_PLACE)
        place: Any = self
        place.snapshot, place.member, place.sheet, place.table = snapshot, member, sheet, table
        place.row, place.column, place.page, place.url = row, column, page, url
        place.__class__ = Locator


@dataclass(frozen=True, slots=True)
class Series:
    """What all observations of one series share: everything but the period."""

    measure: str
    requester: str = TOTAL
    holder: str = TOTAL
    area: str = "GB"
    breakdown: Breakdown = ()

    def __post_init__(self) -> None:
        for name in ("measure", "requester", "holder", "area"):
            given = getattr(self, name)
            if not given:
                raise BadObservation(f"a {name} ({TOTAL} is the total, never an empty cell)", "")
            if not re.fullmatch(CODE, given):
                raise BadObservation(f"a code as {name}", given)
        for word in (word for pair in self.breakdown for word in pair):
            # A dimension that is not broken down is left out, or one series would have two ids.
            if word == TOTAL or not re.fullmatch(CODE, word):
                raise BadObservation(f"codes other than {TOTAL} in a breakdown", self.breakdown)
        dimensions = [dimension for dimension, _ in self.breakdown]
        if dimensions != sorted(set(dimensions)):
            raise BadObservation("a breakdown with each dimension once, in order", self.breakdown)

    @property
    def id(self) -> str:
        """A short name that stays the same as long as the series means the same."""
        return _digest(
            self.measure, self.requester, self.holder, self.area, write_breakdown(self.breakdown)
        )


NOWHERE = Locator()


@dataclass(frozen=True, slots=True, init=False)
class Observation:
    """A series at one period, as one source gives it.

    `variant` tells two readings of one source apart.
    """

    series: Series
    period: Period
    value: Value
    source: str
    locator: Locator = NOWHERE
    variant: str = ""
    note: str = ""

    def __init__(
        self, series: Series, period: Period, value: Value, source: str,
        locator: Locator = NOWHERE, variant: str = "", note: str = "",
    ) -> None:  # fmt: skip
        if not source:
            raise BadObservation("the source of the figure", "")
        for name, text in ("source", source), ("variant", variant), ("label", period.label):
            if text and not _is_plain(text):
                raise BadObservation(f"plain text as {name}", text)
        _turn(self, "__class__", _OPEN_FIGURE)
        figure: Any = self
        figure.series, figure.period, figure.value, figure.source = series, period, value, source
        figure.locator, figure.variant, figure.note = locator, variant, note
        figure.__class__ = Observation

    @property
    def id(self) -> str:
        """The figure's permanent address: it does not change when its value is revised.

        It stands for the series, the first and last day, the source and the variant. The label
        belongs to it only where a day is not stated, for nothing else tells such periods apart.
        """
        begun = begin_id(self.series.id, self.period, self.source)
        return finish_id(begun.encode(), self.variant)


def begin_id(series: str, period: Period, source: str) -> str:
    """The part of a figure's id that others share: its series' id, its days and its source."""
    label = period.label if period.kind == "open" else ""
    days = (str(period.start or ""), str(period.end or ""))
    return "\x1f".join((series, *days, label, source, ""))


def finish_id(begun: bytes, variant: str) -> str:
    """The id of the figure that begins so and is this variant."""
    return hashlib.sha256(begun + variant.encode()).hexdigest()[:12]


def _digest(*parts: str) -> str:
    # No part may hold the separator (each is checked at birth), so no two lists read the same.
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def write_breakdown(breakdown: Breakdown) -> str:
    """Return `dimension=code;dimension=code`, or `_T`."""
    return ";".join(f"{dimension}={code}" for dimension, code in breakdown) or TOTAL


def read_breakdown(text: str) -> Breakdown:
    """Read `dimension=code;...` or `_T`; raises BadObservation for anything else."""
    if text == TOTAL:
        return ()
    if not re.fullmatch(rf"{CODE}={CODE}(;{CODE}={CODE})*", text):
        raise BadObservation("a breakdown such as error_type=time_or_date, or _T", text)
    pairs = (part.partition("=") for part in text.split(";"))
    return tuple((dimension, code) for dimension, _, code in pairs)
