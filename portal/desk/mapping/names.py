"""From a printed name to a body: by an alias that is exact, or by what a person has confirmed.

Fuzzy search only ever suggests: a name that nobody has confirmed belongs to nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process, utils

from portal.core.observations import TOTAL
from portal.desk.mapping.model import folded

SHOWN = 5
# Below this nothing is suggested: two names share little more than "police".
LEAST = 55.0
# Words that nearly every authority has in its name say nothing about which it is.
COMMON = frozenset(("police", "constabulary", "service", "force", "the", "of", "council"))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code that may be meant: what it is called, what it resembles, and how much (0 to 100)."""

    code: str
    label: str
    alias: str
    score: int


@dataclass(frozen=True, slots=True)
class Names:
    """Bodies by folded name: `exact` that mean one body, `confirmed` by people."""

    exact: Mapping[str, str]
    confirmed: Mapping[str, str]
    spelled: Mapping[str, tuple[tuple[str, str], ...]]  # alias -> (code, label)s that carry it

    def find(self, printed: str) -> str:
        """Return the body's code; "" when no alias is exact and nobody has confirmed it."""
        word = folded(printed)
        return self.confirmed.get(word) or self.exact.get(word, "")

    def suggest(self, printed: str, most: int = SHOWN) -> list[Suggestion]:
        """Return the bodies whose names resemble it, the likest first, each once."""
        found: dict[str, Suggestion] = {}
        asked = utils.default_process(printed)
        if not asked:
            return []
        for alias, score, _ in process.extract(
            asked, list(self.spelled), scorer=_alike, processor=utils.default_process,
            limit=None, score_cutoff=LEAST,
        ):  # fmt: skip
            for code, label in self.spelled[alias]:
                found.setdefault(code, Suggestion(code, label, alias, round(score)))
        return list(found.values())[:most]


def names(
    bodies: Mapping[str, Mapping[str, Any]], confirmed: Iterable[tuple[str, str]] = ()
) -> Names:
    """Index bodies (id -> fields of data/bodies.csv) and confirmed names (printed, code)."""
    spelled: dict[str, list[tuple[str, str]]] = {}
    owners: dict[str, set[str]] = {}
    for code, given in bodies.items():
        label = str(given["name"])
        aliases = [alias.strip() for alias in str(given.get("aliases", "")).split("|")]
        for alias in dict.fromkeys((label, *filter(None, aliases))):
            spelled.setdefault(alias, []).append((code, label))
            owners.setdefault(folded(alias), set()).add(code)
    return Names(
        # A name that two bodies carry means neither: "West" or a force that replaced another.
        exact={word: next(iter(codes)) for word, codes in owners.items() if len(codes) == 1},
        confirmed={
            folded(printed): code for printed, code in confirmed if code in bodies or code == TOTAL
        },
        spelled={alias: tuple(carriers) for alias, carriers in spelled.items()},
    )


def suggest_codes(printed: str, codes: Mapping[str, str], most: int = SHOWN) -> list[Suggestion]:
    """Return the codes whose labels resemble a printed word, the likest first."""
    found = process.extract(
        printed, dict(codes), scorer=fuzz.WRatio, processor=utils.default_process, limit=most,
        score_cutoff=LEAST,
    )  # fmt: skip
    return [Suggestion(code, label, label, round(score)) for label, score, code in found]


def _alike(one: str, other: str, *, score_cutoff: float = 0.0) -> float:
    """Compare whole names, and again without the words that most of them share."""
    whole = fuzz.WRatio(one, other)
    bare = [" ".join(w for w in name.split() if w not in COMMON) for name in (one, other)]
    if not all(bare):
        return 0.0
    score = (whole + 2 * fuzz.ratio(*bare)) / 3
    return score if score >= score_cutoff else 0.0
