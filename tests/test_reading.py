"""Documents are read behind a queue, over both engines alike, once each, whatever dies."""

import io
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from queue_site import ENGINES, bring, configured, started

from portal.config import Settings
from portal.core.errors import StoreError
from portal.desk.inspection import figures
from portal.desk.inspection.findings import Report
from portal.desk.inspection.tables import Cell as Seen
from portal.desk.inspection.tables import Table as SeenTable
from portal.desk.intake.receive import receive
from portal.desk.reading import seen, tables, working
from portal.desk.reading.engine import Engine
from portal.extract.model import Cell, Table
from portal.store import queue
from portal.store.desk import Desk, open_desk, transaction


@pytest.fixture(params=ENGINES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    with configured(tmp_path, request.param) as made:
        yield made


def work(config: Settings, db: Desk, seconds: float = 120, **handlers: working.Handler) -> None:
    """Work until nothing waits any more."""
    end = time.monotonic() + seconds

    def idle() -> bool:
        going = any(state in ("waiting", "running") for _, state in queue.counts(db))
        return not going or time.monotonic() > end

    working.work(config, db, handlers, idle, lambda text: None)


def states(db: Desk) -> dict[str, int]:
    sql = "SELECT state, count(*) FROM documents GROUP BY state"
    return dict(db.execute(sql).fetchall())


def test_documents_are_read_once_each_over_either_engine(config: Settings) -> None:
    brought = bring(config, 5)
    db = open_desk(config.desk)
    work(config, db)
    assert states(db) == {"ready": 5}
    assert queue.counts(db) == {("read", "done"): 5}
    rows = db.execute("SELECT document, content, page FROM document_tables").fetchall()
    assert sorted(row[0] for row in rows) == sorted(brought)
    grids = sorted(tables.load(content).grid()[1][1] for _, content, _ in rows)
    assert grids == [str(1000 + number) for number in range(5)]


def test_a_job_of_another_kind_is_done_here_and_its_refusal_is_kept(config: Settings) -> None:
    db = open_desk(config.desk)
    done: list[str] = []

    def fetch(config: Settings, db: Desk, object: str) -> None:
        if object == "bad":
            raise StoreError("https://foi.example/bad: nothing is there")
        done.append(object)

    with transaction(db) as conn:
        for each in ("good", "bad"):
            queue.ask(conn, "fetch", each, "contributor-a")
    work(config, db, fetch=fetch)
    assert done == ["good"]
    assert queue.counts(db) == {("fetch", "done"): 1, ("fetch", "failed"): 1}
    assert (queue.of(db, "fetch", "bad") or {})["problem"].endswith("nothing is there")


def test_a_stopped_worker_leaves_what_it_had_to_the_next(config: Settings) -> None:
    bring(config, 3)
    db = open_desk(config.desk)
    asked = iter([False, False, True])
    working.work(config, db, {}, lambda: next(asked), lambda text: None)
    work(config, db)
    found = db.execute("SELECT kind, place FROM document_findings").fetchall()
    assert states(db) == {"ready": 3}, found


def test_only_one_process_gives_out_jobs(tmp_path: Path) -> None:
    config = Settings(var=tmp_path / "var")
    with (
        working.only_worker(config),
        pytest.raises(StoreError, match="runs already"),
        working.only_worker(config),
    ):
        pass


def test_a_message_signed_by_somebody_else_is_not_run(config: Settings) -> None:
    """Whoever can write to the queue, but has not the secret, makes us run nothing."""
    bring(config, 1)
    stranger = Engine(replace(config, queue_secret="another secret"))
    ours = Engine(config)
    stranger.huey.enqueue(stranger._read.s("0" * 64, "x.csv", b"a,b\n1,2\n"))
    with pytest.raises(ValueError, match="mismatch"):
        ours.huey.dequeue()


def test_a_queue_without_its_secret_is_refused(tmp_path: Path) -> None:
    config = Settings(var=tmp_path / "var", queue="redis://127.0.0.1:1/0")
    with pytest.raises(StoreError, match="PORTAL_QUEUE_SECRET"):
        Engine(config)


def test_nobody_works_for_others_on_a_queue_of_our_own(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="PORTAL_QUEUE is not set"):
        working.work_for_others(Settings(var=tmp_path / "var"), lambda: True)


def hidden_workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Answer"
    for row in (["Force", "Notices"], ["Kent", 1204], ["Surrey", 877]):
        sheet.append(row)
    other = book.create_sheet("Officers")
    other.append(["Collar number", "Name"])
    other.append([4471, "CANARY Someone"])
    other.sheet_state = "veryHidden"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_what_a_document_hides_is_found_and_goes_nowhere(tmp_path: Path) -> None:
    config = Settings(var=tmp_path / "var")
    db = open_desk(config.desk)
    content = hidden_workbook()
    receive(db, config.archive, content, "answer.xlsx", "contributor-a", publication="annual")
    assert working.work_until_idle(config, db) == 1
    (state, outcome) = db.execute("SELECT state, outcome FROM documents").fetchone()
    assert (state, outcome) == ("quarantined", "quarantine")
    kinds = {row[0] for row in db.execute("SELECT kind FROM document_findings").fetchall()}
    assert "hidden_sheet" in kinds or "very_hidden_sheet" in kinds
    places = [row[0] for row in db.execute("SELECT place FROM document_tables").fetchall()]
    assert places == ["Answer"]
    for table in db.table_names():
        for row in db.execute(f'SELECT * FROM "{table}"').fetchall():
            assert "CANARY" not in repr(row), table


def seen_table(*rows: tuple[str, ...]) -> SeenTable:
    cells = [
        Seen(r, c, text)
        for r, row in enumerate(rows, 1)
        for c, text in enumerate(row, 1)
        if text != "hidden"
    ]
    return SeenTable("sheet 1", cells)


def read_table(*rows: tuple[str, ...]) -> Table:
    cells = [
        Cell(r, c, text, reference=f"Answer!{'ABCDEFG'[c]}{r + 1}")
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return Table("Answer", 1, tuple(cells))


def test_cells_that_inspection_has_not_seen_lose_their_text() -> None:
    rows = (("Force", "Notices", "Note"), ("Kent", "1,204", "hidden"))
    found = seen.cleared(read_table(*rows), "xlsx", [seen_table(*rows)], True)
    assert found is not None
    assert found[0].grid() == [["Force", "Notices", "Note"], ["Kent", "1,204", ""]]
    assert found[1] == []


def test_cells_that_may_name_a_person_are_held_and_say_why() -> None:
    """The whole row of a person is held: what stands beside the name is about the person."""
    rows = (("Force", "Contact"), ("Kent", "pc.someone@kent.police.example"), ("Surrey", "none"))
    inspected = figures.judge(seen_table(*rows), Report())
    found = seen.cleared(read_table(*rows), "xlsx", [inspected], False)
    assert found is not None
    clear, held = found
    assert clear.grid() == [["Force", "Contact"], ["", ""], ["Surrey", "none"]]
    assert [(each.row, each.column, each.reason) for each in held] == [(1, 0, "pii"), (1, 1, "pii")]
    assert held[1].text == "pc.someone@kent.police.example"


def test_a_hidden_sheet_beside_one_that_looks_alike_shows_nothing_of_its_own() -> None:
    shown = (("Force", "Notices"), ("Kent", "1,204"))
    hidden = (("Force", "Notices"), ("Kent", "officer 4471"))
    found = seen.cleared(read_table(*hidden), "xlsx", [seen_table(*shown)], True)
    assert found is not None
    assert found[0].grid() == [["Force", "Notices"], ["Kent", ""]]
    assert found[1] == []


def test_a_table_that_nobody_sees_is_left_out_with_its_name_and_title() -> None:
    shown = (("Year", "Total"), ("2021", "88"))
    table = replace(read_table(("Collar", "Name"), ("4471", "hid")), title="Officers")
    assert seen.cleared(table, "xlsx", [seen_table(*shown)], True) is None


def test_doubts_title_and_notes_do_not_quote_what_was_left_out() -> None:
    rows = [("Force", "Notices")] + [(f"Force {n}", str(n * 100)) for n in range(1, 9)]
    rows[5] = ("Force 5", "12 secret 7")
    shown = [row if row[1] != "12 secret 7" else ("Force 5", "hidden") for row in rows]
    table = replace(
        read_table(*rows), title="Secret title", notes=("secret note",),
        doubts=("Row 6, column 2: '12 secret 7' does not read as one figure.",),
    )  # fmt: skip
    found = seen.cleared(table, "xlsx", [seen_table(*shown)], True)
    assert found is not None and "ecret" not in repr(found)


def test_tables_come_back_from_the_store_as_they_were() -> None:
    table = Table(
        "page 2", 1, (Cell(0, 0, "Year", 2, 1, (1.5, 2.0, 3.0, 4.25), "p2", 2, 0.93),),
        page=2, box=(0.0, 1.0, 2.0, 3.0), header_rows=1, title="Notices", unit="notices",
        notes=("a",), total_rows=(3,), total_columns=(), reader="lines", confidence=0.5,
        doubts=("the sum is off",),
    )  # fmt: skip
    assert tables.load(tables.dump(table)) == table


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_a_thousand_documents_survive_kills_of_their_workers(engine: str, tmp_path: Path) -> None:
    """Kill -9 of worker and all its children, again and again: each document is read once."""
    chance = random.Random(20090402)
    with configured(tmp_path, engine) as config:
        brought = bring(config, 1000)
        db = open_desk(config.desk)
        kills = 0
        while states(db) != {"ready": 1000}:
            worker = started(config)
            end = time.monotonic() + (chance.uniform(2, 7) if kills < 12 else 3600)
            while time.monotonic() < end and states(db) != {"ready": 1000}:
                time.sleep(0.2)
                assert worker.poll() is None, "the worker ended by itself"
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
            kills += 1
        per_document = db.execute(
            "SELECT object, count(*) FROM audit WHERE action = 'read document' GROUP BY object"
        ).fetchall()
        assert sorted(per_document) == sorted((sha256, 1) for sha256 in brought)
        held = db.execute("SELECT document, count(*) FROM document_tables GROUP BY document")
        assert sorted(held.fetchall()) == sorted((sha256, 1) for sha256 in brought)
        print(f"{engine}: 1,000 documents, {kills} kills")
