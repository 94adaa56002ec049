"""Where a proposal stands, worked out from everything that people read and from nothing else.

Of each person the newest reading counts. Two different people must have come to the same, also to
say that there is no figure. Whoever made the mapping may be the first of them, never the one whose
reading completes the agreement: nobody approves their own. Where readings differ, a third person
settles; a reading against it that comes later opens the matter again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.desk.review.rules import CAME_ROUND, SETTLED, SINGLE, TWO_PEOPLE

# What a reading says: value, low, high and status as texts; or that there is no such figure.
Content = tuple[str | None, str | None, str | None, str]
NO_FIGURE: Content = (None, None, None, "rejected")
DECIDING = ("accept", "amend", "blind", "settle", "reject")
# What a person hands in; under which name it is kept follows from the readings before.
VERDICTS = ("accept", "amend", "reject", "ask")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading by a person; `id` counts up in the order in which they were recorded."""

    id: int
    person: str
    verdict: str
    value: str | None = None
    low: str | None = None
    high: str | None = None
    status: str = "normal"
    printed: str = ""
    note: str = ""
    recorded_at: str = ""

    @property
    def decides(self) -> bool:
        """False for a question and for its answer."""
        return self.verdict in DECIDING

    @property
    def content(self) -> Content:
        """What is compared between people; the printed text is not."""
        if self.verdict == "reject":
            return NO_FIGURE
        return self.value, self.low, self.high, self.status


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the store holds of a proposal, and by what rule it was approved."""

    rule: str
    content: Content


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the state of a proposal depends on beside its readings."""

    made_by: str
    dropped: bool = False
    blind: bool = False
    recorded: Recorded | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The state, and when people agree: by what rule, on what, whose reading tells the text.

    `by` is the person whose reading completed the agreement.
    """

    state: str
    rule: str = ""
    content: Content | None = None
    reading: Reading | None = None
    by: str = ""


def standing(proposal: Proposal, readings: Sequence[Reading]) -> Standing:
    """Return where a proposal stands after these readings."""
    if proposal.dropped:
        return Standing("dropped")
    if open_questions(proposal, readings):
        return Standing("asked")
    decided = counting(proposal, readings)
    groups: dict[Content, list[Reading]] = {}
    for reading in decided.values():
        groups.setdefault(reading.content, []).append(reading)
    if not groups:
        return Standing("open")
    agreed = _agreement(readings, groups)
    if agreed is not None:
        return _after_agreement(proposal, agreed)
    if len(groups) > 1:
        return Standing("disputed")
    only = next(iter(decided.values()))
    return Standing("single", content=only.content, reading=only)


def newest_readings(readings: Sequence[Reading]) -> dict[str, Reading]:
    """Each person's newest reading, a question included."""
    return {r.person: r for r in sorted(readings, key=lambda r: r.id)}


def counting(proposal: Proposal, readings: Sequence[Reading]) -> dict[str, Reading]:
    """Of each person the reading that counts now.

    Who asks takes back what they read before; the mapper, who only answers so, does not.
    """
    told = [r for r in readings if r.decides or r.person != proposal.made_by]
    return {person: r for person, r in newest_readings(told).items() if r.decides}


def first_readings(readings: Sequence[Reading]) -> dict[str, Reading]:
    """Each person's first deciding reading, in the order in which they came."""
    found: dict[str, Reading] = {}
    for reading in sorted(readings, key=lambda r: r.id):
        if reading.decides:
            found.setdefault(reading.person, reading)
    return found


def open_questions(proposal: Proposal, readings: Sequence[Reading]) -> list[Reading]:
    """Questions that stand: until the asker reads again, or the mapper has answered.

    Whatever the mapper hands in later is an answer; what looks like a question of theirs is one.
    """
    mapper = proposal.made_by
    answered = max((r.id for r in readings if r.person == mapper), default=0)
    newest = newest_readings(readings).values()
    return [
        r for r in newest if r.verdict == "ask" and r.person != mapper and r.id > answered
    ]  # fmt: skip


