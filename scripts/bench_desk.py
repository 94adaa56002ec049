"""Times the desk's readers, and what readers of the site notice of it meanwhile.

    python -m scripts.bench_desk [SECONDS]

A PDF of 50 pages (bound: 40 s) and an XLSX of 100,000 rows (bound: 15 s) are received, inspected
and read by the worker as `portal work` does it; then the site is asked for SECONDS while nothing
else happens and for as long while the worker reads both over and over (bound: p99 under 3 times).
"""

import http.client
import io
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import openpyxl

from portal.config import Settings, settings
from portal.desk.intake.receive import receive
from portal.desk.reading import working
from portal.store.desk import existing_desk
from scripts.bench import PAGES, loaded
from tests.make_documents import report

PORT = 8193
ALWAYS = "read-always"
PAUSE = 0.02  # between two pages asked for


def main() -> None:
    """Run every measurement in a folder that is thrown away."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with tempfile.TemporaryDirectory() as folder:
        config = replace(Settings(), var=Path(folder) / "var", port=PORT)
        loaded(config)
        for what, name, content, bound in (
            ("PDF of 50 pages", "answer.pdf", report(50), 40),
            ("XLSX of 100,000 rows", "answer.xlsx", workbook(100_000), 15),
        ):
            spent, state, tables, cells = read(config, content, name)
            said = f"{state}, {tables} tables, {cells:,} cells"
            print(f"{what}, {len(content) / 1e6:.1f} MB: {spent:.1f} s (bound: {bound} s), {said}")
        with site(config) as server:
            idle = asked(seconds, lambda: True)
            with reading_always(config):
                busy = asked(seconds, lambda: True)
            assert server.poll() is None
        for name, times in (("idle", idle), ("while documents are read", busy)):
            print(f"site, {name}: p50 {at(times, 50):.1f} ms, p99 {at(times, 99):.1f} ms")
        print(f"p99 busy / idle: {at(busy, 99) / at(idle, 99):.2f} (bound: 3)")


def workbook(rows: int) -> bytes:
    """A workbook of that many rows: month, force, purpose, two counts."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Answer")
    sheet.append(["Month", "Force", "Purpose", "Notices", "Authorisations"])
    for number in range(rows):
        month, force = f"20{10 + number % 14}-{number % 12 + 1:02}", f"Force {number % 43}"
        sheet.append([month, force, f"Purpose {number % 9}", number * 7 % 4001, number * 13 % 997])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def read(config: Settings, content: bytes, name: str) -> tuple[float, str, int, int]:
    """Receive and read one document; returns seconds, state, tables and cells."""
    db = existing_desk(config.desk)
    began = time.perf_counter()
    sha256 = receive(db, config.archive, content, name, "bench", publication="bench")
    working.work_until_idle(config, db)
    spent = time.perf_counter() - began
    (state,) = db.execute("SELECT state FROM documents WHERE sha256 = ?", [sha256]).fetchone()
    found = "SELECT count(*), coalesce(sum(json_array_length(content, '$.cells')), 0)"
    tables, cells = db.execute(
        f"{found} FROM document_tables WHERE document = ?", [sha256]
    ).fetchone()
    db.close()
    return spent, state, tables, cells


def environment(config: Settings) -> dict[str, str]:
    """The settings for another process."""
    return {**os.environ, "PORTAL_VAR": str(config.var), "PORTAL_PORT": str(config.port)}


@contextmanager
def site(config: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the site (with the desk, but no worker beside ours) until the end."""
    server = subprocess.Popen(
        [sys.executable, "-m", "portal.web"], env={**environment(config), "PORTAL_DESK_ON": "0"}
    )
    try:
        while not answers():
            time.sleep(0.1)
        yield server
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def answers() -> bool:
    """Whether the site answers."""
    try:
        return one("/") > 0
    except OSError:
        return False


def read_always(config: Settings) -> None:
    """Read new documents one after another, until killed."""
    pages, number = report(50), 0
    while True:
        number += 1
        read(config, pages + f"\n% {number}".encode(), f"answer-{number}.pdf")
        read(config, workbook(20_000 + number), f"answer-{number}.xlsx")


@contextmanager
def reading_always(config: Settings) -> Iterator[None]:
    """While inside, a worker of its own reads documents that keep coming."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "scripts.bench_desk", ALWAYS],
        env=environment(config),
        start_new_session=True,
    )
    time.sleep(3)
    try:
        yield
        assert worker.poll() is None, "the worker that should read all the time has ended"
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def asked(seconds: float, go: Callable[[], bool]) -> list[float]:
    """Ask for page after page; returns milliseconds each."""
    for page in PAGES:
        one(page)
    end, times, number = time.monotonic() + seconds, [], 0
    while time.monotonic() < end and go():
        times.append(one(PAGES[number % len(PAGES)]) * 1000)
        number += 1
        time.sleep(PAUSE)
    return times


def one(page: str) -> float:
    """Ask for one page; returns seconds."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    try:
        connection.request("GET", page)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, page
    finally:
        connection.close()
    return time.perf_counter() - began


def at(times: list[float], percent: int) -> float:
    """That percentile."""
    return statistics.quantiles(times, n=100)[percent - 1]


if __name__ == "__main__":
    if sys.argv[1:] == [ALWAYS]:
        read_always(settings())
    else:
        main()
