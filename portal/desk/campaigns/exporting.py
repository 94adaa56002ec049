"""A whole campaign in one ZIP: tables, one JSON file, its letters, its deadlines as a calendar.

The same campaign on the same day gives the same bytes. Who worked at the desk is left out.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from portal.core.spreadsheets import csv_bytes
from portal.desk.campaigns import calendar_file
from portal.desk.campaigns.letters import letter
from portal.desk.campaigns.overview import Entry, Overview
from portal.store import campaigns as store
from portal.store.campaigns import Request
from portal.store.desk import Desk

# A ZIP keeps no time before this one.
EPOCH = (1980, 1, 1, 0, 0, 0)
COMPUTED = ("authority", "authority_type", "working_days", "overdue", "next_step")
HIDDEN = ("made_by", "made_at", "version", "exemptions")
REQUEST = tuple(name for name in store.REQUEST_COLUMNS if name not in HIDDEN)
EVENT = ("request", "on_day", "kind", "detail", "recorded_at")
GROUND = ("request", "code", "subject")
DEADLINE = ("request", "kind", "day", "rule", "open")


def export(db: Desk, overview: Overview) -> bytes:
    """Return the ZIP of a campaign: its tables, JSON, calendar, and a letter for each request."""
    ids = [entry.request.id for entry in overview.entries]
    happened = store.events(db, ids)
    files = {
        "requests.csv": csv_bytes((*REQUEST, *COMPUTED), map(_row, overview.entries)),
        "grounds.csv": csv_bytes(GROUND, _grounds(overview.entries)),
        "events.csv": csv_bytes(EVENT, map(_event, happened)),
        "deadlines.csv": csv_bytes(DEADLINE, _deadlines(overview.entries)),
        "matrix.csv": _matrix(overview),
        "campaign.json": _json(overview, happened),
        "deadlines.ics": deadlines_calendar(overview, happened),
    }
    for entry in overview.entries:
        text = letter(overview.campaign, entry.label, entry.request.law)
        files[f"letters/{entry.request.id}.txt"] = text.encode()
    return zipped(files)


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a ZIP that is the same for the same files: in order of names, without times."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, files[name])
    return held.getvalue()


def deadlines_calendar(overview: Overview, happened: Sequence[dict[str, Any]]) -> bytes:
    """Return the deadlines of a campaign that still matter as a calendar file."""
    newest = {event["request"]: event["recorded_at"] for event in happened}
    found = [
        calendar_file.Entry(
            uid=f"{entry.request.id}-{deadline.kind}@retention-watch",
            day=deadline.day,
            stamp=newest.get(entry.request.id, entry.request.made_at),
            summary=f"{entry.label}: {deadline.label}",
            description=deadline.rule,
            url=entry.request.address,
        )
        for entry in overview.entries
        for deadline in entry.deadlines
        if deadline.open
    ]
    return calendar_file.calendar(overview.campaign.title, found)


def _row(entry: Entry) -> list[Any]:
    given = [getattr(entry.request, name) for name in REQUEST]
    days = "" if entry.working_days is None else entry.working_days
    return [*given, entry.label, entry.body_type, days, int(entry.overdue), entry.next]


def _grounds(entries: Iterable[Entry]) -> Iterable[list[Any]]:
    for entry in entries:
        for each in entry.request.exemptions:
            yield [entry.request.id, each.code, each.subject]


def _deadlines(entries: Iterable[Entry]) -> Iterable[list[Any]]:
    for entry in entries:
        for each in entry.deadlines:
            yield [entry.request.id, each.kind, each.day.isoformat(), each.rule, int(each.open)]


def _event(event: dict[str, Any]) -> list[Any]:
    detail = json.dumps(event["detail"], ensure_ascii=False, sort_keys=True)
    return [detail if name == "detail" else event[name] for name in EVENT]


def _matrix(overview: Overview) -> bytes:
    header = ("authority", "body", *map(str, overview.campaign.years))
    rows = ([line.label, line.body, *(c.state for c in line.cells)] for line in overview.matrix)
    return csv_bytes(header, rows)


def as_json(overview: Overview) -> dict[str, Any]:
    """A campaign as plain objects: its fields, requests with their days, times and matrix."""
    campaign = asdict(overview.campaign)
    return {
        "campaign": {name: value for name, value in campaign.items() if name != "made_by"},
        "as_of": overview.today.isoformat(),
        "requests": [_entry_json(entry) for entry in overview.entries],
        "times": [asdict(each) for each in overview.times],
        "refusals": [asdict(each) for each in overview.refusals],
        "matrix": [
            {"body": line.body, "years": {str(cell.year): cell.state for cell in line.cells}}
            for line in overview.matrix
        ],
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    given = request_json(entry.request) | {"authority": entry.label}
    deadlines = [{**asdict(each), "day": each.day.isoformat()} for each in entry.deadlines]
    return given | {
        "working_days": entry.working_days,
        "overdue": entry.overdue,
        "next_step": entry.next,
        "deadlines": deadlines,
        "documents": entry.documents,
    }


def request_json(request: Request) -> dict[str, Any]:
    """A request as a plain object, without who entered it."""
    return {name: value for name, value in asdict(request).items() if name != "made_by"}


def _json(overview: Overview, happened: Sequence[dict[str, Any]]) -> bytes:
    events = [{name: event[name] for name in EVENT} for event in happened]
    text = json.dumps(as_json(overview) | {"events": events}, ensure_ascii=False, indent=1)
    return f"{text}\n".encode()
