"""Imports that wait for a person: held by the alarm or unproven, told, approved with a name."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import installation
from small_data import make_data
from test_commands import portal

from portal.config import Settings
from portal.core.errors import StoreError
from portal.core.observations import Locator, Observation
from portal.core.values import Value
from portal.ingest import health
from portal.ingest.figures import read_figures
from portal.ingest.words import read_words, vocabulary
from portal.publish import editions
from portal.store import archive
from portal.store.desk import Desk, open_desk
from portal.store.private import approved_since_edition, waiting
from portal.store.writing import (
    APPROVED_BY_PERSON,
    Batch,
    Look,
    Snapshot,
    approve,
    record,
    record_look,
)

FEED = "google/global"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return installation(tmp_path, make_data(tmp_path))


@pytest.fixture
def db(config: Settings) -> Iterator[Desk]:
    db = open_desk(config.desk)
    yield db
    db.close()


def figures(config: Settings, factor: int = 1) -> list[Observation]:
    """The small figures as a scraped feed would have them, each multiplied."""
    path = config.data / "figures" / "totals.csv"
    words = vocabulary(read_words(config.data))
    read, _ = read_figures(path.read_bytes(), "0" * 64, words, "totals.csv")
    return [
        replace(f, value=Value(f.value.number * factor, printed="x"), variant="scraped")
        for f in read
    ]


def take_in(config: Settings, db: Desk, factor: int, rule: str = "proven") -> None:
    """Record the file of one day; a factor other than before changes every figure."""
    content = f"file {factor}".encode()
    sha256 = archive.keep(config.archive, content)
    read = [replace(f, locator=Locator(sha256, row=1)) for f in figures(config, factor)]
    kept = Snapshot(sha256, "items.csv", "https://google.example/items.csv", "text/csv", 6)
    batch = Batch(FEED, sha256, kept, read, rule=rule, alarm=0.2, reason="publisher_revised")
    record(db, batch)


def held(config: Settings, db: Desk) -> int:
    """Two files of which the second changes everything; returns the import that is held."""
    take_in(config, db, 1)
    take_in(config, db, 2)
    (row,) = waiting(db, "google", True)
    return int(row["id"])


def published(config: Settings, db: Desk) -> set[int]:
    editions.publish(db, config.archive, config.editions, lambda text: None)
    path = config.editions / "current" / editions.NAME
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    question = "SELECT value FROM observations WHERE variant = 'scraped' AND measure = 'items'"
    return {row[0] for row in conn.execute(question)}


def test_what_the_alarm_holds_is_listed_and_not_published(config: Settings, db: Desk) -> None:
    number = held(config, db)
    (row,) = waiting(db, "google", True)
    assert (row["name"], row["new"], row["revised"], row["withdrawn"]) == (FEED, 0, 4, 0)
    assert published(config, db) == {517236, 761702, 12}
    (state,) = [each for each in health.health(db) if each.id == "google"]
    assert [each.number for each in state.waiting] == [number]


def test_an_approval_publishes_it_and_keeps_who_and_why_private(config: Settings, db: Desk) -> None:
    number = held(config, db)
    published(config, db)
    assert approve(db, number, "A. Person", "the publisher announced a recount") == 4
    assert approved_since_edition(db)
    assert published(config, db) == {1034472, 1523404, 24}
    assert list(waiting(db, "google", True)) == []
    (told,) = db.query("SELECT * FROM audit WHERE action = 'approve'")
    assert (told["actor"], told["object"]) == ("A. Person", FEED)
    assert json.loads(told["detail"]) == {
        "import": number, "readings": 4, "why": "the publisher announced a recount",
    }  # fmt: skip
    text = (config.editions / "current" / editions.NAME).read_bytes()
    assert b"A. Person" not in text and b"recount" not in text
    assert APPROVED_BY_PERSON.encode() in text


@pytest.mark.parametrize(
    ("number", "actor", "why", "says"),
    [
        (999, "A", "b", "There is no import 999"),
        (1, "A", "b", "nothing in it waits"),
        (0, " ", "b", "names who looked"),
        (0, "A", "  ", "names who looked"),
    ],
)
def test_an_approval_of_nothing_or_by_nobody_is_refused(
    config: Settings, db: Desk, number: int, actor: str, why: str, says: str
) -> None:
    waits = held(config, db)
    before = db["decisions"].count, db["audit"].count
    with pytest.raises(StoreError, match=says):
        approve(db, number or waits, actor, why)
    assert (db["decisions"].count, db["audit"].count) == before


def test_an_import_is_approved_once(config: Settings, db: Desk) -> None:
    number = held(config, db)
    approve(db, number, "A", "seen")
    with pytest.raises(StoreError, match="nothing in it waits"):
        approve(db, number, "A", "seen")


def test_a_different_reading_waits_for_its_own_approval(config: Settings, db: Desk) -> None:
    first = held(config, db)
    take_in(config, db, 3)
    assert [row["id"] for row in waiting(db, "google", True)] == [first, first + 1]
    approve(db, first, "A", "seen")
    assert published(config, db) == {1034472, 1523404, 24}
    approve(db, first + 1, "A", "seen")
    assert published(config, db) == {1551708, 2285106, 36}


def test_what_a_later_approval_has_overtaken_waits_no_more(config: Settings, db: Desk) -> None:
    first = held(config, db)
    take_in(config, db, 3)
    approve(db, first + 1, "A", "seen")
    assert list(waiting(db, "google", True)) == []


def test_what_was_decided_cannot_be_changed(config: Settings, db: Desk) -> None:
    approve(db, held(config, db), "A", "seen")
    for deed in ("UPDATE import_decisions SET why = ''", "DELETE FROM import_decisions"):
        with pytest.raises(sqlite3.IntegrityError, match="what was decided stays"):
            db.execute(deed)


def test_the_commands_list_and_approve_it(config: Settings, db: Desk) -> None:
    number = held(config, db)
    code, said = portal(config, "sources")
    assert code == 0 and f"import {number} of {FEED} waits for a person" in said
    assert "0 new, 4 revised, 0 withdrawn" in said
    assert "portal approve IMPORT --as NAME --why REASON" in said
    code, said = portal(config, "approve", str(number), "--as", "A. Person", "--why", "seen")
    assert (code, said) == (
        0, f"import {number} is approved, 4 readings; `portal publish` shows it\n"
    )  # fmt: skip
    assert "waits" not in portal(config, "sources")[1]
    assert portal(config, "approve", str(number), "--as", "A")[0] == 2
    code, said = portal(config, "approve", str(number), "--as", "A", "--why", "b")
    assert code == 1 and "nothing in it waits" in said


# Health


def look(db: Desk, source: str, outcome: str, days_ago: float, **given: object) -> None:
    moment = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(timespec="seconds")
    record_look(db, Look(source, moment, moment, outcome, **given))  # type: ignore[arg-type]


def told(config: Settings, db: Desk, source: str) -> dict[str, object]:
    health.write(config, db)
    given = json.loads((config.public / "health.json").read_text("utf-8"))
    (found,) = [each for each in given["sources"] if each["id"] == source]
    return dict(found)


def test_health_tells_last_look_last_change_and_when_the_next_is_due(
    config: Settings, db: Desk
) -> None:
    look(db, "google", "changed", 40, new=5)
    look(db, "google", "unchanged", 2)
    state = told(config, db, "google")
    now = datetime.now(UTC)
    assert state["state"] == "good" and state["since"] == ""
    assert str(state["looked"])[:10] == (now - timedelta(days=2)).date().isoformat()
    assert str(state["changed"])[:10] == (now - timedelta(days=40)).date().isoformat()
    assert state["due"] == (now + timedelta(days=6 * 30.44 - 40)).date().isoformat()
    assert len(state["history"]) == 2  # type: ignore[arg-type]


def test_a_source_that_is_overdue_is_silent_since_it_was_due(config: Settings, db: Desk) -> None:
    look(db, "google", "changed", 400, new=5)
    look(db, "google", "unchanged", 1)
    state = told(config, db, "google")
    assert state["state"] == "silent" and state["since"] == state["due"] != ""


def test_a_failing_source_says_since_when_and_what_it_expected(config: Settings, db: Desk) -> None:
    look(db, "google", "changed", 9, new=5)
    for days in (3, 2, 1):
        look(db, "google", "failed", days, problems="a.csv: expected the header, found 'b'")
    state = told(config, db, "google")
    since = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    assert state["state"] == "failing" and str(state["since"])[:10] == since
    assert state["problems"] == ["a.csv: expected the header, found 'b'"]


def test_a_source_of_people_s_requests_is_never_quoted(config: Settings, db: Desk) -> None:
    problem = "About Mr Smith: /request/mr_smith: expected the key body, found 'my name is Smith'"
    look(db, "whatdotheyknow", "failed", 1, problems=f"{problem}\nMr Smith could not be read")
    text = json.dumps(told(config, db, "whatdotheyknow"))
    assert "Smith" not in text and "smith" not in text
    assert "expected the key body" in text and "a document was refused" in text


def test_the_public_facts_name_no_figure_that_waits(config: Settings, db: Desk) -> None:
    held(config, db)
    state = told(config, db, "google")
    assert state["waiting"] == 1 and "global" not in json.dumps(state["waiting"])
