"""What readers find on the site, over the edition of all bundled figures."""

import hashlib
import json
import re
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from asking import Answer, ask
from fastapi import FastAPI

from portal.config import Settings
from portal.store.reading import bodies, datasets, machine, observations, operators, sources
from portal.store.reading import register as registers
from portal.store.reading.search import found
from portal.web.app import create_app
from portal.web.edition import connect

FIGURE = re.compile(r'href="(/observations/[0-9a-f]{12})"')


@pytest.fixture(scope="session")
def db(published: Settings) -> Iterator[sqlite3.Connection]:
    opened = connect(published.editions / "current" / "retention-watch.db")
    yield opened
    opened.close()


def one(db: sqlite3.Connection, question: str, *given: object) -> sqlite3.Row:
    row: sqlite3.Row = db.execute(question, given).fetchone()
    assert row is not None
    return row


def links(answer: Answer, address: str) -> set[str]:
    """The addresses on this site that a page leads to."""
    given = (unescape(each) for each in re.findall(r'(?:href|action)="([^"]+)"', answer.text))
    joined = (urljoin(f"http://site{address}", each) for each in given)
    return {each.removeprefix("http://site") for each in joined if each.startswith("http://site/")}


# Search


def test_security_service_2013_gives_the_figure_first(app: FastAPI) -> None:
    page = ask(app, "/search?q=security+service+2013")
    first = page.text.split("<ol", 1)[1].split("</li>", 1)[0]
    assert "56,918" in first and "/observations/" in first


def test_metropolitan_gives_the_metropolitan_police_first(app: FastAPI) -> None:
    page = ask(app, "/search?q=metropolitan")
    assert links_in(page.text.split("<ol", 1)[1])[0] == "/bodies/metropolitan-police-service"


def links_in(text: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', text)


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("mi5", "/bodies/security-service"),
        ("56,918", "/observations/"),
        ("56918", "/observations/"),
        ("goog", "/operators/google"),
        ("west mercia", "/bodies/west-mercia-police"),
        ("item of data", "/glossary#unit-item"),
    ],
)
def test_names_numbers_and_beginnings_are_found(
    db: sqlite3.Connection, asked: str, address: str
) -> None:
    assert any(hit.address.startswith(address) for hit in found(db, asked).hits[:5])


def test_words_that_nothing_holds_find_what_holds_some_and_say_so(app: FastAPI) -> None:
    assert "Nothing holds all of these words" in ask(app, "/search?q=kent+zzzzz").words
    assert "Nothing here holds these words" in ask(app, "/search?q=zzzzz").words


@pytest.mark.parametrize(
    "asked", ['"', "AND OR NOT", "title:x", "NEAR(a b)", "a*b", "';--", "^x", "%", "-", "{", "\0"]
)
def test_the_language_of_the_index_cannot_be_spoken_by_readers(
    db: sqlite3.Connection, asked: str
) -> None:
    assert found(db, asked) is not None


# One figure


def test_a_figure_leads_back_to_its_cell(app: FastAPI, db: sqlite3.Connection) -> None:
    o = one(db, "SELECT * FROM observations WHERE value = 56918")
    page = ask(app, f"/observations/{o['id']}")
    source = one(db, "SELECT * FROM sources WHERE id = ?", o["source"])
    for said in ("56,918", "notices and authorisations", o["snapshot"], o["page"], "2013"):
        assert said in page.words
    assert source["title"] in page.words and unescape(o["url"]) in unescape(page.text)
    assert f"row {o['row']}" in page.words


def test_the_archived_row_on_the_page_is_the_row_in_the_archived_bytes(
    app: FastAPI, db: sqlite3.Connection
) -> None:
    o = one(db, "SELECT * FROM observations WHERE value = 56918")
    page = ask(app, f"/observations/{o['id']}")
    bytes_held = ask(app, f"/snapshots/{o['snapshot']}/download")
    assert hashlib.sha256(bytes_held.content).hexdigest() == o["snapshot"]
    line = bytes_held.text.splitlines()[o["row"]]
    assert "56918" in line and o["source"] in line
    archived = page.text.split("The archived row as it is", 1)[1].split("</details>", 1)[0]
    assert "56918" in archived and o["source"] in archived


