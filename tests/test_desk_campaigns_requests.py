"""Requests: what may be saved, what follows what, and nobody's name in any of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make_campaigns import REQUEST, TODAY, asked, campaign, desk, told

from portal.core.errors import BadInput, PortalError, UnknownCode
from portal.core.foi.states import ANSWERS, MOVES, OPEN, STATES, may_follow, platform_state
from portal.desk.campaigns import campaigns, feeds, requests
from portal.desk.campaigns.feeds import platform_key, update_from_feeds
from portal.desk.campaigns.personal import Personal, check_address, check_text
from portal.desk.campaigns.sending import mark_sent
from portal.desk.people.errors import NotThere, Stale
from portal.store import campaigns as store
from portal.store.campaigns import Exemption, Request
from portal.store.desk import Desk, connect


@pytest.fixture
def db(tmp_path: Path) -> Desk:
    return desk(tmp_path)


def save(db: Desk, request: Request, version: int | None = None, **more: Any) -> Request:
    number = request.version if version is None else version
    return requests.save(db, request, "contributor-a", number, today=TODAY, **more)


def test_a_request_is_kept_with_its_event_and_its_audit_note(db: Desk) -> None:
    made = asked(db, campaign=campaign(db).id, state="sent", sent_on="2026-03-02")
    assert (made.version, made.due_on, made.made_by) == (1, "2026-03-31", "contributor-a")
    assert requests.of_campaign(db, "errors-2019") == [made]
    (event,) = store.events(db, [made.id])
    assert (event["kind"], event["on_day"], event["actor"]) == (
        "made",
        "2026-03-02",
        "contributor-a",
    )
    assert event["detail"]["state"] == ["", "sent"]
    trail = db.execute("SELECT actor, action FROM audit WHERE object = ?", [made.id]).fetchall()
    assert trail == [("contributor-a", "request made")]


def test_saving_the_same_again_changes_nothing(db: Desk) -> None:
    made = asked(db)
    assert save(db, made) == made
    assert len(store.events(db, [made.id])) == 1


def test_a_refusal_names_its_grounds_and_their_subjects(db: Desk) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02")
    grounds = (Exemption("s31", "the last two years"), Exemption("s24"))
    done = save(db, replace(made, state="refused", answered_on="2026-03-27", exemptions=grounds))
    assert done.exemptions == (Exemption("s24"), Exemption("s31", "the last two years"))
    assert store.working_days(done) == 18
    with pytest.raises(UnknownCode, match="a ground in vocabulary/exemptions"):
        save(db, replace(done, exemptions=(Exemption("section-24"),)))


def test_two_editors_at_once(db: Desk, tmp_path: Path) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02")
    other = connect(tmp_path / "var" / "desk.db")
    save(other, replace(made, reference="FOI-2026-1201"))
    with pytest.raises(Stale, match="you had version 1, it is now version 2"):
        save(db, replace(made, state="acknowledged"))
    now = requests.get(db, made.id)
    assert (now.reference, now.state, now.version) == ("FOI-2026-1201", "sent", 2)
    assert len(store.events(db, [made.id])) == 2


def test_of_many_who_save_the_same_version_one_is_first(db: Desk, tmp_path: Path) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02")

    def one(number: int) -> bool:
        own = connect(tmp_path / "var" / "desk.db")
        try:
            save(own, replace(made, reference=f"FOI {number}"))
        except Stale:
            return False
        finally:
            own.conn.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        first = list(pool.map(one, range(6)))
    assert sum(first) == 1
    now = requests.get(db, made.id)
    assert (now.version, now.reference) == (2, f"FOI {first.index(True)}")
    assert len(store.events(db, [made.id])) == 2


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("reference", "jane.smith@kent.example", "e-mail address"),
        ("reference", "Mr Smith FOI 12", "name"),
        ("reference", "Jane Smith", "name"),
        ("reference", "01622 690690", "telephone number"),
        ("address", "https://www.whatdotheyknow.com/user/jane_smith", "page of a person"),
        ("address", "https://www.whatdotheyknow.com/request/complaint_about_mr_smith", "name"),
        ("address", "https://www.whatdotheyknow.com/request/conduct_of_pc_1234", "officer"),
        ("exemptions", (Exemption("s40", "the file on Sgt Jones"),), "name"),
    ],
)
def test_nobody_is_named(db: Desk, field: str, value: Any, kind: str) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02")
    changed = replace(made, state="refused", answered_on="2026-03-30", **{field: value})
    with pytest.raises(Personal, match=kind) as refused:
        save(db, changed)
    label = "Subject of s40" if field == "exemptions" else requests.LABELS[field]
    assert str(refused.value).startswith(f"{label}: ")
    for secret in ("jane", "smith", "Jones", "690690", "1234"):
        assert secret not in str(refused.value)
    assert requests.get(db, made.id) == made
    kept = db.execute("SELECT group_concat(detail) FROM audit").fetchone()[0]
    assert "mith" not in kept and "Jones" not in kept


@pytest.mark.parametrize(
    "reference",
    ["FOI 2024/01234", "01/FOI/24/012345/A", "RFI-24-113", "F-2024-00981", "IR 7741", "2024.118"],
)
def test_references_as_forces_print_them_are_taken(db: Desk, reference: str) -> None:
    assert asked(db, reference=reference).reference == reference


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://www.whatdotheyknow.com/request/comms_data_2024#incoming-1", "comms_data_2024"),
        ("https://www.whatdotheyknow.com/request/comms_data_2024/?nocache=1", "comms_data_2024"),
        ("", ""),
    ],
)
def test_an_address_is_kept_plain(given: str, kept: str) -> None:
    found = check_address("Address", given)
    assert found.rpartition("/")[2] == kept


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "//host/x", "https://u:p@host.example/", "ftp://host.example/",
     "https://host.example:8080/x", "https://[::1/x", "https://host.example/a b", "nonsense"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="a web address"):
        check_address("Address", address)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"state": "lost"}, "a known state"),
        ({"law": "ifg"}, "one of the laws"),
        ({"body": "nobody"}, "a known authority"),
        ({"id": "Über"}, "small letters"),
        ({"campaign": "none"}, "There is no campaign"),
        ({"state": "sent"}, "Sent on: expected the day of sending"),
        ({"sent_on": "2026-03-02"}, "no day of sending while it is a draft"),
        ({"state": "sent", "sent_on": "2.3.2026"}, "a day such as"),
        ({"state": "sent", "sent_on": "20260302"}, "a day such as"),
        ({"state": "sent", "sent_on": "2026-02-30"}, "a day such as"),
        ({"state": "sent", "sent_on": "2027-03-02"}, "a day from 2005 to 2026-11-26"),
        ({"state": "sent", "sent_on": "1999-03-02"}, "a day from 2005"),
        ({"state": "answered", "sent_on": "2026-03-02"}, "the day of the answer"),
        ({"state": "answered", "sent_on": "2026-03-02", "answered_on": "2026-03-01"}, "not before"),
        ({"state": "sent", "sent_on": "2026-03-02", "answered_on": "2026-03-03"}, "no day of"),
        ({"state": "extended", "sent_on": "2026-03-02"}, "the day to which"),
        ({"state": "no_answer", "sent_on": "2026-11-24"}, "a day of answer that has passed"),
        ({"state": "sent", "sent_on": "2026-03-02", "exemptions": (Exemption("s24"),)}, "an an"),
        ({"state": "sent", "sent_on": "2026-03-02", "review_answered_on": "2026-03-09"}, "too"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    db: Desk, given: dict[str, Any], what: str
) -> None:
    with pytest.raises(PortalError, match=what):
        save(db, replace(REQUEST, **given))
    assert db.execute("SELECT count(*) FROM foi_requests").fetchone()[0] == 0
    assert db.execute("SELECT count(*) FROM foi_events").fetchone()[0] == 0


def test_what_is_not_there_is_said(db: Desk) -> None:
    with pytest.raises(NotThere):
        requests.get(db, "nothing")
    with pytest.raises(NotThere):
        save(db, REQUEST, version=3)
    made = asked(db)
    with pytest.raises(Stale):
        save(db, replace(made, version=0))
    with pytest.raises(BadInput, match="the same authority"):
        save(db, replace(made, body="essex-police"))


def test_the_day_due_follows_the_day_of_sending_unless_a_person_entered_another(db: Desk) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02")
    moved = save(db, replace(made, sent_on="2026-04-01"))
    assert moved.due_on == "2026-05-01"
    entered = save(db, replace(moved, due_on="2026-05-08"))
    assert entered.due_on == "2026-05-08"
    assert save(db, replace(entered, reference="FOI 12")).due_on == "2026-05-08"
    scottish = save(db, replace(requests.get(db, made.id), law="foisa"))
    assert scottish.due_on == "2026-04-30"


def test_a_state_that_does_not_follow_needs_a_reason(db: Desk) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02")
    done = save(db, replace(made, state="refused", answered_on="2026-03-30"))
    back = replace(done, state="sent", answered_on="")
    with pytest.raises(BadInput, match="a reason for the correction"):
        save(db, back)
    assert save(db, back, why="It was an acknowledgement.").state == "sent"
    last = store.events(db, [made.id])[-1]
    assert (last["kind"], last["detail"]["why"]) == ("corrected", "It was an acknowledgement.")
    with pytest.raises(Personal, match="Reason"):
        save(db, replace(requests.get(db, made.id), state="draft", sent_on=""), why="says Mr Smith")


def test_every_state_has_its_way_out_and_none_leads_back_to_a_draft() -> None:
    assert set(MOVES) == set(STATES)
    for state, after in MOVES.items():
        assert set(after) <= set(STATES) and "draft" not in after
        assert may_follow(state, state)
        assert all(may_follow(state, answer) for answer in ANSWERS if state in OPEN)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(sorted(STATES)), min_size=1, max_size=8))
def test_whatever_is_tried_only_what_follows_is_kept(db: Desk, walk: list[str]) -> None:
    now = asked(db, id=requests.free_id(db, "walk", "kent-police"))
    for state in walk:
        answered = "2026-04-20" if state in ANSWERS else ""
        sent = "" if state == "draft" else "2026-03-02"
        to = "2026-04-30" if state == "extended" else now.extended_to
        wanted = replace(now, state=state, sent_on=sent, answered_on=answered, extended_to=to)
        try:
            after = save(db, wanted)
        except PortalError:
            assert requests.get(db, now.id) == now
        else:
            assert may_follow(now.state, after.state)
            now = after
    kept = [e["detail"].get("state") for e in store.events(db, [now.id])]
    moves = [each for each in kept if each]
    assert moves[-1][1] == now.state
    assert all(may_follow(a, b) for a, b in moves[1:])


# Many at once


def three(db: Desk) -> list[Request]:
    made = campaign(db)
    bodies = ("kent-police", "essex-police", "police-scotland")
    return [
        asked(db, id=f"{made.id}-{body}", body=body, campaign=made.id,
              law="foisa" if body == "police-scotland" else "foia")
        for body in bodies
    ]  # fmt: skip


def test_letters_of_one_day_are_entered_at_once(db: Desk) -> None:
    drafts = three(db)
    versions = {each.id: each.version for each in drafts}
    assert mark_sent(db, "errors-2019", versions, "2026-03-02", "publisher-a", TODAY) == 3
    days = {r.body: (r.state, r.due_on) for r in requests.of_campaign(db, "errors-2019")}
    assert days["kent-police"] == ("sent", "2026-03-31")
    assert days["police-scotland"] == ("sent", "2026-03-30")


def test_one_that_was_changed_since_stops_all(db: Desk) -> None:
    drafts = three(db)
    versions = {each.id: each.version for each in drafts}
    save(db, replace(drafts[2], reference="FOI 9"))
    with pytest.raises(Stale):
        mark_sent(db, "errors-2019", versions, "2026-03-02", "publisher-a", TODAY)
    assert {r.state for r in requests.of_campaign(db, "errors-2019")} == {"draft"}
    with pytest.raises(BadInput, match="at least one"):
        mark_sent(db, "errors-2019", {}, "2026-03-02", "publisher-a", TODAY)
    with pytest.raises(NotThere):
        mark_sent(db, "errors-2019", {"x": 1}, "2026-03-02", "publisher-a", TODAY)


def test_a_campaign_is_checked_and_versioned(db: Desk) -> None:
    made = campaign(db)
    assert made.version == 1 and list(made.years) == [2019, 2020, 2021, 2022]
    changed = campaigns.save(db, replace(made, public=1), "publisher-a", 1)
    assert (changed.public, changed.version) == (1, 2)
    with pytest.raises(Stale):
        campaigns.save(db, replace(made, state="closed"), "publisher-b", 1)
    for wrong, what in (
        ({"first": "2023"}, "a year from"), ({"last": "x"}, "a year such as"),
        ({"measures": "sheep"}, "a known measure"), ({"title": ""}, "1 to 200"),
        ({"question": "Ask Mr Smith"}, "holds what looks like"), ({"state": "gone"}, "one of"),
    ):  # fmt: skip
        with pytest.raises(PortalError, match=what):
            campaigns.save(db, replace(made, id="other", **wrong), "publisher-a", 0)
    assert campaigns.id_of("Errors & more!", "2019") == "errors-more-2019"


# Feeds

WDTK = "https://www.whatdotheyknow.com/request/"
NEWS = {
    "url_title": "errors_kent", "title": "Errors", "law": "foi", "state": "rejected",
    "display_state": "Refused.", "created": "2026-03-02T09:00:00Z",
    "updated": "2026-03-27T09:00:00Z", "last_event": "2026-03-27T09:00:00Z",
}  # fmt: skip


def test_what_a_platform_says_is_taken_over_once(db: Desk, tmp_path: Path) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02", address=f"{WDTK}errors_kent")
    told(db, tmp_path, "whatdotheyknow", [NEWS], proven=True)
    assert update_from_feeds(db, TODAY) == feeds.Updated(changed=1)
    now = requests.get(db, made.id)
    # A platform does not say on which day the answer came.
    assert (now.state, now.answered_on, now.version) == ("refused", "", 2)
    assert store.working_days(now) is None
    last = store.events(db, [made.id])[-1]
    assert (last["kind"], last["actor"], last["on_day"]) == ("feed", "feed", "2026-03-27")
    assert update_from_feeds(db, TODAY) == feeds.Updated(unchanged=1)
    # A person's correction stands until the platform says something new.
    done = save(db, replace(now, state="part_answered", answered_on="2026-03-26"))
    assert update_from_feeds(db, TODAY) == feeds.Updated(unchanged=1)
    newer = {**NEWS, "state": "successful", "last_event": "2026-04-09T09:00:00Z"}
    told(db, tmp_path, "whatdotheyknow", [newer], proven=True)
    assert update_from_feeds(db, TODAY) == feeds.Updated(changed=1)
    after = requests.get(db, done.id)
    assert (after.state, after.answered_on) == ("answered", "2026-03-26")


def test_what_nobody_has_let_through_is_not_read(db: Desk, tmp_path: Path) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02", address=f"{WDTK}errors_kent")
    told(db, tmp_path, "whatdotheyknow", [NEWS], proven=False)
    assert update_from_feeds(db, TODAY) == feeds.Updated()
    assert requests.get(db, made.id) == made


def test_news_that_does_not_follow_are_noted_and_change_nothing(db: Desk, tmp_path: Path) -> None:
    made = asked(db, state="sent", sent_on="2026-03-02", address=f"{WDTK}errors_kent")
    gone = save(db, replace(made, state="withdrawn"))
    told(db, tmp_path, "whatdotheyknow", [NEWS], proven=True)
    assert update_from_feeds(db, TODAY) == feeds.Updated(noted=1)
    assert requests.get(db, made.id) == gone
    assert "does not follow" in store.events(db, [made.id])[-1]["detail"]["not taken over"]


def test_a_draft_that_is_on_the_platform_was_sent(db: Desk, tmp_path: Path) -> None:
    made = asked(db, address=f"{WDTK}errors_kent")
    told(db, tmp_path, "whatdotheyknow", [{**NEWS, "state": "waiting_response"}], proven=True)
    update_from_feeds(db, TODAY)
    now = requests.get(db, made.id)
    assert (now.state, now.sent_on, now.due_on) == ("sent", "2026-03-02", "2026-03-31")


def test_states_of_both_platforms() -> None:
    assert platform_state("fragdenstaat", "resolved", "partially_successful") == "part_answered"
    assert platform_state("fragdenstaat", "asleep") == "no_answer"
    assert platform_state("whatdotheyknow", "internal_review") == ""
    assert platform_state("elsewhere", "successful") == ""
    assert platform_key("https://fragdenstaat.de/anfrage/daten-2024/") == (
        "fragdenstaat",
        "daten-2024",
    )
    assert platform_key("https://www.whatdotheyknow.com/request/a%C3%A9") == (
        "whatdotheyknow",
        "aé",
    )
    assert platform_key("https://www.whatdotheyknow.com/body/x") is None
    assert platform_key("https://elsewhere.example/request/x") is None


def test_text_that_names_nobody_passes() -> None:
    question = "1. the number of applications under Part 3;\n2. the number refused."
    assert check_text("Question", question) == question
    assert json.dumps(check_text("Subject", "  national   security "))[1:-1] == "national security"
