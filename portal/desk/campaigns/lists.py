"""The list of authorities of a campaign: names matched to bodies, what is unsure shown first.

A list is pasted, or a CSV file: one authority a line, or columns under a header. Nothing is
imported until every line is settled; then all of it is, or nothing.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process

from portal.core.errors import BadInput, PortalError
from portal.core.foi.laws import law_of
from portal.desk.campaigns import requests
from portal.desk.campaigns.campaigns import get
from portal.desk.people.errors import Stale
from portal.store import campaigns as store
from portal.store.campaigns import Request
from portal.store.desk import Desk, transaction

COLUMNS = ("authority", "law", "reference", "address", "sent_on")
ALSO = {"name": "authority", "body": "authority", "url": "address", "sent": "sent_on"}
MOST_LINES = 2_000
LONGEST_LINE = 2_000
SUGGESTED, NEAR = 5, 60
LEAVE_OUT = "leave out"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list. `body` is empty while nobody has said which authority it is.

    `problem` says why the line cannot be imported as it is; `near` are the ids to choose from.
    """

    number: int
    printed: str
    body: str
    fields: Mapping[str, str]
    problem: str = ""
    near: tuple[str, ...] = ()
    left_out: bool = False

    @property
    def ready(self) -> bool:
        """Whether the line can be imported."""
        return bool(self.body) and not self.problem and not self.left_out


@dataclass(frozen=True, slots=True)
class Plan:
    """A list as it would be imported."""

    lines: tuple[Line, ...]

    @property
    def open(self) -> list[Line]:
        """The lines that a person must settle first."""
        return [line for line in self.lines if not line.ready and not line.left_out]

    @property
    def ready(self) -> list[Line]:
        """The lines that would be imported."""
        return [line for line in self.lines if line.ready]