def test_every_sampled_figure_page_shows_value_unit_period_source_and_hash(
    app: FastAPI, db: sqlite3.Connection
) -> None:
    ids = [row["id"] for row in db.execute("SELECT id FROM observations ORDER BY id")]
    for id in ids[::60]:
        page = ask(app, f"/observations/{id}")
        held = one(
            db,
            "SELECT o.*, r.title, u.label FROM observations o JOIN sources r ON r.id = o.source "
            "JOIN units u ON u.id = o.unit WHERE o.id = ?",
            id,
        )
        assert page.status == 200
        for said in (held["printed"], held["period"], held["title"], held["label"]):
            assert re.sub(r"\s+", " ", said) in page.words, id
        assert held["snapshot"] in page.text


def test_both_sides_of_a_conflict_stand_on_the_page_of_each(
    app: FastAPI, db: sqlite3.Connection
) -> None:
    sides = db.execute(
        "SELECT observation FROM conflict_sides WHERE conflict = 'total-2016' ORDER BY position"
    ).fetchall()
    for side in sides:
        page = ask(app, f"/observations/{side['observation']}")
        assert "Disputed" in page.words
        assert "754,559" in page.words and "754,599" in page.words


def test_a_figure_can_be_cited_as_text_and_as_bibtex(app: FastAPI, db: sqlite3.Connection) -> None:
    o = one(db, "SELECT * FROM observations WHERE value = 56918")
    words = ask(app, f"/observations/{o['id']}").words
    assert "Retention Watch, edition 1, figure " + o["id"] in words
    assert "@misc{retention-watch-" + o["id"] in words


def test_a_break_stands_on_the_page_of_a_figure_that_it_touches(
    app: FastAPI, db: sqlite3.Connection
) -> None:
    o = one(
        db, "SELECT o.* FROM observations o WHERE measure = 'cd_items' AND start = '2015-01-01'"
    )
    page = ask(app, f"/observations/{o['id']}")
    for each in db.execute(observations.BREAKS, ["cd_items", "_T", "_T"]):
        assert each["title"] in page.words


# Bodies and operators


def test_a_rate_shows_numerator_denominator_method_and_caution(
    app: FastAPI, db: sqlite3.Connection
) -> None:
    page = ask(app, "/bodies/metropolitan-police-service")
    rates = page.text.split('id="rates"', 1)[1].split("<h2", 1)[0]
    held = bodies.body_page(db, "metropolitan-police-service")
    assert held is not None and held.rates
    assert len(FIGURE.findall(rates)) == 2 * len(held.rates)
    assert "per 100 officers" in rates
    for caution, _ in held.rate_cautions:
        assert caution in unescape(rates)


def test_a_rate_is_only_computed_from_sizes_inside_the_period(db: sqlite3.Connection) -> None:
    for row in db.execute("SELECT id FROM bodies WHERE body_type = 'police_force'").fetchall():
        page = bodies.body_page(db, row["id"])
        for rate in page.rates if page else []:
            assert rate.figure.start <= rate.base.start <= rate.figure.end


def test_no_rate_is_computed_for_the_city_of_london(app: FastAPI) -> None:
    page = ask(app, "/bodies/city-of-london-police")
    assert "No rate is computed for this body" in page.words
    assert 'id="rates"' not in page.text


def test_a_body_without_figures_shows_a_gap_and_no_zero(app: FastAPI) -> None:
    page = ask(app, "/bodies/kent-police")
    assert "No figure on requests by this body is held" in page.words
    assert "a gap, not a zero" in page.words


def test_a_force_names_its_predecessors(app: FastAPI) -> None:
    assert "Strathclyde Police (until 2013)" in ask(app, "/bodies/police-scotland").words.replace(
        " (until", " (until"
    )
    assert "Followed by Police Scotland" in ask(app, "/bodies/strathclyde-police").words


