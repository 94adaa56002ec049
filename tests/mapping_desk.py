"""Documents with tables at the desk, put there as a worker records them."""

import hashlib
from collections.abc import Sequence

from portal.desk.mapping.shapes import shape_of
from portal.desk.reading.tables import dump
from portal.extract.model import Table
from portal.store import findings, queue
from portal.store.desk import Desk, now, transaction

PUBLICATION = "test-publication"


def document(
    db: Desk,
    tables: Sequence[Table],
    name: str = "answer.xlsx",
    request: str | None = None,
    held: Sequence[tuple[int, int]] = (),
    pictures: Sequence[findings.PagePicture] = (),
    state: str = "",
) -> tuple[str, list[int]]:
    """Record a document as read; returns its hash and the ids of its tables."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    with transaction(db) as conn:
        conn.execute(
            "INSERT INTO documents (sha256, name, bytes, request, publication, state, received_by,"
            " received_at) VALUES (?, ?, 9, ?, ?, 'reading', 'contributor', ?)",
            [sha256, name, request, "" if request else PUBLICATION, now()],
        )
        queue.ask(conn, "read", sha256, "contributor")
    job = queue.take(db, 60)
    assert job is not None
    found = [
        findings.FoundTable(
            number=number,
            place=table.place,
            page=table.page,
            title=table.title,
            shape=shape_of(table),
            confidence=table.confidence,
            doubts=table.doubts,
            content=dump(table),
            held=[findings.HeldCell(*place, "free_text", "held words") for place in held],
        )
        for number, table in enumerate(tables, 1)
    ]
    outcome = {"quarantined": "quarantine", "rejected": "reject"}.get(state, "")
    reading = findings.Reading("xlsx", outcome, (), "", 0, (), found, pictures)
    assert findings.record(db, job, reading)
    ids = "SELECT id FROM document_tables WHERE document = ? ORDER BY number"
    return sha256, [row[0] for row in db.execute(ids, [sha256]).fetchall()]


def request(db: Desk, id: str, body: str, law: str = "foia", state: str = "answered") -> str:
    """Record a FOI request."""
    with transaction(db) as conn:
        conn.execute(
            "INSERT INTO foi_requests (id, body, law, state, made_by, made_at)"
            " VALUES (?, ?, ?, ?, 'contributor', ?)",
            [id, body, law, state, now()],
        )
    return id
