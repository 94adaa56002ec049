"""Scraped sources on the site: revisions between two files, health, payments, bands, rights."""

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from asking import Answer, ask
from conftest import installation
from fastapi import FastAPI

from portal.config import Settings
from portal.ingest import health, registry, running
from portal.publish import editions
from portal.store import checks
from portal.store.desk import open_desk
from portal.store.private import waiting
from portal.store.writing import approve
from portal.web.app import create_app
from portal.web.edition import connect

TAPES = Path(__file__).parent / "sources"
RECORDED = ("apple", "discord", "govuk_watch", "home_office_spend", "wikimedia")
UNPROVEN = ("microsoft", "whatdotheyknow")

# Invented numbers in the headers of two real generations of Google's file.
OLD = """Period Ending,Country,CLDR Territory Code,Legal Process,User Data Requests,\
Percentage of requests where some data produced,Users/Accounts Specified
2009-12-31,France,FR,All,98,,
"""
NEW = """Period Ending,Country/Region,CLDR Territory Code,Legal Process,User Data Requests,\
Percentage disclosed,Accounts
2009-12-31,France,FR,All,98,0,0
"""
COUNTRIES = "France FR,Germany DE,Spain ES,Italy IT,Latvia LV,Sweden SE,Poland PL,Ireland IE"


def rows(*periods: str, only: str = "") -> list[str]:
    pairs = [each.split() for each in COUNTRIES.split(",")]
    return [
        f"{period},{name},{code},Other Legal Requests,{40 + number},50,{60 + number}"
        for period in periods
        for number, (name, code) in enumerate(pairs)
        if not only or code == only
    ]


