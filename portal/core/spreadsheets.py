"""Tables that go out as CSV, safe in any spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV after RFC 4180 in UTF-8: one header row, numbers as numbers, no cell a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def harmless(cell: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    starts = isinstance(cell, str) and cell[:1] in STARTS_A_FORMULA
    return f"'{cell}" if starts else cell
