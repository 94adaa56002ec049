"""Requests under freedom of information law: what may be kept of them, whoever published them.

The people in them are no matter of ours: who asked, who answered, and what they wrote is never
read. A title is kept unless it holds an e-mail address, a telephone number or a person with a
title (`PC 1234`, `Mr Smith`): then law and authority stand in its place, and the address, which is
made from the title (`complaint_about_mr_smith`), goes too.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from portal.core.errors import BadInput
from portal.core.sources import Record

BODIES = Path(__file__).parents[2] / "data" / "bodies.csv"

# The only fields that leave a source of requests.
FIELDS = (
    "url_title", "title", "law", "state", "display_state", "authority_name", "authority_slug",
    "body", "created", "updated", "last_event", "attachments",
)  # fmt: skip

PERSONAL = re.compile(
    r"\S@\S"  # an e-mail address, or something like one
    r"|(?:\+|\b0)\d[\d ()/.-]{7,}\d"  # a telephone number: +49 30 1234567, 020 7946 0000
    r"|\b(?:Mrs?|Ms|Miss|Dr|Herrn?|Frau|PC|DC|DS|DI|DCI|Sgt|Sergeant|Constable)\.? +[A-Z0-9]"
)
DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b")


def request(id: str, fields: Mapping[str, Any], where: str) -> Record:
    """Return a request as a record; raises BadInput for a field that is not on the list.

    `id` stands in for the address where the title had to be cut.
    """
    strange = sorted(set(fields) - set(FIELDS))
    if strange:
        raise BadInput(f"only the fields {', '.join(FIELDS)}", strange, where)
    if not is_personal(fields["title"]):
        return Record("foi_request", fields["url_title"], dict(fields))
    asked = [fields.get("law", ""), fields.get("authority_name", "")]
    title = ", ".join(part for part in asked if part)
    return Record("foi_request", id, {**fields, "title": title, "url_title": ""})


def body(name: str, slug: str = "") -> str:
    """Return our body of this name, alias or WhatDoTheyKnow slug; empty unless exactly one has it.

    >>> body("Home Office")
    'home-office'
    """
    found = _slugs().get(slug, ()) or _names().get(_fold(name), ())
    return found[0] if len(found) == 1 else ""


def is_personal(title: str) -> bool:
    """True when a title holds an address, a number or a name; a date is no telephone number."""
    return bool(PERSONAL.search(DATE.sub(" ", title)))


@cache
def _names() -> dict[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for row in _bodies():
        for name in {_fold(row["name"]), *map(_fold, row["aliases"].split("|"))} - {""}:
            found.setdefault(name, []).append(row["id"])
    return dict(found)


@cache
def _slugs() -> dict[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for row in _bodies():
        if row["whatdotheyknow_slug"]:
            found.setdefault(row["whatdotheyknow_slug"], []).append(row["id"])
    return dict(found)


@cache
def _bodies() -> list[dict[str, str]]:
    with BODIES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
