"""A document with figures to be read, made straight in the store, for tests of the review room."""

import json
from pathlib import Path
from typing import Any

from portal.config import Settings
from portal.desk.people.model import Person, person
from portal.desk.reading.tables import dump
from portal.extract.model import Cell, Table
from portal.ingest import bundle
from portal.store import archive
from portal.store.desk import Desk, now, one_writer, open_desk, transaction

MAPPER, A, B, C = "mapper", "reviewer-a", "reviewer-b", "reviewer-c"
CONTRIBUTOR, PUBLISHER = "contributor-a", "publisher-a"
ROLES = {
    MAPPER: "contributor", A: "reviewer", B: "reviewer", C: "reviewer",
    CONTRIBUTOR: "contributor", PUBLISHER: "publisher",
}  # fmt: skip
REQUEST = "kent-2025"


def who(name: str) -> Person:
    """A person of the room with the rights of their role."""
    return person(list(ROLES).index(name) + 1, name, ROLES[name])


def room(folder: Path) -> tuple[Settings, Desk]:
    """A store with the bundled words and figures, the people, and one request."""
    config = Settings(var=folder / "var")
    with one_writer(config.var):
        db = open_desk(config.desk)
        assert not [
            r for each in bundle.load(config.data, config.archive, db) for r in each.refused
        ]
    with transaction(db) as conn:
        for name, role in ROLES.items():
            add_person(conn, name, role)
        add_request(conn, REQUEST, "kent-police")
    return config, db


def add_person(conn: Any, name: str, role: str) -> None:
    """Somebody who works at the desk."""
    conn.execute(
        "INSERT INTO people (name, role, state, password, totp, created_at, changed_at)"
        " VALUES (?, ?, 'active', '', '', ?, ?)",
        [name, role, now(), now()],
    )


def add_request(conn: Any, id: str, body: str) -> None:
    """A request that was answered."""
    conn.execute(
        "INSERT INTO foi_requests (id, body, reference, address, law, sent_on, answered_on, state,"
        " made_by, made_at) VALUES (?, ?, 'FOI 12/25', 'https://platform.example/request/1',"
        " 'Freedom of Information Act 2000', '2025-01-06', '2025-02-03', 'answered', ?, ?)",
        [id, body, MAPPER, now()],
    )


def add_document(
    db: Desk, folder: Path, content: bytes = b"an answer", kind: str = "xlsx", **fields: Any
) -> str:
    """A document that was read; returns its SHA-256."""
    sha256 = archive.keep(folder, content)
    given = {
        "sha256": sha256, "name": "answer.xlsx", "kind": kind, "bytes": len(content),
        "request": REQUEST, "state": "ready", "received_by": MAPPER, "received_at": now(),
    } | fields  # fmt: skip
    db["documents"].insert(given)
    return sha256


def add_table(db: Desk, document: str, figures: list[str], page: int = 0) -> int:
    """A table of years and figures, one a row; on a page of a PDF the cells have boxes."""
    cells = [Cell(0, 0, "Year"), Cell(0, 1, "Requests")]
    for row, text in enumerate(figures, 1):
        cells += [Cell(row, 0, str(2000 + row)), Cell(row, 1, text)]
    placed = tuple(
        Cell(
            c.row, c.column, c.text, page=page, reference="" if page else _reference(c),
            box=_box(c) if page else None,
        )
        for c in cells
    )  # fmt: skip
    table = Table(str(page) if page else "Answer", 1, placed, page=page, header_rows=1)
    number = db.execute("SELECT count(*) FROM document_tables").fetchone()[0] + 1
    given = {
        "document": document, "number": number, "place": table.place, "page": page, "title": "",
        "shape": "a", "confidence": 1.0, "doubts": "[]", "content": dump(table),
    }  # fmt: skip
    return int(db["document_tables"].insert(given).last_pk)


def _reference(cell: Cell) -> str:
    return f"Answer!{'AB'[cell.column]}{cell.row + 1}"


def _box(cell: Cell) -> tuple[float, float, float, float]:
    left, top = 80.0 + 120 * cell.column, 100.0 + 20 * cell.row
    return (left, top, left + 100, top + 16)


def propose(db: Desk, document: str, table_id: int | None, printed: str, **fields: Any) -> int:
    """One proposal, by default of Kent's requests in the year that its row names."""
    row = fields.get("row", 1)
    year = 2000 + row
    page = fields.get("page", 0)
    number = printed.replace(",", "")
    given = {
        "document": document, "table_id": table_id, "row": row, "column": 1,
        "reference": f"Answer!B{row + 1}" if not page else "", "page": page,
        "box": json.dumps(_box(Cell(row, 1, ""))) if page else "",
        "measure": "foi_cd_requests", "requester": "kent-police", "holder": "_T", "area": "GB",
        "breakdown": "_T", "start": f"{year}-01-01", "end": f"{year}-12-31", "period": str(year),
        "printed": printed, "value": number if number.isdecimal() else None, "low": None,
        "high": None, "status": "normal", "note": "", "confidence": 1.0, "doubts": "[]",
        "state": "open", "made_by": MAPPER, "made_at": now(),
    } | fields  # fmt: skip
    return int(db["proposals"].insert(given).last_pk)


def figures(db: Desk, folder: Path, count: int, **fields: Any) -> tuple[str, list[int]]:
    """A document with a table of so many figures, 1001, 1002, ..., all proposed."""
    page = fields.get("page", 0)
    kind = "pdf" if page else "xlsx"
    content = f"answer {db['documents'].count} with {count} figures".encode()
    document = add_document(db, folder, content, kind)
    texts = [f"1,{n:03d}" for n in range(1, count + 1)]
    table = add_table(db, document, texts, page)
    ids = [
        propose(db, document, table, text, row=n, **fields) for n, text in enumerate(texts, 1)
    ]  # fmt: skip
    return document, ids
