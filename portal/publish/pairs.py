"""Pairs of snapshots: what a publisher's later file says otherwise than the one before it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.publish.state import Row, State

# What may have become of a figure, in the order in which pages tell it.
KINDS = ("changed", "withdrawn", "blank_became_zero", "new_in_old_period", "new_period")
BLANK = "blank became zero"
PREFIX = 12


@dataclass(slots=True)
class Pair:
    """Two snapshots of one publication that follow each other, and what differs between them."""

    source: str
    feed: str
    old: str
    new: str
    position: int
    known: int
    figures: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Both hashes, as the address of the pair's page has them."""
        return f"{self.old[:PREFIX]}-{self.new[:PREFIX]}"

    def count(self, kind: str) -> int:
        """How many figures became that."""
        return len(self.figures.get(kind, ()))


@dataclass(slots=True)
class _Feed:
    """What is known of a publication while its imports are walked through."""

    snapshot: str = ""
    reach: str = ""
    alive: set[str] = field(default_factory=set)


def pairs(state: State) -> list[Pair]:
    """Compare each import of a scraped publication with the snapshot before it.

    A second reading of the same bytes makes no pair; what nobody has approved is in none.
    """
    figures = {figure["id"]: figure for figure in state.figures}
    read: dict[int, list[Mapping[str, Any]]] = {}
    for revision in state.revisions:
        read.setdefault(revision["import"], []).append(revision)
    feeds: dict[str, _Feed] = {}
    found: dict[tuple[str, str], Pair] = {}
    for given in state.imports:
        source, _, name = given["name"].partition("/")
        if state.words["source"].get(source, {}).get("kind") != "scraped":
            continue
        feed = feeds.setdefault(given["name"], _Feed())
        said = read.get(given["id"], [])
        before, now = feed.snapshot, given["snapshot"]
        if said and before and before != now:
            fresh = Pair(source, name, before, now, len(found) + 1, len(feed.alive))
            pair = found.setdefault((before, now), fresh)
            for revision in said:
                kind = _kind(revision, figures[revision["observation"]], feed.reach)
                figure = (revision["observation"], revision["revision"])
                pair.figures.setdefault(kind, []).append(figure)
        _follow(feed, now, said, figures)
    return list(found.values())


def _kind(revision: Mapping[str, Any], figure: Mapping[str, Any], reach: str) -> str:
    if revision["revision"] == 1:
        return "new_in_old_period" if figure["end"] <= reach else "new_period"
    if revision["status"] == "withdrawn":
        return "withdrawn"
    return "blank_became_zero" if revision["explanation"] == BLANK else "changed"


def _follow(
    feed: _Feed, snapshot: str, said: list[Mapping[str, Any]], figures: Mapping[str, Any]
) -> None:
    feed.snapshot = snapshot
    for revision in said:
        gone = revision["status"] == "withdrawn"
        (feed.alive.discard if gone else feed.alive.add)(revision["observation"])
        feed.reach = max(feed.reach, figures[revision["observation"]]["end"])


def pair_rows(found: list[Pair]) -> Iterator[Row]:
    """Yield rows of the table `comparisons`."""
    for each in found:
        yield (
            each.id, each.source, each.feed, each.old, each.new, each.position, each.known,
            *(each.count(kind) for kind in KINDS),
        )  # fmt: skip


def pair_figures(found: list[Pair]) -> Iterator[Row]:
    """Yield rows of `comparison_figures`; figures of new periods are counted, not listed."""
    for each in found:
        for position, kind in enumerate(KINDS[:-1], 1):
            # A publisher may go back and forth between two files: the newest change stands.
            newest = dict(sorted(each.figures.get(kind, [])))
            for observation, revision in newest.items():
                yield each.id, observation, revision, kind, position


def counts(found: list[Pair]) -> Counter[str]:
    """How many figures became what, over all pairs."""
    return Counter({kind: sum(each.count(kind) for each in found) for kind in KINDS})
