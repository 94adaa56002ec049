"""Times loading, publishing and serving: medians, and ratios between two editions in one run."""

import http.client
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.config import Settings
from portal.ingest import bundle
from portal.publish import editions
from portal.store.desk import open_desk

PAGES = (
    "/",
    "/trends",
    "/bodies",
    "/bodies/metropolitan-police-service",
    "/operators/google",
    "/retention",
    "/costs",
    "/errors",
    "/timeline",
    "/sources",
    "/datasets",
    "/search?q=metropolitan",
)
MADE_UP = 1_000_000
ROUNDS = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdecimal() else 30


def main() -> None:
    """Run every measurement in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Settings(var=Path(folder) / "small"), Settings(var=Path(folder) / "large")
        print(f"init + publish, all bundled figures: {loaded(small):.2f} s (bound: 15 s)")
        first, few = served(small, "bundled figures")
        print(f"first page after start: {first:.2f} s (bound: 5 s)")
        loaded(large)
        multiply(large)
        _, many = served(large, f"{MADE_UP:,} made-up observations")
        print(f"{'page':<40}{'bundled':>10}{'million':>10}{'ratio':>8}   (median ms; bound: 2)")
        for page in PAGES:
            one, other = (statistics.median(times[page]) for times in (few, many))
            print(f"{page:<40}{one:>10.1f}{other:>10.1f}{other / one:>8.2f}")


def loaded(config: Settings) -> float:
    """Load and publish the bundled figures; returns the seconds it took."""
    began = time.perf_counter()
    db = open_desk(config.desk)
    for report in bundle.load(config.data, config.archive, db):
        assert not report.refused
    editions.publish(db, config.archive, config.editions, lambda text: None)
    db.close()
    return time.perf_counter() - began


def multiply(config: Settings) -> None:
    """Add a million made-up observations to the current edition, in series like the real ones."""
    path = (config.editions / "current" / editions.NAME).resolve()
    path.chmod(0o644)
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        columns = [row[1] for row in conn.execute("PRAGMA table_info(observations)")]
        own = ("id", "start", "end", "period", "area")
        kept = [f'"{name}"' for name in columns if name not in own]
        conn.execute(
            "CREATE TEMP TABLE other_areas AS SELECT id FROM areas WHERE id <> 'GB' LIMIT 200"
        )
        held = conn.execute("SELECT count(*) FROM observations").fetchone()[0]
        copies = MADE_UP // held + 1
        conn.execute(
            f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies})
            INSERT INTO observations
              (id, start, "end", period, area, series, {", ".join(kept[1:])})
            SELECT o.id || '-' || i, date('1900-01-01', i || ' days'),
              date('1900-01-01', i || ' days'), 'made up ' || i,
              (SELECT a.id FROM other_areas a WHERE a.rowid = 1 + i % 200),
              o.series || '-' || (i % 50), {", ".join(f"o.{k}" for k in kept[1:])}
            FROM observations o, n"""
        )
        names = [row[1] for row in conn.execute("PRAGMA table_info(series)")]
        made = {"id": "o.series", "area": "o.area", "observations": "20"}
        given = ", ".join(made.get(name, f"s.{name}") for name in names)
        conn.execute(
            f"""INSERT OR IGNORE INTO series SELECT {given} FROM observations o
            JOIN series s ON s.id = substr(o.series, 1, 12) WHERE o.series LIKE '%-%'"""
        )
        conn.execute("ANALYZE")


@contextmanager
def server(config: Settings, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The site as its own process, ended by its pid."""
    given = {**os.environ, "PORTAL_VAR": str(config.var), "PORTAL_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "portal.web"], env=given)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def served(config: Settings, name: str) -> tuple[float, dict[str, list[float]]]:
    """Serve an edition to one client: seconds to the first page, milliseconds of each page."""
    port = 8151
    began = time.perf_counter()
    with server(config, port) as process:
        while _asked(port, "/")[0] != 200:
            if process.poll() is not None or time.perf_counter() - began > 30:
                raise SystemExit("the site did not answer its first page within 30 s")
            time.sleep(0.02)
        first = time.perf_counter() - began
        times = {page: [_asked(port, page)[1] for _ in range(ROUNDS)] for page in PAGES}
        memory = _memory(process.pid)
    every = sorted(each for page in times.values() for each in page)
    at = {part: every[int(len(every) * part / 100)] for part in (50, 99)}
    print(
        f"{name}: p50 {at[50]:.1f} ms (bound: 20), p99 {at[99]:.1f} ms (bound: 60), "
        f"server {memory:.0f} MB (bound: 250)"
    )
    return first, times


def _asked(port: int, page: str) -> tuple[int, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.perf_counter()
    try:
        connection.request("GET", page, headers={"Accept-Encoding": "identity"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, (time.perf_counter() - began) * 1000
    except OSError:
        return 0, 0.0
    finally:
        connection.close()


def _memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
