"""No canary of a hostile file in anything public: editions, pages, downloads, tables, search, logs.

Files go the whole way: received, inspected and read by the worker, mapped, read by two people,
published with everything that can be let out of them, served, and every public byte is searched.
"""

import base64
import csv
import gzip
import io
import json
import random
import re
import sqlite3
import urllib.error
import urllib.request
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
from canaries import found_in, found_in_bytes
from desk_review import MAPPER, REQUEST, propose, room
from make_nasty import nasty_book, zipped
from PIL import Image, PngImagePlugin
from publishing_site import agree, edition_rows, publish, serving

from portal.config import Settings
from portal.core.errors import BadInput, PortalError
from portal.desk import copying
from portal.desk.intake import deciding
from portal.desk.intake.receive import receive
from portal.desk.publishing import releasing
from portal.desk.publishing.releasing import Wanted
from portal.desk.reading.tables import load
from portal.desk.reading.working import work_until_idle
from portal.desk.review import finishing
from portal.store.desk import Desk

BOOKS = 8
MOST_FIGURES = 3  # of one table
WHY = "The visible figures are counts of requests."
LOOKED = "Every page was read from top to bottom."
PLAIN = re.compile(r"[1-9][0-9]{0,3}(,[0-9]{3})*")


@dataclass
class Hostile:
    """A file, what must not come out of it, and what must."""

    name: str
    content: bytes
    canary: str
    survivor: str = ""


@dataclass
class Went:
    """What became of the files: their documents, and survivors whose figures are published."""

    documents: dict[str, str] = field(default_factory=dict)
    figures: int = 0
    survivors: list[str] = field(default_factory=list)


def through(config: Settings, db: Desk, files: list[Hostile]) -> Went:
    """Take files the whole way into an edition."""
    went = Went()
    for each in files:
        try:
            sha256 = receive(db, config.archive, each.content, each.name, MAPPER, request=REQUEST)
        except PortalError:
            continue  # a file of 0 bytes never becomes a document
        went.documents[each.name] = sha256
    work_until_idle(config, db, {})
    for row in db.execute("SELECT sha256, state, version FROM documents").fetchall():
        _let_out(config, db, *row)
    days = (date(1990, 1, 1) + timedelta(days=n) for n in range(10_000))
    tables = "SELECT t.id, t.document, t.content FROM document_tables t JOIN documents d"
    ids = []
    for table, document, content in db.execute(
        f"{tables} ON d.sha256 = t.document WHERE d.state = 'ready' ORDER BY t.id"
    ).fetchall():
        read, count = load(content), 0
        for cell in read.cells:
            if PLAIN.fullmatch(cell.text) and count < MOST_FIGURES:
                day = next(days).isoformat()
                given = {"row": cell.row, "column": cell.column, "page": cell.page}
                given |= {"reference": cell.reference, "start": day, "end": day, "period": day}
                given |= {"box": json.dumps(cell.box) if cell.box else ""}
                ids.append(propose(db, document, table, cell.text, **given))
                count += 1
        if count:
            visible = {cell.text for cell in read.cells} | {read.title}
            went.survivors += [
                each.survivor
                for each in files
                if each.survivor and any(each.survivor in text for text in visible)
            ]
    agree(db, ids)
    assert [each.problems for each in finishing.finish(db, config.archive) if each.problems] == []
    went.figures = len(ids)
    publish(config, db)
    return went


def _let_out(config: Settings, db: Desk, sha256: str, state: str, version: int) -> None:
    """Let out all that people may let out: the worst case."""
    if state not in ("ready", "quarantined"):
        return
    if state == "quarantined":
        deciding.use_figures(db, sha256, "reviewer-a", WHY, version)
    if db.execute("SELECT 1 FROM pages WHERE document = ?", [sha256]).fetchone():
        releasing.release(db, Wanted("pictures", WHY, LOOKED), sha256, "publisher-a")
    with suppress(BadInput):  # a letter has no table that could be copied
        copy = copying.keep(db, config.archive, sha256)
        releasing.release(db, Wanted("copy", WHY, copy=copy), sha256, "publisher-a")


def crawled(address: str, config: Settings, canaries: list[str], folder: Path) -> int:
    """Keep every public answer that may speak of documents; returns how many there were."""
    documents = [row[0] for row in edition_rows(config, "SELECT sha256 FROM documents")]
    figures = [row[0] for row in edition_rows(config, "SELECT observation FROM readers")]
    paths = [
        "/",
        "/documents",
        "/sources",
        "/datasets",
        "/changes",
        "/foi",
        "/methodology",
        "/bodies/kent-police",
    ]
    paths += ["/changes.atom", "/feeds/changes.atom", f"/sources/foi-{REQUEST}", "/nothing-here"]
    paths += [f"/documents/{each}" for each in documents]
    paths += [f"/snapshots/{each}" for each in documents]
    paths += [f"/documents/{each}/copy" for each in documents]
    for each in figures:
        paths += [f"/observations/{each}", f"/api/v1/observations/{each}"]
        paths += [f"/observations/{each}/picture.png"]
    paths += [f"/search?q={quote(each)}" for each in canaries[:20]]
    for table in ("documents", "readers", "pictures", "observations", "sources", "changes"):
        paths += [f"/data/retention-watch/{table}.json?_size=1000&_sort_desc=rowid"]
        paths += [f"/data/retention-watch/{table}"]
    with urllib.request.urlopen(f"{address}/datasets") as answer:
        links = re.findall(r'href="([^"]+)"', answer.read().decode())
    paths += [unescape(each) for each in links if each.startswith("/downloads/")]
    folder.mkdir()
    for number, path in enumerate(dict.fromkeys(paths)):
        request = urllib.request.Request(urljoin(address, path))
        try:
            with urllib.request.urlopen(request) as answer:
                content, head = answer.read(), str(answer.headers)
        except urllib.error.HTTPError as problem:
            assert problem.code < 500, path
            content, head = problem.read(), str(problem.headers)
        if path.startswith("/search"):
            # The page repeats what the reader typed; what it finds must not be of a document.
            assert b'"/documents/' not in content and b'"/observations/' not in content, path
            continue
        (folder / f"{number:05d}").write_bytes(head.encode() + b"\n" + content)
    return len(list(folder.iterdir()))


