"""Every kind of finding that inspection can report has its sentence."""

import ast
import csv
from pathlib import Path

import pytest

from portal.desk.inspection import findings
from portal.desk.intake import sentences

ROOT = Path(__file__).parents[1] / "portal" / "desk" / "inspection"
# Where a kind of finding stands among a call's arguments.
REPORTS = {"add": 0, "hidden": 0, "Refused": 0, "failed": 1}


def written() -> set[str]:
    """The kinds that are written out where the inspection reports."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            # Sets have an `add` too; a report's has a place as well.
            if name not in REPORTS or len(node.args) < 2:
                continue
            for each in ast.walk(node.args[REPORTS[name]]):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    found.add(each.value)
    return found


def test_the_scan_finds_what_it_looks_for() -> None:
    assert {"hidden_sheet", "bad_redaction", "zip_bomb", "pii"} <= written()


def test_every_kind_that_inspection_writes_has_a_sentence() -> None:
    kinds = {kind for kind in written() if kind.replace("_", "").isalpha() and kind.islower()}
    assert sorted(kinds - sentences.FINDINGS.keys()) == []
    assert sorted(findings.MEANS.keys() - sentences.FINDINGS.keys()) == []


def test_every_kind_of_the_samples_has_a_sentence(shared: Path) -> None:
    with (shared / "samples" / "nasty" / "MANIFEST.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row["path"].startswith("lists/")]
        expected = [row["expected_finding"] for row in rows]
    kinds = {kind for cell in expected for kind in cell.split(";") if kind and kind != "none"}
    assert len(kinds) > 40
    assert sorted(kinds - sentences.FINDINGS.keys()) == []


@pytest.mark.parametrize("words", [sentences.FINDINGS, sentences.STATES])
def test_sentences_are_sentences(words: dict[str, str]) -> None:
    for kind, sentence in words.items():
        assert sentence[0].isupper() and sentence.endswith("."), kind
        assert kind not in sentence or "_" not in kind


def test_what_has_no_word_is_still_told() -> None:
    assert sentences.finding("something_new") == sentences.UNKNOWN
    assert sentences.outcome("something_new") == sentences.OUTCOMES["quarantine"]
    assert sentences.held("something_new")
    assert set(findings.OUTCOMES) == sentences.OUTCOMES.keys()
