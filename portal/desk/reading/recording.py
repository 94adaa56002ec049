"""From a report to the store: pictures and parts are archived, then all is recorded at once."""

from portal.config import Settings
from portal.desk.intake.parts import receive_parts
from portal.desk.mapping.shapes import shape_of
from portal.desk.reading.look import Report
from portal.desk.reading.seen import Held
from portal.desk.reading.tables import dump
from portal.extract.model import Table
from portal.store import archive, findings, queue
from portal.store.desk import Desk


def record(config: Settings, db: Desk, job: queue.Job, report: Report) -> bool:
    """Record what a reading found; False when another attempt was first."""
    if not queue.is_ours(db.conn, job):
        # What a document holds that was rejected meanwhile does not come in by itself.
        return False
    if report.parts:
        parts = [(part.name, part.content) for part in report.parts]
        receive_parts(db, config.archive, job.object, parts, job.asked_by)
    pictures = [
        findings.PagePicture(
            each.page, archive.keep(config.archive, each.png), each.width, each.height, each.scale
        )
        for each in report.pictures
    ]
    inspection = report.inspection
    return findings.record(
        db,
        job,
        findings.Reading(
            kind=inspection.kind,
            outcome=inspection.outcome,
            walls=inspection.walls,
            problem=report.problem,
            pages=max((each.page for each in report.pictures), default=0),
            findings=[
                findings.Found(f.kind, f.place, f.count, f.outcome) for f in inspection.findings
            ],
            tables=[_table(n, *each) for n, each in enumerate(report.tables, 1)],
            pictures=pictures,
        ),
    )


def _table(number: int, table: Table, held: tuple[Held, ...]) -> findings.FoundTable:
    return findings.FoundTable(
        number=number,
        place=table.place,
        page=table.page,
        title=table.title,
        shape=shape_of(table),
        confidence=table.confidence,
        doubts=table.doubts,
        content=dump(table),
        held=[findings.HeldCell(h.row, h.column, h.reason, h.text) for h in held],
    )
