"""What a stranger's SQL may do: no writing, an allow-list of functions, small limits.

SQLite looks at its clock only between instructions, never inside one function. So texts are kept
short, functions that take the square of their arguments are replaced, and a statement may name
few functions: what runs between two looks at the clock is then short as well.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from portal.web.tables.budget import CELL_BYTES, FORMULA_STARTS, Budget

TEXT_BYTES = 100_000
FUNCTIONS_IN_A_STATEMENT = 60
# These take longer than others: length of text times length of pattern.
HEAVY = {"like": 4, "glob": 4, "strftime": 4}
TRIMMED_LETTERS = 100

LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: TEXT_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 30,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 50_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 30,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 80,
    # Datasette looks up the labels of a whole page with one variable for each row.
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 1_200,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

FUNCTIONS = frozenset(
    # plain
    "abs char coalesce glob hex ifnull iif instr length like likelihood likely lower ltrim max min"
    " nullif quote random replace round rtrim sign soundex substr substring trim typeof unicode"
    " unlikely upper sqlite_version"
    # mathematics
    " acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10"
    " log2 mod pi pow power radians sin sinh sqrt tan tanh trunc"
    # dates
    " current_date current_time current_timestamp date datetime julianday strftime time unixepoch"
    # aggregates and windows
    " avg count group_concat sum total cume_dist dense_rank first_value lag last_value lead"
    " nth_value ntile percent_rank rank row_number"
    # JSON, to read
    " -> ->> json json_array json_array_length json_extract json_group_array json_group_object"
    " json_object json_quote json_type json_valid"
    # full-text search; escape_fts is Datasette's
    " bm25 escape_fts highlight match snippet".split()
)
# What Datasette and the search index ask about the schema. `database_list` would show a path.
PRAGMAS = frozenset(
    "data_version foreign_key_list index_info index_list index_xinfo schema_version table_info"
    " table_xinfo".split()
)
# SQLite asks for this when it opens a virtual table; to write there is refused further down.
OPENING = "sqlite_master"
# `sqlite_stmt` would show what other readers ask; the rest lay open how the file is stored.
HIDDEN = frozenset("dbstat sqlite_dbpage sqlite_stmt bytecode tables_used fts3tokenize".split())


class Connection(sqlite3.Connection):
    """A connection whose statements run on the budget of the answer that they are for."""

    budget = Budget(seconds=60.0)

    def __init__(self, *asked: Any, **options: Any) -> None:
        super().__init__(*asked, **options)
        self.opened: list[sqlite3.Cursor] = []

    def cursor(self, factory: type[sqlite3.Cursor] = sqlite3.Cursor) -> sqlite3.Cursor:
        """Open a cursor, and remember it."""
        made = super().cursor(factory)
        self.opened.append(made)
        return made

    def execute(self, *asked: Any) -> sqlite3.Cursor:
        """Run a statement on a cursor that is remembered too."""
        return self.cursor().execute(*asked)

    def rest(self) -> None:
        """End every statement: one that stands half read would hand its interrupt to the next."""
        while self.opened:
            self.opened.pop().close()


def guard(connection: Connection) -> None:
    """Put a connection to the edition under all limits."""
    connection.execute("PRAGMA query_only = 1")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA trusted_schema = 0")
    for category, limit in LIMITS.items():
        connection.setlimit(category, limit)
    for name, arguments, function in REPLACED:
        connection.create_function(name, arguments, function, deterministic=True)
    _count(connection)
    connection.set_authorizer(_authorizer(connection))


def limit_memory(megabytes: int) -> None:
    """Bound what SQLite may hold, over all connections of this process."""
    # A quarter for SQLite; what Python makes of its rows takes the rest.
    hard, soft = megabytes * 250_000, megabytes * 125_000
    with sqlite3.connect(":memory:") as connection:
        connection.execute(f"PRAGMA hard_heap_limit = {hard}")
        connection.execute(f"PRAGMA soft_heap_limit = {soft}")


def _count(connection: Connection) -> None:
    def text(raw: bytes) -> str:
        # A letter outside ASCII takes up to three times its bytes once it is written as JSON.
        budget = connection.budget
        budget.spend(len(raw) if raw.isascii() else 3 * len(raw))
        found = raw.decode("utf-8", "replace")
        if not budget.formulas and found.startswith(FORMULA_STARTS) and found != "-":
            return f"'{found}"
        return found

    def row(cursor: sqlite3.Cursor, cells: tuple[object, ...]) -> sqlite3.Row:
        blobs = sum(len(cell) for cell in cells if isinstance(cell, bytes))
        connection.budget.spend(CELL_BYTES * len(cells) + blobs)
        return sqlite3.Row(cursor, cells)

    connection.text_factory = text
    connection.row_factory = row


def _authorizer(connection: Connection) -> Callable[..., int]:
    def allowed(action: int, first: str | None, second: str | None, *_: str | None) -> bool:
        if action == sqlite3.SQLITE_FUNCTION:
            name = (second or "").lower()
            connection.budget.functions += HEAVY.get(name, 1)
            few = connection.budget.functions <= FUNCTIONS_IN_A_STATEMENT
            return few and name in FUNCTIONS
        if action == sqlite3.SQLITE_READ:
            return (first or "").lower() not in HIDDEN
        if action == sqlite3.SQLITE_PRAGMA:
            reads_only = first != "schema_version" or second is None
            return (first or "").lower() in PRAGMAS and reads_only
        if action == sqlite3.SQLITE_UPDATE:
            return first == OPENING
        return action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)

    def authorize(*asked: object) -> int:
        return sqlite3.SQLITE_OK if allowed(*asked) else sqlite3.SQLITE_DENY

    return authorize


Cell = str | bytes | int | float | None


def _text(cell: Cell) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def _instr(text: Cell, part: Cell) -> int | None:
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _text(text).find(_text(part)) + 1


def _replace(text: Cell, old: Cell, new: Cell) -> str | None:
    if text is None or old is None or new is None:
        return None
    text, old, new = _text(text), _text(old), _text(new)
    if not old:
        return text
    if len(text) + text.count(old) * (len(new) - len(old)) > TEXT_BYTES:
        raise sqlite3.DataError("string or blob too big")
    return text.replace(old, new)


def _trim(strip: Callable[[str, str], str]) -> Callable[[Cell, Cell], str | None]:
    def trimmed(text: Cell, letters: Cell) -> str | None:
        if text is None or letters is None:
            return None
        if len(_text(letters)) > TRIMMED_LETTERS:
            raise sqlite3.DataError("too many letters to trim")
        return strip(_text(text), _text(letters))

    return trimmed


# SQLite's own take the product of their arguments' lengths; Python's do not.
REPLACED: tuple[tuple[str, int, Callable[..., object]], ...] = (
    ("instr", 2, _instr),
    ("replace", 3, _replace),
    ("trim", 2, _trim(str.strip)),
    ("ltrim", 2, _trim(str.lstrip)),
    ("rtrim", 2, _trim(str.rstrip)),
)
