"""Two at once, a store that is busy, a disk that fills, tables made to take for ever: the desk goes
on, answers clearly, and leaves nothing half done."""

import io
import json
import logging
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from portal.core.broken import WithoutWords
from portal.core.errors import BadInput, StoreError
from portal.desk.inspection.limits import MB
from portal.desk.intake import deciding, fetching, names, receive, uploads
from portal.desk.intake.uploads import Asked
from portal.desk.mapping import apply, deeds
from portal.desk.mapping.model import Column, Mapping, Row, Spot
from portal.desk.mapping.printed import refusal
from portal.desk.people import own
from portal.desk.reading import recording, working
from portal.desk.reading.look import look
from portal.desk.reading.tables import dump
from portal.desk.review.reading import Said, read, release
from portal.extract.model import Cell, Table
from portal.store import archive, documents, publishing, queue
from portal.store import sessions as session_store
from portal.store.desk import Desk, connect, transaction
from portal.web.desk import given
from tests.desk_review import PUBLISHER, A, add_document, figures, room, who
from tests.desk_site import DeskSite, desk_site

HIDDEN = "a text that nobody has released"
CSV = b"Year,Figure\n2019,%d\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    return desk_site(tmp_path_factory.mktemp("store"))


@pytest.fixture
def db(site: DeskSite) -> Iterator[Desk]:
    with closing(site.db().conn) as conn:
        yield Desk(conn)


def bring(site: DeskSite, db: Desk, number: int) -> str:
    content = CSV % number
    return receive.receive(
        db, site.config.archive, content, "a.csv", "contributor", publication="Figures"
    )


# A store that somebody else holds


def test_pages_are_read_while_somebody_writes(site: DeskSite, db: Desk) -> None:
    """A page waited half a minute to write down that it was looked at, and then was not shown."""
    early = (datetime.now(UTC) - timedelta(minutes=5)).isoformat(timespec="seconds")
    token = own.make_token(db, site.people["contributor"].person, "a script", ["see"], "5")
    with site.client("contributor") as client, site.client("anonymous") as script:
        script.headers["Authorization"] = f"Bearer {token}"
        with closing(sqlite3.connect(site.config.desk, isolation_level=None)) as other:
            other.execute("UPDATE sessions SET seen_at = ?", [early])
            other.execute("BEGIN IMMEDIATE")
            assert client.get("/desk/documents").status_code == 200
            assert script.get("/desk/api/v1/documents").status_code == 200
            other.execute("ROLLBACK")


def test_what_cannot_be_written_now_is_said_and_not_done(
    site: DeskSite, db: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.web.desk.given.connect", _impatient)
    with site.client("contributor") as client, closing(_impatient(site.config.desk).conn) as other:
        other.execute("BEGIN IMMEDIATE")
        form = client.form(body="kent-police", sent_on="2025-01-06")
        answer = client.post("/desk/requests", data=form)
        other.execute("ROLLBACK")
        assert answer.status_code in (400, 503) and "another command is writing" in answer.text
        assert "2025-01-06" in answer.text  # what was typed is there still
        assert client.post("/desk/requests", data=form).status_code == 303
    assert db.execute("SELECT count(*) FROM foi_requests").fetchone()[0] == 1


def _impatient(path: Path) -> Desk:
    db = connect(path)
    db.execute("PRAGMA busy_timeout = 50")
    return db


# A disk that fills


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_the_last_room_of_a_disk_is_not_taken(
    site: DeskSite, db: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1000 * MB, 900 * MB, 100 * MB))
    with pytest.raises(StoreError, match="nearly full"):
        bring(site, db, 1)
    asked = Asked("a.csv", 10, publication="Figures")
    with pytest.raises(StoreError, match="nearly full"):
        uploads.begin(site.config, db, site.people["contributor"].person.id, asked)
    assert not archive.place(site.config.archive, archive.digest(CSV % 1)).exists()
    with site.client("contributor") as client:
        path = "/desk/api/v1/documents?name=a.csv&publication=Figures"
        answer = client.post(path, content=CSV % 1, headers={"X-CSRF": client.csrf})
    assert answer.status_code == 503 and "nearly full" in answer.json()["error"]


