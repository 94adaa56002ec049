"""A whole campaign: the list of authorities, the league, the matrix, the letter, the export."""

import csv
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_campaigns import CAMPAIGN, TODAY, asked, campaign, desk

from portal.core.errors import BadInput
from portal.core.foi.league import Asked, places, refusals, times, waiting
from portal.core.foi.matrix import counts, matrix
from portal.core.foi.states import ANSWERS, STATES
from portal.desk.campaigns import calendar_file, campaigns, lists, requests
from portal.desk.campaigns.exporting import export, zipped
from portal.desk.campaigns.letters import letter
from portal.desk.campaigns.lists import LEAVE_OUT, import_list, plan, read_list
from portal.desk.campaigns.overview import overview
from portal.desk.people.errors import Stale
from portal.store.campaigns import Exemption, public_campaigns, public_requests
from portal.store.desk import Desk, connect


@pytest.fixture
def db(tmp_path: Path) -> Desk:
    return desk(tmp_path)


# The list of authorities


def test_a_pasted_list_is_matched_and_what_is_unsure_is_shown(db: Desk) -> None:
    made = campaign(db)
    text = "Kent Police\nKent\n\nEsex Police\nThe Ministry of Silly Walks\nMet Police\n"
    found = {line.number: line for line in plan(db, made.id, text, {}, TODAY).lines}
    assert found[1].body == "kent-police" and found[1].ready
    assert "essex-police" in found[4].near and "is it one of these" in found[4].problem
    assert not found[5].ready and found[5].problem.startswith("No body has")
    assert found[6].body == "metropolitan-police-service"
    with pytest.raises(BadInput, match=r"line [24]:"):
        import_list(db, made.id, text, {}, "publisher-a", made.version, TODAY)
    assert requests.of_campaign(db, made.id) == []
    chosen = {2: LEAVE_OUT, 4: "essex-police", 5: LEAVE_OUT}
    assert import_list(db, made.id, text, chosen, "publisher-a", made.version, TODAY) == 3
    kept = {r.body: r for r in requests.of_campaign(db, made.id)}
    assert set(kept) == {"kent-police", "essex-police", "metropolitan-police-service"}
    assert {r.state for r in kept.values()} == {"draft"}


def test_a_name_of_two_bodies_is_never_decided_for_us(db: Desk) -> None:
    bodies = {
        "a": {"name": "Kent Police", "aliases": "Kent", "body_type": "police_force"},
        "b": {"name": "Kent County Council", "aliases": "Kent", "body_type": "local_authority"},
        "c": {"name": "Kent Telecom", "aliases": "Kent Tel", "body_type": "operator"},
    }
    names = lists.Names(bodies, ["police_force", "local_authority"])
    assert names.find("KENT") == ("", ("a", "b"))
    assert names.find("kent   police") == ("a", ())
    assert "c" not in names.find("Kent Tel")[1]


def test_columns_with_days_law_and_address(db: Desk) -> None:
    made = campaign(db)
    text = (
        "authority;sent_on;reference;url\n"
        "Police Scotland;2026-03-02;FOI 12;\n"
        "Kent Police;2026-03-02;;https://www.whatdotheyknow.com/request/errors_kent#in\n"
    )
    assert import_list(db, made.id, text, {}, "publisher-a", made.version, TODAY) == 2
    kept = {r.body: r for r in requests.of_campaign(db, made.id)}
    scotland, kent = kept["police-scotland"], kept["kent-police"]
    assert (scotland.law, scotland.due_on, scotland.state) == ("foisa", "2026-03-30", "sent")
    assert (kent.law, kent.due_on) == ("foia", "2026-03-31")
    assert kent.address == "https://www.whatdotheyknow.com/request/errors_kent"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no line"),
        ("authority,sent_on\nKent Police\n", "line 2: expected 2 cells"),
        ("authority,officer\nKent Police,x\n", "columns among"),
        ("authority,authority\nKent Police,x\n", "columns among"),
        ('authority,reference\n"Kent Police,x\n', "line"),
        ("x" * 3000, "line 1"),
        ("a\0b", "line 1"),
        ("\n".join(["Kent Police"] * 2001), "at most 2000"),
    ],
)
def test_a_list_that_does_not_read_names_its_line(text: str, what: str) -> None:
    with pytest.raises(BadInput, match=what):
        read_list(text)


