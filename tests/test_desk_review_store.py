"""Readings in the store: added, never doubled; agreed figures are recorded once."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_review import (
    CONTRIBUTOR,
    MAPPER,
    PUBLISHER,
    REQUEST,
    A,
    B,
    C,
    add_document,
    add_request,
    figures,
    propose,
    room,
    who,
)  # fmt: skip

from portal.config import Settings
from portal.core.errors import BadInput, PortalError, StoreError
from portal.desk.people.errors import NotAllowed, NotThere, Stale
from portal.desk.review import finishing
from portal.desk.review.reading import RECORD, Answer, Said, read, release, set_blind
from portal.desk.review.rules import SETTLED, SINGLE, SINGLE_NOTE, TAKEN_BACK, TWO_PEOPLE
from portal.ingest import bundle
from portal.publish.state import state
from portal.store import archive, queue, review
from portal.store.desk import Desk, connect, open_desk
from portal.store.private import current_records, rows

ACCEPT = Said("accept")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("room")
    _, db = room(folder)
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.conn.close()
    return folder


@pytest.fixture
def config(whole: Path, tmp_path: Path) -> Settings:
    shutil.copytree(whole / "var", tmp_path / "var")
    return Settings(var=tmp_path / "var")


@pytest.fixture
def db(config: Settings) -> Iterator[Desk]:
    desk = open_desk(config.desk)
    yield desk
    desk.conn.close()


def say(db: Desk, person: str, id: int, said: Said = ACCEPT) -> Answer:
    """Read a figure at the version in which it stands."""
    row = review.proposal(db, id)
    assert row is not None
    return read(db, who(person), id, said, row["version"])


def content(db: Desk) -> dict[str, list[tuple[object, ...]]]:
    """All that reading and recording may change."""
    names = ("proposals", "person_readings", "approvals", "observations", "readings", "decisions",
             "imports", "jobs", "audit", "records")  # fmt: skip
    return {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall() for name in names}


def published(db: Desk, document: str) -> list[sqlite3.Row]:
    """The newest approved reading of each figure of a document."""
    sql = (
        "SELECT o.*, g.value, g.low, g.high, g.status, g.printed, g.note, g.locator, g.snapshot,"
        " d.rule, g.revision FROM observations o JOIN readings g ON g.observation = o.id"
        " JOIN decisions d ON d.observation = o.id AND d.revision = g.revision"
        " WHERE o.feed = :feed AND g.revision = (SELECT max(revision) FROM readings l"
        " WHERE l.observation = o.id) ORDER BY o.start, o.variant"
    )
    return list(rows(db, sql, feed=f"desk/{document}"))


def test_two_people_read_a_figure_and_it_is_recorded_with_its_cell(
    db: Desk, config: Settings
) -> None:
    document, [id] = figures(db, config.archive, 1)
    assert say(db, A, id).state == "single"
    assert published(db, document) == [] and finishing.finish(db, config.archive) == []
    assert say(db, B, id).state == "agreed"
    assert queue.of(db, RECORD, document)["state"] == "waiting"  # type: ignore[index]
    [done] = finishing.finish(db, config.archive)
    assert (done.recorded, done.problems) == (1, ())
    [figure] = published(db, document)
    assert (figure["value"], figure["printed"], figure["rule"]) == ("1001", "1,001", TWO_PEOPLE)
    assert figure["source"] == f"foi-{REQUEST}" and figure["note"] == ""
    assert json.loads(figure["locator"]) == {"sheet": "Answer", "row": 2, "column": "B"}
    assert figure["snapshot"] == document
    assert review.proposal(db, id)["state"] == "recorded"  # type: ignore[index]
    held = review.recorded(db, id)
    assert held is not None and held["observation"] == figure["id"]


def test_the_request_is_recorded_as_a_source_without_any_name(db: Desk, config: Settings) -> None:
    document, [id] = figures(db, config.archive, 1)
    for person in (A, B):
        say(db, person, id)
    finishing.finish(db, config.archive)
    [row] = current_records(db, "desk_source")
    told = json.loads(row["content"])
    assert row["id"] == f"foi-{REQUEST}" and told["publisher"] == "Kent Police"
    assert told["reference"] == "FOI 12/25" and told["answered_on"] == "2025-02-03"
    every = json.dumps(told) + str(db.execute("SELECT * FROM snapshots").fetchall())
    assert not [name for name in (MAPPER, A, B, "answer.xlsx") if name in every]
    assert db.execute("SELECT name FROM snapshots WHERE sha256 = ?", [document]).fetchone() == (
        "FOI answer FOI 12/25",
    )


def test_recording_again_writes_nothing(db: Desk, config: Settings) -> None:
    _, ids = figures(db, config.archive, 3)
    for id in ids:
        say(db, A, id), say(db, B, id)
    finishing.finish(db, config.archive)
    before = content(db)
    assert finishing.finish(db, config.archive) == []
    assert content(db) == before


def test_neither_the_bundled_data_nor_another_document_withdraws_what_the_desk_recorded(
    db: Desk, config: Settings
) -> None:
    document, [id] = figures(db, config.archive, 1)
    _, [more] = figures(db, config.archive, 1, measure="foi_requests_stated")
    for one in (id, more):
        say(db, A, one), say(db, B, one)
    finishing.finish(db, config.archive)
    before = [tuple(row) for row in published(db, document)]
    for report in bundle.load(config.data, config.archive, db):
        assert report.outcome.withdrawn == 0 and report.outcome.revised == 0
    assert [tuple(row) for row in published(db, document)] == before
    assert len(current_records(db, "desk_source")) == 1


def test_an_amended_value_stands_beside_the_printed_text_with_its_note(
    db: Desk, config: Settings
) -> None:
    document, [id] = figures(db, config.archive, 1)
    with pytest.raises(BadInput, match="note that says why"):
        say(db, A, id, Said("amend", "1,001,000"))
    amended = Said("amend", "1,001,000", note="The head of the table says thousands.")
    say(db, A, id, amended), say(db, B, id, amended)
    finishing.finish(db, config.archive)
    [figure] = published(db, document)
    assert (figure["value"], figure["printed"]) == ("1001000", "1,001")
    assert figure["note"] == "The head of the table says thousands."


def test_a_dispute_waits_for_a_third_who_settles_it(db: Desk, config: Settings) -> None:
    document, [id] = figures(db, config.archive, 1)
    say(db, A, id)
    other = Said("amend", "1,007", printed="1,007", note="The scan has a seven.")
    assert say(db, B, id, other).state == "disputed"
    assert finishing.finish(db, config.archive) == []
    assert say(db, C, id, other).state == "agreed"
    finishing.finish(db, config.archive)
    [figure] = published(db, document)
    assert (figure["value"], figure["printed"], figure["rule"]) == ("1007", "1,007", SETTLED)


def test_the_same_reading_twice_changes_nothing_whatever_its_version(
    db: Desk, config: Settings
) -> None:
    _, [id] = figures(db, config.archive, 1)
    first = read(db, who(A), id, ACCEPT, 1)
    before = content(db)
    for version in (1, first.version, 99):
        again = read(db, who(A), id, ACCEPT, version)
        assert (again.added, again.state, again.version) == (False, "single", first.version)
    assert content(db) == before


def test_the_same_approval_twice_changes_nothing(db: Desk, config: Settings) -> None:
    _, [id] = figures(db, config.archive, 1)
    say(db, A, id)
    read(db, who(B), id, ACCEPT, 2)
    before = content(db)
    assert not read(db, who(B), id, ACCEPT, 2).added
    finishing.finish(db, config.archive)
    recorded = content(db)
    assert not read(db, who(B), id, ACCEPT, 2).added
    assert content(db) == recorded != before


def test_a_reading_of_what_changed_meanwhile_is_stale_and_changes_nothing(
    db: Desk, config: Settings
) -> None:
    _, [id] = figures(db, config.archive, 1)
    read(db, who(A), id, ACCEPT, 1)
    before = content(db)
    with pytest.raises(Stale, match="Somebody else"):
        read(db, who(B), id, ACCEPT, 1)
    assert content(db) == before


@pytest.mark.parametrize(
    ("person", "said", "error", "words"),
    [
        (MAPPER, ACCEPT, NotAllowed, "takes somebody else"),
        (CONTRIBUTOR, ACCEPT, NotAllowed, "needs a reviewer"),
        (B, Said("amend", "12x"), BadInput, "one number"),
        (B, Said("amend", "-3", note="why"), BadInput, "not negative"),
        (B, Said("amend", "3", status="unheard", note="why"), BadInput, "known status"),
        (B, Said("reject"), BadInput, "says why"),
        (B, Said("ask"), BadInput, "says why"),
        (B, Said("settle", "3"), BadInput, "one of accept"),
        (B, Said("approve"), BadInput, "one of accept"),
        (B, Said("amend", "3", note="PC 1234 Smith on 07700 900123"), BadInput, "about a person"),
        (B, Said("amend", "3", note="x" * 1001), BadInput, "at most 1000"),
    ],
)  # fmt: skip
def test_what_may_not_be_said_changes_nothing(
    db: Desk, config: Settings, person: str, said: Said, error: type[PortalError], words: str
) -> None:
    _, [id] = figures(db, config.archive, 1)
    say(db, A, id)
    before = content(db)
    with pytest.raises(error, match=words):
        say(db, person, id, said)
    assert content(db) == before


def test_who_was_revoked_reads_nothing_even_with_a_page_still_open(
    db: Desk, config: Settings
) -> None:
    _, [id] = figures(db, config.archive, 1)
    say(db, A, id)
    db["people"].update(3, {"state": "revoked"})
    before = content(db)
    with pytest.raises(NotAllowed, match="any more"):
        say(db, B, id)
    assert content(db) == before
    # What they read while they worked here still counts.
    db["people"].update(2, {"state": "revoked"})
    assert say(db, C, id).state == "agreed"


def test_who_lost_the_right_to_review_is_no_second_reader(db: Desk, config: Settings) -> None:
    _, [id] = figures(db, config.archive, 1)
    say(db, A, id)
    db["people"].update(3, {"role": "contributor"})
    with pytest.raises(NotAllowed, match="needs a reviewer"):
        say(db, B, id)


def test_a_figure_of_which_the_mapping_leaves_something_out_is_not_accepted(
    db: Desk, config: Settings
) -> None:
    document, _ = figures(db, config.archive, 1)
    nobody = propose(db, document, None, "12", row=8, requester="")
    unread = propose(db, document, None, "1O2", row=9, status="")
    with pytest.raises(BadInput, match="requester"):
        say(db, A, nobody)
    with pytest.raises(BadInput, match="a value"):
        say(db, A, unread)
    said = Said("amend", "102", printed="102", note="A letter for a zero.")
    assert say(db, A, unread, said).state == "single"


def test_there_is_no_figure_of_that_number(db: Desk) -> None:
    with pytest.raises(NotThere):
        read(db, who(A), 4711, ACCEPT, 1)


def test_refusals_and_what_is_not_held_are_figures_without_a_value(
    db: Desk, config: Settings
) -> None:
    document = add_document(db, config.archive)
    cited = json.dumps([{"code": "s24", "subject": ""}, {"code": "s31", "subject": "2019"}])
    given = {"value": None, "column": 0, "reference": "answer"}
    refused = propose(db, document, None, "", row=1, status="refused", exemptions=cited, **given)
    unknown = propose(db, document, None, "", row=2, status="not_held", **given)
    band = propose(
        db, document, None, "<5", row=3, status="suppressed", low="1", high="4", **given
    )  # fmt: skip
    for id in (refused, unknown, band):
        say(db, A, id), say(db, B, id)
    [done] = finishing.finish(db, config.archive)
    assert done.problems == ()
    one, two, three = published(db, document)
    assert (one["status"], one["value"]) == ("refused", None)
    assert one["note"] == "Grounds given: s24 (National security); s31 (Law enforcement) for 2019."
    assert two["status"] == "not_held" and json.loads(two["locator"]) == {"page": "the answer"}
    assert (three["value"], three["low"], three["high"]) == (None, "1", "4")


def test_a_single_reading_goes_out_marked_and_the_mark_goes_when_the_second_agrees(
    db: Desk, config: Settings
) -> None:
    document, [id] = figures(db, config.archive, 1)
    say(db, A, id)
    with pytest.raises(NotAllowed, match="publisher"):
        release(db, who(A), id, 2)
    assert release(db, who(PUBLISHER), id, 2).added
    assert not release(db, who(PUBLISHER), id, 2).added
    finishing.finish(db, config.archive)
    [figure] = published(db, document)
    assert (figure["rule"], figure["note"], figure["revision"]) == (SINGLE, SINGLE_NOTE, 1)
    assert not release(db, who(PUBLISHER), id, 2).added
    assert review.proposal(db, id)["state"] == "single"  # type: ignore[index]
    assert say(db, B, id).state == "agreed"
    finishing.finish(db, config.archive)
    [figure] = published(db, document)
    assert (figure["rule"], figure["note"], figure["revision"]) == (TWO_PEOPLE, "", 2)
    assert figure["value"] == "1001"


def test_what_two_people_take_back_stands_without_a_value(db: Desk, config: Settings) -> None:
    document, [id] = figures(db, config.archive, 1)
    say(db, A, id), say(db, B, id)
    finishing.finish(db, config.archive)
    gone = Said("reject", note="The row is a heading.")
    assert say(db, A, id, gone).state == "disputed"
    assert [row["value"] for row in published(db, document)] == ["1001"]
    assert say(db, B, id, gone).state == "agreed"
    finishing.finish(db, config.archive)
    [figure] = published(db, document)
    assert (figure["status"], figure["value"], figure["note"]) == ("withdrawn", None, TAKEN_BACK)
    assert review.proposal(db, id)["state"] == "rejected"  # type: ignore[index]


def test_a_second_cell_for_the_same_thing_is_a_reading_of_its_own(
    db: Desk, config: Settings
) -> None:
    document, [id] = figures(db, config.archive, 1)
    again = propose(db, document, None, "1,002", row=1, column=4, reference="Answer!E2")
    for one in (id, again):
        say(db, A, one), say(db, B, one)
    finishing.finish(db, config.archive)
    found = [(row["value"], row["variant"]) for row in published(db, document)]
    assert found == [("1001", ""), ("1002", f"{document[:12]} Answer!E2")]


def test_a_figure_that_the_bundled_data_hold_is_not_revised_by_the_desk(
    db: Desk, config: Settings
) -> None:
    held = next(rows(db, "SELECT o.* FROM observations o WHERE o.measure = 'foi_cd_requests'"
                         " AND o.variant = '' ORDER BY o.id LIMIT 1"))  # fmt: skip
    document = add_document(db, config.archive, request=None, publication=held["source"])
    names = ("measure", "requester", "holder", "area", "breakdown", "start", "end")
    reading = next(rows(db, "SELECT * FROM readings WHERE observation = :o", o=held["id"]))
    fields = {name: held[name] for name in names} | {"period": reading["period"]}
    id = propose(db, document, None, "5", **fields)
    say(db, A, id), say(db, B, id)
    [done] = finishing.finish(db, config.archive)
    assert done.problems == ()
    [figure] = published(db, document)
    assert figure["id"] != held["id"] and figure["source"] == held["source"]
    again = next(rows(db, "SELECT max(revision) AS n FROM readings WHERE observation = :o",
                      o=held["id"]))  # fmt: skip
    assert again["n"] == 1


def test_figures_of_a_document_that_may_not_go_out_wait(db: Desk, config: Settings) -> None:
    document, [id] = figures(db, config.archive, 1)
    say(db, A, id), say(db, B, id)
    db["documents"].update(document, {"state": "quarantined"})
    [done] = finishing.finish(db, config.archive)
    assert done.recorded == 0 and "quarantined" in done.problems[0]
    with pytest.raises(StoreError, match="quarantined"):
        finishing.handle(config, db, document)
    db["releases"].insert({"document": document, "what": "figures", "actor": PUBLISHER,
                           "why": "only the figures", "recorded_at": "2026-01-01"})  # fmt: skip
    finishing.handle(config, db, document)
    assert len(published(db, document)) == 1


@pytest.mark.parametrize("how", ["withdrawn", "rejected", "bytes gone", "no request"])
def test_of_a_document_that_was_taken_back_or_is_of_nobody_nothing_is_recorded(
    db: Desk, config: Settings, how: str
) -> None:
    document, [id] = figures(db, config.archive, 1)
    say(db, A, id), say(db, B, id)
    if how == "withdrawn":
        db["withdrawals"].insert({"document": document, "actor": PUBLISHER, "why": "a name",
                                  "recorded_at": "2026-01-01"})  # fmt: skip
    elif how == "rejected":
        db["documents"].update(document, {"state": "rejected"})
    elif how == "no request":
        db["documents"].update(document, {"request": None})
    else:
        archive.place(config.archive, document).unlink()
    before = content(db)
    [done] = finishing.finish(db, config.archive)
    assert done.recorded == 0 and document in done.problems[0]
    assert content(db) == before


def test_a_document_in_a_mail_answers_the_request_of_the_mail(db: Desk, config: Settings) -> None:
    mail = add_document(db, config.archive, b"a mail", "eml")
    document = add_document(db, config.archive, b"inside", request=None, parent=mail)
    id = propose(db, document, None, "7", row=3)
    say(db, A, id), say(db, B, id)
    finishing.finish(db, config.archive)
    assert published(db, document)[0]["source"] == f"foi-{REQUEST}"


def test_a_figure_of_a_page_is_found_again_by_page_table_row_and_column(
    db: Desk, config: Settings
) -> None:
    document, [id] = figures(db, config.archive, 1, page=3)
    say(db, A, id), say(db, B, id)
    assert finishing.finish(db, config.archive)[0].problems == ()
    [figure] = published(db, document)
    number = db.execute("SELECT number FROM document_tables").fetchone()[0]
    place = {"page": "page 3, row 2, column 2", "table": str(number)}
    assert json.loads(figure["locator"]) == place


def test_one_figure_that_cannot_be_recorded_does_not_hold_up_the_others(
    db: Desk, config: Settings
) -> None:
    document, [good, bad] = figures(db, config.archive, 2)
    for id in (good, bad):
        say(db, A, id), say(db, B, id)
    db["proposals"].update(bad, {"requester": "a-body-that-was-removed"})
    [done] = finishing.finish(db, config.archive)
    assert done.recorded == 1 and "a-body-that-was-removed" in done.problems[0]
    assert review.proposal(db, bad)["state"] == "agreed"  # type: ignore[index]
    db["proposals"].update(bad, {"requester": "kent-police"})
    assert finishing.finish(db, config.archive)[0].recorded == 1
    assert len(published(db, document)) == 2


def test_blind_the_second_types_and_what_differs_is_a_dispute(db: Desk, config: Settings) -> None:
    document, ids = figures(db, config.archive, 2)
    with pytest.raises(NotAllowed, match="reviewer"):
        set_blind(db, who(CONTRIBUTOR), document, None, True)
    assert set_blind(db, who(PUBLISHER), document, None, True) == 2
    assert set_blind(db, who(PUBLISHER), document, None, True) == 0
    for id in ids:
        say(db, A, id)
        with pytest.raises(NotAllowed, match="type"):
            say(db, B, id)
    assert say(db, B, ids[0], Said("amend", "1001")).state == "agreed"
    assert say(db, B, ids[1], Said("amend", "1003")).state == "disputed"
    verdicts = [r["verdict"] for id in ids for r in review.readings(db, id)]
    assert verdicts == ["accept", "blind"] * 2
    found = review.agreement(db)
    assert (found.same, found.read_twice, found.blind, found.share) == (1, 2, 2, 0.5)


def test_agreement_counts_first_readings_of_two_people_and_nothing_later(
    db: Desk, config: Settings
) -> None:
    assert review.agreement(db).share is None
    document, ids = figures(db, config.archive, 4)
    other = Said("amend", "9", note="Another line.")
    say(db, A, ids[0]), say(db, B, ids[0])
    say(db, A, ids[1]), say(db, B, ids[1], other), say(db, C, ids[1])
    say(db, A, ids[2]), say(db, B, ids[2], other), say(db, A, ids[2], other)
    say(db, A, ids[3])
    found = review.agreement(db)
    assert (found.same, found.read_twice) == (1, 3)
    assert found.documents == {document: review.Agreement(1, 3)}


def test_two_reviewers_at_once_add_one_reading_each_and_one_approval(
    db: Desk, config: Settings
) -> None:
    document, ids = figures(db, config.archive, 10)

    def reads(name: str, start: threading.Barrier) -> None:
        mine = connect(config.desk)
        start.wait()
        for id in ids:
            while True:
                row = review.proposal(mine, id)
                assert row is not None
                try:
                    read(mine, who(name), id, ACCEPT, row["version"])
                    break
                except Stale:
                    continue
        finishing.finish(mine, config.archive)
        mine.conn.close()

    barrier = threading.Barrier(3)
    threads = [threading.Thread(target=reads, args=(name, barrier)) for name in (A, B, C)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    finishing.finish(db, config.archive)
    assert [len(review.readings(db, id)) for id in ids] == [3] * 10
    assert db["approvals"].count == 10
    assert [row["value"] for row in published(db, document)] == [
        str(1000 + n) for n in range(1, 11)
    ]
    sql = "SELECT count(*) FROM readings WHERE snapshot = ?"
    assert db.execute(sql, [document]).fetchone()[0] == 10


def test_two_requests_to_two_bodies_have_two_sources(db: Desk, config: Settings) -> None:
    with db.conn:
        add_request(db.conn, "essex-2025", "essex-police")
    _, [id] = figures(db, config.archive, 1)
    other = add_document(db, config.archive, b"another", request="essex-2025")
    theirs = propose(db, other, None, "6", requester="essex-police")
    for one in (id, theirs):
        say(db, A, one), say(db, B, one)
    assert [each.recorded for each in finishing.finish(db, config.archive)] == [1, 1]
    named = {
        row["id"]: json.loads(row["content"])["body"] for row in current_records(db, "desk_source")
    }
    assert named == {f"foi-{REQUEST}": "kent-police", "foi-essex-2025": "essex-police"}
    figures_now = {row["source"] for row in state(db).figures if row["source"] in named}
    assert figures_now == set(named)
