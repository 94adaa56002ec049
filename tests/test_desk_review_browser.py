"""Figures read in a real browser, by keyboard only, by two people one after the other."""

import io
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_review import REQUEST, add_request, figures
from desk_site import DeskSite, desk_site
from PIL import Image, ImageDraw
from small_data import make_data

from portal.config import Settings
from portal.desk.reading.tables import load
from portal.desk.review import finishing
from portal.desk.review.reading import Said, read
from portal.store import archive, review
from portal.store.desk import Desk

pytestmark = pytest.mark.browser
SCALE = 1.5
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    folder = tmp_path_factory.mktemp("desk")
    data = make_data(folder)
    for name in ("tables.toml", "questions.toml"):  # what the pages under /data are made of
        shutil.copy(Settings().data / "vocabulary" / name, data / "vocabulary")
    made = desk_site(folder, publish=True, data=data)
    with closing(made.db().conn) as conn, conn:
        add_request(conn, REQUEST, "kent-police")
    return made


@pytest.fixture(scope="module")
def address(site: DeskSite) -> Iterator[str]:
    with site.serving() as served:
        yield served


@pytest.fixture
def db(site: DeskSite) -> Iterator[Desk]:
    with closing(site.db().conn) as conn:
        yield Desk(conn)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )  # fmt: skip
        yield browser
        browser.close()


def signed_in(chromium: Any, site: DeskSite, address: str, role: str, width: int = 1280) -> Any:
    page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    site.sign_in(page, address, role)
    return page


def pictured(db: Desk, site: DeskSite, count: int) -> tuple[str, list[int]]:
    """A page of a PDF with so many figures, as a picture that shows what its table says."""
    mapper = site.people["contributor-b"].person.name
    given = {"page": 1, "made_by": mapper, "measure": "items"}
    document, ids = figures(db, site.config.archive, count, **given)
    stored = db.execute("SELECT content FROM document_tables WHERE document = ?", [document])
    table = load(stored.fetchone()[0])
    height = round(SCALE * max(842, 140 + 20 * count))
    image = Image.new("RGB", (893, height), "white")
    draw = ImageDraw.Draw(image)
    for cell in table.cells:
        assert cell.box is not None
        left, top = cell.box[0] * SCALE, cell.box[1] * SCALE
        draw.text((left + 4, top + 2), cell.text, fill="black", font_size=18)
    content = io.BytesIO()
    image.save(content, "PNG")
    sha256 = archive.keep(site.config.archive, content.getvalue())
    db["pages"].insert({"document": document, "page": 1, "picture": sha256, "width": 893,
                        "height": height, "scale": SCALE})  # fmt: skip
    return document, ids


def shown(page: Any) -> int:
    """The number of the figure that is read now."""
    return int(page.locator("[data-figure]").get_attribute("data-figure"))


def read_all(page: Any, ids: list[int], key: str = "Enter") -> None:
    """Accept every figure by one key each, as soon as it is there."""
    for id in ids:
        page.wait_for_selector(f"[data-figure='{id}']")
        assert shown(page) == id
        page.keyboard.press(key)
    page.wait_for_selector("text=Nothing here waits for you")


def test_two_people_read_twelve_figures_by_keyboard_alone(
    chromium: Any, site: DeskSite, address: str, db: Desk
) -> None:
    document, ids = pictured(db, site, 12)
    for role, key in (("reviewer", "Enter"), ("reviewer-b", "a")):
        page = signed_in(chromium, site, address, role)
        page.keyboard.press("Tab")
        page.goto(f"{address}/desk/review")
        link = page.locator(f"main a[href='/desk/review/{document}']").first
        link.focus()
        page.keyboard.press("Enter")
        read_all(page, ids, key)
        assert page.faults == []
        page.context.close()
    finishing.finish(db, site.config.archive)  # what the worker beside the site has left
    assert {row["state"] for row in review.proposals_of(db, document)} == {"recorded"}
    assert len(review.recorded_of(db, ids)) == 12


def test_by_keyboard_one_amends_rejects_asks_and_goes_back_and_forth(
    chromium: Any, site: DeskSite, address: str, db: Desk
) -> None:
    document, ids = pictured(db, site, 5)
    page = signed_in(chromium, site, address, "reviewer")
    page.goto(f"{address}/desk/review/{document}")
    page.wait_for_selector(f"[data-figure='{ids[0]}']")
    for key, there in (("j", ids[1]), ("j", ids[2]), ("k", ids[1]), ("k", ids[0])):
        page.keyboard.press(key)
        page.wait_for_selector(f"[data-figure='{there}']")
    page.keyboard.press("?")
    assert page.locator("[data-help]").get_attribute("open") is not None
    page.keyboard.press("e")
    page.keyboard.type("2,002")
    page.keyboard.press("Enter")  # without a note it comes back, with what was typed
    page.wait_for_selector("[data-problem]:not([hidden])")
    page.wait_for_selector(f"[data-figure='{ids[0]}']")
    assert page.locator(f"#v-{ids[0]}").input_value() == "2,002"
    page.locator(f"#n-{ids[0]}").focus()
    page.keyboard.type("The scan is smudged.")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-figure='{ids[1]}']")
    page.keyboard.press("r")
    page.keyboard.type("A heading.")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-figure='{ids[2]}']")
    page.keyboard.press("q")
    page.keyboard.type("Which year?")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-figure='{ids[3]}']")
    page.wait_for_selector(f"[data-entry='{ids[2]}'] .s-asked")
    readings = [review.readings(db, id) for id in ids[:3]]
    assert [r[0]["verdict"] for r in readings] == ["amend", "reject", "ask"]
    assert [r[0]["value"] for r in readings] == ["2002", None, None]
    page.context.close()


