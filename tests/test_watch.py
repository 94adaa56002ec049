"""What is due and when; recordings over HTTP; and reading the archive again with other code."""

import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from publisher_server import RECORDED, documents, publishers
from test_fetch_faults import Clock
from test_scrape import add, config, db, folder, give, scrape

from portal import cli
from portal.config import Settings
from portal.core.errors import PortalError
from portal.ingest import registry, running, watch
from portal.ingest.replay import Difference, replay
from portal.publish import editions
from portal.store.desk import Desk, one_writer, open_desk
from portal.store.private import approved_since_edition
from portal.store.writing import Look, record_look

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
YEARS = "".join(f"{year},{year}\n" for year in range(2000, 2014))


def looked(db: Desk, source: str, days_ago: float, outcome: str) -> None:
    moment = (NOON - timedelta(days=days_ago)).isoformat(timespec="seconds")
    record_look(db, Look(source, moment, moment, outcome))


def due(db: Desk, at: datetime = NOON) -> dict[str, bool]:
    return {each.module.SOURCE.id: each.now for each in watch.plan(db, registry.chosen(()), at)}


def test_a_source_is_due_by_its_own_pace(db: Desk, folder: Path, tmp_path: Path) -> None:
    for id in ("new_office", "fresh_office", "old_office"):
        add(folder, tmp_path / "tapes", id, "year,items\n2014,5\n")
    looked(db, "fresh_office", 11, "unchanged")
    looked(db, "old_office", 12, "changed")
    assert due(db) == {"new_office": True, "fresh_office": False, "old_office": True}


@pytest.mark.parametrize("failures, days", [(1, 1), (2, 2), (3, 4), (4, 7), (30, 7)])
def test_a_failing_source_is_asked_again_with_growing_pauses(
    db: Desk,
    folder: Path,
    tmp_path: Path,
    failures: int,
    days: int,
) -> None:
    add(folder, tmp_path / "tapes", "bad_office", "year,items\n2014,5\n")
    looked(db, "bad_office", 50, "changed")
    for _ in range(failures):
        looked(db, "bad_office", 0, "failed")
    (planned,) = watch.plan(db, registry.chosen(()), NOON)
    assert planned.failures == failures and planned.at - NOON == timedelta(days=days)


def test_a_clock_set_back_makes_nobody_wait_for_ever(
    db: Desk, folder: Path, tmp_path: Path
) -> None:
    add(folder, tmp_path / "tapes", "odd_office", "year,items\n2014,5\n")
    looked(db, "odd_office", -900, "unchanged")
    (planned,) = watch.plan(db, registry.chosen(()), NOON)
    assert planned.at <= NOON + timedelta(days=12)


def test_nobody_sleeps_past_an_hour_nor_turns_without_a_pause() -> None:
    assert watch.wait(NOON + timedelta(days=9), NOON) == 3600
    assert watch.wait(NOON - timedelta(days=9), NOON) == 60


def invoke(config: Settings, *words: str) -> tuple[int, str]:
    given = {"PORTAL_DATA": str(config.data), "PORTAL_VAR": str(config.var)}
    done = CliRunner().invoke(cli.main, list(words), env=given)
    return done.exit_code, done.output


def test_one_round_publishes_what_was_approved_and_only_that(
    config: Settings,
    db: Desk,
    folder: Path,
    tmp_path: Path,
) -> None:
    """All are looked at just now, so that nothing is asked of any network."""
    add(folder, tmp_path / "tapes", "alpha_office", "year,items\n2014,5\n2015,7\n")
    scrape(config, db, tmp_path / "tapes")
    assert approved_since_edition(db)
    code, said = invoke(config, "watch", "--once")
    assert code == 0 and "edition 1" in said
    code, said = invoke(config, "watch", "--once")
    assert code == 0 and current_number(config) == 1
    give(tmp_path / "tapes", "alpha_office", "year,items\n2014,5\n2015,7\n2016,9\n")
    scrape(config, db, tmp_path / "tapes")
    code, said = invoke(config, "watch", "--once")
    assert code == 0 and "edition 2" in said
    assert current_number(config) == 2


def current_number(config: Settings) -> int:
    edition = editions.current(config.editions)
    return edition.number if edition else 0


def test_while_another_command_writes_a_round_waits_for_the_next(
    config: Settings,
    db: Desk,
) -> None:
    with one_writer(config.var):
        code, said = invoke(config, "watch", "--once")
    assert code == 1 and "another portal command is writing" in said


