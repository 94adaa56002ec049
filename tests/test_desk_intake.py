"""Receiving documents: once each, whole, under a name that identifies nobody."""

import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.config import Settings
from portal.core.errors import BadInput, StoreError
from portal.desk.inspection import pii
from portal.desk.inspection.limits import LIMITS
from portal.desk.intake import names
from portal.desk.intake.parts import receive_parts
from portal.desk.intake.receive import check_size, receive, take
from portal.store import archive, intake, queue
from portal.store.desk import Desk, connect, open_desk

ANSWER = b"Year,Requests\n2023,41\n2024,57\n"
ACTOR = "contributor-a"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var")


@pytest.fixture
def db(config: Settings) -> Desk:
    desk = open_desk(config.desk)
    add_request(desk)
    return desk


def add_request(db: Desk, id: str = "kent-2024") -> None:
    db.execute(
        "INSERT INTO foi_requests (id, body, law, state, made_by, made_at)"
        " VALUES (?, 'police-kent', 'FOIA 2000', 'answered', ?, '2024-01-01')",
        [id, ACTOR],
    )


def rows(db: Desk, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.execute(sql).fetchall()]


def test_a_document_comes_with_its_job_and_its_note(config: Settings, db: Desk) -> None:
    sha256 = receive(db, config.archive, ANSWER, "answer.csv", ACTOR, request="kent-2024")
    assert archive.read(config.archive, sha256) == ANSWER
    found = rows(db, "SELECT name, bytes, request, publication, state, received_by FROM documents")
    assert found == [("answer.csv", len(ANSWER), "kent-2024", "", "received", ACTOR)]
    assert queue.counts(db) == {("read", "waiting"): 1}
    assert rows(db, "SELECT actor, action, object FROM audit") == [
        (ACTOR, "received document", sha256)
    ]


def test_the_same_file_twice_is_the_same_document(config: Settings, db: Desk) -> None:
    first = take(db, config.archive, ANSWER, "answer.csv", ACTOR, request="kent-2024")
    again = take(db, config.archive, ANSWER, "copy.csv", "contributor-b", publication="A review")
    assert (first.new, again.new) == (True, False)
    assert again.sha256 == first.sha256
    assert "is here already as answer.csv" in again.sentence
    assert "for kent-2024: it stays with that" in again.sentence
    assert queue.counts(db) == {("read", "waiting"): 1}
    assert rows(db, "SELECT actor, action FROM audit ORDER BY id") == [
        (ACTOR, "received document"),
        ("contributor-b", "received again"),
    ]


