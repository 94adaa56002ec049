"""Pages of documents and of their figures, readers' reports, and the desk's rooms for both."""

import io
import json
import os
import shutil
from pathlib import Path
from urllib.parse import urlencode

import httpx
import openpyxl
import pytest
from asking import ask
from canaries import found_in_bytes
from desk_review import MAPPER, A, B, add_document
from desk_site import DeskSite, InProcess, come_in
from playwright.sync_api import Page, sync_playwright
from publishing_site import answered, copied, create_site, edition_rows, hold, publish, serving

from portal.config import Settings
from portal.core.errors import BadInput
from portal.desk.people.errors import NotThere, Stale
from portal.desk.publishing import reports as taking
from portal.store import archive, queue, reports
from portal.store import publishing as store
from portal.store.desk import Desk
from portal.web import reports as public
from portal.web.desk.app import create_desk

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HERE = {"Sec-Fetch-Site": "same-origin"}
WHY = "A name could be read on page 2."
Ready = tuple[Settings, Desk, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """One edition that shows three figures with their pictures. Not to be changed."""
    config, db, document = answered(tmp_path_factory.mktemp("made"))
    store.release(db, document, "pictures", "publisher-a", "nothing on it")
    publish(config, db)
    db.conn.close()
    return config, db, document


@pytest.fixture
def ready(made: Ready, tmp_path: Path) -> Ready:
    """That installation, to be changed."""
    config, _, document = made
    return *copied(config, tmp_path), document


@pytest.fixture(autouse=True)
def _no_reports_so_far() -> None:
    public._sent.clear()


def figure_of(config: Settings) -> str:
    """The first figure with a picture."""
    return str(edition_rows(config, "SELECT observation FROM pictures ORDER BY 1")[0][0])


def test_a_figure_tells_its_place_its_readers_and_shows_its_cell(made: Ready) -> None:
    config, _, document = made
    figure = figure_of(config)
    answer = ask(create_site(config), f"/observations/{figure}")
    assert answer.status == 200
    for words in (
        "page 2, row 4, column 2",
        "two people read it independently and agreed",
        "2 people read it; people are never named",
        "100%",
        "Answer to a freedom of information request, reference FOI 12/25",
        "Report an error",
    ):
        assert words in answer.words, words
    assert f'src="/observations/{figure}/picture.png" width="893" height="1263"' in answer.text
    assert "a frame marks the cell in which “1,003” is printed" in answer.text
    assert f'href="/documents/{document}"' in answer.text
    assert f"/report?about=/observations/{figure}" in answer.text
    assert not any(name in answer.text for name in (A, B, MAPPER, "answer.xlsx"))
    picture = ask(create_site(config), f"/observations/{figure}/picture.png")
    assert (picture.status, picture.content[:4]) == (200, b"\x89PNG")
    assert "img-src 'self'" in answer.header("content-security-policy")


def test_a_figure_that_no_document_holds_has_no_picture(made: Ready) -> None:
    config, _, document = made
    sql = f"SELECT id FROM observations WHERE snapshot <> '{document}' ORDER BY id LIMIT 1"
    other = edition_rows(config, sql)[0][0]
    answer = ask(create_site(config), f"/observations/{other}")
    assert answer.status == 200 and "<img" not in answer.text
    assert "How it was read" not in answer.words
    assert ask(create_site(config), f"/observations/{other}/picture.png").status == 404


def test_a_document_is_found_by_its_hash_or_its_start(made: Ready) -> None:
    config, _, document = made
    app = create_site(config)
    whole, short = (ask(app, f"/documents/{d}") for d in (document, document[:8]))
    assert whole.status == short.status == 200
    for words in ("1,001", "3 figures", "same in 3: 100.0%"):
        assert words in whole.words, words
    for wrong in (document[:7], "0" * 64, document.upper(), "..%5C"):
        assert ask(app, f"/documents/{wrong}").status in (404, 422), wrong
    assert ask(app, f"/documents/{document}?page=2").status == 404
    assert ask(app, f"/documents/{document}/copy").status == 404
    listed = ask(app, "/documents")
    assert f"/documents/{document}" in listed.text and "pictures of pages" in listed.words
    assert "same in 3: 100.0%" in ask(app, "/methodology").words


def test_an_edition_from_before_documents_still_serves(made: Ready, tmp_path: Path) -> None:
    import sqlite3

    config, _ = copied(made[0], tmp_path)
    path = (config.editions / "current").resolve() / "retention-watch.db"
    path.chmod(0o644)
    with sqlite3.connect(path) as conn:
        for name in ("pictures", "readers", "agreement", "documents"):
            conn.execute(f"DROP TABLE {name}")
    conn.close()
    app, figure = create_site(config), figure_of(made[0])
    assert ask(app, f"/observations/{figure}").status == 200
    assert ask(app, "/methodology").status == ask(app, "/documents").status == 200
    assert ask(app, f"/documents/{made[2]}").status == 404


def client(config: Settings) -> httpx.Client:
    """A reader's browser, as far as a form needs one."""
    made = httpx.Client(
        transport=InProcess(create_site(config), strict=True), base_url="http://site.example"
    )
    made.headers.update({**HERE, "Accept-Encoding": "identity"})
    return made


def waiting(config: Settings) -> list[Path]:
    """The reports that wait for the desk."""
    return sorted(public.folder(config).glob("*.json"))


def test_a_report_waits_as_a_file_and_is_taken_in_once(ready: Ready) -> None:
    config, db, document = ready
    about, text = f"/documents/{document}", "Row 3 says 1,004.\r\nNot 1,003 – <b>look</b>."
    with client(config) as reader:
        shown = reader.get("/report", params={"about": about})
        assert shown.status_code == 200 and about in shown.text and "csrf" not in shown.text
        sent = reader.post("/report", data={"about": about, "text": text})
        assert (sent.status_code, sent.headers["location"]) == (303, "/report/received")
        assert "set-cookie" not in sent.headers
    (path,) = waiting(config)
    assert path.stat().st_mode & 0o777 == 0o600
    given = json.loads(path.read_text())
    assert set(given) == {"address", "text", "received_at"} and ":00:00" in given["received_at"]
    copy = path.read_bytes()
    assert taking.take_in(config, db) == 1 and waiting(config) == []
    # A run that was killed before it deleted the file meets it again.
    path.write_bytes(copy)
    assert taking.take_in(config, db) == 0 and waiting(config) == []
    (report,) = reports.reports(db)
    assert (report.address, report.text) == (about, text.replace("\r\n", "\n"))
    told = json.loads((config.public / "reports.json").read_text())
    assert told == {"received": 1, "answered": 0}


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"text": "  "}, HERE, 422),
        ({"text": "x" * 4001}, HERE, 422),
        ({"text": "x" * 70_000}, HERE, 413),
        ({"text": "hello"}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({"text": "hello"}, {"Sec-Fetch-Site": "same-site"}, 403),
        ({"text": "hello"}, {"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, 403),
        ({"text": "hello"}, {"Content-Type": "text/plain"}, 415),
        ({"text": "hello", "website": "http://spam.example"}, HERE, 303),
    ],
)
def test_what_is_no_report_leaves_nothing(
    made: Ready, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    config, _, _ = made
    with client(config) as reader:
        given = {**FORM, **headers}
        sent = reader.post("/report", content=urlencode(fields).encode(), headers=given)
    assert sent.status_code == status and waiting(config) == []
    if status == 422 and fields["text"].strip():
        assert fields["text"] in sent.text, "what was typed stays"


def test_addresses_of_other_sites_are_left_out() -> None:
    assert public.address("/observations/0af3?x=1#a") == "/observations/0af3?x=1#a"
    for wrong in ("https://evil.example", "//evil.example", "/\\evil", "/a b", "/é", "javascript:"):
        assert public.address(wrong) == "", wrong


def test_too_many_at_once_are_asked_to_come_back_and_keep_their_text(ready: Ready) -> None:
    config, db, _ = ready
    with client(config) as reader:
        for number in range(public.MOST_AT_ONCE):
            assert reader.post("/report", data={"text": f"report {number}"}).status_code == 303
        refused = reader.post("/report", data={"text": "one more"})
        assert refused.status_code == 429 and "one more" in refused.text
        assert refused.headers["retry-after"] == "600"
        public._sent.clear()
        for number in range(public.MOST_WAITING - public.MOST_AT_ONCE):
            (public.folder(config) / f"{number}.json").write_text("{}")
        assert reader.post("/report", data={"text": "one more"}).status_code == 429
    assert taking.take_in(config, db) == public.MOST_AT_ONCE
    assert waiting(config) == [] and len(reports.reports(db, most=1000)) == public.MOST_AT_ONCE


def test_files_that_are_no_reports_are_set_aside(ready: Ready) -> None:
    config, db, _ = ready
    folder = public.folder(config)
    folder.mkdir()
    for number, content in enumerate([b"", b"{", b"[]", b'{"address": 1}', b"[" * 60_000]):
        (folder / f"{number}.json").write_bytes(content)
    long = {"address": "", "text": "x" * 4001, "received_at": "2026-01-01"}
    (folder / "long.json").write_text(json.dumps(long))
    assert taking.take_in(config, db) == 0
    assert len(list(folder.glob("*.unreadable"))) == 6 and db["reports"].count == 0


def test_two_who_answer_at_once_notice_each_other(ready: Ready) -> None:
    config, db, _ = ready
    reports.take_in(db, "a", "/", "wrong", "2026-01-01T10:00:00+00:00")
    taking.answer(config, db, 1, 1, ("answered", "We look into it.", "publisher-a"))
    with pytest.raises(Stale):
        taking.answer(config, db, 1, 1, ("closed", "", "publisher-b"))
    with pytest.raises(NotThere):
        taking.answer(config, db, 2, 1, ("closed", "", "publisher-b"))
    for state, said in (("answered", " "), ("gone", "words"), ("closed", "x" * 4001)):
        with pytest.raises(BadInput):
            taking.answer(config, db, 1, 2, (state, said, "publisher-b"))
    (report,) = reports.reports(db)
    assert (report.state, report.answered_by, report.version) == ("answered", "publisher-a", 2)
    told = json.loads((config.public / "reports.json").read_text())
    assert told == {"received": 1, "answered": 1}
    assert "So far 1 report came in; 1 is answered" in ask(create_site(config), "/report").words


@pytest.fixture
def desk(ready: Ready) -> DeskSite:
    """The desk over that installation, with people of three roles."""
    config, db, _ = ready
    site = DeskSite(config, create_desk(config))
    for role in ("contributor", "reviewer", "publisher"):
        site.people[role] = come_in(db, role, role)
    return site


def test_only_a_publisher_comes_into_these_rooms(desk: DeskSite, ready: Ready) -> None:
    document = ready[2]
    paths = ["/desk/publishing", f"/desk/publishing/{document}", "/desk/reports"]
    paths += [f"/desk/publishing/{document}/pages/2.png"]
    for role, status in (
        ("anonymous", 401), ("contributor", 403), ("reviewer", 403), ("publisher", 200),
    ):  # fmt: skip
        with desk.client(role) as client:
            assert [client.get(path).status_code for path in paths] == [status] * len(paths), role
    with desk.client("reviewer") as client:
        for deed in ("edition", f"{document}/release", f"{document}/withdraw"):
            given = client.form(what="pictures", why=WHY)
            assert client.post(f"/desk/publishing/{deed}", data=given).status_code == 403
    db = desk.db()
    assert db["withdrawals"].count == 0 and queue.of(db, "publish", "edition") is None


def test_a_publisher_lets_out_publishes_and_withdraws(desk: DeskSite, ready: Ready) -> None:
    config, db, document = ready
    here = f"/desk/publishing/{document}"
    with desk.client("publisher") as client:
        shown = client.get(here)
        assert "Page 2" in shown.text and f"{here}/pages/2.png" in shown.text
        assert client.get(f"{here}/pages/2.png").content[:4] == b"\x89PNG"
        assert client.get(f"{here}/pages/3.png").status_code == 404
        assert client.get(f"/desk/publishing/{'0' * 64}").status_code == 404
        refused = client.post(f"{here}/release", data=client.form(what="pictures", why="no"))
        assert refused.status_code == 400 and "a sentence of 10" in refused.text
        given = client.form(what="pictures", why="Nothing on these pages names anybody.")
        assert client.post(f"{here}/release", data=given).status_code == 303
        assert client.post("/desk/publishing/edition", data=client.form()).status_code == 303
        assert "is being built" in client.get("/desk/publishing").text
        assert queue.of(db, "publish", "edition")["asked_by"] == "publisher"
        named = client.form(why="Ring 07700 900123 about the name on page 2.")
        refused = client.post(f"{here}/withdraw", data=named)
        assert refused.status_code == 400 and "names nobody" in refused.text
        assert client.post(f"{here}/withdraw", data=client.form(why=WHY)).status_code == 303
        assert WHY in client.get(here).text
        given = client.form(what="pictures", why="Nothing on these pages names anybody.")
        assert client.post(f"{here}/release", data=given).status_code == 400
    assert ask(create_site(config), f"/documents/{document}").status == 410


def test_a_cleaned_copy_is_made_of_visible_cells_and_handed_out(
    desk: DeskSite, ready: Ready
) -> None:
    config, db, document = ready
    hold(db, document, None, 2)
    here = f"/desk/publishing/{document}/release"
    with desk.client("publisher") as client:
        given = client.form(what="copy", why="Counts of requests by year.")
        assert client.post(here, data=given).status_code == 303
        first = store.document(db, document).copy
        assert client.post(here, data=given).status_code == 303
    assert first and store.document(db, document).copy == first, "the same cells, the same bytes"
    publish(config, db)
    answer = ask(create_site(config), f"/documents/{document}/copy")
    assert answer.status == 200 and answer.header("cache-control") == "no-store"
    assert answer.header("content-disposition").endswith('-cleaned.xlsx"')
    assert archive.digest(answer.content) == first
    for words, count in (("Requests", 1), ("held back", 0), ("answer.xlsx", 0), ("reviewer", 0)):
        assert bool(found_in_bytes(answer.content, [words])) is bool(count), words
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet["B"]] == ["Requests", "1,001", "1,002", "1,003"]
    assert first in ask(create_site(config), f"/documents/{document}").words


def test_a_document_without_a_table_has_no_copy(desk: DeskSite, ready: Ready) -> None:
    config, db, _ = ready
    other = add_document(db, config.archive, b"a letter", "pdf")
    with desk.client("publisher") as client:
        given = client.form(what="copy", why="Counts of requests by year.")
        answer = client.post(f"/desk/publishing/{other}/release", data=given)
        assert answer.status_code == 400 and "a document with a table" in answer.text


def test_reports_are_read_and_answered_at_the_desk(desk: DeskSite, ready: Ready) -> None:
    config, _, _ = ready
    with client(config) as reader:
        reader.post("/report", data={"about": "/costs", "text": "<script>alert(1)</script>"})
    with desk.client("publisher") as publisher:
        room = publisher.get("/desk/reports")
        assert "&lt;script&gt;" in room.text and "<script>alert" not in room.text
        assert publisher.get("/desk/reports/1").status_code == 200
        assert publisher.get("/desk/reports/2").status_code == 404
        assert publisher.get("/desk/reports", params={"state": "odd"}).status_code == 400
        given = publisher.form(version="1", state="answered", answer="Put right.")
        assert publisher.post("/desk/reports/1", data=given).status_code == 303
        assert publisher.post("/desk/reports/1", data=given).status_code == 409
        assert "Put right." in publisher.get("/desk/reports/1").text
        assert publisher.get("/desk/reports?state=answered").text.count("/desk/reports/1") == 1


@pytest.mark.browser
@pytest.mark.skipif(
    not os.access(CHROMIUM, os.X_OK), reason="left out: there is no chromium on this machine"
)
def test_in_a_browser_the_cell_is_framed_and_a_report_is_sent_without_script(
    ready: Ready, tmp_path: Path
) -> None:
    config, db, document = ready
    figure = figure_of(config)
    with serving(config, tmp_path / "log") as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width in (390, 1280):
            page = browser.new_context(
                java_script_enabled=True, viewport={"width": width, "height": 900}
            ).new_page()
            told: list[str] = []
            page.on("console", lambda message, told=told: told.append(message.text))
            page.goto(f"{address}/observations/{figure}")
            _whole(page)
            image = page.locator("figure.paper img")
            assert image.evaluate("e => e.complete && e.naturalWidth") == 893
            near = page.locator("figure.paper svg").bounding_box()
            assert near and near["width"] <= width and near["height"] > 100
            page.goto(f"{address}/documents/{document}")
            _whole(page)
            assert told == []
        page.goto(f"{address}/report?about=/observations/{figure}")
        page.fill("textarea", "The frame is around the wrong cell.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/report/received")
        _whole(page)
        browser.close()
    assert taking.take_in(config, db) == 1
    assert reports.reports(db)[0].address == f"/observations/{figure}"


def _whole(page: Page) -> None:
    """Nothing sticks out of the page to the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
