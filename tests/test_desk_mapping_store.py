"""Mappings in the store: offered again, applied once, never against what was approved."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from mapping_desk import document, request
from mapping_tables import LONG, WIDE, table

from portal.config import Settings
from portal.core.errors import BadInput, PortalError
from portal.desk.campaigns.personal import Personal
from portal.desk.mapping import answers, deeds
from portal.desk.mapping.answers import Answer
from portal.desk.mapping.model import Column, Mapping, Row, load
from portal.desk.people.errors import NotThere, Stale
from portal.ingest import bundle
from portal.store import mapping_reading as reading
from portal.store.desk import Desk, connect, now, open_desk, transaction

NOTICES = (("holder", "_T"), ("area", "GB"), ("measure", "cd_notices"))
WHO = "contributor"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private store with the bundled words."""
    config = Settings(var=tmp_path_factory.mktemp("words") / "var")
    db = open_desk(config.desk)
    list(bundle.load(config.data, config.archive, db))
    db.conn.close()
    return config.desk


@pytest.fixture
def db(loaded: Path, tmp_path: Path) -> Desk:
    """A store of its own for each test."""
    path = tmp_path / "desk.db"
    path.write_bytes(loaded.read_bytes())
    return open_desk(path)


def begun(db: Desk, id: int, **more: object) -> tuple[deeds.Seen, Mapping]:
    seen = deeds.see(db, id)
    mapping = deeds.begun(db, seen).mapping
    return seen, replace(mapping, constants=NOTICES, **more)  # type: ignore[arg-type]


def states(db: Desk, id: int) -> list[str]:
    sql = 'SELECT state FROM proposals WHERE table_id = ? ORDER BY "row", "column", id'
    return [row[0] for row in db.execute(sql, [id]).fetchall()]


def counted(db: Desk) -> dict[str, int]:
    names = ("mappings", "proposals", "confirmed_names", "audit", "person_readings")
    return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def test_a_mapping_is_recorded_with_its_proposals_and_said_in_the_audit(db: Desk) -> None:
    sha256, (id,) = document(db, [table(LONG)])
    seen, mapping = begun(db, id)
    done = deeds.apply(db, seen, mapping, WHO)
    assert (done.added, done.kept, done.dropped) == (4, 0, 0) and states(db, id) == ["open"] * 4
    row = reading.proposals(db, id)[1]
    assert (row["requester"], row["value"], row["printed"]) == ("dorset-police", "1204", "1,204")
    assert (row["made_by"], row["document"], row["reference"]) == (WHO, sha256, "Sheet1!C3")
    assert reading.proposals(db, id)[3]["exemptions"] == '[{"code": "s24", "subject": ""}]'
    told = db.execute("SELECT actor, object FROM audit WHERE action = 'mapped a table'").fetchall()
    assert told == [(WHO, sha256)]


def test_a_double_submission_changes_nothing(db: Desk) -> None:
    _, (id,) = document(db, [table(LONG)])
    seen, mapping = begun(db, id)
    deeds.apply(db, seen, mapping, WHO, in_use=0)
    before = counted(db)
    again = deeds.apply(db, seen, mapping, WHO, in_use=0)
    assert again.unchanged and again.kept == 4 and counted(db) == before


def test_the_next_file_of_the_same_shape_is_offered_the_mapping_and_uses_it(db: Desk) -> None:
    _, (first,) = document(db, [table(LONG)])
    done = deeds.apply(db, *begun(db, first), WHO)
    more = [*LONG, ["2021", "Kent Police", "77"]]
    _, (second,) = document(db, [table(more)], "next.xlsx")
    _, (other,) = document(db, [table(WIDE)], "other.xlsx")
    seen = deeds.see(db, second)
    offer = deeds.offered(db, seen)
    assert offer is not None and offer.to_give == ()
    assert deeds.offered(db, deeds.see(db, other)) is None
    assert [row["offered"] for row in reading.tables(db)] == [1, 0]
    used = deeds.apply(db, seen, offer.mapping, "reviewer")
    assert used.added == 5 and used.mapping == done.mapping
    assert [row["id"] for row in reading.tables(db)] == [other]