def test_what_is_read_blind_is_typed_and_the_next_is_there(
    chromium: Any, site: DeskSite, address: str, db: Desk
) -> None:
    document, ids = pictured(db, site, 3)
    for id in ids:
        db["proposals"].update(id, {"blind": 1})
    first = signed_in(chromium, site, address, "reviewer")
    first.goto(f"{address}/desk/review/{document}")
    read_all(first, ids)
    first.context.close()
    page = signed_in(chromium, site, address, "reviewer-b")
    page.goto(f"{address}/desk/review/{document}")
    for n, id in enumerate(ids, 1):
        page.wait_for_selector(f"[data-figure='{id}']")
        assert f"1,{n:03d}" not in page.content()
        page.wait_for_function(f"document.activeElement.id === 'b-{id}'")
        page.keyboard.type(f"1,{n:03d}")
        page.keyboard.press("Enter")
    page.wait_for_selector("text=Nothing here waits for you")
    assert {row["state"] for row in review.proposals_of(db, document)} <= {"agreed", "recorded"}
    page.context.close()


def test_somebody_faster_is_told_and_nothing_typed_is_lost(
    chromium: Any, site: DeskSite, address: str, db: Desk
) -> None:
    document, ids = pictured(db, site, 2)
    page = signed_in(chromium, site, address, "reviewer")
    page.goto(f"{address}/desk/review/{document}")
    page.keyboard.press("e")
    page.keyboard.type("1,001")
    other = site.people["reviewer-b"].person
    assert read(db, other, ids[0], Said("accept"), 1).added
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Somebody else has read this figure meanwhile")
    assert page.locator(f"#v-{ids[0]}").input_value() == "1,001"
    page.locator(f"#v-{ids[0]}").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-entry='{ids[0]}'] .s-agreed")
    page.context.close()


def test_a_session_that_ends_in_mid_form_loses_nothing_typed(
    chromium: Any, site: DeskSite, address: str, db: Desk
) -> None:
    document, ids = pictured(db, site, 2)
    page = signed_in(chromium, site, address, "publisher-b")
    page.goto(f"{address}/desk/review/{document}")
    page.wait_for_selector(f"[data-figure='{ids[0]}']")
    page.keyboard.press("e")
    page.keyboard.type("1,001")
    person = site.people["publisher-b"].person.id
    db.execute(
        "UPDATE sessions SET expires_at = '2020-01-01T00:00:00+00:00' WHERE person = ?", [person]
    )
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=password]")
    assert "What you typed is kept" in page.inner_text("main")
    held = db.execute("SELECT address FROM held_forms WHERE person = ?", [person]).fetchall()
    assert held == [(f"/desk/review/{document}/{ids[0]}",)]
    assert review.readings(db, ids[0]) == []
    page.context.close()


def test_the_page_fits_and_shows_the_framed_cell(
    chromium: Any, site: DeskSite, address: str, db: Desk, tmp_path: Path
) -> None:
    document, ids = pictured(db, site, 12)
    sheet, _ = figures(db, site.config.archive, 12, made_by="contributor-b", measure="items")
    for width in WIDTHS:
        page = signed_in(chromium, site, address, "publisher", width)
        for name, path in (
            ("queue", ""), ("page", f"/{document}?figure={ids[6]}"), ("sheet", f"/{sheet}"),
        ):  # fmt: skip
            page.goto(f"{address}/desk/review{path}")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=tmp_path / f"review-{name}-{width}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} at {width}"
        page.goto(f"{address}/desk/review/{document}?figure={ids[6]}")
        frame = page.locator("svg.close .frame").bounding_box()
        close = page.locator("svg.close").bounding_box()
        assert (
            close["x"] <= frame["x"] and frame["x"] + frame["width"] <= close["x"] + close["width"]
        )
        assert page.faults == []
        page.context.close()


def test_without_script_the_forms_do_the_same(
    chromium: Any, site: DeskSite, address: str, db: Desk
) -> None:
    document, ids = pictured(db, site, 2)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page, address, "admin")
    page.goto(f"{address}/desk/review/{document}")
    for id in ids:
        assert shown(page) == id
        page.click("button[value=accept]")
    assert "Nothing here waits for you" in page.content()
    assert [len(review.readings(db, id)) for id in ids] == [1, 1]
    context.close()


@pytest.mark.slow
def test_forty_figures_take_a_reader_no_waiting(
    chromium: Any, site: DeskSite, address: str, db: Desk
) -> None:
    """Prints how long forty figures take a reader who looks at each for no time at all."""
    document, ids = pictured(db, site, 40)
    page = signed_in(chromium, site, address, "reviewer")
    taken: list[float] = []
    page.on("requestfinished", lambda asked: taken.append(asked.timing["responseEnd"])
            if asked.method == "POST" else None)  # fmt: skip
    page.goto(f"{address}/desk/review/{document}")
    page.wait_for_selector(f"[data-figure='{ids[0]}']")
    begun = time.monotonic()
    read_all(page, ids)
    whole = time.monotonic() - begun
    print(f"40 figures: {whole:.1f} s; a verdict at the server: median "
          f"{statistics.median(taken):.0f} ms, slowest {max(taken):.0f} ms")  # fmt: skip
    assert len(taken) == 40
    page.context.close()