def test_a_wrong_line_stops_the_whole_list(db: Desk) -> None:
    made = campaign(db)
    text = "authority,sent_on,reference\nKent Police,2026-03-02,\nEssex Police,soon,\n"
    text += "Dorset Police,2026-03-02,Mr Smith\nKent Police,2026-03-02,\n"
    problems = {line.number: line.problem for line in plan(db, made.id, text, {}, TODAY).open}
    assert set(problems) == {3, 4, 5}
    assert "a day such as" in problems[3] and "Reference" in problems[4]
    assert problems[5] == "The same authority as in line 2."
    with pytest.raises(BadInput, match="line 3"):
        import_list(db, made.id, text, {}, "publisher-a", made.version, TODAY)
    assert requests.of_campaign(db, made.id) == []


def test_a_list_twice_and_a_list_for_a_campaign_that_was_changed(db: Desk) -> None:
    made = campaign(db)
    import_list(db, made.id, "Kent Police", {}, "publisher-a", 1, TODAY)
    with pytest.raises(BadInput, match="asked in this campaign already"):
        import_list(db, made.id, "Kent Police", {}, "publisher-a", 1, TODAY)
    campaigns.save(db, replace(made, title="Errors"), "publisher-b", 1)
    with pytest.raises(Stale, match="Nothing was imported"):
        import_list(db, made.id, "Essex Police", {}, "publisher-a", 1, TODAY)
    assert len(requests.of_campaign(db, made.id)) == 1
    campaigns.save(db, replace(made, state="closed"), "publisher-b", 2)
    with pytest.raises(BadInput, match="an open campaign"):
        import_list(db, made.id, "Essex Police", {}, "publisher-a", 3, TODAY)
    with pytest.raises(BadInput, match="an open campaign"):
        asked(db, id="late", body="essex-police", campaign=made.id)


def test_the_same_list_from_two_people_at_once_is_imported_once(db: Desk, tmp_path: Path) -> None:
    made = campaign(db)
    text = "Kent Police\nEssex Police\nDorset Police"

    def one(name: str) -> str:
        own = connect(tmp_path / "var" / "desk.db")
        try:
            return str(import_list(own, made.id, text, {}, name, made.version, TODAY))
        except BadInput as problem:
            return str(problem)
        finally:
            own.conn.close()

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(one, ["publisher-a", "publisher-b", "publisher-c", "publisher-d"]))
    assert told[0] == "3"
    assert all("asked in this campaign already" in each for each in told[1:])
    assert len(requests.of_campaign(db, made.id)) == 3


@given(st.text(max_size=300))
def test_any_text_reads_or_is_refused_with_a_place(text: str) -> None:
    try:
        found = read_list(text)
    except BadInput as problem:
        assert problem.where
    else:
        numbers = [number for number, _ in found]
        assert numbers == sorted(set(numbers)) and all(fields for _, fields in found)


# The league

ASKED = st.builds(
    Asked,
    body=st.sampled_from("abc"),
    label=st.sampled_from(["Kent", "Essex", "Met"]),
    body_type=st.sampled_from(["police_force", "local_authority"]),
    law=st.sampled_from(["foia", "foisa", "other"]),
    state=st.sampled_from(sorted(STATES)),
    sent_on=st.just("2026-03-02"),
    due_on=st.sampled_from(["2026-03-31", "2027-01-04", ""]),
    exemptions=st.lists(st.sampled_from(["s12", "s24", "s31"]), max_size=3).map(tuple),
    working_days=st.one_of(st.none(), st.integers(0, 200)),
)


def one(
    days: int | None, state: str = "answered", type: str = "police_force", **more: str
) -> Asked:
    return Asked("b", f"B{days}", type, "foia", state, "2026-03-02", more.get("due", "2026-03-31"),
                 working_days=days, exemptions=tuple(more.get("codes", "").split()))  # fmt: skip


