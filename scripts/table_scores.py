"""Adjacency relations as in the ICDAR 2013 Table Competition, and its ground truth files."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

Box = tuple[float, float, float, float]
Relations = Counter[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell: where it begins, how far it reaches, and its text."""

    row: int
    column: int
    row_span: int
    column_span: int
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """How many relations are right, stated and found."""

    right: int
    found: int
    stated: int

    @property
    def recall(self) -> float:
        """The part of the stated relations that was found."""
        return self.right / self.stated if self.stated else 1.0

    @property
    def precision(self) -> float:
        """The part of the found relations that is right; nothing found is 0 of what is stated."""
        return self.right / self.found if self.found else float(not self.stated)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


def normal(text: str) -> str:
    """Return the text without any white space."""
    return re.sub(r"\s+", "", text)


def relations(spots: Iterable[Spot]) -> Relations:
    """Return each pair of neighbouring non-empty cells, once, with its direction.

    Empty cells are skipped; a cell over several rows has a neighbour in each of them.
    """
    full = [s for s in spots if normal(s.text)]
    taken: dict[tuple[int, int], int] = {}
    for number, spot in enumerate(full):
        for row in range(spot.row, spot.row + spot.row_span):
            for column in range(spot.column, spot.column + spot.column_span):
                taken.setdefault((row, column), number)
    pairs = {*_pairs(taken, "right"), *_pairs(taken, "down")}
    return Counter((normal(full[a].text), normal(full[b].text), way) for a, b, way in pairs)


def _pairs(taken: dict[tuple[int, int], int], way: str) -> Iterator[tuple[int, int, str]]:
    line = 0 if way == "right" else 1
    order = sorted(taken, key=lambda at: (at[line], at[1 - line]))
    for one, other in itertools.pairwise(order):
        if one[line] == other[line] and taken[one] != taken[other]:
            yield taken[one], taken[other], way


def score(found: Iterable[Relations], stated: Iterable[Relations]) -> Score:
    """Compare all tables of one document, each relation counted as often as it is stated."""
    ours: Relations = sum(found, Counter())
    theirs: Relations = sum(stated, Counter())
    return Score((ours & theirs).total(), ours.total(), theirs.total())


def stated_tables(path: Path) -> list[list[Spot]]:
    """Read the cells of every table in a NAME-str.xml."""
    return [
        [spot for region in table.iter("region") for spot in _spots(region)]
        for table in ElementTree.parse(path).getroot().iter("table")
    ]


def _spots(region: ElementTree.Element) -> Iterator[Spot]:
    down, right = int(region.get("row-increment", 0)), int(region.get("col-increment", 0))
    for cell in region.iter("cell"):
        row, column = int(cell.get("start-row", 0)), int(cell.get("start-col", 0))
        last_row = int(cell.get("end-row", row))
        last_column = int(cell.get("end-col", column))
        text = "".join(cell.findtext("content") or "")
        yield Spot(row + down, column + right, last_row - row + 1, last_column - column + 1, text)


def stated_regions(path: Path) -> list[tuple[int, Box]]:
    """Read page and box (left, bottom, right, top in points) of each region of a NAME-reg.xml."""
    return [
        (int(region.get("page", 1)), _box(region))
        for table in ElementTree.parse(path).getroot().iter("table")
        for region in table.iter("region")
    ]


def _box(region: ElementTree.Element) -> Box:
    box = region.find("bounding-box")
    assert box is not None
    x1, y1, x2, y2 = (float(box.get(name, 0)) for name in ("x1", "y1", "x2", "y2"))
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