def test_an_operator_asked_for_among_the_bodies_is_shown_as_operator(app: FastAPI) -> None:
    assert ask(app, "/bodies/google").header("location") == "/operators/google"
    assert ask(app, "/operators/kent-police").header("location") == "/bodies/kent-police"


def test_the_list_of_bodies_can_be_narrowed_down(app: FastAPI) -> None:
    page = ask(app, "/bodies?type=intelligence")
    assert "/bodies/security-service" in page.text and "/bodies/kent-police" not in page.text
    assert "/bodies/kent-police" in ask(app, "/bodies?name=kent").text
    assert "No body fits this" in ask(app, "/bodies?type=nothing").words


def test_companies_never_stand_among_those_who_ask(app: FastAPI) -> None:
    assert "/bodies/google" not in ask(app, "/bodies").text


# Links


def test_no_link_on_the_site_is_broken(app: FastAPI) -> None:
    """Follows every link but those to figures, of which it samples, and into the open tables."""
    seen: dict[str, Answer] = {}
    waiting = ["/"]
    fragments: set[tuple[str, str, str]] = set()
    broken: list[str] = []
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen[address] = answer = ask(app, address)
        if answer.status not in (200, 307, 308):
            broken.append(f"{address} ({answer.status})")
            continue
        if not answer.header("content-type").startswith("text/html"):
            continue
        for link in links(answer, address):
            there, fragment = urldefrag(link)
            if fragment:
                fragments.add((address, there, fragment))
            if not left_out(there):
                waiting.append(there)
    assert len(seen) > 400
    for address, there, fragment in sorted(fragments):
        if (
            there in seen
            and there not in ("/retention", "/timeline")
            and f'id="{fragment}"' not in seen[there].text
        ):
            broken.append(f"{address}: {there}#{fragment}")
    assert broken == []


@pytest.mark.parametrize(
    ("page", "table"), [("/retention", "laws"), ("/timeline", "timeline")], ids=["laws", "events"]
)
def test_laws_and_events_can_be_linked_to(
    app: FastAPI, db: sqlite3.Connection, page: str, table: str
) -> None:
    text = ask(app, page).text
    for row in db.execute(f"SELECT id FROM {table}"):
        assert f'id="{row["id"]}"' in text


def left_out(address: str) -> bool:
    """Figures and series beyond a sample, the open tables, and pages of other parts of the site."""
    sampled = address.startswith(("/observations/", "/api/v1/observations/"))
    many = address.startswith(("/trends", "/compare")) and "?" in address
    by_hash = int(hashlib.sha256(address.encode()).hexdigest(), 16)
    return (
        (sampled and by_hash % 30 != 0)
        or (many and by_hash % 30 != 0)
        or address.startswith(("/data", "/static/"))
        or address.endswith("retention-watch.db")
    )


# Datasets and downloads


def test_every_file_handed_out_is_the_file_that_the_manifest_lists(app: FastAPI) -> None:
    manifest = json.loads(ask(app, "/downloads/1/manifest.json").content)
    names = [name for name in manifest["files"] if not name.startswith("snapshots/")]
    assert len(names) > 20
    for name in names:
        answer = ask(app, f"/downloads/1/{name.removeprefix('downloads/')}")
        assert hashlib.sha256(answer.content).hexdigest() == manifest["files"][name]["sha256"]
        assert answer.header("content-disposition").startswith("attachment")
        assert answer.header("x-content-type-options") == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "..%2fmanifest.json",
        "%2e%2e%2f%2e%2e%2fdesk.db",
        "....//desk.db",
        "..%5cdesk.db",
        "%2fetc%2fpasswd",
        "volume.csv%00",
        "snapshots%2f",
        "",
        ".",
        "retention-watch.db-journal",
    ],
)
def test_no_other_file_can_be_reached(app: FastAPI, name: str) -> None:
    assert ask(app, f"/downloads/1/{name}").status in (404, 308)
    assert ask(app, f"/static/{name}").status in (404, 308)


