"""Campaigns through the desk's pages and its interface: rights, two editors, nothing lost."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_site import Client, DeskSite, desk_site

from portal.desk.campaigns import requests
from portal.store import campaigns as store

FORM = {
    "title": "Errors reported", "question": "1. the number of errors;\n2. the number of items.",
    "first": "2019", "last": "2021", "state": "open", "public": "1",
}  # fmt: skip
ID = "errors-reported-2019"
LIST = "Kent Police\nEsex Police\nPolice Scotland\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    return desk_site(tmp_path_factory.mktemp("campaigns"))


@pytest.fixture
def site(whole: DeskSite) -> Iterator[DeskSite]:
    """The same installation, its campaigns empty again: events are kept, so their guards go."""
    yield whole
    db = whole.db()
    kept = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'foi_events'"
    ).fetchall()
    for name, _ in kept:
        db.conn.execute(f"DROP TRIGGER {name}")
    for table in ("documents", "foi_events", "foi_requests", "campaigns"):
        db.conn.execute(f"DELETE FROM {table}")
    for _, sql in kept:
        db.conn.execute(sql)
    db.conn.close()


def made(client: Client, **more: str) -> None:
    answer = client.post("/desk/campaigns", data=client.form(**{**FORM, **more}))
    assert answer.status_code == 303, answer.text


def asked(client: Client, **given: str) -> str:
    fields = {"campaign": ID, "body": "kent-police", "sent_on": "2026-03-02", **given}
    answer = client.post("/desk/requests", data=client.form(**fields))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return found[1]


def test_a_campaign_from_the_form_to_the_export(site: DeskSite) -> None:
    with site.client("publisher") as client:
        made(client)
        address = f"/desk/campaigns/{ID}/import"
        looked = client.post(address, data=client.form(text=LIST, version="1", step="look"))
        assert looked.status_code == 200 and "1 must be settled" in looked.text
        given = {"text": LIST, "version": "1", "step": "import"}
        given["looked"] = hidden(looked.text, "looked")
        refused = client.post(address, data=client.form(**given))
        assert refused.status_code == 400 and "line 2" in refused.text
        assert "Esex Police" in refused.text
        done = client.post(address, data=client.form(**given, **{"line-2": "essex-police"}))
        assert done.status_code == 303
        page = client.get(f"/desk/campaigns/{ID}").text
        assert page.count('name="request" value="') == 3 and "Essex Police" in page
        ticked = re.findall(r'name="request" value="([^"]*)"', page)
        form = client.form(request=ticked, day="2026-03-02")
        assert client.post(f"/desk/campaigns/{ID}/sent", data=form).status_code == 303
        page = client.get(f"/desk/campaigns/{ID}").text
        assert "2026-03-31" in page and "2026-03-30" in page and "overdue" in page
        assert "FOIA section 10(1)" in page and "FOISA section 73" in page
        zipped = client.get(f"/desk/campaigns/{ID}/export.zip")
        assert zipped.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(zipped.content)) as archive:
            assert "deadlines.ics" in archive.namelist()
        calendar = client.get(f"/desk/campaigns/{ID}/deadlines.ics")
        assert calendar.text.count("BEGIN:VEVENT") == 3
        assert "Essex Police" in client.get("/desk/requests?state=overdue").text
        assert "Essex Police" not in client.get("/desk/requests?state=answered").text


def test_a_list_that_was_changed_after_the_look_is_looked_at_again(site: DeskSite) -> None:
    with site.client("publisher") as client:
        made(client)
        address = f"/desk/campaigns/{ID}/import"
        looked = client.post(address, data=client.form(text=LIST, version="1", step="look")).text
        given = {"text": f"Dorset Police\n{LIST}", "version": "1", "step": "import"}
        given |= {"looked": hidden(looked, "looked"), "line-2": "essex-police"}
        answer = client.post(address, data=client.form(**given))
        assert answer.status_code == 400 and "look at its lines" in answer.text
        assert store.requests_of(site.db(), ID) == []
        file = {"file": ("list.csv", b"authority\nKent Police\n", "text/csv")}
        answer = client.post(address, data=client.form(version="1", step="look"), files=file)
        assert answer.status_code == 200 and "all settled" in answer.text
        bad = {"file": ("list.csv", b"\xff\xfe\x00", "text/csv")}
        answer = client.post(address, data=client.form(version="1", step="look"), files=bad)
        assert answer.status_code == 400


def test_two_people_at_one_request(site: DeskSite) -> None:
    with site.client("publisher") as first, site.client("contributor") as second:
        made(first)
        address = asked(second)
        read = second.get(address).text
        version = hidden(read, "version")
        fields = {"state": "refused", "answered_on": "2026-03-27", "law": "foia",
                  "sent_on": "2026-03-02", "due_on": "2026-03-31", "version": version}  # fmt: skip
        grounds = {"ground": ["s31", "s24", ""], "subject": ["part 2", "", ""]}
        assert first.post(address, data=first.form(**fields, **grounds)).status_code == 303
        late = {**fields, "state": "answered", "reference": "FOI 2026/77", "version": version}
        answer = second.post(address, data=second.form(**late))
        assert answer.status_code == 409 and "saved by somebody else" in answer.text
        assert 'value="FOI 2026/77"' in answer.text and "s24; s31 (part 2)" in answer.text
        now = requests.get(site.db(), f"{ID}-kent-police")
        assert (now.state, now.reference, now.version) == ("refused", "", 2)
        # With the new version in the form the same words are saved.
        late["version"] = hidden(answer.text, "version")
        assert second.post(address, data=second.form(**late)).status_code == 303
        assert requests.get(site.db(), now.id).state == "answered"


def test_two_people_at_one_campaign(site: DeskSite) -> None:
    with site.client("publisher") as first, site.client("publisher-b") as second:
        made(first)
        address = f"/desk/campaigns/{ID}"
        assert first.post(address, data=first.form(**FORM, version="1")).status_code == 303
        mine = {**FORM, "question": "1. my own words.", "version": "1"}
        answer = second.post(address, data=second.form(**mine))
        assert answer.status_code == 409 and "my own words" in answer.text
        assert "the number of items" in answer.text
        campaign = store.campaign(site.db(), ID)
        assert campaign is not None and "my own words" not in campaign.question


def test_what_is_refused_comes_back_as_it_was_typed(site: DeskSite) -> None:
    with site.client("publisher") as client:
        wrong = client.post("/desk/campaigns", data=client.form(**{**FORM, "last": "soon"}))
        assert wrong.status_code == 400 and "the number of errors" in wrong.text
        made(client)
        twice = client.post("/desk/campaigns", data=client.form(**FORM))
        assert twice.status_code == 400 and "another title" in twice.text
        given = {"body": "kent-police", "reference": "Mr Smith’s request", "campaign": ID}
        named = client.post("/desk/requests", data=client.form(**given))
        assert named.status_code == 400 and "Reference: holds what looks like" in named.text
        address = asked(client)
        page = client.get(address).text
        fields = {"state": "answered", "answered_on": "2026-01-01", "sent_on": "2026-03-02",
                  "law": "foia", "version": hidden(page, "version")}  # fmt: skip
        answer = client.post(address, data=client.form(**fields))
        assert answer.status_code == 400 and "a day not before 2026-03-02" in answer.text
        assert 'value="2026-01-01"' in answer.text
        assert client.get("/desk/requests/none").status_code == 404
        assert client.get("/desk/campaigns/none").status_code == 404
        bad = client.form(request=["x"], day="2026-03-02")
        assert client.post(f"/desk/campaigns/{ID}/sent", data=bad).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/desk/campaigns", "contributor reviewer publisher admin"),
        ("GET", f"/desk/campaigns/{ID}", "contributor reviewer publisher admin"),
        ("GET", f"/desk/campaigns/{ID}/export.zip", "contributor reviewer publisher admin"),
        ("GET", f"/desk/campaigns/{ID}/deadlines.ics", "contributor reviewer publisher admin"),
        ("GET", "/desk/campaigns/new", "publisher admin"),
        ("POST", "/desk/campaigns", "publisher admin"),
        ("GET", f"/desk/campaigns/{ID}/edit", "publisher admin"),
        ("POST", f"/desk/campaigns/{ID}", "publisher admin"),
        ("GET", f"/desk/campaigns/{ID}/import", "publisher admin"),
        ("POST", f"/desk/campaigns/{ID}/import", "publisher admin"),
        ("POST", f"/desk/campaigns/{ID}/sent", "publisher admin"),
        ("GET", "/desk/requests", "contributor reviewer publisher admin"),
        ("GET", "/desk/requests/new", "contributor reviewer publisher admin"),
        ("POST", "/desk/requests", "contributor reviewer publisher admin"),
        ("GET", f"/desk/requests/{ID}-kent-police", "contributor reviewer publisher admin"),
        ("POST", f"/desk/requests/{ID}-kent-police", "contributor reviewer publisher admin"),
        ("GET", f"/desk/api/v1/campaigns/{ID}", "contributor reviewer publisher admin"),
        ("POST", "/desk/api/v1/requests", "contributor reviewer publisher admin"),
    ],
)
def test_who_may_come(site: DeskSite, method: str, path: str, allowed: str) -> None:
    with site.client("publisher") as client:
        made(client)
        asked(client)
    before = store.campaigns(site.db()), store.requests_of(site.db(), ID)
    for role in ("anonymous", "contributor", "reviewer", "publisher", "admin"):
        with site.client(role, strict=False) as client:
            data = client.form() if method == "POST" else None
            status = client.request(method, path, data=data).status_code
            if role in allowed.split():
                assert status in (200, 303, 400, 409), (role, status)
            else:
                assert status == (401 if role == "anonymous" else 403), (role, status)
    assert (store.campaigns(site.db()), store.requests_of(site.db(), ID)) == before


def test_a_form_of_another_site_changes_nothing(site: DeskSite) -> None:
    with site.client("publisher") as client:
        made(client)
        answer = client.post(
            f"/desk/campaigns/{ID}", data={**FORM, "title": "Other", "version": "1"}
        )
        assert answer.status_code == 403
        client.headers["Origin"] = "https://elsewhere.example"
        given = client.form(**{**FORM, "title": "Other"}, version="1")
        assert client.post(f"/desk/campaigns/{ID}", data=given).status_code == 403
    campaign = store.campaign(site.db(), ID)
    assert campaign is not None and campaign.title == FORM["title"]


def test_the_same_for_scripts(site: DeskSite) -> None:
    with site.client("publisher") as client:
        made(client)
        client.headers["X-CSRF"] = client.csrf
        new: dict[str, Any] = {"campaign": ID, "body": "police-scotland", "sent_on": "2026-03-02"}
        answer = client.post("/desk/api/v1/requests", json=new)
        assert answer.status_code == 201
        told = answer.json()
        assert (told["law"], told["due_on"], told["state"]) == ("foisa", "2026-03-30", "sent")
        address = answer.headers["location"]
        assert client.get(address).json() == told
        change = {"version": 1, "state": "refused", "answered_on": "2026-03-27"}
        change |= {"exemptions": [{"code": "s31", "subject": "part 2"}]}
        assert client.post(address, json=change).json()["exemptions"] == change["exemptions"]
        assert client.post(address, json=change).status_code == 409
        for wrong in ({}, {"version": 2, "officer": "x"}, {"version": 2, "state": 1}, [1]):
            answer = client.post(address, json=wrong)
            assert answer.status_code == 400 and answer.json()["error"]
        listed = client.get("/desk/api/v1/campaigns").json()["campaigns"]
        assert [one["id"] for one in listed] == [ID]
        one = client.get(f"/desk/api/v1/campaigns/{ID}").json()
        assert one["requests"][0]["working_days"] == 19
        assert one["matrix"] == [
            {"body": "police-scotland", "years": dict.fromkeys(("2019", "2020", "2021"), "refused")}
        ]
        assert client.get("/desk/api/v1/requests/none").status_code == 404


def test_a_held_figure_of_the_measure_fills_its_cell(site: DeskSite) -> None:
    db = site.db()
    row = db.execute(
        "SELECT requester, measure, substr(start, 1, 4) FROM observations WHERE requester IN"
        " (SELECT id FROM records WHERE kind = 'body' AND id LIKE '%police%') AND start > '2008'"
        ' AND substr(start, 1, 4) = substr("end", 1, 4) ORDER BY id LIMIT 1'
    ).fetchone()
    body, measure, year = row
    assert (body, int(year)) in store.held_years(db, [measure], range(int(year), int(year) + 1))
    assert (body, int(year)) not in store.held_years(db, ["none"], range(2008, 2020))


# In a browser


@pytest.mark.browser
def test_the_pages_in_a_browser(site: DeskSite, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    with site.client("publisher") as client:
        made(client)
        for body, more in (
            ("essex-police", {}), ("police-scotland", {}), ("dorset-police", {"sent_on": ""}),
            ("kent-police", {"reference": "FOI 2026/12"}),
        ):  # fmt: skip
            address = asked(client, body=body, **more)
        fields = {"state": "refused", "answered_on": "2026-03-27", "sent_on": "2026-03-02",
                  "law": "foia", "due_on": "2026-03-31", "version": "1",
                  "ground": ["s31"], "subject": ["part 2"]}  # fmt: skip
        assert client.post(address, data=client.form(**fields)).status_code == 303
    with site.serving() as host, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        broken: list[str] = []
        page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
        site.sign_in(page, host, "publisher")
        pages = ("campaigns", f"campaigns/{ID}", f"campaigns/{ID}/import", f"campaigns/{ID}/edit",
                 "campaigns/new", "requests", "requests/new",
                 f"requests/{ID}-kent-police")  # fmt: skip
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            for each in pages:
                page.goto(f"{host}/desk/{each}")
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (each, width, wide)
                assert page.locator("h1").count() == 1
            page.screenshot(path=tmp_path / f"request-{width}.png", full_page=True)
        # By keyboard alone: choose the draft, enter the day, mark as sent.
        page.goto(f"{host}/desk/campaigns/{ID}")
        page.locator("input[name=request]").focus()
        page.keyboard.press("Space")
        page.locator("#day").fill("2026-11-02")
        page.locator("#day").press("Enter")
        page.wait_for_selector("text=1 marked as sent on 2026-11-02.")
        assert "2026-12-01" in page.content()
        page.goto(f"{host}/desk/campaigns/{ID}/import")
        page.fill("#f-text", "Norfolk Constabulary\nSurrrey Police")
        page.click("text=Look at the lines")
        page.select_option("#line-2", "surrey-police")
        page.screenshot(path=tmp_path / "import-lines-1280.png", full_page=True)
        page.click("text=Import all lines")
        page.wait_for_selector("text=2 requests are made")
        assert broken == []
        browser.close()
