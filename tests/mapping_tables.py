"""Tables for the tests of mapping: made by code, with figures that are known."""

from collections.abc import Sequence

from portal.extract.heads import head_of
from portal.extract.model import Cell, Table

FORCES = {
    "Kent Police": "kent-police",
    "Dorset Police": "dorset-police",
    "Cheshire Constabulary": "cheshire-constabulary",
    "Bedfordshire Police": "bedfordshire-police",
}


def table(rows: Sequence[Sequence[str]], header_rows: int | None = None, **more: object) -> Table:
    """A table of a sheet from its texts; totals are told as the reader of sheets tells them."""
    from portal.extract.describe import described

    cells = tuple(
        Cell(r, c, text, reference=f"Sheet1!{chr(65 + c)}{r + 1}")
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
    )
    heads = head_of(rows) if header_rows is None else header_rows
    return described(Table("Sheet1", 1, cells, header_rows=heads, **more))  # type: ignore[arg-type]


LONG = [
    ["Year", "Force", "Notices"],
    ["2019", "Kent Police", "12"],
    ["2019", "Dorset Police", "1,204"],
    ["2020", "Kent Police", "<5"],
    ["2020", "Dorset Police", "Refused s.24"],
]
WIDE = [
    ["Force", "2019", "2020", "2021"],
    ["Kent Police", "12", "13", "14"],
    ["Dorset Police", "20", "-", ""],
    ["Total", "32", "13", "14"],
]
