"""Editions: whole or absent, the same content always the same hash, any change found out."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from conftest import installation
from small_data import FIGURES, make_data, write_figures

from portal.config import Settings
from portal.core.errors import EditionError, StoreError
from portal.publish import editions
from portal.store.desk import open_desk


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    return installation(tmp_path, make_data(tmp_path))


def again(config: Settings) -> editions.Edition:
    return editions.publish(
        open_desk(config.desk), config.archive, config.editions, lambda text: None
    )


def database(config: Settings) -> sqlite3.Connection:
    path = config.editions / "current" / editions.NAME
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def test_publishing_the_same_again_builds_no_edition(small: Settings) -> None:
    assert not again(small).new
    assert [path.name for path in sorted(small.editions.iterdir())] == ["0001", "current"]


def test_the_same_figures_in_another_order_have_the_same_hash(
    small: Settings, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = make_data(tmp_path / "other", FIGURES[::-1])
    known = editions.current(installation(tmp_path / "other", other).editions)
    # Row numbers are part of what an edition says; everything else must agree.
    mine, theirs = database(small), sqlite3.connect(known.folder / editions.NAME)
    question = "SELECT id, value, marks, period FROM observations ORDER BY id"
    assert list(mine.execute(question)) == list(theirs.execute(question))


def test_a_rebuild_from_store_and_archive_gives_the_same_hash(small: Settings) -> None:
    before = editions.current(small.editions)
    shutil.rmtree(small.editions)
    after = again(small)
    assert after.new and after.content_hash == before.content_hash


def test_a_revision_makes_the_next_edition_and_keeps_the_last(
    small: Settings, tmp_path: Path
) -> None:
    changed = [FIGURES[0].replace("517236", "517237"), *FIGURES[1:]]
    write_figures(small.data, changed)
    installation(tmp_path, small.data)
    assert editions.current(small.editions).number == 2
    values = [
        row[0]
        for row in database(small).execute(
            "SELECT value FROM revisions WHERE value > 517000 AND value < 517300 ORDER BY revision"
        )
    ]
    assert values == [517236, 517237]
    old = sqlite3.connect(small.editions / "0001" / editions.NAME)
    assert old.execute("SELECT count(*) FROM observations WHERE value = 517236").fetchone() == (1,)
    change = (
        database(small)
        .execute("SELECT kind, detail FROM changes WHERE observation IS NOT NULL")
        .fetchone()
    )
    assert change[0] == "we_re_read" and json.loads(change[1])["was"]["value"] == "517236"


def test_half_built_leftovers_are_swept_and_never_served(small: Settings) -> None:
    left = small.editions / ".building-999999"
    left.mkdir()
    (left / "retention-watch.draft").write_bytes(b"half")
    again(small)
    assert not left.exists() and editions.current(small.editions).number == 1


def test_a_finished_edition_cannot_be_written(small: Settings) -> None:
    for path in (small.editions / "0001").rglob("*"):
        assert path.is_dir() or path.stat().st_mode & 0o222 == 0


@pytest.mark.parametrize("name", ["retention-watch.db", "downloads/volume.csv", "manifest.json"])
def test_any_changed_byte_is_found_out(small: Settings, name: str) -> None:
    path = small.editions / "0001" / name
    assert list(editions.verify(small.editions / "current")) == []
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    assert list(editions.verify(small.editions / "current")) != []


def test_a_damaged_manifest_is_named(small: Settings) -> None:
    path = small.editions / "0001" / "manifest.json"
    path.chmod(0o644)
    path.write_text("{")
    with pytest.raises(EditionError, match="manifest cannot be read"):
        editions.current(small.editions)


def test_nothing_approved_is_nothing_published(tmp_path: Path) -> None:
    config = Settings(var=tmp_path / "var")
    with pytest.raises(StoreError, match="no approved figure"):
        editions.publish(open_desk(config.desk), config.archive, config.editions, lambda text: None)


def test_the_first_figure_after_a_break_carries_its_mark(small: Settings) -> None:
    found = dict(
        database(small).execute("SELECT period, marks FROM observations WHERE breakdown = '_T'")
    )
    assert found == {"2014": "", "2015": "[b]", "2004-05": ""}


def test_what_waits_for_approval_is_not_published(small: Settings) -> None:
    db = open_desk(small.desk)
    reading = next(db.query("SELECT * FROM readings LIMIT 1"))
    names = ", ".join(f'"{name}"' for name in reading)
    waiting = {**reading, "revision": 2, "value": "1"}
    db.conn.execute(
        f"INSERT INTO readings ({names}) VALUES ({', '.join('?' * len(waiting))})",
        list(waiting.values()),
    )
    assert not again(small).new


def test_numbers_in_the_download_are_those_of_the_edition(small: Settings) -> None:
    text = (small.editions / "current" / "downloads" / "volume.json").read_text("utf-8")
    told = {row["id"]: row["value"] for row in json.loads(text)}
    held = dict(
        database(small).execute("SELECT id, value FROM observations WHERE measure = 'items'")
    )
    assert told == held and len(told) == 3
