"""Who answered how fast, and what was refused by which section: answers only, waiting apart."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from portal.core.foi.laws import law
from portal.core.foi.states import ANSWERS, OPEN, REFUSALS

# Below this many answers a median says little; such rows are marked.
FEW = 5
EVERYBODY = "_T"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the league sees it; `due_on` is the day owed, extended or not."""

    body: str
    label: str
    body_type: str
    law: str
    state: str
    sent_on: str = ""
    due_on: str = ""
    answered_on: str = ""
    exemptions: tuple[str, ...] = ()
    working_days: int | None = None
    address: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether an answer of any kind came."""
        return self.state in ANSWERS

    @property
    def in_time(self) -> bool | None:
        """Whether it came within the law's own days; None when that is not known."""
        days = law(self.law).days
        return None if self.working_days is None or not days else self.working_days <= days

    def overdue(self, today: str) -> bool:
        """Whether the answer is owed and its day has passed."""
        return self.state in OPEN and bool(self.due_on) and self.due_on < today


@dataclass(frozen=True, slots=True)
class Times:
    """Working days that answers took, for one type of authority or for all.

    `timed` answers have a known day; `low` and `high` are the quartiles, None for fewer than two.
    """

    body_type: str
    sent: int
    answered: int
    waiting: int
    overdue: int
    timed: int
    median: float | None
    low: float | None
    high: float | None
    in_time: int
    refused: int

    @property
    def is_small(self) -> bool:
        """Whether too few answers stand behind the numbers to say much."""
        return self.timed < FEW


@dataclass(frozen=True, slots=True)
class Refused:
    """How many requests were refused, wholly or in part, on one ground."""

    code: str
    requests: int
    by_type: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One authority in the order of answer times; equal times share a place."""

    place: int
    asked: Asked


def times(asked: Sequence[Asked], today: str) -> list[Times]:
    """Return the answer times of everybody, then of each type of authority, most asked first."""
    types = Counter(each.body_type for each in asked if each.state != "draft")
    order = sorted(types, key=lambda type: (-types[type], type))
    rows = [_times(EVERYBODY, asked, today)]
    return rows + [_times(type, [a for a in asked if a.body_type == type], today) for type in order]


def _times(body_type: str, asked: Iterable[Asked], today: str) -> Times:
    sent = [each for each in asked if each.state not in ("draft", "withdrawn")]
    answered = [each for each in sent if each.is_answered]
    days = sorted(each.working_days for each in answered if each.working_days is not None)
    # The inclusive method never leaves the range of what was measured.
    low, high = quantiles(days, n=4, method="inclusive")[::2] if len(days) > 1 else (None, None)
    return Times(
        body_type=body_type,
        sent=len(sent),
        answered=len(answered),
        waiting=sum(each.state in OPEN for each in sent),
        overdue=sum(each.overdue(today) for each in sent),
        timed=len(days),
        median=median(days) if days else None,
        low=low,
        high=high,
        in_time=sum(bool(each.in_time) for each in answered),
        refused=sum(each.state in REFUSALS for each in answered),
    )


def refusals(asked: Iterable[Asked]) -> list[Refused]:
    """Return the grounds of refusal, most used first; one request may name several."""
    found: dict[str, Counter[str]] = {}
    for each in asked:
        for code in set(each.exemptions) if each.is_answered else ():
            found.setdefault(code, Counter())[each.body_type] += 1
    rows = [Refused(code, n.total(), tuple(sorted(n.items()))) for code, n in found.items()]
    return sorted(rows, key=lambda row: (-row.requests, row.code))


def places(asked: Iterable[Asked]) -> list[Place]:
    """Return answered requests in the order of their working days; the unanswered are left out."""
    timed = [each for each in asked if each.is_answered and each.working_days is not None]
    order = sorted(timed, key=lambda each: (each.working_days or 0, each.label))
    days = [each.working_days for each in order]
    return [Place(days.index(each.working_days) + 1, each) for each in order]


def waiting(asked: Iterable[Asked]) -> list[Asked]:
    """Return the requests that wait for an answer, the longest due first."""
    open = [each for each in asked if each.state in OPEN]
    return sorted(open, key=lambda each: (each.due_on or "9999", each.label))
