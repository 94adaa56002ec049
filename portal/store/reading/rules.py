"""The words that the rules of comparison need, read from an edition."""

import sqlite3
from datetime import date

from portal.core.vocabulary import Break, Measure, Unit, Vocabulary


def rules(db: sqlite3.Connection) -> Vocabulary:
    """Return units, measures and breaks as the rules of comparison take them."""
    units = {row["id"]: Unit(**dict(row)) for row in db.execute("SELECT * FROM units")}
    measures = {}
    for row in db.execute("SELECT * FROM measures"):
        given = {name: row[name] for name in row.keys() if name != "observations"}  # noqa: SIM118
        measures[row["id"]] = Measure(**{**given, "additive": bool(row["additive"])})
    return Vocabulary(units, measures, {}, {}, _breaks(db), {}, {}, {}, {})


def _breaks(db: sqlite3.Connection) -> dict[str, Break]:
    touched: dict[str, tuple[list[str], list[str]]] = {}
    for row in db.execute("SELECT * FROM break_measures ORDER BY measure"):
        before, after = touched.setdefault(row["break"], ([], []))
        (after if row["side"] == "after" else before).append(row["measure"])
    return {row["id"]: _break(row, touched) for row in db.execute("SELECT * FROM breaks")}


def _break(row: sqlite3.Row, touched: dict[str, tuple[list[str], list[str]]]) -> Break:
    before, after = touched.get(row["id"], ([], []))
    words = (row["kind"], row["title"], row["changed"])
    place = (row["source"] or "", row["locator"])
    day = date.fromisoformat(row["date"])
    return Break(row["id"], day, *words, tuple(before), tuple(after), *place)
