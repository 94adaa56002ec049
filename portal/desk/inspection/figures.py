"""What the visible cells themselves demand: persons, small counts, doubtful numbers, formulas."""

import re
from collections.abc import Iterable

from stdnum.gb import nhs

from portal.desk.inspection import numbers, pii, spans
from portal.desk.inspection.findings import Report
from portal.desk.inspection.tables import STARTS_A_FORMULA, Cell, Table, is_signed_number
from portal.extract import unseen

_HEADER_ROWS = 12
_NAME_HEADER = re.compile(
    r"(?:(?:full|first|last|middle|given|family|preferred|known|officer'?s?|staff|employee'?s?|"
    r"requester'?s?|complainant'?s?|contact|applicant'?s?|victim'?s?|suspect'?s?|patient'?s?|"
    r"customer'?s?|detainee'?s?|person'?s?|client'?s?|child'?s?|member'?s?|author'?s?) )?"
    r"(?:name|names|surname|surnames|forename|forenames|initials?)"
    r"|officer|complainant|requester|applicant|victim|suspect|witness|detainee|claimant|author"
    r"|case ?worker|investigator|line manager|contact",
    re.I,
)
_SURE_NAME = re.compile(
    r"surname|forename|first|last|full|given|family|initial|officer|"
    r"complainant|requester|applicant|victim|suspect|witness|detainee",
    re.I,
)
_MARKUP = re.compile(
    r"<\s*[a-z/!]|\{\{|\}\}|\$\{|<%|%>|--\s*$|/\*|;\s*(?:drop|delete|select|insert|update)\b"
    r"|\b(?:drop|alter|create)\s+table\b|\bunion\s+select\b|\]\s*;|javascript:|[\x00-\x08`]",
    re.I,
)
_RESERVED = {"rowid", "oid", "_rowid_", "select", "drop", "__proto__", "constructor"}
PROSE_LETTERS, PROSE_WORDS = 45, 8


def judge(table: Table, report: Report) -> Table:
    """Note what the cells hold; return the table with held cells marked and emptied."""
    table = _without_unseen(table, report)
    headers = _headers(table)
    held: dict[Cell, str] = {}
    if not table.prose:
        _formulas(table, report)
        _injected_headers(table, report)
        _free_text(table, headers, held, report)
        _names(table, headers, held, report)
        numbers.ambiguous(table, report)
        numbers.small_counts(table, headers, report)
    elif any(_is_formula(cell.text) for cell in table.cells):
        report.add("formula_injection", table.place)
    _persons(table, headers, held, report)
    if not held:
        return table
    cells = [
        Cell(cell.row, cell.column, "", held[cell]) if cell in held else cell
        for cell in table.cells
    ]
    return Table(table.place, cells, table.prose)


def _without_unseen(table: Table, report: Report) -> Table:
    """Note letters that nobody sees, and return the table without them."""
    odd = [
        cell
        for cell in table.cells
        if not cell.text.isascii() and unseen.shown(cell.text) != cell.text
    ]
    if not odd:
        return table
    telling = [cell for cell in odd if unseen.tells(cell.text)]
    others = [cell for cell in odd if unseen.count(cell.text) and cell not in telling]
    for cells, outcome in ((telling, ""), (others, "accept_stripped")):
        if cells:
            place = f"{table.place}, {spans.of_cells('', cells)}, unseen letters"
            report.add("hidden_text", place, sum(unseen.count(c.text) for c in cells), outcome)
    cells = [cell._replace(text=unseen.shown(cell.text)) for cell in table.cells]
    return Table(table.place, [cell for cell in cells if cell.text.strip()], table.prose)


def _headers(table: Table) -> dict[int, str]:
    """Return what stands above each column: the words in its first rows."""
    headers: dict[int, str] = {}
    if table.prose:
        return headers
    first_row = min((cell.row for cell in table.cells), default=1)
    top = [cell for cell in table.cells if cell.row <= _HEADER_ROWS or cell.row == first_row]
    for cell in top:
        short = len(cell.text) <= 60 and not any(letter.isdigit() for letter in cell.text[:1])
        head = cell.row <= _HEADER_ROWS and (cell.column > 1 or cell.row > 1)
        if head and cell.column not in headers and short:
            headers[cell.column] = cell.text.strip()
    for cell in top:
        if cell.row == first_row and len(cell.text) <= 60 and cell.column == 1:
            headers.setdefault(1, cell.text.strip())
            if not any(c.row == first_row and c.column > 1 for c in table.cells[:50]):
                continue
            headers[1] = cell.text.strip()
    return headers


def _persons(table: Table, headers: dict[int, str], held: dict[Cell, str], report: Report) -> None:
    """Find identifiers cell by cell; a row of a table that identifies someone is held whole."""
    found: dict[str, list[Cell]] = {}
    kinds: dict[Cell, frozenset[str]] = {}
    for cell in table.cells:
        if len(cell.text) < 5 or (cell in held and held[cell] == "name"):
            continue
        if len(cell.text) < 9 and cell.text.isdigit():
            continue
        seen = pii.kinds(cell.text, headers.get(cell.column, ""))
        if seen:
            kinds[cell] = seen
            for kind in seen:
                found.setdefault(kind, []).append(cell)
    _number_columns(table, kinds, found)
    for kind, cells in found.items():
        place = f"{table.place}, {kind}, {spans.of_cells('', cells)}"
        report.add("pii", place, len(cells))
    rows = {cell.row for cell in kinds} | {c.row for c, why in held.items() if why == "name"}
    for cell in table.cells:
        if cell in kinds or (not table.prose and cell.row in rows):
            held[cell] = "pii"