def read_list(text: str) -> list[tuple[int, dict[str, str]]]:
    """Return (line number, fields) of each line that is not empty.

    A header names `authority` and any of law, reference, address, sent_on; without a header each
    line is one name. Raises BadInput naming the line.
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = text.lstrip("\n").partition("\n")[0]
    dialect = ";" if first.count(";") > first.count(",") else "\t" if "\t" in first else ","
    header = [ALSO.get(name.strip().lower(), name.strip().lower()) for name in first.split(dialect)]
    if "authority" not in header:
        found = [(n, {"authority": line}) for n, line in enumerate(text.split("\n"), 1)]
    else:
        found = _columns(text, header, dialect)
    kept = [(n, given) for n, given in found if any(value.strip() for value in given.values())]
    if not kept:
        raise BadInput("one authority a line", "no line", "list of authorities")
    if len(kept) > MOST_LINES:
        raise BadInput(f"at most {MOST_LINES} authorities", len(kept), "list of authorities")
    for number, given in kept:
        if any(len(value) > LONGEST_LINE or "\0" in value for value in given.values()):
            raise BadInput(f"at most {LONGEST_LINE} letters of text", "more", f"line {number}")
    return kept


def _columns(text: str, header: list[str], dialect: str) -> list[tuple[int, dict[str, str]]]:
    strange = sorted(set(header) - set(COLUMNS))
    if strange or len(set(header)) != len(header):
        raise BadInput(f"columns among {', '.join(COLUMNS)}", strange or header, "header")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect, strict=True)
    found, seen = [], False
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if seen and len(row) != len(header):
                raise BadInput(f"{len(header)} cells", len(row), f"line {reader.line_num}")
            if seen:
                given = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
                found.append((reader.line_num, given))
            seen = True
    except csv.Error as problem:
        raise BadInput("CSV", str(problem), f"line {reader.line_num}") from None
    return found


class Names:
    """Authorities by every name they were ever printed with."""

    def __init__(self, bodies: Mapping[str, Mapping[str, Any]], askable: Sequence[str]) -> None:
        self.exact: dict[str, set[str]] = {}
        kinds = set(askable)
        for id, given in bodies.items():
            if given["body_type"] not in kinds:
                continue
            for name in (id, given["name"], *given["aliases"].split("|")):
                if name.strip():
                    self.exact.setdefault(_fold(name), set()).add(id)

    def find(self, printed: str) -> tuple[str, tuple[str, ...]]:
        """Return the body that has exactly this name, else the ids it may mean, the nearest first.

        A name that two bodies share is never decided here.
        """
        found = sorted(self.exact.get(_fold(printed), ()))
        if len(found) == 1:
            return found[0], ()
        if found:
            return "", tuple(found)
        near = process.extract(
            _fold(printed), self.exact.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=NEAR,
            limit=SUGGESTED * 4,
        )  # fmt: skip
        ids = dict.fromkeys(id for name, *_ in near for id in sorted(self.exact[name]))
        return "", tuple(ids)[:SUGGESTED]


def _fold(name: str) -> str:
    return " ".join(name.replace("&", " and ").split()).casefold()


def askable_types(db: Desk) -> list[str]:
    """The types of body that can be asked: authorities and those who oversee them."""
    types = store.words(db, "body_type")
    return [id for id, given in types.items() if given["side"] in ("authority", "oversight")]


def plan(
    db: Desk, campaign: str, text: str, chosen: Mapping[int, str], today: date | None = None
) -> Plan:
    """Return the list as it would be imported; `chosen` are a person's decisions by line number.

    A decision is the id of a body, or LEAVE_OUT.
    """
    words = requests.known(db, today)
    names = Names(words.bodies, askable_types(db))
    asked = {request.body for request in store.requests_of(db, campaign)}
    lines: list[Line] = []
    for number, given in read_list(text):
        taken = {line.body: line.number for line in lines if line.body and not line.left_out}
        line = _line(number, given, names, chosen.get(number, ""), words)
        if line.body in asked:
            problem = "This authority is asked in this campaign already."
            line = Line(number, line.printed, line.body, given, problem, (), line.left_out)
        elif line.body in taken and not line.left_out:
            problem = f"The same authority as in line {taken[line.body]}."
            line = Line(number, line.printed, line.body, given, problem)
        lines.append(line)
    return Plan(tuple(lines))


def _line(
    number: int, given: dict[str, str], names: Names, decided: str, words: requests.Known
) -> Line:
    printed = " ".join(given.get("authority", "").split())
    body, near = names.find(printed)
    if decided == LEAVE_OUT:
        return Line(number, printed, body, given, near=near, left_out=True)
    if decided and decided not in words.bodies:
        raise BadInput("a known authority", decided, f"line {number}")
    body = decided or body
    if not body:
        known = "Several bodies have this name." if near and _shared(names, printed) else (
            "No body has this name; is it one of these?" if near else "No body has such a name."
        )  # fmt: skip
        return Line(number, printed, "", given, known if printed else "No name.", near)
    try:
        requests.check(_request("check", "", body, given, words), None, words)
    except PortalError as problem:
        return Line(number, printed, body, given, str(problem), near)
    return Line(number, printed, body, given, "", near)


def _shared(names: Names, printed: str) -> bool:
    return _fold(printed) in names.exact


def _request(
    id: str, campaign: str, body: str, given: Mapping[str, str], words: requests.Known
) -> Request:
    area = words.bodies[body].get("area", "")
    sent = given.get("sent_on", "")
    return Request(
        id=id,
        campaign=campaign,
        body=body,
        law=given.get("law", "").lower() or law_of(area).id,
        reference=given.get("reference", ""),
        address=given.get("address", ""),
        sent_on=sent,
        state="sent" if sent else "draft",
    )


def import_list(
    db: Desk,
    campaign: str,
    text: str,
    chosen: Mapping[int, str],
    actor: str,
    version: int,
    today: date | None = None,
) -> int:
    """Import every line of the list, or nothing; returns how many requests were made.

    Raises BadInput naming the first line that is not settled, Stale when the campaign was changed
    since the list was looked at.
    """
    words = requests.known(db, today)
    with transaction(db) as conn:
        before = get(db, campaign)
        if before.version != version:
            raise Stale(
                f"Campaign {campaign} was changed by somebody else: you had version {version}, it"
                f" is now version {before.version}. Nothing was imported."
            )
        requests.check_open(db, campaign)
        found = plan(db, campaign, text, chosen, today)
        for line in found.open[:1]:
            raise BadInput("every line settled", line.problem, f"line {line.number}")
        for line in found.ready:
            id = requests.free_id(db, campaign, line.body)
            new = _request(id, campaign, line.body, line.fields, words)
            checked = requests.check(new, None, words, actor)
            requests.write(conn, checked, None, actor, "", words.today)
    return len(found.ready)
