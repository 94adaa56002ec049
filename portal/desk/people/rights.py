"""What each role may do: a ladder, on which every step may do all that the lower ones may."""

CONTRIBUTOR = frozenset({"see", "take_in", "map", "read"})
REVIEWER = CONTRIBUTOR | {"review", "release_cells"}
PUBLISHER = REVIEWER | {"release", "publish", "withdraw", "campaigns", "answer_reports"}
ADMIN = PUBLISHER | {"people", "audit"}

# Everybody's own password, keys and sessions: a right of the person, never of a token.
OWN = "self"

RIGHTS: dict[str, frozenset[str]] = {
    "anonymous": frozenset(),
    "contributor": CONTRIBUTOR | {OWN},
    "reviewer": REVIEWER | {OWN},
    "publisher": PUBLISHER | {OWN},
    "admin": ADMIN | {OWN},
    "revoked": frozenset(),
}
ROLES = ("contributor", "reviewer", "publisher", "admin")
# What a route may ask for besides a right: nothing at all.
ANYONE = "anyone"
ALL = RIGHTS["admin"]
# A token that leaks must not let anybody in, nor change who may do what.
SCOPES = ALL - {OWN, "people"}

WORDS = {
    "see": "see what is at the desk",
    "take_in": "take in documents",
    "map": "say what a table means",
    "read": "read figures",
    "review": "review what others read",
    "release_cells": "release single cells that were held",
    "release": "release documents and single readings",
    "publish": "publish an edition",
    "withdraw": "withdraw a document",
    "campaigns": "run campaigns",
    "answer_reports": "answer readers' reports",
    "people": "invite people and change their roles",
    "audit": "read the audit trail",
    OWN: "look after one's own keys and sessions",
}