def test_the_league_of_a_campaign_as_computed_by_hand() -> None:
    asked = [one(5), one(18), one(20), one(21), one(40, "refused", codes="s31 s24")]
    asked += [one(10, "not_held", "local_authority"), one(None, "sent"), one(None, "draft")]
    asked += [one(None, "sent", due="2027-01-04"), one(None, "part_answered", codes="s31")]
    asked += [one(None, "withdrawn")]
    everybody, police, council = times(asked, "2026-11-26")
    assert (everybody.sent, everybody.answered, everybody.timed) == (9, 7, 6)
    assert (everybody.waiting, everybody.overdue, everybody.refused) == (2, 1, 1)
    # 5 10 18 20 21 40
    assert (everybody.median, everybody.low, everybody.high) == (19, 12, 20.75)
    assert everybody.in_time == 4 and not everybody.is_small
    assert (police.body_type, police.median) == ("police_force", 20)
    assert (council.timed, council.low, council.is_small) == (1, None, True)
    assert [(r.code, r.requests) for r in refusals(asked)] == [("s31", 2), ("s24", 1)]
    assert [p.asked.working_days for p in places(asked)] == [5, 10, 18, 20, 21, 40]
    assert [w.due_on for w in waiting(asked)] == ["2026-03-31", "2027-01-04"]


def test_equal_times_share_a_place() -> None:
    assert [p.place for p in places([one(5), one(7), one(5), one(9)])] == [1, 1, 3, 4]


@given(st.lists(ASKED, max_size=30))
def test_only_answers_are_counted_and_quartiles_stay_within(asked: list[Asked]) -> None:
    everybody, *types = times(asked, "2026-11-26")
    days = sorted(a.working_days for a in asked if a.is_answered and a.working_days is not None)
    assert everybody.timed == len(days) and everybody.answered + everybody.waiting == everybody.sent
    if days:
        assert everybody.median == median(days)
    if len(days) > 1:
        assert everybody.low is not None and everybody.high is not None
        assert days[0] <= everybody.low <= everybody.median <= everybody.high <= days[-1]
    assert everybody.in_time <= everybody.timed and everybody.overdue <= everybody.waiting
    for name in ("sent", "answered", "waiting", "overdue", "timed", "in_time", "refused"):
        assert sum(getattr(t, name) for t in types) == getattr(everybody, name)
    assert [p.asked.state in ANSWERS for p in places(asked)] == [True] * len(days)
    for row in refusals(asked):
        assert row.requests == sum(n for _, n in row.by_type) <= everybody.answered


# The matrix


def test_the_matrix_shows_figures_before_states_and_the_better_of_two_answers() -> None:
    bodies = {"k": "Kent", "e": "essex", "d": "Dorset", "n": "None"}
    states = [("k", "refused"), ("k", "answered"), ("e", "no_answer"), ("d", "refused")]
    lines = matrix(bodies, [2019, 2020], states, {("d", 2020)})
    assert [line.label for line in lines] == ["Dorset", "essex", "Kent", "None"]
    kinds = {line.body: [cell.kind for cell in line.cells] for line in lines}
    assert kinds["d"] == ["refused", "held"] and kinds["k"] == ["answered", "answered"]
    assert kinds["e"] == ["waiting", "waiting"] and kinds["n"] == ["not_asked", "not_asked"]
    found = {"held": 1, "answered": 2, "refused": 1, "waiting": 2, "not_asked": 2}
    assert counts(lines) == found


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(sorted(STATES))), max_size=12))
def test_the_matrix_has_every_authority_and_year_whatever_the_order(
    states: list[tuple[str, str]],
) -> None:
    bodies = dict.fromkeys("abc", "same")
    lines = matrix(bodies, range(2019, 2022), states, set())
    assert lines == matrix(bodies, range(2019, 2022), list(reversed(states)), set())
    assert sum(counts(lines).values()) == 9
    for line in lines:
        assert all(cell.label for cell in line.cells)


# The letter


def test_the_letter_asks_under_the_law_of_the_authority() -> None:
    kent = letter(CAMPAIGN, "Kent Police", "foia")
    assert "Freedom of Information Act 2000" in kent and CAMPAIGN.question in kent
    assert "each calendar year from 2019 to 2022" in kent and kent.startswith("Dear Kent Police,")
    scotland = letter(replace(CAMPAIGN, last="2019"), "Police Scotland", "foisa")
    assert "Freedom of Information (Scotland) Act 2002" in scotland and "for 2019:" in scotland
    assert "Environmental" in letter(CAMPAIGN, "Kent", "eir")


# The calendar file


