"""The private store's schema, in named steps; each is applied once, in a transaction of its own."""

from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

steps = Migrations("desk")

# What has been recorded stays. A change is a new row; only these tables exist for a reason to grow.
APPEND_ONLY = (
    "imports",
    "snapshots",
    "records",
    "observations",
    "readings",
    "decisions",
    "editions",
    "fetches",
    "looks",
    "audit",
)


@steps()
def first_tables(db: Database) -> None:
    """Create imports, snapshots, words, figures with their readings, decisions, editions, audit."""
    for statement in FIRST_TABLES.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


@steps()
def nothing_is_overwritten(db: Database) -> None:
    """Forbid UPDATE and DELETE of whatever was recorded."""
    for table in APPEND_ONLY:
        for deed in ("UPDATE", "DELETE"):
            db.conn.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} BEGIN SELECT "
                f"RAISE(ABORT, '{table}: what was recorded stays; add a revision'); END"
            )


@steps()
def decisions_on_imports(db: Database) -> None:
    """Keep why a person let through an import that waited: figures and words alike."""
    db.conn.execute(IMPORT_DECISIONS)
    for deed in ("UPDATE", "DELETE"):
        db.conn.execute(
            f"CREATE TRIGGER import_decisions_no_{deed.lower()} BEFORE {deed} ON import_decisions"
            " BEGIN SELECT RAISE(ABORT, 'import_decisions: what was decided stays'); END"
        )


# What people read and decided at the desk stays as well.
DESK_APPEND_ONLY = ("foi_events", "mappings", "person_readings", "releases", "withdrawals")


@steps()
def desk_rooms(db: Database) -> None:
    """Create the desk's rooms: people, documents, mappings, proposals, readings, campaigns."""
    for statement in Path(__file__).with_name("rooms.sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
    for table in DESK_APPEND_ONLY:
        for deed in ("UPDATE", "DELETE"):
            db.conn.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} BEGIN SELECT "
                f"RAISE(ABORT, '{table}: what was recorded stays; add a row'); END"
            )


@steps()
def desk_review(db: Database) -> None:
    """Find the figures of a series fast: who reads a figure is shown its neighbours."""
    db.conn.execute("CREATE INDEX observations_series ON observations(series)")


IMPORT_DECISIONS = """
CREATE TABLE import_decisions (
  id INTEGER PRIMARY KEY, import INTEGER NOT NULL REFERENCES imports(id), why TEXT NOT NULL,
  actor TEXT NOT NULL, recorded_at TEXT NOT NULL
)
"""
FIRST_TABLES = """
CREATE TABLE imports (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, snapshot TEXT NOT NULL,
  rows_read INTEGER NOT NULL, new INTEGER NOT NULL, revised INTEGER NOT NULL,
  unchanged INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
  actor TEXT NOT NULL, code_version TEXT NOT NULL, recorded_at TEXT NOT NULL
);
CREATE TABLE snapshots (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, media_type TEXT NOT NULL,
  bytes INTEGER NOT NULL, fetched_at TEXT NOT NULL
);
CREATE TABLE records (
  kind TEXT NOT NULL, id TEXT NOT NULL, import INTEGER NOT NULL REFERENCES imports(id),
  position INTEGER NOT NULL, content TEXT, PRIMARY KEY (kind, id, import)
);
CREATE TABLE observations (
  id TEXT PRIMARY KEY, series TEXT NOT NULL, measure TEXT NOT NULL, requester TEXT NOT NULL,
  holder TEXT NOT NULL, area TEXT NOT NULL, breakdown TEXT NOT NULL,
  start TEXT NOT NULL, "end" TEXT NOT NULL, source TEXT NOT NULL, variant TEXT NOT NULL,
  feed TEXT NOT NULL
);
CREATE TABLE readings (
  observation TEXT NOT NULL REFERENCES observations(id), revision INTEGER NOT NULL,
  period TEXT NOT NULL, value TEXT, low TEXT, high TEXT, status TEXT NOT NULL,
  printed TEXT NOT NULL, note TEXT NOT NULL,
  snapshot TEXT NOT NULL REFERENCES snapshots(sha256), locator TEXT NOT NULL,
  reason TEXT NOT NULL, explanation TEXT NOT NULL,
  import INTEGER NOT NULL REFERENCES imports(id),
  PRIMARY KEY (observation, revision)
);
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY, observation TEXT NOT NULL, revision INTEGER NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('approved', 'rejected')), rule TEXT NOT NULL,
  actor TEXT NOT NULL, recorded_at TEXT NOT NULL,
  FOREIGN KEY (observation, revision) REFERENCES readings(observation, revision)
);
CREATE TABLE editions (
  number INTEGER PRIMARY KEY, content_hash TEXT NOT NULL, observations INTEGER NOT NULL,
  last_import INTEGER NOT NULL, built_at TEXT NOT NULL
);
CREATE TABLE fetches (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, address TEXT NOT NULL, sha256 TEXT NOT NULL,
  media_type TEXT NOT NULL, linked_from TEXT NOT NULL, label TEXT NOT NULL, headers TEXT NOT NULL,
  fetched_at TEXT NOT NULL
);
CREATE TABLE looks (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, began_at TEXT NOT NULL, ended_at TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('changed', 'unchanged', 'failed')),
  documents INTEGER NOT NULL, new INTEGER NOT NULL, revised INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL, held INTEGER NOT NULL, problems TEXT NOT NULL
);
CREATE TABLE audit (
  id INTEGER PRIMARY KEY, recorded_at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  object TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX imports_name ON imports(name, id);
CREATE INDEX fetches_address ON fetches(address, id);
CREATE INDEX looks_source ON looks(source, id);
CREATE INDEX records_import ON records(import);
CREATE INDEX observations_feed ON observations(feed);
CREATE INDEX readings_import ON readings(import);
CREATE INDEX decisions_reading ON decisions(observation, revision);
"""
