"""A campaign as a whole: its requests with their days, the league, the matrix, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.core.foi import league
from portal.core.foi.deadlines import Deadline, deadlines, doubts, is_overdue, next_step
from portal.core.foi.league import Asked
from portal.core.foi.matrix import Line, counts, matrix
from portal.core.foi.states import STATES
from portal.store import campaigns as store
from portal.store.campaigns import Campaign, Request
from portal.store.desk import Desk


@dataclass(frozen=True, slots=True)
class Entry:
    """One request with what is computed of it."""

    request: Request
    label: str
    body_type: str
    slug: str
    state: str
    deadlines: tuple[Deadline, ...]
    overdue: bool
    next: str
    doubts: tuple[str, ...]
    working_days: int | None
    documents: int


@dataclass(frozen=True, slots=True)
class Overview:
    """One campaign on one day."""

    campaign: Campaign
    today: date
    entries: tuple[Entry, ...]
    times: tuple[league.Times, ...]
    refusals: tuple[league.Refused, ...]
    places: tuple[league.Place, ...]
    matrix: tuple[Line, ...]
    cells: dict[str, int]

    @property
    def overdue(self) -> list[Entry]:
        """The requests whose answer is late, the latest first."""
        late = [entry for entry in self.entries if entry.overdue]
        return sorted(late, key=lambda entry: (entry.request.days.answer_by, entry.label))

    @property
    def drafts(self) -> list[Entry]:
        """The requests that are not sent yet."""
        return [entry for entry in self.entries if entry.request.state == "draft"]

    @property
    def untimed(self) -> int:
        """How many answers have no known day and are left out of the league."""
        return sum(
            entry.request.state in STATES
            and STATES[entry.request.state].kind == "answered"
            and entry.working_days is None
            for entry in self.entries
        )


def entries(db: Desk, requests: Sequence[Request], today: date) -> list[Entry]:
    """Return requests with what is computed of them, in the order of their authorities' names."""
    bodies = store.words(db, "body")
    documents = [each["request"] for each in store.documents_of(db, [r.id for r in requests])]
    found = [
        Entry(
            request=request,
            label=bodies.get(request.body, {}).get("name", request.body),
            body_type=bodies.get(request.body, {}).get("body_type", ""),
            slug=bodies.get(request.body, {}).get("whatdotheyknow_slug", ""),
            state=STATES[request.state].label,
            deadlines=tuple(deadlines(request.days)),
            overdue=is_overdue(request.days, today),
            next=next_step(request.days, today),
            doubts=tuple(doubts(request.days)),
            working_days=store.working_days(request),
            documents=documents.count(request.id),
        )
        for request in requests
    ]
    return sorted(found, key=lambda entry: (entry.label.casefold(), entry.request.id))


def asked(entry: Entry) -> Asked:
    """The request as the league sees it."""
    request = entry.request
    return Asked(
        body=request.body,
        label=entry.label,
        body_type=entry.body_type,
        law=request.law,
        state=request.state,
        sent_on=request.sent_on,
        due_on=request.days.answer_by,
        answered_on=request.answered_on,
        exemptions=tuple(each.code for each in request.exemptions),
        working_days=entry.working_days,
        address=request.address,
    )


def overview(db: Desk, campaign: Campaign, today: date) -> Overview:
    """Compute everything that the page of a campaign shows."""
    found = entries(db, store.requests_of(db, campaign.id), today)
    seen = [asked(entry) for entry in found]
    labels = {entry.request.body: entry.label for entry in found}
    held = store.held_years(db, campaign.measures.split(), campaign.years)
    states = [(entry.request.body, entry.request.state) for entry in found]
    lines = matrix(labels, campaign.years, states, held)
    return Overview(
        campaign=campaign,
        today=today,
        entries=tuple(found),
        times=tuple(league.times(seen, today.isoformat())),
        refusals=tuple(league.refusals(seen)),
        places=tuple(league.places(seen)),
        matrix=tuple(lines),
        cells=counts(lines),
    )
