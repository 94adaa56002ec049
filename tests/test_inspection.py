"""Hostile and hidden: what the inspection finds in the collected files, and what passes."""

import csv
from pathlib import Path

import pytest

from portal.desk.inspection import as_csv, inspect, visible_tables

HERE = Path(__file__).parents[2] / "shared" / "samples" / "nasty"
ROWS = []
if (HERE / "MANIFEST.csv").is_file():
    with (HERE / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        ROWS = [row for row in csv.DictReader(file) if row["expected_outcome"] != "measure"]

pytestmark = pytest.mark.skipif(
    not ROWS, reason="left out: ../shared/samples/nasty is not beside this checkout"
)


@pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
def test_a_file_ends_as_the_manifest_says(row: dict[str, str]) -> None:
    path = HERE / row["path"]
    found = inspect(path.read_bytes(), path.name)
    assert found.outcome == row["expected_outcome"]
    wanted = {code for code in row["expected_finding"].split(";") if code}
    assert wanted <= {finding.kind for finding in found.findings}


@pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
def test_what_is_hidden_is_in_nothing_that_may_be_published(row: dict[str, str]) -> None:
    path = HERE / row["path"]
    told = repr(inspect(path.read_bytes(), path.name))
    if row["canary"]:
        assert row["canary"] not in told
    if not row["expected_outcome"].startswith("accept"):
        return
    shown = "\n".join(as_csv(table) for table in visible_tables(path.read_bytes(), path.name))
    if row["canary"]:
        assert row["canary"] not in shown
    if row["must_survive"] and shown:
        assert row["must_survive"] in shown


def test_hidden_content_in_spreadsheets_is_found_and_clean_ones_are_not_flagged() -> None:
    sheets = [row for row in ROWS if Path(row["path"]).suffix in (".xlsx", ".xlsm", ".ods", ".xls")]
    hidden = [row for row in sheets if row["expected_outcome"] == "quarantine"]
    clean = [row for row in ROWS if row["expected_outcome"] == "accept_clean"]
    caught = [row for row in hidden if _outcome(row) == "quarantine"]
    flagged = [row["path"] for row in clean if _outcome(row) != "accept_clean"]
    assert len(caught) == len(hidden) >= 25
    assert flagged == [] and len(clean) >= 5


def _outcome(row: dict[str, str]) -> str:
    path = HERE / row["path"]
    return inspect(path.read_bytes(), path.name).outcome
