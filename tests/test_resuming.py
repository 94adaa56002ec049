"""Looking again costs nothing, and a run killed anywhere is finished by the next one."""

import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from publisher_server import LocalClient, PublisherServer, everything, hosts, publishers
from test_fetch_faults import Clock

from portal.config import Settings
from portal.ingest import registry, running
from portal.ingest.resuming import NAME, going_on
from portal.ingest.stopping import Stop, Stopped
from portal.store import private, writing
from portal.store.desk import open_desk
from portal.store.writing import Look

HERE = Path(__file__).parent
A_DAY = 86_400
LONG_AGO = 1_500_000_000.0
# Two big ones, pages with files, lists of one feed each, several files of one host.
KILLED = ("apple", "fragdenstaat", "github", "google", "home_office_spend", "meta", "wikimedia")
RECORDED = ("observations", "readings", "decisions", "records", "imports", "snapshots", "fetches")


def counts(db: sqlite3.Connection) -> dict[str, int]:
    return {t: db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in RECORDED}


@pytest.mark.parametrize("etags", [True, False], ids=["conditional", "whole again"])
@pytest.mark.parametrize(
    "times", [6, pytest.param(100, marks=pytest.mark.slow)], ids=["few", "hundred"]
)
def test_unchanged_sources_are_looked_at_again_and_nothing_is_written(
    tmp_path: Path, times: int, etags: bool
) -> None:
    """T25: one conditional request a file, and not one byte of the store."""
    clock, config = Clock(LONG_AGO), Settings(var=tmp_path)
    db = open_desk(config.desk)
    run = running.start(config, db, lambda text: None)
    with (
        publishers(tmp_path, clock) as (server, client),
        closing(sqlite3.connect(config.desk)) as other,
    ):
        server.etags = etags
        list(running.every(run, registry.chosen(()), client=client))
        files = {server.address_of(asked) for asked in server.pages()}
        first, before = counts(db.conn), written(db.conn, other, config.desk)
        for _ in range(times):
            clock.now += 3600
            server.asked.clear()
            run = running.start(config, db, lambda text: None)
            looks = list(running.every(run, registry.chosen(()), client=client))
            assert {look.outcome for look in looks} == {"unchanged"}, [
                x for x in looks if x.problems
            ]
            asked = [server.address_of(each) for each in server.pages()]
            repeated = [each for each in asked if asked.count(each) > 1]
            assert set(asked) == files and not repeated
            conditional = ["if-none-match" in each.headers for each in server.pages()]
            assert all(conditional) if etags else not any(conditional)
        assert counts(db.conn) == first
        assert written(db.conn, other, config.desk) == before
    # The look itself is noted beside the store, for whoever asks when that was.
    for id in registry.sources():
        newest, recorded = private.looks(db, id)
        assert (newest["outcome"], recorded["outcome"]) == ("unchanged", "changed")


def written(db: sqlite3.Connection, other: sqlite3.Connection, path: Path) -> tuple[object, ...]:
    """What moves when a store is written: rows, the version another sees, the bytes of its files.

    `other` is a second connection that stays open: versions of two connections mean nothing.
    """
    (version,) = other.execute("PRAGMA data_version").fetchone()
    files = (path, path.with_name("desk.db-wal"))
    return db.total_changes, version, *(hashlib.sha256(f.read_bytes()).hexdigest() for f in files)


def test_a_look_in_vain_is_overtaken_by_a_failure_and_recovery_is_recorded(tmp_path: Path) -> None:
    db = open_desk(tmp_path / "desk.db")

    def look(outcome: str, at: int) -> list[str]:
        moment = f"2026-01-01T00:00:{at:02}+00:00"
        writing.record_look(db, Look("a", moment, moment, outcome))
        return [each["outcome"] for each in private.looks(db, "a")]

    assert look("unchanged", 1) == ["unchanged"]
    assert look("unchanged", 2) == ["unchanged", "unchanged"]
    assert look("unchanged", 3) == ["unchanged", "unchanged"]
    assert private.looks(db, "a")[0]["ended_at"].endswith("03+00:00")
    assert look("failed", 3) == ["failed", "unchanged"]
    assert look("unchanged", 4) == ["unchanged", "failed", "unchanged"]
    assert look("unchanged", 5) == ["unchanged", "unchanged", "failed", "unchanged"]
    (tmp_path / "looked.json").write_text("{")
    assert look("changed", 6)[0] == "changed"


