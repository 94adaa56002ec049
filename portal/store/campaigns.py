"""Campaigns and their requests as the private store holds them: read, insert, replace by version.

What may be saved is decided in portal/desk/campaigns. Everything that writes here takes the
connection of the caller's transaction, so that a request, its event and its audit note are one.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from portal.core.foi.deadlines import Days
from portal.core.foi.laws import days_taken, law
from portal.core.foi.states import ANSWERS
from portal.store.desk import Desk, now
from portal.store.private import approved_records, current_records, rows

FEED = "feed"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One question to many authorities, about the calendar years `first` to `last`.

    `measures` are codes joined by spaces; `public` is 1 when editions show it. Version 0 is new.
    """

    id: str
    title: str
    question: str
    measures: str
    first: str
    last: str
    state: str = "open"
    public: int = 0
    made_by: str = ""
    made_at: str = ""
    version: int = 0

    @property
    def years(self) -> range:
        """The calendar years that are asked for."""
        return range(int(self.first), int(self.last) + 1)


@dataclass(frozen=True, slots=True)
class Exemption:
    """One ground of refusal, by its code, and what part of the question it was used for."""

    code: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to one authority. Days are ISO texts, empty where nothing happened."""

    id: str
    body: str
    law: str
    campaign: str = ""
    reference: str = ""
    address: str = ""
    sent_on: str = ""
    due_on: str = ""
    answered_on: str = ""
    extended_to: str = ""
    review_asked_on: str = ""
    review_answered_on: str = ""
    ico_on: str = ""
    state: str = "draft"
    exemptions: tuple[Exemption, ...] = ()
    made_by: str = ""
    made_at: str = ""
    version: int = 0

    @property
    def days(self) -> Days:
        """The dates alone, for what is computed of them."""
        return Days(**{f.name: getattr(self, f.name) for f in fields(Days)})


REQUEST_COLUMNS = tuple(f.name for f in fields(Request))
CAMPAIGN_COLUMNS = tuple(f.name for f in fields(Campaign))
FIXED = ("id", "made_by", "made_at", "version")


def campaigns(db: Desk) -> list[Campaign]:
    """Every campaign, the newest first."""
    found = rows(db, "SELECT * FROM campaigns ORDER BY made_at DESC, id")
    return [Campaign(**dict(row)) for row in found]


def campaign(db: Desk, id: str) -> Campaign | None:
    """The campaign with that id."""
    row = next(rows(db, "SELECT * FROM campaigns WHERE id = :id", id=id), None)
    return Campaign(**dict(row)) if row else None


def request(db: Desk, id: str) -> Request | None:
    """The request with that id."""
    row = next(rows(db, "SELECT * FROM foi_requests WHERE id = :id", id=id), None)
    return _request(row) if row else None


def requests_of(db: Desk, campaign: str) -> list[Request]:
    """The requests of a campaign in the order of their ids."""
    sql = "SELECT * FROM foi_requests WHERE campaign = :campaign ORDER BY id"
    return [_request(row) for row in rows(db, sql, campaign=campaign)]


def lone_requests(db: Desk) -> list[Request]:
    """The requests that belong to no campaign."""
    sql = "SELECT * FROM foi_requests WHERE campaign IS NULL ORDER BY id"
    return [_request(row) for row in rows(db, sql)]


def linked_requests(db: Desk) -> list[Request]:
    """The requests that have an address on a platform."""
    sql = "SELECT * FROM foi_requests WHERE address <> '' ORDER BY id"
    return [_request(row) for row in rows(db, sql)]


def _request(row: sqlite3.Row) -> Request:
    given = dict(row)
    exemptions = tuple(Exemption(**each) for each in json.loads(given["exemptions"]))
    return Request(**{**given, "campaign": given["campaign"] or "", "exemptions": exemptions})


def insert(conn: sqlite3.Connection, made: Campaign | Request, actor: str) -> None:
    """Add a campaign or a request as version 1, made by that actor."""
    new = replace(made, made_by=actor, made_at=now(), version=1)
    table, given = _columns(new)
    marks = ", ".join("?" * len(given))
    sql = f"INSERT INTO {table} ({', '.join(given)}) VALUES ({marks})"
    conn.execute(sql, [*given.values()])


def replaced(conn: sqlite3.Connection, changed: Campaign | Request, version: int) -> bool:
    """Replace what was read as that version; False when somebody has changed it since."""
    table, given = _columns(changed)
    given = {name: value for name, value in given.items() if name not in FIXED}
    names = ", ".join(f"{name} = ?" for name in given)
    done = conn.execute(
        f"UPDATE {table} SET {names}, version = version + 1 WHERE id = ? AND version = ?",
        [*given.values(), changed.id, version],
    )
    return done.rowcount == 1


def _columns(made: Campaign | Request) -> tuple[str, dict[str, Any]]:
    if isinstance(made, Campaign):
        return "campaigns", asdict(made)
    told = json.dumps([asdict(each) for each in made.exemptions], ensure_ascii=False)
    given = {name: getattr(made, name) for name in REQUEST_COLUMNS}
    return "foi_requests", {**given, "campaign": made.campaign or None, "exemptions": told}


def add_event(
    conn: sqlite3.Connection, request: str, kind: str, on_day: str, detail: Any, actor: str
) -> None:
    """Add what happened to a request; `detail` is kept as JSON."""
    conn.execute(
        "INSERT INTO foi_events (request, kind, on_day, detail, actor, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [request, kind, on_day, json.dumps(detail, ensure_ascii=False), actor, now()],
    )


def events(db: Desk, requests: Sequence[str]) -> list[dict[str, Any]]:
    """What happened to these requests, in the order in which it was recorded."""
    sql = (
        "SELECT * FROM foi_events WHERE request IN (SELECT value FROM json_each(:ids)) ORDER BY id"
    )
    found = [dict(row) for row in rows(db, sql, ids=json.dumps(list(requests)))]
    return [{**event, "detail": json.loads(event["detail"])} for event in found]


def documents_of(db: Desk, requests: Sequence[str]) -> list[dict[str, Any]]:
    """The documents that came in answer to these requests, with their states."""
    sql = (
        "SELECT request, sha256, name, kind, bytes, state, received_at FROM documents"
        " WHERE request IN (SELECT value FROM json_each(:ids)) ORDER BY received_at, sha256"
    )
    return [dict(row) for row in rows(db, sql, ids=json.dumps(list(requests)))]


def words(db: Desk, kind: str) -> dict[str, dict[str, Any]]:
    """The vocabulary of one kind (`body`, `exemption`, `measure`, `body_type`) by id."""
    return {row["id"]: json.loads(row["content"]) for row in current_records(db, kind)}


def held_years(db: Desk, measures: Iterable[str], years: range) -> set[tuple[str, int]]:
    """The (body, year) of which an approved figure of one of the measures is in hand."""
    sql = """
    SELECT DISTINCT o.requester, o.start, o."end" FROM observations o
    WHERE o.measure IN (SELECT value FROM json_each(:measures)) AND o.start <> ''
      AND EXISTS (SELECT 1 FROM decisions d JOIN readings g ON g.observation = d.observation
        AND g.revision = d.revision WHERE d.observation = o.id AND d.verdict = 'approved'
        AND g.status <> 'withdrawn' AND d.revision = (SELECT max(revision) FROM decisions
          WHERE observation = o.id AND verdict = 'approved'))
    """
    found = set()
    for row in rows(db, sql, measures=json.dumps(sorted(measures))):
        last = row["end"] or row["start"]
        for year in years:
            if row["start"][:4] <= str(year) <= last[:4]:
                found.add((row["requester"], year))
    return found


def told_by_platforms(db: Desk) -> list[dict[str, Any]]:
    """What platforms say of requests, as far as their source is proven or a person approved it."""
    scraped = words(db, "scraped_source")
    proven = [id for id, given in scraped.items() if given["proven"]]
    return [
        {**json.loads(row["content"]), "source": row["source"], "snapshot": row["snapshot"]}
        for row in approved_records(db, "foi_request", proven)
    ]


# What editions show of public campaigns: named fields only, nothing that is not sent yet.
CAMPAIGN = ("id", "title", "question", "measures", "first", "last", "state")
ASKED = (
    "campaign", "body", "reference", "address", "law", "sent_on", "due_on", "answered_on", "state",
    "exemptions", "working_days",
)  # fmt: skip
Row = tuple[Any, ...]


def public_campaigns(db: Desk) -> list[Row]:
    """The public campaigns in the order of their ids: one value for each name of CAMPAIGN."""
    shown = sorted((each for each in campaigns(db) if each.public), key=lambda each: each.id)
    return [tuple(getattr(each, name) for name in CAMPAIGN) for each in shown]


def public_requests(db: Desk) -> list[Row]:
    """The requests of public campaigns that were sent: one value for each name of ASKED.

    `due_on` is the day owed, extended or not; `working_days` None until the day of the answer is
    known. Who made an entry, and the subjects of exemptions in people's own words, stay inside.
    """
    found = []
    for campaign in public_campaigns(db):
        for request in requests_of(db, campaign[0]):
            if request.sent_on and request.state not in ("draft", "withdrawn"):
                found.append(_asked(request))
    return sorted(found, key=lambda row: [str(cell) for cell in row])


def working_days(request: Request) -> int | None:
    """How many working days the answer took; None while there is none, or its day is not known."""
    if not (request.state in ANSWERS and request.sent_on and request.answered_on):
        return None
    sent, answered = map(date.fromisoformat, (request.sent_on, request.answered_on))
    return days_taken(law(request.law), sent, answered)


def _asked(request: Request) -> Row:
    codes = json.dumps([each.code for each in request.exemptions])
    given = {name: getattr(request, name) for name in ASKED if hasattr(request, name)}
    given |= {"due_on": request.days.answer_by, "exemptions": codes}
    given |= {"working_days": working_days(request)}
    return tuple(given[name] for name in ASKED)
