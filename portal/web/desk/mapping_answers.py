"""Answers without a table: a refusal, "not held", no answer or a figure in the text, by a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sqlite3 import Row

from fastapi import Request
from starlette.responses import Response

from portal.core.errors import PortalError
from portal.core.observations import TOTAL
from portal.desk.mapping import answers, deeds
from portal.desk.mapping.answers import OUTCOMES, Answer
from portal.desk.mapping.words import Known
from portal.desk.people.errors import NotThere
from portal.store import mapping_reading as reading
from portal.store.desk import Desk
from portal.web.desk.given import Form, Given, Me, Store
from portal.web.desk.mapping import said
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
# How the state of a request names what the document answers.
BY_STATE = {
    "refused": "refused", "not_held": "not_held", "cost_limit": "cost_limit",
    "neither_confirm_nor_deny": "neither_confirm_nor_deny", "no_answer": "no_answer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The form for one document, what was typed, and what was entered before."""

    document: Row
    known: Known
    entered: Sequence[Row]
    fields: Mapping[str, str]
    measures: Sequence[str] = ()
    exemptions: Sequence[str] = ()
    problem: str = ""
    outcomes: Mapping[str, str] = field(
        default_factory=lambda: {name: words[0] for name, words in OUTCOMES.items()}
    )

    @property
    def grounds(self) -> list[tuple[str, str]]:
        """The grounds of the request's law, or all where it is another or not known."""
        scottish = {"foia": False, "foisa": True}.get(self.document["law"])
        return [
            (code, self.known.ground(code))
            for code in self.known.exemptions
            if scottish is None or code.startswith("scotland-") == scottish
        ]

    def value(self, name: str) -> str:
        """What a field of the form holds."""
        return self.fields.get(name, "")


@router.get("/documents/{sha256}/answer", right="map")
def answer_page(request: Request, db: Store, sha256: str) -> Response:
    """The form for what a document answers as a whole."""
    document = _document(db, sha256)
    fields = {
        "outcome": BY_STATE.get(document["answer"], "refused"), "requester": document["body"],
        "holder": TOTAL, "area": "GB", "breakdown": TOTAL,
    }  # fmt: skip
    return page(request, "desk/mapping_answer.html", _page(db, document, fields))


@router.post("/documents/{sha256}/answer", right="map")
def enter(request: Request, db: Store, me: Me, form: Form, sha256: str) -> Response:
    """Record what the document answers."""
    document = _document(db, sha256)
    measures = [code.strip() for text in form.all("measures") for code in text.split() if code]
    try:
        done = answers.enter(db, sha256, _answer(form, measures), me.name)
    except PortalError as problem:
        typed = {name: values[0] for name, values in form.fields.items() if values}
        made = _page(db, document, typed, measures, form.all("exemptions"), str(problem))
        return page(request, "desk/mapping_answer.html", made, 400)
    return back(f"/desk/documents/{sha256}/answer", said(done))


def _document(db: Desk, sha256: str) -> Row:
    document = reading.open_document(db, sha256)
    if document is None:
        raise NotThere("There is no such document, or it is not to be read.")
    return document


def _answer(form: Given, measures: Sequence[str]) -> Answer:
    page = form.text("page")
    return Answer(
        outcome=form.text("outcome"),
        measures=tuple(measures),
        requester=form.text("requester"),
        period=form.text("period"),
        printed=form.text("printed"),
        holder=form.text("holder") or TOTAL,
        area=form.text("area"),
        breakdown=form.text("breakdown") or TOTAL,
        exemptions=tuple(form.all("exemptions")),
        page=int(page) if page.isdecimal() and len(page) < 7 else 0,
    )


def _page(
    db: Desk,
    document: Row,
    fields: Mapping[str, str],
    measures: Sequence[str] = (),
    exemptions: Sequence[str] = (),
    problem: str = "",
) -> AnswerPage:
    known, _ = deeds.held_words(db)
    entered = reading.answers(db, document["sha256"])
    return AnswerPage(document, known, entered, fields, measures, exemptions, problem)
