"""What of a document becomes public: its figures with their readers, pictures once let out."""

import io
import json
import shutil
from pathlib import Path

import pytest
from canaries import found_in
from desk_review import MAPPER, REQUEST, A, B, add_document, add_table, propose
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image
from publishing_site import (
    SCALE,
    SECRET,
    SIZE,
    add_page,
    agree,
    answered,
    copied,
    edition_rows,
    hold,
    page_picture,
    publish,
)

from portal.config import Settings
from portal.core.errors import BadInput, EditionError
from portal.desk.people.errors import NotThere
from portal.desk.publishing import releasing
from portal.desk.publishing.job import handlers
from portal.desk.publishing.releasing import Wanted
from portal.desk.reading.working import work_until_idle
from portal.desk.review import finishing
from portal.desk.review.rules import TWO_PEOPLE
from portal.publish import editions, pictures
from portal.store import publishing as store
from portal.store.desk import Desk, open_desk, transaction

WHY = "Nothing on these pages names anybody."
HELD = (200.0, 220.0, 300.0, 236.0)
Ready = tuple[Settings, Desk, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """An installation whose first edition shows the figures and no picture."""
    config, db, document = answered(tmp_path_factory.mktemp("made"))
    publish(config, db)
    db.conn.close()
    return config, db, document


@pytest.fixture
def ready(made: Ready, tmp_path: Path) -> Ready:
    """That installation, to be changed."""
    config, _, document = made
    return *copied(config, tmp_path), document


@pytest.fixture(scope="module")
def shown(made: Ready, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """The same with its pictures let out: two editions. Not to be changed."""
    config, db = copied(made[0], tmp_path_factory.mktemp("shown"))
    releasing.release(db, Wanted("pictures", WHY), made[2], "publisher-a")
    publish(config, db)
    return config, db, made[2]


def test_the_figures_of_an_answer_stand_in_the_edition_with_how_they_were_read(
    made: Ready,
) -> None:
    config, _, document = made
    read = edition_rows(config, "SELECT document, rule, readings, confidence FROM readers")
    assert edition_rows(config, "SELECT DISTINCT heading FROM readers") == [("Year, Requests",)]
    assert read == [(document, TWO_PEOPLE, 2, 1.0)] * 3
    sql = f"SELECT value, source, page FROM observations WHERE snapshot = '{document}' ORDER BY 1"
    source = f"foi-{REQUEST}"
    assert edition_rows(config, sql) == [
        (1000 + n, source, f"page 2, row {n + 1}, column 2") for n in (1, 2, 3)
    ]
    titles = edition_rows(config, f"SELECT publisher FROM sources WHERE id = '{source}'")
    assert titles == [("Kent Police",)]
    assert edition_rows(config, "SELECT * FROM agreement") == [(document, 3, 3, 1.0)]
    told = edition_rows(config, f"SELECT title FROM changes WHERE address LIKE '%{document}'")
    assert len(told) == 1 and told[0][0].startswith("3 new figures in Answer to a freedom")


def test_nobody_and_no_file_name_and_no_byte_of_the_document_is_in_an_edition(
    shown: Ready,
) -> None:
    config, _, _ = shown
    secrets = [A, B, MAPPER, "publisher-a", "answer.xlsx", "with 3 figures", WHY]
    assert found_in(config.editions, secrets) == []


def test_bytes_that_came_in_at_the_desk_are_never_handed_on_whatever_their_licence(
    ready: Ready,
) -> None:
    config, db, _ = ready
    free = "SELECT id FROM sources WHERE licence = 'ogl-3.0' ORDER BY id"
    publication = edition_rows(config, free)[0][0]
    content = b"a publication with one figure"
    document = add_document(
        db, config.archive, content, "pdf", request=None, publication=publication
    )
    table = add_table(db, document, ["77"], 1)
    agree(db, [propose(db, document, table, "77", page=1)])
    assert [each.problems for each in finishing.finish(db, config.archive)] == [()]
    publish(config, db)
    sql = f"SELECT mirrored FROM snapshots WHERE sha256 = '{document}'"
    assert edition_rows(config, sql) == [(0,)]
    assert found_in(config.editions, [content.decode()]) == []


def test_pictures_are_let_out_by_a_decision_only(made: Ready, shown: Ready) -> None:
    assert edition_rows(made[0], "SELECT * FROM pictures") == []
    config, _, document = shown
    rows = edition_rows(config, "SELECT document, page, width, height, alt, file FROM pictures")
    assert {row[:4] for row in rows} == {(document, 2, *SIZE)} and len(rows) == 3
    assert all("a frame marks the cell in which “1,00" in row[4] for row in rows)
    folder = (config.editions / "current").resolve()
    for row in rows:
        with Image.open(folder / row[5]) as picture:
            assert picture.size == SIZE and picture.info == {}
            assert picture.convert("RGB").getcolors(1 << 20) is not None
    assert list(editions.verify(folder)) == []


def test_the_frame_lies_around_the_cell_and_covers_nothing_of_it() -> None:
    page, box = page_picture(["1,001"]), (200.0, 120.0, 300.0, 136.0)
    drawn = Image.open(io.BytesIO(pictures.draw(page, SCALE, [box], [])))
    plain = Image.open(io.BytesIO(page)).convert("RGB")
    inside = tuple(round(SCALE * each) for each in box)
    assert drawn.crop(inside).tobytes() == plain.crop(inside).tobytes()
    left, top, right, bottom = inside
    middle = (left + right) // 2
    above = [drawn.getpixel((middle, y)) for y in range(top - 10, top)]
    below = [drawn.getpixel((middle, y)) for y in range(bottom + 1, bottom + 10)]
    assert above.count(pictures.ACCENT) == below.count(pictures.ACCENT) == pictures.FRAME


NUMBERS = some.floats(width=32) | some.integers(-(10**6), 10**6)
ANYTHING = some.none() | some.booleans() | some.text(max_size=5) | NUMBERS
SMALL = page_picture(["1,001"])


@given(some.lists(ANYTHING, max_size=5) | ANYTHING)
def test_any_text_reads_as_a_rectangle_that_can_be_drawn_or_as_none(found: object) -> None:
    box = store.read_box(json.dumps(found))
    if box is not None:
        assert box[0] < box[2] and box[1] < box[3]
        drawn = pictures.draw(SMALL, SCALE, [box], [box])
        assert Image.open(io.BytesIO(drawn)).size == SIZE


def test_a_cell_that_is_held_is_painted_over(tmp_path: Path) -> None:
    config, db, document = answered(tmp_path, held=HELD)
    hold(db, document, HELD, 2)
    releasing.release(db, Wanted("pictures", WHY), document, "publisher-a")
    publish(config, db)
    files = edition_rows(config, "SELECT file FROM pictures")
    assert len(files) == 3
    for (file,) in files:
        with Image.open(config.editions / "current" / file) as picture:
            colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}
            assert SECRET not in colours and pictures.COVER in colours


def test_a_held_cell_without_a_place_keeps_its_whole_page_back(ready: Ready) -> None:
    config, db, document = ready
    hold(db, document, None, 2)
    releasing.release(db, Wanted("pictures", WHY), document, "publisher-a")
    publish(config, db)
    assert edition_rows(config, "SELECT * FROM pictures") == []
    assert len(edition_rows(config, "SELECT * FROM readers")) == 3


def test_no_picture_where_the_cell_itself_is_covered_or_lies_off_the_page(ready: Ready) -> None:
    config, db, document = ready
    hold(db, document, (200.0, 121.0, 300.0, 130.0), 2)
    with transaction(db) as conn:
        conn.execute("UPDATE proposals SET box = '[10, 10, 5000, 20]' WHERE \"row\" = 2")
        conn.execute('UPDATE proposals SET box = \'{"a": 1}\' WHERE "row" = 3')
    releasing.release(db, Wanted("pictures", WHY), document, "publisher-a")
    publish(config, db)
    assert edition_rows(config, "SELECT * FROM pictures") == []


def test_a_rebuild_gives_the_same_hash_and_the_same_bytes(shown: Ready, tmp_path: Path) -> None:
    config, db = copied(shown[0], tmp_path)
    before = json.loads((config.editions / "current" / "manifest.json").read_text())
    shutil.rmtree(config.editions)
    after = publish(config, db)
    files = json.loads((after.folder / "manifest.json").read_text())["files"]
    assert after.content_hash == before["content_hash"]
    drawn = {name: known for name, known in files.items() if name.startswith("pictures/")}
    assert len(drawn) == 3 and drawn.items() <= before["files"].items()


def test_a_picture_that_has_not_changed_is_taken_over_and_a_damaged_one_drawn_anew(
    shown: Ready, tmp_path: Path
) -> None:
    config, db = copied(shown[0], tmp_path)
    names = sorted((config.editions / "0002" / "pictures").iterdir())
    whole = names[0].read_bytes()
    names[0].chmod(0o644)
    names[0].write_bytes(whole[:-1])
    content = b"another answer"
    other = add_document(db, config.archive, content, "pdf")
    table = add_table(db, other, ["5"], 1)
    agree(db, [propose(db, other, table, "5", page=1, row=9)])
    finishing.finish(db, config.archive)
    third = publish(config, db)
    assert third.number == 3
    mine = [third.folder / "pictures" / path.name for path in names]
    assert mine[0].read_bytes() == whole
    assert [path.stat().st_ino for path in mine[1:]] == [path.stat().st_ino for path in names[1:]]
    assert list(editions.verify(third.folder)) == []


def test_bytes_that_are_no_picture_stop_the_edition_and_the_last_one_serves(ready: Ready) -> None:
    config, db, document = ready
    with transaction(db) as conn:
        conn.execute("DELETE FROM pages")
    add_page(config, db, document, 2, b"no picture at all")
    releasing.release(db, Wanted("pictures", WHY), document, "publisher-a")
    with pytest.raises(EditionError, match="expected a PNG"):
        publish(config, db)
    assert editions.current(config.editions).number == 1
    assert [path.name for path in config.editions.glob(".building*")] == []


def test_figures_of_a_quarantined_document_wait_for_a_decision(ready: Ready) -> None:
    config, db, document = ready
    with transaction(db) as conn:
        conn.execute("UPDATE documents SET state = 'quarantined'")
    publish(config, db)
    sql = f"SELECT count(*) FROM observations WHERE snapshot = '{document}'"
    assert edition_rows(config, sql) == [(0,)]
    assert edition_rows(config, "SELECT count(*) FROM documents") == [(0,)]
    assert edition_rows(config, f"SELECT * FROM sources WHERE id = 'foi-{REQUEST}'") == []
    store.release(db, document, "figures", "reviewer-a", WHY)
    publish(config, db)
    assert edition_rows(config, sql) == [(3,)]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted("pictures", "short"), "a sentence of 10 to 1000 letters"),
        (Wanted("original", WHY), "one of pictures, copy"),
        (Wanted("figures", WHY), "one of pictures, copy"),
        (Wanted("copy", WHY), "the SHA-256 of a cleaned copy"),
    ],
)
def test_a_release_that_may_not_be_is_refused(ready: Ready, wanted: Wanted, words: str) -> None:
    _, db, document = ready
    with pytest.raises(BadInput, match=words):
        releasing.release(db, wanted, document, "publisher-a")
    with pytest.raises(NotThere):
        releasing.release(db, wanted, "0" * 64, "publisher-a")
    assert db["releases"].count == 0


