"""The pages of intake and of documents: what is told, to whom, and what a reviewer decides."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from desk_documents import CSV, PERSONS, SECRET, workbook, zipped
from desk_site import Client, DeskSite, desk_site
from openpyxl import load_workbook
from small_data import make_data

from portal.desk import copying
from portal.desk.intake.receive import receive
from portal.desk.reading.tables import load
from portal.desk.reading.working import work_until_idle
from portal.store import documents
from portal.store.desk import Desk


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    folder = tmp_path_factory.mktemp("desk")
    made = desk_site(folder, data=make_data(folder))
    with closing(made.db().conn) as conn:
        conn.execute(
            "INSERT INTO foi_requests (id, body, law, state, made_by, made_at)"
            " VALUES ('kent-1', 'kent-police', 'FOIA 2000', 'answered', 'a', '2024-01-01')"
        )
    return made


@pytest.fixture
def db(site: DeskSite) -> Iterator[Desk]:
    desk = site.db()
    yield desk
    desk.conn.close()


def bring(site: DeskSite, db: Desk, content: bytes, name: str) -> str:
    """Receive a document and read it."""
    sha256 = receive(db, site.config.archive, content, name, "contributor", request="kent-1")
    site.worker()
    return sha256


def send(client: Client, *files: tuple[str, bytes], **fields: str) -> str:
    given = [("files", each) for each in files]
    return str(client.post("/desk/intake", data=client.form(**fields), files=given).text)


def test_many_files_of_a_form_are_each_told_of(site: DeskSite, db: Desk) -> None:
    with site.client("contributor") as client:
        said = send(
            client, ("a.csv", CSV), ("empty.csv", b""), ("a again.csv", CSV), request="kent-1"
        )
    assert "a.csv is here; it waits to be inspected." in said
    assert "a file of 0 bytes" in said
    assert "a again.csv is here already as a.csv" in said
    assert db.execute("SELECT count(*) FROM documents WHERE name = 'a.csv'").fetchone() == (1,)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "either a request or a publication"),
        ({"request": "kent-1", "publication": "A review"}, "found &#39;both&#39;"),
        ({"request": "elsewhere"}, "the reference of a request at this desk"),
    ],
)
def test_a_form_that_names_no_owner_keeps_what_was_typed(
    site: DeskSite, fields: dict[str, str], said: str
) -> None:
    with site.client("contributor") as client:
        answer = client.post(
            "/desk/intake", data=client.form(**fields), files=[("files", ("b.csv", b"1,2\n"))]
        )
    assert answer.status_code == 400
    assert said in answer.text
    assert fields.get("publication", "") in answer.text


def test_a_form_without_files_says_so(site: DeskSite) -> None:
    with site.client("contributor") as client:
        answer = client.post("/desk/intake", data=client.form(request="kent-1"))
    assert (answer.status_code, "No file was chosen." in answer.text) == (400, True)


def test_a_stopped_document_says_what_and_where_and_never_the_hidden(
    site: DeskSite, db: Desk
) -> None:
    sha256 = bring(site, db, workbook(hidden=SECRET), "staff.xlsx")
    for role in ("contributor", "reviewer", "admin"):
        with site.client(role) as client:
            page = client.get(f"/desk/documents/{sha256}").text
            listed = client.get("/desk/documents?state=quarantined").text
            told = client.get(f"/desk/api/v1/documents/{sha256}")
        assert "A sheet is hidden." in page and "hidden_sheet" in page
        assert "Kent Police" in page and ">57<" in page
        assert "staff.xlsx" in listed
        assert told.json()["state"] == "quarantined"
        for text in (page, listed, told.text):
            assert SECRET not in text
        assert ("Use only the figures" in page) == (role != "contributor")


def test_only_the_figures_may_be_used_by_a_reviewers_word(site: DeskSite, db: Desk) -> None:
    sha256 = bring(site, db, workbook(hidden=SECRET + "-2"), "figures.xlsx")
    version = documents.document(db, sha256)["version"]
    address = f"/desk/documents/{sha256}/figures"
    with site.client("contributor") as client:
        given = client.form(version=version, why="they are plain")
        assert client.post(address, data=given).status_code == 403
    with site.client("reviewer") as client:
        for why in ("", "asked by Mr John Smith"):
            answer = client.post(address, data=client.form(version=version, why=why))
            assert answer.status_code == 400
        given = client.form(version=version, why="the visible table is plain")
        assert client.post(address, data=given).status_code == 303
        again = client.post(address, data=given)
        assert again.status_code == 409 and "has changed since" in again.text
    assert documents.document(db, sha256)["state"] == "ready"
    (released,) = documents.releases(db, sha256)
    assert (released["what"], released["actor"]) == ("figures", "reviewer")
    assert documents.history(db, sha256)[0]["action"] == "released figures"


def test_a_rejected_document_drops_what_was_proposed(site: DeskSite, db: Desk) -> None:
    sha256 = bring(site, db, workbook(hidden=SECRET + "-3"), "reject.xlsx")
    version = documents.document(db, sha256)["version"]
    with site.client("reviewer") as client:
        given = client.form(version=version, why="not an answer")
        assert client.post(f"/desk/documents/{sha256}/reject", data=given).status_code == 303
        page = client.get(f"/desk/documents/{sha256}").text
    assert "A reviewer rejected it: not an answer" in page
    assert documents.document(db, sha256)["state"] == "rejected"


def test_reading_again_is_asked_once_and_takes_the_decision_back(site: DeskSite, db: Desk) -> None:
    sha256 = bring(site, db, workbook(hidden=SECRET + "-4"), "again.xlsx")
    version = documents.document(db, sha256)["version"]
    with site.client("reviewer") as client:
        given = client.form(version=version, why="the visible table is plain")
        client.post(f"/desk/documents/{sha256}/figures", data=given)
        for said in ("read again", "waits to be read already"):
            client.post(f"/desk/documents/{sha256}/again", data=client.form())
            assert said in client.get(f"/desk/documents/{sha256}").text
    assert site.worker() == 1
    assert documents.document(db, sha256)["state"] == "quarantined"


def held_place(db: Desk, sha256: str) -> dict[str, int]:
    cell = next(each for each in documents.held(db, sha256) if each["column"] == 1)
    return {"table": cell["table_id"], "row": cell["row"], "column": cell["column"]}


def test_held_cells_are_shown_and_released_one_by_one(site: DeskSite, db: Desk) -> None:
    sha256 = bring(site, db, PERSONS, "persons.csv")
    count = len(documents.held(db, sha256))
    assert count >= 2
    place = held_place(db, sha256)
    address = f"/desk/documents/{sha256}"
    for role in ("contributor", "reviewer"):
        with site.client(role) as client:
            page = client.get(address).text
            assert "held: may" in page and "John Smith" not in page
            assert "John Smith" not in client.get(f"/desk/api/v1/documents/{sha256}").text
    with site.client("contributor") as client:
        for deed in ("look", "release"):
            given = client.form(version=documents.document(db, sha256)["version"], **place)
            answer = client.post(f"{address}/cells/{deed}", data=given)
            assert answer.status_code == 403 and "John Smith" not in answer.text
    with site.client("reviewer") as client:
        looked = client.post(f"{address}/cells/look", data=client.form(**place))
        assert "The text of table 1, row 2, column B" in looked.text
        assert "John Smith" in looked.text and "Release this text" in looked.text
        version = int(re.search(r'name="version" value="(\d+)"', looked.text)[1])  # type: ignore
        given = client.form(version=version, **place)
        assert client.post(f"{address}/cells/release", data=given).status_code == 303
        assert client.post(f"{address}/cells/release", data=given).status_code == 404
        other = client.form(version=version, **held_place(db, sha256))
        assert client.post(f"{address}/cells/release", data=other).status_code == 409
    part = documents.some_rows(db, place["table"], 0, 100, 100)
    assert part is not None and (part.rows, part.columns) == (3, 3)
    texts = {(cell.row, cell.column): cell.text for cell in load(part.content).cells}
    assert texts[place["row"], place["column"]] == "Mr John Smith"
    assert [text for text in texts.values() if text] == [
        "Force", "Contact", "Requests", "Mr John Smith",
    ]  # fmt: skip
    assert len(documents.held(db, sha256)) == count - 1
    done = [each["action"] for each in documents.history(db, sha256)]
    assert done[:2] == ["released cell", "looked at held cell"]
    trail = "".join(str(row) for row in db.execute("SELECT * FROM audit").fetchall())
    assert "John" not in trail


def test_a_cell_without_its_text_cannot_be_released(site: DeskSite, db: Desk) -> None:
    sha256 = bring(site, db, PERSONS + b"Surrey Police,Ms Jane Doe,3\n", "no text.csv")
    db.execute("UPDATE held_cells SET text = '' WHERE released_at = ''")
    place = held_place(db, sha256)
    with site.client("reviewer") as client:
        looked = client.post(f"/desk/documents/{sha256}/cells/look", data=client.form(**place))
        assert "No text was kept" in looked.text and "Release this text" not in looked.text
        version = documents.document(db, sha256)["version"]
        given = client.form(version=version, **place)
        answer = client.post(f"/desk/documents/{sha256}/cells/release", data=given)
    assert answer.status_code == 400 and "whose text was kept" in answer.text


def test_members_of_a_zip_are_documents_with_their_own_page(site: DeskSite, db: Desk) -> None:
    content = zipped(one_csv=CSV + b"Sussex Police,1,9\n", two_xlsx=workbook(hidden="CANARY-99"))
    sha256 = bring(site, db, content, "all.zip")
    parts = {each["name"]: each for each in documents.parts(db, sha256)}
    assert parts["one.csv"]["state"] == "ready"
    assert parts["two.xlsx"]["state"] == "quarantined"
    with site.client("contributor") as client:
        page = client.get(f"/desk/documents/{sha256}").text
        inner = client.get(f"/desk/documents/{parts['two.xlsx']['sha256']}").text
    assert "Use only the figures" not in page
    assert "Documents inside it" in page and "two.xlsx" in page
    assert f"/desk/documents/{sha256}" in inner and "kent-1" in inner


def test_pictures_with_held_text_are_for_those_who_may_release_it(
    site: DeskSite, db: Desk, tmp_path: Path
) -> None:
    from portal.store import archive

    sha256 = bring(site, db, PERSONS + b"Dorset Police,Mrs Ann Lee,5\n", "pictured.csv")
    png = archive.keep(site.config.archive, b"\x89PNG\r\n\x1a\n a picture")
    db.execute("INSERT INTO pages VALUES (?, 1, ?, 893, 1263, 1.5)", [sha256, png])
    address = f"/desk/documents/{sha256}/pages/1.png"
    with site.client("contributor") as client:
        assert client.get(address).status_code == 403
        assert address not in client.get(f"/desk/documents/{sha256}").text
    with site.client("reviewer") as client:
        answer = client.get(address)
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["cache-control"] == "no-store"
        assert address in client.get(f"/desk/documents/{sha256}").text
        assert client.get(address.replace("1.png", "2.png")).status_code == 404
        version = documents.document(db, sha256)["version"]
        given = client.form(version=version, why="the figures are plain")
        client.post(f"/desk/documents/{sha256}/figures", data=given)
    with site.client("contributor") as client:
        assert client.get(address).status_code == 403
        db.execute("UPDATE held_cells SET released_at = 'now' WHERE released_at = ''")
        assert client.get(address).status_code == 200
    with site.client("anonymous") as client:
        assert client.get(address).status_code == 401


@pytest.mark.parametrize("sha256", ["0" * 64, "A" * 64, "a" * 63])
def test_an_unknown_document_is_not_there(site: DeskSite, sha256: str) -> None:
    with site.client("reviewer") as client:
        for address in (sha256, f"{sha256}/pages/1.png"):
            assert client.get(f"/desk/documents/{address}").status_code == 404
        for deed in ("figures", "reject", "again", "cells/look", "cells/release"):
            given = client.form(version=1, why="it is", table=1, row=0, column=0)
            assert client.post(f"/desk/documents/{sha256}/{deed}", data=given).status_code == 404


def test_the_list_is_chosen_and_paged(site: DeskSite, db: Desk) -> None:
    for number in range(documents.PER_PAGE + 3):
        content = f"a,b\n{number},2\n".encode()
        receive(db, site.config.archive, content, f"{number}.csv", "c", publication="Many")
    with site.client("contributor") as client:
        first = client.get("/desk/documents?state=received").text
        second = client.get("/desk/documents?state=received&page=2").text
        for page in ("0", "-1", "x", "9" * 30):
            assert client.get(f"/desk/documents?page={page}").status_code == 200
        assert "No document of this choice" in client.get("/desk/documents?kind=nothing").text
    assert first.count('<th scope="row">') == documents.PER_PAGE
    assert second.count('<th scope="row">') == 3
    assert "state=received&amp;page=2" in first
    db.execute("DELETE FROM jobs WHERE state = 'waiting'")


def test_names_and_texts_are_never_markup(site: DeskSite, db: Desk) -> None:
    sha256 = bring(site, db, b"Force,<b>x</b>\nKent,1\n", "<img src=x onerror=alert(1)>.csv")
    with site.client("contributor") as client:
        page = client.get(f"/desk/documents/{sha256}").text
    assert "<img src=x" not in page and "<b>x</b>" not in page


def test_a_table_of_many_rows_shows_its_first(site: DeskSite, db: Desk) -> None:
    content = b"Day,Requests\n" + b"".join(b"%d,%d\n" % (n, n * 3) for n in range(2_500))
    sha256 = bring(site, db, content, "long.csv")
    with site.client("contributor") as client:
        page = client.get(f"/desk/documents/{sha256}").text
        api = f"/desk/api/v1/documents/{sha256}"
        (table,) = client.get(api).json()["tables"]
        seen = [cell["row"] for cell in table["cells"]]
        while table["next"]:
            table = client.get(table["next"]).json()
            seen += [cell["row"] for cell in table["cells"]]
        assert client.get(f"{api}/tables/9").status_code == 404
        assert client.get(f"{api}/tables/1?first=99999").json()["cells"] == []
    assert "Shown are 100 of 2,501 rows" in page
    assert sorted(set(seen)) == list(range(2_501)) and len(seen) == 2 * 2_501


def test_a_cleaned_copy_holds_the_visible_cells_and_nothing_else(site: DeskSite, db: Desk) -> None:
    sha256 = bring(site, db, workbook(hidden=SECRET + "-5"), "to copy.xlsx")
    address = f"/desk/documents/{sha256}"
    with site.client("contributor") as client:
        assert client.post(f"{address}/copy", data=client.form()).status_code == 403
        assert client.get(f"{address}/copy.xlsx").status_code == 404
    with site.client("reviewer") as client:
        for said in ("is being made;", "is being made already"):
            client.post(f"{address}/copy", data=client.form())
            assert said in client.get(address).text
        work_until_idle(site.config, db, {copying.COPY: copying.make})
        copy = documents.copy_of(db, sha256)
        assert copy in client.get(address).text
        answer = client.get(f"{address}/copy.xlsx")
        assert answer.headers["content-disposition"].startswith("attachment")
        book = load_workbook(io.BytesIO(answer.content))
        (sheet,) = book.worksheets
        assert [tuple(cell.value for cell in row) for row in sheet.rows] == [
            ("Force", 2022, 2023), ("Kent Police", 41, 57), ("Essex Police", 38, 66),
        ]  # fmt: skip
        with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
            for name in package.namelist():
                assert SECRET.encode() not in package.read(name)
        version = documents.document(db, sha256)["version"]
        given = client.form(version=version, why="the visible table is plain")
        client.post(f"{address}/figures", data=given)
        assert client.get(f"{address}/copy.xlsx").status_code == 404  # the document has changed


def test_a_document_without_tables_has_no_copy(site: DeskSite, db: Desk) -> None:
    sha256 = receive(db, site.config.archive, b"%PDF-", "x.pdf", "c", publication="A")
    db.execute("DELETE FROM jobs WHERE object = ?", [sha256])
    with site.client("reviewer") as client:
        answer = client.post(f"/desk/documents/{sha256}/copy", data=client.form())
    assert answer.status_code == 400 and "a document with tables" in answer.text
