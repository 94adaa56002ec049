"""Every page of the site and of the desk, from the live route tables, on a phone.

Nothing makes a page scroll sideways, every control and table has a name, headings follow each
other, and a finger hits what it aims at. A page that is not looked at here fails the first test.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pytest
from desk_review import figures
from desk_site import DeskSite, desk_site
from make_campaigns import CAMPAIGN
from mapping_desk import document, request
from mapping_tables import WIDE, table
from publishing_site import add_page, agree, page_picture

from portal.desk.campaigns import campaigns, requests
from portal.desk.review import finishing
from portal.publish import editions
from portal.store import publishing, reports
from portal.store.campaigns import Request
from portal.store.desk import Desk
from portal.web import app as public
from portal.web.desk import app as desk_app

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
WIDTH = 390
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not os.access(CHROMIUM, os.X_OK), reason="left out: there is no chromium on this machine"
    ),
]
# Routes that answer no page of ours: files, feeds, answers for programs, the tables' own server.
# Two files of one source, compared, are looked at in test_source_pages.
NO_PAGE = re.compile(
    r"/(api|static|data|downloads|feeds|editions|pictures|embed)\b|\.(csv|json|png|xml|txt|zip|ics|xlsx|atom)$"
    r"|/download$|/copy$|/\{(path|rest)|^/(healthz|health|robots|favicon)|^/desk$|:path\}|/\{old\}|/oidc|/uploads"
)
FAULTS = """() => {
  const found = [], seen = (each) => each.getClientRects().length && !each.closest('.hidden');
  if (document.documentElement.scrollWidth > innerWidth)
    found.push('scrolls sideways: ' + document.documentElement.scrollWidth);
  const named = (each) => each.getAttribute('aria-label') || each.getAttribute('aria-labelledby')
    || each.textContent.trim() || each.title || (each.labels && each.labels.length)
    || each.querySelector('img[alt]:not([alt=""])');
  for (const each of document.querySelectorAll('a[href],button,input,select,textarea,summary')) {
    if (each.type === 'hidden' || !seen(each)) continue;
    if (!named(each)) found.push('no name: ' + each.outerHTML.slice(0, 90));
    const box = each.getBoundingClientRect();
    if (getComputedStyle(each).display !== 'inline' && (box.height < 24 || box.width < 24))
      found.push('too small: ' + each.outerHTML.slice(0, 90) + ' ' + [box.width, box.height]);
  }
  for (const each of document.querySelectorAll('table'))
    if (!each.caption && !each.getAttribute('aria-label')) found.push('a table without a name');
  for (const each of document.querySelectorAll('img:not([alt])')) found.push('no alt: ' + each.src);
  for (const each of document.querySelectorAll('.scroll caption')) {
    const box = each.getBoundingClientRect();
    if (seen(each) && box.right > innerWidth + 1) found.push('cut: ' + each.textContent);
  }
  const levels = [...document.querySelectorAll('h1,h2,h3,h4,h5')].map((each) => +each.tagName[1]);
  if (levels.filter((level) => level === 1).length !== 1) found.push('headings: ' + levels);
  if (levels.some((level, n) => n && level > levels[n - 1] + 1)) found.push('order: ' + levels);
  const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);
  for (const id of ids.filter((id, n) => ids.indexOf(id) !== n)) found.push('twice: #' + id);
  if (document.querySelectorAll('main').length !== 1) found.push('not one main part');
  if (document.documentElement.lang !== 'en-GB') found.push('no language');
  return found;
}"""


@dataclass(frozen=True)
class Living:
    """An installation with everything in it, and the addresses of things by their routes."""

    site: DeskSite
    examples: dict[str, str]


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Living:
    site = desk_site(tmp_path_factory.mktemp("looks"))
    config = site.config
    with closing(site.db().conn) as conn:
        db = Desk(conn)
        request(db, "kent-2025", "kent-police")
        campaigns.save(db, replace(CAMPAIGN, public=1), "publisher", 0)
        asked = Request("errors-2019-kent", "kent-police", "foia", CAMPAIGN.id)
        asked = requests.save(db, asked, "contributor", 0)
        sent = replace(asked, state="sent", sent_on="2026-03-02")
        requests.save(db, sent, "contributor", asked.version)
        stopped, _ = document(db, [table(WIDE)], "stopped.xlsx", "kent-2025", state="quarantined")
        _, tables = document(db, [table(WIDE)], "answer.xlsx", "kent-2025")
        out, ids = figures(db, config.archive, 3, page=2)
        add_page(config, db, out, 2, page_picture(["1,001", "1,002", "1,003"]))
        agree(db, ids)
        finishing.finish(db, config.archive)
        publishing.release(db, out, "pictures", "publisher", "Looked at page by page.")
        waits, _ = figures(db, config.archive, 4)
        reports.take_in(db, "a" * 32, "/observations/1", "A digit is wrong.", "2026-03-02T10:00:00")
        editions.publish(db, config.archive, config.editions, lambda text: None)
        report = db.execute("SELECT id FROM reports").fetchone()[0]
        figure = db.execute("SELECT observation FROM approvals WHERE observation <> ''").fetchone()
        snapshot = db.execute("SELECT sha256 FROM snapshots LIMIT 1").fetchone()[0]
    examples = {
        "/bodies/{id}": "/bodies/kent-police",
        "/operators/{id}": "/operators/google",
        "/observations/{id}": f"/observations/{figure[0]}",
        "/sources/{id}": "/sources/foi-kent-2025",
        "/snapshots/{sha256}": f"/snapshots/{snapshot}",
        "/documents/{sha256}": f"/documents/{out}",
        "/campaigns/{id}": f"/campaigns/{CAMPAIGN.id}",
        "/datasets/{id}": "/datasets/volume",
        "/foi/{body}": "/foi/kent-police",
        "/foi/{id}": "/foi/kent-police",
        "/desk/documents/{sha256}": f"/desk/documents/{stopped}",
        "/desk/documents/{sha256}/answer": f"/desk/documents/{waits}/answer",
        "/desk/tables/{id}/map": f"/desk/tables/{tables[0]}/map",
        "/desk/review/{document}": f"/desk/review/{waits}",
        "/desk/campaigns/{id}": f"/desk/campaigns/{CAMPAIGN.id}",
        "/desk/campaigns/{id}/edit": f"/desk/campaigns/{CAMPAIGN.id}/edit",
        "/desk/campaigns/{id}/import": f"/desk/campaigns/{CAMPAIGN.id}/import",
        "/desk/requests/{id}": f"/desk/requests/{asked.id}",
        "/desk/publishing/{sha256}": f"/desk/publishing/{out}",
        "/desk/reports/{id}": f"/desk/reports/{report}",
    }
    return Living(site, examples)


def gets(routes: list[Any]) -> Iterator[str]:
    """The paths that answer GET, with those of routers that were included."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from gets(inner.routes)
        elif "GET" in (getattr(route, "methods", None) or ()):
            yield route.path


