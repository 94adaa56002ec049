"""Saving a request: known words, no person, days in their order, a state that may follow."""

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from portal.core.errors import BadInput, UnknownCode
from portal.core.foi.calendars import FIRST_YEAR
from portal.core.foi.laws import due, law
from portal.core.foi.states import ANSWERS, OPEN, STATES, may_follow
from portal.desk.campaigns.personal import check_address, check_text
from portal.desk.people.errors import NotThere, Stale
from portal.store import campaigns as store
from portal.store.campaigns import FEED, Exemption, Request
from portal.store.desk import Desk, transaction
from portal.store.writing import note

ID = re.compile(r"[a-z0-9][a-z0-9-]{1,78}[a-z0-9]")
DAYS = (
    "sent_on", "due_on", "answered_on", "extended_to", "review_asked_on", "review_answered_on",
    "ico_on",
)  # fmt: skip
AHEAD = ("due_on", "extended_to")
MOST_YEARS_AHEAD = 5
# (earlier, later): the later cannot come before the earlier
ORDER = (
    ("sent_on", "due_on"), ("sent_on", "answered_on"), ("sent_on", "extended_to"),
    ("sent_on", "review_asked_on"), ("review_asked_on", "review_answered_on"),
    ("sent_on", "ico_on"),
)  # fmt: skip
LABELS = {
    "body": "Authority", "law": "Law", "campaign": "Campaign", "reference": "Reference",
    "address": "Address on a platform", "sent_on": "Sent on", "due_on": "Due on",
    "answered_on": "Answered on", "extended_to": "Extended to",
    "review_asked_on": "Review asked for on", "review_answered_on": "Review answered on",
    "ico_on": "Taken to the commissioner on", "state": "State", "exemptions": "Grounds of refusal",
}  # fmt: skip
CHANGEABLE = tuple(name for name in LABELS if name not in ("body", "campaign"))


@dataclass(frozen=True, slots=True)
class Known:
    """The words a request may use, and the day on which it is saved."""

    bodies: Mapping[str, Mapping[str, Any]]
    exemptions: Mapping[str, Mapping[str, Any]]
    today: date


def known(db: Desk, today: date | None = None) -> Known:
    """Read the authorities and the grounds of refusal."""
    day = today or datetime.now(UTC).date()
    return Known(store.words(db, "body"), store.words(db, "exemption"), day)


def get(db: Desk, id: str) -> Request:
    """The request with that id; raises NotThere."""
    found = store.request(db, id)
    if found is None:
        raise NotThere(f"There is no request {id!r} at this desk.")
    return found


def of_campaign(db: Desk, campaign: str) -> list[Request]:
    """The requests of a campaign in the order of their ids."""
    return store.requests_of(db, campaign)


def save(
    db: Desk,
    request: Request,
    actor: str,
    version: int,
    *,
    why: str = "",
    today: date | None = None,
) -> Request:
    """Save a new request (version 0) or a new version of one, with its event and audit note.

    An empty `due_on` is computed by the law, and again when the day of sending or the law changes.
    A state that does not follow needs `why`: it corrects an entry. Raises BadInput, Personal,
    NotThere, or Stale when somebody has saved it since.
    """
    words = known(db, today)
    with transaction(db) as conn:
        before = store.request(db, request.id)
        if version and before is None:
            raise NotThere(f"There is no request {request.id!r} at this desk.")
        if before is None and request.campaign:
            check_open(db, request.campaign)
        if before and before.version != version:
            raise Stale(changed_since(before, version))
        checked = check(request, before, words, actor, why)
        write(conn, checked, before, actor, why, words.today)
    return get(db, checked.id)


def check_open(db: Desk, campaign: str) -> None:
    """Raise NotThere for a campaign that is not there, BadInput for one that is closed."""
    found = store.campaign(db, campaign)
    if found is None:
        raise NotThere(f"There is no campaign {campaign!r} at this desk.")
    if found.state != "open":
        raise BadInput("an open campaign", found.state, LABELS["campaign"])


def write(
    conn: sqlite3.Connection,
    request: Request,
    before: Request | None,
    actor: str,
    why: str,
    today: date,
) -> None:
    """Write a checked request with its event and audit note, inside the caller's transaction."""
    changed = changes(before, request)
    if before is None:
        store.insert(conn, request, actor)
    elif not changed:
        return
    elif not store.replaced(conn, request, before.version):
        raise Stale(changed_since(before, before.version))
    detail = {**changed, **({"why": why} if why else {})}
    kind = "made" if before is None else "corrected" if why else "changed"
    store.add_event(conn, request.id, kind, _day_of(changed, request, today), detail, actor)
    note(conn, actor, f"request {kind}", request.id, json.dumps(detail, ensure_ascii=False))


def changed_since(now: Request, version: int) -> str:
    """Say that somebody was faster."""
    return (
        f"Request {now.id} was saved by somebody else: you had version {version}, it is now"
        f" version {now.version}. Nothing was changed; compare and save again."
    )


def changes(before: Request | None, after: Request) -> dict[str, list[str]]:
    """What is different: field -> [before, after] as texts."""
    found = {}
    for name in LABELS:
        was, is_now = (_text(each, name) if each else "" for each in (before, after))
        if was != is_now:
            found[name] = [was, is_now]
    return found


def _text(request: Request, name: str) -> str:
    if name != "exemptions":
        return str(getattr(request, name))
    told = (f"{each.code} ({each.subject})" if each.subject else each.code
            for each in request.exemptions)  # fmt: skip
    return "; ".join(told)


