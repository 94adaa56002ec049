"""The first page of the desk: what waits for this person, in order; then what waits for others."""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from portal.core.foi.deadlines import is_overdue
from portal.desk.people.model import Person
from portal.desk.people.rights import WORDS
from portal.store import campaigns, mapping_reading, publishing, review_reading
from portal.store.desk import Desk
from portal.store.waiting import Waiting, waiting
from portal.web.desk.given import Me, Store
from portal.web.desk.pages import page
from portal.web.desk.requests import today
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
STOPPED = "/desk/documents?state=quarantined"


@dataclass(frozen=True, slots=True)
class Task:
    """So many of something wait: where they are, what they are, and what is done with them."""

    count: int
    address: str
    one: str
    many: str
    hint: str


@dataclass(frozen=True, slots=True)
class Home:
    """What waits for the person, the most pressing first; what others do; rights in words."""

    tasks: list[Task]
    others: list[Task]
    rights: list[str]


@router.get("", right="see")
def home(request: Request, db: Store, me: Me) -> Response:
    """Where everybody begins."""
    told = [words for right, words in WORDS.items() if me.may(right)]
    held = waiting(db)
    mine = [*_asked(db, me, held), *_reading(db, me), *_coming(db, me)]
    others = _others(me, held)
    shown = Home([t for t in mine if t.count], [t for t in others if t.count], told)
    return page(request, "desk/home.html", shown)


def _asked(db: Desk, me: Person, held: Waiting) -> list[Task]:
    """What somebody else cannot go on without."""
    found = []
    if me.may("answer_reports"):
        found.append(
            Task(held.reports, "/desk/reports", "reader’s report is open",
                 "readers’ reports are open", "A reader says that a figure is wrong.")
        )  # fmt: skip
    if me.may("release_cells"):
        found.append(
            Task(held.quarantined, STOPPED, "document is stopped", "documents are stopped",
                 "Something is hidden, or may name a person. Decide what may be used.")
        )  # fmt: skip
    return found


def _reading(db: Desk, me: Person) -> list[Task]:
    """Figures to read, as the review room offers them to this person."""
    if not me.may("read"):
        return []
    rows = review_reading.queue(db, me.name, me.may("review"))
    count = {name: sum(row[name] or 0 for row in rows) for name in ("answer", *TO_READ)}
    asked = Task(
        count["answer"], "/desk/review", "figure was asked back", "figures were asked back",
        "A reader has a question about a table that you mapped.",
    )  # fmt: skip
    return [asked, *(Task(count[name], "/desk/review", *TO_READ[name]) for name in TO_READ)]


TO_READ = {
    "settle": ("figure is disputed", "figures are disputed",
               "Two people read differently; a third decides."),
    "second": ("figure to read as the second person", "figures to read as the second person",
               "What you agree on with the first is recorded."),
    "first": ("figure to read first", "figures to read first", "Not read by anybody so far."),
}  # fmt: skip


def _coming(db: Desk, me: Person) -> list[Task]:
    """Tables that nobody has explained, and authorities that are late."""
    found = []
    if me.may("map"):
        tables = len(mapping_reading.tables(db))
        found.append(
            Task(tables, "/desk/tables", "table waits for a mapping", "tables wait for a mapping",
                 "Say what its rows and columns mean; then its figures can be read.")
        )  # fmt: skip
    if me.may("take_in"):
        made = campaigns.campaigns(db)
        every = [each for one in made for each in campaigns.requests_of(db, one.id)]
        every += campaigns.lone_requests(db)
        late = sum(is_overdue(each.days, today()) for each in every)
        found.append(
            Task(late, "/desk/requests?state=overdue",
                 "request is overdue", "requests are overdue",
                 "The time to answer is over: remind the authority, or ask for a review.")
        )  # fmt: skip
    if me.may("publish"):
        fresh = sum(each["fresh"] for each in publishing.standing(db))
        found.append(
            Task(fresh, "/desk/publishing", "figure is in no edition yet",
                 "figures are in no edition yet", "Recorded already: publish the next edition.")
        )  # fmt: skip
    return found


def _others(me: Person, held: Waiting) -> list[Task]:
    """What goes on without this person."""
    stopped = 0 if me.may("release_cells") else held.quarantined
    read = "/desk/documents?state=reading"
    return [
        Task(stopped, STOPPED, "document is stopped", "documents are stopped",
             "A reviewer decides what may be used."),
        Task(held.reading, read, "document is being read", "documents are being read",
             "The page of each shows how far it is."),
        Task(held.failed, read, "reading ended with an error", "readings ended with an error",
             "A reviewer can have it read again on the document’s page."),
    ]  # fmt: skip