@given(st.text(max_size=400))
def test_folded_lines_unfold_to_what_they_were(text: str) -> None:
    line = calendar_file.escape(text)
    folded = calendar_file.fold(f"SUMMARY:{line}")
    assert folded.endswith(b"\r\n")
    for piece in folded[:-2].split(b"\r\n"):
        assert len(piece) <= 75
        piece.decode()
    assert folded[:-2].replace(b"\r\n ", b"").decode() == f"SUMMARY:{line}"
    assert "\n" not in line and "\r" not in line


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
def test_escaped_text_reads_back(text: str) -> None:
    told = calendar_file.escape(f"{text}\nx")
    out, letters = "", iter(told)
    for letter_ in letters:
        out += {"n": "\n"}.get(after := next(letters), after) if letter_ == "\\" else letter_
    assert out == f"{text}\nx"


# The export


def filled(db: Desk) -> str:
    made = campaign(db, public=1, measures="")
    asked(db, campaign=made.id, state="sent", sent_on="2026-03-02", reference="=FOI 1")
    more = {"campaign": made.id, "sent_on": "2026-03-02"}
    asked(
        db,
        id="a-scotland",
        body="police-scotland",
        law="foisa",
        state="refused",
        answered_on="2026-03-30",
        exemptions=(Exemption("s31", "all of it"),),
        **more,
    )
    asked(db, id="a-essex", body="essex-police", state="answered", answered_on="2026-03-09", **more)
    asked(db, id="a-dorset", body="dorset-police", campaign=made.id)
    return made.id  # fmt: skip


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_export_holds_everything_and_is_the_same_each_time(db: Desk, tmp_path: Path) -> None:
    whole = overview(db, campaigns.get(db, filled(db)), TODAY)
    first = export(db, whole)
    assert first == export(db, overview(db, campaigns.get(db, whole.campaign.id), TODAY))
    files = members(first)
    table = list(csv.DictReader(io.StringIO(files["requests.csv"].decode(), newline="")))
    names = ["Dorset Police", "Essex Police", "Kent Police", "Police Scotland"]
    assert [row["authority"] for row in table] == names
    rows = {row["body"]: row for row in table}
    assert rows["kent-police"]["reference"] == "'=FOI 1" and rows["kent-police"]["overdue"] == "1"
    assert rows["essex-police"]["working_days"] == "5"
    told = json.loads(files["campaign.json"])
    assert len(told["requests"]) == 4 and len(told["events"]) == 4
    assert {each["body"] for each in told["matrix"]} == set(rows)
    assert b"s31,all of it" in files["grounds.csv"]
    assert b"(Scotland) Act 2002" in files["letters/a-scotland.txt"]
    for name, content in files.items():
        assert b"contributor-a" not in content and b"publisher-a" not in content, name


def test_the_calendar_of_a_campaign_holds_its_open_deadlines(db: Desk) -> None:
    whole = overview(db, campaigns.get(db, filled(db)), date(2026, 3, 10))
    text = members(export(db, whole))["deadlines.ics"].decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 2
    plain = text.replace("\r\n ", "")
    assert "UID:errors-2019-kent-police-answer@retention-watch\r\n" in plain
    assert "DTSTART;VALUE=DATE:20260331\r\nDTEND;VALUE=DATE:20260401\r\n" in plain
    assert "SUMMARY:Kent Police: answer due\r\n" in plain
    # The refusal in Scotland can still be reviewed: 40 working days after 30 March.
    assert "UID:a-scotland-review_within@retention-watch\r\n" in plain
    assert "DTSTART;VALUE=DATE:20260528" in plain


def test_a_zip_does_not_depend_on_the_order_or_the_clock() -> None:
    assert zipped({"a": b"1", "b": b"2"}) == zipped({"b": b"2", "a": b"1"})


# What editions get


def test_editions_get_named_fields_of_what_was_sent(db: Desk) -> None:
    filled(db)
    campaign(db, id="private-2019")
    asked(db, id="secret", campaign="private-2019", state="sent", sent_on="2026-03-02")
    ((id, title, question, measures, first, last, state),) = public_campaigns(db)
    assert (id, first, last, state, measures) == ("errors-2019", "2019", "2022", "open", "")
    assert title == CAMPAIGN.title and question == CAMPAIGN.question
    rows = {row[1]: row for row in public_requests(db)}
    assert set(rows) == {"kent-police", "police-scotland", "essex-police"}
    assert rows["police-scotland"][-3:] == ("refused", '["s31"]', 19 + 1)
    assert rows["essex-police"][-1] == 5 and rows["kent-police"][-1] is None
    assert "all of it" not in str(rows) and "contributor-a" not in str(rows)
