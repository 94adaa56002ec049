"""Commands over the sources: scrape, watch, record, replay, sources, approve."""

import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from portal.cli.editions import published
from portal.cli.screen import SHOWN, say
from portal.config import Settings
from portal.core.errors import StoreError
from portal.desk.campaigns import feeds
from portal.ingest import health, registry, replay, running, stopping, watch
from portal.ingest.network.fetch import Client
from portal.store import writing
from portal.store.desk import existing_desk, one_writer, open_desk
from portal.store.private import approved_since_edition
from portal.store.writing import Look


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Replay recorded files of this folder instead of the network.",
)
@click.option(
    "--accept-losses",
    is_flag=True,
    help="Take a publication that has lost many of its figures; a person has looked at it.",
)
@click.pass_obj
def scrape(
    config: Settings, names: tuple[str, ...], folder: Path | None, accept_losses: bool
) -> None:
    """Fetch, archive, read, check and record the sources named, or all of them."""
    modules = registry.chosen(names)
    losses = replay.ANY_LOSS if accept_losses else running.LOSSES
    with one_writer(config.var), stopping.orderly() as stop:
        run = running.start(config, open_desk(config.desk), say, stop, losses)
        failed = sum(_told(look) for look in running.every(run, modules, folder))
        feeds.update_from_feeds(run.db)
        health.write(config, run.db)
    if failed:
        raise click.ClickException(f"{failed} sources failed; what they said before stays")


def _told(look: Look) -> bool:
    """Tell how a run over one source ended; True when it failed."""
    changed = f"{look.new:,} new, {look.revised:,} revised, {look.withdrawn:,} withdrawn"
    held = f", {look.held:,} files held for a person" if look.held else ""
    click.echo(f"{look.source:<20} {look.outcome:<10} {look.documents:>4} files, {changed}{held}")
    for problem in look.problems.splitlines()[:SHOWN]:
        click.echo(f"  {problem}")
    return look.outcome == "failed"


@click.command("watch")
@click.option("--once", is_flag=True, help="Run what is due now, publish, and end: for a timer.")
@click.pass_obj
def keep_watch(config: Settings, once: bool) -> None:
    """Run the sources that are due, publish what was approved, and go on until stopped.

    Ctrl-C ends between two documents; the next run goes on where this one ended.
    """
    with stopping.orderly() as stop:
        while True:
            try:
                following, failed = _round(config, stop)
            except StoreError as problem:
                if once:
                    raise
                following, failed = watch.utc(), 0
                say(f"{problem}; trying again")
            if once:
                break
            say(f"next look at {following:%Y-%m-%d %H:%M} UTC")
            stop.sleep(watch.wait(following, watch.utc()))
    if failed:
        raise click.ClickException(f"{failed} sources failed; what they said before stays")


def _round(config: Settings, stop: stopping.Stop) -> tuple[datetime, int]:
    """One round: what is due, then an edition; returns when the next is due and how many failed."""
    with one_writer(config.var), closing(existing_desk(config.desk)) as db:
        run, modules = running.start(config, db, say, stop), registry.chosen(())
        due = [each.module for each in watch.plan(db, modules, watch.utc()) if each.now]
        failed = sum(_told(look) for look in running.every(run, due)) if due else 0
        feeds.update_from_feeds(db)
        health.write(config, db)
        stop.check()
        if approved_since_edition(db):
            published(config, db)
        return watch.plan(db, modules, watch.utc())[0].at, failed


@click.command()
@click.argument("name", metavar="SOURCE")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("tests/sources"),
    show_default=True,
    help="Folder of the recordings; each source has one inside.",
)
@click.pass_obj
def record(config: Settings, name: str, folder: Path) -> None:
    """Save what SOURCE publishes now as recordings for its tests."""
    (module,) = registry.chosen((name,))
    with (
        one_writer(config.var),
        stopping.orderly() as stop,
        Client(config, say=say, sleep=stop.sleep) as client,
    ):
        count = running.record(config, module, folder, client)
    click.echo(f"{folder / name}: {count} files; now read them, and what the tests expect of them")


@click.command("replay")
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@click.pass_obj
def read_again(config: Settings, names: tuple[str, ...]) -> None:
    """Read the whole archive with today's code, and tell what would change; writes nothing."""
    modules, count = registry.chosen(names), 0
    with stopping.orderly() as stop, closing(existing_desk(config.desk)) as db:
        run = running.today(config, db, say, stop)
        for difference in replay.replay(run, modules):
            click.echo(str(difference))
            count += 1
    say(f"{count:,} differences" if count else "today's code reads the archive as it was read")
    if count:
        sys.exit(1)


@click.command("sources")
@click.pass_obj
def list_sources(config: Settings) -> None:
    """Tell the health of every source: last look, last change, next due, and what went wrong."""
    db = existing_desk(config.desk)
    for each in health.health(db):
        days = (each.looked[:16], each.changed[:10], each.due, each.since[:10])
        told = zip(("looked", "changed", "due", "since"), days, strict=True)
        said = "  ".join(f"{name} {day or 'never'}" for name, day in told if day or name != "since")
        click.echo(f"{each.id:<20} {each.state:<9} {said}  {each.proof}")
        for line in each.problems[:SHOWN]:
            click.echo(f"  {line}")
        for held in each.waiting[:SHOWN]:
            counts = f"{held.new:,} new, {held.revised:,} revised, {held.withdrawn:,} withdrawn"
            click.echo(f"  import {held.number} of {held.file} waits for a person: {counts}")
        if each.waiting:
            click.echo("  once looked at: portal approve IMPORT --as NAME --why REASON")


@click.command()
@click.argument("number", type=int, metavar="IMPORT")
@click.option("--as", "actor", required=True, help="Who has looked at it; kept in the audit trail.")
@click.option("--why", required=True, help="Why it is right; kept in the audit trail.")
@click.pass_obj
def approve(config: Settings, number: int, actor: str, why: str) -> None:
    """Let through an import that waits for a person; `portal sources` lists them."""
    with one_writer(config.var):
        db = existing_desk(config.desk)
        count = writing.approve(db, number, actor, why)
        feeds.update_from_feeds(db)
        health.write(config, db)
    click.echo(f"import {number} is approved, {count:,} readings; `portal publish` shows it")
