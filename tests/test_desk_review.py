"""Where a proposal stands: every order of readings, and nobody alone with their own."""

from dataclasses import replace
from itertools import product

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portal.desk.review.rules import CAME_ROUND, SETTLED, SINGLE, TWO_PEOPLE
from portal.desk.review.standing import (
    NO_FIGURE,
    Content,
    Proposal,
    Reading,
    Recorded,
    counting,
    first_readings,
    is_blind,
    meant,
    refusal,
    standing,
    task,
)

MAPPER, A, B, C, D = "mapper", "reviewer-a", "reviewer-b", "reviewer-c", "contributor"
PROPOSAL = Proposal(MAPPER)


def read(
    *said: tuple[str, str, str], proposal: Proposal = PROPOSAL
) -> list[Reading]:  # fmt: skip
    """Readings (person, verdict, value) as they would be kept, refused ones left out."""
    kept: list[Reading] = []
    for person, verdict, value in said:
        kept += one(proposal, kept, person, verdict, value)
    return kept


def one(
    proposal: Proposal, before: list[Reading], person: str, verdict: str, value: str = "12"
) -> list[Reading]:
    """The reading that would be added, as a list; empty when it is refused."""
    kept_as = meant(proposal, before, person, verdict)
    if refusal(proposal, before, person, kept_as, person != D):
        return []
    new = Reading(len(before) + 1, person, kept_as, value)
    if verdict == "reject":
        new = replace(new, value=None, status="rejected")
    return [new]


def state(*said: tuple[str, str, str], proposal: Proposal = PROPOSAL) -> tuple[str, str]:
    found = standing(proposal, read(*said, proposal=proposal))
    return found.state, found.rule


def test_two_people_who_read_the_same_agree() -> None:
    assert state() == ("open", "")
    assert state((A, "accept", "12")) == ("single", "")
    assert state((A, "accept", "12"), (B, "amend", "12")) == ("agreed", TWO_PEOPLE)


def test_one_person_alone_never_agrees_however_often_they_read() -> None:
    assert state(*[(A, "accept", "12")] * 5) == ("single", "")
    assert state(*[(MAPPER, "accept", "12")] * 5) == ("single", "")


def test_the_mapper_reads_first_or_not_at_all() -> None:
    assert state((MAPPER, "accept", "12"), (A, "accept", "12")) == ("agreed", TWO_PEOPLE)
    assert state((A, "accept", "12"), (MAPPER, "accept", "12")) == ("single", "")
    assert "somebody else" in refusal(PROPOSAL, read((A, "accept", "12")), MAPPER, "accept", True)


def test_the_mapper_cannot_settle_a_dispute_about_their_mapping() -> None:
    disputed = read((A, "accept", "12"), (B, "amend", "13"))
    assert standing(PROPOSAL, disputed).state == "disputed"
    assert refusal(PROPOSAL, disputed, MAPPER, "settle", True)


def test_a_dispute_is_settled_by_a_third_and_by_nobody_of_the_two() -> None:
    disputed = read((A, "accept", "12"), (B, "amend", "13"))
    assert "third person" in refusal(PROPOSAL, disputed, A, "settle", True)
    assert meant(PROPOSAL, disputed, C, "accept") == "settle"
    settled = standing(PROPOSAL, [*disputed, *one(PROPOSAL, disputed, C, "amend", "13")])
    assert (settled.state, settled.rule, settled.content) == (
        "agreed", SETTLED, ("13", None, None, "normal"),
    )  # fmt: skip


def test_a_third_value_settles_nothing() -> None:
    three = ((A, "accept", "12"), (B, "amend", "13"), (C, "amend", "14"))
    assert state(*three) == ("disputed", "")
    assert state(*three, ("reviewer-d", "amend", "14")) == ("agreed", SETTLED)


def test_a_reading_against_what_was_settled_opens_it_again() -> None:
    settled = ((A, "accept", "12"), (B, "amend", "13"), (C, "amend", "13"))
    assert state(*settled, ("reviewer-d", "amend", "12")) == ("disputed", "")
    assert state(*settled, (A, "amend", "14")) == ("disputed", "")


def test_a_third_person_can_say_that_there_is_no_figure() -> None:
    said = ((A, "accept", "12"), (B, "reject", ""), (C, "reject", ""))
    assert state(*said) == ("rejected", SETTLED)


def test_who_comes_round_is_told_apart_from_who_agreed_at_once() -> None:
    assert state((A, "accept", "12"), (B, "amend", "13"), (A, "amend", "13")) == (
        "agreed", CAME_ROUND,
    )  # fmt: skip


