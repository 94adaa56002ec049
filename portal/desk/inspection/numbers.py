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
_MARKS = re.compile(
    r"[*~cxz:\-–—]|\[\w{1,4}\]|\.\.|<\s?\d{1,2}|(?:fewer|less) than \w+|suppressed", re.I
)
_SUPPRESSED = re.compile(
    r"\*|\[?c\]?|<\s?\d{1,2}|(?:fewer|less) than \w+|suppressed|redacted", re.I
)

_PERSONS = re.compile(
    r"\b(?:persons?|people|individuals?|detain\w*|detention\w*|arrest\w*|stopped|stops?|searched"
    r"|victims?|suspects?|offenders?|children|child|juveniles?|under ?-?1[0-8]|aged?\b|patients?"
    r"|deaths?"
    r"|died|suicides?|officers?|staff|employees?|prisoners?|pupils?|students?|complainants?|claimants?"
    r"|males?|females?|(?<!isle of )m[ae]n\b|wom[ae]n\b|gender|sex\b"
    r"|ethnic\w*|asylum|migrants?|applicants?"
    r"|convict\w*"
    r"|charged|cautioned|dismissed|dismissals|sacked|disciplin\w*|injur\w*|referr\w*|casualt\w*"
    r"|missing|residents?|households?|claims?|cases?|sentenced|deported|removed|sectioned|admissions?)\b",
    re.I,
)
_SENSITIVE = re.compile(
    r"\b(?:health|mental|ethnic\w*|asian|black|white|mixed|child\w*|juvenile\w*|under ?-?1[0-8]"
    r"|minors?(?! outlying)"
    r"|pupils?|young|youth|sexual|gay|lesbian|bisexual|trans\w*|immigra\w*|asylum|nationalit\w*"
    r"|religio\w*"
    r"|muslim|jewish|disab\w*|pregnan\w*|suicid\w*|hiv)\b",
    re.I,
)
_SMALL, _SMALL_SENSITIVE = 4, 9
LABEL = 120


def ambiguous(table: Table, report: Report) -> None:
    """Note columns in which a printed number or date can be read in more than one way."""
    for cells in table.columns().values():
        texts = [cell for cell in cells if cell.text[:1].isdigit() or cell.text[:1] in "-(~≈£<c"]
        if all(_is_count(cell.text) for cell in texts):
            continue
        doubtful = _doubtful_numbers(texts) + _doubtful_dates(texts)
        if doubtful:
            place = f"{table.place}, {spans.of_cells('', doubtful)}"
            report.add("ambiguous_number", place, len(doubtful))


def _doubtful_numbers(cells: list[Cell]) -> list[Cell]:
    plain = [cell for cell in cells if _PLAIN.fullmatch(cell.text.strip())]
    marked = [cell for cell in cells if not _is_count(cell.text)]
    found = []
    for name, pattern in _TRAPS:
        matching = [cell for cell in marked if pattern.fullmatch(cell.text.strip())]
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
        if not days or (len(m[3]) == 2 and len({len(n[3]) for _, n in slashed}) > 1):
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
    # what stands above and beside figures is short; a remark says nothing of what is counted
    labels = (cell.text for cell in table.cells[:5_000] if not cell.text[:1].isdigit())
    words = " ".join(text for text in labels if len(text) <= LABEL)
    counted = [cell for cell in table.cells if _is_count(cell.text)]
    marks = [
        cell
        for cell in table.cells
        if not _is_count(cell.text) and _SUPPRESSED.fullmatch(cell.text.strip())
    ]
    if not marks and not _PERSONS.search(words):
        return
    most = _SMALL_SENSITIVE if _SENSITIVE.search(words) else _SMALL
    numbering = _numbering(counted)
    small = [
        cell for cell in counted if 0 < int(cell.text) <= most and cell.column not in numbering
    ]
    if small:
        report.add("small_count", f"{table.place}, {spans.of_cells('', small)}", len(small))
    given = _given_away(counted, marks)
    if given:
        place = f"{table.place}, {spans.of_cells('', given)} follow from totals"
        report.add("small_count", place, len(given))


def _is_count(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) < 10


def _numbering(counted: list[Cell]) -> set[int]:
    """Return the columns that only number their rows: 1, 2, 3."""
    columns = Table("", counted).columns()
    return {
        column
        for column, cells in columns.items()
        if len(cells) >= 3 and [int(c.text) for c in cells] == list(range(1, len(cells) + 1))
    }


def _given_away(counted: list[Cell], marks: list[Cell]) -> list[Cell]:
    """Return withheld cells that are the only unknown in their row's or their column's total."""
    lines = Table("", counted)
    unknown = Table("", marks)
    rows, columns = lines.rows(), lines.columns()
    marked_rows, marked_columns = unknown.rows(), unknown.columns()
    found = []
    for cell in marks:
        alone_in_row = len(marked_rows[cell.row]) == 1 and _adds_up(rows.get(cell.row, []))
        column = columns.get(cell.column, [])
        alone_in_column = len(marked_columns[cell.column]) == 1 and _adds_up(column)
        if alone_in_row or alone_in_column:
            found.append(cell)
    return found


def _adds_up(line: list[Cell]) -> bool:
    numbers = [int(cell.text) for cell in line]
    return len(numbers) >= 3 and 0 < 2 * max(numbers) - sum(numbers) <= 20
