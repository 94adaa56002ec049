"""Many letters sent on one day are entered at once: all of them, or none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from portal.core.errors import BadInput
from portal.desk.campaigns import requests
from portal.desk.people.errors import NotThere, Stale
from portal.store import campaigns as store
from portal.store.desk import Desk, transaction


def mark_sent(
    db: Desk,
    campaign: str,
    versions: Mapping[str, int],
    day: str,
    actor: str,
    today: date | None = None,
) -> int:
    """Mark drafts of a campaign as sent on a day; returns how many.

    `versions` are the requests with the version that was on the page. Raises Stale when one of
    them was changed since, BadInput when one is no draft: then none is changed.
    """
    if not versions:
        raise BadInput("at least one request", "none", "Mark as sent")
    words = requests.known(db, today)
    with transaction(db) as conn:
        drafts = {each.id: each for each in store.requests_of(db, campaign)}
        for id, version in sorted(versions.items()):
            before = drafts.get(id)
            if before is None:
                raise NotThere(f"Campaign {campaign!r} has no request {id!r}.")
            if before.version != version:
                raise Stale(requests.changed_since(before, version))
            if before.state != "draft":
                raise BadInput("a request that is not sent yet", before.state, id)
            sent = replace(before, state="sent", sent_on=day.strip())
            checked = requests.check(sent, before, words, actor)
            requests.write(conn, checked, before, actor, "", words.today)
    return len(versions)