def test_an_interrupted_run_is_gone_on_with_and_a_finished_one_is_not(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), going_on(tmp_path, ["a", "b"]) as since:
        first = dict(since)
        raise RuntimeError
    assert (tmp_path / NAME).exists()
    with going_on(tmp_path, ["a"]) as since:
        assert since["a"] == first["a"]
    with going_on(tmp_path, ["b"]) as since:
        assert since == {"b": first["b"]}
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": "2001-01-01T00:00:00+00:00"}'])
def test_a_damaged_or_old_marker_is_no_marker(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    with going_on(tmp_path, ["a"]) as since:
        assert since["a"] > "2026"


def test_a_run_that_was_asked_to_stop_ends_between_two_documents(tmp_path: Path) -> None:
    clock, config, stop = Clock(time.time()), Settings(var=tmp_path), Stop()
    wishes = [2]
    db = open_desk(config.desk)

    def say(text: str) -> None:
        if text.startswith("meta") and "2018" in text and wishes:
            stop.signal = wishes.pop()

    run = running.start(config, db, say, stop)
    modules = registry.chosen(("github", "meta"))
    with publishers(tmp_path, clock) as (server, client):
        with pytest.raises(Stopped):
            list(running.every(run, modules, client=client))
        before = {server.address_of(asked) for asked in server.pages()}
        assert counts(db.conn)["imports"] > 0 and (tmp_path / NAME).exists()
        stop.signal = 0
        server.asked.clear()
        looks = list(running.every(run, modules, client=client))
        assert [look.outcome for look in looks] == ["unchanged", "changed"]
        assert before.isdisjoint(server.address_of(asked) for asked in server.pages())


@pytest.fixture(scope="module")
def server() -> Iterator[PublisherServer]:
    with PublisherServer(held=everything()) as server:
        yield server


def child(var: Path, server: PublisherServer) -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / "scrape_child.py"), str(var), str(server.port), *KILLED]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "ready\n"
    return process


def finished(var: Path, server: PublisherServer) -> list[Look]:
    """What the next run does; it needs no process of its own."""
    config = Settings(var=var)
    names, pause = hosts(server.held), lambda seconds: None
    with (
        LocalClient(config, server.port, names, sleep=pause) as client,
        closing(open_desk(config.desk)) as db,
    ):
        run = running.start(config, db, lambda text: None)
        return list(running.every(run, registry.chosen(KILLED), client=client))


def content(var: Path) -> list[list[tuple[object, ...]]]:
    """All that a run records, but for what depends on the clock and on the order of imports."""
    questions = (
        "SELECT * FROM observations ORDER BY id",
        "SELECT observation, revision, period, value, low, high, status, printed, note, snapshot,"
        " locator, reason, explanation FROM readings ORDER BY 1, 2",
        "SELECT observation, revision, verdict, rule FROM decisions ORDER BY 1, 2",
        "SELECT kind, id, content FROM records WHERE kind <> 'captured' ORDER BY 1, 2",
        "SELECT name, snapshot, rows_read, new, revised, withdrawn FROM imports ORDER BY 1, 2",
        "SELECT source, address, sha256 FROM fetches ORDER BY 1, 2",
    )
    with closing(sqlite3.connect(var / "desk.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [db.execute(question).fetchall() for question in questions]


HALF_DONE = """
SELECT i.name FROM imports i
WHERE i.name LIKE '%/%' AND i.new + i.revised + i.withdrawn <>
  (SELECT count(*) FROM readings g WHERE g.import = i.id)
  + (SELECT count(*) FROM records r WHERE r.import = i.id)
"""


def whole(var: Path) -> bool:
    """Each import has exactly the rows that it says; returns whether there was any."""
    with closing(sqlite3.connect(var / "desk.db")) as db:
        assert db.execute(HALF_DONE).fetchall() == []
        return bool(db.execute("SELECT 1 FROM imports WHERE name LIKE '%/%'").fetchone())


@pytest.mark.parametrize(
    "kills", [10, pytest.param(100, marks=pytest.mark.slow)], ids=["ten", "hundred"]
)
def test_killed_anywhere_the_next_run_finishes_and_nothing_is_doubled(
    tmp_path: Path, server: PublisherServer, kills: int
) -> None:
    undisturbed = tmp_path / "undisturbed"
    began = time.monotonic()
    assert child(undisturbed, server).wait(timeout=60) == 0
    took, expected = time.monotonic() - began, content(undisturbed)
    chance, partly = random.Random(f"kills {kills}"), 0
    for number in range(kills):
        var = tmp_path / str(number)
        process = child(var, server)
        time.sleep(chance.uniform(0, 0.5 * took))
        process.kill()
        process.wait()
        held = whole(var)
        server.asked.clear()
        looks = finished(var, server)
        assert "failed" not in {look.outcome for look in looks}, looks
        assert content(var) == expected
        whole(var)
        partly += held
        asked = [server.address_of(each) for each in server.pages()]
        assert len(asked) == len(set(asked))
        shutil.rmtree(var)
    print(f"{kills} kills, {partly} of them in the middle of the work; a run took {took:.2f} s")
    assert partly
