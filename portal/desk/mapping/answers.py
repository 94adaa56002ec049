"""Answers without a table: refused, not held, neither confirm nor deny, too costly, or one figure.

Such an answer is entered for each measure that was asked for. Its words stay as printed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.errors import BadInput
from portal.core.observations import TOTAL, read_breakdown
from portal.core.values import Value, plain
from portal.desk.campaigns.personal import check_text
from portal.desk.mapping.apply import Proposed, as_row, exemptions_of, law_of
from portal.desk.mapping.codes import ROLES, Reader
from portal.desk.mapping.deeds import held_words
from portal.desk.mapping.model import DIMENSION, Mapping
from portal.desk.mapping.names import names
from portal.desk.mapping.places import Word
from portal.desk.mapping.printed import Read, read_cell
from portal.desk.mapping.words import Known
from portal.desk.people.errors import NotThere
from portal.store import mapping as store
from portal.store import mapping_reading as reading
from portal.store.desk import Desk

# outcome -> what it is called, the status of its figures, and the ground that it always has
OUTCOMES = {
    "refused": ("Refused under an exemption", "refused", ""),
    "not_held": ("Not held", "not_held", ""),
    "neither_confirm_nor_deny": ("Neither confirmed nor denied", "refused", "ncnd"),
    "cost_limit": ("Over the cost limit", "refused", "s12"),
    "no_answer": ("No answer in time", "no_answer", ""),
    "withheld_by_law": ("Withheld: the law forbids to tell", "withheld_by_law", ""),
    "figure": ("A figure or a band in the text", "", ""),
}
LONGEST = 200
REFERENCE = "answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a document answers as a whole. `exemptions` are codes; `page` is where it says so.

    `period` is as a person writes it; `printed` the words or the figure as they stand there.
    """

    outcome: str
    measures: Sequence[str]
    requester: str
    period: str
    printed: str = ""
    holder: str = TOTAL
    area: str = "GB"
    breakdown: str = TOTAL
    exemptions: Sequence[str] = ()
    page: int = 0


def enter(db: Desk, document: str, answer: Answer, actor: str) -> store.Outcome:
    """Record the proposals of an answer; raises BadInput, NotThere or Personal."""
    row = reading.open_document(db, document)
    if row is None:
        raise NotThere("There is no such document, or it is not to be read.")
    known, _ = held_words(db)
    made = [as_row(each) for each in proposed(answer, known, row["law"])]
    return store.answer(db, document, made, actor)


def proposed(answer: Answer, known: Known, law: str = "") -> list[Proposed]:
    """Return a proposal for each measure; raises BadInput for what is not known or not said.

    `law` is that of the request; without one, that of the place where the authority is.
    """
    if answer.outcome not in OUTCOMES:
        raise BadInput(f"an outcome ({', '.join(OUTCOMES)})", answer.outcome)
    if not answer.measures:
        raise BadInput("at least one measure that was asked for", "none")
    if len(answer.printed) > LONGEST:
        raise BadInput(f"at most {LONGEST} letters as printed", answer.printed)
    check_text("Printed words", answer.printed)
    _check_codes(answer, known)
    law = law or law_of(answer.requester, known)
    return [_one(answer, measure, known, law) for measure in dict.fromkeys(answer.measures)]


def _one(answer: Answer, measure: str, known: Known, law: str) -> Proposed:
    read = _read(answer, measure, known)
    grounds, uncited = grounds_of(read, answer, known, law)
    period, doubt = Reader(Mapping(0, ()), names({}), known).period(Word(answer.period, True))
    if period is None:
        raise BadInput("a period such as 2019, 2018-19 or Jan 2019 - Mar 2019", answer.period)
    value = read.value
    if value is None:
        raise BadInput("a figure or a band as printed", answer.printed)
    return Proposed(
        row=0,
        column=0,
        reference=REFERENCE,
        page=answer.page,
        box="",
        measure=measure,
        requester=answer.requester,
        holder=answer.holder,
        area=answer.area,
        breakdown=answer.breakdown,
        start=str(period.start or ""),
        end=str(period.end or ""),
        period=period.label,
        printed=answer.printed,
        value=plain(value.number) or None,
        low=plain(value.low) or None,
        high=plain(value.high) or None,
        status=value.status,
        exemptions=grounds,
        note="; ".join(known.ground(code) for code in grounds),
        confidence=1.0,
        doubts=tuple(filter(None, (*read.doubts, *uncited, doubt, _ground(answer, grounds)))),
    )


def _read(answer: Answer, measure: str, known: Known) -> Read:
    _, status, _ = OUTCOMES[answer.outcome]
    if status:
        return Read(Value(status=status, printed=answer.printed))
    unit = known.vocabulary.unit_of(measure)
    return read_cell(answer.printed, unit)


def grounds_of(
    read: Read, answer: Answer, known: Known, law: str
) -> tuple[tuple[str, ...], list[str]]:
    """Return the codes of the grounds, the outcome's own first, and doubts on what was printed."""
    own, _ = exemptions_of([code] if (code := OUTCOMES[answer.outcome][2]) else [], known, law)
    printed, doubts = exemptions_of(read.exemptions, known, law)
    return tuple(dict.fromkeys((*own, *answer.exemptions, *printed))), doubts


def _ground(answer: Answer, codes: Sequence[str]) -> str:
    """A body that refuses, or does not say whether it holds anything, must name the section."""
    if answer.outcome == "refused" and not codes:
        return "No section is named for this refusal."
    if answer.outcome == "neither_confirm_nor_deny" and len(codes) < 2:
        return "No section is named for neither confirming nor denying."
    return ""


def _check_codes(answer: Answer, known: Known) -> None:
    for measure in answer.measures:
        known.vocabulary.measure(measure)
    for role in ROLES:
        code = getattr(answer, role)
        if code != TOTAL and code not in known.vocabulary.bodies:
            raise BadInput(f"a known {role}", code)
    if answer.area not in known.vocabulary.areas:
        raise BadInput("a known area", answer.area)
    for dimension, code in read_breakdown(answer.breakdown):
        if code not in known.codes(f"{DIMENSION}{dimension}"):
            raise BadInput(f"a known code of {dimension}", code)
    for code in answer.exemptions:
        if code not in known.exemptions:
            raise BadInput("a known exemption", code)
