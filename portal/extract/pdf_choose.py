"""Several readings of one region, and the checks that choose between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.extract.pdf_columns import cuts
from portal.extract.pdf_grid import Grid, Part, text_grid
from portal.extract.pdf_lattice import ruled_grid
from portal.extract.pdf_lines import Line, lines_of
from portal.extract.pdf_model import Rule, Word

MOST_FAULTS = 0.04
AGREED = 0.8


@dataclass(frozen=True, slots=True)
class Choice:
    """The reading that was chosen, how sure it is, and what speaks against it."""

    grid: Grid
    confidence: float
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """What speaks against a reading."""

    cells: int
    side_by_side: int  # cells that hold pieces far apart on one line
    stacked: int  # cells that hold several figures above each other
    lost: int  # words in no cell
    mixed: int  # cells that are no figure in a column of figures

    @property
    def faults(self) -> float:
        """The share of cells that look wrong; a lost word always counts as many."""
        return (self.side_by_side + self.stacked + 5 * self.lost) / max(self.cells, 1)


def checks_of(grid: Grid) -> Checks:
    """Look at each cell, at the columns, and at the words that are in no cell."""
    side = sum(_side_by_side(p) for p in grid.parts)
    stacked = sum(_stacked(p) for p in grid.parts)
    lost = len(grid.words) - sum(len(p.words) for p in grid.parts)
    return Checks(len(grid.parts), side, stacked, max(lost, 0), _mixed(grid))


def _side_by_side(part: Part) -> bool:
    lines = lines_of(part.words)
    parted = [line for line in lines if len(line.pieces) > 1]
    if any(sum(p.numeric for p in line.pieces) > 1 for line in parted):
        return True
    # Text set to both margins has a wide gap here and there: one in several lines is no fault.
    return any(
        sum(_parts_at(line, cut) for line in parted) >= max(min(len(lines), 2), 0.7 * len(lines))
        for cut in cuts(lines)
    )


def _parts_at(line: Line, cut: float) -> bool:
    left = any(p.right <= cut for p in line.pieces)
    return left and any(p.left >= cut for p in line.pieces)


def _stacked(part: Part) -> bool:
    lines = lines_of(part.words)
    return len(lines) > 1 and sum(all(p.numeric for p in x.pieces) for x in lines) > 1


def _mixed(grid: Grid) -> int:
    """Count the cells that are text in columns that are figures for the most part."""
    columns: dict[int, list[bool]] = {}
    for part in grid.parts:
        if part.row >= grid.head and part.column > 0 and part.column_span == 1:
            figure = len(part.pieces) == 1 and part.pieces[0].numeric
            columns.setdefault(part.column, []).append(figure)
    return sum(
        len(found) - sum(found)
        for found in columns.values()
        if len(found) >= 4 and sum(found) >= 0.8 * len(found)
    )


def chosen(words: Sequence[Word], rules: Sequence[Rule]) -> Choice:
    """Read a region by its text and by its ruled lines; keep the better, with its doubts."""
    by_text = text_grid(words, rules)
    by_rules = ruled_grid(words, rules) if words else None
    if by_rules is None or by_rules.columns < 2 or by_rules.rows < 2:
        return _judged(by_text, None)
    if checks_of(by_rules).faults <= MOST_FAULTS:
        return _judged(by_rules, by_text)
    return _judged(by_text, None)


def with_opinions(choice: Choice, others: Sequence[Grid]) -> Choice:
    """Say how far other readers agree with a doubtful reading.

    They never replace it: on the ICDAR documents held out, letting the reader with the fewest
    faults win made the whole worse (F1 0.947 instead of 0.955).
    """
    if not others:
        return choice
    agreement = max(_agreement(choice.grid, grid) for grid in others)
    sure = choice.confidence * (0.5 + 0.5 * agreement)
    if agreement >= AGREED:
        return replace(choice, confidence=sure)
    told = f"Other readers agree with {agreement:.0%} of the cells at most."
    return replace(choice, confidence=sure, doubts=(*choice.doubts, told))


def _agreement(one: Grid, other: Grid) -> float:
    """Return the share of cells of one reading that the other has too, wherever they stand."""
    texts = [p.text for p in other.parts]
    return sum(p.text in texts for p in one.parts) / max(len(one.parts), 1)


def best_grid(words: Sequence[Word], rules: Sequence[Rule]) -> Grid:
    """Return the better reading of a region."""
    return chosen(words, rules).grid


def _judged(grid: Grid, other: Grid | None) -> Choice:
    checks = checks_of(grid)
    doubts = []
    if checks.lost:
        doubts.append(f"{checks.lost} words of the region are in no cell.")
    if checks.side_by_side:
        doubts.append(f"{checks.side_by_side} cells hold pieces that stand apart.")
    if checks.stacked:
        doubts.append(f"{checks.stacked} cells hold several figures above each other.")
    if checks.mixed:
        doubts.append(f"{checks.mixed} cells are no figure in a column of figures.")
    if other and (other.columns, other.rows) != (grid.columns, grid.rows):
        doubts.append(
            f"Lines and text disagree: {grid.rows} rows of {grid.columns} by the ruled lines, "
            f"{other.rows} of {other.columns} by the text."
        )
    sure = max(0.0, 1.0 - checks.faults - 0.1 * checks.mixed / max(checks.cells, 1))
    scanned = min((w.confidence for w in grid.words), default=1.0)
    return Choice(grid, sure * (0.5 + 0.5 * scanned), tuple(doubts))