def _agreement(
    readings: Sequence[Reading], groups: Mapping[Content, list[Reading]]
) -> Standing | None:
    """What two people came to, if nobody stands against it or a third has settled it since."""
    if len(groups) == 1:
        [group] = groups.values()
        found = [group] if len(group) > 1 else []
    else:
        found = [group for group in groups.values() if len(group) > 1 and _settled(group, groups)]
    if not found:
        return None
    # The figure's printed text is taken from who read it anew, before who only accepted.
    group = sorted(found[0], key=lambda r: (r.verdict == "accept", r.id))
    by = max(group, key=lambda r: r.id).person
    return Standing("agreed", _rule(group, readings), group[0].content, group[0], by)


def _settled(group: Sequence[Reading], groups: Mapping[Content, list[Reading]]) -> bool:
    against = max(r.id for each in groups.values() for r in each if each is not group)
    return any(r.verdict == "settle" and r.id > against for r in group)


def _rule(group: Sequence[Reading], readings: Sequence[Reading]) -> str:
    if any(r.verdict == "settle" for r in group):
        return SETTLED
    first = first_readings(readings)
    same = all(first[r.person].content == r.content for r in group)
    return TWO_PEOPLE if same else CAME_ROUND


def _after_agreement(proposal: Proposal, agreed: Standing) -> Standing:
    """Agreed until the store holds it; what two people reject ends without a figure."""
    held = proposal.recorded
    if held is None or held.content == NO_FIGURE:
        if agreed.content == NO_FIGURE:
            return replace(agreed, state="rejected")
        return agreed
    if held.content == agreed.content and held.rule != SINGLE:
        return replace(agreed, state="recorded", rule=held.rule)
    return agreed


def meant(
    proposal: Proposal, readings: Sequence[Reading], person: str, verdict: str
) -> str:  # fmt: skip
    """The verdict under which a reading is recorded: a third person's in a dispute settles it."""
    if verdict == "ask":
        return verdict
    mine = {r.verdict for r in readings if r.person == person and r.decides}
    disputed = standing(proposal, readings).state == "disputed"
    if mine == {"settle"} or (not mine and disputed):
        return "settle"
    return "blind" if verdict == "amend" and is_blind(proposal, readings, person) else verdict


def is_blind(proposal: Proposal, readings: Sequence[Reading], person: str) -> bool:
    """True when this person must not see what the table and the first reader say."""
    first = first_readings(readings)
    if not proposal.blind or not first or person in first or person == proposal.made_by:
        return False
    return standing(proposal, readings).state != "disputed"


def refusal(
    proposal: Proposal,
    readings: Sequence[Reading],
    person: str,
    verdict: str,
    may_review: bool,
) -> str:
    """Why this person may not read so, as a sentence; empty when they may."""
    if proposal.dropped:
        return "The table was mapped anew; this proposal no longer counts."
    if verdict == "ask":
        mine = person == proposal.made_by and not open_questions(proposal, readings)
        return "You mapped this table, and nobody has asked: read the figure." if mine else ""
    first = next(iter(first_readings(readings)), person)
    if person != first and person == proposal.made_by:
        return "You mapped this table: after the first reading it takes somebody else."
    if person != first and not may_review:
        return "Somebody has read this figure already; the second reading needs a reviewer."
    if verdict == "settle":
        return _not_settled_by(proposal, readings, person)
    if verdict in ("accept", "amend") and is_blind(proposal, readings, person):
        return "This figure is read blind: type what is printed in the cell."
    return ""


def _not_settled_by(proposal: Proposal, readings: Sequence[Reading], person: str) -> str:
    mine = {r.verdict for r in readings if r.person == person and r.decides}
    if mine - {"settle"}:
        return "You have read this figure yourself: a third person settles it."
    if not mine and standing(proposal, readings).state != "disputed":
        return "There is nothing to settle: nobody disagrees."
    return ""


def task(
    proposal: Proposal, readings: Sequence[Reading], person: str, may_review: bool
) -> str:  # fmt: skip
    """What waits here for this person: answer, first, second, settle, or nothing (empty)."""
    state = standing(proposal, readings).state
    if state == "asked":
        return "answer" if person == proposal.made_by else ""
    wanted = {"open": "first", "single": "second", "disputed": "settle"}.get(state, "")
    if not wanted or person in counting(proposal, readings):
        return ""
    verdict = meant(proposal, readings, person, "amend")
    return "" if refusal(proposal, readings, person, verdict, may_review) else wanted
