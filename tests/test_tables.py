"""The open tables under /data: the site's look, working links, no cookie, always there."""

import asyncio
import html
import os
import re
import select
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest
import pytest_asyncio
from tables_site import Site, copy_of, next_edition, serving

from portal.config import HERE, Settings
from portal.web.tables import words
from portal.web.tables.proxy import AT_ONCE, WAITING

pytestmark = pytest.mark.asyncio(loop_scope="module")
DB = "/data/retention-watch"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    published: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    async with serving(copy_of(published, tmp_path_factory.mktemp("tables"))) as running:
        yield running


def figure(config: Settings) -> str:
    with sqlite3.connect(config.editions / "current" / "retention-watch.db") as db:
        return str(db.execute("SELECT id FROM observations WHERE value > 1000").fetchone()[0])


def links(page: httpx.Response) -> Iterator[str]:
    found = re.findall(r'<(?:a|form|link)[^>]* (?:href|action)="([^"]*)"', page.text)
    for address in found:
        yield urljoin(str(page.url), html.unescape(address))


def shape(address: str) -> tuple[str, ...]:
    """What kind of page an address is: one row is like another, one value like another."""
    parts = urlsplit(address)
    path = re.sub(r"(/data/retention-watch/\w+)/[^/.]+", r"\1/row", parts.path)
    return (path, *sorted({key for key, _ in parse_qsl(parts.query)}))


async def test_every_link_of_the_tables_leads_somewhere(site: Site) -> None:
    todo, seen, kinds = ["http://site/data/"], set(), Counter()
    while todo:
        address = todo.pop()
        if address in seen or kinds[shape(address)] >= 2 or len(kinds) > 250:
            continue
        seen.add(address)
        kinds[shape(address)] += 1
        page = await site.client.get(address, follow_redirects=True)
        assert page.status_code == 200, f"{address} answers {page.status_code}: {page.text[-500:]}"
        assert "/data/data" not in page.text, address
        if page.headers["content-type"].startswith("text/html"):
            local = [link.partition("#")[0] for link in links(page)]
            todo += [link for link in local if re.match(r"http://site/data(/|$)", link)]
    assert len(kinds) > 100
    wanted = ("_sort", "_sort_desc", "_next", "_shape", "sql", "_size")
    assert not set(wanted) - {key for kind in kinds for key in kind[1:]}


async def test_pages_carry_no_script_no_inline_style_and_the_frame_of_the_site(site: Site) -> None:
    asked = await site.sql("select 1 as one", "")
    pages = [asked, *[await site.get(path) for path in PAGES]]
    for page in pages:
        text = page.text
        assert not re.search(r"<script|\sstyle=|<style|\son\w+=|src=\"data:|<svg", text), page.url
        assert 'class="mast"' in text and "/static/site.css" in text, page.url
        outside = re.findall(r'<(?:link|img|form)[^>]*"(https?://[^"]*)', text)
        assert not outside, (page.url, outside)


PAGES = (
    "/data/",
    DB,
    f"{DB}/observations",
    f"{DB}/figures",
    f"{DB}/national_totals",
    f"{DB}/who-asks-most",
    f"{DB}/police-force",
    f"{DB}/units/item",
    f"{DB}/nothing",
    f"{DB}/observations?_sort=nothing",
    "/data/-/versions",
    "/data/-/databases",
    "/data/-/metadata",
    "/data/-/settings",
)


async def test_a_figure_leads_to_its_page_on_the_site(site: Site) -> None:
    id = figure(site.supervisor.settings)
    link = f'href="/observations/{id}"'
    assert link in (await site.get(f"{DB}/observations/{id}")).text
    assert link in (await site.get(f"{DB}/observations", id=id)).text
    assert link in (await site.get(f"{DB}/figures", id=id)).text
    assert link in (await site.sql(f"select id, value from figures where id = '{id}'", "")).text
    assert "/observations/item" not in (await site.get(f"{DB}/units")).text


async def test_a_row_names_what_its_codes_mean(site: Site) -> None:
    text = (await site.get(f"{DB}/measures/cd_items")).text
    assert '<a href="/data/retention-watch/units/item">Item of data</a> <em>item</em>' in text
    answer = await site.get(f"{DB}/observations/{figure(site.supervisor.settings)}")
    assert re.search(r"<dt>value</dt><dd>\d+,\d{3}", answer.text)


