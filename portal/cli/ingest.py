"""The command that takes documents in and reads them at once."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from portal.cli.handlers import handlers
from portal.cli.screen import SHOWN, say
from portal.config import Settings
from portal.core.errors import BadInput, PortalError
from portal.desk.intake import sentences
from portal.desk.intake.receive import check_owner, check_size, take
from portal.desk.reading.working import work_until_idle
from portal.store import documents
from portal.store.desk import Desk, existing_desk

ACTOR = "portal"


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--request", default="", help="The request at the desk that the files answer.")
@click.option("--publication", default="", help="The publication that the files belong to.")
@click.option("--as", "actor", default=ACTOR, help="The person of the desk who takes them in.")
@click.pass_obj
def ingest(
    config: Settings, files: Sequence[Path], request: str, publication: str, actor: str
) -> None:
    """Take documents in, inspect and read them, and tell what was found where.

    Ends with 1 when any of them was stopped or not taken. Stopped by Ctrl-C, what has been taken
    in stays, and `portal work` reads it.
    """
    check_owner(request, publication)
    db = existing_desk(config.desk)
    if actor != ACTOR and not documents.active(db, actor):
        raise BadInput("the name of a person who works at this desk", actor, "--as")
    try:
        taken, refused = _take_all(config, db, files, actor, request, publication)
        say("inspecting and reading what waits")
        work_until_idle(config, db, handlers(config))
    except KeyboardInterrupt:
        say("stopped; what has been taken in stays, and `portal work` reads it")
        sys.exit(130)
    told = [state for sha256 in taken for state in _tell(db, sha256)]
    bad = refused + sum(state != "ready" for state in told)
    if bad:
        every = refused + len(told)
        raise click.ClickException(
            f"{bad} of {every} documents stopped or not taken; /desk/documents shows what follows"
        )


def _take_all(
    config: Settings, db: Desk, files: Sequence[Path], actor: str, request: str, publication: str
) -> tuple[list[str], int]:
    taken: dict[str, None] = {}
    refused = 0
    for number, path in enumerate(files, 1):
        try:
            check_size(path.stat().st_size, path.name)
            received = take(
                db, config.archive, path.read_bytes(), path.name, actor,
                request=request, publication=publication,
            )  # fmt: skip
        except (OSError, PortalError) as problem:
            refused += 1
            say(f"{number} of {len(files)}: {problem}")
            continue
        taken[received.sha256] = None
        say(f"{number} of {len(files)}: {received.sentence}")
    return list(taken), refused


def _tell(db: Desk, sha256: str, deep: int = 0) -> Iterator[str]:
    """Tell what a document and its parts are, and yield the state of each."""
    row = documents.document(db, sha256)
    assert row is not None
    lead = "  " * deep
    size = f"{row['kind'] or 'unread'}, {row['bytes']:,} bytes"
    click.echo(f"{lead}{row['name']}  {row['state']}  {size}  {sha256}")
    for line in (sentences.STATES[row["state"]], row["problem"]):
        if line:
            click.echo(f"{lead}  {line}")
    _tell_findings(db, sha256, lead)
    _tell_tables(db, sha256, lead)
    yield row["state"]
    for part in documents.parts(db, sha256):
        yield from _tell(db, part["sha256"], deep + 1)


def _tell_findings(db: Desk, sha256: str, lead: str) -> None:
    found = documents.findings(db, sha256)
    for each in found[:SHOWN]:
        sentence, follows = sentences.finding(each["kind"]), sentences.outcome(each["outcome"])
        place = f"{each['place']}, {each['count']:,} times"
        click.echo(f"{lead}  found {each['kind']}: {sentence} Where: {place}; {follows}.")
    if len(found) > SHOWN:
        click.echo(f"{lead}  and {len(found) - SHOWN:,} more places")


def _tell_tables(db: Desk, sha256: str, lead: str) -> None:
    found = documents.tables(db, sha256)
    for each in found[:SHOWN]:
        whole = documents.some_rows(db, each["id"], 0, 0, 0)
        assert whole is not None
        place = f"page {each['page']}" if each["page"] else each["place"]
        held = f", {each['held']:,} cells held" if each["held"] else ""
        size = f"{whole.rows:,} rows, {whole.columns:,} columns{held}"
        click.echo(f"{lead}  table {each['number']}, {place}: {size}  {each['title']}".rstrip())
        for doubt in json.loads(each["doubts"])[:SHOWN]:
            click.echo(f"{lead}    doubtful: {doubt}")
    if len(found) > SHOWN:
        click.echo(f"{lead}  and {len(found) - SHOWN:,} more tables")