def searched(config: Settings, tmp_path: Path, canaries: list[str]) -> list[str]:
    """Serve and crawl, then look for canaries in everything that is public or a log."""
    pages = tmp_path / "pages"
    with serving(config, tmp_path / "site.log") as address:
        assert crawled(address, config, canaries, pages) > 20
    found = found_in(config.editions, canaries) + found_in(pages, canaries)
    found += found_in(tmp_path / "site.log", canaries)
    if config.public.is_dir():
        found += found_in(config.public, canaries)
    return found


def test_no_canary_of_generated_workbooks_comes_out(tmp_path: Path) -> None:
    config, db = room(tmp_path)
    dice = random.Random(20260)
    files = []
    for number in range(BOOKS):
        canary = f"CNRY-{chr(ord('Q') + number)}XKVWZ"
        content, _ = nasty_book(dice, canary, 3)
        assert found_in_bytes(content, [canary]), "the file holds what is looked for"
        files.append(Hostile(f"answer-{canary}-{number}.xlsx", content, canary))
    went = through(config, db, files)
    assert len(went.documents) == BOOKS and went.figures >= 2 * BOOKS
    copies = edition_rows(config, "SELECT count(*) FROM documents WHERE copy <> ''")
    assert copies == [(BOOKS,)]
    headings = edition_rows(config, "SELECT DISTINCT heading FROM readers")
    assert headings and all(heading in HEADINGS for (heading,) in headings)
    assert searched(config, tmp_path, [each.canary for each in files]) == []


HEADINGS = ("Authorisations by area", "Requests by area", "Notices issued")


@pytest.mark.slow
def test_no_canary_of_the_collected_hostile_files_comes_out(tmp_path: Path, shared: Path) -> None:
    folder = shared / "samples" / "nasty"
    with (folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    files = [
        Hostile(
            Path(row["path"]).name, (folder / row["path"]).read_bytes(), row["canary"],
            row["must_survive"],
        )
        for row in rows
        if row["expected_outcome"] != "measure"
    ]  # fmt: skip
    canaries = sorted({each.canary for each in files if each.canary})
    config, db = room(tmp_path)
    went = through(config, db, files)
    print(f"{len(files)} files, {len(went.documents)} documents, {went.figures} figures;")
    print(f"{len(canaries)} canaries, {len(set(went.survivors))} survivors with figures")
    assert searched(config, tmp_path, canaries) == []
    assert len(set(went.survivors)) >= 38
    lost = [each for each in set(went.survivors) if not found_in(config.editions, [each])]
    assert lost == []


SECRET = "CNRY-Deep42"


def test_the_search_finds_a_canary_wherever_it_is_put(tmp_path: Path) -> None:
    png = io.BytesIO()
    chunk = PngImagePlugin.PngInfo()
    chunk.add_text("Comment", SECRET, zip=True)
    Image.new("RGB", (2, 2)).save(png, "PNG", pnginfo=chunk)
    database = tmp_path / "made.db"
    with sqlite3.connect(database) as conn:
        conn.execute("CREATE TABLE t (x)")
        # Longer than a page: its middle lies across a border of two pages.
        conn.execute("INSERT INTO t VALUES (?)", ["x" * 4070 + SECRET + "x" * 4000])
    conn.close()
    pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nstream\n" + zlib.compress(SECRET.encode()) + b"\nendstream"
    planted = {
        "plain": SECRET.encode(),
        "upper": SECRET.upper().encode(),
        "wide": SECRET.encode("utf-16-le"),
        "wide the other way": SECRET.encode("utf-16-be"),
        "hex": SECRET.encode().hex().encode(),
        **{f"base64 {n}": base64.b64encode(b"x" * n + SECRET.encode() + b"y") for n in range(3)},
        "gzip": gzip.compress(SECRET.encode()),
        "zip": zipped({"a/b.xml": f"<t>{SECRET}</t>"}),
        "zip in zip": zipped({"inner.xlsx": zipped({"c.xml": SECRET})}),
        "name in zip": zipped({f"{SECRET}.txt": "x"}),
        "png": png.getvalue(),
        "database": database.read_bytes(),
        "pdf": pdf,
        "gzip of a database": gzip.compress(database.read_bytes()),
    }
    for name, content in planted.items():
        assert found_in_bytes(content, [SECRET]), name
        assert not found_in_bytes(content, ["CNRY-Other1"]), name
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "x.bin").write_bytes(planted["zip in zip"])
    (folder / f"{SECRET}.txt").write_bytes(b"")
    assert len(found_in(folder, [SECRET])) == 2
    assert zipfile.is_zipfile(io.BytesIO(planted["zip"]))