async def test_filters_and_sql_work_as_plain_forms(site: Site) -> None:
    asked = {"_filter_column": "unit", "_filter_op": "exact", "_filter_value": "item"}
    answer = await site.get(f"{DB}/observations", **asked)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{DB}/observations?unit__exact=item"
    form = (await site.get(DB)).text
    assert re.search(r'<form class="sql" action="/data/retention-watch" method="get">', form)
    answer = await site.sql("select id, unit from measures where id = 'cd_items'")
    assert answer.json()["rows"] == [["cd_items", "item"]]


async def test_csv_carries_what_the_page_shows_and_no_formula(site: Site) -> None:
    answer = await site.sql("select '=1+1' as a, -5 as b, '-n/a' as c, null as d", ".csv")
    assert answer.text.splitlines() == ["a,b,c,d", "'=1+1,-5,'-n/a,"]
    assert (await site.sql("select 1 as [=cmd()]", ".csv")).status_code == 400
    answer = await site.sql("select no_such_column", ".csv")
    assert answer.status_code == 400 and "no such column" in answer.text


async def test_neither_cookie_nor_reader_passes(site: Site) -> None:
    headers = {"cookie": "ds_actor=x; ds_messages=y", "x-forwarded-for": "192.0.2.1"}
    for path in (*PAGES, f"{DB}/observations.json", f"{DB}/observations.csv"):
        answer = await site.client.get(path, headers=headers)
        assert "set-cookie" not in answer.headers, path
        assert "vary" not in answer.headers, path
        assert "192.0.2.1" not in answer.text, path


async def test_doors_that_nobody_needs_are_shut(site: Site) -> None:
    shut = "threads actor plugins permissions messages allow-debug patterns auth-token logout"
    for name in [*shut.split(), "config"]:
        assert (await site.get(f"/data/-/{name}")).status_code == 404, name
    for path in ("_internal", "_memory", "-/static/app.js", "retention-watch.db", "favicon.ico"):
        assert (await site.get(f"/data/{path}")).status_code == 404, path
    assert (await site.client.post(DB, data={"sql": "select 1"})).status_code == 405
    assert (await site.get(f"{DB}/search_data")).status_code == 403
    assert "search_data" not in (await site.get(f"{DB}?_show_hidden=1")).text


async def test_no_page_shows_where_the_edition_lies(site: Site) -> None:
    hidden = (str(site.supervisor.settings.var), str(HERE), "site-packages", "Traceback", ".sock")
    more = ("/data/-/databases.json", "/data/-/versions.json", "/data/-/metadata.json")
    for path in (*PAGES, *more, "/data/-/settings.json"):
        text = (await site.get(path)).text
        assert not [word for word in hidden if word in text], path


async def test_odd_addresses_get_a_sentence(site: Site) -> None:
    odd = (
        "_next=x", "_timelimit=x", "_size=x", "_through=x", "_facet=%7B", "_facet_array=note",
        "_sort=a&_sort_desc=b", "_json_infinity=x", "_where=(", "_col=nothing", "_facet=nothing",
        "_search=x&_fts_table=nothing", "value__gt=%00", "_next=1,2,3,4&_sort=value", "_trace=1",
    )  # fmt: skip
    for query in odd:
        for name in ("observations", "figures.json"):
            answer = await site.get(f"{DB}/{name}?{query}")
            assert answer.status_code < 500, (name, query)
            assert "Traceback" not in answer.text
    for long in ("x" * 4000, "+" * 400):
        assert (await site.get(f"{DB}?sql=select+'{long}'")).status_code == 414


async def test_slash_and_head(site: Site) -> None:
    answer = await site.get("/data")
    assert (answer.status_code, answer.headers["location"]) == (308, "/data/")
    answer = await site.client.head(f"{DB}/observations")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_every_table_and_column_has_words(published: Settings) -> None:
    with sqlite3.connect(":memory:") as db:
        db.executescript((HERE / "portal/publish/edition.sql").read_text("utf-8"))
        schema = words.schema(db)
    assert not list(words.without_words(HERE / "data", schema))
    described = words.dictionary(HERE / "data", schema)
    assert list(described) == list(schema)
    shown = [c for table in described.values() for c in (table, *table.columns)]
    assert all(each.label and each.description.endswith((".", "!")) for each in shown)
    odd = {**schema, "units": ["mood", *schema["units"]], "moods": ["id"]}
    del odd["about"]
    ends = [sentence.rpartition(": ")[2] for sentence in words.without_words(HERE / "data", odd)]
    wanted = ["there is no table about", "nothing on table moods", "nothing on units.mood"]
    assert ends == wanted