def _number_columns(
    table: Table, kinds: dict[Cell, frozenset[str]], found: dict[str, list[Cell]]
) -> None:
    """Find a column of ten digits that pass the NHS check far more often than chance."""
    for cells in table.columns().values():
        tens = [cell for cell in cells if len(cell.text) == 10 and cell.text.isdigit()]
        if len(tens) < 5:
            continue
        good = [cell for cell in tens if nhs.is_valid(cell.text)]
        if len(good) > len(tens) * 0.6:
            for cell in good:
                if cell not in kinds:
                    kinds[cell] = frozenset({"nhs"})
                    found.setdefault("nhs", []).append(cell)


def _free_text(
    table: Table, headers: dict[int, str], held: dict[Cell, str], report: Report
) -> None:
    """Hold columns of running text: nobody can tell by program whom they name."""
    for _column, cells in table.columns().items():
        texts = [cell for cell in cells if _has_letters(cell.text)]
        prose = [cell for cell in texts if _is_prose(cell.text)]
        if len(prose) >= 3 and len(prose) >= len(texts) * 0.3:
            place = f"{table.place}, {spans.of_cells('hidden_column', [cells[0]])}"
            report.add("free_text", place, len(prose))
            first = min(cell.row for cell in cells)
            for cell in texts:
                if cell.row > first or _is_prose(cell.text):
                    held[cell] = "free_text"


def _has_letters(text: str) -> bool:
    return not text.isdigit() and any(letter.isalpha() for letter in text)


def _is_prose(text: str) -> bool:
    words = text.split()
    ends = text.rstrip()[-1:] in ".!?" and len(words) >= 4
    return ends or (len(text) >= PROSE_LETTERS and len(words) >= PROSE_WORDS)


def _names(table: Table, headers: dict[int, str], held: dict[Cell, str], report: Report) -> None:
    """Hold columns whose header or cells say that they are names of persons."""
    for column, cells in table.columns().items():
        header = headers.get(column, "")
        below = [cell for cell in cells if cell.text.strip() != header]
        alike = [c for c in below if not c.text.isdigit() and pii.looks_like_a_name(c.text)]
        says = bool(_NAME_HEADER.fullmatch(header))
        sure = says and bool(_SURE_NAME.search(header))
        commas = [cell for cell in alike if re.fullmatch(r"\S+, \S+", cell.text.strip())]
        mostly = len(alike) >= 3 and len(alike) > len(below) * 0.6 and says
        listed = len(commas) >= 3 and len(commas) > len(below) * 0.5
        words = [c for c in below if c.text.strip().isalpha() or c in alike]
        if (sure and words) or mostly or listed:
            named = words if sure else alike
            report.add("pii", f"{table.place}, name, {spans.of_cells('', named)}", len(named))
            for cell in named:
                held[cell] = "name"


def _formulas(table: Table, report: Report) -> None:
    risky = [cell for cell in table.cells if _is_formula(cell.text)]
    if risky:
        place = f"{table.place}, {spans.of_cells('', risky)}"
        report.add("formula_injection", place, len(risky))


def _is_formula(text: str) -> bool:
    """Tell a cell that a spreadsheet runs; -n/a, +44 numbers and dashes are ordinary text."""
    if text[:1].isalnum():
        return False
    if text[:1] == "'":
        return False  # a spreadsheet takes the rest for text
    bare = text.lstrip(" \u00a0\ufeff\"'")
    if not bare or bare[0] not in STARTS_A_FORMULA.replace("|", "").replace("%", ""):
        return bare[:1] in ("|", "%") and len(bare) > 1 and not bare[1:2].isspace()
    if is_signed_number(bare) or bare.lstrip("-+ ") == "":
        return False
    if bare[0] in "+-＋－":
        return bool(re.search(r"[(=!|&^*]|[\d.)]\s*[+*/^\-]\s*[\d(A-Z]", bare[1:])) and not (
            re.fullmatch(r"\+?[\d\s()\-]{9,20}", bare)
        )
    return len(bare) > 1


def _injected_headers(table: Table, report: Report) -> None:
    if not table.cells:
        return
    first = min(cell.row for cell in table.cells)
    header = [cell for cell in table.cells if cell.row == first]
    bad = [cell for cell in header if _MARKUP.search(cell.text)]
    bad += [cell for cell in header if cell.text.strip().casefold() in _RESERVED]
    exact = {cell.text.strip() for cell in header}
    folded = {text.casefold() for text in exact}
    if bad or (len(folded) < len(exact) and len(header) > 2):
        report.add("header_injection", f"{table.place}, row {first}", max(1, len(bad)))


def blocked(cells: Iterable[Cell]) -> int:
    """Count cells that are held back."""
    return sum(1 for cell in cells if cell.held)
