"""Inspection of documents before anyone opens them: what is hidden in them, and what is seen.

In production call `sandbox.look`: the same in a walled-off process.
"""

from portal.desk.inspection.findings import OUTCOMES, Finding, Inspection
from portal.desk.inspection.limits import LIMITS, Limits, Refused
from portal.desk.inspection.readers import look
from portal.desk.inspection.tables import Cell, Table, as_csv, escaped

__all__ = [
    "LIMITS",
    "OUTCOMES",
    "Cell",
    "Finding",
    "Inspection",
    "Limits",
    "Refused",
    "Table",
    "as_csv",
    "escaped",
    "inspect",
    "visible_tables",
]


def inspect(content: bytes, name: str) -> Inspection:
    """Return the kind, the outcome and the findings of a document; never what is hidden in it."""
    return look(content, name)[0]


def visible_tables(content: bytes, name: str) -> list[Table]:
    """Return what a reader sees, cell by cell; cells that need a reviewer are held and empty."""
    return look(content, name)[1]
