"""Sources end to end: bytes kept, silent changes noticed, one failure stopping no other."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_data import make_data

import portal.sources
from portal.config import Settings
from portal.core.errors import UnknownCode
from portal.core.sources import Snapshot
from portal.ingest import bundle, health, registry, running
from portal.ingest.recorded import loose_files
from portal.store import archive
from portal.store.desk import Desk, open_desk

MODULE = '''
"""An invented publisher, whose one file lists items by year."""

from portal.core.observations import Locator, Observation, Series
from portal.core.errors import BadInput
from portal.core.periods import read_period
from portal.core.sources import Source
from portal.core.values import read_value
from portal.sources._tables import csv_rows

SOURCE = Source("{id}", "Items", "Somebody", "https://{id}.example/", "ogl", 12, True)


def snapshots(get):
    yield get("https://{id}.example/items.csv")


def observations(snapshot):
    lines = snapshot.content.decode().splitlines()
    if lines[0] != "year,items":
        raise BadInput("the header year,items", lines[0], snapshot.address)
    for number, line in enumerate(lines[1:], 2):
        year, items = line.split(",")
        value = read_value(items, missing={{"": "suppressed"}})
        place = Locator(snapshot.sha256, row=number, column="items")
        yield Observation(Series("items"), read_period(year), value, SOURCE.id, place)
'''


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data=make_data(tmp_path), var=tmp_path / "var")


@pytest.fixture
def db(config: Settings) -> Desk:
    db = open_desk(config.desk)
    list(bundle.load(config.data, config.archive, db))
    return db


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sources of its own: adding a source is adding a module."""
    modules = tmp_path / "modules"
    modules.mkdir()
    original = Path(portal.sources.__path__[0])
    for helper in original.glob("_*.py"):
        shutil.copy(helper, modules)
    monkeypatch.setattr(portal.sources, "__path__", [str(modules), str(original)])
    monkeypatch.setattr(registry.pkgutil, "iter_modules", _only(modules))
    return modules


def _only(modules: Path):  # type: ignore[no-untyped-def]
    iterate = registry.pkgutil.iter_modules
    return lambda path: iterate([str(modules)])


def add(modules: Path, recordings: Path, id: str, text: str) -> None:
    (modules / f"{id}.py").write_text(MODULE.format(id=id), "utf-8")
    give(recordings, id, text)


def give(recordings: Path, id: str, text: str) -> None:
    place = recordings / id
    place.mkdir(parents=True, exist_ok=True)
    (place / "items.csv").write_text(text, "utf-8")
    listed = {f"https://{id}.example/items.csv": "items.csv"}
    (place / "recordings.json").write_text(json.dumps(listed), "utf-8")


def scrape(config: Settings, db: Desk, recordings: Path) -> dict[str, tuple[str, int, int, int]]:
    run = running.start(config, db, lambda text: None)
    looks = running.every(run, registry.chosen(()), recordings)
    return {look.source: (look.outcome, look.new, look.revised, look.withdrawn) for look in looks}


def test_a_new_source_is_one_module_and_one_folder(
    config: Settings, db: Desk, folder: Path, tmp_path: Path
) -> None:
    add(folder, tmp_path / "tapes", "alpha_office", "year,items\n2014,5\n2015,7\n")
    assert scrape(config, db, tmp_path / "tapes") == {"alpha_office": ("changed", 2, 0, 0)}
    kept = [row["sha256"] for row in db.query("SELECT sha256 FROM fetches")]
    assert archive.read(config.archive, kept[0]).startswith(b"year,items")


def test_what_a_publisher_changes_drops_and_adds_is_told_apart(
    config: Settings, db: Desk, folder: Path, tmp_path: Path
) -> None:
    tapes = tmp_path / "tapes"
    years = "".join(f"{year},{year}\n" for year in range(2000, 2014))
    add(folder, tapes, "beta_office", f"year,items\n{years}2014,5\n2015,7\n")
    scrape(config, db, tapes)
    give(tapes, "beta_office", f"year,items\n{years}2015,8\n2016,9\n")
    assert scrape(config, db, tapes) == {"beta_office": ("changed", 1, 1, 1)}
    told = db.query("SELECT reason, value FROM readings WHERE revision = 2 ORDER BY reason")
    assert [tuple(row.values()) for row in told] == [
        ("publisher_revised", "8"),
        ("withdrawn", None),
    ]


