"""Taking documents in with a real browser: many files, progress, losses, a hidden sheet stopped."""

import hashlib
import random
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk_documents import CSV, SECRET, workbook, zipped
from desk_site import DeskSite, desk_site
from small_data import make_data

from portal.web.desk import cookies

pytestmark = pytest.mark.browser
LARGE = b"a,b\n" + b"1,2\n" * 900_000  # more than three pieces


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    folder = tmp_path_factory.mktemp("desk")
    made = desk_site(folder, data=make_data(folder))
    with closing(made.db().conn) as conn:
        conn.execute(
            "INSERT INTO foi_requests (id, body, reference, law, state, made_by, made_at) VALUES"
            " ('kent-1', 'kent-police', 'FOI 118', 'FOIA 2000', 'answered', 'a', '2024-01-01')"
        )
    return made


@pytest.fixture(scope="module")
def address(site: DeskSite) -> Iterator[str]:
    with site.serving() as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engine:
        made = engine.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def files(folder: Path) -> list[str]:
    given = {
        "figures.csv": CSV,
        "table.xlsx": workbook(),
        "staff.xlsx": workbook(hidden=SECRET),
        "all.zip": zipped(inner_csv=CSV + b"Sussex Police,1,2\n"),
        "empty.csv": b"",
    }
    for name, content in given.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in given]


def test_five_files_are_sent_and_the_hidden_sheet_is_stopped(
    site: DeskSite, address: str, page: Any, tmp_path: Path
) -> None:
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Secur" in said.text else 0)
    site.sign_in(page, address, "contributor")
    page.goto(f"{address}/desk/intake")
    page.get_by_label("The request that they answer").first.select_option("kent-1")
    page.set_input_files("#files", files(tmp_path))
    page.get_by_role("button", name="Take them in").click()
    entries = page.locator(".uploads > li")
    page.locator(".uploads a").nth(3).wait_for()
    entries.nth(4).get_by_text("0 bytes").wait_for()
    assert entries.count() == 5
    assert "a file of 0 bytes" in entries.nth(4).inner_text()
    bars = [each.evaluate("bar => bar.value") for each in page.locator(".uploads progress").all()]
    assert bars == [100, 100, 100, 100, 0]
    site.worker()
    stopped = entries.nth(2)
    stopped.get_by_text("It is stopped").wait_for()
    assert "A sheet is hidden. Where: sheet 2." in stopped.inner_text()
    stopped.get_by_role("link", name="Its page").click()
    assert "hidden_sheet" in page.locator("main").inner_text()
    assert SECRET not in page.content()
    assert wrong == []


def test_an_upload_goes_on_after_a_loss_and_after_a_reload(
    site: DeskSite, address: str, page: Any, tmp_path: Path
) -> None:
    (tmp_path / "large.csv").write_bytes(LARGE)
    site.sign_in(page, address, "contributor-b")
    page.goto(f"{address}/desk/intake")
    sent: list[str] = []

    def lose(route: Any) -> None:
        """Let one piece through, then lose the network for good."""
        if route.request.method != "PUT":
            return route.continue_()
        sent.append(route.request.headers["content-range"])
        return route.continue_() if len(sent) == 1 else route.abort()

    page.route("**/desk/uploads/*", lose)
    page.get_by_label("Or the publication").first.fill("A review")
    page.set_input_files("#files", str(tmp_path / "large.csv"))
    page.get_by_role("button", name="Take them in").click()
    page.get_by_text("The connection is lost; it goes on by itself.").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert f"1,048,576 of {len(LARGE):,} bytes are here" in page.locator("#halves").inner_text()

    page.unroute("**/desk/uploads/*")
    page.on(
        "request",
        lambda asked: sent.append(asked.headers["content-range"]) if asked.method == "PUT" else 0,
    )
    before = len(sent)
    page.get_by_label("Or the publication").first.fill("A review")
    page.set_input_files("#files", str(tmp_path / "large.csv"))
    page.get_by_role("button", name="Take them in").click()
    page.wait_for_selector(".uploads a")
    assert sent[before].startswith("bytes 1048576-")
    with closing(site.db().conn) as conn:
        sql = "SELECT bytes FROM documents WHERE name = 'large.csv'"
        assert conn.execute(sql).fetchall() == [(len(LARGE),)]