def test_an_edition_that_is_not_here_is_said_so(app: FastAPI) -> None:
    assert "Edition 77 does not stand here" in ask(app, "/downloads/77/volume.csv").words


def test_a_dataset_page_describes_every_column_of_its_file(app: FastAPI) -> None:
    header = ask(app, "/downloads/1/volume.csv").text.splitlines()[0].split(",")
    page = ask(app, "/datasets/volume")
    rows = re.findall(r'<th scope="row" class="mono">([^<]+)</th><td>([^<]+)</td>', page.text)
    assert [name for name, _ in rows] == header


# The interface for programs, feeds, notices


def test_figures_for_programs_carry_their_caveats(app: FastAPI, db: sqlite3.Connection) -> None:
    given = json.loads(ask(app, "/api/v1/observations?measure=cd_notices").content)
    held = one(db, "SELECT * FROM measures WHERE id = 'cd_notices'")
    assert given["ok"] and given["edition"] == 1
    assert {each["measure"] for each in given["observations"]} == {"cd_notices"}
    assert given["caveats"][0]["caution"] == held["caution"]
    assert given["caveats"][0]["breaks"]


def test_pages_for_programs_lead_through_all_figures(app: FastAPI, db: sqlite3.Connection) -> None:
    address: str | None = "/api/v1/observations?size=1000"
    ids = []
    while address:
        given = json.loads(ask(app, address).content)
        ids += [each["id"] for each in given["observations"]]
        address = given["next"]
    total = one(db, "SELECT count(*) FROM observations")[0]
    assert len(ids) == len(set(ids)) == total


def test_a_figure_for_programs_is_the_figure_of_the_page(
    app: FastAPI, db: sqlite3.Connection
) -> None:
    o = one(db, "SELECT * FROM observations WHERE value = 56918")
    given = json.loads(ask(app, f"/api/v1/observations/{o['id']}").content)
    assert given["observation"]["value"] == 56918
    assert given["snapshot"]["sha256"] == o["snapshot"]
    assert given["revisions"][0]["printed"] == o["printed"]


@pytest.mark.parametrize(
    "query", ["area=GB", "size=0", "size=x", "page=0", "first=soon", "page=1000&size=1000"]
)
def test_what_programs_ask_wrongly_is_refused_in_one_shape(app: FastAPI, query: str) -> None:
    answer = ask(app, f"/api/v1/observations?{query}")
    given = json.loads(answer.content)
    assert answer.status in (400, 422)
    assert given["ok"] is False and given["status"] == answer.status and given["error"]


def test_the_documentation_names_every_parameter(app: FastAPI) -> None:
    schema = json.loads(ask(app, "/api/v1/openapi.json").content)
    page = ask(app, "/docs").words
    for path, methods in schema["paths"].items():
        assert path in page
        for parameter in methods["get"].get("parameters", []):
            assert parameter["name"] in page


def test_the_feeds_are_well_formed_and_tell_the_same(app: FastAPI) -> None:
    tree = ET.fromstring(ask(app, "/feeds/changes.atom").content)
    entries = tree.findall("{http://www.w3.org/2005/Atom}entry")
    given = json.loads(ask(app, "/feeds/changes.json").content)
    ids = [entry.findtext("{http://www.w3.org/2005/Atom}id") for entry in entries]
    assert ids == [item["id"] for item in given["items"]] != []


def test_security_txt_has_what_the_standard_asks(app: FastAPI) -> None:
    lines = dict(
        line.split(": ", 1) for line in ask(app, "/.well-known/security.txt").text.splitlines()
    )
    assert {"Contact", "Expires", "Canonical", "Policy"} <= set(lines)
    assert lines["Contact"].startswith("mailto:")


# What goes wrong


def test_a_mistyped_address_suggests_what_was_meant(app: FastAPI) -> None:
    page = ask(app, "/bodies/metropolitan-polise-service")
    assert page.status == 404
    assert "/bodies/metropolitan-police-service" in page.text


