"""The command line: what goes wrong is one sentence and an exit code, never a traceback."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import installation
from small_data import FIGURES, make_data, write_figures

from portal.config import Settings
from portal.publish.editions import NAME
from portal.store.desk import one_writer


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    return installation(tmp_path, make_data(tmp_path))


def portal(config: Settings, *words: str, **given: str) -> tuple[int, str]:
    """Run a command as a person would; returns its exit code and all it said."""
    environment = {**os.environ, "PORTAL_DATA": str(config.data), "PORTAL_VAR": str(config.var)}
    script = "import sys; from portal.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env={**environment, **given},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def test_init_tells_of_each_file_what_was_read_loaded_and_refused(small: Settings) -> None:
    bad = FIGURES[1].replace("761702", "761,70244").replace("2015,761,70244", '2015,"761,70244"')
    write_figures(small.data, [FIGURES[0], bad])
    code, said = portal(small, "init")
    assert code == 1
    assert "figures/totals.csv" in said and "row 2: expected one number" in said
    assert "'761,70244'" in said and "left out whole" in said


def test_publish_before_init_says_what_to_run(tmp_path: Path) -> None:
    code, said = portal(Settings(data=make_data(tmp_path), var=tmp_path / "none"), "publish")
    assert code == 1 and "run `portal init` first" in said


def test_a_second_writer_is_told(small: Settings) -> None:
    with one_writer(small.var):
        for command in ("init", "publish", "scrape"):
            code, said = portal(small, command)
            assert code == 1 and "another portal command is writing" in said


def test_a_port_in_use_is_named(small: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = portal(small, "serve", PORTAL_PORT=str(port))
    assert code == 1
    assert f"127.0.0.1:{port}: Address already in use; set PORTAL_PORT" in said


def test_a_setting_that_does_not_read_is_named(small: Settings) -> None:
    code, said = portal(small, "settings", PORTAL_PORT="many")
    assert code == 1 and "PORTAL_PORT: expected a int, found 'many'" in said


def test_an_unknown_source_is_named(small: Settings) -> None:
    code, said = portal(small, "scrape", "nobody")
    assert code == 1 and "expected a source (" in said and "'nobody'" in said


def test_verify_finds_a_changed_copy(small: Settings, tmp_path: Path) -> None:
    assert portal(small, "verify")[0] == 0
    copy = tmp_path / "copy"
    shutil.copytree(small.editions / "0001", copy)
    assert portal(small, "verify", str(copy))[0] == 0
    path = copy / "downloads" / "volume.csv"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"517236", b"517237"))
    code, said = portal(small, "verify", str(copy))
    assert code == 1 and "downloads/volume.csv is not the file that was published" in said


def test_a_damaged_store_is_named_and_the_edition_stays(small: Settings) -> None:
    small.desk.write_bytes(b"x" * 4096)
    for name in ("-wal", "-shm"):
        small.desk.with_name(small.desk.name + name).unlink(missing_ok=True)
    code, said = portal(small, "publish")
    assert code == 1 and "not the portal's store" in said
    assert portal(small, "verify")[0] == 0


def test_check_is_silent_when_good_and_names_lost_bytes(small: Settings) -> None:
    assert portal(small, "check") == (0, "")
    lost = next(path for path in small.archive.rglob("*") if path.is_file())
    lost.chmod(0o644)
    lost.write_bytes(b"other")
    code, said = portal(small, "check")
    assert code == 1 and "archived bytes have changed" in said


def test_an_edition_is_read_by_other_tools_as_an_ordinary_database(small: Settings) -> None:
    shell = shutil.which("sqlite3")
    path = small.editions / "current" / NAME
    if not shell:
        pytest.skip("left out: there is no sqlite3 shell on this machine")
    told = subprocess.run(
        [shell, "-readonly", str(path), "SELECT count(*) FROM figures"],
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == "4"