@pytest.mark.parametrize("id", registry.sources())
def test_what_is_recorded_over_http_is_what_was_served(tmp_path: Path, id: str) -> None:
    module = registry.sources()[id]
    with publishers(tmp_path / "var", Clock()) as (server, client):
        count = running.record(Settings(var=tmp_path / "var"), module, tmp_path / "tapes", client)
        held = documents(id)
        assert count == len({server.address_of(each) for each in server.pages()}) == len(held)
    listed = json.loads((tmp_path / "tapes" / id / "recordings.json").read_text("utf-8"))
    assert set(listed) == set(held) and len(set(listed.values())) == len(listed)
    for address, name in listed.items():
        assert (tmp_path / "tapes" / id / name).read_bytes() == held[address].content


def test_recordings_stay_when_a_source_cannot_be_had_whole(tmp_path: Path) -> None:
    module = registry.sources()["github"]
    with publishers(tmp_path / "var", Clock()) as (server, client):
        running.record(Settings(var=tmp_path / "var"), module, tmp_path / "tapes", client)
        before = {p.name: p.read_bytes() for p in (tmp_path / "tapes" / "github").iterdir()}
        del server.held[list(documents("github"))[-1]]
        client.clock.now += 3600
        with pytest.raises(PortalError):
            running.record(Settings(var=tmp_path / "var"), module, tmp_path / "tapes", client)
    assert before == {p.name: p.read_bytes() for p in (tmp_path / "tapes" / "github").iterdir()}


def test_recording_nobody_is_one_sentence(config: Settings) -> None:
    code, said = invoke(config, "record", "nobody")
    assert code == 1 and "expected a source" in said


def differences(config: Settings, db: Desk, *names: str) -> list[Difference]:
    run = running.today(config, db, lambda text: None)
    before, counted = db.conn.total_changes, _rows(db)
    found = list(replay(run, registry.chosen(names)))
    assert (db.conn.total_changes, _rows(db)) == (before, counted)
    return found


def _rows(db: Desk) -> dict[str, int]:
    return {table.name: table.count for table in db.tables}


def test_the_archive_reads_today_as_it_read_then(tmp_path: Path) -> None:
    everything = Settings(var=tmp_path)
    assert differences(everything, scraped(everything)) == []


def scraped(everything: Settings) -> Desk:
    """All sources, scraped from their recordings."""
    desk = open_desk(everything.desk)
    run = running.start(everything, desk, lambda text: None)
    assert list(running.every(run, registry.chosen(()), RECORDED))
    return desk


def changed(modules: Path, id: str, was: str, now: str) -> None:
    """Another version of a source's module, read anew however soon it follows."""
    shutil.rmtree(modules / "__pycache__", ignore_errors=True)
    path = modules / f"{id}.py"
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, now), "utf-8")
    importlib.reload(importlib.import_module(f"portal.sources.{id}"))


@pytest.fixture
def read_twice(
    config: Settings,
    db: Desk,
    folder: Path,
    tmp_path: Path,
) -> Iterator[str]:
    """A source whose publisher has revised one figure, dropped one and gone back once."""
    id, tapes = "replayed_office", tmp_path / "tapes"
    sys.modules.pop(f"portal.sources.{id}", None)
    add(folder, tapes, id, f"year,items\n{YEARS}2014,5\n2015,7\n")
    scrape(config, db, tapes)
    for more in ("2014,6\n", "2014,5\n2015,7\n", "2014,6\n"):
        give(tapes, id, f"year,items\n{YEARS}{more}")
        scrape(config, db, tapes)
    yield id


def test_a_changed_reading_is_listed_with_its_place_and_nothing_is_written(
    config: Settings,
    db: Desk,
    folder: Path,
    read_twice: str,
) -> None:
    assert differences(config, db) == []
    changed(folder, read_twice, 'missing={"": "suppressed"}', 'missing={"6": "suppressed"}')
    (found,) = differences(config, db)
    assert (found.source, found.file, found.place) == (
        read_twice,
        "items.csv",
        "row 16, column items",
    )
    assert (found.was, found.would_be, found.published) == ("6 ('6')", "suppressed ('6')", True)
    assert found.why == "another value, status"
    assert "items/GB/2014: 6 ('6') -> suppressed ('6')" in str(found)
    code, said = invoke(config, "replay")
    assert code == 1 and "row 16, column items" in said and "1 differences" in said


def test_figures_that_would_come_or_go_and_files_that_are_refused_are_listed(
    config: Settings,
    db: Desk,
    folder: Path,
    read_twice: str,
) -> None:
    split = 'year, items = line.split(",")\n'
    skipping = f'{split}        if year == "2003":\n            continue\n'
    changed(folder, read_twice, split, skipping)
    assert [each.why for each in differences(config, db)] == ["not read today"]
    changed(folder, read_twice, "2003", "2014")
    assert {each.why for each in differences(config, db)} == {"not read today"}
    changed(folder, read_twice, '"year,items"', '"year,things"')
    whys = [each.why for each in differences(config, db)]
    assert sum("refused today: " in why for why in whys) == 4, whys
    assert whys.count("not read today") == 15
