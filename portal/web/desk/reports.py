"""Readers' reports of errors: read, answered, closed; two who answer at once notice each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from portal.core.errors import BadInput
from portal.desk.people.errors import NotThere
from portal.desk.publishing import reports as taking
from portal.store import reports
from portal.web.desk.given import Config, Form, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
HERE = "/desk/reports"
MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Room:
    """Reports, open ones first, and how many stand in each state."""

    reports: Sequence[reports.Report]
    counts: Mapping[str, int]
    state: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One report."""

    report: reports.Report


@router.get("/reports", right="answer_reports")
def room(request: Request, config: Config, db: Store, state: str = "") -> Response:
    """All reports; those that wait outside are taken in first."""
    taking.take_in(config, db)
    if state and state not in reports.STATES:
        raise BadInput(f"one of {', '.join(reports.STATES)}", state, "state")
    shown = Room(reports.reports(db, state), reports.counts(db), state)
    return page(request, "desk/reports.html", shown)


@router.get("/reports/{id}", right="answer_reports")
def report(request: Request, db: Store, id: int) -> Response:
    """One report with its answer."""
    found = reports.report(db, id) if len(str(id)) <= MOST_DIGITS else None
    if found is None:
        raise NotThere("There is no report of this number.")
    return page(request, "desk/report.html", Shown(found))


@router.post("/reports/{id}", right="answer_reports")
def answer(config: Config, db: Store, me: Me, form: Form, id: int) -> Response:
    """Answer or close a report, or open it again."""
    version = form.text("version")
    if not version.isdecimal() or len(version) > MOST_DIGITS or len(str(id)) > MOST_DIGITS:
        raise NotThere("This form lacks its version; open its page again.")
    decision = (form.text("state"), form.text("answer"), me.name)
    taking.answer(config, db, id, int(version), decision)
    return back(HERE, f"Report {id} is {decision[0]}.")
