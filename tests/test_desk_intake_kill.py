"""kill -9 anywhere in intake: nothing lost, nothing doubled, nothing half done."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.config import Settings
from portal.store import archive
from portal.store.desk import Desk, open_desk

CHILD = Path(__file__).with_name("intake_child.py")
FILES = 30


def make_files(folder: Path) -> int:
    """Write the files; returns how many documents they make, with the parts of every fifth."""
    folder.mkdir()
    for number in range(FILES):
        ending = "zip" if number % 5 == 0 else "csv"
        content = f"a,b\n{number},2\n".encode() * 500
        (folder / f"{number:02}.{ending}").write_bytes(content)
    return FILES + 2 * len(range(0, FILES, 5))


def run(config: Settings, folder: Path, seconds: float | None) -> bool:
    """Run the child, killed after so many seconds; True when it was done before."""
    command = [sys.executable, str(CHILD), str(config.var), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    assert process.stdout is not None
    with process.stdout:
        done = process.stdout.read() == b"done\n"
    process.wait()
    return done


def check(db: Desk, config: Settings) -> int:
    """Every document has its whole bytes, one job and one note, and each part its document."""
    known = [row[0] for row in db.execute("SELECT sha256 FROM documents").fetchall()]
    for sha256 in known:
        archive.read(config.archive, sha256)
    for once in (
        "SELECT object FROM jobs WHERE what = 'read'",
        "SELECT object FROM audit WHERE action = 'received document'",
    ):
        assert sorted(row[0] for row in db.execute(once).fetchall()) == sorted(known)
    orphans = (
        "SELECT count(*) FROM documents p WHERE p.parent <> ''"
        " AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.sha256 = p.parent)"
    )
    assert db.execute(orphans).fetchone() == (0,)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return len(known)


def rounds(tmp_path: Path, count: int, seed: int) -> None:
    chance = random.Random(seed)
    make_files(tmp_path / "warm")
    warm = Settings(var=tmp_path / "warm-var")
    open_desk(warm.desk).conn.close()
    began = time.monotonic()
    assert run(warm, tmp_path / "warm", None)
    whole = time.monotonic() - began  # how long one undisturbed run takes on this machine
    config, expected, killed = warm, 0, 0
    for number in range(count):
        if number % 8 == 0:  # a store in which nothing is yet
            config = Settings(var=tmp_path / f"var-{number}")
            open_desk(config.desk).conn.close()
            expected = make_files(tmp_path / f"files-{number}")
        folder = tmp_path / f"files-{number - number % 8}"
        killed += not run(config, folder, chance.uniform(0.2, 1.1) * whole)
        db = open_desk(config.desk)
        check(db, config)
        db.conn.close()
        if number % 8 == 7 or number == count - 1:
            assert run(config, folder, None)
            db = open_desk(config.desk)
            assert check(db, config) == expected
            assert set(archive.held(config.archive)) == {
                row[0] for row in db.execute("SELECT sha256 FROM documents").fetchall()
            }
            db.conn.close()
    assert killed > count // 4


def test_a_kill_at_any_point_of_intake_loses_nothing(tmp_path: Path) -> None:
    rounds(tmp_path, 8, seed=4)


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    rounds(tmp_path, 100, seed=100)