async def test_the_ten_questions_answer_with_unit_period_marks_and_source(site: Site) -> None:
    questions = words.questions(HERE / "data")
    assert len(questions) == 10
    for each in questions:
        answer = await site.get(f"{DB}/{each.id}.json", force="metropolitan", _shape="objects")
        assert answer.status_code == 200, (each.id, answer.text)
        columns, rows = answer.json()["columns"], answer.json()["rows"]
        assert rows or each.id == "sources-that-disagree", each.id
        assert {"unit", "source"} <= set(columns), each.id
        if each.id != "how-long-kept":
            assert {"period", "marks", "id"} <= set(columns), each.id
            assert any(row["id"] for row in rows) or not rows, each.id


async def test_too_many_at_once_are_asked_to_come_back(published: Settings, tmp_path: Path) -> None:
    slow = "with recursive t(x) as (select 1 union all select x + 1 from t) select count(*) from t"
    async with serving(replace(copy_of(published, tmp_path), query_seconds=0.2)) as site:
        asked = (site.sql(slow) for _ in range(AT_ONCE + WAITING + 6))
        answers = await asyncio.gather(*asked)
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) == 6
    assert all(answer.headers["retry-after"] for answer in refused)
    assert all(answer.json()["ok"] is False for answer in refused)
    assert {answer.status_code for answer in answers} == {400, 503}


async def test_a_process_that_dies_is_replaced(site: Site) -> None:
    before = site.pid
    site.supervisor.changed.clear()
    os.kill(before, signal.SIGKILL)
    answer = await site.get(DB)
    assert answer.status_code in (200, 503)
    await asyncio.wait_for(site.supervisor.changed.wait(), 30)
    assert (await site.get(DB)).status_code == 200
    assert site.pid != before


async def test_a_new_edition_takes_over_without_one_failed_request(
    published: Settings, tmp_path: Path
) -> None:
    config = copy_of(published, tmp_path)
    async with serving(config) as site:
        before, answers = site.pid, Counter[int]()
        site.supervisor.changed.clear()

        async def hammer() -> None:
            while not site.supervisor.changed.is_set():
                answers[(await site.get(f"{DB}/units.json")).status_code] += 1
            for _ in range(20):
                answers[(await site.get(f"{DB}/units.json")).status_code] += 1

        hammers = [asyncio.create_task(hammer()) for _ in range(6)]
        edition = next_edition(config, 77)
        behind = await site.get(f"{DB}/units.json")
        assert behind.headers["cache-control"] == "no-store"
        await asyncio.wait_for(asyncio.gather(*hammers), 60)
        assert set(answers) == {200} and answers[200] > 120
        assert site.supervisor.child and site.supervisor.child.edition == edition.resolve()
        assert site.pid != before
        assert "cache-control" not in (await site.get(f"{DB}/units.json")).headers
        await asyncio.gather(*site.supervisor.retiring)
    assert not Path(f"/proc/{before}").exists()


async def test_without_an_edition_the_site_says_so(tmp_path: Path) -> None:
    async with serving(Settings(var=tmp_path / "var")) as site:
        page = await site.get("/data/")
        assert page.status_code == 503 and page.headers["retry-after"]
        assert 'class="mast"' in page.text


PARENT = """
import asyncio, sys
from pathlib import Path
from portal.config import settings
from portal.web.tables.child import Child
async def main():
    child = await Child.start(Path(sys.argv[1]), Path(sys.argv[2]), settings())
    print(child.process.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="left out: needs Linux")
async def test_the_process_ends_with_its_parent(published: Settings, tmp_path: Path) -> None:
    edition = (published.editions / "current" / "retention-watch.db").resolve()
    command = [sys.executable, "-c", PARENT, str(edition), str(tmp_path / "t.sock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    watch = select.poll()
    watch.register(child, select.POLLIN)
    assert watch.poll(10_000), "the child is still there"
    os.close(child)


async def test_the_process_stands_back_and_holds_no_more_than_it_needs(site: Site) -> None:
    assert os.getpriority(os.PRIO_PROCESS, site.pid) == 10
    told = Path(f"/proc/{site.pid}/environ").read_text().split("\0")
    names = {each.partition("=")[0] for each in told if each}
    assert all(name.startswith("PORTAL_") for name in names - KNOWN), names - KNOWN
    limits = Path(f"/proc/{site.pid}/limits").read_text()
    assert re.search(r"Max file size +0 +0", limits)
    folder = site.supervisor.settings.var / "run"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


KNOWN = {
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "VIRTUAL_ENV", "PYTHONPATH",
    "MALLOC_ARENA_MAX", "PYTHONUNBUFFERED",
}  # fmt: skip