def test_one_person_announces_only_so_many_bytes(
    site: DeskSite, db: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 25)
    me = site.people["contributor-b"].person.id
    for number in range(2):
        uploads.begin(site.config, db, me, Asked(f"{number}.csv", 10, publication="Figures"))
    with pytest.raises(BadInput, match="under way"):
        uploads.begin(site.config, db, me, Asked("3.csv", 10, publication="Figures"))


# Two at once


def test_an_upload_that_ends_twice_is_one_document(site: DeskSite, db: Desk) -> None:
    me = site.people["contributor"].person.id
    content = CSV % 77
    asked = Asked("b.csv", len(content), publication="Figures")
    upload = uploads.begin(site.config, db, me, asked)
    with uploads.writing(site.config, upload, 0) as place:
        place.write(content)
    start, problems = threading.Barrier(6), []

    def finish() -> None:
        with closing(site.db().conn) as conn:
            start.wait()
            try:
                uploads.finish(site.config, Desk(conn), upload)
            except Exception as problem:
                problems.append(problem)

    threads = [threading.Thread(target=finish) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert problems == []
    sql = "SELECT count(*) FROM jobs WHERE what = 'read' AND object = ?"
    assert db.execute(sql, [archive.digest(content)]).fetchone()[0] == 1
    assert uploads.find(db, upload.id, me).sha256 == archive.digest(content)


def test_a_reading_under_way_does_not_take_a_rejection_back(site: DeskSite, db: Desk) -> None:
    """Asked to be read again, then rejected: the reading used to make the document ready."""
    sha256 = bring(site, db, 4242)
    site.worker()
    deciding.read_again(db, sha256, "reviewer")
    job = queue.take(db, 60, ("read",))
    assert job is not None and job.object == sha256
    version = documents.document(db, sha256)["version"]
    deciding.reject(db, sha256, "reviewer", "It is of another authority.", version)
    report = look(archive.read(site.config.archive, sha256), "a.csv")
    assert not recording.record(site.config, db, job, report)
    assert documents.document(db, sha256)["state"] == "rejected"
    # Whoever wants it after all asks again, and that is a decision of its own.
    deciding.read_again(db, sha256, "reviewer")
    site.worker()
    assert documents.document(db, sha256)["state"] == "ready"


def test_a_document_whose_figure_is_let_out_is_not_rejected_behind_it(tmp_path: Path) -> None:
    config, db = room(tmp_path)
    document, [id] = figures(db, config.archive, 1)
    done = read(db, who(A), id, Said("accept"), 1)
    release(db, who(PUBLISHER), id, done.version)
    with pytest.raises(BadInput, match="withdraw it"):
        deciding.reject(db, document, A, "It is of another authority.", 1)
    assert db.execute("SELECT state FROM proposals").fetchone()[0] == "single"
    assert documents.document(db, document)["state"] == "ready"


def test_what_lies_in_a_rejected_document_does_not_come_in(site: DeskSite, db: Desk) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("inner.csv", CSV % 565656)
    content = held.getvalue()
    sha256 = receive.receive(
        db, site.config.archive, content, "a.zip", "contributor", publication="Figures"
    )
    job = queue.take(db, 60, ("read",))
    assert job is not None and job.object == sha256
    with transaction(db) as conn:
        conn.execute("UPDATE documents SET state = 'ready' WHERE sha256 = ?", [sha256])
    version = documents.document(db, sha256)["version"]
    deciding.reject(db, sha256, "reviewer", "It is of another authority.", version)
    report = look(content, "a.zip")
    assert report.parts and not recording.record(site.config, db, job, report)
    assert documents.parts(db, sha256) == []


# What an address says of a person


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://platform.example/request/stops/response/1/attach/3/answer.pdf", True),
        ("http://platform.example:8080/answer.pdf", True),
        ("https://platform.example/answer.pdf?token=SECRET#page=2", True),
        ("https://platform.example/user/jane_requester/answer.pdf", False),
        ("https://platform.example/attach/Letter%20to%20Mr%20John%20Smith.pdf", False),
        ("https://platform.example/attach/jane.doe%40mail.example/a.pdf", False),
        ("javascript:alert(1)", False),
        ("https://jane@platform.example/a.pdf", False),
    ],
)
def test_an_address_tells_readers_of_no_person(address: str, kept: bool) -> None:
    """The address of a document stands under its figures: with who asked, or a key, in it."""
    assert names.address(address) == (address.partition("?")[0] if kept else "")


