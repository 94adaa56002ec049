"""The whole way of an answer, from the invitation to the framed cell: by browser, shell and API."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pyotp
import pytest
from desk_site import DeskSite, desk_site
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from portal.desk.people import own
from portal.store.desk import Desk

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = "/usr/bin/chromium"
CANARY = "Collar 4471 Canary"
PICTURES = os.environ.get("DESK_PICTURES", "")
ROWS = [["Year", "Notices"], ["2019", "1,204"], ["2020", "1,377"], ["2021", "988"]]


def letter(reference: str, rows: list[list[str]]) -> bytes:
    """An authority's answer: a line of text and one ruled table."""
    made = io.BytesIO()
    table = Table(rows, colWidths=[120, 120])
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    said = f"Request {reference}: notices given under the Act."
    words = Paragraph(said, getSampleStyleSheet()["Normal"])
    SimpleDocTemplate(made, pagesize=A4, invariant=1).build([words, table])
    return made.getvalue()


def workbook() -> bytes:
    """An authority's workbook that hides a sheet of people."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    other = book.create_sheet("Staff")
    other.append([CANARY])
    other.sheet_state = "veryHidden"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    return desk_site(tmp_path_factory.mktemp("whole"), publish=True)


@pytest.fixture(scope="module")
def address(site: DeskSite) -> Iterator[str]:
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


def portal(site: DeskSite, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the installation."""
    given = {
        **os.environ,
        "PORTAL_VAR": str(site.config.var),
        "PORTAL_SITE": "https://desk.example",
    }
    command = [sys.executable, "-m", "portal.cli", *words]
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def opened(browser: Any, width: int = 1280) -> Any:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    return page


def come_in(page: Any, invitation: str, name: str) -> None:
    """Accept an invitation with a password and an authenticator app."""
    page.goto(invitation)
    seed = page.inner_text("#seed").strip()
    page.fill("input[name=password]", f"a sentence of {name}")
    page.fill("input[name=again]", f"a sentence of {name}")
    page.fill("input[name=code]", pyotp.TOTP(seed).at(time.time() - 30))
    page.click("text=Come in")
    page.click("text=I have kept them")
    page.wait_for_selector("text=Sign out")


def new_request(page: Any, address: str, reference: str) -> str:
    """Enter a request that Kent Police answered; returns its id."""
    page.goto(f"{address}/desk/requests/new")
    page.select_option("[name=body]", "kent-police")
    page.fill("[name=reference]", reference)
    page.fill("[name=sent_on]", "2024-01-08")
    page.click("button:has-text('Make it')")
    page.wait_for_url(re.compile(r"/desk/requests/(?!new)"))
    return str(page.url.rstrip("/").rsplit("/", 1)[1])


def figure_of(address: str, force: str, year: str, value: float) -> dict[str, Any]:
    """The public figure of a force for a year with that value, by the public API."""
    asked = {"requester": force, "measure": "cd_notices", "limit": 200}
    found = httpx.get(f"{address}/api/v1/observations", params=asked).json()
    rows = [row for row in found["observations"] if row["value"] == value and row["period"] == year]
    assert len(rows) == 1, found["observations"]
    return dict(rows[0])


