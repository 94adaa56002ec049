"""Names of bodies as publishers print them -> our ids, from data/bodies.csv; no name is guessed."""

import csv
from functools import cache

from portal.config import HERE

ROLES = {"police_force", "other_public_authority", "local_authority", "intelligence"}
ROLES |= {"other_law_enforcement", "oversight", "government"}

# The Financial Services Authority and the Food Standards Agency are both called so.
NEVER = {"fsa"}


@cache
def _names() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with (HERE / "data" / "bodies.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            british = row["area"] == "GB" or row["area"].startswith("GB-")
            if british and row["body_type"] in ROLES:
                for name in (row["name"], *row["aliases"].split("|")):
                    found.setdefault(folded(name), set()).add(row["id"])
    return found


def folded(name: str) -> str:
    """A name without the differences that say nothing: case, spaces, `&` for `and`."""
    return " ".join(name.replace("&", "and").replace("’", "'").casefold().split())


def body(name: str) -> str:
    """The one British authority of this name; empty when none or more than one is called so."""
    ids = set() if folded(name) in NEVER else _names().get(folded(name), set())
    return next(iter(ids)) if len(ids) == 1 else ""