def test_files_are_dropped_by_pointing(site: DeskSite, address: str, page: Any) -> None:
    site.sign_in(page, address, "reviewer")
    page.goto(f"{address}/desk/intake")
    page.evaluate("""() => {
      const data = new DataTransfer();
      data.items.add(new File(['a,b\\n5,6\\n'], 'dropped.csv', { type: 'text/csv' }));
      const drop = document.getElementById('drop');
      drop.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true }));
      drop.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
    }""")
    page.get_by_label("Or the publication").first.fill("A review")
    page.get_by_role("button", name="Take them in").click()
    page.wait_for_selector(".uploads a")
    assert "dropped.csv is here" in page.locator(".uploads").inner_text()


def test_without_script_the_form_takes_them_too(
    site: DeskSite, address: str, browser: Any, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page, address, "publisher")
    page.goto(f"{address}/desk/intake")
    (tmp_path / "plain.csv").write_bytes(CSV + b"Surrey Police,8,9\n")
    page.get_by_label("Or the publication").first.fill("A review")
    page.set_input_files("#files", str(tmp_path / "plain.csv"))
    page.get_by_role("button", name="Take them in").click()
    assert "plain.csv is here" in page.locator("main").inner_text()
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_stay_within_the_screen(site: DeskSite, address: str, page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    site.sign_in(page, address, "admin")
    with closing(site.db().conn) as conn:
        sql = "SELECT sha256 FROM documents ORDER BY rowid LIMIT 3"
        known = [row[0] for row in conn.execute(sql).fetchall()]
    for path in ("intake", "documents", *(f"documents/{sha256}" for sha256 in known)):
        page.goto(f"{address}/desk/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"


def session(site: DeskSite, address: str, role: str) -> httpx.Client:
    """A client of the served desk with a session of that role."""
    with site.client(role) as inner:
        cookie, token = inner.cookies[cookies.SESSION], inner.csrf
    headers = {"Cookie": f"{cookies.SESSION}={cookie}", "X-CSRF": token, "Origin": address}
    return httpx.Client(base_url=address, headers=headers, timeout=60)


def test_a_body_that_breaks_off_keeps_what_came(site: DeskSite, address: str) -> None:
    content = b"x,y\n" * 100_000
    with session(site, address, "contributor") as client:
        given = {"name": "broken.csv", "bytes": str(len(content)), "publication": "A review"}
        id = client.post("/desk/uploads", data=given).json()["id"]
        host, _, port = address.removeprefix("http://").partition(":")
        named = "".join(f"{n}: {client.headers[n]}\r\n" for n in ("Cookie", "X-CSRF", "Origin"))
        lines = f"PUT /desk/uploads/{id}?offset=0 HTTP/1.1\r\nHost: {host}:{port}\r\n{named}"
        with socket.create_connection((host, int(port))) as wire:
            wire.sendall(f"{lines}Content-Length: {len(content)}\r\n\r\n".encode())
            wire.sendall(content[:150_000])
            while client.get(f"/desk/uploads/{id}").json()["offset"] < 100_000:
                time.sleep(0.05)
        # While the desk has not yet noticed the loss, the file is held: that is a 409.
        while True:
            told = client.get(f"/desk/uploads/{id}").json()
            answer = client.put(
                f"/desk/uploads/{id}?offset={told['offset']}", content=content[told["offset"] :]
            )
            if answer.status_code != 409:
                break
            time.sleep(0.05)
        assert answer.json()["done"], answer.text
        assert answer.json()["document"] == hashlib.sha256(content).hexdigest()


@pytest.mark.slow
def test_the_largest_file_passes_and_a_larger_one_is_refused(site: DeskSite, address: str) -> None:
    content = random.Random(1).randbytes(64 * 1024 * 1024)
    over = content[: 1024 * 1024] * 65
    with session(site, address, "contributor") as client:
        owner = {"publication": "A review", "name": "large.bin"}
        answer = client.post("/desk/api/v1/documents", params=owner, content=content)
        assert answer.status_code == 201, answer.text
        assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
        refused = client.post("/desk/api/v1/documents", params=owner, content=over)
        assert refused.status_code == 413 and "64 MB" in refused.json()["error"]
        form = {"files": ("large too.bin", over)}
        refused = client.post(
            "/desk/intake", data={"publication": "A review"}, files=form, timeout=120
        )
        assert refused.status_code == 400 and "at most 64 MB" in refused.text