def test_by_browser(site: DeskSite, address: str, browser: Any, tmp_path: Path) -> None:
    said = portal(site, "people", "invite", "first-mapper", "--role", "publisher")
    assert said.returncode == 0, said.stderr
    invitation = said.stdout.strip().replace("https://desk.example", address)
    page = opened(browser)
    come_in(page, invitation, "first-mapper")
    request = new_request(page, address, "FOI 24-118")
    (tmp_path / "answer.pdf").write_bytes(letter("FOI 24-118", ROWS))
    (tmp_path / "figures.xlsx").write_bytes(workbook())
    page.goto(f"{address}/desk/intake")
    page.get_by_label("The request that they answer").first.select_option(request)
    page.set_input_files("#files", [str(tmp_path / n) for n in ("answer.pdf", "figures.xlsx")])
    page.get_by_role("button", name="Take them in").click()
    entries = page.locator(".uploads > li")
    stopped = entries.nth(1)
    stopped.get_by_text("It is stopped").wait_for()
    assert "A sheet is hidden so that no menu lists it. Where: sheet 2." in stopped.inner_text()
    picture(page, "1-intake")
    stopped.get_by_role("link", name="Its page").click()
    page.wait_for_selector("text=hidden")
    assert CANARY not in page.content() and "Staff" not in page.inner_text("main")
    picture(page, "2-stopped")

    page.go_back()
    page.goto(f"{address}/desk/documents?request={request}")
    page.get_by_role("link", name="answer.pdf").click()
    page.get_by_role("link", name="Say what table 1 means").click()
    point(page)
    page.wait_for_selector("text=3 figures are proposed for review")
    document = read_all(page, address, request)

    second = opened(browser, 390)
    site.sign_in(second, address, "reviewer")
    read_all(second, address, request)
    picture(second, "5-read")

    wait_for(site, document, "recorded", 3)
    page.goto(f"{address}/desk/publishing/{document}")
    page.fill(
        "form:has(input[value=pictures]) textarea[name=why]", "Nothing but the table is on it."
    )
    picture(page, "6-publishing")
    page.click("text=Let the pictures out")
    page.goto(f"{address}/desk/publishing")
    page.click("main form button")
    figure = wait_for_edition(address, "kent-police", "2019", 1204)

    reader = opened(browser, 390)
    reader.goto(f"{address}/observations/{figure['id']}")
    framed = reader.locator("img[src$='/picture.png']")
    assert framed.evaluate("image => image.complete && image.naturalWidth") > 400
    assert "1,204" in reader.locator("svg.near").get_attribute("aria-label")
    picture(reader, "7-figure")
    reader.set_viewport_size({"width": 1280, "height": 900})
    picture(reader, "8-figure")
    assert reader.context.cookies() == []


def point(page: Any) -> None:
    """Say what the table means, by pointing."""
    page.evaluate("""() => {
      for (const select of document.querySelectorAll('#grid select')) select.value = '';
      document.querySelector('#f-header_rows').value = 0;
    }""")
    page.click("button[data-role=period]")
    page.click("th.ch[data-c='0'] .letter")
    page.click("button[data-role=figures]")
    page.click("th.ch[data-c='1'] .letter")
    page.fill("#f-header_rows", "1")
    page.fill("#f-measure", "cd_notices")
    page.keyboard.press("Tab")
    page.wait_for_selector("#preview .counts:has-text('3 figures; 3 say all')")
    picture(page, "3-mapping")
    page.locator("button:has-text('Propose these figures')").click()


def read_all(page: Any, address: str, request: str) -> str:
    """Accept each figure by one key; returns the document."""
    page.goto(f"{address}/desk/review")
    link = page.locator("main a[href^='/desk/review/']").first
    document = str(link.get_attribute("href").rsplit("/", 1)[1])
    link.click()
    picture(page, "4-review")
    for _ in range(3):
        id = page.locator("[data-figure]").get_attribute("data-figure")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"[data-figure='{id}']", state="detached")
    page.wait_for_selector("text=Nothing here waits for you")
    return document


def let_pictures_out(page: Any, address: str, document: str) -> None:
    """Release the pictures of a document's pages."""
    page.goto(f"{address}/desk/publishing/{document}")
    why = "form:has(input[value=pictures]) textarea[name=why]"
    page.fill(why, "Nothing but the table is on it.")
    picture(page, "6-publishing")
    page.click("text=Let the pictures out")
    page.wait_for_selector(f"form[action$='{document}/withdraw']")


def wait_for(site: DeskSite, document: str, state: str, count: int) -> None:
    """Wait until so many figures of a document are in that state."""
    sql = "SELECT count(*) FROM proposals WHERE document = ? AND state = ?"
    for _ in range(300):
        with closing(site.db().conn) as conn:
            if conn.execute(sql, [document, state]).fetchone()[0] == count:
                return
        time.sleep(0.2)
    raise AssertionError(f"not {count} figures became {state}")


def wait_for_edition(address: str, force: str, year: str, value: float) -> dict[str, Any]:
    """Wait until the figure is public."""
    for _ in range(300):
        try:
            return figure_of(address, force, year, value)
        except AssertionError:
            time.sleep(0.2)
    return figure_of(address, force, year, value)


