"""From the words beside a figure to codes: measure, bodies, area, period, breakdown.

Each is read by what the person who mapped said, by an exact name, or not at all: then the field
stays empty and a sentence says what nobody has confirmed.
"""

import re
from dataclasses import dataclass, field

from portal.core.errors import BadPeriod
from portal.core.observations import TOTAL, write_breakdown
from portal.core.periods import Period, read_period
from portal.desk.mapping.model import DIMENSION, Mapping, folded
from portal.desk.mapping.names import Names
from portal.desk.mapping.places import Word
from portal.desk.mapping.words import Known

# What a publisher writes before a year that says no more than the year itself.
BEFORE = re.compile(r"(?P<kind>calendar |financial |fiscal )?year |(?P<short>cy|fy) ?", re.I)
BARE = re.compile(r"\d{4}", re.ASCII)
TITLES = {"requester": "authority", "holder": "operator", "period": "period"}
ROLES = ("requester", "holder")


@dataclass(frozen=True)
class Reader:
    """Reads words by a mapping, confirmed names and the vocabulary."""

    mapping: Mapping
    names: Names
    known: Known
    # A long table says the same few words again and again: each is looked up once.
    found: dict[tuple[str, Word], tuple[str, str]] = field(default_factory=dict)

    def code(self, field: str, word: Word | None) -> tuple[str, str]:
        """Return a field's code and a doubt; the code is empty where there is a doubt."""
        if word is None or word.by_hand:
            return self._code(field, word)
        if (field, word) not in self.found:
            self.found[field, word] = self._code(field, word)
        return self.found[field, word]

    def _code(self, field: str, word: Word | None) -> tuple[str, str]:
        title = TITLES.get(field, field.removeprefix(DIMENSION).replace("_", " "))
        if word is None or not word.text.strip():
            where = "" if word is None else ": the cell that should is blank"
            return "", f"Nothing says which {title}{where}."
        if word.by_hand:
            return word.text, ""
        found = self._said(field, word.text) or self._named(field, word.text)
        return found, "" if found else f"Nobody has said which {title} “{word.text.strip()}” is."

    def period(self, word: Word | None) -> tuple[Period | None, str]:
        """Return the period and a doubt; there is no period where there is a doubt."""
        if word is None or not word.text.strip():
            return None, self.code("period", word)[1]
        printed = " ".join(word.text.split())
        said = "" if word.by_hand else self._said("period", printed)
        try:
            read = _read(said or printed, self.mapping.years)
        except BadPeriod:
            return None, f"“{printed}” does not read as a period."
        # Days that a person gave are no label: the usual one of such a period is.
        label = "" if word.by_hand and printed[4:5] == "-" and len(printed) > 7 else printed
        return Period(read.start, read.end, label), ""

    def breakdown(self, words: dict[str, Word | None]) -> tuple[str, list[str]]:
        """Return the breakdown as text and doubts; the text is empty where there is a doubt."""
        pairs, doubts = [], []
        for name, word in words.items():
            code, doubt = self.code(name, word)
            if doubt:
                doubts.append(doubt)
            elif code != TOTAL:
                pairs.append((name.removeprefix(DIMENSION), code))
        return "" if doubts else write_breakdown(tuple(sorted(pairs))), doubts

    def _said(self, field: str, printed: str) -> str:
        word = folded(printed)
        return next(
            (code for name, said, code in self.mapping.codes if name == field and said == word), ""
        )

    def _named(self, field: str, printed: str) -> str:
        if field in ROLES:
            return self.names.find(printed)
        return self.known.exactly(field, printed)


def _read(text: str, years: str) -> Period:
    """Read a period with or without words before it; a bare year is the year that it stands for."""
    plain = text.strip(" *†‡§:")
    if BARE.fullmatch(plain):
        return read_period(_year(plain, years))
    try:
        return read_period(plain)
    except BadPeriod:
        before = BEFORE.match(plain)
        if not before:
            raise
    rest = plain[before.end() :]
    kind = (before["kind"] or before["short"] or "").strip().casefold()
    if kind in ("calendar", "cy"):
        years = "calendar"
    elif kind and BARE.fullmatch(rest) and years == "calendar":
        # "FY 2019" is the year that begins in 2019, or that ends in it: a person has to say.
        raise BadPeriod("a year that a person has said the days of", text)
    return read_period(_year(rest, years))


def _year(text: str, years: str) -> str:
    if years == "calendar" or not BARE.fullmatch(text):
        return text
    first = int(text) - (1 if years == "april_to" else 0)
    return f"{first}-{(first + 1) % 100:02d}"
