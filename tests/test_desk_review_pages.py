"""The review pages as people use them, by form and by API, each with their own rights."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from desk_review import REQUEST, add_document, add_request, add_table, figures, propose
from desk_site import DeskSite, desk_site

from portal.desk.review import finishing
from portal.store import review
from portal.store.desk import Desk

MAPPER = "contributor-b"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    made = desk_site(tmp_path_factory.mktemp("desk"))
    with opened(made) as db, db.conn:
        add_request(db.conn, REQUEST, "kent-police")
    return made


@contextmanager
def opened(site: DeskSite) -> Iterator[Desk]:
    with closing(site.db().conn) as conn:
        yield Desk(conn)


@pytest.fixture
def answer(site: DeskSite) -> tuple[str, list[int]]:
    with opened(site) as db:
        return figures(db, site.config.archive, 3, made_by=mapper(site))


def mapper(site: DeskSite) -> str:
    return site.people[MAPPER].person.name


def say(site: DeskSite, role: str, document: str, id: int, **fields: Any) -> Any:
    """Send the form of a figure at its present version."""
    with opened(site) as db:
        version = review.proposal(db, id)["version"]  # type: ignore[index]
    with site.client(role) as client:
        given = client.form(**{"verdict": "accept", "version": version, **fields})
        return client.post(f"/desk/review/{document}/{id}", data=given)


def state(site: DeskSite, id: int) -> str:
    with opened(site) as db:
        return str(review.proposal(db, id)["state"])  # type: ignore[index]


def content(site: DeskSite) -> list[Any]:
    every = [
        f"SELECT * FROM {name}" for name in ("proposals", "person_readings", "approvals", "jobs")
    ]
    every.append("SELECT * FROM audit WHERE action <> 'sign in'")
    with opened(site) as db:
        return [db.execute(sql).fetchall() for sql in every]


def test_by_plain_forms_two_people_read_and_each_form_leads_to_the_next(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    document, ids = answer
    for role in ("reviewer", "reviewer-b"):
        for n, id in enumerate(ids):
            gone = say(site, role, document, id)
            following = f"?figure={ids[n + 1]}" if n < 2 else ""
            assert gone.status_code == 303
            assert gone.headers["location"] == f"/desk/review/{document}{following}"
    assert [state(site, id) for id in ids] == ["agreed"] * 3
    with opened(site) as db:
        finishing.finish(db, site.config.archive)
    assert [state(site, id) for id in ids] == ["recorded"] * 3


def test_the_queue_shows_each_person_what_waits_for_them(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    document, ids = answer
    say(site, "reviewer", document, ids[0])
    say(site, "reviewer-b", document, ids[1])
    say(site, "publisher", document, ids[1], verdict="amend", value="7", note="Another line.")

    def shown(role: str) -> dict[str, str]:
        with site.client(role) as client:
            text = client.get("/desk/review").text.partition("All documents")[0]
        parts = {title: text.partition(title)[2].partition("</section>")[0] for title in titles}
        return {title: part for title, part in parts.items() if document in part}

    titles = ("To read first", "To read as the second person", "To settle")
    assert set(shown("reviewer")) == {"To read first", "To settle"}
    assert set(shown("reviewer-b")) == {"To read first", "To read as the second person"}
    assert set(shown("contributor")) == {"To read first"}
    assert set(shown(MAPPER)) == {"To read first"}


@pytest.mark.parametrize(
    ("role", "words"),
    [("contributor", "needs a reviewer"), (MAPPER, "it takes somebody else")],
)
def test_who_may_not_be_the_second_reader_is_told_and_changes_nothing(
    site: DeskSite, answer: tuple[str, list[int]], role: str, words: str
) -> None:
    document, ids = answer
    say(site, "reviewer", document, ids[0])
    before = content(site)
    refused = say(site, role, document, ids[0])
    assert refused.status_code == 403 and words in refused.text
    assert content(site) == before


def test_what_is_stale_is_told_and_what_was_typed_is_kept(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    document, ids = answer
    say(site, "reviewer", document, ids[0])
    before = content(site)
    typed = {"verdict": "amend", "value": "1,234", "note": "A smudge.", "version": 1}
    stale = say(site, "reviewer-b", document, ids[0], **typed)
    assert stale.status_code == 409 and "Somebody else" in stale.text
    assert 'value="1,234"' in stale.text and 'value="A smudge."' in stale.text
    assert content(site) == before
    wrong = say(site, "reviewer-b", document, ids[0], verdict="amend", value="12x", note="Why.")
    assert wrong.status_code == 400 and 'value="12x"' in wrong.text and "one number" in wrong.text


def test_replays_and_requests_of_other_sites_change_nothing(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    document, ids = answer
    address = f"/desk/review/{document}/{ids[0]}"
    with site.client("reviewer") as client:
        form = client.form(verdict="accept", version=1)
        assert client.post(address, data=form).status_code == 303
        before = content(site)
        again = client.post(address, data=form, headers={"Accept": "application/json"})
        assert again.status_code == 200 and again.json()["added"] is False
        assert content(site) == before
    with site.client("reviewer-b") as client:
        good = client.form(verdict="accept", version=2)
        without = {"verdict": "accept", "version": 2}
        other = {"Origin": "https://elsewhere.example"}
        cross = {"Sec-Fetch-Site": "cross-site"}
        assert client.post(address, data=without).status_code == 403
        assert client.post(address, data={**good, "csrf": "x" * 40}).status_code == 403
        assert client.post(address, data=good, headers=other).status_code == 403
        assert client.post(address, data=good, headers=cross).status_code == 403
        assert client.get(address).status_code in (404, 405)
    with site.client("anonymous") as client:
        assert client.post(address, data=without).status_code == 401
    assert content(site) == before


@pytest.mark.parametrize(
    ("path", "status"),
    [("/desk/review/x", 404), (f"/desk/review/{'0' * 64}", 404), ("/desk/review", 200)],
)
def test_addresses_that_lead_nowhere_say_so(site: DeskSite, path: str, status: int) -> None:
    with site.client("reviewer") as client:
        assert client.get(path).status_code == status


def test_a_figure_of_another_document_is_not_read_under_this_one(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    with opened(site) as db:
        other, _ = figures(db, site.config.archive, 1, made_by=mapper(site))
    assert say(site, "reviewer", other, answer[1][0]).status_code == 404
    assert state(site, answer[1][0]) == "open"


def test_what_others_read_is_not_shown_before_ones_own_reading(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    document, ids = answer
    say(site, "reviewer", document, ids[0], verdict="amend", value="77,777", note="A smudge.")
    address = f"/desk/review/{document}?figure={ids[0]}"
    with site.client("reviewer-b") as client:
        assert "77777" not in client.get(address).text.replace(",", "")
    say(site, "reviewer-b", document, ids[0], verdict="amend", value="77,777", note="A smudge.")
    with site.client("reviewer-b") as client:
        assert "77777" in client.get(address).text


def test_blind_neither_page_nor_script_tells_the_value_before_it_is_typed(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    document, ids = answer
    with site.client("reviewer") as client:
        gone = client.post(f"/desk/review/{document}/blind", data=client.form(blind="1"))
        assert gone.status_code == 303
    say(site, "reviewer", document, ids[0])
    with site.client("reviewer-b") as client:
        page = client.get(f"/desk/review/{document}?figure={ids[0]}").text
        # The cell itself is the document's: it stands in the grid, and nowhere else.
        assert page.count("1,001") == 1 and "<mark>1,001</mark>" in page
        told = client.get("/desk/api/v1/proposals", params={"document": document}).json()
        hidden = next(each for each in told["proposals"] if each["id"] == ids[0])
        assert not {"value", "printed", "low", "high"} & set(hidden) and hidden["task"] == "second"
    assert say(site, "reviewer-b", document, ids[0]).status_code == 403
    typed = say(site, "reviewer-b", document, ids[0], verdict="amend", value="1001")
    assert typed.status_code == 303 and state(site, ids[0]) == "agreed"


def test_a_publisher_releases_a_single_reading_and_nobody_else(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    document, ids = answer
    say(site, "reviewer", document, ids[0])
    address = f"/desk/review/{document}/{ids[0]}/release"
    with site.client("reviewer") as client:
        assert client.post(address, data=client.form(version=2)).status_code == 403
    with site.client("publisher") as client:
        shown = client.get(f"/desk/review/{document}?figure={ids[0]}").text
        assert "Release this single reading" in shown
        assert client.post(address, data=client.form(version=2)).status_code == 303
    with opened(site) as db:
        finishing.finish(db, site.config.archive)
        held = review.recorded(db, ids[0])
        assert held is not None and held["rule"].startswith("single reading")


def test_a_question_goes_back_to_who_mapped_and_their_answer_lets_it_go_on(
    site: DeskSite, answer: tuple[str, list[int]]
) -> None:
    document, ids = answer
    say(site, "reviewer", document, ids[0], verdict="ask", note="Is 2001 the calendar year?")
    with site.client(MAPPER) as client:
        assert "yours to answer" in client.get("/desk/review").text
        page = client.get(f"/desk/review/{document}?figure={ids[0]}").text
        assert "Is 2001 the calendar year?" in page and "Your answer" in page
    say(site, MAPPER, document, ids[0], verdict="ask", note="Yes: the letter says so.")
    assert state(site, ids[0]) == "open"


def test_checks_are_shown_and_decide_nothing(site: DeskSite) -> None:
    with opened(site) as db:
        document = add_document(db, site.config.archive, b"checks", kind="pdf")
        table = add_table(db, document, ["3", "4,000"], page=1)
        given = {"made_by": mapper(site), "page": 1}
        few = propose(db, document, table, "3", row=1, confidence=0.5, **given)
        many = propose(db, document, table, "4,000", row=2, **given)
    with site.client("reviewer") as client:
        first = client.get(f"/desk/review/{document}?figure={few}").text
        second = client.get(f"/desk/review/{document}?figure={many}").text
    assert "may point at single persons" in first and "50% sure" in first
    assert "A jump: 3 in 2001, 4,000 here." in second
    assert say(site, "reviewer", document, few).status_code == 303


def test_by_api_the_same_rules_hold(site: DeskSite, answer: tuple[str, list[int]]) -> None:
    document, ids = answer
    address = f"/desk/api/v1/proposals/{ids[0]}/readings"
    with site.client("reviewer") as client:
        told = client.get("/desk/api/v1/proposals", params={"document": document}).json()
        assert [each["value"] for each in told["proposals"]] == ["1001", "1002", "1003"]
        head = {"X-CSRF": client.csrf}
        said = {"verdict": "accept", "version": 1}
        added = client.post(address, json=said, headers=head)
        assert (added.status_code, added.json()["state"]) == (201, "single")
        assert client.post(address, json=said, headers=head).status_code == 200
        for wrong in ([], {"verdict": "accept"}, {"verdict": 1, "version": 2}, {"x": 1}):
            refused = client.post(address, json=wrong, headers=head)
            assert refused.status_code == 400 and "expected" in refused.json()["error"]
        assert client.post(address, content=b"{", headers=head).status_code == 400
        none = client.post("/desk/api/v1/proposals/0/readings", json=said, headers=head)
        assert none.status_code == 404
    with site.client("contributor") as client:
        head = {"X-CSRF": client.csrf}
        refused = client.post(address, json={"verdict": "accept", "version": 2}, headers=head)
        assert refused.status_code == 403 and "reviewer" in refused.json()["error"]
    with site.client("reviewer-b") as client:
        head = {"X-CSRF": client.csrf}
        stale = client.post(address, json={"verdict": "accept", "version": 1}, headers=head)
        assert stale.status_code == 409
