"""Where a proposal stands, worked out from everything that people read and from nothing else.

A person's newest reading counts. Two different people must have come to the same, and one of them
must be neither the mapper nor the only one who has read: nobody approves their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.desk.review.rules import SETTLED, TWO_PEOPLE

# What a reading says: value, low, high and status as texts; or that there is no such figure.
Content = tuple[str | None, str | None, str | None, str]
NO_FIGURE: Content = (None, None, None, "rejected")
FIGURE_VERDICTS = ("accept", "amend", "blind", "settle")
DECIDING = (*FIGURE_VERDICTS, "reject")


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
        """False for a question."""
        return self.verdict in DECIDING

    @property
    def content(self) -> Content:
        """What is compared between people; the printed text is not."""
        if self.verdict == "reject":
            return NO_FIGURE
        return self.value, self.low, self.high, self.status


@dataclass(frozen=True, slots=True)
class Approved:
    """What was approved last of a proposal, and by what rule; `recorded` once it is in the store."""

    rule: str
    content: Content
    recorded: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the state of a proposal depends on beside its readings."""

    made_by: str
    dropped: bool = False
    approved: Approved | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The state, and when people agree: by what rule, on what, and whose reading decided."""

    state: str
    rule: str = ""
    content: Content | None = None
    reading: Reading | None = None


def standing(proposal: Proposal, readings: Sequence[Reading]) -> Standing:
    """Return where a proposal stands after these readings."""
    if proposal.dropped:
        return Standing("dropped")
    newest = newest_readings(readings)
    if _asked(proposal.made_by, readings, newest):
        return Standing("asked")
    decided = {person: r for person, r in newest.items() if r.decides}
    if not decided:
        return Standing("recorded" if _recorded(proposal) else "open")
    agreed = _agreement(proposal.made_by, readings, decided)
    if agreed is not None:
        return _after_agreement(proposal, agreed)
    if len({r.content for r in decided.values()}) > 1:
        return Standing("disputed")
    only = next(iter(decided.values()))
    return Standing("rejected" if only.verdict == "reject" else "single", content=only.content)


def newest_readings(readings: Sequence[Reading]) -> dict[str, Reading]:
    """Each person's newest reading."""
    return {r.person: r for r in sorted(readings, key=lambda r: r.id)}


def _recorded(proposal: Proposal) -> bool:
    return proposal.approved is not None and proposal.approved.recorded


def _asked(mapper: str, readings: Sequence[Reading], newest: Mapping[str, Reading]) -> bool:
    """A question stands until who asked reads again, or the mapper has answered it by reading."""
    answers = max((r.id for r in readings if r.person == mapper and r.decides), default=0)
    return any(r.verdict == "ask" and r.id > answers for r in newest.values())


def _agreement(
    mapper: str, readings: Sequence[Reading], decided: Mapping[str, Reading]
) -> Standing | None:
    """What two people came to, if nobody stands against it or a third has settled it."""
    groups: dict[Content, list[Reading]] = {}
    for reading in decided.values():
        groups.setdefault(reading.content, []).append(reading)
    pairs = [group for group in groups.values() if len(group) > 1 and _not_own(mapper, group)]
    third = settlers(readings)
    if len(groups) > 1:
        pairs = [group for group in pairs if any(r.person in third for r in group)]
    if len(pairs) != 1:
        return None
    # The figure's printed text is taken from who read it anew, before who only accepted.
    group = sorted(pairs[0], key=lambda r: (r.verdict == "accept", r.id))
    return Standing("agreed", SETTLED if len(groups) > 1 else TWO_PEOPLE, group[0].content, group[0])


def _not_own(mapper: str, group: Sequence[Reading]) -> bool:
    """Whether one of them, who is not the mapper, joins another."""
    return any(r.person != mapper for r in group)


def settlers(readings: Sequence[Reading]) -> set[str]:
    """Those who came as a third: their first deciding reading was to settle."""
    first: dict[str, Reading] = {}
    for reading in sorted(readings, key=lambda r: r.id):
        if reading.decides:
            first.setdefault(reading.person, reading)
    return {person for person, reading in first.items() if reading.verdict == "settle"}


def _after_agreement(proposal: Proposal, agreed: Standing) -> Standing:
    """Agreed until the store holds it; what two people reject ends without a figure."""
    before = proposal.approved
    if before and before.recorded and (before.content, before.rule) == (agreed.content, agreed.rule):
        return Standing("recorded", agreed.rule, agreed.content, agreed.reading)
    if before and before.recorded and before.content == agreed.content and before.rule in (
        SETTLED, TWO_PEOPLE,
    ):  # fmt: skip
        return Standing("recorded", before.rule, agreed.content, agreed.reading)
    if agreed.content == NO_FIGURE and before is None:
        return Standing("rejected", agreed.rule, agreed.content, agreed.reading)
    return agreed


def refusal(
    proposal: Proposal,
    readings: Sequence[Reading],
    person: str,
    verdict: str,
    *,
    may_review: bool,
    blind: bool = False,
) -> str:
    """Why this person may not read so, as a sentence; empty when they may."""
    if proposal.dropped:
        return "The table was mapped anew; this proposal no longer counts."
    if verdict == "ask":
        return ""
    deciding = sorted((r for r in readings if r.decides), key=lambda r: r.id)
    first = deciding[0].person if deciding else person
    if person != first and not may_review:
        return "Somebody has read this figure already; the second reading needs a reviewer."
    if person != first and person == proposal.made_by:
        return "You mapped this table: another person must read this figure after the first."
    mine = any(r.person == person for r in deciding)
    if blind and person != first and not mine and verdict not in ("blind", "reject"):
        return "This figure is read blind: type what is printed in the cell."
    if verdict == "settle" and standing(proposal, readings).state != "disputed":
        return "There is nothing to settle: nobody disagrees."
    return ""
