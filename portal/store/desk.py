"""Opening the private store: one writer at a time, every commit on the disk before it counts."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlite_utils import Database

from portal.core.errors import StoreError
from portal.store.schema import steps

Desk = Database
Check = Callable[[], None]

# What is looked at again inside each transaction of a connection: the rights of who asked for it.
_checks: WeakKeyDictionary[Database, Check] = WeakKeyDictionary()


def now() -> str:
    """The present time as recorded: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def open_desk(path: Path) -> Desk:
    """Open the private store, creating it or bringing its schema up to date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        db = Database(sqlite3.connect(path, timeout=5, isolation_level=None))
        db.conn.execute("PRAGMA journal_mode = WAL")
        db.conn.execute("PRAGMA synchronous = FULL")
        db.conn.execute("PRAGMA foreign_keys = ON")
        db.conn.execute("PRAGMA cache_size = -65536")  # 64 MB, whatever the size of the store
        db.conn.execute("PRAGMA trusted_schema = OFF")
        steps.apply(db)
    except sqlite3.Error as problem:
        raise StoreError(f"{path}: {explain(problem)}") from problem
    path.chmod(0o600)
    return db


def connect(path: Path) -> Desk:
    """Open a store whose schema is up to date, for one request of the desk."""
    db = Database(sqlite3.connect(path, timeout=15, isolation_level=None, check_same_thread=False))
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
        db.conn.execute(f"PRAGMA {pragma}")
    return db


def existing_desk(path: Path) -> Desk:
    """Open the private store of an installation that has one."""
    if not path.is_file():
        raise StoreError(f"{path}: there is no private store yet; run `portal init` first")
    return open_desk(path)


def explain(problem: sqlite3.Error) -> str:
    """Say in plain words what SQLite met."""
    text = str(problem)
    known = {
        "database or disk is full": "the disk is full; nothing was recorded",
        "database is locked": "another command is writing; wait for it to end",
        "file is not a database": "this file is not the portal's store",
        "database disk image is malformed": "the store is damaged; restore it from a backup",
    }
    return next((words for said, words in known.items() if said in text), text)


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold the installation's write lock; the system frees it however this process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreError(
            f"{folder}: another portal command is writing; wait for it to end"
        ) from None
    try:
        yield
    finally:
        os.close(handle)


def before_writing(db: Desk, check: Check) -> None:
    """Have `check` called first in every transaction of this connection; it raises what forbids.

    It reads through the same connection, so nobody can change in between what it looks at.
    """
    _checks[db] = check


@contextmanager
def transaction(db: Desk) -> Iterator[sqlite3.Connection]:
    """All that happens inside is recorded at once, or not at all."""
    try:
        db.conn.execute("BEGIN IMMEDIATE")
        if check := _checks.get(db):
            check()
        with db.atomic():
            yield db.conn
        db.conn.execute("COMMIT")
    except sqlite3.Error as problem:
        db.rollback()
        raise StoreError(explain(problem)) from problem
    except BaseException:
        db.rollback()
        raise