def token(site: DeskSite, role: str, *scopes: str) -> dict[str, str]:
    """What a script of that person sends along."""
    with closing(site.db().conn) as conn:
        made = own.make_token(Desk(conn), site.people[role].person, "script", [*scopes], "30")
    return {"Authorization": f"Bearer {made}"}


@pytest.mark.parametrize("way", ["shell", "api"])
def test_by_shell_and_by_api(
    way: str, site: DeskSite, address: str, browser: Any, tmp_path: Path
) -> None:
    """The table has the shape of one mapped before, so its mapping is offered and applied."""
    force, more = {"shell": ("dorset-police", 1), "api": ("cheshire-constabulary", 2)}[way]
    rows = [ROWS[0], *([year, f"{more}{value}"] for year, value in ROWS[1:])]
    api = httpx.Client(base_url=f"{address}/desk/api/v1", timeout=60)
    mapper = token(site, "contributor", "take_in", "map", "read", "see")
    request = api.post("/requests", headers=mapper, json={"body": force, "sent_on": "2024-01-08"})
    assert request.status_code == 201, request.text
    files = {"answer.pdf": letter("FOI " + way, rows), "figures.xlsx": workbook() + way.encode()}
    documents = taken_in(way, site, api, mapper, request.json()["id"], files, tmp_path)
    stopped = documents["figures.xlsx"]
    assert stopped["state"] == "quarantined"
    found = {(each["kind"], each["place"]) for each in stopped["findings"]}
    assert ("very_hidden_sheet", "sheet 2") in found
    assert CANARY not in json.dumps(stopped)

    document = documents["answer.pdf"]
    assert document["state"] == "ready"
    (table,) = document["tables"]
    mapped = api.post(f"/tables/{table['id']}/mapping", headers=mapper, json={"offered": True})
    assert mapped.status_code == 201, mapped.text
    for person in (mapper, token(site, "reviewer-b", "read", "review")):
        read_by_api(api, person, document["sha256"])
    wait_for(site, document["sha256"], "recorded", 3)
    publisher = opened(browser)
    site.sign_in(publisher, address, "publisher" if way == "shell" else "publisher-b")
    let_pictures_out(publisher, address, document["sha256"])
    said = portal(site, "publish")
    assert said.returncode == 0, said.stderr
    figure = figure_of(address, force, "2019", float(f"{more}1204"))
    page = opened(browser)
    page.goto(f"{address}/observations/{figure['id']}")
    assert f"{more}1,204" in page.locator("svg.near").get_attribute("aria-label")
    picture(page, f"9-{way}")


def taken_in(
    way: str, site: DeskSite, api: httpx.Client, mapper: dict[str, str], request: str,
    files: dict[str, bytes], folder: Path,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Take files in by one way or the other; returns what the desk tells of each."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if way == "shell":
        said = portal(site, "ingest", *(str(folder / name) for name in files), "--request", request)
        assert said.returncode == 1 and "1 of 2 documents stopped" in said.stderr, said.stderr
        assert "found very_hidden_sheet" in said.stdout and "table 1, page 1: 4 rows" in said.stdout
        assert CANARY not in said.stdout + said.stderr
    else:
        for name, content in files.items():
            sent = {"file": (name, content)}
            answer = api.post("/documents", headers=mapper, files=sent, data={"request": request})
            assert answer.status_code == 201, answer.text
    found = {}
    for name, content in files.items():
        sha256 = hashlib.sha256(content).hexdigest()
        found[name] = wait_until_read(api, mapper, sha256)
    return found


def wait_until_read(api: httpx.Client, who: dict[str, str], sha256: str) -> dict[str, Any]:
    """Wait until a document was read; returns what the desk tells of it."""
    for _ in range(300):
        told = api.get(f"/documents/{sha256}", headers=who).json()
        if told["state"] not in ("received", "reading"):
            break
        time.sleep(0.2)
    return dict(told)


def read_by_api(api: httpx.Client, who: dict[str, str], document: str) -> None:
    """Accept every figure of a document."""
    given = api.get("/proposals", headers=who, params={"document": document}).json()
    assert len(given["proposals"]) == 3, given
    for each in given["proposals"]:
        said = {"verdict": "accept", "version": each["version"]}
        answer = api.post(f"/proposals/{each['id']}/readings", headers=who, json=said)
        assert answer.status_code == 201, answer.text