def test_two_uploads_of_one_file_at_once_make_one_document(config: Settings, db: Desk) -> None:
    barrier, said = threading.Barrier(6), []

    def bring(number: int) -> None:
        mine = connect(config.desk)
        barrier.wait()
        said.append(
            take(mine, config.archive, ANSWER, f"{number}.csv", ACTOR, request="kent-2024").new
        )
        mine.close()

    threads = [threading.Thread(target=bring, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False] * 5 + [True]
    assert rows(db, "SELECT count(*) FROM documents") == [(1,)]
    assert queue.counts(db) == {("read", "waiting"): 1}


@pytest.mark.parametrize(
    ("content", "owner", "said"),
    [
        (b"", {"request": "kent-2024"}, "a file of 0 bytes"),
        (ANSWER, {}, "found 'neither'"),
        (ANSWER, {"request": "kent-2024", "publication": "A review"}, "found 'both'"),
        (ANSWER, {"request": "nowhere-1"}, "the reference of a request at this desk"),
        (ANSWER, {"publication": "letter of Mr John Smith"}, "what identifies a person"),
        (ANSWER, {"publication": "one\ntwo"}, "one line"),
    ],
)
def test_what_cannot_be_received_changes_nothing(
    config: Settings, db: Desk, content: bytes, owner: dict[str, str], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        receive(db, config.archive, content, "answer.csv", ACTOR, **owner)
    for table in ("documents", "jobs", "audit"):
        assert rows(db, f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_file_over_the_limit_is_refused_with_both_sizes() -> None:
    check_size(LIMITS.size, "large.pdf")
    with pytest.raises(BadInput, match=r"large.pdf: expected a file of at most 64 MB, .*64\.0 MB"):
        check_size(LIMITS.size + 1, "large.pdf")


def test_a_failed_note_leaves_no_document(config: Settings, db: Desk) -> None:
    db.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    with pytest.raises(StoreError):
        receive(db, config.archive, ANSWER, "answer.csv", ACTOR, request="kent-2024")
    db.execute("DROP TRIGGER broken")
    assert rows(db, "SELECT count(*) FROM documents") == [(0,)]
    assert queue.counts(db) == {}


def test_parts_belong_to_what_their_document_belongs_to(config: Settings, db: Desk) -> None:
    parent = receive(db, config.archive, b"PK a zip", "all.zip", ACTOR, request="kent-2024")
    given = [("a/../one.csv", b"1,2"), ("empty.csv", b""), ("two.csv", b"3,4")]
    for _ in range(2):  # as after a kill
        taken = receive_parts(db, config.archive, parent, given, ACTOR)
    assert taken == [archive.digest(b"1,2"), archive.digest(b"3,4")]
    sql = f"SELECT name, parent, member, request FROM documents WHERE parent = '{parent}'"
    assert rows(db, sql + " ORDER BY name") == [
        ("one.csv", parent, "one.csv", "kent-2024"),
        ("two.csv", parent, "two.csv", "kent-2024"),
    ]
    left = rows(db, f"SELECT action FROM audit WHERE object = '{parent}' ORDER BY id")
    assert left == [("received document",), ("part left out",)]
    assert queue.counts(db) == {("read", "waiting"): 3}


def test_parts_deeper_than_three_are_left_out(config: Settings, db: Desk) -> None:
    parent = receive(db, config.archive, b"level 0", "0.zip", ACTOR, publication="A review")
    for level in range(1, 5):
        given = [(f"{level}.zip", f"level {level}".encode())]
        taken = receive_parts(db, config.archive, parent, given, ACTOR)
        assert len(taken) == (level <= 3)
        parent = taken[0] if taken else parent
    assert rows(db, "SELECT count(*) FROM documents") == [(4,)]
    (why,) = rows(db, "SELECT detail FROM audit WHERE action = 'part left out'")
    assert "at most 3 deep" in str(why[0])


def test_a_document_that_holds_itself_ends(config: Settings, db: Desk) -> None:
    parent = receive(db, config.archive, b"quine", "0.zip", ACTOR, publication="A review")
    assert receive_parts(db, config.archive, parent, [("0.zip", b"quine")], ACTOR) == [parent]
    assert rows(db, "SELECT parent FROM documents") == [("",)]
    assert intake.depth(db.conn, parent) == 0


def test_parts_of_an_unknown_document_are_an_error(config: Settings, db: Desk) -> None:
    with pytest.raises(StoreError, match="no such document"):
        receive_parts(db, config.archive, "0" * 64, [("a.csv", b"1")], ACTOR)


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\answer.pdf", "answer.pdf"),
        ("answer\x00\x1b[31m.pdf", "answer[31m.pdf"),
        ("gpj\u202efdp.exe", "gpjfdp.exe"),
        ("  two   words .csv ", "two words .csv"),
        ("", "document"),
        ("...", "document"),
        ("a<b>:c|d?.csv", "a b c d .csv"),
    ],
)
def test_names_are_cleaned(given: str, cleaned: str) -> None:
    assert names.cleaned(given) == cleaned


@given(st.text(max_size=400))
def test_any_name_becomes_one_short_printable_name(text: str) -> None:
    found = names.cleaned(text)
    assert found and len(found) <= names.LONGEST
    assert found.isprintable() and "/" not in found and "\\" not in found
    assert names.cleaned(found) == found


SHA = "ab12cd34" * 8


@pytest.mark.parametrize(
    "name",
    ["Mr_John_Smith.pdf", "reply to jo.bloggs@mail.example.eml", "DC Smith answer.docx"],
)
def test_a_name_that_identifies_is_not_kept(name: str) -> None:
    found = names.kept(name, SHA)
    assert found == f"document-ab12cd34.{name.rpartition('.')[2]}"
    assert not pii.kinds(found)


@pytest.mark.parametrize("name", ["john-smith.pdf", "Joan Bloggs.xlsx", "SMITH_JOHN.csv"])
def test_a_name_like_a_persons_is_not_shown_in_public(name: str) -> None:
    assert names.public(name, SHA).startswith("document-ab12cd34.")
    assert names.kept(name, SHA) == name


@pytest.mark.parametrize("name", ["FOI 2024-118 answer.pdf", "requests_2023.xlsx", "data.csv"])
def test_a_plain_name_stays(name: str) -> None:
    assert names.public(name, SHA) == names.kept(name, SHA) == name


def test_a_store_that_is_busy_says_so(config: Settings, db: Desk) -> None:
    other = sqlite3.connect(config.desk, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    db.conn.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(StoreError, match="another command is writing"):
        receive(db, config.archive, ANSWER, "answer.csv", ACTOR, request="kent-2024")
    other.execute("ROLLBACK")
    receive(db, config.archive, ANSWER, "answer.csv", ACTOR, request="kent-2024")