def test_a_fetched_document_is_kept_without_the_key_of_its_address(
    site: DeskSite, db: Desk
) -> None:
    address = "https://platform.example/user/jane_requester/a.csv?token=SECRET"
    handler = fetching.handler(lambda _: (CSV % 99, "a.csv", {}))
    asked = fetching.Asked(address, "contributor", publication="Figures")
    object = json.dumps({n: getattr(asked, n) for n in fetching.Asked.__slots__})
    handler(site.config, db, object)
    row = documents.document(db, archive.digest(CSV % 99))
    assert row["address"] == "" and row["state"] == "received"
    assert "SECRET" not in json.dumps([dict(each) for each in documents.history(db, row["sha256"])])


# Tables and words made to take for ever


def table(rows: int, columns: int = 5) -> Table:
    head = [Cell(0, c, "Year" if c == 0 else f"Kind {c}") for c in range(columns)]
    body = [
        Cell(r, c, str(2000 + r % 20) if c == 0 else str(r * c))
        for r in range(1, rows) for c in range(columns)
    ]  # fmt: skip
    return Table("A", 1, (*head, *body), header_rows=1)


def seen(folder: Path, made: Table) -> deeds.Seen:
    config, db = room(folder)
    given: dict[str, Any] = {
        "document": add_document(db, config.archive), "number": 1, "place": "A", "page": 0,
        "title": "", "shape": "a", "confidence": 1.0, "doubts": "[]", "content": dump(made),
    }  # fmt: skip
    return deeds.see(db, int(db["document_tables"].insert(given).last_pk))


def mapping(columns: int = 5, **given: Any) -> Mapping:
    figures = [Column(n, "figures", (("measure", "cd_notices"),)) for n in range(1, columns)]
    constants = (("area", "GB"), ("holder", "_T"), ("requester", "kent-police"))
    return Mapping(1, (Column(0, "period"), *figures), constants=constants, **given)


def test_a_mapping_of_many_parts_takes_no_longer(tmp_path: Path) -> None:
    """Each of 20,000 figures looked through each of 10,000 parts: minutes for one request."""
    shown = seen(tmp_path, table(5_000))
    counted = Counted()
    many = mapping(
        rows=tuple(Row(f"label {n}", 0, "dimension:x") for n in range(5_000)),
        spots=tuple(Spot(n + 1, 9_000, "leave_out") for n in range(4_999)),
    )
    parts = CountedParts(many.rows)
    parts.counted = counted
    object.__setattr__(many, "rows", parts)
    assert len(apply.proposals(shown.table, many, shown.names, shown.known)) == 4_999 * 4
    assert counted.times < 20


class Counted:
    times = 0


class CountedParts(tuple[Any, ...]):
    """Parts of a mapping that count how often somebody goes through all of them."""

    counted: Counted

    def __iter__(self) -> Iterator[Any]:
        self.counted.times += 1
        return super().__iter__()


def test_a_table_gives_only_so_many_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = seen(tmp_path, table(30))
    monkeypatch.setattr(apply, "MOST_FIGURES", 100)
    with pytest.raises(BadInput, match="at most 100 figures"):
        deeds.preview(shown, mapping())
    monkeypatch.setattr(apply, "MOST_FIGURES", 29 * 4)
    assert len(deeds.preview(shown, mapping()).rows) == 29 * 4


def test_doubts_are_found_by_their_place(tmp_path: Path) -> None:
    made = table(4)
    doubts = ("Row 2, column 2: it may be a 7.", "row 2, column 22: another.", "All of it.")
    shown = seen(tmp_path, Table("A", 1, made.cells, header_rows=1, doubts=doubts))
    found = {(r.row, r.column): r.doubts for r in deeds.preview(shown, mapping()).rows}
    assert doubts[0] in found[1, 1] and doubts[1] not in found[1, 1]
    assert not [each for place, told in found.items() for each in told if place != (1, 1)
                and each in doubts]  # fmt: skip


