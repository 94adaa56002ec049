"""Payments of the Home Office to network operators, month by month, with their rows in the file."""

import sqlite3
from dataclasses import dataclass
from decimal import Decimal

from portal.store.reading.figures import Figure, figures

MEASURE = "payments_to_operators"
# How many months' files a page shows, the newest first.
MOST = 24


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment and the row of the archived file that says so."""

    figure: Figure
    row: int


@dataclass(frozen=True, slots=True)
class Month:
    """The payments of one file; lines may be added within one month only, by its measure's rule."""

    file: sqlite3.Row
    payments: list[Payment]

    @property
    def total(self) -> Decimal:
        """What the rows come to: added by us, not printed."""
        return sum((Decimal(str(each.figure.value or 0)) for each in self.payments), Decimal(0))

    @property
    def operators(self) -> list[tuple[str, str, Decimal, int]]:
        """Each operator paid, with the sum of its rows and how many they are, the most first."""
        found: dict[tuple[str, str], list[Decimal]] = {}
        for each in self.payments:
            figure = each.figure
            amounts = found.setdefault((figure.holder, figure.holder_label), [])
            amounts.append(Decimal(str(figure.value or 0)))
        sums = [(*who, sum(paid, Decimal(0)), len(paid)) for who, paid in found.items()]
        return sorted(sums, key=lambda each: -each[2])


@dataclass(frozen=True, slots=True)
class Payments:
    """The months in hand, and the publisher's own caution."""

    months: list[Month]
    measure: sqlite3.Row


FILES = """
SELECT s.*, coalesce(f.label, s.name) AS label, f.source FROM snapshots s
LEFT JOIN fetches f ON f.snapshot = s.sha256
WHERE s.sha256 IN (SELECT o.snapshot FROM observations o WHERE o.measure = ? GROUP BY o.snapshot
  ORDER BY max(o.start) DESC LIMIT ?)
GROUP BY s.sha256
"""
ROWS = """
SELECT id, "row" FROM observations WHERE snapshot = ? AND measure = ? ORDER BY "row"
"""


def payments(db: sqlite3.Connection) -> Payments | None:
    """Return the payments in hand by month, the newest first; None while there are none."""
    measure = db.execute("SELECT * FROM measures WHERE id = ?", [MEASURE]).fetchone()
    months = [_month(db, file) for file in db.execute(FILES, [MEASURE, MOST]).fetchall()]
    months = sorted(months, key=lambda month: month.payments[0].figure.start, reverse=True)
    return Payments(months, measure) if months else None


def _month(db: sqlite3.Connection, file: sqlite3.Row) -> Month:
    rows = db.execute(ROWS, [file["sha256"], MEASURE]).fetchall()
    inner = "SELECT rowid FROM observations WHERE snapshot = ? AND measure = ?"
    held = {f.id: f for f in figures(db, f"WHERE o.rowid IN ({inner})", [file["sha256"], MEASURE])}
    return Month(file, [Payment(held[row["id"]], row["row"]) for row in rows])
