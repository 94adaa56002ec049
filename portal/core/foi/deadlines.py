"""The days that matter to one request, and what should happen next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.core.foi.calendars import working_day_after
from portal.core.foi.laws import Law, due, law, longest_extension, months_after
from portal.core.foi.states import ANSWERS, OPEN, REFUSALS


@dataclass(frozen=True, slots=True)
class Days:
    """The dates of a request as ISO days, empty where nothing happened."""

    law: str
    state: str
    sent_on: str = ""
    due_on: str = ""
    answered_on: str = ""
    extended_to: str = ""
    review_asked_on: str = ""
    review_answered_on: str = ""
    ico_on: str = ""

    @property
    def answer_by(self) -> str:
        """The day by which an answer is owed as it stands now, extended or not."""
        return max(self.extended_to, self.due_on)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day, what it ends, where the law says so, and whether it still matters."""

    kind: str
    label: str
    day: date
    rule: str
    open: bool


def deadlines(days: Days) -> list[Deadline]:
    """Return every deadline of a request in the order of their days."""
    under = law(days.law)
    found = [*_of_the_answer(days, under), *_of_the_review(days, under)]
    return sorted(found, key=lambda each: (each.day, each.kind))


def _of_the_answer(days: Days, under: Law) -> Iterator[Deadline]:
    waiting = days.state in OPEN
    if days.due_on:
        day, open = date.fromisoformat(days.due_on), waiting and not days.extended_to
        yield Deadline("answer", "answer due", day, under.rules["answer"], open)
    if days.extended_to:
        day = date.fromisoformat(days.extended_to)
        rule = under.rules.get("extended", "as the authority says")
        yield Deadline("extended", "answer due after extension", day, rule, waiting)


def _of_the_review(days: Days, under: Law) -> Iterator[Deadline]:
    begun = days.answered_on or (days.answer_by if days.state == "no_answer" else "")
    if begun and under.review_within and not days.review_asked_on:
        day = working_day_after(date.fromisoformat(begun), under.review_within, under.nations)
        wanted = days.state in (*REFUSALS, "no_answer", "part_answered", "not_held")
        yield Deadline(
            "review_within", "last day to ask for a review", day, under.rules["review_within"],
            wanted,
        )  # fmt: skip
    if days.review_asked_on and under.review_days:
        asked = date.fromisoformat(days.review_asked_on)
        open = not days.review_answered_on and days.state != "withdrawn"
        day = working_day_after(asked, under.review_days, under.nations)
        yield Deadline("review", "review due", day, under.rules["review"], open)
        if under.review_longest:
            day = working_day_after(asked, under.review_longest, under.nations)
            label = "review due in an exceptional case"
            yield Deadline("review_longest", label, day, under.rules["review"], open)
    if days.review_answered_on and under.commissioner_months and not days.ico_on:
        answered = date.fromisoformat(days.review_answered_on)
        day = months_after(answered, under.commissioner_months)
        label = f"last day to apply to the {under.commissioner}"
        yield Deadline("commissioner", label, day, under.rules["commissioner"], True)


def is_overdue(days: Days, today: date) -> bool:
    """Whether an answer is owed and its day has passed."""
    return days.state in OPEN and bool(days.answer_by) and days.answer_by < today.isoformat()


def next_step(days: Days, today: date) -> str:
    """Say in one sentence what a person should do next; empty when nothing is left."""
    under = law(days.law)
    if days.state == "draft":
        return "Send the letter and enter the day."
    if days.state in ANSWERS and not days.answered_on:
        return "Enter the day of the answer; the platform does not say it."
    if days.review_asked_on:
        return _after_review(days, under, today)
    if is_overdue(days, today):
        return "The time to answer is over: remind the authority, or ask for an internal review."
    if days.state in OPEN:
        return f"Wait for the answer until {days.answer_by}." if days.answer_by else "Wait."
    if days.state in (*REFUSALS, "part_answered"):
        last = [each.day for each in deadlines(days) if each.kind == "review_within"]
        if last and last[0] >= today:
            return f"An internal review can be asked for until {last[0]}."
    return ""


def _after_review(days: Days, under: Law, today: date) -> str:
    if days.ico_on:
        return f"Before the {under.commissioner} since {days.ico_on}."
    if days.review_answered_on:
        if days.state == "answered":
            return ""
        return f"The {under.commissioner} can be asked: {under.rules.get('commissioner', '')}."
    ends = [each.day for each in deadlines(days) if each.kind == "review"]
    if ends and ends[0] < today:
        return f"The review is late: the {under.commissioner} can be asked."
    return f"Wait for the review until {ends[0]}." if ends else "Wait for the review."


def doubts(days: Days) -> list[str]:
    """Say what does not fit the law: an extension that it does not know, or too long a one."""
    under = law(days.law)
    found = []
    if days.extended_to and days.sent_on:
        latest = longest_extension(under, date.fromisoformat(days.sent_on))
        if under.days and latest is None:
            found.append(f"The extension to {days.extended_to}: {under.rules['extended']}.")
        elif latest and days.extended_to > latest.isoformat():
            found.append(
                f"The extension to {days.extended_to} ends after {latest}:"
                f" {under.rules['extended']}."
            )
    computed = due(under, date.fromisoformat(days.sent_on)) if days.sent_on else None
    if computed and days.due_on and days.due_on != computed.isoformat():
        found.append(f"The day {days.due_on} is not the one computed: {computed}.")
    return found
