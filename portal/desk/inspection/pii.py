"""Identifiers of persons in UK forms: check digits and numbering plans by stdnum, phonenumbers."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from portal.desk.inspection.pii_checks import DATE, NAME, NOT_NAMES
from portal.desk.inspection.pii_rules import RULES

WINDOW = 4_000
OVERLAP = 120


class Identifier(NamedTuple):
    """What kind of identifier stands where in the text; never the text itself."""

    kind: str
    start: int
    end: int


_BODIES = NOT_NAMES | set(
    """Agency Annex Answer Appendix Borough City Commission Constabulary County Council Data
    Disclosure District Draft Fire Freedom Government Health Home Hospital Information Justice
    Log London Metropolitan Ministry National Official Public Request Requests Response Rescue
    Scotland Scottish Sensitive Statistics Title Transport Trust University Wales West""".split()
)
# an e-mail address written so that programs do not find it
_DISGUISED = re.compile(r" at |[\[({] ?at|&#64|&commat", re.I)
_DIGIT = re.compile(r"\d", re.A)
_CAPITAL = re.compile(r"[A-Z]")
_HIDDEN_NAME = re.compile(rf"\b(?:{NAME},? |[A-Z]\. ?){{1,3}}{NAME}\b")
_HIDDEN = re.compile(rf"(?<![\w/]){DATE}(?![\w/])|(?<!\w)\d{{10}}(?!\w)|\S@\S", re.A | re.I)


def find(text: str, context: str = "") -> Iterator[Identifier]:
    """Yield the identifiers in one cell or line; `context` is its column's header."""
    for start in range(0, max(len(text), 1), WINDOW):
        piece = text[start : start + WINDOW + OVERLAP]
        for kind, low, high in _in_piece(piece, context):
            if low < WINDOW:
                yield Identifier(kind, start + low, start + high)


def _in_piece(piece: str, context: str) -> Iterator[Identifier]:
    has = {
        "#": bool(_DIGIT.search(piece)),
        "A": bool(_CAPITAL.search(piece)),
        "D": bool(_DISGUISED.search(piece)),
    }
    for kind, need, pattern, check in RULES:
        if not any(has.get(letter, letter in piece) for letter in need):
            continue
        for found in pattern.finditer(piece):
            if check(found, piece, context):
                yield Identifier(kind, found.start(), found.end())


@lru_cache(maxsize=50_000)
def kinds(text: str, context: str = "") -> frozenset[str]:
    """Return the kinds of identifiers in one cell."""
    return frozenset(identifier.kind for identifier in find(text, context))


def hidden_count(text: str) -> int:
    """Count identifiers in text nobody was meant to see: any date, any pair of names counts."""
    text = text[:200_000]
    strict = sum(1 for _ in find(text))
    return strict or sum(1 for _ in _HIDDEN.finditer(text)) + _pairs(text)


def header_count(text: str) -> int:
    """Count identifiers in a page's header; the names of bodies stand there rightly."""
    text = text[:20_000]
    strict = sum(1 for _ in find(text))
    named = (found[0].replace(",", " ").split() for found in _HIDDEN_NAME.finditer(text))
    return strict or sum(1 for words in named if not _BODIES.intersection(words))


def _pairs(text: str) -> int:
    return sum(1 for _ in _HIDDEN_NAME.finditer(text))


def looks_like_a_name(text: str) -> bool:
    """Tell whether a whole cell reads as a person's name: two or three capitalised words."""
    found = _HIDDEN_NAME.fullmatch(text.strip()[:80])
    return bool(found) and not NOT_NAMES.intersection(text.replace(",", " ").split())
