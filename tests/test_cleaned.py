"""The cleaned copy: the visible cells and nothing else, the same bytes every time."""

import csv
import io
import random
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.errors import BadInput
from portal.desk import cleaned as module
from portal.desk.cleaned import cleaned
from portal.desk.inspection import Cell, Table, inspect, visible_tables
from tests import make_nasty

PLAIN = Table("sheet 1", [
    Cell(1, 1, "Force"), Cell(1, 2, "Requests"), Cell(3, 1, "Northmoor"),
    Cell(3, 2, "1204"), Cell(4, 1, "", "pii"), Cell(4, 2, "7.5"),
])  # fmt: skip


def all_bytes(content: bytes) -> bytes:
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return content + b"".join(package.read(name) for name in package.namelist())


def test_a_cleaned_workbook_holds_the_visible_cells_at_their_places() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(cleaned([PLAIN], "xlsx"))).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Force", "Requests"], [None, None], ["Northmoor", 1204], [None, 7.5],
    ]  # fmt: skip


def test_a_cleaned_csv_holds_the_visible_cells() -> None:
    text = cleaned([PLAIN, PLAIN], "csv").decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Force", "Requests"] and rows[3] == ["", "7.5"]
    assert text.count("Northmoor") == 2


def test_the_same_cells_give_the_same_bytes_without_clock_or_maker() -> None:
    first = cleaned([PLAIN], "xlsx")
    assert cleaned([PLAIN], "xlsx") == first
    assert not re.search(rb"20\d\d-\d\d-\d\d|creator|lastModifiedBy", all_bytes(first))
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_cleaned_copy_of_a_nasty_workbook_is_clean(kind: str) -> None:
    rng = random.Random(20240)
    for n in range(40):
        canary = f"CNRY-{n:04d}"
        content, _ = make_nasty.nasty_book(rng, canary, 1 + n % 4)
        seen = visible_tables(content, "a.xlsx")
        if not seen:
            continue
        copy = cleaned(seen, kind)
        found = inspect(copy, f"a.{kind}")
        assert found.outcome == "accept_clean", found.findings
        assert canary.encode() not in all_bytes(copy)
        assert canary.encode("utf-16-le") not in all_bytes(copy)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "\t=1", "-2+3"])
def test_what_a_spreadsheet_would_run_is_text(kind: str, text: str) -> None:
    copy = cleaned(
        [Table("sheet 1", [Cell(1, 1, "Area"), Cell(1, 2, "Count"), Cell(2, 1, text)])], kind
    )
    if kind == "xlsx":
        cell = openpyxl.load_workbook(io.BytesIO(copy)).active["A2"]  # type: ignore[index]
        assert cell.data_type == "s" and str(cell.value).startswith("'")
    else:
        assert list(csv.reader(io.StringIO(copy.decode())))[1][0].startswith("'")
    assert inspect(copy, f"a.{kind}").outcome == "accept_clean"


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 60), st.integers(1, 30)), st.text(max_size=40), min_size=1
    )
)
def test_any_text_becomes_a_workbook_that_opens(given: dict[tuple[int, int], str]) -> None:
    cells = [Cell(row, column, text) for (row, column), text in sorted(given.items())]
    copy = cleaned([Table("sheet 1", cells)], "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(copy)).active
    assert sheet is not None
    for cell in cells:
        value = sheet.cell(cell.row, cell.column).value
        assert not (isinstance(value, str) and value.startswith("="))
        if cell.text.isascii() and cell.text.isalnum():
            assert str(value) == cell.text


def test_another_kind_and_too_many_rows_are_refused() -> None:
    with pytest.raises(BadInput):
        cleaned([PLAIN], "pdf")
    with pytest.raises(BadInput):
        cleaned([Table("x", [Cell(module.LAST_ROW + 1, 1, "a")])], "xlsx")
    assert inspect(cleaned([], "xlsx"), "a.xlsx").outcome in ("accept_clean",)


def test_what_is_held_is_in_no_byte_of_the_copies_of_the_collected_files(shared: Path) -> None:
    folder = shared / "samples" / "nasty"
    with (folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["canary"]]
    tried = 0
    for row in rows:
        path = folder / row["path"]
        if path.suffix not in (".xlsx", ".ods", ".csv", ".docx", ".pdf"):
            continue
        if row["expected_outcome"] == "reject" or "bad_redaction" in row["expected_finding"]:
            continue
        seen = visible_tables(path.read_bytes(), path.name)
        for kind in ("xlsx", "csv") if seen else ():
            tried += 1
            assert row["canary"].encode() not in all_bytes(cleaned(seen, kind)), row["path"]
    assert tried > 50