def addresses(living: Living, paths: Iterator[str]) -> list[str]:
    """An address for each page among the paths."""
    pages = sorted({path for path in paths if not NO_PAGE.search(path)})
    missing = [path for path in pages if "{" in path and path not in living.examples]
    assert missing == [], "no example stands here for these pages"
    return [living.examples.get(path, path) for path in pages]


def faults(page: Any, address: str, pages: list[str]) -> list[str]:
    """What is wrong with which page."""
    found = []
    for path in pages:
        answer = page.goto(address + path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            found += [f"{path}: {each}" for each in page.evaluate(FAULTS)]
            if answer.status != (404 if path == "/nowhere" else 200):
                found.append(f"{path}: {answer.status}")
    return found


@pytest.fixture(scope="module")
def address(living: Living) -> Iterator[str]:
    with living.site.serving() as address:
        yield address


@pytest.fixture
def page() -> Iterator[Any]:
    """A phone."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        screen = {"width": WIDTH, "height": 844}
        yield browser.new_context(viewport=screen, has_touch=True).new_page()
        browser.close()


def test_every_page_fits_a_phone_and_names_what_is_on_it(
    living: Living, address: str, page: Any
) -> None:
    site = living.site
    readers = addresses(living, gets(public.create_app(site.config).routes))
    rooms = [path for router in desk_app.routers() for path in gets(router.routes.routes)]
    signing = ("/desk/sign-in", "/desk/held", "/desk/invitation")
    staff = [each for each in rooms if not each.startswith(signing)]
    assert len(readers) > 25 and len(staff) > 20
    found = faults(page, address, [*readers, "/nowhere", "/desk/sign-in"])
    site.sign_in(page, address, "admin")
    found += faults(page, address, ["/desk", *addresses(living, iter(staff))])
    assert not found, "\n".join(found)


def test_the_page_of_a_document_shows_by_itself_that_it_was_stopped(
    living: Living, address: str, page: Any
) -> None:
    with closing(living.site.db().conn) as conn:
        db = Desk(conn)
        sha256, _ = document(db, [table(WIDE)], "late.xlsx", "kent-2025", state="quarantined")
        of_it = "WHERE object = ? AND what = 'read'"
        # As it stands while a worker holds it: of no other worker's business.
        db.execute("UPDATE documents SET state = 'reading' WHERE sha256 = ?", [sha256])
        taken = f"UPDATE jobs SET state = 'running', lease_until = '9999' {of_it}"
        db.execute(taken, [sha256])
        conn.commit()
        living.site.sign_in(page, address, "contributor")
        page.goto(f"{address}/desk/documents/{sha256}")
        page.wait_for_selector("text=It is being inspected and read now.")
        page.wait_for_selector("text=This page shows by itself what was found.")
        db.execute("UPDATE documents SET state = 'quarantined' WHERE sha256 = ?", [sha256])
        db.execute(f"UPDATE jobs SET state = 'done' {of_it}", [sha256])
        conn.commit()
    page.wait_for_selector("text=It is stopped")
    words = page.inner_text("section[aria-labelledby=stopped]")
    assert "Next:" in words and "a reviewer decides" in words