def test_mapping_anew_drops_what_changes_and_keeps_what_was_read_of_the_rest(db: Desk) -> None:
    _, (id,) = document(db, [table(WIDE)])
    deeds.apply(db, *begun(db, id), WHO)
    kept = reading.proposals(db, id)[0]
    with transaction(db) as conn:
        conn.execute(
            "INSERT INTO person_readings (proposal, person, verdict, printed, status, note,"
            " recorded_at) VALUES (?, 'reviewer', 'accept', '12', 'normal', '', ?)",
            [kept["id"], now()],
        )
        conn.execute("UPDATE proposals SET state = 'single' WHERE id = ?", [kept["id"]])
    seen, mapping = begun(db, id, marks=(("", "not_held"),))
    done = deeds.apply(db, seen, mapping, "reviewer", in_use=seen.in_use)
    assert (done.added, done.kept, done.dropped) == (1, 5, 1)
    now_live = reading.proposals(db, id)
    assert now_live[0]["id"] == kept["id"] and now_live[0]["state"] == "single"
    assert now_live[-1]["status"] == "not_held" and now_live[-1]["made_by"] == "reviewer"
    assert sorted(states(db, id)) == ["dropped", "open", "open", "open", "open", "open", "single"]


def test_another_mapping_in_between_is_told_and_changes_nothing(db: Desk) -> None:
    _, (id,) = document(db, [table(WIDE)])
    seen, mapping = begun(db, id)
    deeds.apply(db, seen, mapping, "contributor-b", in_use=0)
    before = counted(db)
    with pytest.raises(Stale, match="Somebody else"):
        other = replace(mapping, marks=(("", "not_held"),))
        deeds.apply(db, seen, other, WHO, in_use=0)
    assert counted(db) == before


def test_what_is_approved_is_not_mapped_away(db: Desk) -> None:
    _, (id,) = document(db, [table(WIDE)])
    deeds.apply(db, *begun(db, id), WHO)
    first = reading.proposals(db, id)[0]["id"]
    with transaction(db) as conn:
        conn.execute(
            "INSERT INTO approvals (proposal, rule, actor, decided_at) VALUES (?, 'r', 'x', ?)",
            [first, now()],
        )
    before = counted(db)
    seen, mapping = begun(db, id)
    with pytest.raises(PortalError, match="1 figures of this document are approved"):
        other = replace(mapping, constants=(*NOTICES[:2], ("measure", "cd_applications")))
        deeds.apply(db, seen, other, WHO)
    assert counted(db) == before
    # What leaves the approved figure as it is may be changed.
    said = replace(mapping, marks=(("", "not_held"),))
    assert deeds.apply(db, seen, said, WHO).dropped == 1


def test_names_are_confirmed_with_the_mapping_and_known_from_then_on(db: Desk) -> None:
    rows = [["Force", "2019"], ["Kent Polise", "5"], ["Dorset Police", "6"], ["Wessex", "7"]]
    _, (id,) = document(db, [table(rows)])
    seen = deeds.see(db, id)
    mapping = Mapping(
        1,
        (Column(0, "requester"), Column(1, "figures", (("period", "2019"),))),
        constants=NOTICES,
    )
    found = deeds.preview(seen, mapping)
    first = found.unknown[0]
    assert (first.printed, first.suggestions[0].code) == ("Kent Polise", "kent-police")
    deeds.apply(db, seen, mapping, WHO)
    assert [row["requester"] for row in reading.proposals(db, id)] == ["", "dorset-police", ""]
    with pytest.raises(BadInput, match="known body"):
        deeds.apply(db, seen, mapping, WHO, confirm=[("Wessex", "wessex")])
    done = deeds.apply(db, seen, mapping, WHO, confirm=[("Kent Polise", "kent-police")])
    assert (done.added, done.kept, done.dropped) == (1, 2, 1)
    assert reading.proposals(db, id)[0]["requester"] == "kent-police"
    assert deeds.see(db, id).names.find("kent  polise") == "kent-police"
    assert reading.confirmed(db, "body") == [("kent polise", "kent-police")]
    told = db.execute("SELECT object FROM audit WHERE action = 'confirmed a name'").fetchall()
    assert told == [("kent polise",)]
    again = counted(db)
    assert deeds.apply(
        db, seen, mapping, WHO, confirm=[("Kent Polise", "kent-police")]
    ).unchanged and counted(db) == again  # fmt: skip


def test_doubts_that_change_are_told_without_a_new_proposal(db: Desk) -> None:
    wrong = [row if row[0] != "Total" else ["Total", "99", "13", "14"] for row in WIDE]
    _, (id,) = document(db, [table(wrong)])
    seen, mapping = begun(db, id)
    deeds.apply(db, seen, replace(mapping, rows=(Row("total", 0, "leave_out"),)), WHO)
    before = [row["id"] for row in reading.proposals(db, id)]
    done = deeds.apply(db, seen, mapping, WHO)
    assert (done.added, done.dropped) == (0, 0) and not done.unchanged
    after = reading.proposals(db, id)
    assert [row["id"] for row in after] == before
    assert "does not agree" in after[0]["doubts"]
    assert deeds.apply(db, seen, mapping, WHO).unchanged


