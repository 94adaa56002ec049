"""Tables of one PDF page: regions read, and turned into cells with their boxes."""

from collections.abc import Sequence

from portal.extract.describe import NOTE
from portal.extract.model import Box, Cell, Table
from portal.extract.pdf_charts import is_chart
from portal.extract.pdf_choose import Choice, chosen, with_opinions
from portal.extract.pdf_find import Region, is_table, near_rules, regions_of
from portal.extract.pdf_grid import Grid, Part
from portal.extract.pdf_lines import Line, box_of, lines_of
from portal.extract.pdf_model import Page
from portal.extract.pdf_opinions import Opinions

MOST_NOTES = 12


def page_tables(page: Page, opinions: Opinions | None = None) -> list[Table]:
    """Return the tables of one page, from top to bottom; others are asked of doubtful ones."""
    found: list[Table] = []
    choices = [(region, _read(page, region, opinions)) for region in regions_of(page)]
    kept = [(region, choice) for region, choice in choices if _is_kept(region, choice.grid)]
    taken = {id(w) for region, _ in kept for w in region.words}
    around = lines_of([w for w in page.words if id(w) not in taken], page.rules)
    for index, (region, choice) in enumerate(kept, 1):
        found.append(_table(page, index, region, choice, around))
    return found


def _read(page: Page, region: Region, opinions: Opinions | None) -> Choice:
    choice = chosen(region.words, region.rules)
    if opinions and choice.doubts and not is_chart(choice.grid):
        return with_opinions(choice, opinions.of(page, region.words))
    return choice


def box_table(page: Page, box: Box) -> Table | None:
    """Read what stands in one box of a page as one table; None when nothing does."""
    inside = []
    for word in page.words:
        left, top, right, bottom = page.shown((word.left, word.top, word.right, word.bottom))
        x, y = (left + right) / 2, (top + bottom) / 2
        if box[0] - 2 <= x <= box[2] + 2 and box[1] - 2 <= y <= box[3] + 2:
            inside.append(word)
    if not inside:
        return None
    rules = near_rules(page, box_of(inside))
    choice = chosen(inside, rules)
    region = Region(tuple(inside), rules, False)
    return _table(page, 1, region, choice, [], split=False)


def _is_kept(region: Region, grid: Grid) -> bool:
    if region.ruled and grid.reader == "text" and not is_table(lines_of(region.words)):
        return False  # a frame, not a field of lines
    return grid.columns >= 2 and grid.rows >= 2 and len(grid.parts) >= 4 and not is_chart(grid)


def _table(
    page: Page,
    index: int,
    region: Region,
    choice: Choice,
    around: list[Line],
    *,
    split: bool = True,
) -> Table:
    grid = choice.grid
    box = box_of(region.words)
    top, cells_of, bottom, skipped = _split_off(grid) if split else ([], grid.parts, [], 0)
    title = " ".join([*_title(around, box), *(p.text for p in top)])
    notes = [*(p.text for p in bottom), *_notes(around, box)]
    return Table(
        place=str(page.number),
        index=index,
        page=page.number,
        box=page.shown(box),
        cells=tuple(_cell(page, p, skipped) for p in cells_of),
        header_rows=max(grid.head - skipped, 0),
        title=title,
        notes=tuple(notes),
        reader=f"{'ocr, ' if page.scanned else ''}{grid.reader}",
        confidence=round(choice.confidence, 3),
        doubts=choice.doubts,
    )


def _cell(page: Page, part: Part, skipped: int) -> Cell:
    box = page.shown(part.box)
    sure = min((w.confidence for w in part.words), default=1.0)
    place = f"p. {page.number}: {box[0]:.0f},{box[1]:.0f},{box[2]:.0f},{box[3]:.0f}"
    return Cell(
        part.row - skipped, part.column, part.text, part.row_span, part.column_span,
        box, place, page.number, sure,
    )  # fmt: skip


def _split_off(grid: Grid) -> tuple[list[Part], list[Part], list[Part], int]:
    """Part a title above and notes below, set across the whole table, from its cells."""
    rows: dict[int, list[Part]] = {}
    for part in grid.parts:
        rows.setdefault(part.row, []).append(part)
    numbers = sorted(rows)
    top: list[Part] = []
    bottom: list[Part] = []
    while len(numbers) > 2 and _across(rows[numbers[0]], grid):
        top += rows[numbers.pop(0)]
    while len(numbers) > 2 and _is_note(rows[numbers[-1]], grid):
        bottom = rows[numbers.pop()] + bottom
    kept = [p for n in numbers for p in rows[n]]
    return top, kept, bottom, numbers[0] if numbers else 0


def _across(parts: list[Part], grid: Grid) -> bool:
    return len(parts) == 1 and parts[0].column_span >= grid.columns and parts[0].row_span == 1


def _is_note(parts: list[Part], grid: Grid) -> bool:
    if len(parts) != 1 or parts[0].column > 0:
        return False
    text = parts[0].text
    wide = parts[0].column_span >= max(2, grid.columns - 1)
    return wide and (bool(NOTE.match(text)) or len(text.split()) >= 8)


def _title(around: Sequence[Line], box: Box) -> list[str]:
    """Return the lines that stand right above a table as its title."""
    above = [x for x in around if x.base < box[1] + 2 and _beside(x, box)]
    found: list[str] = []
    edge = box[1]
    for line in reversed(above):
        size = max(line.size, 6.0)
        if edge - line.bottom > (2.4 if not found else 0.6) * size or len(found) == 3:
            break
        found.insert(0, " ".join(p.text for p in line.pieces))
        edge = line.top
        if found[0].lower().startswith(("table", "figure", "annex", "chart", "exhibit")):
            return found
    if found and len(found) == 1 and len(found[0].split()) <= 20:
        return found
    return found[-1:] if found and len(found[-1].split()) <= 14 else []


def _beside(line: Line, box: Box) -> bool:
    return line.pieces[0].left < box[2] and line.pieces[-1].right > box[0]


def _notes(around: Sequence[Line], box: Box) -> list[str]:
    """Return the lines below a table from the first that begins as a note does."""
    below = [x for x in around if x.base > box[3] - 2 and _beside(x, box)]
    found: list[str] = []
    edge = box[3]
    for line in below[:MOST_NOTES]:
        text = " ".join(p.text for p in line.pieces)
        begins = bool(NOTE.match(text)) or line.pieces[0].words[0].raised
        close = line.top - edge <= (3.0 if begins else 0.5) * max(line.size, 9.0)
        if not close or (not begins and not found):
            break
        if begins:
            found.append(text)
        else:
            found[-1] += f" {text}"
        edge = line.bottom
    return found
