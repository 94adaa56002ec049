"""Australia: annual reports on the Telecommunications (Interception and Access) Act 1979.

Years run from 1 July to 30 June. They hold what no other country prints: authorisations for data
by agency, the age of the data, and what retention costs the industry. PDF only, CC BY 4.0; the
title and the department moved (Attorney-General's, Home Affairs, Attorney-General's again). So
each report is kept and hashed; its figures are transcribed by people.
"""

from collections.abc import Iterator

from portal.core.errors import BadInput
from portal.core.sources import Get, Record, Snapshot, Source
from portal.sources import _captured

SOURCE = Source(
    id="australia_tia",
    title="Telecommunications (Interception and Access) Act 1979: annual reports",
    publisher="Attorney-General's Department, Australia",
    page=(
        "https://www.ag.gov.au/crime/publications/telecommunications-interception-and-access-act-"
        "and-part-15-telecommunications-act"
    ),
    licence="public-document",
    months=12,
    proven=False,
    since="2004-07-01",
    quirks=("Reports are PDF: they are kept as they are and transcribed by people.",),
)


def snapshots(get: Get) -> Iterator[Snapshot]:
    """Ask for the page and for each report that it links."""
    page = get(SOURCE.page)
    yield from _captured.linked(page, get, r"annual.?report|interception.and.access")


def records(snapshot: Snapshot) -> Iterator[Record]:
    """Yield the report as kept."""
    if not _captured.is_file(snapshot):
        raise BadInput("a PDF", snapshot.content[:40], snapshot.address)
    yield _captured.record(snapshot)