def test_a_long_text_is_no_refusal() -> None:
    """Words that nearly are a refusal took time that grew with their square."""
    assert refusal("refused under section 24") is not None
    assert refusal("refused " + "under the " * 100_000 + "x") is None


def test_whole_tables_are_held_by_few_at_once(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given, "TURN_SECONDS", 0.05)
    taken = [given.TABLES.acquire(timeout=1) for _ in range(4)]
    try:
        with site.client("contributor") as client:
            answer = client.get("/desk/api/v1/tables/1")
            assert answer.status_code == 503 and "large tables" in answer.json()["error"]
            assert client.get("/desk/documents").status_code == 200
    finally:
        for _ in taken:
            given.TABLES.release()
    with site.client("contributor") as client:
        for _ in range(10):  # what ends badly gives its turn back too
            assert client.get("/desk/api/v1/tables/999").status_code == 404


HALF = '"\\ud800"'


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/desk/api/v1/proposals/1/readings", '{"verdict": "ask", "note": %s, "version": 1}'),
        ("/desk/api/v1/requests", '{"body": "kent-police", "reference": %s}'),
        ("/desk/api/v1/tables/1/preview", '{"mapping": {"name": %s}}'),
        ("/desk/api/v1/tables/1/mapping", "{%s: 1}"),
        ("/desk/api/v1/documents/" + "a" * 64 + "/answer", '{"outcome": %s}'),
        ("/desk/me/passkeys", '{"id": %s, "label": %s}'),
    ],
)
def test_halves_of_letters_break_nothing(site: DeskSite, path: str, body: str) -> None:
    with site.client("contributor", strict=False) as client:
        content = body.replace("%s", HALF)
        headers = {"X-CSRF": client.csrf, "Content-Type": "application/json"}
        assert client.post(path, content=content, headers=headers).status_code < 500


def test_when_a_session_was_used_is_written_when_it_can_be(site: DeskSite, db: Desk) -> None:
    with site.client("reviewer") as client:
        assert client.get("/desk").status_code == 200
        early = (datetime.now(UTC) - timedelta(minutes=5)).isoformat(timespec="seconds")
        with transaction(db) as conn:
            conn.execute("UPDATE sessions SET seen_at = ? WHERE revoked_at = ''", [early])
        assert client.get("/desk").status_code == 200
    sql = "SELECT count(*) FROM sessions WHERE seen_at > ? AND person = ?"
    assert db.execute(sql, [early, site.people["reviewer"].person.id]).fetchone()[0]
    assert session_store.sessions_of(db, site.people["reviewer"].person.id)


# What breaks a worker, and what a log may say of it


