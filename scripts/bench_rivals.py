"""What a plain importer does with the same file, without any check: the measure of our own time.

`bare` reads the file with the csv module and writes each figure's cells, as they stand, into one
table without an index by executemany, in one transaction. It has no ids, no periods, no series.

`same` reads the file with the csv module and writes exactly the rows that the portal records, into
the same three tables with the same keys and indexes by executemany, in one transaction, with the
same durability (a file, WAL, synchronous=FULL, foreign keys on, 64 MB of cache). It is written for
this one file: it knows its columns, checks nothing, compares nothing with what is held, and keeps
each text that it can keep. `bench_sources.py` compares its rows with the portal's by a hash.
"""

import csv
import hashlib
import io
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from portal.ingest.scrape import PROVEN
from portal.store.desk import Desk, now

Row = tuple[object, ...]
AT_ONCE = 10_000
COLUMNS = {"github": (5, (4,)), "google": (7, (4, 5, 6))}
PLACES = (
    "INSERT INTO observations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO decisions (observation, revision, verdict, rule, actor, recorded_at)"
    " VALUES (?, ?, ?, ?, ?, ?)",
)
HOLD = (
    "SELECT * FROM observations ORDER BY id",
    "SELECT * FROM readings ORDER BY observation, revision",
    "SELECT observation, revision, verdict, rule, actor FROM decisions ORDER BY 1, 2",
)


def table_of(content: bytes) -> Iterator[list[str]]:
    """The rows below the header, by the csv module."""
    rows = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""))
    next(rows)
    return rows


def bare(db: sqlite3.Connection, source: str, content: bytes) -> None:
    """Write each figure's cells into one table."""
    columns, values = COLUMNS[source]
    names = ", ".join(f"c{n}" for n in range(columns))
    db.execute(f"CREATE TABLE figures ({names}, value)")
    marks = ", ".join("?" * (columns + 1))
    with db:
        given = ((*row, row[at]) for row in table_of(content) for at in values)
        db.executemany(f"INSERT INTO figures VALUES ({marks})", given)


def same(db: Desk, source: str, content: bytes) -> None:
    """Write the rows that the portal records of this file into the tables of the portal."""
    sha256, moment = hashlib.sha256(content).hexdigest(), now()
    figures = FIGURES[source](content, sha256, moment)
    conn = db.conn
    conn.execute("BEGIN IMMEDIATE")
    conn.execute("INSERT INTO snapshots VALUES (?, '', '', '', ?, ?)", [sha256, 0, moment])
    conn.execute(
        "INSERT INTO imports VALUES (2, ?, '', ?, 0, 0, 0, 0, 0, '', '', ?)",
        [source, sha256, moment],
    )
    while together := list(islice(figures, AT_ONCE)):
        for sql, rows in zip(PLACES, zip(*together, strict=True), strict=True):
            conn.executemany(sql, rows)
    conn.execute("COMMIT")


def _github(content: bytes, sha256: str, moment: str) -> Iterator[tuple[Row, Row, Row]]:
    series, seen = dict[str, str](), Counter[tuple[str, str, str]]()
    feed = "github/cross_border_data_requests_by_calendar_year_half.csv"
    measure, of = "company_requests", "legal_process=cross_border"
    for number, (year, half, _, area, count) in enumerate(table_of(content), 2):
        if area not in series:
            series[area] = _digest(f"{measure}\x1f_T\x1fgithub\x1f{area}\x1f{of}")
        seen[year, half, area] += 1
        times = seen[year, half, area]
        variant = f"row-{times}" if times > 1 else ""
        first, last = ("01-01", "06-30") if half == "1" else ("07-01", "12-31")
        start, end = f"{year}-{first}", f"{year}-{last}"
        id = _digest(f"{series[area]}\x1f{start}\x1f{end}\x1f\x1fgithub\x1f{variant}")
        locator = f'{{"column": "count", "row": {number}}}'
        yield (
            (id, series[area], measure, "_T", "github", area, of, start, end, "github", variant)
            + (feed,),
            (id, 1, f"{year} H{half}", count, None, None, "normal", count, "", sha256, locator)
            + ("first reading", "", 2),
            (id, 1, "approved", PROVEN, "portal", moment),
        )


NOTHING_ASKED = "No requests, so there is no share: the printed 0 is not a refusal."
GOOGLE = (
    ("company_requests", 4, "User Data Requests"),
    ("company_accounts", 6, "Accounts"),
    ("company_disclosure_share", 5, "Percentage disclosed"),
)


def _google(content: bytes, sha256: str, moment: str) -> Iterator[tuple[Row, Row, Row]]:
    series, seen = dict[tuple[str, str], str](), Counter[tuple[str, str]]()
    of = "legal_process=subpoena"
    for number, cells in enumerate(table_of(content), 2):
        end, area = cells[0], cells[2]
        seen[end, area] += 1
        times = seen[end, area]
        variant = f"row-{times}" if times > 1 else ""
        start = f"{end[:4]}-{'01' if end[5:7] == '06' else '07'}-01"
        for measure, at, column in GOOGLE:
            if (measure, area) not in series:
                text = f"{measure}\x1f_T\x1fgoogle\x1f{area}\x1f{of}"
                series[measure, area] = _digest(text)
            name, printed = series[measure, area], cells[at]
            nothing = at == 5 and printed == "0" and cells[4] == "0"
            id = _digest(f"{name}\x1f{start}\x1f{end}\x1f\x1fgoogle\x1f{variant}")
            locator = f'{{"column": "{column}", "row": {number}}}'
            yield (
                (id, name, measure, "_T", "google", area, of, start, end, "google", variant)
                + ("google/global",),
                (id, 1, end, None if nothing else printed, None, None)
                + ("not_applicable" if nothing else "normal", printed)
                + (NOTHING_ASKED if nothing else "", sha256, locator, "first reading", "", 2),
                (id, 1, "approved", PROVEN, "portal", moment),
            )


FIGURES: dict[str, Callable[[bytes, str, str], Iterator[tuple[Row, Row, Row]]]] = {
    "github": _github,
    "google": _google,
}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def held(db: Desk) -> str:
    """The hash of all figures, readings and decisions that a store holds, but for their time."""
    told = hashlib.sha256()
    for question in HOLD:
        for row in db.conn.execute(question):
            told.update(repr(row).encode())
    return told.hexdigest()[:16]
