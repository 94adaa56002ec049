"""The documents say what the code does: commands, settings, tables, scripts."""

import csv
import re
from dataclasses import fields
from pathlib import Path

from click.testing import CliRunner

from portal.cli import main
from portal.config import HELP, Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_command_is_in_the_readme_and_the_other_way_round() -> None:
    told = set(re.findall(r"^\| `portal (\w+)", README, re.MULTILINE))
    assert told == set(main.commands)


def test_every_command_s_help_is_a_sentence() -> None:
    for name, command in main.commands.items():
        answer = CliRunner().invoke(main, [name, "--help"])
        assert answer.exit_code == 0
        assert command.help and command.help.strip().endswith("."), name


def test_every_setting_has_a_help_line() -> None:
    assert list(HELP) == [setting.name for setting in fields(Settings)]


def test_the_documents_name_only_files_that_exist() -> None:
    for document in ("README.md", "CONTRIBUTING.md", "data/README.md"):
        text = (ROOT / document).read_text("utf-8")
        for name in re.findall(r"`((?:scripts|portal|data|tests|docs)/[\w./-]*)`", text):
            assert (ROOT / name).exists(), f"{document} names {name}"


def test_the_readme_counts_what_is_bundled() -> None:
    held = 0
    for path in (ROOT / "data" / "figures").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            held += sum(1 for _ in csv.DictReader(file))
    assert f"{held:,} figures from" in README
