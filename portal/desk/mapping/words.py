"""The words that a mapping may use, from the private store's vocabulary as it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.errors import UnknownCode
from portal.core.observations import TOTAL
from portal.core.periods import read_period
from portal.core.vocabulary import Dimension, Measure, Status, Unit, Vocabulary, entry
from portal.desk.mapping.model import DIMENSION, folded
from portal.desk.mapping.model import Mapping as Meaning
from portal.desk.mapping.names import suggest_codes

Words = Mapping[str, Mapping[str, Mapping[str, Any]]]
# What is read of the store: the kinds of records that mapping needs.
KINDS = ("unit", "measure", "dimension", "status", "area", "body", "exemption", "source")


@dataclass(frozen=True)
class Known:
    """The vocabulary, and the exemptions by code: what each is called and its section."""

    vocabulary: Vocabulary
    exemptions: Mapping[str, str]
    sections: Mapping[str, str]

    def label(self, field: str, code: str) -> str:
        """Return what a code of a field is called; the code itself where nothing calls it."""
        if code == TOTAL:
            return "Total"
        held = self.vocabulary
        if field == "measure":
            return held.measures[code].label if code in held.measures else code
        if field.startswith(DIMENSION):
            return self.codes(field).get(code, code)
        entries = held.areas if field == "area" else held.bodies
        given = entries.get(code, {})
        return str(given.get("name") or given.get("label") or code)

    def ground(self, code: str) -> str:
        """Return an exemption in words: `section 24 (National security)`."""
        label, section = self.exemptions[code], self.sections[code]
        named = re.fullmatch(r"(section \d+)( \(\w+\))?", section)
        # The label of another nation's law repeats which it is; to neither confirm nor deny is
        # no section of its own.
        return f"{section} ({label.removesuffix(named[2] or '')})" if named else label

    def codes(self, field: str) -> Mapping[str, str]:
        """Return the codes of a field with their labels."""
        held = self.vocabulary
        if field == "measure":
            return {id: each.label for id, each in held.measures.items()}
        if field.startswith(DIMENSION):
            found = held.dimensions.get(field.removeprefix(DIMENSION))
            return found.codes if found else {}
        entries = held.areas if field == "area" else held.bodies
        return {
            id: str(each.get("name") or each.get("label") or id) for id, each in entries.items()
        }

    def exactly(self, field: str, printed: str) -> str:
        """Return the code that a printed word names by itself: its code or its label; else ""."""
        codes = self.codes(field)
        if printed in codes:
            return printed
        word = folded(printed)
        found = [code for code, label in codes.items() if folded(label) == word]
        return found[0] if len(found) == 1 else ""


def check_words(mapping: Meaning, held: Known) -> None:
    """Raise UnknownCode when a mapping gives a code that the vocabulary does not hold."""
    by_hand = [*mapping.constants, *(pair for column in mapping.columns for pair in column.given)]
    for field, code in [*by_hand, *((field, code) for field, _, code in mapping.codes)]:
        if field == "period":
            read_period(code)
        elif not (code == TOTAL and field not in ("measure", "area")):
            _check(field, code, held.codes(field))
    for _, status in mapping.marks:
        kept = held.vocabulary.statuses.get(status)
        if kept is None or kept.has_value:
            raise UnknownCode("a status that says why there is no figure", status)


def _check(field: str, code: str, codes: Mapping[str, str]) -> None:
    if code not in codes:
        near = [each.code for each in suggest_codes(code.replace("_", " "), codes, 3)]
        hint = f" (near it: {', '.join(near)})" if near else ""
        raise UnknownCode(f"a known {field.removeprefix(DIMENSION)}{hint}", code)


def known(words: Words) -> Known:
    """Build the vocabulary from records of the KINDS."""

    def entries(kind: Any, name: str) -> dict[str, Any]:
        return {id: entry(kind, id, given, name) for id, given in words[name].items()}

    return Known(
        Vocabulary(
            units=entries(Unit, "unit"),
            measures=entries(Measure, "measure"),
            dimensions=entries(Dimension, "dimension"),
            statuses=entries(Status, "status"),
            breaks={},
            chains={},
            areas=words["area"],
            bodies=words["body"],
            sources=words["source"],
        ),
        {id: str(given["label"]) for id, given in words["exemption"].items()},
        {id: str(given["section"]) for id, given in words["exemption"].items()},
    )
