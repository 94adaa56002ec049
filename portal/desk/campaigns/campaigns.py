"""A campaign: one question about some measures and years, open or closed, shown or not."""

import json
import re
from dataclasses import asdict, replace

from portal.core.errors import BadInput, UnknownCode
from portal.desk.campaigns.personal import check_text
from portal.desk.campaigns.requests import ID
from portal.desk.people.errors import NotThere, Stale
from portal.store import campaigns as store
from portal.store.campaigns import Campaign
from portal.store.desk import Desk, transaction
from portal.store.writing import note

STATES = ("open", "closed")
YEAR = re.compile(r"(?:19|20)\d\d")
MOST_YEARS = 40
LONGEST_QUESTION = 8_000
FIELDS = ("title", "question", "measures", "first", "last", "state", "public")


def get(db: Desk, id: str) -> Campaign:
    """The campaign with that id; raises NotThere."""
    found = store.campaign(db, id)
    if found is None:
        raise NotThere(f"There is no campaign {id!r} at this desk.")
    return found


def save(db: Desk, campaign: Campaign, actor: str, version: int) -> Campaign:
    """Save a new campaign (version 0) or a new version of one, with its audit note.

    Raises BadInput, Personal, NotThere, or Stale when somebody has saved it since.
    """
    checked = _checked(campaign, store.words(db, "measure"))
    with transaction(db) as conn:
        before = store.campaign(db, checked.id)
        if version and before is None:
            raise NotThere(f"There is no campaign {checked.id!r} at this desk.")
        if before is None:
            store.insert(conn, checked, actor)
        elif before.version != version or not store.replaced(conn, checked, version):
            raise Stale(
                f"Campaign {checked.id} was saved by somebody else: you had version {version}, it"
                f" is now version {before.version}. Nothing was changed; compare and save again."
            )
        old = asdict(before) if before else {}
        new = asdict(checked)
        changed = {name: new[name] for name in FIELDS if old.get(name) != new[name]}
        action = "campaign changed" if before else "campaign made"
        note(conn, actor, action, checked.id, json.dumps(changed, ensure_ascii=False))
    return get(db, checked.id)


def id_of(title: str, first: str) -> str:
    """An id made from the title and the first year.

    >>> id_of("Errors reported to the Commissioner", "2019")
    'errors-reported-to-the-commissioner-2019'
    """
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-")
    return "-".join(part for part in (words, first) if part)


def _checked(given: Campaign, measures: dict[str, object]) -> Campaign:
    if not ID.fullmatch(given.id):
        raise BadInput("small letters, digits and hyphens, 3 to 80", given.id, "id")
    title = check_text("Title", given.title)
    question = check_text("Question", given.question)
    if not title or len(title) > 200:
        raise BadInput("1 to 200 letters", title, "Title")
    if not question or len(question) > LONGEST_QUESTION:
        raise BadInput(f"1 to {LONGEST_QUESTION} letters", question, "Question")
    wanted = list(dict.fromkeys(given.measures.split()))
    for code in wanted:
        if code not in measures:
            raise UnknownCode("a known measure", code, "Measures")
    for label, year in (("First year", given.first), ("Last year", given.last)):
        if not YEAR.fullmatch(year):
            raise BadInput("a year such as 2019", year, label)
    if not 0 <= int(given.last) - int(given.first) < MOST_YEARS:
        raise BadInput(f"a year from {given.first}, {MOST_YEARS} at most", given.last, "Last year")
    if given.state not in STATES:
        raise UnknownCode(f"one of {', '.join(STATES)}", given.state, "State")
    return replace(
        given, title=title, question=question, measures=" ".join(wanted), public=int(given.public)
    )