def test_two_people_reject_what_is_no_figure_one_alone_does_not() -> None:
    assert state((A, "reject", "")) == ("single", "")
    assert state((A, "reject", ""), (B, "reject", "")) == ("rejected", TWO_PEOPLE)
    assert state((A, "reject", ""), (B, "accept", "12")) == ("disputed", "")


def test_a_question_stands_until_the_mapper_answers_or_the_asker_reads() -> None:
    asked = ((A, "accept", "12"), (B, "ask", ""))
    assert state(*asked) == ("asked", "")
    assert state(*asked, (MAPPER, "ask", "")) == ("single", "")
    assert state(*asked, (B, "accept", "12")) == ("agreed", TWO_PEOPLE)
    assert state(*asked, (C, "accept", "12")) == ("asked", "")
    assert refusal(PROPOSAL, [], MAPPER, "ask", True)


def test_who_asks_takes_back_what_they_read_before() -> None:
    asked = ((A, "accept", "12"), (B, "accept", "12"), (B, "ask", ""), (MAPPER, "ask", ""))
    assert state(*asked) == ("single", "")


def test_an_answer_of_the_mapper_takes_back_nothing_that_they_read() -> None:
    said = ((MAPPER, "accept", "12"), (A, "ask", ""), (MAPPER, "ask", ""))
    assert state(*said) == ("single", "")
    assert state(*said, (A, "accept", "12")) == ("agreed", TWO_PEOPLE)


def test_when_an_agreement_outlives_a_question_its_readers_approve_it_not_the_mapper() -> None:
    said = read((A, "accept", "12"), (B, "accept", "12"), (C, "ask", ""), (MAPPER, "ask", ""))
    found = standing(PROPOSAL, said)
    assert (found.state, found.by) == ("agreed", B)


def test_what_its_only_reader_takes_back_is_read_anew_even_when_it_was_released() -> None:
    released = replace(PROPOSAL, recorded=Recorded(SINGLE, ("12", None, None, "normal")))
    said = ((A, "accept", "12"), (A, "ask", ""), (MAPPER, "ask", ""))
    assert state(*said, proposal=released) == ("open", "")


def test_a_contributor_reads_first_and_never_second() -> None:
    assert state((D, "accept", "12"), (A, "accept", "12")) == ("agreed", TWO_PEOPLE)
    assert "reviewer" in refusal(PROPOSAL, read((A, "accept", "12")), D, "accept", False)
    assert state((D, "accept", "12"), (A, "amend", "13"), (D, "amend", "13")) == (
        "agreed", CAME_ROUND,
    )  # fmt: skip


def test_blind_the_second_types_and_the_first_and_third_do_not() -> None:
    blind = replace(PROPOSAL, blind=True)
    first = read((A, "accept", "12"), proposal=blind)
    assert not is_blind(blind, [], A) and is_blind(blind, first, B)
    assert "type" in refusal(blind, first, B, "accept", True)
    assert meant(blind, first, B, "amend") == "blind"
    disputed = [*first, *one(blind, first, B, "amend", "13")]
    assert [r.verdict for r in disputed] == ["accept", "blind"]
    assert not is_blind(blind, disputed, C) and not is_blind(blind, disputed, B)


def test_a_released_single_reading_is_renewed_when_the_second_agrees() -> None:
    content: Content = ("12", None, None, "normal")
    released = replace(PROPOSAL, recorded=Recorded(SINGLE, content))
    assert state((A, "accept", "12"), proposal=released) == ("single", "")
    both = ((A, "accept", "12"), (B, "accept", "12"))
    assert state(*both, proposal=released) == ("agreed", TWO_PEOPLE)
    held = replace(PROPOSAL, recorded=Recorded(TWO_PEOPLE, content))
    assert state(*both, proposal=held) == ("recorded", TWO_PEOPLE)
    assert state(*both, (C, "amend", "13"), proposal=held) == ("disputed", "")


def test_what_is_taken_back_is_recorded_so_and_then_rejected() -> None:
    held = replace(PROPOSAL, recorded=Recorded(SINGLE, ("12", None, None, "normal")))
    both = ((A, "reject", ""), (B, "reject", ""))
    assert state(*both, proposal=held) == ("agreed", TWO_PEOPLE)
    gone = replace(PROPOSAL, recorded=Recorded(TWO_PEOPLE, NO_FIGURE))
    assert state(*both, proposal=gone) == ("rejected", TWO_PEOPLE)


def test_a_proposal_of_an_older_mapping_takes_no_reading() -> None:
    dropped = replace(PROPOSAL, dropped=True)
    assert standing(dropped, read((A, "accept", "12"))).state == "dropped"
    assert refusal(dropped, [], A, "accept", True) and refusal(dropped, [], A, "ask", True)


