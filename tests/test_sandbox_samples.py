"""The collected hostile files through the real sandbox: outcome, findings, and nothing let out."""

import csv
from functools import cache
from pathlib import Path

import pytest

from portal.core.errors import PortalError
from portal.desk.inspection import Inspection, Table, as_csv, sandbox

HERE = Path(__file__).parents[2] / "shared" / "samples" / "nasty"
ROWS: list[dict[str, str]] = []
if (HERE / "MANIFEST.csv").is_file():
    with (HERE / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        ROWS = [row for row in csv.DictReader(file) if row["expected_outcome"] != "measure"]

pytestmark = pytest.mark.skipif(
    not ROWS, reason="left out: ../shared/samples/nasty is not beside this checkout"
)


@cache
def looked(path: str) -> tuple[Inspection, list[Table]]:
    """What the sandbox says of one of the files; each is looked at once in a run."""
    return sandbox.look((HERE / path).read_bytes(), Path(path).name)


READABLE = ("csv", "xlsx", "xls", "ods", "pdf", "docx", "odt", "html")


@pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
def test_a_file_ends_as_the_manifest_says_behind_walls(row: dict[str, str]) -> None:
    found, seen = looked(row["path"])
    assert found.outcome == row["expected_outcome"]
    wanted = {code for code in row["expected_finding"].split(";") if code}
    assert wanted <= found.kinds
    shown = "\n".join(as_csv(table) for table in seen)
    if row["canary"]:
        assert row["canary"] not in repr(found) + (shown if "accept" in found.outcome else "")
    if row["must_survive"] and shown and "accept" in found.outcome:
        assert row["must_survive"] in shown


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
def test_whatever_else_is_asked_ends_in_an_answer_or_in_a_sentence(row: dict[str, str]) -> None:
    content, name = (HERE / row["path"]).read_bytes(), Path(row["path"]).name
    said = []
    for kind in READABLE:
        try:
            sandbox.extract(content, name, kind)
        except PortalError as problem:
            said.append(str(problem))
    for ask in (lambda: sandbox.picture(content, 1, 1.0), lambda: sandbox.parts(content, name)):
        try:
            ask()
        except PortalError as problem:
            said.append(str(problem))
    assert all(sentence and sentence.isprintable() for sentence in said)
    if row["canary"]:
        assert row["canary"] not in "\n".join(said)


def test_spreadsheets_that_hide_are_stopped_redactions_too_and_controls_pass() -> None:
    def stopped(row: dict[str, str]) -> bool:
        return looked(row["path"])[0].outcome == "quarantine"

    sheets = [r for r in ROWS if Path(r["path"]).suffix in (".xlsx", ".xlsm", ".ods", ".xls")]
    hidden = [row for row in sheets if row["expected_outcome"] == "quarantine"]
    boxes = [row for row in ROWS if "bad_redaction" in row["expected_finding"]]
    clean = [row for row in ROWS if row["expected_outcome"] == "accept_clean"]
    assert [row["path"] for row in hidden + boxes if not stopped(row)] == []
    assert [row["path"] for row in clean if stopped(row)] == []
    assert (len(hidden) >= 31, len(boxes) >= 5, len(clean) >= 5) == (True, True, True)