def _day_of(changed: Mapping[str, Any], request: Request, today: date) -> str:
    """The day on which it happened: the newest of the days that were entered now."""
    entered = [getattr(request, name) for name in DAYS if name in changed and name not in AHEAD]
    return max(filter(None, entered), default=today.isoformat())


def check(
    request: Request, before: Request | None, words: Known, actor: str = "", why: str = ""
) -> Request:
    """Return the request as it can be saved, or raise what speaks against it."""
    if not ID.fullmatch(request.id):
        raise BadInput("small letters, digits and hyphens, 3 to 80", request.id, "id")
    if request.body not in words.bodies:
        raise UnknownCode("a known authority", request.body, LABELS["body"])
    if before and (before.body, before.campaign) != (request.body, request.campaign):
        raise BadInput("the same authority and campaign as before", request.body, LABELS["body"])
    if request.state not in STATES:
        raise UnknownCode("a known state", request.state, LABELS["state"])
    check_text("Reason", why)
    request = replace(
        request,
        reference=check_text(LABELS["reference"], request.reference, whole_name=True),
        address=check_address(LABELS["address"], request.address),
        exemptions=_exemptions(request.exemptions, words),
    )
    if request.sent_on:
        _check_range("sent_on", _day(request, "sent_on"), words.today)
    request = _with_due(request, before)
    _check_days(request, words.today)
    _check_state(request, before, words.today, actor, why)
    return request


def _exemptions(given: tuple[Exemption, ...], words: Known) -> tuple[Exemption, ...]:
    found: dict[str, Exemption] = {}
    for each in given:
        if each.code not in words.exemptions:
            raise UnknownCode("a ground in vocabulary/exemptions", each.code, LABELS["exemptions"])
        subject = check_text(f"Subject of {each.code}", each.subject)
        if len(subject) > 200:
            raise BadInput("at most 200 letters", len(subject), f"Subject of {each.code}")
        found[each.code] = Exemption(each.code, subject)
    return tuple(found[code] for code in sorted(found))


def _with_due(request: Request, before: Request | None) -> Request:
    """The same with its day of answer computed, unless a person has entered another."""
    under = law(request.law)
    if not request.sent_on or not under.days:
        return request if request.sent_on else replace(request, due_on="")
    same = before and (before.sent_on, before.law) == (request.sent_on, request.law)
    entered = request.due_on and (same or not before or request.due_on != before.due_on)
    if entered:
        return request
    computed = due(under, _day(request, "sent_on"))
    return replace(request, due_on=computed.isoformat() if computed else "")


def _day(request: Request, name: str) -> date:
    text = getattr(request, name)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput("a day such as 2026-03-31", text, LABELS[name]) from None
    if day.isoformat() != text:
        raise BadInput("a day such as 2026-03-31", text, LABELS[name])
    return day


def _check_days(request: Request, today: date) -> None:
    days = {name: _day(request, name) for name in DAYS if getattr(request, name)}
    for name, day in days.items():
        _check_range(name, day, today)
    for first, later in ORDER:
        if later in days and first not in days:
            raise BadInput(f"the day of “{LABELS[first]}” too", "none", LABELS[later])
        if later in days and days[later] < days[first]:
            raise BadInput(f"a day not before {days[first]}", str(days[later]), LABELS[later])


def _check_range(name: str, day: date, today: date) -> None:
    last = date(today.year + MOST_YEARS_AHEAD, 12, 31) if name in AHEAD else today
    if not date(FIRST_YEAR, 1, 1) <= day <= last:
        raise BadInput(f"a day from {FIRST_YEAR} to {last}", str(day), LABELS[name])


def _check_state(
    request: Request, before: Request | None, today: date, actor: str, why: str
) -> None:
    state, where = request.state, LABELS["state"]
    if before and not may_follow(before.state, state) and not why.strip():
        raise BadInput(
            f"a state that can follow “{STATES[before.state].label}”, or a reason for the"
            " correction", STATES[state].label, where,
        )  # fmt: skip
    if state == "draft" and request.sent_on:
        raise BadInput("no day of sending while it is a draft", request.sent_on, LABELS["sent_on"])
    if state not in ("draft", "withdrawn") and not request.sent_on:
        raise BadInput("the day of sending", "none", LABELS["sent_on"])
    # A platform says that an answer came, but not on which day.
    if state in ANSWERS and not request.answered_on and actor != FEED:
        feed_said = before and before.state == state and not before.answered_on
        if not feed_said:
            raise BadInput("the day of the answer", "none", LABELS["answered_on"])
    if state in OPEN and request.answered_on:
        raise BadInput(
            f"no day of answer while “{STATES[state].label}”", request.answered_on, where
        )
    if state == "extended" and not request.extended_to:
        raise BadInput("the day to which it was extended", "none", LABELS["extended_to"])
    if request.exemptions and state not in ANSWERS:
        raise BadInput("an answer that names grounds", STATES[state].label, LABELS["exemptions"])
    owed = request.days.answer_by
    if state == "no_answer" and (not owed or owed >= today.isoformat()):
        raise BadInput(f"a day of answer that has passed ({owed or 'none'})", str(today), where)


def free_id(db: Desk, campaign: str, body: str) -> str:
    """An id that no request has: the campaign's with the authority's, numbered from the second."""
    stem = "-".join(part for part in (campaign, body) if part)[:74].strip("-")
    number, id = 1, stem
    while store.request(db, id) is not None:
        number += 1
        id = f"{stem}-{number}"
    return id


def changed_fields(before: Request, typed: Mapping[str, str]) -> Request:
    """The request with the fields that a form gave; the others stay."""
    names = {f.name for f in fields(Request)} & set(CHANGEABLE) - {"exemptions"}
    return replace(before, **{name: typed[name].strip() for name in names if name in typed})