def test_a_second_look_at_the_same_bytes_writes_no_figure(
    config: Settings, db: Desk, folder: Path, tmp_path: Path
) -> None:
    add(folder, tmp_path / "tapes", "gamma_office", "year,items\n2014,5\n")
    scrape(config, db, tmp_path / "tapes")
    before = (db["imports"].count, db["readings"].count, db["fetches"].count)
    for _ in range(3):
        assert scrape(config, db, tmp_path / "tapes")["gamma_office"][0] == "unchanged"
    assert (db["imports"].count, db["readings"].count, db["fetches"].count) == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("jahr,items\n2014,5\n", "expected the header year,items, found 'jahr,items'"),
        ("year,items\n", "expected at least one figure, found 'none'"),
        ("year,items\n2014,5*\n", "'5*'"),
        ("year,items\n2014,5\n2014,6\n", "UNIQUE"),
    ],
)
def test_a_source_that_fails_is_named_keeps_its_figures_and_stops_no_other(
    config: Settings, db: Desk, folder: Path, tmp_path: Path, text: str, says: str
) -> None:
    tapes = tmp_path / "tapes"
    add(folder, tapes, "delta_office", "year,items\n2014,5\n")
    add(folder, tapes, "zeta_office", "year,items\n2014,5\n")
    scrape(config, db, tapes)
    give(tapes, "delta_office", text)
    give(tapes, "zeta_office", "year,items\n2014,5\n2015,6\n")
    outcomes = scrape(config, db, tapes)
    assert outcomes["delta_office"][0] == "failed"
    assert outcomes["zeta_office"] == ("changed", 1, 0, 0)
    state = {each.id: each for each in health.health(db)}
    assert state["delta_office"].state == "failing" and state["delta_office"].since
    assert any(says in line for line in state["delta_office"].problems)
    assert state["zeta_office"].state == "good"
    held = db.query(
        "SELECT value FROM readings g JOIN observations o ON o.id = g.observation"
        " WHERE o.source = 'delta_office'"
    )
    assert [row["value"] for row in held] == ["5"]


@pytest.mark.parametrize(("kept", "outcome"), [(7, "changed"), (6, "failed")])
def test_a_loss_of_more_than_three_tenths_stops_and_one_of_three_tenths_does_not(
    config: Settings, db: Desk, folder: Path, tmp_path: Path, kept: int, outcome: str
) -> None:
    """T24: the drift that stops with an alarm, at its very edge: 3 and 4 of 10 figures gone."""
    tapes = tmp_path / "tapes"
    rows = [f"{year},{year}\n" for year in range(2001, 2011)]
    add(folder, tapes, "eta_office", "year,items\n" + "".join(rows))
    scrape(config, db, tapes)
    give(tapes, "eta_office", "year,items\n" + "".join(rows[:kept]))
    (ended, _, _, withdrawn) = scrape(config, db, tapes)["eta_office"]
    assert (ended, withdrawn) == (outcome, 3 if outcome == "changed" else 0)
    (state,) = health.health(db)
    assert [line.split(": ")[1] for line in state.problems] == ["TooManyLost"] * (kept == 6)
    assert [each.withdrawn for each in state.waiting] == [3] * (kept == 7)  # 30% waits for a person


def test_an_unknown_source_is_named(folder: Path) -> None:
    with pytest.raises(UnknownCode, match="a source"):
        registry.chosen(("nobody",))


def google(shared: Path) -> Iterator[Snapshot]:
    module = registry.sources()["google"]
    for snapshot in loose_files(shared / "samples", module):
        if module.feed(snapshot) == "global":
            yield snapshot


def test_the_google_downloads_of_2018_and_2024_differ_as_the_files_do(
    shared: Path, tmp_path: Path
) -> None:
    config = Settings(var=tmp_path / "var")
    db = open_desk(config.desk)
    run = running.start(config, db, lambda text: None)
    module = registry.sources()["google"]
    old, new = google(shared)
    for snapshot in (old, new):
        running.scrape_files(run, module, [snapshot])
    changed, gone, blank = _direct(old, new)
    sql = """SELECT count(*) FROM readings g JOIN observations o ON o.id = g.observation
    WHERE o.measure = 'company_requests' AND g.revision = 2 AND """
    counts = [
        db.execute(sql + wanted).fetchone()[0]
        for wanted in ("g.reason = 'publisher_revised'", "g.reason = 'withdrawn'")
    ]
    assert counts == [changed, gone]
    zeros = "SELECT count(*) FROM readings WHERE explanation = 'blank became zero'"
    assert db.execute(zeros).fetchone()[0] == blank
    print(f"{changed} counts changed, {gone} gone, {blank} blanks became zero")


def test_a_folder_with_two_downloads_is_taken_in_once_and_never_back(
    shared: Path, tmp_path: Path
) -> None:
    """The older file does not undo the newer one when the folder is read a second time."""
    config = Settings(var=tmp_path / "var")
    db = open_desk(config.desk)
    run = running.start(config, db, lambda text: None)
    modules = registry.chosen(("google",))
    (first,) = running.every(run, modules, shared / "samples")
    assert first.outcome == "changed" and first.revised
    before = [db[table].count for table in ("imports", "readings", "looks", "audit")]
    (again,) = running.every(run, modules, shared / "samples")
    assert (again.outcome, again.problems) == ("unchanged", "")
    assert [db[table].count for table in ("imports", "readings", "looks", "audit")] == before


def _direct(old: Snapshot, new: Snapshot) -> tuple[int, int, int]:
    """The same comparison, made on the two files with nothing but the csv module."""
    before, after = (_rows(snapshot) for snapshot in (old, new))
    shared = before.keys() & after.keys()
    changed = sum(before[key][0] != after[key][0] for key in shared)
    blank = sum(
        was == "" and now in ("0", "0%") for key in shared
        for was, now in zip(before[key][1:], after[key][1:], strict=True)
    )  # fmt: skip
    return changed, len(before.keys() - after.keys()), blank


def _rows(snapshot: Snapshot) -> dict[tuple[str, str, str], list[str]]:
    rows = csv.reader(snapshot.content.decode("utf-8").splitlines())
    next(rows)
    return {(period, code or name, process): rest for period, name, code, process, *rest in rows}
