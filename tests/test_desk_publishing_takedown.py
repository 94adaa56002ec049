"""Taking a document back: gone at once from every edition, whatever dies; its figures stay."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from asking import ask
from canaries import found_in
from desk_review import add_document
from publishing_site import (
    answered,
    copied,
    create_site,
    edition_rows,
    publish,
    serving,
)

from portal.config import Settings
from portal.core.errors import EditionError, StoreError
from portal.publish import editions, takedown
from portal.store import archive
from portal.store import publishing as store
from portal.store.desk import Desk, open_desk, transaction
from portal.web import withdrawn

WHY = "A name could be read on page 2"
COPY = b"PK\x03\x04 a cleaned copy that says VISIBLE-1"
Ready = tuple[Settings, Desk, str]
QUICK, LONG = 3, 40


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """Two editions that both show pictures and a cleaned copy."""
    config, db, document = answered(tmp_path_factory.mktemp("made"))
    store.release(db, document, "pictures", "publisher-a", "nothing on it")
    store.release(db, document, "copy", "publisher-a", "clean", archive.keep(config.archive, COPY))
    publish(config, db)
    with transaction(db) as conn:
        conn.execute("UPDATE documents SET pages = 7")
    assert publish(config, db).number == 2
    db.conn.close()
    return config, db, document


@pytest.fixture
def ready(made: Ready, tmp_path: Path) -> Ready:
    """That installation, to be changed."""
    config, _, document = made
    return *copied(config, tmp_path), document


def remains(config: Settings) -> list[str]:
    """The files made of a document that any edition still holds."""
    return [
        str(path.relative_to(config.editions))
        for name in ("pictures", "copies")
        for path in sorted(config.editions.glob(f"[0-9]*/{name}/*"))
    ]


def test_nothing_made_of_it_is_left_in_any_edition_and_each_still_verifies(ready: Ready) -> None:
    config, db, document = ready
    assert len(remains(config)) == 8 and found_in(config.editions, ["VISIBLE-1"])
    hashes = [editions.current(config.editions).content_hash]
    assert takedown.withdraw(db, config, document, "publisher-a", WHY) == [document]
    assert remains(config) == [] and found_in(config.editions, ["VISIBLE-1"]) == []
    for number in ("0001", "0002"):
        folder = config.editions / number
        assert list(editions.verify(folder)) == []
        gone = takedown.withdrawn_files(folder)
        assert len(gone) == 4 and all(WHY in said for said in gone.values())
    assert [editions.current(config.editions).content_hash] == hashes
    told = json.loads((config.public / "withdrawn.json").read_text())["documents"]
    assert told[document]["why"] == WHY
    audit = "SELECT actor, detail FROM audit WHERE action = 'withdraw' AND object = ?"
    assert db.execute(audit, [document]).fetchall() == [("publisher-a", WHY)]


def test_the_next_edition_keeps_the_figures_with_the_reason_and_nothing_else(ready: Ready) -> None:
    config, db, document = ready
    before = edition_rows(config, "SELECT id, value FROM observations ORDER BY id")
    takedown.withdraw(db, config, document, "publisher-a", WHY)
    assert publish(config, db).number == 3
    assert edition_rows(config, "SELECT id, value FROM observations ORDER BY id") == before
    rows = edition_rows(config, "SELECT released, copy, why, withdrawn <> '' FROM documents")
    assert rows == [("", "", WHY, 1)]
    assert edition_rows(config, "SELECT * FROM pictures") == [] and remains(config) == []
    told = "SELECT title, detail, address FROM changes WHERE kind = 'document_withdrawn'"
    ((title, detail, address),) = edition_rows(config, told)
    assert title.startswith("Withdrawn: Answer to a freedom") and detail == f"Reason: {WHY}"
    assert address == f"/documents/{document}"
    with pytest.raises(StoreError, match="was withdrawn"):
        store.release(db, document, "pictures", "publisher-a", "again")
    assert not publish(config, db).new


def test_a_second_time_changes_nothing_and_deletes_what_comes_back(ready: Ready) -> None:
    config, db, document = ready
    kept = (config.editions / "0001" / "pictures").glob("*")
    name, content = next((path.name, path.read_bytes()) for path in kept)
    takedown.withdraw(db, config, document, "publisher-a", WHY)
    stamp = withdrawn.stamp(config)
    assert takedown.withdraw(db, config, document, "publisher-b", "Another reason.") == []
    assert withdrawn.stamp(config) == stamp and db["withdrawals"].count == 1
    # A backup that is put back brings the bytes with it.
    (config.editions / "0001" / "pictures" / name).write_bytes(content)
    assert [p for p in editions.verify(config.editions / "0001") if "still here" in p]
    assert takedown.enforce(config, db) == 1
    assert list(editions.verify(config.editions / "0001")) == []


def test_what_is_missing_otherwise_stays_damage(ready: Ready) -> None:
    config, db, document = ready
    takedown.withdraw(db, config, document, "publisher-a", WHY)
    folder = config.editions / "0002"
    (folder / "downloads" / "volume.csv").unlink()
    listed = json.loads((folder / takedown.LIST).read_text())
    given = {"document": document, "on": "2026-01-01", "why": "no reason"}
    listed["files"]["downloads/volume.csv"] = given
    (folder / takedown.LIST).write_text(json.dumps(listed))
    assert list(editions.verify(folder)) == ["downloads/volume.csv is missing"]
    (folder / takedown.LIST).write_text("{")
    assert any("cannot be read" in problem for problem in editions.verify(folder))


def test_documents_inside_it_are_withdrawn_with_it(ready: Ready) -> None:
    config, db, document = ready
    mail = add_document(db, config.archive, b"a mail", "eml", parent="")
    with transaction(db) as conn:
        conn.execute("UPDATE documents SET parent = ? WHERE sha256 = ?", [mail, document])
    assert takedown.withdraw(db, config, mail, "publisher-a", WHY) == sorted([mail, document])
    assert remains(config) == []


def test_what_cannot_be_withdrawn_is_said_and_nothing_happens(ready: Ready) -> None:
    config, db, document = ready
    for sha256, actor, why in (("0" * 64, "a", WHY), (document, " ", WHY), (document, "a", " ")):
        with pytest.raises(StoreError):
            takedown.withdraw(db, config, sha256, actor, why)
    assert db["withdrawals"].count == 0 and len(remains(config)) == 8


def test_what_is_withdrawn_while_an_edition_is_built_is_not_in_it(ready: Ready) -> None:
    config, db, document = ready
    with transaction(db) as conn:
        conn.execute("UPDATE documents SET pages = 8")
    other = open_desk(config.desk)

    def meanwhile(text: str) -> None:
        if text == "writing downloads":
            takedown.withdraw(other, config, document, "publisher-a", WHY)

    edition = editions.publish(db, config.archive, config.editions, meanwhile)
    assert edition.number == 3 and remains(config) == []
    assert list(editions.verify(edition.folder)) == []


def portal(config: Settings, code: str) -> subprocess.Popen[bytes]:
    """Run a piece of the portal in a process of its own."""
    begin = (
        "import sys; from portal.config import settings; from portal.store.desk import *;"
        " from portal.publish import editions, takedown; config = settings();"
        " db = open_desk(config.desk); print('begun', flush=True); "
    )
    given = {**os.environ, "PORTAL_VAR": str(config.var), "PORTAL_DATA": str(config.data)}
    return subprocess.Popen([sys.executable, "-c", begin + code], env=given, stdout=subprocess.PIPE)


def killed(process: subprocess.Popen[bytes], after: float) -> bool:
    """Kill a process so long after it began its work; False when it had ended."""
    assert process.stdout and process.stdout.readline() == b"begun\n"
    time.sleep(after)
    ended = process.poll() is not None
    if not ended:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return not ended


TIMES = [QUICK, pytest.param(LONG, marks=pytest.mark.slow)]


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_withdrawal_is_whole_or_absent_and_a_rerun_finishes_it(
    made: Ready, tmp_path: Path, times: int
) -> None:
    dice, hits, document = random.Random(4), 0, made[2]
    code = f"takedown.withdraw(db, config, '{document}', 'publisher-a', '{WHY}')"
    for number in range(times):
        (tmp_path / str(number)).mkdir()
        config, db = copied(made[0], tmp_path / str(number))
        hits += killed(portal(config, code), dice.uniform(0, 0.02))
        decided = db["withdrawals"].count
        assert decided in (0, 1)
        if not decided:
            assert len(remains(config)) == 8
        assert portal(config, code).wait(timeout=60) == 0
        assert remains(config) == [] and db["withdrawals"].count == 1
        for folder in ("0001", "0002"):
            assert list(editions.verify(config.editions / folder)) == []
        db.conn.close()
    assert hits > 0


def _seconds(made: Ready, folder: Path, code: str) -> float:
    """How long the command works on this machine now, when nobody kills it."""
    folder.mkdir()
    config, db = copied(made[0], folder)
    with transaction(db) as conn:
        conn.execute("UPDATE documents SET pages = 9")
    process = portal(config, code)
    assert process.stdout and process.stdout.readline() == b"begun\n"
    began = time.monotonic()
    process.communicate(timeout=120)
    assert process.returncode == 0
    return time.monotonic() - began


@pytest.mark.parametrize("times", TIMES)
def test_a_publish_killed_anywhere_leaves_an_edition_that_is_whole(
    made: Ready, tmp_path: Path, times: int
) -> None:
    config, db = copied(made[0], tmp_path)
    with transaction(db) as conn:
        conn.execute("UPDATE documents SET pages = 9")
    code = "editions.publish(db, config.archive, config.editions, lambda text: None)"
    dice, hits, whole = random.Random(11), 0, _seconds(made, tmp_path / "timed", code)
    for _ in range(times):
        hits += killed(portal(config, code), whole * dice.uniform(0.2, 0.9))
        now = editions.current(config.editions)
        assert now and now.number in (2, 3)
        assert list(editions.verify(now.folder)) == []
    assert portal(config, code).wait(timeout=120) == 0
    last = editions.current(config.editions)
    assert last and last.number == 3 and hits > 0
    assert edition_rows(config, "SELECT pages FROM documents") == [(9,)]
    assert db["editions"].count == 3


class Reader:
    """A reader with one connection to the site that stays open."""

    def __init__(self, address: str) -> None:
        self.line = http.client.HTTPConnection(urlsplit(address).netloc)

    def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        """Ask for an address."""
        self.line.request("GET", path, headers=headers)
        answer = self.line.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, answer.read(), found


def test_a_site_that_serves_shows_it_no_more_at_the_very_next_request(
    ready: Ready, tmp_path: Path
) -> None:
    config, db, document = ready
    figure = edition_rows(config, "SELECT observation FROM pictures ORDER BY 1")[0][0]
    page, picture = f"/observations/{figure}", f"/observations/{figure}/picture.png"
    with serving(config, tmp_path / "log") as address:
        reader = Reader(address)
        status, content, headers = reader.get(picture)
        assert (status, content[:4], headers["content-type"]) == (200, b"\x89PNG", "image/png")
        assert headers["cache-control"] == "no-store"
        status, content, _ = reader.get(f"/documents/{document}/copy")
        assert (status, content) == (200, COPY)
        status, content, _ = reader.get(page)
        assert status == 200 and picture.encode() in content
        takedown.withdraw(db, config, document, "publisher-a", WHY)
        for path in (picture, f"/documents/{document}/copy", f"/documents/{document[:10]}"):
            status, content, _ = reader.get(path)
            assert status == 410 and WHY.encode() in content, path
            assert reader.get(path, **{"If-None-Match": headers["etag"]})[0] == 410
        status, content, _ = reader.get(f"/snapshots/{document}")
        assert status == 410 and WHY.encode() in content
        status, content, _ = reader.get(page)
        assert status == 200 and WHY.encode() in content and b"1,00" in content
        assert b"<img" not in content and picture.encode() not in content
        publish(config, db)
        assert reader.get(page)[0] == 200 and WHY.encode() in reader.get(page)[1]
        assert reader.get(picture)[0] == 410


def test_every_page_has_another_name_for_caches_once_something_was_withdrawn(
    ready: Ready,
) -> None:
    config, db, document = ready
    app = create_site(config)
    figure = edition_rows(config, "SELECT observation FROM pictures ORDER BY 1")[0][0]
    before = ask(app, f"/observations/{figure}").header("etag")
    takedown.withdraw(db, config, document, "publisher-a", WHY)
    again = ask(app, f"/observations/{figure}", headers=[("If-None-Match", before)])
    assert before and again.status == 200 and again.header("etag") != before


def test_a_list_that_cannot_be_read_shows_nothing_by_mistake(ready: Ready) -> None:
    config, db, document = ready
    figure = edition_rows(config, "SELECT observation FROM pictures ORDER BY 1")[0][0]
    takedown.withdraw(db, config, document, "publisher-a", WHY)
    withdrawn.file(config).write_text("{")
    with pytest.raises(EditionError):
        withdrawn.withdrawn(config)
    answer = ask(create_site(config), f"/observations/{figure}/picture.png")
    assert answer.status == 503
    takedown.enforce(config, db)
    assert ask(create_site(config), f"/observations/{figure}/picture.png").status == 410


def test_the_command_withdraws_by_the_start_of_a_hash(ready: Ready) -> None:
    from click.testing import CliRunner

    from portal.cli.withdraw import withdraw

    config, db, document = ready
    run = CliRunner().invoke(
        withdraw, [document[:12], "--as", "publisher-a", "--why", WHY], obj=config
    )
    assert run.exit_code == 0 and f"withdrawn: {document}" in run.output
    assert remains(config) == []
    for words in ([document[:4], "--why", WHY], [document, "--why", "Ring 07700 900123 about it"]):
        bad = CliRunner().invoke(withdraw, [*words, "--as", "publisher-a"], obj=config)
        assert bad.exit_code == 1 and bad.exception is not None
    with closing(db.conn):
        assert db["withdrawals"].count == 1