def test_the_tasks_are_those_that_nobody_would_be_refused() -> None:
    assert task(PROPOSAL, [], A, True) == task(PROPOSAL, [], D, False) == "first"
    single = read((A, "accept", "12"))
    told = [task(PROPOSAL, single, who, who != D) for who in (A, B, D, MAPPER)]
    assert told == ["", "second", "", ""]
    disputed = read((A, "accept", "12"), (B, "amend", "13"))
    told = [task(PROPOSAL, disputed, who, who != D) for who in (A, B, C, D, MAPPER)]
    assert told == ["", "", "settle", "", ""]
    asked = read((A, "accept", "12"), (B, "ask", ""))
    assert [task(PROPOSAL, asked, who, True) for who in (B, MAPPER)] == ["", "answer"]


PEOPLE = (MAPPER, A, B, D)
SAID = (("accept", "12"), ("amend", "13"), ("reject", ""), ("ask", ""))


def check(proposal: Proposal, readings: list[Reading]) -> None:
    """What must hold however it came about."""
    found = standing(proposal, readings)
    deciding = counting(proposal, readings)
    if found.state in ("agreed", "rejected", "recorded"):
        with_it = {p for p, r in deciding.items() if r.content == found.content}
        against = [r.id for p, r in deciding.items() if p not in with_it]
        assert len(with_it) > 1 and with_it - {MAPPER}
        settled = [r.id for r in deciding.values() if r.verdict == "settle" and r.person in with_it]
        assert not against or max(settled, default=0) > max(against)
    first = first_readings(readings)
    if MAPPER in first:
        assert next(iter(first)) == MAPPER
    for person, reading in first.items():
        assert person != D or next(iter(first)) == D
        # Who settles had read nothing of it before.
        assert reading.verdict == "settle" or all(
            r.verdict != "settle" for r in readings if r.person == person
        )


@pytest.mark.parametrize("blind", [False, True])
def test_all_sequences_of_four_readings_by_four_people_keep_the_rules(blind: bool) -> None:
    proposal = replace(PROPOSAL, blind=blind)
    seen: set[str] = set()

    def go(before: list[Reading], depth: int) -> None:
        check(proposal, before)
        seen.add(standing(proposal, before).state)
        if not depth:
            return
        for person, (verdict, value) in product(PEOPLE, SAID):
            new = one(proposal, before, person, verdict, value)
            if new:
                go([*before, *new], depth - 1)

    go([], 4)
    assert seen == {"open", "single", "agreed", "disputed", "asked", "rejected"}


class Desk(RuleBasedStateMachine):
    """Five people read one proposal in any order; what is agreed is recorded now and then."""

    @initialize(blind=st.booleans())
    def begin(self, blind: bool) -> None:
        self.proposal = Proposal(MAPPER, blind=blind)
        self.readings: list[Reading] = []

    @rule(
        person=st.sampled_from((MAPPER, A, B, C, D)),
        said=st.sampled_from((*SAID, ("amend", "14"))),
    )
    def reads(self, person: str, said: tuple[str, str]) -> None:
        before = standing(self.proposal, self.readings)
        had = list(self.readings)
        new = one(self.proposal, had, person, *said)
        self.readings += new
        after = standing(self.proposal, self.readings)
        if not new:
            assert after == before
        if after.state == "agreed" and before.state != "agreed":
            others = {r.person for r in had if r.decides} - {person}
            assert others, "it takes another person"
            # What the mapper may bring about is the end of a question, or of a dispute they lose.
            mapped = person == MAPPER and said[0] != "ask"
            assert not mapped or next(iter(first_readings(had))) == MAPPER
            assert after.by != MAPPER or next(iter(first_readings(self.readings))) == MAPPER

    @rule()
    def is_recorded(self) -> None:
        found = standing(self.proposal, self.readings)
        if found.state == "agreed" and found.content is not None:
            self.proposal = replace(
                self.proposal, recorded=Recorded(found.rule, found.content)
            )  # fmt: skip
            ended = "rejected" if found.content == NO_FIGURE else "recorded"
            assert standing(self.proposal, self.readings).state == ended

    @rule()
    def is_released(self) -> None:
        found = standing(self.proposal, self.readings)
        fresh = self.proposal.recorded is None and found.content not in (None, NO_FIGURE)
        if found.state == "single" and fresh and found.content:
            self.proposal = replace(self.proposal, recorded=Recorded(SINGLE, found.content))
            assert standing(self.proposal, self.readings).state == "single"

    @invariant()
    def holds(self) -> None:
        check(self.proposal, self.readings)


Desk.TestCase.settings = settings(max_examples=400, stateful_step_count=25, deadline=None)
TestDesk = Desk.TestCase
