"""The states of a request, which may follow which, and what the platforms call them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """A state in words. `kind`: draft, open (an answer is owed), answered, or ended without one."""

    id: str
    label: str
    kind: str


STATES = {
    state.id: state
    for state in (
        State("draft", "not sent yet", "draft"),
        State("sent", "sent", "open"),
        State("acknowledged", "acknowledged", "open"),
        State("extended", "time extended", "open"),
        State("no_answer", "no answer", "open"),
        State("part_answered", "answered in part", "answered"),
        State("answered", "answered", "answered"),
        State("refused", "refused", "answered"),
        State("not_held", "not held", "answered"),
        State("neither_confirm_nor_deny", "neither confirmed nor denied", "answered"),
        State("cost_limit", "refused by cost limit", "answered"),
        State("withdrawn", "withdrawn", "ended"),
    )
}
ANSWERS = tuple(id for id, state in STATES.items() if state.kind == "answered")
OPEN = tuple(id for id, state in STATES.items() if state.kind == "open")
# An answer that holds back what was asked for.
REFUSALS = ("refused", "neither_confirm_nor_deny", "cost_limit")

_AFTER_SENDING = ("no_answer", *ANSWERS, "withdrawn")
# After a review or a decision of the commissioner one answer may become another.
MOVES: dict[str, tuple[str, ...]] = {
    "draft": ("sent", "withdrawn"),
    "sent": ("acknowledged", "extended", *_AFTER_SENDING),
    "acknowledged": ("extended", *_AFTER_SENDING),
    "extended": _AFTER_SENDING,
    "no_answer": ("acknowledged", "extended", *ANSWERS, "withdrawn"),
    **{answer: tuple(other for other in ANSWERS if other != answer) for answer in ANSWERS},
    "withdrawn": (),
}

# What a platform says of a request, as far as it says that something happened.
PLATFORM_STATES = {
    "whatdotheyknow": {
        "waiting_response": "sent",
        "waiting_clarification": "acknowledged",
        "gone_postal": "acknowledged",
        "rejected": "refused",
        "not_held": "not_held",
        "partially_successful": "part_answered",
        "successful": "answered",
        "user_withdrawn": "withdrawn",
    },
    "fragdenstaat": {
        "awaiting_response": "sent",
        "asleep": "no_answer",
        "successful": "answered",
        "partially_successful": "part_answered",
        "not_held": "not_held",
        "refused": "refused",
        "user_withdrew": "withdrawn",
        "user_withdrew_costs": "withdrawn",
    },
}


def may_follow(before: str, after: str) -> bool:
    """Whether a request may go from one state to another; to stay is always allowed."""
    return before == after or after in MOVES[before]


def platform_state(source: str, state: str, resolution: str = "") -> str:
    """Our state for what a platform says; empty when it says nothing that changes one.

    FragDenStaat says `resolved` and keeps what came of it apart.
    """
    known = PLATFORM_STATES.get(source, {})
    if source == "fragdenstaat" and state == "resolved":
        return known.get(resolution, "")
    return known.get(state, "")
