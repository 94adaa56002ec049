"""A table mapped in a real browser: by mouse, by keyboard alone, and on the picture of its page."""

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_site import DeskSite, desk_site
from mapping_desk import document
from mapping_tables import WIDE, table
from PIL import Image, ImageDraw

from portal.extract.model import Table
from portal.store import archive, findings
from portal.store import mapping_reading as reading

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = "/usr/bin/chromium"
SIZES = {390: 844, 1280: 900}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    """A desk of its own, so that nothing but these tables is in it."""
    return desk_site(tmp_path_factory.mktemp("pointing"), publish=True)


@pytest.fixture(scope="module")
def address(site: DeskSite) -> Iterator[str]:
    """The site and the desk behind it, in processes of their own."""
    if not Path(CHROMIUM).exists():
        pytest.skip("left out: no chromium on this machine")
    with site.serving() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as run:
        started = run.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def signed_in(site: DeskSite, address: str, browser: Any) -> Any:
    """The cookies of somebody who may map."""
    page = browser.new_page()
    site.sign_in(page, address, "contributor")
    state = page.context.storage_state()
    page.context.close()
    return state


@pytest.fixture(params=sorted(SIZES))
def page(request: pytest.FixtureRequest, browser: Any, signed_in: Any) -> Iterator[Any]:
    """A page of each size, which must log no error."""
    width = request.param
    context = browser.new_context(
        storage_state=signed_in,
        viewport={"width": width, "height": SIZES[width]},
        has_touch=width == 390,
    )
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda told: told.type == "error" and problems.append(told.text))
    yield opened
    context.close()
    assert problems == []


COUNT = iter(range(10**6))
ROWS = [["Authority", "2019", "2020", "Sum"], *[[*row[:3], "x"] for row in WIDE[1:]]]


def add(site: DeskSite, given: Table, pictures: tuple[findings.PagePicture, ...] = ()) -> int:
    db = site.db()
    _, ids = document(db, [given], f"pointed-{next(COUNT)}.pdf", pictures=pictures)
    db.conn.close()
    return ids[0]


def live(site: DeskSite, id: int) -> list[tuple[str, str, str | None]]:
    db = site.db()
    found = [(row["requester"], row["period"], row["value"]) for row in reading.proposals(db, id)]
    db.conn.close()
    return found


FOUND = [
    ("kent-police", "2019", "12"), ("kent-police", "2020", "13"),
    ("dorset-police", "2019", "20"), ("dorset-police", "2020", None),
]  # fmt: skip


def clear(page: Any) -> None:
    """Take away the first guess, so that everything is pointed at."""
    page.evaluate("""() => {
      for (const select of document.querySelectorAll('#grid select')) select.value = '';
      document.querySelector('#f-header_rows').value = 0;
    }""")


def picture_of(page: Any, name: str) -> None:
    folder = os.environ.get("PORTAL_SCREENSHOTS")
    if folder:
        width = page.viewport_size["width"]
        page.screenshot(path=f"{folder}/mapping-{name}-{width}.png", full_page=True)


def no_sideways(page: Any) -> None:
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0


def cell(page: Any, row: int, column: int) -> Any:
    return page.locator(f"#grid td[data-r='{row}'][data-c='{column}']")


def drag(page: Any, first: Any, last: Any) -> None:
    for each in (last, first):
        each.scroll_into_view_if_needed()
    for number, each in enumerate((first, last)):
        box = each.bounding_box()
        page.mouse.move(box["x"] + min(12, box["width"] / 2), box["y"] + box["height"] / 2)
        page.mouse.down() if number == 0 else page.mouse.up()


def propose(page: Any) -> None:
    page.locator("button:has-text('Propose these figures')").press("Enter")


def test_a_table_is_mapped_with_the_mouse(page: Any, site: DeskSite, address: str) -> None:
    id = add(site, table(ROWS))
    page.goto(f"{address}/desk/tables/{id}/map")
    picture_of(page, "begun")
    clear(page)
    page.click("button[data-role=requester]")
    page.click("th.ch[data-c='0'] .letter")
    page.click("button[data-role=figures]")
    drag(page, cell(page, 1, 1), cell(page, 3, 2))
    page.click("button[data-role=period]")
    drag(page, cell(page, 0, 1), cell(page, 0, 2))
    page.click("button[data-role=totals]")
    page.click("th.rh[data-r='3'] .letter")
    assert page.input_value("#f-header_rows") == "1"
    page.fill("#f-measure", "cd_notices")
    page.keyboard.press("Tab")
    page.wait_for_selector("#preview .counts:has-text('4 figures; 4 say all')")
    assert "agrees with" in page.inner_text("#preview")
    picture_of(page, "mouse")
    no_sideways(page)
    propose(page)
    page.wait_for_selector("text=4 figures are proposed for review")
    assert live(site, id) == FOUND


