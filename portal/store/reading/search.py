"""Search over everything that has a page, safe for any words and quick however many match."""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

WORDS, LETTERS = 12, 40
# Ranking looks at so many matches; the index lists bodies, words and sources before figures.
LOOKED_AT = 600


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: its kind, its address and its name."""

    kind: str
    address: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits. `more` says that further ones exist; `loosely` that some words only match."""

    hits: list[Hit]
    more: bool = False
    loosely: bool = False


MATCHES = """
SELECT kind, ref, title, rank_weight FROM search WHERE search MATCH ? LIMIT ?
"""


def found(db: sqlite3.Connection, asked: str, limit: int = 40) -> Found:
    """Return what holds all the words, the last one as a beginning; else what holds some."""
    words = re.findall(r"\w+", asked.lower())[:WORDS]
    words = [word[:LETTERS] for word in words]
    if not words:
        return Found([])
    rows = _matches(db, [_all(words, ""), _all(words, "*")])
    loosely = not rows
    if loosely:
        rows = _matches(db, [" OR ".join(f'"{word}"*' for word in words if len(word) > 1)])
    hits = sorted((_hit(row, words) for row in rows), key=lambda h: (-h.score, h.title, h.address))
    return Found(hits[:limit], len(hits) > limit, loosely and bool(hits))


def _all(words: Sequence[str], star: str) -> str:
    """All words, the last one whole or, with a star, as a beginning of at least two letters."""
    last = f'"{words[-1]}"{star if len(words[-1]) > 1 else ""}'
    return " AND ".join([*(f'"{word}"' for word in words[:-1]), last])


def _matches(db: sqlite3.Connection, questions: Sequence[str]) -> list[sqlite3.Row]:
    """Ask one question after the other until enough is found to rank."""
    rows: dict[str, sqlite3.Row] = {}
    for question in questions:
        if question and len(rows) < LOOKED_AT:
            for row in db.execute(MATCHES, [question, LOOKED_AT]):
                rows.setdefault(row["ref"], row)
    return list(rows.values())


def _hit(row: sqlite3.Row, words: Sequence[str]) -> Hit:
    """Score a match: whole words of its name, then beginnings, a short name before a long one."""
    names = re.findall(r"\w+", row["title"].lower())
    whole = sum(word in names for word in words)
    begun = sum(any(name.startswith(word) for name in names) for word in words)
    share = begun / max(1, len(names))
    score = 3 * whole + 2 * begun + 4 * share + row["rank_weight"] / 2
    return Hit(row["kind"], row["ref"], row["title"], score)
