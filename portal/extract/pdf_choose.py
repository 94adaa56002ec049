"""Several readings of one region, and the checks that choose between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.extract.pdf_grid import Grid, Part, text_grid
from portal.extract.pdf_lattice import ruled_grid
from portal.extract.pdf_lines import lines_of
from portal.extract.pdf_model import Rule, Word


@dataclass(frozen=True, slots=True)
class Checks:
    """What speaks against a reading: cells that hold two columns' or two rows' worth of text."""

    cells: int
    side_by_side: int
    stacked: int
    broken: int

    @property
    def faults(self) -> float:
        """The share of cells that look wrong."""
        return (self.side_by_side + self.stacked + self.broken) / max(self.cells, 1)


def checks_of(grid: Grid) -> Checks:
    """Look at each cell: numbers beside or under each other in one cell, or words cut apart."""
    side = sum(_side_by_side(p) for p in grid.parts)
    stacked = sum(_stacked(p) for p in grid.parts)
    return Checks(len(grid.parts), side, stacked, 0)


def _side_by_side(part: Part) -> bool:
    """True when a line of the cell has pieces far apart."""
    return any(len(line.pieces) > 1 for line in lines_of(part.words))


def _stacked(part: Part) -> bool:
    """True when several lines of the cell are a number each."""
    lines = lines_of(part.words)
    return len(lines) > 1 and sum(all(p.numeric for p in x.pieces) for x in lines) > 1


def best_grid(words: Sequence[Word], rules: Sequence[Rule]) -> Grid:
    """Read a region by its text and by its ruled lines, and return the better reading."""
    by_text = text_grid(words, rules)
    by_rules = ruled_grid(words, rules) if words else None
    if by_rules is None or by_rules.columns < 2 or by_rules.rows < 2:
        return by_text
    return by_rules if checks_of(by_rules).faults <= 0.04 else by_text
