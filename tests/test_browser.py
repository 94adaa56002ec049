"""The site in a real browser, on a phone and on a desk: no script, no cookie, no other host."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from portal.config import Settings

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PAGES = (
    "/",
    "/trends",
    "/trends?chain=national",
    "/compare",
    "/bodies",
    "/bodies/metropolitan-police-service",
    "/operators",
    "/operators/google",
    "/retention",
    "/costs",
    "/errors",
    "/timeline",
    "/foi",
    "/foi/kent-police",
    "/sources",
    "/datasets",
    "/datasets/volume",
    "/search?q=metropolitan",
    "/glossary",
    "/methodology",
    "/privacy",
    "/corrections",
    "/changes",
    "/docs",
    "/data/",
    "/data/retention-watch/national_totals",
    "/nothing-here",
)
WIDTHS = (390, 1280)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not os.access(CHROMIUM, os.X_OK), reason="left out: there is no chromium on this machine"
    ),
]


@pytest.fixture(scope="module")
def site(published: Settings) -> Iterator[str]:
    """The site as `portal serve` runs it, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {**os.environ, "PORTAL_VAR": str(published.var), "PORTAL_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "portal.web"], env=given)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address + "/data/", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the site did not start")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page did while it was open."""

    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def opened(browser: Browser, address: str, width: int, **given: object) -> tuple[Page, Seen]:
    context = browser.new_context(viewport={"width": width, "height": 900}, **given)  # type: ignore[arg-type]
    page, seen = context.new_page(), Seen()
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("console", lambda message: seen.said.append(message.text))
    page.goto(address)
    return page, seen


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_is_quiet_and_asks_nobody_else(
    site: str, browser: Browser, path: str, width: int
) -> None:
    page, seen = opened(browser, site + path, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith(site) for url in seen.asked), seen.asked
    quiet = [line for line in seen.said if not (path == "/nothing-here" and "404" in line)]
    assert quiet == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.locator("script").count() == 0
    assert page.locator("h1").count() == 1
    page.context.close()


def test_from_search_to_a_figure_to_its_source_in_three_clicks(site: str, browser: Browser) -> None:
    page, _ = opened(browser, site, 1280, java_script_enabled=False)
    page.fill("input[name=q]", "security service 2013")
    page.click("form[role=search] button")
    page.click("main a[href^='/observations/']:has-text('2013') >> nth=0")
    assert "56,918" in page.inner_text("h1")
    assert "notices and authorisations" in page.inner_text("h1").lower()
    page.click("main a[href^='/sources/'] >> nth=0")
    assert "2013 Annual Report" in page.inner_text("h1")
    page.context.close()


def test_the_national_chart_shows_its_breaks_and_no_false_year(site: str, browser: Browser) -> None:
    page, _ = opened(browser, site, 1280, java_script_enabled=False)
    chart = page.locator("figure", has_text="Four ways of counting").first
    text = re.sub(r"\s+", " ", chart.inner_text())
    assert "Notices become items of data" in text
    assert "15 months" in text and "265 days" in text
    for year in ("2009", "2020", "2021", "2022", "2023", "2024"):
        assert re.search(rf"not in hand[^0-9]{{0,40}}{year}|{year}[^0-9]{{0,40}}not in hand", text)
    assert page.locator("figure svg, figure canvas").count() == 0
    page.context.close()


def test_the_menu_of_a_phone_opens_without_a_script(site: str, browser: Browser) -> None:
    page, _ = opened(browser, site, 390, java_script_enabled=False)
    assert not page.locator("nav[aria-label='Main menu'] a >> nth=0").is_visible()
    page.click("summary:has-text('Menu')")
    page.click("nav[aria-label='Main menu'] a:has-text('Errors')")
    assert page.url == f"{site}/errors"
    page.context.close()


def test_the_open_tables_lead_to_the_figure_s_page_and_back(site: str, browser: Browser) -> None:
    page, _ = opened(browser, site, 1280, java_script_enabled=False)
    page.goto(f"{site}/data/retention-watch/national_totals")
    page.click("a[href*='/observations/'] >> nth=0")
    assert re.fullmatch(rf"{site}/observations/[0-9a-f]+", page.url)
    page.click("a:has-text('open tables')")
    assert page.url.startswith(f"{site}/data/retention-watch/observations/")
    page.context.close()