@pytest.mark.parametrize("address", ["/changes?page=x", "/bodies/kent-police?page=0"])
def test_a_wrong_value_is_answered_in_words(app: FastAPI, address: str) -> None:
    page = ask(app, address)
    assert page.status == 422
    assert "A value in this address does not fit" in page.words and "page:" in page.words


# Editions


@pytest.fixture
def copy(published: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(published.editions, tmp_path / "editions", symlinks=True)
    for path in (tmp_path / "editions").rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o644)
    return Settings(var=tmp_path)


def second_edition(config: Settings) -> None:
    """Put a second edition beside the first; the link stays."""
    folder = config.editions / "0002"
    shutil.copytree(config.editions / "0001", folder)
    manifest = folder / "manifest.json"
    text = manifest.read_text("utf-8").replace('"edition": 1', '"edition": 2')
    manifest.write_text(text, "utf-8")


def point_at(config: Settings, name: str) -> None:
    link = config.editions / ".current-next"
    link.symlink_to(name)
    link.replace(config.editions / "current")


def test_a_new_edition_is_shown_without_a_restart_and_no_request_fails(copy: Settings) -> None:
    app = create_app(copy)
    assert "Edition 1" in ask(app, "/datasets").words
    second_edition(copy)
    for turn in range(20):
        point_at(copy, "0002" if turn % 2 == 0 else "0001")
        page = ask(app, "/datasets")
        assert page.status == 200
        assert f"Edition {2 if turn % 2 == 0 else 1}" in page.words
    assert ask(app, "/downloads/1/volume.csv").status == 200


def test_without_an_edition_the_site_says_so(tmp_path: Path) -> None:
    for address in ("/", "/bodies", "/api/v1/series", "/downloads/current/volume.csv", "/nothing"):
        answer = ask(create_app(Settings(var=tmp_path)), address)
        assert answer.status == (404 if address == "/nothing" else 503)
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("file", ["retention-watch.db", "manifest.json"])
@pytest.mark.parametrize("harm", ["empty", "garbage", "half", "gone"])
def test_a_damaged_edition_is_a_page_and_no_trace(copy: Settings, file: str, harm: str) -> None:
    path = copy.editions / "0001" / file
    content = path.read_bytes()
    path.unlink()
    if harm != "gone":
        path.write_bytes(
            {"empty": b"", "garbage": b"\xff" * 5000, "half": content[: len(content) // 2]}[harm]
        )
    app = create_app(copy)
    for address in ("/bodies", "/corrections", "/observations/0", "/search?q=police"):
        answer = ask(app, address)
        assert answer.status in (503, 200, 404)
        assert "Traceback" not in answer.text
    assert harm == "half" or ask(app, "/bodies").status == 503


def test_a_damaged_edition_is_explained_to_the_operator(
    copy: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (copy.editions / "0001" / "manifest.json").write_text("{", "utf-8")
    ask(create_app(copy), "/bodies?name=secret")
    assert "this edition cannot be read" in caplog.text
    assert "secret" not in caplog.text


# Questions


def test_no_question_reads_all_figures(published: Settings) -> None:
    db = connect(published.editions / "current" / "retention-watch.db")
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    id = one(db, "SELECT id FROM observations WHERE disputed = 1")["id"]
    sha256 = one(db, "SELECT sha256 FROM snapshots")["sha256"]
    asked.clear()
    bodies.bodies(db), bodies.body_page(db, "metropolitan-police-service")
    operators.operators(db), operators.operator_page(db, "google")
    observations.figure_page(db, id), found(db, "security service 2013")
    sources.source(db, "iocco-2013", 1), sources.snapshot(db, sha256, 1)
    registers.register(db), registers.changes(db), datasets.dataset(db, "volume")
    for name in machine.INDEXED:
        machine.observations(db, {name: "x"}, "2013", "", 1, 10)
    db.set_trace_callback(None)
    for question in {each for each in asked if each.lstrip().startswith(("SELECT", "WITH"))}:
        for step in db.execute(f"EXPLAIN QUERY PLAN {question}"):
            assert not re.match(r"SCAN (o|observations)\b", step["detail"]), question
    db.close()
