"""The command `portal`: one short function for each thing it does."""

import os
import sys
import time
from contextlib import closing
from pathlib import Path

import click

from portal import __version__
from portal.config import HELP, Settings, settings
from portal.core.errors import PortalError, StoreError
from portal.ingest import bundle, health, registry, running
from portal.publish import editions
from portal.store import checks
from portal.store.desk import existing_desk, one_writer, open_desk

# A file that is wrong in one way is wrong in every row: the first few tell it.
SHOWN = 10


class Command(click.Group):
    """Ends with one sentence instead of a traceback; 1 for a refusal, 130 when interrupted."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; turn the portal's own errors into a sentence."""
        try:
            return super().invoke(context)
        except PortalError as problem:
            raise click.ClickException(str(problem)) from problem


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portal")
@click.pass_context
def main(context: click.Context) -> None:
    """Retention Watch: who asks for phone and internet records, and how long they are kept.

    Settings are read from the environment; `portal settings` lists them.
    """
    context.obj = settings()


def say(text: str) -> None:
    """Tell on the screen how far a long command is."""
    click.echo(text, err=True)


@main.command()
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


@main.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Replay recorded files of this folder instead of the network.",
)
@click.pass_obj
def scrape(config: Settings, names: tuple[str, ...], folder: Path | None) -> None:
    """Fetch, archive, read, check and record the sources named, or all of them."""
    modules, failed = registry.chosen(names), 0
    with one_writer(config.var):
        run = running.start(config, open_desk(config.desk), say)
        for look in running.every(run, modules, folder):
            changed = f"{look.new:,} new, {look.revised:,} revised, {look.withdrawn:,} withdrawn"
            click.echo(f"{look.source:<20} {look.outcome:<10} {look.documents:>4} files, {changed}")
            for problem in look.problems.splitlines()[:SHOWN]:
                click.echo(f"  {problem}")
            failed += look.outcome == "failed"
    if failed:
        raise click.ClickException(f"{failed} sources failed; what they said before stays")


@main.command("sources")
@click.pass_obj
def list_sources(config: Settings) -> None:
    """Tell the health of every source: last look, last change, next due, and what went wrong."""
    db = existing_desk(config.desk)
    for each in health.health(db):
        click.echo(
            f"{each.id:<20} {each.state:<9} looked {each.looked or 'never':<26} {each.proof}"
        )
        for line in each.problems[:SHOWN]:
            click.echo(f"  {line}")


@main.command()
@click.pass_obj
def publish(config: Settings) -> None:
    """Build the next edition from everything approved, check it, and swap it in."""
    with one_writer(config.var):
        edition = editions.publish(existing_desk(config.desk), config.archive, config.editions, say)
    if edition.new:
        click.echo(
            f"edition {edition.number}: {edition.observations:,} figures, {edition.content_hash}"
        )
    else:
        click.echo(f"nothing has changed since edition {edition.number}")


@main.command()
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


@main.command()
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
    click.echo(f"{folder}: every file is what was published")


@main.command()
@click.pass_obj
def serve(config: Settings) -> None:
    """Serve the site, the API and the open tables until stopped."""
    config.var.mkdir(parents=True, exist_ok=True)
    os.execv(sys.executable, [sys.executable, "-m", "portal.web"])


@main.command("settings")
@click.pass_obj
def show_settings(config: Settings) -> None:
    """List the settings, their present values and what they are for."""
    for name, help in HELP.items():
        click.echo(f"PORTAL_{name.upper():<16} {getattr(config, name)}\n{'':<23} {help}")