@pytest.mark.parametrize("kind", ["hidden_layer", "pii", "free_text", "small_count"])
def test_pages_with_findings_need_a_second_sentence(ready: Ready, kind: str) -> None:
    _, db, document = ready
    db["document_findings"].insert({
        "document": document, "kind": kind, "place": "page 2", "count": 1, "outcome": "accept",
    })  # fmt: skip
    with pytest.raises(BadInput, match=kind):
        releasing.release(db, Wanted("pictures", WHY), document, "publisher-a")
    looked = Wanted("pictures", WHY, "I read every line of page 2.")
    releasing.release(db, looked, document, "publisher-a")
    said = db.execute("SELECT why FROM releases").fetchone()[0]
    assert said == f"{WHY} Looked at: I read every line of page 2."


def test_an_edition_is_built_as_a_job_once_and_told_when_it_cannot_be(ready: Ready) -> None:
    config, db, document = ready
    releasing.release(db, Wanted("pictures", WHY), document, "publisher-a")
    first = releasing.ask_for_edition(db, "publisher-a")
    assert releasing.ask_for_edition(db, "publisher-b") == first
    done = handlers(publish)
    assert work_until_idle(config, db, done) == 1
    assert editions.current(config.editions).number == 2
    shutil.move(config.archive, config.var / "away")
    with transaction(db) as conn:
        conn.execute("UPDATE documents SET kind = 'docx'")
    releasing.ask_for_edition(db, "publisher-a")
    work_until_idle(config, db, done)
    job = db.execute("SELECT state, problem FROM jobs ORDER BY id DESC LIMIT 1").fetchone()
    assert job[0] == "failed" and "archived bytes are missing" in job[1]
    assert editions.current(config.editions).number == 2


def test_the_desk_may_write_while_an_edition_is_built(ready: Ready) -> None:
    config, db, document = ready
    releasing.release(db, Wanted("pictures", WHY), document, "publisher-a")
    other = open_desk(config.desk)

    def meanwhile(text: str) -> None:
        if text.startswith("building"):
            with transaction(other) as conn:
                conn.execute("UPDATE documents SET kind = 'docx'")

    edition = editions.publish(db, config.archive, config.editions, meanwhile)
    assert edition.number == 2
    # What was written meanwhile is in the next edition, wholly, and not in this one.
    assert edition_rows(config, "SELECT kind FROM documents") == [("pdf",)]
    assert publish(config, db).number == 3
    assert edition_rows(config, "SELECT kind FROM documents") == [("docx",)]
