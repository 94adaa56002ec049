"""Datasette over one edition: its own classes, bent where ours must differ."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted, Results
from datasette.url_builder import Urls
from datasette.utils import PrefixedUrlString
from jinja2 import FileSystemLoader, PrefixLoader

from portal.config import Settings
from portal.web.rendering import environment
from portal.web.tables import DATABASE, MOUNT
from portal.web.tables.budget import CURRENT, Budget, Watch
from portal.web.tables.guard import Connection, guard
from portal.web.tables.links import Links

Found = TypeVar("Found")

SETTINGS = {
    "base_url": f"{MOUNT}/",
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "num_sql_threads": 2,
    # Suggesting facets asks one question for each column; whole tables are on /datasets.
    "suggest_facets": False,
    "allow_download": False,
    "allow_csv_stream": False,
    "default_cache_ttl": 60,
}
TOO_BIG = "A text grew longer than 100,000 letters, or more than 100 letters were to be trimmed."
TOO_MUCH = "The statement needs too much memory."
NOT_OFFERED = "This statement uses something that is not offered here, or too much of it: {}."


class Addresses(Urls):
    """Addresses below /data; an address that is already there stays as it is.

    Datasette puts the prefix before paths that it took from the request, which carry it already.
    """

    def path(self, path: str, format: str | None = None) -> str:
        """Return an address below /data."""
        given = path.startswith(f"{MOUNT}/") and not isinstance(path, PrefixedUrlString)
        return super().path(PrefixedUrlString(path) if given else path, format)


class Edition(Database):
    """The edition's database: immutable, guarded, on the budget of the answer."""

    def __init__(self, tables: Datasette, path: Path, seconds: float) -> None:
        super().__init__(tables, str(path), is_mutable=False)
        self.seconds, self.watch = seconds, Watch()
        self.watch.start()

    def connect(self, write: bool = False) -> Connection:
        """Open the edition; never to write."""
        # No statement is kept after it ran: the next reader must not find it.
        connection = sqlite3.connect(
            f"{Path(self.path).resolve().as_uri()}?mode=ro&immutable=1",
            uri=True,
            check_same_thread=False,
            cached_statements=0,
            factory=Connection,
        )
        self._all_file_connections.append(connection)
        return connection

    async def execute(self, *asked: Any, **options: Any) -> Results:
        """Run a statement without ever writing it to a log."""
        return await super().execute(*asked, **{**options, "log_sql_errors": False})

    async def execute_fn(self, fn: Callable[[Connection], Found]) -> Found:
        """Run a function on a connection, within the budget of the answer."""
        budget = CURRENT.get(None) or Budget(seconds=60.0)

        def bounded(connection: Connection) -> Found:
            return self._bounded(connection, fn, budget)

        return await super().execute_fn(bounded)

    def _bounded(
        self, connection: Connection, fn: Callable[[Connection], Found], budget: Budget
    ) -> Found:
        if budget.seconds <= 0:
            raise QueryInterrupted(None, "", None)
        connection.budget, budget.functions = budget, 0
        try:
            with budget.clock(), self.watch.limit(connection, min(self.seconds, budget.seconds)):
                return fn(connection)
        except (sqlite3.Error, sqlite3.Warning, MemoryError, OverflowError, ValueError) as problem:
            budget.problem = _words(problem)
            raise sqlite3.OperationalError(budget.problem) from None
        finally:
            connection.rest()

    async def attached_databases(self) -> list[Any]:
        """None: an edition stands alone, and the question would show a path."""
        return []


class Tables(Datasette):
    """Datasette with one edition."""

    def __init__(
        self, edition: Path, settings: Settings, metadata: dict[str, Any], links: Links
    ) -> None:
        seconds, templates = settings.query_seconds, settings.templates
        self.site, self.links = settings.site, links
        # A page asks several questions: its table, a count, labels, facets.
        self.answer_seconds = 2 * seconds
        self.frame = {"path": MOUNT, "about": defaultdict(str, metadata["edition"])}
        super().__init__(
            metadata=metadata,
            settings={**SETTINGS, "sql_time_limit_ms": int(seconds * 1000)},
            template_dir=str(templates / "datasette"),
        )
        frame = PrefixLoader({"site": FileSystemLoader(str(templates))}, delimiter=":")
        self.jinja_env.loader.loaders.append(frame)
        site = environment()
        self.jinja_env.filters = {**site.filters, **self.jinja_env.filters}
        self.jinja_env.globals = {**site.globals, **self.jinja_env.globals}
        self.remove_database("_memory")
        self.add_database(Edition(self, edition, seconds), name=DATABASE)

    @property
    def urls(self) -> Addresses:
        """The addresses that pages and answers carry."""
        return Addresses(self)

    def absolute_url(self, request: Any, path: str) -> str:
        """Pages stay on the host that the reader came by; files name the site."""
        return f"{self.site}{path}" if request.url_vars.get("format") else path

    def _prepare_connection(self, conn: sqlite3.Connection, database: str) -> None:
        super()._prepare_connection(conn, database)
        if isinstance(conn, Connection):
            guard(conn)

    def _connected_databases(self) -> list[dict[str, Any]]:
        return [{**each, "path": None} for each in super()._connected_databases()]


def _words(problem: BaseException) -> str:
    text = str(problem)
    if isinstance(problem, MemoryError):
        return TOO_MUCH
    if "too big" in text or "user-defined function" in text:
        return TOO_BIG
    if "not authorized" in text or "prohibited" in text or "vtable constructor" in text:
        return NOT_OFFERED.format(text.rpartition(": ")[2])
    return text