def test_a_table_is_mapped_with_the_keyboard_alone(page: Any, site: DeskSite, address: str) -> None:
    id = add(site, table(ROWS))
    page.goto(f"{address}/desk/tables/{id}/map")
    clear(page)
    press = page.keyboard.press
    page.focus("#grid td[tabindex='0']")
    for key in ("ArrowUp", "f"):  # the head of the first column: forces
        press(key)
    for key in ("ArrowDown", "ArrowRight", "ArrowDown"):  # the first figure
        press(key)
    for key in ("Shift+ArrowRight", "Shift+ArrowDown", "n"):  # four figures, below one row of head
        press(key)
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "Shift+ArrowRight", "y"):
        press(key)
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Home", "t"):
        press(key)
    focused = page.evaluate("""() => {
      const style = getComputedStyle(document.activeElement);
      return [document.activeElement.className, style.outlineStyle, style.outlineWidth];
    }""")
    assert focused == ["rh", "solid", "3px"]
    assert "Totals" in page.inner_text("#told")
    page.focus("#f-measure")
    press("Control+a")  # the offered mapping of an earlier table may stand there
    page.keyboard.type("cd_notices")
    press("Enter")
    page.wait_for_selector("text=4 figures are proposed for review")
    assert live(site, id) == FOUND


def test_cells_are_pointed_at_in_the_picture_of_the_page(
    page: Any, site: DeskSite, address: str
) -> None:
    given, png = printed(table(ROWS))
    width, height = struct.unpack(">II", png[16:24])
    kept = archive.keep(site.config.archive, png)
    id = add(site, given, (findings.PagePicture(1, kept, width, height, 1.5),))
    page.goto(f"{address}/desk/tables/{id}/map")
    clear(page)
    assert (
        page.evaluate("""async () => {
      const picture = new Image();
      picture.src = document.querySelector('svg image').getAttribute('href');
      await picture.decode();
      return picture.naturalWidth;
    }""")
        == width
    )
    page.click("button[data-role=requester]")
    rect = "svg rect[data-r='{}'][data-c='{}']"
    drag(page, page.locator(rect.format(1, 0)), page.locator(rect.format(2, 0)))
    page.click("button[data-role=figures]")
    drag(page, page.locator(rect.format(1, 1)), page.locator(rect.format(2, 2)))
    page.click("button[data-role=period]")
    drag(page, page.locator(rect.format(0, 1)), page.locator(rect.format(0, 2)))
    page.click("button[data-role=leave_out]")
    page.click("th.rh[data-r='3'] .letter")
    page.fill("#f-measure", "cd_notices")
    page.keyboard.press("Tab")
    page.wait_for_selector("#preview .counts:has-text('4 figures')")
    picture_of(page, "picture")
    no_sideways(page)
    propose(page)
    page.wait_for_selector("text=4 figures are proposed for review")
    assert live(site, id) == FOUND


def test_a_finger_taps_on_heads_and_still_scrolls_the_grid(
    page: Any, site: DeskSite, address: str
) -> None:
    if page.viewport_size["width"] != 390:
        pytest.skip("left out: a finger is tried on the small screen")
    page.goto(f"{address}/desk/tables/{add(site, table(ROWS))}/map")
    clear(page)
    page.tap("button[data-role=figures]")
    page.tap("th.ch[data-c='1'] .letter")
    page.tap("button[data-role=leave_out]")
    page.tap("#grid td[data-r='2'][data-c='1']")
    assert page.input_value("#grid select[name='col-1']") == "figures"
    assert page.locator("textarea[name=cells]").input_value() == "leave_out 3,2"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('#grid td')).touchAction") == "auto"
    )


def test_a_name_is_confirmed_in_the_preview(page: Any, site: DeskSite, address: str) -> None:
    name = f"Chesshire {page.viewport_size['width']}"
    id = add(site, table([["Authority", "2019"], ["Kent Police", "3"], [name, "5"]]))
    page.goto(f"{address}/desk/tables/{id}/map")
    page.click("button[data-role=requester]")
    page.click("th.ch[data-c='0'] .letter")
    page.click("button[data-role=figures]")
    page.click("th.ch[data-c='1'] .letter")
    page.select_option("#grid select[name='row-0']", "period")
    page.fill("#f-measure", "cd_notices")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"#preview .word:has-text('{name}')")
    page.select_option("#word-0", "cheshire-constabulary")
    page.wait_for_selector("#preview .counts:has-text('2 figures; 2 say all')")
    assert page.input_value("#word-0") == "cheshire-constabulary"
    picture_of(page, "names")
    propose(page)
    page.wait_for_selector("text=2 figures are proposed for review")
    assert ("cheshire-constabulary", "2019", "5") in live(site, id)


def printed(given: Table) -> tuple[Table, bytes]:
    """The table as a page shows it, and the picture of that page."""
    image = Image.new("RGB", (595 * 3 // 2, 400), "white")
    draw = ImageDraw.Draw(image)
    cells = []
    for each in given.cells:
        left, top = 60 + 120 * each.column, 40 + 30 * each.row
        box = (left, top, left + 110, top + 24)
        draw.rectangle([n * 1.5 for n in box], outline="black")
        draw.text((box[0] * 1.5 + 6, box[1] * 1.5 + 8), each.text, fill="black")
        cells.append(replace(each, box=tuple(map(float, box)), page=1, reference=""))
    content = io.BytesIO()
    image.save(content, "PNG")
    return replace(given, cells=tuple(cells), page=1), content.getvalue()
