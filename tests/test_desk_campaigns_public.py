"""Public campaigns: what an edition shows of them, as pages, as data, and what it hides."""

import csv
import io
import json
from pathlib import Path

import pytest
from asking import ask
from fastapi import FastAPI
from make_campaigns import TODAY, asked, campaign

from portal.config import Settings
from portal.desk.campaigns import requests
from portal.ingest import bundle
from portal.publish import editions
from portal.store import campaigns as store
from portal.store.campaigns import Exemption
from portal.store.desk import one_writer, open_desk
from portal.store.reading.campaigns import gap_states
from portal.web import campaigns as pages
from portal.web.app import create_app
from portal.web.edition import connect

SECRET = "the-part-in-our-own-words"
MEASURE = "foi_cd_requests"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation with the bundled figures and two campaigns, one of them public."""
    config = Settings(var=tmp_path_factory.mktemp("public") / "var")
    with one_writer(config.var):
        db = open_desk(config.desk)
        list(bundle.load(config.data, config.archive, db))
        first = min(year for _, year in store.held_years(db, [MEASURE], range(2000, 2027)))
        given = {"measures": MEASURE, "first": str(first), "last": str(first + 2)}
        made = campaign(db, public=1, **given)
        body = min(b for b, y in store.held_years(db, [MEASURE], made.years) if y == first)
        ground = (Exemption("s31", SECRET),)
        more = {"campaign": made.id, "sent_on": "2026-03-02", "state": "sent"}
        asked(db, id="asked-a", body=body, **more)
        asked(db, id="asked-b", body="kent-police", **{**more, "state": "refused"},
              answered_on="2026-03-27", exemptions=ground, reference="=1+1")  # fmt: skip
        more["state"] = "answered"
        asked(db, id="asked-c", body="police-scotland", law="foisa", **more,
              answered_on="2026-04-20")  # fmt: skip
        asked(db, id="asked-d", body="dorset-police", campaign=made.id)
        hidden = campaign(db, id="hidden-2019", title="Not for everybody")
        asked(db, id="asked-e", body="essex-police", campaign=hidden.id, state="sent",
              sent_on="2026-03-02")  # fmt: skip
        editions.publish(db, config.archive, config.editions, lambda text: None)
        db.conn.close()
    return config


@pytest.fixture(scope="module")
def app(config: Settings) -> FastAPI:
    app = create_app(config)
    # The site takes the room in by its own list; until it does, the room is put before the rest.
    if not any(getattr(route, "path", "") == "/campaigns" for route in app.routes):
        app.include_router(pages.router)
        app.router.routes.insert(0, app.router.routes.pop())
        for _ in range(len(pages.router.routes) - 1):
            app.router.routes.insert(0, app.router.routes.pop())
    return app


def test_the_list_names_public_campaigns_only(app: FastAPI) -> None:
    page = ask(app, "/campaigns")
    assert page.status == 200 and "Errors reported to the Commissioner" in page.text
    assert "Not for everybody" not in page.text
    assert ask(app, "/campaigns/hidden-2019").status == 404
    assert ask(app, "/campaigns/hidden-2019.csv").status == 404
    assert ask(app, "/campaigns/none.json").status == 404


def test_the_page_of_a_campaign_shows_who_answered_and_who_did_not(app: FastAPI) -> None:
    page = ask(app, "/campaigns/errors-2019")
    assert page.status == 200
    words = page.words
    assert "3 authorities were asked" in words and "2 have answered, 1 of them by refusing" in words
    assert "1 has not, 1 beyond the day that the law sets" in words
    assert "Law enforcement" in words and "section 31" in words
    assert "FOIA section 10(6)" in words and "FOISA section 73" in words
    # Kent took 18 of 20 days; Scotland 34.
    order = page.text.split("Answers in the order of working days</caption>")[1]
    assert order.index("Kent Police") < order.index("Police")
    assert "figure in hand (" in words and "figure in hand (0)" not in words
    for hidden in (SECRET, "contributor-a", "publisher-a", "Dorset Police", "Essex Police"):
        assert hidden not in page.text


def test_the_same_as_data(app: FastAPI) -> None:
    table = ask(app, "/campaigns/errors-2019.csv")
    assert table.header("content-type").startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text, newline="")))
    by_body = {row["body"]: row for row in rows}
    assert len(rows) == 3 and by_body["kent-police"]["working_days"] == "18"
    assert by_body["kent-police"]["reference"] == "'=1+1"
    told = json.loads(ask(app, "/campaigns/errors-2019.json").text)
    assert {each["body"]: each["exemptions"] for each in told["asked"]}["kent-police"] == ["s31"]
    states = [state for line in told["matrix"] for state in line["years"].values()]
    assert len(states) == 9 and "held" in states and "refused" in states
    assert SECRET not in json.dumps(told) + table.text


def test_the_matrix_of_gaps_can_tell_who_was_asked(config: Settings) -> None:
    db = connect(config.editions / "current" / "retention-watch.db")
    found = gap_states(db)
    (first,) = db.execute("SELECT CAST(first AS INTEGER) FROM campaigns").fetchone()
    assert len(found) == 9
    assert found["kent-police", first].kind == "refused"
    assert found["police-scotland", first + 2].label == "answered"
    assert ("dorset-police", first) not in found
    db.close()


def test_nothing_of_the_desk_is_in_the_edition(config: Settings) -> None:
    db = connect(config.editions / "current" / "retention-watch.db")
    (count,) = db.execute("SELECT count(*) FROM asked").fetchone()
    assert count == 3
    assert db.execute("SELECT id FROM campaigns").fetchall()[0][0] == "errors-2019"
    db.close()
    for path in (config.editions / "current").resolve().rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for hidden in (SECRET, "contributor-a", "publisher-a", "Not for everybody"):
                assert hidden.encode() not in content, (path.name, hidden)


def test_publishing_again_after_an_answer_shows_it(config: Settings) -> None:
    db = open_desk(config.desk)
    before = [row[1] for row in store.public_requests(db)]
    request = requests.get(db, "asked-a")
    done = requests.changed_fields(request, {"state": "not_held", "answered_on": "2026-04-01"})
    requests.save(db, done, "contributor-a", request.version, today=TODAY)
    edition = editions.publish(db, config.archive, config.editions, lambda text: None)
    assert edition.new and [row[1] for row in store.public_requests(db)] == before
    opened = connect(edition.folder / "retention-watch.db")
    (state,) = opened.execute("SELECT state FROM asked WHERE body = ?", [request.body]).fetchone()
    assert state == "not_held"
    opened.close()
    db.conn.close()


@pytest.mark.browser
def test_the_public_page_in_a_browser(app: FastAPI, tmp_path: Path) -> None:
    import threading

    import uvicorn
    from playwright.sync_api import sync_playwright

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off",
                                           log_level="error"))  # fmt: skip
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.05)
            assert thread.is_alive()
        port = server.servers[0].sockets[0].getsockname()[1]
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            page = browser.new_page()
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                for name in ("campaigns", "campaigns/errors-2019"):
                    page.goto(f"http://127.0.0.1:{port}/{name}")
                    assert page.locator("h1").count() == 1
                    assert page.locator("script").count() == 0
                    assert page.evaluate("document.documentElement.scrollWidth") <= width
                    shot = tmp_path / f"{name.replace('/', '_')}-{width}.png"
                    page.screenshot(path=shot, full_page=True)
            browser.close()
    finally:
        server.should_exit = True
        thread.join()