def test_held_cells_give_no_proposal(db: Desk) -> None:
    _, (id,) = document(db, [table(LONG)], held=[(1, 2)])
    assert deeds.apply(db, *begun(db, id), WHO).added == 3
    with transaction(db) as conn:
        conn.execute("UPDATE held_cells SET released_by = 'reviewer', released_at = ?", [now()])
    assert deeds.apply(db, *begun(db, id), WHO).added == 1


def test_documents_that_are_stopped_or_withdrawn_are_not_mapped(db: Desk) -> None:
    _, (held,) = document(db, [table(LONG)], "held.xlsx", state="quarantined")
    sha256, (id,) = document(db, [table(LONG)], "gone.xlsx")
    seen, mapping = begun(db, id)
    with transaction(db) as conn:
        conn.execute(
            "INSERT INTO withdrawals (document, actor, why, recorded_at) VALUES (?, 'p', 'w', ?)",
            [sha256, now()],
        )
    for table_id in (held, id, 999):
        with pytest.raises(NotThere):
            deeds.see(db, table_id)
    with pytest.raises(PortalError, match="withdrawn"):
        deeds.apply(db, seen, mapping, WHO)
    assert reading.tables(db) == [] and states(db, id) == []


def test_a_mapping_without_figures_is_refused(db: Desk) -> None:
    _, (id,) = document(db, [table(LONG)])
    with pytest.raises(PortalError, match="no figures"):
        deeds.apply(db, deeds.see(db, id), Mapping(1, ()), WHO)
    assert counted(db)["mappings"] == 0


def test_a_request_fills_in_whose_answer_it_is(db: Desk) -> None:
    request(db, "kent-1", "kent-police", law="foisa")
    rows = [["Year", "Notices"], ["2019", "5"], ["2020", "s.31"]]
    _, (id,) = document(db, [table(rows)], request="kent-1")
    seen = deeds.see(db, id)
    mapping = deeds.begun(db, seen).mapping
    assert dict(mapping.constants)["requester"] == "kent-police" and seen.law == "foisa"
    made = replace(mapping, constants=(*mapping.constants, ("measure", "cd_notices")))
    deeds.apply(db, seen, made, WHO)
    first, second = reading.proposals(db, id)
    assert first["requester"] == "kent-police"
    # Section 31 of the Scottish Act is not section 31 of ours.
    assert second["exemptions"] == '[{"code": "scotland-s31", "subject": ""}]'
    # The next file of this shape may be another authority's.
    request(db, "dorset-1", "dorset-police")
    _, (other,) = document(db, [table(rows)], "dorset.xlsx", request="dorset-1")
    _, (nobody,) = document(db, [table(rows)], "nobody.xlsx")
    offer = deeds.offered(db, deeds.see(db, other))
    assert offer is not None and offer.to_give == ()
    assert dict(offer.mapping.constants)["requester"] == "dorset-police"
    blank = deeds.offered(db, deeds.see(db, nobody))
    assert blank is not None and blank.to_give == ("requester",)


def test_the_mapping_in_use_fills_the_form_again(db: Desk) -> None:
    _, (id,) = document(db, [table(LONG)])
    seen, mapping = begun(db, id, name="mine")
    deeds.apply(db, seen, mapping, WHO)
    row = reading.used(db, id)
    assert row is not None and load(row["content"]) == mapping
    assert deeds.begun(db, deeds.see(db, id)).mapping == mapping


def test_a_name_confirmed_wrongly_is_corrected_or_taken_back(db: Desk) -> None:
    rows = [["Year", "Force", "Number"], ["2019", "The Force", "5"]]
    _, (id,) = document(db, [table(rows)])
    columns = (Column(0, "period"), Column(1, "requester"), Column(2, "figures"))
    mapping = Mapping(1, columns, constants=NOTICES)
    deeds.apply(db, deeds.see(db, id), mapping, WHO, confirm=[("The Force", "kent-police")])
    deeds.change_name(db, "the force", "dorset-police", "kent-police", "reviewer")
    assert deeds.see(db, id).names.find("The Force") == "dorset-police"
    with pytest.raises(Stale):
        deeds.change_name(db, "the force", "", "kent-police", "reviewer")
    with pytest.raises(BadInput):
        deeds.change_name(db, "the force", "nobody", "dorset-police", "reviewer")
    deeds.change_name(db, "the force", "", "dorset-police", "reviewer")
    assert deeds.see(db, id).names.find("The Force") == ""
    told = [row[0] for row in db.execute("SELECT action FROM audit ORDER BY id").fetchall()]
    assert told[-2:] == ["confirmed a name", "took back a name"]
    # What was proposed stays until somebody maps the table again.
    assert reading.proposals(db, id)[0]["requester"] == "kent-police"
    assert deeds.apply(db, deeds.see(db, id), mapping, WHO).dropped == 1


