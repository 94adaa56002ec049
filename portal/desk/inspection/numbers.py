"""Printed numbers that can be read in two ways, and counts so small that they point at persons."""

import re
from datetime import date

from portal.desk.inspection import spans
from portal.desk.inspection.findings import Report
from portal.desk.inspection.tables import Cell, Table

_COMMA_THOUSANDS = re.compile(r"-?£?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DOT_GROUP = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_COMMA_DECIMAL = re.compile(r"-?\d+,\d{1,2}|-?\d{1,3}(?:\.\d{3})+,\d+")
_SPACE_GROUP = re.compile(r"-?\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+")
_NOTED = re.compile(r"\d[\d,.]*\s?(?:\[\w{1,3}\]|\(\w\)|\*+|[a-z]|[†‡§¹²³])")
_BRACKETED = re.compile(r"\(\d[\d,.]*\)")
_ABOUT = re.compile(r"[~≈]\s?\d[\d,.]*|(?:c\.|circa|approx\.?|about)\s?\d[\d,.]*", re.I)
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_ODD_DIGITS = re.compile(r"[٠-٩۰-۹०-९０-９]|\d[OolI]\d|\d+[eE][+\-]?\d+|0x[0-9a-f]+")
_TRAPS = (
    ("thousands written with a dot", _DOT_GROUP),
    ("decimal comma", _COMMA_DECIMAL),
    ("blank inside a number", _SPACE_GROUP),
    ("mark beside a number", _NOTED),
    ("brackets for minus", _BRACKETED),
    ("about", _ABOUT),
    ("unusual digits", _ODD_DIGITS),
)
_PLAIN = re.compile(r"-?£?\d[\d,]*(?:\.\d+)?%?")
_MARKS = re.compile(r"[*~cxz:\-–—]|\[\w{1,4}\]|\.\.|<\s?\d{1,2}|(?:fewer|less) than \w+|suppressed", re.I)
_SUPPRESSED = re.compile(r"\*|\[?c\]?|<\s?\d{1,2}|(?:fewer|less) than \w+|suppressed|redacted", re.I)

_PERSONS = re.compile(
    r"\b(?:persons?|people|individuals?|detain\w*|detention\w*|arrest\w*|stopped|stops?|searched"
    r"|victims?|suspects?|offenders?|children|child|juveniles?|under ?-?1[0-8]|aged?\b|patients?|deaths?"
    r"|died|suicides?|officers?|staff|employees?|prisoners?|pupils?|students?|complainants?|claimants?"
    r"|males?|females?|m[ae]n\b|wom[ae]n\b|gender|sex\b|ethnic\w*|asylum|migrants?|applicants?|convict\w*"
    r"|charged|cautioned|dismissed|dismissals|sacked|disciplin\w*|injur\w*|referr\w*|casualt\w*"
    r"|missing|residents?|households?|claims?|cases?|sentenced|deported|removed|sectioned|admissions?)\b",
    re.I,
)
_SENSITIVE = re.compile(
    r"\b(?:health|mental|ethnic\w*|asian|black|white|mixed|child\w*|juvenile\w*|under ?-?1[0-8]|minors?"
    r"|pupils?|young|youth|sexual|gay|lesbian|bisexual|trans\w*|immigra\w*|asylum|nationalit\w*|religio\w*"
    r"|muslim|jewish|disab\w*|pregnan\w*|suicid\w*|hiv)\b",
    re.I,
)
_SMALL, _SMALL_SENSITIVE = 4, 9


def ambiguous(table: Table, report: Report) -> None:
    """Note columns in which a printed number or date can be read in more than one way."""
    for cells in table.columns().values():
        texts = [cell for cell in cells if cell.text[:1].isdigit() or cell.text[:1] in "-(~≈£<c"]
        doubtful = _doubtful_numbers(texts) + _doubtful_dates(texts)
        if doubtful:
            place = f"{table.place}, {spans.of_cells('', doubtful)}"
            report.add("ambiguous_number", place, len(doubtful))


def _doubtful_numbers(cells: list[Cell]) -> list[Cell]:
    plain = [cell for cell in cells if _PLAIN.fullmatch(cell.text.strip())]
    found = []
    for name, pattern in _TRAPS:
        matching = [cell for cell in cells if pattern.fullmatch(cell.text.strip())]
        if name == "thousands written with a dot":
            # 1.204 alone may be a share; beside 1,204 or whole numbers it may be a thousand
            others = [c for c in plain if c not in matching and "." not in c.text]
            matching = matching if others else []
        if name == "mark beside a number" and len(matching) > len(cells) * 0.8:
            matching = [c for c in matching if not re.fullmatch(r"\d{1,2}[a-z]", c.text.strip())]
        if matching and (plain or len(matching) > 1 or name == "unusual digits"):
            found += matching
    return found


def _doubtful_dates(cells: list[Cell]) -> list[Cell]:
    slashed = [(c, m) for c in cells if (m := _SLASHED.fullmatch(c.text.strip()))]
    iso = [(c, m) for c in cells if (m := _ISO.fullmatch(c.text.strip()))]
    bad = [c for c, m in iso if not _is_date(int(m[1]), int(m[2]), int(m[3]))]
    first = {int(m[1]) > 12 for _, m in slashed}
    second = {int(m[2]) > 12 for _, m in slashed}
    if True in first and True in second:
        bad += [cell for cell, _ in slashed]
    for cell, m in slashed:
        year = int(m[3]) if len(m[3]) == 4 else 2000 + int(m[3])
        days = _is_date(year, int(m[2]), int(m[1])) or _is_date(year, int(m[1]), int(m[2]))
        if not days or len(m[3]) == 2 and len({len(n[3]) for _, n in slashed}) > 1:
            bad.append(cell)
    if slashed and iso:
        bad += [cell for cell, _ in slashed]
    serial = [c for c in cells if re.fullmatch(r"[34]\d{4}", c.text.strip())]
    if serial and (slashed or iso):
        bad += serial
    return bad


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def small_counts(table: Table, headers: dict[int, str], report: Report) -> None:
    """Note counts of persons from 1 to 4, and withheld ones which the totals give away."""
    words = " ".join(cell.text for cell in table.cells if not cell.text[:1].isdigit())[:20_000]
    counts = {(c.row, c.column): int(c.text) for c in table.cells if _is_count(c.text)}
    marks = [c for c in table.cells if _SUPPRESSED.fullmatch(c.text.strip())]
    persons = bool(_PERSONS.search(words))
    if not persons and not marks:
        return
    most = _SMALL_SENSITIVE if _SENSITIVE.search(words) else _SMALL
    first_row = min((row for row, _ in counts), default=0)
    small = [
        cell
        for cell in table.cells
        if 0 < counts.get((cell.row, cell.column), 0) <= most
        and cell.row >= first_row
        and not _is_numbering(cell, table)
    ]
    if small:
        report.add("small_count", f"{table.place}, {spans.of_cells('', small)}", len(small))
    given = [cell for cell in marks if _recoverable(cell, counts)]
    if given:
        place = f"{table.place}, {spans.of_cells('', given)} follow from totals"
        report.add("small_count", place, len(given))


def _is_count(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) < 10


def _is_numbering(cell: Cell, table: Table) -> bool:
    """Tell a column that only numbers its rows: 1, 2, 3."""
    column = [c.text for c in table.cells if c.column == cell.column and _is_count(c.text)]
    return len(column) >= 3 and [int(t) for t in column] == list(range(1, len(column) + 1))


def _recoverable(cell: Cell, counts: dict[tuple[int, int], int]) -> bool:
    """Tell whether a withheld cell is the only unknown of its row's or its column's total."""
    row = [n for (r, c), n in counts.items() if r == cell.row]
    column = [n for (r, c), n in counts.items() if c == cell.column]
    return any(
        len(line) >= 2 and 0 < max(line) - (sum(line) - max(line)) <= 20 for line in (row, column)
    )
