"""Commands over the figures: init, publish, check, verify."""

import sys
import time
from contextlib import closing
from pathlib import Path

import click

from portal.cli import handlers
from portal.cli.screen import SHOWN, say
from portal.config import Settings
from portal.core.errors import StoreError
from portal.ingest import bundle
from portal.publish import editions, takedown
from portal.store import checks
from portal.store.desk import Desk, existing_desk, one_writer, open_desk


@click.command()
@click.pass_obj
def init(config: Settings) -> None:
    """Create the private store and load the bundled data; again, it loads what changed."""
    began, refused = time.monotonic(), 0
    with one_writer(config.var):
        db = open_desk(config.desk)
        click.echo(
            f"{'file':<32}{'read':>7}{'new':>7}{'revised':>9}{'same':>7}{'gone':>6}{'refused':>9}"
        )
        for report in bundle.load(config.data, config.archive, db):
            o = report.outcome
            counts = (
                f"{report.read:>7,}{o.new:>7,}{o.revised:>9,}{o.unchanged:>7,}{o.withdrawn:>6,}"
            )
            click.echo(f"{report.name:<32}{counts}{len(report.refused):>9,}")
            for reason in report.refused[:SHOWN]:
                click.echo(f"  refused: {reason}")
            if len(report.refused) > SHOWN:
                click.echo(f"  and {len(report.refused) - SHOWN:,} more rows of this file")
            refused += len(report.refused)
    say(f"done in {time.monotonic() - began:.1f} s")
    if refused:
        raise click.ClickException(f"{refused} rows were refused; their files were left out whole")


@click.command()
@click.pass_obj
def publish(config: Settings) -> None:
    """Build the next edition from everything approved, check it, and swap it in."""
    with one_writer(config.var):
        published(config, existing_desk(config.desk))


def published(config: Settings, db: Desk) -> None:
    """Publish and tell which edition stands now."""
    edition = handlers.publish(config, db, say)
    if edition.new:
        click.echo(
            f"edition {edition.number}: {edition.observations:,} figures, {edition.content_hash}"
        )
    else:
        click.echo(f"nothing has changed since edition {edition.number}")


@click.command()
@click.pass_obj
def check(config: Settings) -> None:
    """Look over all figures and archived bytes; silence means good."""
    findings = list(checks.check_archive(config.archive))
    edition = editions.current(config.editions)
    if edition is None:
        raise StoreError("There is no edition to check; run `portal publish` first.")
    with closing(editions.readonly(edition.folder / editions.NAME)) as conn:
        findings += checks.check_edition(conn)
    for finding in findings:
        click.echo(f"{finding.check}: {finding.figure}: {finding.says}")
    if findings:
        sys.exit(1)


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def verify(config: Settings, folder: Path | None) -> None:
    """Check that an edition (the current one, or a copy in FOLDER) is what was published."""
    folder = folder or config.editions / "current"
    problems = list(editions.verify(folder))
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    for file, words in takedown.withdrawn_files(folder).items():
        click.echo(f"{file}: {words}")
    click.echo(f"{folder}: every file is what was published")
