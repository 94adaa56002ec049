"""A document with pictures of its pages and figures that two people agreed on, ready to publish."""

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import uvicorn
from desk_review import A, B, add_table, figures, room
from fastapi import FastAPI
from PIL import Image, ImageDraw

from portal.config import Settings, settings
from portal.desk.review import finishing
from portal.desk.review.rules import TWO_PEOPLE
from portal.publish import editions
from portal.store import archive, review
from portal.store.desk import Desk, open_desk, transaction
from portal.store.review import NewReading
from portal.web import app as site
from portal.web import documents, reports

SCALE = 1.5
SIZE = (893, 1263)
SECRET = (200, 0, 200)  # the colour of a cell that is held
PAPER, INK = (255, 255, 255), (0, 0, 0)


def page_picture(texts: list[str], held: tuple[float, ...] | None = None) -> bytes:
    """A page of A4 with a table drawn where desk_review puts its boxes."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    for row, text in enumerate(["Requests", *texts]):
        for column, words in enumerate([str(2000 + row) if row else "Year", text]):
            at = (SCALE * (80 + 120 * column + 4), SCALE * (100 + 20 * row + 2))
            pen.text(at, words, fill=INK)
    if held:
        pen.rectangle([SCALE * each for each in held], fill=SECRET)
    found = io.BytesIO()
    picture.save(found, "PNG")
    return found.getvalue()


def answered(
    folder: Path, count: int = 3, page: int = 2, held: tuple[float, ...] | None = None
) -> tuple[Settings, Desk, str]:
    """An installation with one PDF answer: `count` figures on a page, agreed on and recorded."""
    config, db = room(folder)
    document, ids = figures(db, config.archive, count, page=page)
    texts = [f"1,{n:03d}" for n in range(1, count + 1)]
    add_page(config, db, document, page, page_picture(texts, held))
    agree(db, ids)
    assert [each.problems for each in finishing.finish(db, config.archive)] == [()]
    return config, db, document


def add_page(config: Settings, db: Desk, document: str, page: int, png: bytes) -> None:
    """The picture of a page, as reading keeps it."""
    db["pages"].insert({
        "document": document, "page": page, "picture": archive.keep(config.archive, png),
        "width": SIZE[0], "height": SIZE[1], "scale": SCALE,
    })  # fmt: skip


def agree(db: Desk, ids: list[int]) -> None:
    """Two people read each proposal and come to the same."""
    for id in ids:
        row = review.proposal(db, id)
        with transaction(db) as conn:
            for person in (A, B):
                told = (row["printed"], row["value"], row["low"], row["high"], row["status"], "")
                review.add(conn, NewReading(id, person, "accept", *told))
            review.restate(conn, id, "agreed", row["version"])
            review.approve(conn, id, TWO_PEOPLE, B)


def hold(db: Desk, document: str, box: tuple[float, ...] | None, page: int) -> None:
    """A cell of the page whose text waits for a reviewer."""
    table = add_table(db, document, ["", "", "", "", "", "", "", ""], page)
    content = db.execute("SELECT content FROM document_tables WHERE id = ?", [table]).fetchone()[0]
    if box:
        content = content.replace("[200.0,260.0,300.0,276.0]", str(list(box)).replace(" ", ""))
    else:
        content = content.replace('"box":[200.0,260.0,300.0,276.0],', "")
    with transaction(db) as conn:
        conn.execute("UPDATE document_tables SET content = ? WHERE id = ?", [content, table])
        conn.execute(
            'INSERT INTO held_cells (table_id, "row", "column", reason, text)'
            " VALUES (?, 8, 1, 'free_text', 'held back')",
            [table],
        )


def publish(config: Settings, db: Desk) -> editions.Edition:
    """The next edition."""
    return editions.publish(db, config.archive, config.editions, lambda text: None)


def edition_rows(config: Settings, sql: str) -> list[tuple[object, ...]]:
    """Rows of the edition that stands."""
    path = config.editions / "current" / editions.NAME
    with closing(editions.readonly(path.resolve())) as conn:
        return conn.execute(sql).fetchall()


def create_site(config: Settings) -> FastAPI:
    """The public site over that installation."""
    made = site.create_app(config)
    there = {getattr(route, "path", "") for route in made.routes}
    for router in (documents.router, reports.router):
        if not {route.path for route in router.routes} & there:
            made.include_router(router)
    return made


def serve() -> None:
    """Serve that site until ended, as `python -c "import publishing_site; ..."` starts it."""
    config = settings()
    uvicorn.run(
        create_site(config),
        host="127.0.0.1",
        port=config.port,
        log_level="warning",
        access_log=False,
    )


@contextmanager
def serving(config: Settings, log: Path) -> Iterator[str]:
    """The public site in a process of its own; all that it says goes into a file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {**os.environ, "PORTAL_VAR": str(config.var), "PORTAL_PORT": str(port)}
    given |= {"PORTAL_DATA": str(config.data), "PORTAL_DESK_ON": "0"}
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", "import publishing_site; publishing_site.serve()"],
            env=given,
            cwd=Path(__file__).parent,
            stdout=said,
            stderr=said,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the site ended before it began"
        with suppress(OSError), urllib.request.urlopen(f"{address}/robots.txt") as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def copied(config: Settings, folder: Path) -> tuple[Settings, Desk]:
    """The same installation once more, to be changed by one test."""
    shutil.copytree(config.var, folder / "var", symlinks=True)
    made = replace(config, var=folder / "var")
    return made, open_desk(made.desk)
