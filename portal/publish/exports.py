"""Downloads: CSV with its description beside it, and JSON, one pair for each dataset."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from portal.core.spreadsheets import csv_bytes
from portal.store.archive import write_whole

FIGURES = """
SELECT o.id, o.measure, m.label AS measure_label, o.unit, u.many AS unit_label,
  o.requester, q.label AS requester_label, o.holder, h.label AS holder_label,
  o.area AS area_code, a.label AS area_label, o.breakdown, b.label AS breakdown_label,
  o.period_kind AS period_type, o.period AS period_label, o.start, o."end",
  o.value, o.low, o.high, o.marks, o.status, o.printed,
  r.publisher, r.title AS source_title, r.year AS source_year, o.page AS source_page, o.url,
  r.licence, o.snapshot AS snapshot_sha256, o.part AS snapshot_part, o."row" AS snapshot_row,
  o.disputed, o.corrected, o.note, '/observations/' || o.id AS address
FROM observations o JOIN measures m ON m.id = o.measure JOIN units u ON u.id = o.unit
JOIN bodies q ON q.id = o.requester JOIN bodies h ON h.id = o.holder JOIN areas a ON a.id = o.area
JOIN breakdowns b ON b.id = o.breakdown JOIN sources r ON r.id = o.source
WHERE m.topic = ?
ORDER BY o.measure, o.requester, o.holder, o.area, o.breakdown, o.start, o.source, o.id
"""

OTHERS = {
    "bodies": "SELECT * FROM bodies ORDER BY id",
    "laws": "SELECT * FROM laws ORDER BY area, in_force_from, id",
    "timeline": "SELECT * FROM timeline ORDER BY date, id",
    "sources": "SELECT * FROM sources ORDER BY id",
    "breaks": "SELECT b.*, group_concat(m.measure, ' ') AS measures FROM breaks b"
    " JOIN break_measures m ON m.break = b.id GROUP BY b.id ORDER BY b.date, b.id",
    "corrections": "SELECT * FROM corrections ORDER BY id",
}

# What each column means, for the description beside the file.
MEANINGS = {
    "id": "permanent name of the figure; it does not change when the value is revised",
    "measure": "what is counted, as a code",
    "measure_label": "what is counted, in words",
    "unit": "unit of count, as a code; units never mix",
    "unit_label": "unit of count, in words",
    "requester": "the authority that asks, as a code; _T is all of them",
    "requester_label": "the authority that asks, in words",
    "holder": "the operator that is asked, as a code; _T is all of them",
    "holder_label": "the operator that is asked, in words",
    "area_code": "whose law or territory, as a code",
    "area_label": "whose law or territory, in words",
    "breakdown": "what the figure is broken down by, dimension=code; _T is the total",
    "breakdown_label": "what the figure is broken down by, in words",
    "period_type": "kind of period: year, financial_year, half, quarter, month, day, span, open",
    "period_label": "the period as a person reads it",
    "start": "first day of the period; empty where the source gives none",
    "end": "last day of the period; empty where the source gives none",
    "value": "the number; empty when it is a band or missing",
    "low": "lower bound of a band",
    "high": "upper bound of a band",
    "marks": "marks of status, in a column of their own",
    "status": "why the value is what it is, or why there is none",
    "printed": "the text as the source prints it",
    "publisher": "who published the source",
    "source_title": "title of the source",
    "source_year": "year of the source",
    "source_page": "page or place inside the source",
    "url": "address of the page at which the figure was read",
    "licence": "licence of the source, as a code",
    "snapshot_sha256": "SHA-256 of the archived bytes from which the figure was read",
    "snapshot_part": "part of those bytes: member of a zip, sheet, table",
    "snapshot_row": "row in those bytes from 1; in our own transcriptions, from 1 below the header",
    "disputed": "1 when another source says otherwise",
    "corrected": "1 when the figure stands in the register of publishers' errors",
    "note": "our note to the figure",
    "address": "the figure's page on this site",
}

Table = tuple[list[str], list[Sequence[Any]]]


def write_all(conn: sqlite3.Connection, folder: Path) -> None:
    """Write every dataset into the folder: name.csv, name.csv-metadata.json, name.json."""
    for (topic,) in conn.execute("SELECT id FROM datasets WHERE rows > 0 ORDER BY id").fetchall():
        _write(folder, topic, _table(conn, FIGURES, [topic]))
    for name, question in OTHERS.items():
        _write(folder, name, _table(conn, question))


def _table(conn: sqlite3.Connection, question: str, given: Sequence[Any] = ()) -> Table:
    cursor = conn.execute(question, given)
    return [column[0] for column in cursor.description], cursor.fetchall()


def _write(folder: Path, name: str, table: Table) -> None:
    header, rows = table
    write_whole(folder / f"{name}.csv", csv_bytes(header, rows))
    objects = [dict(zip(header, row, strict=True)) for row in rows]
    text = json.dumps(objects, ensure_ascii=False, indent=1)
    write_whole(folder / f"{name}.json", text.encode())
    described = json.dumps(_description(name, header), ensure_ascii=False, indent=1)
    write_whole(folder / f"{name}.csv-metadata.json", described.encode())


def _description(name: str, header: Sequence[str]) -> dict[str, Any]:
    columns = [{"name": column, "titles": column} for column in header]
    numbers = {"value": "number", "low": "number", "high": "number"}
    for column in columns:
        column["datatype"] = numbers.get(column["name"], "string")
        if column["name"] in MEANINGS:
            column["dc:description"] = MEANINGS[column["name"]]
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{name}.csv",
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {"columns": columns, "primaryKey": header[0]},
    }
