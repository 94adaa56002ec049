"""What an inspection says: outcomes, findings and the report that gathers them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from time import process_time

from portal.desk.inspection import pii
from portal.desk.inspection.limits import LIMITS, Limits, Refused
from portal.desk.inspection.tables import Table

OUTCOMES = (
    "accept_clean",
    "accept_stripped",
    "accept_with_findings",
    "accept_escaped",
    "quarantine",
    "reject",
)

# What a kind of finding means by itself; whatever is not named here waits for a reviewer.
MEANS = dict.fromkeys(
    """corrupt truncated encrypted zip_bomb zip_nested zip_slip zip_symlink zip_duplicate_member
    expansion_bomb xml_dtd macro_vba too_large unsupported""".split(),
    "reject",
)
MEANS |= dict.fromkeys(("formula_injection", "header_injection"), "accept_escaped")
MEANS |= dict.fromkeys(("named_range", "free_text", "header_footer"), "accept_with_findings")
MEANS |= dict.fromkeys(
    """doc_properties image_metadata printer_settings thumbnail author_list signature
    mail_header xml_comment macro_sheet_name kept_words""".split(),
    "accept_stripped",
)

PLACES_PER_KIND = 50
HIDDEN_LETTERS_SCANNED = 400_000


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One kind of thing at one place, how often, and what it alone would lead to."""

    kind: str
    place: str
    count: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """All that may be said about a document before a person opens it; never what is hidden."""

    kind: str
    outcome: str
    findings: tuple[Finding, ...]
    size: int
    sha256: str
    walls: tuple[str, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of findings, without their places."""
        return frozenset(finding.kind for finding in self.findings)


def worst(outcomes: Iterable[str]) -> str:
    """Return the strictest outcome; accept_clean where there is none."""
    return max(outcomes, key=OUTCOMES.index, default="accept_clean")


@dataclass(slots=True)
class Report:
    """Gathers findings and visible tables while a document is read, and keeps the time."""

    limits: Limits = LIMITS
    place: str = ""
    depth: int = 0
    tables: list[Table] = field(default_factory=list)
    counted: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=process_time)
    spent: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, place: str, count: int = 1, outcome: str = "") -> None:
        """Count a finding; after many places of one kind the rest are put together."""
        if count <= 0:
            return
        key = (kind, self._within(place), outcome or MEANS.get(kind, "quarantine"))
        if key not in self.counted:
            if self.places[kind] >= PLACES_PER_KIND:
                key = (kind, "more places", key[2])
            self.places[kind] += 1
        self.counted[key] += count

    def hidden(self, kind: str, place: str, text: str, count: int = 1, outcome: str = "") -> None:
        """Count something that a reader would not see, and whether it names or identifies."""
        self.add(kind, place, count, outcome)
        means = outcome or MEANS.get(kind, "quarantine")
        if kind == "header_footer":
            self.add("pii", place, pii.header_count(text))
        else:
            self.personal(place, text, means if means.startswith("accept") else outcome)

    def personal(self, place: str, text: str, outcome: str = "") -> None:
        """Count identifiers in text that is not part of what may be published."""
        if self.spent["hidden"] < HIDDEN_LETTERS_SCANNED:
            self.spent["hidden"] += len(text)
            self.add("pii", place, pii.hidden_count(text), outcome)

    def spend(self, what: str, amount: int, most: int) -> None:
        """Add to a running total; raises Refused once it is over its limit."""
        self.spent[what] += amount
        if self.spent[what] > most:
            raise Refused("expansion_bomb", self._within(what))
        self.tick()

    def tick(self) -> None:
        """Raise Refused when the time is over."""
        # of the processor, not of the clock: a busy machine makes no document a bomb
        if process_time() - self.started > self.limits.seconds:
            raise Refused("expansion_bomb", self._within("time"))

    def inside(self, place: str) -> "Report":
        """Return a report for a document inside this one: same counters, one level deeper."""
        if self.depth + 1 > self.limits.nesting:
            raise Refused("zip_nested", self._within(place))
        return replace(self, place=self._within(place), depth=self.depth + 1)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was counted, in a fixed order."""
        return tuple(
            sorted(
                Finding(kind, place, count, outcome)
                for (kind, place, outcome), count in self.counted.items()
            )
        )

    def _within(self, place: str) -> str:
        return f"{self.place}, {place}" if self.place else place