def google(folder: Path) -> None:
    """2024 says 41 for 40 in one row, lacks one row, and tells of one more in an old period."""
    old = rows("2017-06-30", "2017-12-31", "2018-06-30")
    changed = [row.replace("FR,Other Legal Requests,40", "FR,Other Legal Requests,41")
               if row.startswith("2017-06-30,France") else row for row in old]  # fmt: skip
    kept = [row for row in changed if not row.startswith("2017-12-31,Latvia")]
    told = "2018-06-30,Ireland,IE,Police Requests,7,50,8"
    for name, head, lines in (
        ("2018/google-user-data-requests.csv", OLD, old),
        ("2024/google-global-user-data-requests.csv", NEW, [*kept, told, *rows("2018-12-31")]),
    ):
        path = folder / "google" / name
        path.parent.mkdir(parents=True)
        path.write_text(head + "\n".join(lines) + "\n", "utf-8")


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation with the bundled figures, recordings, and two files of Google."""
    folder = tmp_path_factory.mktemp("scraped")
    config = installation(folder)
    tapes = folder / "tapes"
    google(tapes)
    for name in (*RECORDED, *UNPROVEN):
        shutil.copytree(TAPES / name, tapes / name)
    db = open_desk(config.desk)
    run = running.start(config, db, lambda text: None)
    modules = registry.chosen(("google", *RECORDED, *UNPROVEN))
    looks = {look.source: look for look in running.every(run, modules, tapes)}
    assert all(look.outcome != "failed" for look in looks.values()), looks
    health.write(config, db)
    editions.publish(db, config.archive, config.editions, lambda text: None)
    db.close()
    return config


@pytest.fixture(scope="module")
def site(scraped: Settings) -> FastAPI:
    return create_app(scraped)


@pytest.fixture
def db(scraped: Settings) -> Iterator[sqlite3.Connection]:
    conn = connect(scraped.editions / "current" / editions.NAME)
    yield conn
    conn.close()


def page(site: FastAPI, address: str) -> Answer:
    answer = ask(site, address)
    assert answer.status == 200, address
    return answer


# Revisions


def pair(db: sqlite3.Connection) -> sqlite3.Row:
    (found,) = db.execute("SELECT * FROM comparisons").fetchall()
    return found


def test_a_pair_of_files_counts_what_changed_each_kind_apart(db: sqlite3.Connection) -> None:
    found = pair(db)
    names = "known changed withdrawn blank_became_zero new_in_old_period new_period".split()
    assert {name: found[name] for name in names} == {
        "known": 75, "changed": 1, "withdrawn": 3, "blank_became_zero": 2,
        "new_in_old_period": 3, "new_period": 24,
    }  # fmt: skip


def test_the_source_tells_its_revisions_in_a_chart_and_leads_to_every_figure(
    site: FastAPI, db: sqlite3.Connection
) -> None:
    told = page(site, "/sources/google")
    assert "What it changed without saying so" in told.words
    bars = re.findall(r'<th role="rowheader"[^>]*>([^<]+)<.*?class="bar b0 h(\d+)">.*?>(\d+)<',
                      told.text, re.S)  # fmt: skip
    assert [(name, int(count)) for name, _, count in bars] == [
        ("Changed", 1), ("Gone from the file", 3), ("Blank became zero", 2),
        ("New in old periods", 3),
    ]  # fmt: skip
    # The bars are as long as their numbers are high, and the longest is whole.
    assert [int(height) for _, height, _ in bars] == [round(400 * n / 3) for n in (1, 3, 2, 3)]
    found = pair(db)
    address = f"/sources/google/changes/{found['old'][:12]}/{found['new'][:12]}"
    assert f'href="{address}"' in told.text


def test_the_page_of_a_pair_lists_every_figure_old_and_new(
    site: FastAPI, db: sqlite3.Connection
) -> None:
    found = pair(db)
    answer = page(site, f"/sources/google/changes/{found['old'][:8]}/{found['new']}")
    cells = r'<tr><td class="number">(.*?)</td><td class="number"><a [^>]*href="([^"]+)">(.*?)</a>'
    listed = [
        (re.sub("<[^>]+>", "", was), address, now)
        for was, address, now in re.findall(cells, answer.text)
    ]
    assert ("40", "41") in [(was, now) for was, _, now in listed]
    said = [(was, now) for was, _, now in listed]
    assert said.count(("not in it", "50%")) == 1 and ("44", "not in it") in said
    assert sum(now == "not in it" for _, now in said) == 3
    assert len(listed) == 1 + 3 + 2 + 3
    for _, address, _ in listed:
        assert page(site, address.partition("#")[0])
    assert "2017 H1" in answer.words and "2009 H2" in answer.words


def test_one_kind_of_change_can_be_read_alone(site: FastAPI, db: sqlite3.Connection) -> None:
    found = pair(db)
    address = f"/sources/google/changes/{found['old'][:12]}/{found['new'][:12]}"
    assert page(site, f"{address}?kind=withdrawn").text.count('<tr><td class="number">') == 3
    assert ask(site, f"{address}?kind=other").status == 404
    assert ask(site, f"{address}?page=2").status == 404


@pytest.mark.parametrize("hashes", ["00000000/00000000", "zzzzzzzz/00000000", "0000/0000"])
def test_a_pair_that_is_none_is_said_so(site: FastAPI, hashes: str) -> None:
    assert ask(site, f"/sources/google/changes/{hashes}").status in (404, 422)
    assert ask(site, f"/sources/apple/changes/{hashes}").status in (404, 422)


def test_a_figure_s_page_tells_both_readings(site: FastAPI, db: sqlite3.Connection) -> None:
    question = "SELECT observation FROM comparison_figures WHERE kind = ?"
    (changed,) = db.execute(question, ["changed"]).fetchone()
    told = page(site, f"/observations/{changed}").words
    assert "publisher revised" in told and "41 requests [r]" in told and "first reading" in told
    (gone,) = db.execute(question, ["withdrawn"]).fetchone()
    assert "withdrawn" in page(site, f"/observations/{gone}").words


def test_many_revisions_of_one_file_are_one_entry_of_each_kind(
    site: FastAPI, db: sqlite3.Connection
) -> None:
    entries = db.execute("SELECT * FROM changes WHERE title LIKE 'Google%'").fetchall()
    assert [(row["kind"], row["title"].rpartition(": ")[2]) for row in entries] == [
        ("publisher_revised", "1 figure of past periods revised"),
        ("withdrawn", "3 figures of past periods withdrawn"),
        ("blank_became_zero", "2 figures blank before, now zero"),
        ("new_in_old_period", "3 figures new in periods already told"),
        ("new_period", "24 figures of new periods"),
    ]
    answer = page(site, "/changes")
    for row in entries:
        assert f'href="{row["address"]}"' in answer.text
        place, _, anchor = row["address"].partition("#")
        assert page(site, place).text.count(f'id="{anchor}"') == bool(anchor)
    named = "SELECT title FROM changes WHERE kind = 'new' AND title LIKE '%Google%'"
    assert [row[0] for row in db.execute(named)] == [
        "75 new figures in Google, Global requests for user information"
    ]


def test_the_feeds_lead_to_the_pair(site: FastAPI, db: sqlite3.Connection) -> None:
    found = pair(db)
    address = f"/sources/google/changes/{found['old'][:12]}/{found['new'][:12]}#withdrawn"
    tree = ET.fromstring(ask(site, "/feeds/changes.atom").content)
    links = [link.get("href", "") for link in tree.iter("{http://www.w3.org/2005/Atom}link")]
    given = json.loads(ask(site, "/feeds/changes.json").content)
    assert any(link.endswith(address) for link in links)
    assert any(item["url"].endswith(address) for item in given["items"])


def test_a_second_publication_of_the_same_builds_nothing(scraped: Settings) -> None:
    db = open_desk(scraped.desk)
    again = editions.publish(db, scraped.archive, scraped.editions, lambda text: None)
    assert not again.new


# Rights


def test_only_files_whose_licence_allows_it_are_handed_out(
    site: FastAPI, scraped: Settings, db: sqlite3.Connection
) -> None:
    folder = scraped.editions / "current" / "snapshots"
    copied = {path.stem for path in folder.iterdir()}
    allowed = {row[0] for row in db.execute("SELECT sha256 FROM snapshots WHERE mirrored")}
    assert copied == allowed
    question = """
    SELECT DISTINCT r.id, s.sha256, s.mirrored FROM snapshots s
    JOIN observations o ON o.snapshot = s.sha256 JOIN sources r ON r.id = o.source
    WHERE r.kind = 'scraped'
    """
    by_source: dict[str, set[int]] = {}
    for row in db.execute(question):
        by_source.setdefault(row["id"], set()).add(row["mirrored"])
    assert by_source["google"] == by_source["apple"] == by_source["discord"] == {0}
    assert by_source["home_office_spend"] == by_source["wikimedia"] == {1}
    for row in db.execute("SELECT sha256, mirrored FROM snapshots").fetchall():
        answer = ask(site, f"/snapshots/{row['sha256']}/download")
        if row["mirrored"]:
            assert hashlib.sha256(answer.content).hexdigest() == row["sha256"]
        else:
            assert answer.status == 404 and "do not let us hand them on" in answer.words


def test_what_is_not_handed_out_tells_hash_size_address_day_and_how_to_check(
    site: FastAPI, db: sqlite3.Connection
) -> None:
    sha256 = db.execute("SELECT snapshot FROM fetches WHERE source = 'apple'").fetchone()[0]
    told = page(site, f"/snapshots/{sha256}")
    held = db.execute("SELECT * FROM snapshots WHERE sha256 = ?", [sha256]).fetchone()
    for said in (sha256, f"{held['bytes']:,} bytes", "sha256sum", "No copy is handed out"):
        assert said in told.words
    assert "https://www.apple.com/legal/zip/transparency/Apple_Transparency_Report.zip" in told.text
    assert "Fetched" in told.words and "Download the bytes" not in told.words


def test_the_day_of_a_fetch_does_not_make_another_edition(scraped: Settings) -> None:
    conn = sqlite3.connect(":memory:")
    with sqlite3.connect(scraped.editions / "current" / editions.NAME) as held:
        held.backup(conn)
    before = editions.content_hash(conn)
    conn.execute("UPDATE fetches SET first_fetched = '1999-01-01', last_fetched = '1999-01-01'")
    assert editions.content_hash(conn) == before
    conn.execute("UPDATE fetches SET address = 'https://elsewhere.example/'")
    assert editions.content_hash(conn) != before


# Health


def test_sources_show_their_health_and_what_is_unproven(site: FastAPI) -> None:
    told = page(site, "/sources").words
    for said in ("Last look", "Last change", "Next due", "unproven", "Not looked at on this inst"):
        assert said in told
    state = page(site, "/sources/google").words
    for said in ("State Good", "Last look", "Next publication due", "by its pace of 6 months",
                 "proven on real files", "1 look, the newest first"):  # fmt: skip
        assert said in state
    assert "file waits for a person" in page(site, "/sources/microsoft").words


def test_every_source_that_the_list_names_has_its_page(site: FastAPI) -> None:
    for address in set(
        re.findall(r'href="(/sources/[a-z_]+)#health"', page(site, "/sources").text)
    ):
        assert page(site, address)


@pytest.mark.parametrize("harm", ["missing", "{", '{"sources": [{"id": "google"}]}', "[]"])
def test_without_facts_the_pages_say_that_nobody_looked(
    site: FastAPI, scraped: Settings, harm: str
) -> None:
    path = scraped.public / "health.json"
    kept = path.read_bytes()
    try:
        path.unlink() if harm == "missing" else path.write_text(harm)
        for address in ("/sources", "/sources/google"):
            assert "Not looked at on this installation" in page(site, address).words
    finally:
        path.write_bytes(kept)


def test_the_pages_change_with_the_health(site: FastAPI, scraped: Settings) -> None:
    path = scraped.public / "health.json"
    kept, tag = path.read_bytes(), ask(site, "/sources").header("etag")
    try:
        path.write_bytes(kept + b"\n")
        assert ask(site, "/sources", headers=[("If-None-Match", tag)]).status == 200
    finally:
        path.write_bytes(kept)


def test_the_site_reads_no_private_store(scraped: Settings, tmp_path: Path) -> None:
    for name in ("editions", "public"):
        shutil.copytree(scraped.var / name, tmp_path / name, symlinks=True)
    reader = create_app(Settings(var=tmp_path))
    assert "State Good" in page(reader, "/sources/google").words
    assert not (tmp_path / "desk.db").exists()


# What sources tell in words


def test_publications_stand_with_the_publisher_s_own_notes(
    site: FastAPI, db: sqlite3.Connection
) -> None:
    question = "SELECT * FROM publications WHERE source = 'govuk_watch'"
    held = db.execute(question).fetchall()
    assert held
    told = page(site, "/sources/govuk_watch")
    for row in held:
        assert row["title"] in told.words and row["url"] in told.text
        notes = db.execute("SELECT * FROM publication_notes WHERE publication = ?", [row["id"]])
        for note in notes.fetchall():
            assert note["note"] in told.words
        found = page(site, f"/search?q={row['title'].split(':')[0].replace(' ', '+')}")
        assert "/sources/govuk_watch#publication-" in found.text


def test_words_of_an_unproven_source_wait_for_a_person(
    scraped: Settings, db: sqlite3.Connection, tmp_path: Path
) -> None:
    assert db.execute("SELECT count(*) FROM foi_requests").fetchone()[0] == 0
    shutil.copytree(scraped.var, tmp_path / "var", symlinks=True)
    config = Settings(var=tmp_path / "var")
    desk = open_desk(config.desk)
    for row in waiting(desk, "whatdotheyknow", False):
        approve(desk, row["id"], "A. Person", "read; holds no names")
    editions.publish(desk, config.archive, config.editions, lambda text: None)
    conn = connect(config.editions / "current" / editions.NAME)
    held = conn.execute("SELECT * FROM foi_requests").fetchall()
    told = page(create_app(config), "/sources/whatdotheyknow")
    assert held and all(row["title"] in told.words for row in held)
    # Neither the bytes nor the address of a request goes out: both may name a person.
    for row in held:
        place = conn.execute("SELECT * FROM snapshots WHERE sha256 = ?", [row["snapshot"]])
        assert tuple(place.fetchone())[1:3] == (
            "Requests, as the site told them", "https://www.whatdotheyknow.com/",
        )  # fmt: skip
    named = "SELECT count(*) FROM fetches WHERE source = 'whatdotheyknow'"
    assert conn.execute(named).fetchone()[0] == 0
    conn.close()


# Operators, payments, conflicts


def test_warrants_and_national_security_are_drawn_as_bands(site: FastAPI) -> None:
    told = page(site, "/operators/apple")
    drawn = told.text.split('id="bands"', 1)[1].split('id="uk"', 1)[0]
    assert "UK warrants under the data access agreement".lower() in drawn.lower()
    assert drawn.index("United Kingdom") < drawn.index("United States")
    columns = re.findall(r'<tr role="row" class="([^"]+)">', drawn)
    assert columns and all("band" in kinds for kinds in columns)
    assert "0–499" in drawn and "500–999" in drawn
    # A band from 500 to 999 does not stand on the ground.
    assert re.search(r'class="bar h\d+ b[1-9]\d*"', drawn)


def test_payments_stand_with_their_rows_and_the_caution(
    site: FastAPI, db: sqlite3.Connection
) -> None:
    told = page(site, "/costs")
    assert "No row says “retention”" in told.words
    part = told.text.split('id="payments"', 1)[1].split("<h2", 1)[0]
    held = db.execute(
        'SELECT id, snapshot, "row" FROM observations WHERE measure = ?', ["payments_to_operators"]
    ).fetchall()
    assert held
    for row in held:
        cells = f'/observations/{row["id"]}">'
        line = next(each for each in part.splitlines() if cells in each)
        assert f'<td class="number">{row["row"]:,}</td>' in line
        assert f"/snapshots/{row['snapshot']}" in part


def test_the_sum_of_a_month_is_the_sum_of_its_rows(site: FastAPI, db: sqlite3.Connection) -> None:
    told = page(site, "/costs").words
    question = """
    SELECT snapshot, count(*) AS payments, round(sum(value), 2) AS paid FROM observations
    WHERE measure = 'payments_to_operators' GROUP BY snapshot
    """
    for row in db.execute(question):
        paid = f"£{row['paid']:,.2f}".removesuffix(".00")
        assert f"{row['payments']} payment{'s' if row['payments'] > 1 else ''}, {paid}" in told


def test_the_archived_row_of_a_publisher_s_file_is_shown_cell_by_cell(
    site: FastAPI, db: sqlite3.Connection
) -> None:
    question = "SELECT * FROM observations WHERE measure = 'payments_to_operators'"
    for o in db.execute(question).fetchall():
        told = page(site, f"/observations/{o['id']}").text
        archived = told.split("The archived row as it is", 1)[1].split("</details>", 1)[0]
        column = o["column"].strip()
        assert f"<dt>{column}</dt><dd>{o['printed']}</dd>" in archived


def test_two_payments_on_a_day_are_no_finding(scraped: Settings, db: sqlite3.Connection) -> None:
    question = (
        "SELECT count(*) - count(DISTINCT series || start) FROM observations WHERE measure = ?"
    )
    assert db.execute(question, ["payments_to_operators"]).fetchone()[0] > 0
    conn = editions.readonly(scraped.editions / "current" / editions.NAME)
    assert [each for each in checks.check_edition(conn) if "Paid to" in each.says] == []


@pytest.mark.parametrize(
    ("kind", "first", "second", "found"),
    [
        ("scraped", 3, 47548, False),  # one request named a shipment of phones
        ("scraped", 1100, 20000, True),
        ("scraped", 1100, 9000, False),
        ("company", 900, 20000, True),  # a person may have typed a digit too many
        ("company", 90, 950, False),
    ],
)
def test_a_leap_is_looked_at_by_how_the_figures_were_read(
    scraped: Settings, kind: str, first: int, second: int, found: bool
) -> None:
    conn = sqlite3.connect(":memory:")
    with sqlite3.connect(scraped.editions / "current" / editions.NAME) as held:
        held.backup(conn)
    conn.execute("UPDATE sources SET kind = ? WHERE id = 'google'", [kind])
    change = """
    UPDATE observations SET value = ? WHERE source = 'google' AND measure = 'company_requests'
     AND area = 'PL' AND start = ?
    """
    conn.execute(change, [first, "2018-01-01"])
    conn.execute(change, [second, "2018-07-01"])
    told = [
        each for each in checks.check_edition(conn)
        if each.check == "a sudden jump" and f"{first} in 2018-06-30, {second} in" in each.says
    ]  # fmt: skip
    assert bool(told) == found


def test_what_is_known_of_a_source_that_was_not_scraped_stands_in_words(
    app: FastAPI, published: Settings
) -> None:
    told = page(app, "/corrections").words
    assert "Google on Ireland, first half of 2017: 53 requests or 42" in told
    assert "42 requests, Google’s download of 2024" in told
    assert "Apple: devices named by China leap while requests do not" in told
    conn = editions.readonly(published.editions / "current" / editions.NAME)
    assert list(checks.check_edition(conn)) == []


def test_in_the_real_files_figures_that_overlap_agree_or_are_explained(
    shared: Path, tmp_path: Path
) -> None:
    config = installation(tmp_path)
    db = open_desk(config.desk)
    run = running.start(config, db, lambda text: None)
    modules = registry.chosen(("apple", "discord", "google", "meta", "wikimedia"))
    for _ in running.every(run, modules, shared / "samples"):
        pass
    editions.publish(db, config.archive, config.editions, lambda text: None)
    conn = editions.readonly(config.editions / "current" / editions.NAME)
    assert list(checks.check_edition(conn)) == []
    (found,) = conn.execute(
        "SELECT changed, withdrawn, blank_became_zero, new_in_old_period FROM comparisons"
        " WHERE source = 'google'"
    )
    assert found == (22, 21, 109, 24)
    unlike = conn.execute(OVERLAPS).fetchall()
    assert len(unlike) == 12 and {row[1] for row in unlike} == {"IE", "LV"}
    for figure, _ in unlike:
        question = "SELECT count(*) FROM conflict_sides WHERE observation = ?"
        explained = conn.execute(question, [figure]).fetchone()[0]
        assert explained or conn.execute(SAME_ROW, [figure]).fetchone()[0], figure


OVERLAPS = """
SELECT o.id, o.area FROM observations o JOIN observations p ON p.series = o.series
 AND p.start = o.start AND p."end" = o."end" AND p.source <> o.source
JOIN sources r ON r.id = o.source WHERE r.kind = 'scraped' AND p.value IS NOT o.value
"""
# Accounts and share stand in the row whose requests the conflict names.
SAME_ROW = """
SELECT count(*) FROM observations o JOIN observations p ON p.snapshot = o.snapshot
 AND p.area = o.area AND p.start = o.start AND p."row" = o."row"
JOIN conflict_sides s ON s.observation = p.id WHERE o.id = ?
"""
