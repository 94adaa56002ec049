"""Times taking in sources: a million CSV rows against plain tools, and all sources politely.

    python scripts/bench_sources.py            # both
    python scripts/bench_sources.py rows 200000
    python scripts/bench_sources.py polite

Each measurement of rows runs in a process of its own, so that its peak memory is its own. It takes
a file of one of our sources, made up, and measures the seconds from the bytes in memory to the
commit on the disk:

- `bare`: reading it with the csv module and writing each figure's cells as they stand into one
  table without an index, by executemany: nothing has an id, a period, a series or a place.
- `same`: reading it with the csv module and writing the very rows that the portal records
  (figures, readings, decisions) into the same tables, by executemany, with the same durability. It
  checks nothing and knows the file by heart; bench_rivals.py says what it does. The hash of what
  both wrote is compared.
- `portal`: reading, checking and recording it, as `portal scrape` does with a file it has fetched.
- `again`: the same file a second time.
- `next`: the next edition of the file, in which every hundredth row has another count.

`polite` runs all sources, paced as in earnest, against a server on 127.0.0.1 that answers from the
tests' recordings after 50 ms; first as if new, then with nothing changed. Wall time is told apart
into pauses for politeness, the server's latency, and CPU time of the client (user and system).
"""

# ruff: noqa: E402  # a checkout that is not installed is made importable first

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

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import bench_rivals

from portal.config import Settings
from portal.core.sources import Snapshot
from portal.ingest import registry, running
from portal.ingest.scrape import take_in
from portal.store.desk import open_desk

ROWS = 1_000_000
LATENCY = 0.05
FIGURES = {"github": 1, "google": 3}  # in a row
WAYS = ("bare", "same", "portal", "again", "next")


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
    for source, figures in FIGURES.items():
        print(f"{source}: {count:,} rows, {figures} figures a row", flush=True)
        told = {}
        for how in WAYS:
            told[how] = _apart(how, source, count)
            wall, cpu, megabytes, _ = told[how]
            times = "  ".join(
                f"{wall / told[rival][0]:6.2f} x {rival}" for rival in WAYS[:2] if rival in told
            )
            print(
                f"  {how:<7} {wall:8.2f} s  CPU {cpu:7.2f} s  peak {megabytes:5.0f} MB  {times}",
                flush=True,
            )
        same = told["same"][3] == told["portal"][3]
        print(f"  the rows of `same` and `portal` are {'the same' if same else 'NOT the same'}")


def _apart(how: str, source: str, count: int) -> tuple[float, float, float, str]:
    command = [sys.executable, __file__, "one", how, source, str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    wall, cpu, megabytes, held = done.stdout.split()[-4:]
    return float(wall), float(cpu), float(megabytes), held


def one(how: str, source: str, count: int) -> None:
    """One measurement: seconds, CPU seconds, the process's peak memory, and what was written."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        content = "".join(LINES[source](count)).encode()
        ways = {"bare": _bare, "same": _same}
        wall, cpu, held = ways.get(how, _portal)(Path(folder), source, content, how)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{wall:.3f} {cpu:.3f} {peak:.0f} {held}")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds and CPU seconds of a piece of work."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


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


def _bare(folder: Path, source: str, content: bytes, how: str) -> tuple[float, float, str]:
    with closing(sqlite3.connect(folder / "bare.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        return *timed(lambda: bench_rivals.bare(db, source, content)), "-"


def _same(folder: Path, source: str, content: bytes, how: str) -> tuple[float, float, str]:
    with closing(open_desk(folder / "same.db")) as db:
        took = timed(lambda: bench_rivals.same(db, source, content))
        return *took, bench_rivals.held(db)


def _portal(folder: Path, source: str, content: bytes, how: str) -> tuple[float, float, str]:
    config = Settings(var=folder)
    with closing(open_desk(config.desk)) as db:
        run = running.start(config, db, lambda text: None)
        module = registry.sources()[source]

        def take(content: bytes) -> None:
            take_in(run, module, Snapshot(NAMES[source], content, MOMENT, "text/csv"))

        took = timed(lambda: take(content))
        if how == "next":
            content = _revised(content)
        if how in ("again", "next"):
            took = timed(lambda: take(content))
        return *took, bench_rivals.held(db) if how == "portal" else "-"


def _revised(content: bytes) -> bytes:
    """The file with another last cell in every hundredth row: a 4 is put before the number."""
    revised = bytearray()
    for number, line in enumerate(io.BytesIO(content)):
        before, comma, last = line.rpartition(b",")
        revised += before + comma + (b"4" if number % 100 == 1 else b"") + last
    return bytes(revised)


MOMENT = "2026-01-01T00:00:00+00:00"


def polite() -> None:
    """All sources over a local server that answers after 50 ms, paced as in earnest."""
    from publisher_server import LocalClient, PublisherServer, everything, hosts

    slept: list[float] = []

    def sleep(seconds: float) -> None:
        began = time.perf_counter()
        time.sleep(seconds)
        slept.append(time.perf_counter() - began)

    held = everything()
    with (
        tempfile.TemporaryDirectory() as folder,
        PublisherServer(held=held, delay=LATENCY) as server,
    ):
        config = Settings(var=Path(folder))
        run = running.start(config, open_desk(config.desk), lambda text: None)
        for what in ("first", "again"):
            slept.clear()
            server.asked.clear()
            # A new client each time, as a new process would have: it asks for robots.txt anew.
            with LocalClient(config, server.port, hosts(held), sleep=sleep) as client:
                began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_THREAD)
                outcomes = {each.outcome for each in running.every(run, MODULES, client=client)}
            used = resource.getrusage(resource.RUSAGE_THREAD)
            told(
                what, f"{len(server.asked)} requests, {'/'.join(sorted(outcomes))}",
                time.perf_counter() - began,
                {
                    "pauses": sum(slept),
                    "latency": len(server.asked) * LATENCY,
                    "CPU": used.ru_utime - before.ru_utime + used.ru_stime - before.ru_stime,
                },
            )  # fmt: skip
            time.sleep(1)  # what was asked in the same second is not asked again


def told(what: str, did: str, wall: float, parts: dict[str, float]) -> None:
    """Print where the time of a run went, and what bounds it. CPU is the client's, not the
    server's, which has threads of its own."""
    shares = ", ".join(f"{name} {part:.2f} s ({part / wall:.0%})" for name, part in parts.items())
    most = max(parts, key=lambda name: parts[name])
    print(f"polite, {what}: {len(MODULES)} sources, {did}: {wall:.1f} s; {shares}; bound by {most}")


MODULES = registry.chosen(())


if __name__ == "__main__":
    main(sys.argv[1:])
