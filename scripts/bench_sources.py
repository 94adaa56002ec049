"""Times taking in sources: a million CSV rows against plain tools, and all sources politely.

    python scripts/bench_sources.py            # both
    python scripts/bench_sources.py rows 200000
    python scripts/bench_sources.py polite

Each measurement of rows runs in a process of its own, so that its peak memory is its own.
"""

import csv
import io
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from portal.config import Settings
from portal.core.sources import Snapshot
from portal.ingest import registry, running
from portal.ingest.scrape import take_in
from portal.store.desk import open_desk

ROWS = 1_000_000
LATENCY = 0.05
TESTS = Path(__file__).parents[1] / "tests"


def main(words: list[str]) -> None:
    """Run what was asked for, or everything."""
    if words[:1] == ["one"]:
        one(words[1], words[2], int(words[3]))
        return
    if words[:1] != ["polite"]:
        rows(int(words[1]) if len(words) > 1 else ROWS)
    if words[:1] != ["rows"]:
        polite()


def rows(count: int) -> None:
    """Compare each source's way with reading by csv and writing by executemany."""
    for source in ("github", "google"):
        figures = {"github": 1, "google": 3}[source]
        told = {how: _apart(how, source, count) for how in ("plain", "portal", "again")}
        print(f"{source}: {count:,} rows, {figures} figures a row")
        for how, (seconds, megabytes) in told.items():
            each = seconds / told["plain"][0]
            print(f"  {how:<7} {seconds:8.2f} s  {each:6.2f} x  peak {megabytes:6.0f} MB")


def _apart(how: str, source: str, count: int) -> tuple[float, float]:
    command = [sys.executable, __file__, "one", how, source, str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, megabytes = done.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def one(how: str, source: str, count: int) -> None:
    """One measurement: seconds and the process's peak memory beyond the file itself."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        content = "".join(LINES[source](count)).encode()
        work = _plain if how == "plain" else _portal
        seconds = work(Path(folder), source, content, how == "again")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.3f} {peak:.0f}")


def _github(count: int) -> Iterator[str]:
    """Cross-border requests by half-year: one figure a row; keys that repeat get a variant."""
    yield "year,half,government,government_iso2_code,count\n"
    for number in range(count):
        name, code = COUNTRIES[number % 5]
        yield f"{2000 + number // 10 % 25},{number // 5 % 2 + 1},{name},{code},{number % 9973}\n"


def _google(count: int) -> Iterator[str]:
    """The global file: requests, share and accounts in each row."""
    yield (
        "Period Ending,Country/Region,CLDR Territory Code,Legal Process,User Data Requests,"
        "Percentage disclosed,Accounts\n"
    )
    for number in range(count):
        name, code = COUNTRIES[number % 5]
        day = ("06-30", "12-31")[number // 5 % 2]
        year = 2012 + number // 10 % 13
        yield f"{year}-{day},{name},{code},Subpoenas,{number % 9973},{number % 101},{number % 77}\n"


COUNTRIES = (
    ("Iceland", "IS"),
    ("Germany", "DE"),
    ("France", "FR"),
    ("Italy", "IT"),
    ("Spain", "ES"),
)
LINES: dict[str, Callable[[int], Iterator[str]]] = {"github": _github, "google": _google}
NAMES = {
    "github": "https://x.example/cross_border_data_requests_by_calendar_year_half.csv",
    "google": "https://x.example/google-global-user-data-requests.csv",
}


def _plain(folder: Path, source: str, content: bytes, again: bool) -> float:
    """Read with csv, write each figure with executemany, in one transaction on the disk."""
    columns, values = {"github": (5, (4,)), "google": (7, (4, 5, 6))}[source]
    began = time.perf_counter()
    with closing(sqlite3.connect(folder / "plain.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        names = ", ".join(f"c{n}" for n in range(columns))
        db.execute(f"CREATE TABLE figures ({names}, value)")
        table = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""))
        next(table)
        marks = ", ".join("?" * (columns + 1))
        with db:
            given = ((*row, row[at]) for row in table for at in values)
            db.executemany(f"INSERT INTO figures VALUES ({marks})", given)
    return time.perf_counter() - began


def _portal(folder: Path, source: str, content: bytes, again: bool) -> float:
    config = Settings(var=folder)
    with closing(open_desk(config.desk)) as db:
        run = running.start(config, db, lambda text: None)
        module = registry.sources()[source]
        snapshot = Snapshot(NAMES[source], content, "2026-01-01T00:00:00+00:00", "text/csv")
        began = time.perf_counter()
        take_in(run, module, snapshot)
        if again:
            began = time.perf_counter()
            take_in(run, module, snapshot)
        return time.perf_counter() - began


def polite() -> None:
    """All sources over a local server that answers after 50 ms, paced as in earnest."""
    sys.path.insert(0, str(TESTS))
    from publisher_server import LocalClient, PublisherServer, everything, hosts

    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    held = everything()
    with (
        tempfile.TemporaryDirectory() as folder,
        PublisherServer(held=held, delay=LATENCY) as server,
    ):
        config = Settings(var=Path(folder))
        run = running.start(config, open_desk(config.desk), lambda text: None)
        modules = registry.chosen(())
        for what in ("first", "again"):
            slept.clear()
            server.asked.clear()
            # A new client each time, as a new process would have: it asks for robots.txt anew.
            with LocalClient(config, server.port, hosts(held), sleep=sleep) as client:
                began, used = time.perf_counter(), time.process_time()
                outcomes = {look.outcome for look in running.every(run, modules, client=client)}
            took, cpu = time.perf_counter() - began, time.process_time() - used
            waited = len(server.asked) * LATENCY
            print(
                f"polite, {what}: {len(modules)} sources, {len(server.asked)} requests,"
                f" {'/'.join(sorted(outcomes))}: {took:.1f} s, of which pauses {sum(slept):.1f} s,"
                f" latency {waited:.1f} s, CPU {cpu:.2f} s"
            )
            time.sleep(1)  # what was asked in the same second is not asked again


if __name__ == "__main__":
    main(sys.argv[1:])
