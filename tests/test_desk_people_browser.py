"""The desk's doors in a real browser: invitation, codes, passkey, and a session that ended."""

import itertools
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from desk_site import DeskSite, desk_site
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portal.desk.people import accounts, secret
from portal.store.desk import Desk
from portal.web.desk import cookies

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not os.access(CHROMIUM, os.X_OK), reason="left out: there is no chromium on this machine"
    ),
]
PICTURES = os.environ.get("DESK_PICTURES", "")
PAGES = ("/desk", "/desk/me", "/desk/people", "/desk/audit")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    return desk_site(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def address(site: DeskSite) -> Iterator[str]:
    with site.serving() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda problem: wrong.append(str(problem)))
    page.on(
        "console",
        lambda said: wrong.append(said.text) if "Content Security" in said.text else None,
    )
    yield page
    assert wrong == []


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture for somebody to look at, when DESK_PICTURES names a folder."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_from_an_invitation_to_the_desk_and_out_again(
    site: DeskSite, address: str, page: Page
) -> None:
    with closing(site.db().conn) as conn:
        told = accounts.invite(Desk(conn), address, "invited", "reviewer", "admin")
    page.goto(told)
    keep_picture(page, "enrol")
    seed = page.inner_text("#seed").strip()
    assert page.eval_on_selector(".qr", "image => image.naturalWidth") > 100
    page.fill("input[name=password]", "a sentence of one's own")
    page.fill("input[name=again]", "a sentence of one's own")
    page.fill("input[name=code]", pyotp.TOTP(seed).at(time.time() - 30))
    page.click("text=Come in")
    codes = page.locator(".codes li").all_inner_texts()
    keep_picture(page, "codes")
    assert len(codes) == 10 and all(re.fullmatch(r"(\w{4}-){3}\w{4}", code) for code in codes)
    page.click("text=I have kept them")
    assert page.inner_text("h1") == "The desk"
    page.click("text=Sign out")
    assert "You have signed out" in page.inner_text("main")
    page.reload()
    assert "You have signed out" not in page.inner_text("main")
    page.fill("input[name=name]", "invited")
    page.fill("input[name=password]", "a sentence of one's own")
    page.fill("input[name=code]", pyotp.TOTP(seed).now())
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Sign out")
    assert page.goto(told).status == 404  # type: ignore[union-attr]


def test_a_wrong_sign_in_says_so_and_keeps_the_name(address: str, page: Page) -> None:
    page.goto(f"{address}/desk/people")
    assert page.inner_text("h1") == "Sign in"
    page.fill("input[name=name]", "contributor")
    page.fill("input[name=password]", "not the right one")
    page.fill("input[name=code]", "123456")
    page.click("main form button")
    assert "do not belong together" in page.inner_text("[role=alert]")
    keep_picture(page, "wrong")
    assert page.input_value("input[name=name]") == "contributor"
    assert page.input_value("input[name=to]") == "/desk/people"


def test_a_passkey_is_added_and_opens_the_desk(
    site: DeskSite, address: str, context: BrowserContext, page: Page
) -> None:
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }},
    )["authenticatorId"]  # fmt: skip
    site.sign_in(page, address, "publisher")
    page.goto(f"{address}/desk/me")
    page.fill("#passkey-label", "the test's device")
    page.click("#add-passkey")
    page.wait_for_selector("text=The passkey was added.")
    keep_picture(page, "own")
    page.click("text=Sign out")
    page.goto(f"{address}/desk/sign-in?to=/desk/me")
    with page.expect_request("**/desk/passkey") as asked:
        page.click("#passkey")
    page.wait_for_selector("text=the test's device")
    # The same answer a second time opens nothing: its challenge was used up.
    replayed = context.request.post(
        f"{address}/desk/passkey", data=asked.value.post_data, headers={"Origin": address}
    )
    assert replayed.status == 401 and "set-cookie" not in replayed.headers
    # A device that does not ask who is there is not enough.
    page.click("text=Sign out")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{address}/desk/sign-in")
    page.click("#passkey")
    page.wait_for_selector("text=Nothing was confirmed in time.")
    assert page.goto(f"{address}/desk/me").status == 401  # type: ignore[union-attr]


def test_a_passkey_that_was_copied_is_noticed(
    site: DeskSite, address: str, context: BrowserContext, page: Page
) -> None:
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    site.sign_in(page, address, "reviewer-b")
    page.goto(f"{address}/desk/me")
    page.click("#add-passkey")
    page.wait_for_selector("text=The passkey was added.")
    page.click("text=Sign out")
    with closing(site.db().conn) as conn:
        person = site.people["reviewer-b"].person.id
        conn.execute("UPDATE passkeys SET sign_count = 1000 WHERE person = ?", [person])
    page.goto(f"{address}/desk/sign-in")
    page.click("#passkey")
    page.wait_for_selector("text=This passkey opens nothing here.")


def test_what_was_typed_is_there_after_the_session_ended(
    site: DeskSite, address: str, context: BrowserContext, page: Page
) -> None:
    site.sign_in(page, address, "admin")
    page.goto(f"{address}/desk/people")
    page.fill("#f-name", "typed-in-time")
    page.select_option("#f-role", "publisher")
    cookie = next(each for each in context.cookies() if each["name"] == cookies.SESSION)
    assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    then = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
    with closing(site.db().conn) as conn:
        hash = secret.hashed(cookie["value"])
        conn.execute("UPDATE sessions SET seen_at = ? WHERE hash = ?", [then, hash])
    page.click("text=Make an invitation")
    assert "What you typed is kept" in page.inner_text("main")
    page.fill("input[name=name]", "admin")
    page.fill("input[name=password]", site.people["admin"].password)
    page.fill("input[name=code]", site.code("admin"))
    page.keyboard.press("Enter")
    page.wait_for_selector("text=What you typed is here")
    keep_picture(page, "held")
    page.click("text=Send it now")
    assert "/desk/invitation/" in page.inner_text("#address")
    assert page.inner_text("h1") == "For typed-in-time"


def test_cookies_of_the_desk_never_reach_the_public_pages(
    site: DeskSite, address: str, context: BrowserContext, page: Page
) -> None:
    site.sign_in(page, address, "contributor")
    with page.expect_request(f"{address}/privacy") as asked:
        page.goto(f"{address}/privacy")
    assert "cookie" not in asked.value.all_headers()


def test_browsers_keep_the_cookie_at_the_machines_own_address(
    site: DeskSite, address: str, context: BrowserContext, page: Page
) -> None:
    here = address.replace("localhost", "127.0.0.1")
    site.sign_in(page, here, "publisher-b")
    page.goto(f"{here}/desk/me")
    assert page.inner_text("h1") == "publisher-b"
    assert context.request.get(f"{here}/privacy").status in (200, 503)


def test_signing_in_needs_no_script(site: DeskSite, address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page, address, "contributor-b")
    assert not page.locator("#passkey").count()
    page.goto(f"{address}/desk/me")
    assert page.locator("#add-passkey").is_hidden()
    page.click("text=Sign out")
    assert "You have signed out" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_and_every_field_has_its_label(
    site: DeskSite, address: str, browser: Browser, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/desk/sign-in")
    keep_picture(page, f"sign-in-{width}")
    site.sign_in(page, address, "admin-b")
    for path in PAGES:
        page.goto(address + path)
        keep_picture(page, f"{path.strip('/').replace('/', '-')}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        unlabelled = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]),select,textarea')]"
            ".filter(field => !field.labels.length && !field.getAttribute('aria-label')).length"
        )
        assert unlabelled == 0, path
        levels = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map(each => +each.tagName[1])"
        )
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), path
    context.close()
