"""Which authority has told which year: figures in hand, answers, refusals, silence."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from portal.core.foi.states import STATES

# Worst news last: when one authority was asked twice, what brought more is shown.
ORDER = (
    "answered", "part_answered", "not_held", "neither_confirm_nor_deny", "cost_limit", "refused",
    "extended", "acknowledged", "sent", "no_answer", "draft", "withdrawn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One authority in one year. `state` is held, a state of its request, or not_asked."""

    year: int
    state: str

    @property
    def kind(self) -> str:
        """How it is drawn: held, answered, refused, waiting or not_asked."""
        if self.state in ("held", "not_asked"):
            return self.state
        if self.state in ("draft", "withdrawn"):
            return "not_asked"
        if self.state in ("answered", "part_answered"):
            return "answered"
        return "refused" if STATES[self.state].kind == "answered" else "waiting"

    @property
    def label(self) -> str:
        """The same in words."""
        words = {"held": "figure in hand", "not_asked": "not asked"}
        return words.get(self.state) or STATES[self.state].label


@dataclass(frozen=True, slots=True)
class Line:
    """One authority and its years."""

    body: str
    label: str
    cells: tuple[Cell, ...]


def matrix(
    bodies: Mapping[str, str],
    years: Iterable[int],
    requests: Iterable[tuple[str, str]],
    held: Collection[tuple[str, int]],
) -> list[Line]:
    """Return a line for each body (id -> label) with one cell a year, in order of the labels.

    `requests` are (body, state) of one campaign, which asks for all its years at once; `held` are
    the (body, year) with a published figure: a figure in hand counts before any state.
    """
    span = tuple(years)
    states: dict[str, str] = {}
    for body, state in requests:
        before = states.get(body)
        if before is None or ORDER.index(state) < ORDER.index(before):
            states[body] = state
    lines = []
    for body, label in sorted(bodies.items(), key=lambda each: (each[1].casefold(), each[0])):
        asked = states.get(body, "not_asked")
        cells = tuple(Cell(year, "held" if (body, year) in held else asked) for year in span)
        lines.append(Line(body, label, cells))
    return lines


def counts(lines: Iterable[Line]) -> dict[str, int]:
    """How many cells there are of each kind."""
    found = dict.fromkeys(("held", "answered", "refused", "waiting", "not_asked"), 0)
    for line in lines:
        for cell in line.cells:
            found[cell.kind] += 1
    return found