def test_a_job_that_breaks_ends_alone_and_quotes_nothing(
    site: DeskSite, db: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> None:
        int(HIDDEN)

    with transaction(db) as conn:
        first = queue.ask(conn, "copy", "a" * 64, "reviewer")
        later = queue.ask(conn, "fetch", "b", "reviewer")
    done: list[str] = []
    handlers = {"copy": breaks, "fetch": lambda *given: done.append(given[2])}
    working.work_until_idle(site.config, db, handlers)
    sql = "SELECT state, problem FROM jobs WHERE id = ?"
    assert tuple(db.execute(sql, [first]).fetchone()) == (
        "failed", "it broke on our side (ValueError)",
    )  # fmt: skip
    assert db.execute(sql, [later]).fetchone()[0] == "done" and done == ["b"]
    assert HIDDEN not in caplog.text and "ValueError" in caplog.text


def test_a_log_tells_where_it_broke_and_not_on_what() -> None:
    try:
        try:
            int(HIDDEN)
        except ValueError as problem:
            raise KeyError(HIDDEN) from problem
    except KeyError as problem:
        info = (type(problem), problem, problem.__traceback__)
    record = logging.LogRecord("uvicorn.error", 40, "", 1, "It broke", (), info)
    assert WithoutWords().filter(record)
    text = logging.Formatter().format(record)
    assert HIDDEN not in text
    assert "KeyError" in text and "ValueError" in text and "test_desk_attacks_store" in text


def test_one_person_has_only_so_many_addresses_waiting(
    site: DeskSite, db: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_WAITING", 2)
    ask = [
        fetching.Asked(f"https://slow.example/{n}", "contributor-b", publication="Figures")
        for n in range(3)
    ]
    for each in ask[:2]:
        fetching.ask(db, each)
    with pytest.raises(BadInput, match="at most 2 addresses"):
        fetching.ask(db, ask[2])
    other = fetching.Asked("https://slow.example/9", "reviewer", publication="Figures")
    assert fetching.ask(db, other)
    with transaction(db) as conn:
        conn.execute("DELETE FROM jobs WHERE what = 'fetch'")


def test_a_sheet_named_after_a_person_is_named_by_its_number() -> None:
    """The name of a sheet stands in the place of each figure, on pages that everybody reads."""
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Notices 2019")
    first.title = "Mr John Smith"
    for row in (["Force", "2019"], ["Kent Police", 1234], ["Essex Police", 567]):
        first.append(row)
        second.append(row)
    held = io.BytesIO()
    book.save(held)
    report = look(held.getvalue(), "answer.xlsx")
    told = json.dumps([dump(table) for table, _ in report.tables])
    assert "Smith" not in told and "1234" in told
    assert "sheet no. 1!B2" in told and "Notices 2019!B2" in told


def letter() -> bytes:
    """A PDF answer: a letter that names who asked, and a table of figures."""
    held = io.BytesIO()
    sheet = Canvas(held, pagesize=A4, invariant=1)
    for line, text in enumerate(
        ("Dear Mr John Smith,", "your e-mail was john.smith@mail.example.", "The figures are:")
    ):
        sheet.drawString(70, 780 - 16 * line, text)
    rows = [("Force", "2019", "2020"), ("Kent Police", "1,234", "567"), ("Essex", "890", "12")]
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            sheet.rect(70 + 130 * column, 660 - 20 * row, 130, 20)
            sheet.drawString(74 + 130 * column, 666 - 20 * row, text)
    sheet.save()
    return held.getvalue()


def test_figures_that_may_be_used_do_not_open_the_letter_around_them(
    site: DeskSite, db: Desk
) -> None:
    """Let the figures be used and nothing else: the page named who had asked, to every reader."""
    sha256 = receive.receive(
        db, site.config.archive, letter(), "answer.pdf", "contributor", publication="Figures"
    )
    site.worker()
    row = documents.document(db, sha256)
    assert row["state"] == "quarantined"
    deciding.use_figures(db, sha256, "reviewer", "The figures are plain.", row["version"])
    with transaction(db) as conn:
        conn.execute("UPDATE held_cells SET released_at = 'now', released_by = 'reviewer'")
    address = f"/desk/documents/{sha256}/pages/1.png"
    with site.client("contributor") as client, site.client("reviewer") as reviewer:
        assert reviewer.get(address).status_code == 200
        assert client.get(address).status_code == 403
        assert address not in client.get(f"/desk/documents/{sha256}").text
        table = db.execute("SELECT id FROM document_tables WHERE document = ?", [sha256])
        assert address not in client.get(f"/desk/tables/{table.fetchone()[0]}/map").text
        publishing.release(db, sha256, "pictures", "publisher", "Looked at: nothing else.")
        assert client.get(address).status_code == 200


def test_whole_documents_lie_in_memory_few_at_a_time(
    site: DeskSite, db: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty of 64 MB at once were more memory than the site itself has."""
    monkeypatch.setattr(receive, "TURN_SECONDS", 0.05)
    path = "/desk/api/v1/documents?name=few.csv&publication=Figures"
    with site.client("contributor") as client:
        headers = {"X-CSRF": client.csrf}
        taken = [receive.AT_ONCE.acquire(timeout=1) for _ in range(4)]
        try:
            answer = client.post(path, content=CSV % 31, headers=headers)
            assert answer.status_code == 503 and "try again" in answer.json()["error"]
        finally:
            for _ in taken:
                receive.AT_ONCE.release()
        wrong = f"{path}&sha256={'0' * 64}"
        for _ in range(6):  # what is refused gives its turn back
            assert client.post(wrong, content=CSV % 31, headers=headers).status_code == 400
        assert client.post(path, content=CSV % 31, headers=headers).status_code == 201
