"""`portal ingest`: takes files in, reads them, and tells what was found where."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from desk_documents import CSV, SECRET, workbook, zipped

from portal.cli.ingest import ingest
from portal.config import Settings
from portal.store import documents
from portal.store.desk import connect, open_desk


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    made = Settings(var=tmp_path / "var")
    open_desk(made.desk).conn.close()
    return made


def run(config: Settings, *words: object) -> Result:
    return CliRunner().invoke(ingest, [str(word) for word in words], obj=config)


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_clean_documents_end_with_0(config: Settings, tmp_path: Path) -> None:
    path = write(tmp_path, "answer.csv", CSV)
    done = run(config, path, "--publication", "A review")
    assert done.exit_code == 0, done.output
    assert "1 of 1: answer.csv is here" in done.output
    assert "answer.csv  ready  csv" in done.output
    assert "table 1, " in done.output and "3 rows, 3 columns" in done.output
    again = run(config, path, "--publication", "A review")
    assert again.exit_code == 0 and "Nothing was added" in again.output
    db = connect(config.desk)
    assert documents.counts(db) == {"ready": 1}
    assert len(documents.jobs(db)) == 1


def test_a_stopped_one_ends_with_1_and_says_what_and_where(
    config: Settings, tmp_path: Path
) -> None:
    good = write(tmp_path, "answer.csv", CSV)
    bad = write(tmp_path, "staff.xlsx", workbook(hidden=SECRET))
    empty = write(tmp_path, "empty.csv", b"")
    done = run(config, good, bad, empty, "--publication", "A review")
    assert done.exit_code == 1
    assert "found hidden_sheet: A sheet is hidden. Where: sheet 2" in done.output
    assert "a file of 0 bytes" in done.output
    assert "2 of 3 documents stopped or not taken" in done.output
    assert SECRET not in done.output


def test_parts_are_told_below_their_document(config: Settings, tmp_path: Path) -> None:
    path = write(tmp_path, "all.zip", zipped(one_csv=CSV, two_xlsx=workbook(hidden=SECRET)))
    done = run(config, path, "--publication", "A review")
    assert done.exit_code == 1
    assert "\n  one.csv  ready" in done.output
    assert "\n  two.xlsx  quarantined" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "neither"),
        (("--request", "x", "--publication", "y"), "both"),
        (("--publication", "y", "--as", "nobody-here"), "a person who works at this desk"),
    ],
)
def test_a_wrong_call_takes_nothing_in(
    config: Settings, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = run(config, write(tmp_path, "answer.csv", CSV), *words)
    assert done.exit_code == 1 and said in str(done.exception)
    assert documents.counts(connect(config.desk)) == {}


def test_an_unknown_request_is_told_for_each_file(config: Settings, tmp_path: Path) -> None:
    done = run(config, write(tmp_path, "answer.csv", CSV), "--request", "nowhere-1")
    assert done.exit_code == 1 and "the reference of a request" in done.output


def test_a_person_may_be_named(config: Settings, tmp_path: Path) -> None:
    db = connect(config.desk)
    db.execute(
        "INSERT INTO people (name, role, state, password, totp, created_at, changed_at)"
        " VALUES ('contributor-a', 'contributor', 'active', '', '', '', '')"
    )
    path = write(tmp_path, "answer.csv", CSV)
    assert run(config, path, "--publication", "A", "--as", "contributor-a").exit_code == 0
    (row,) = documents.listed(db, documents.Wanted())[0]
    assert row["received_by"] == "contributor-a"


STARTED = """
import sys
from pathlib import Path
from portal.cli.ingest import ingest
from portal.config import Settings
ingest([*sys.argv[2:], "--publication", "A review"], obj=Settings(var=Path(sys.argv[1])))
"""


def test_ctrl_c_keeps_what_was_taken_in(config: Settings, tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{n}.csv", CSV + b"x,%d,2\n" % n) for n in range(20)]
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED, str(config.var), *map(str, paths)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr is not None
    with process.stderr as told:
        line = b""
        while b"inspecting" not in line:
            line = told.readline()
            assert line, "ended before it began to read"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        rest = told.read()
    assert process.wait() == 130
    assert b"`portal work` reads it" in rest and b"Traceback" not in rest
    db = connect(config.desk)
    assert sum(documents.counts(db).values()) == 20
    assert len(documents.jobs(db)) == 20
