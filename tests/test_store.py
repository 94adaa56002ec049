"""The private store: whole imports, revisions instead of changes, one writer."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from small_data import FIGURES, make_data, write_figures

from portal.config import Settings
from portal.core.errors import BadInput, StoreError
from portal.core.observations import Locator, Observation
from portal.core.values import Value
from portal.ingest import bundle
from portal.ingest.figures import read_figures
from portal.ingest.words import read_words, vocabulary
from portal.store.desk import Desk, existing_desk, one_writer, open_desk
from portal.store.private import current_readings, rows
from portal.store.schema import APPEND_ONLY
from portal.store.writing import Batch, Outcome, Snapshot, record


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data=make_data(tmp_path), var=tmp_path / "var")


@pytest.fixture
def db(config: Settings) -> Desk:
    return open_desk(config.desk)


def load(config: Settings, db: Desk) -> dict[str, bundle.Report]:
    return {report.name: report for report in bundle.load(config.data, config.archive, db)}


def counts(db: Desk) -> dict[str, int]:
    return {table: db[table].count for table in APPEND_ONLY}


def test_the_first_load_records_every_figure(config: Settings, db: Desk) -> None:
    report = load(config, db)["figures/totals.csv"]
    assert (report.read, report.outcome) == (4, Outcome(new=4))
    assert db["readings"].count == db["decisions"].count == 4


def test_loading_the_same_again_writes_nothing(config: Settings, db: Desk) -> None:
    load(config, db)
    before = counts(db)
    assert all(report.outcome.skipped for report in load(config, db).values())
    assert counts(db) == before


def test_a_changed_value_becomes_a_revision_and_the_old_one_stays(
    config: Settings, db: Desk
) -> None:
    load(config, db)
    changed = [FIGURES[0].replace("517236", '"517,237"'), *FIGURES[1:]]
    write_figures(config.data, changed)
    assert load(config, db)["figures/totals.csv"].outcome == Outcome(revised=1, unchanged=3)
    history = list(
        rows(db, "SELECT revision, value, printed, reason FROM readings WHERE value LIKE '5172%'")
    )
    assert [tuple(row) for row in history] == [
        (1, "517236", "517236", "first reading"),
        (2, "517237", "517,237", "we_re_read"),
    ]


def test_what_went_back_to_what_it_said_before_is_a_third_reading(
    config: Settings, db: Desk
) -> None:
    for value in ("517236", "517238", "517236"):
        write_figures(config.data, [FIGURES[0].replace("517236", value), *FIGURES[1:]])
        load(config, db)
    values = [r["value"] for r in db.query("SELECT value FROM readings WHERE value LIKE '51723_'")]
    assert values == ["517236", "517238", "517236"]


def test_a_row_that_only_moved_is_no_revision(config: Settings, db: Desk) -> None:
    load(config, db)
    write_figures(config.data, FIGURES[::-1])
    assert load(config, db)["figures/totals.csv"].outcome == Outcome(unchanged=4)


def test_a_figure_that_is_gone_is_withdrawn_and_can_come_back(config: Settings, db: Desk) -> None:
    load(config, db)
    write_figures(config.data, FIGURES[1:])
    assert load(config, db)["figures/totals.csv"].outcome == Outcome(unchanged=3, withdrawn=1)
    states = [row["status"] for row in current_readings(db, "figures/totals.csv").values()]
    assert states.count("withdrawn") == 1
    write_figures(config.data, [*FIGURES, FIGURES[0].replace("2014", "2012")])
    assert load(config, db)["figures/totals.csv"].outcome == Outcome(new=1, revised=1, unchanged=3)
    states = [row["status"] for row in current_readings(db, "figures/totals.csv").values()]
    assert states.count("withdrawn") == 0


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_recorded_can_be_neither_changed_nor_deleted(
    config: Settings, db: Desk, table: str
) -> None:
    load(config, db)
    if not db[table].count:
        row = ["'changed'" if column.name == "outcome" else "1" for column in db[table].columns]
        db.conn.execute(f"INSERT INTO {table} VALUES ({', '.join(row)})")
    column = db[table].columns[0].name
    for deed in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="what was recorded stays"):
            db.conn.execute(deed)


def figures_of(config: Settings) -> list[Observation]:
    content = (config.data / "figures" / "totals.csv").read_bytes()
    words = vocabulary(read_words(config.data))
    return [replace(f, source="other") for f in read_figures(content, "0" * 64, words, "totals")[0]]


def other(figures: Iterable[Observation], **given: object) -> Batch:
    snapshot = Snapshot("0" * 64, "n", "a", "m", 1)
    return Batch("other", "k", snapshot, figures, **{"rule": "r", **given})


def test_an_import_that_breaks_half_way_leaves_nothing(config: Settings, db: Desk) -> None:
    load(config, db)
    before = counts(db)
    figures = figures_of(config)

    def broken() -> Iterator[Observation]:
        yield from figures
        raise BadInput("a fourth row", "")

    with pytest.raises(BadInput):
        record(db, other(broken()))
    with pytest.raises(StoreError, match="UNIQUE"):
        record(db, other([*figures, figures[0]]))
    assert counts(db) == before
    assert record(db, other(figures)).new == 4


def test_a_part_of_a_feed_withdraws_nothing(config: Settings, db: Desk) -> None:
    figures = figures_of(config)
    record(db, other(figures))
    batch = other(figures[:1], complete=False)
    assert record(db, replace(batch, key="2")).withdrawn == 0


def test_more_changes_than_the_alarm_allows_wait_for_a_person(config: Settings, db: Desk) -> None:
    figures = figures_of(config)
    record(db, other(figures))
    twice = [replace(f, value=Value(f.value.number * 2, printed="x")) for f in figures]
    outcome = record(db, replace(other(twice), key="2", alarm=0.3, reason="publisher_revised"))
    assert outcome.held and outcome.revised == 4
    assert db["decisions"].count == 4
    assert [r["action"] for r in db.query("SELECT action FROM audit")] == ["import", "held"]


def test_a_blank_that_became_a_zero_is_told_apart(config: Settings, db: Desk) -> None:
    figure = figures_of(config)[0]
    blank = replace(figure, value=Value(status="not_available", printed=""))
    record(db, other([blank]))
    later = replace(figure, value=Value(Decimal(0), printed="0"), locator=Locator("1" * 64))
    batch = replace(other([later]), key="2", reason="publisher_revised")
    record(db, replace(batch, snapshot=Snapshot("1" * 64, "n", "a", "m", 1)))
    told = [tuple(r.values()) for r in db.query("SELECT reason, explanation FROM readings")]
    assert told == [("first reading", ""), ("publisher_revised", "blank became zero")]


def test_a_second_writer_is_told_to_wait(config: Settings) -> None:
    with (
        one_writer(config.var),
        pytest.raises(StoreError, match="another portal command is writing"),
        one_writer(config.var),
    ):
        pass


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("this is not a database, however long it may be " * 40)
    with pytest.raises(StoreError, match=r"desk.db: .*not the portal's store"):
        existing_desk(tmp_path / "desk.db")


def test_a_missing_store_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run `portal init` first"):
        existing_desk(tmp_path / "desk.db")


def test_the_store_is_for_its_owner_alone(config: Settings, db: Desk) -> None:
    assert config.desk.stat().st_mode & 0o077 == 0