def test_ten_submissions_at_once_record_one_mapping(db: Desk) -> None:
    _, (id,) = document(db, [table(LONG)])
    seen, mapping = begun(db, id)
    path = Path(db.conn.execute("PRAGMA database_list").fetchone()[2])

    def submit(number: int) -> bool:
        own = connect(path)
        try:
            return deeds.apply(own, seen, mapping, WHO, in_use=0).unchanged
        finally:
            own.conn.close()

    with ThreadPoolExecutor(5) as pool:
        unchanged = list(pool.map(submit, range(10)))
    assert sorted(unchanged) == [False] + [True] * 9
    assert counted(db)["mappings"] == 1 and states(db, id) == ["open"] * 4


# ----- answers without a table

ANSWER = Answer("refused", ("cd_notices",), "kent-police", "2019", "Section 24(2)")


@pytest.mark.parametrize(
    ("outcome", "status", "codes", "doubt"),
    [
        ("refused", "refused", ["s24"], ""),
        ("not_held", "not_held", [], ""),
        ("neither_confirm_nor_deny", "refused", ["ncnd", "s24"], ""),
        ("cost_limit", "refused", ["s12"], ""),
        ("no_answer", "no_answer", [], ""),
        ("withheld_by_law", "withheld_by_law", ["s44"], ""),
        ("refused", "refused", [], "No section is named"),
        ("neither_confirm_nor_deny", "refused", ["ncnd"], "No section is named"),
    ],
)
def test_answers_as_a_whole(db: Desk, outcome, status, codes, doubt) -> None:
    sha256, _ = document(db, [])
    given = [code for code in codes if code not in ("ncnd", "s12")]
    made = replace(ANSWER, outcome=outcome, exemptions=given, measures=("cd_notices", "cd_items"))
    assert answers.enter(db, sha256, made, WHO).added == 2
    row = reading.answers(db, sha256)[0]
    assert (row["reference"], row["table_id"], row["row"], row["column"]) == ("answer", None, 0, 0)
    assert (row["status"], row["value"], row["printed"]) == (status, None, "Section 24(2)")
    assert [code for code in codes if code not in row["exemptions"]] == []
    assert (doubt in row["doubts"]) and (doubt or row["doubts"] == "[]")


@pytest.mark.parametrize(
    ("printed", "value", "low", "high"), [("1,204", "1204", None, None), ("1-4", None, "1", "4")]
)
def test_a_figure_or_a_band_in_the_text(db: Desk, printed, value, low, high) -> None:
    sha256, _ = document(db, [])
    made = replace(ANSWER, outcome="figure", printed=printed, page=2)
    answers.enter(db, sha256, made, WHO)
    row = reading.answers(db, sha256)[0]
    assert (row["value"], row["low"], row["high"], row["page"]) == (value, low, high, 2)


def test_an_answer_twice_is_once_and_another_takes_its_place(db: Desk) -> None:
    sha256, _ = document(db, [])
    answers.enter(db, sha256, ANSWER, WHO)
    before = counted(db)
    assert answers.enter(db, sha256, ANSWER, WHO).unchanged and counted(db) == before
    done = answers.enter(db, sha256, replace(ANSWER, outcome="not_held"), WHO)
    assert (done.added, done.dropped) == (1, 1)
    assert [row["status"] for row in reading.answers(db, sha256)] == ["not_held"]
    done = answers.enter(db, sha256, replace(ANSWER, period="2020"), WHO)
    assert (done.added, done.dropped) == (1, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "lost"},
        {"measures": ()},
        {"measures": ("nothing",)},
        {"requester": "kent"},
        {"holder": ""},
        {"area": "Kent"},
        {"period": "some day"},
        {"breakdown": "data_type=trafic"},
        {"exemptions": ("s99",)},
        {"printed": "x" * 201},
        {"outcome": "figure", "printed": "many"},
        {"outcome": "figure", "printed": ""},
    ],
)
def test_an_answer_that_does_not_read_is_refused(db: Desk, change) -> None:
    sha256, _ = document(db, [])
    with pytest.raises(BadInput):
        answers.enter(db, sha256, replace(ANSWER, **change), WHO)
    assert reading.answers(db, sha256) == []


def test_an_answer_names_no_person_and_needs_a_document(db: Desk) -> None:
    sha256, _ = document(db, [])
    with pytest.raises(Personal):
        answers.enter(db, sha256, replace(ANSWER, printed="ask foi.officer@kent.example"), WHO)
    with pytest.raises(NotThere):
        answers.enter(db, "0" * 64, ANSWER, WHO)
