"""The command that works off the desk's jobs."""

import os

import click

from portal.cli.handlers import handlers
from portal.cli.screen import say
from portal.config import Settings
from portal.desk.publishing import reports
from portal.desk.reading import working
from portal.ingest import stopping
from portal.store.desk import existing_desk

NICE = 10  # readers of the site come first


@click.command()
@click.option("--once", is_flag=True, help="Do what waits now, and end.")
@click.option(
    "--for-others", is_flag=True, help="Only read documents for the desk of another machine."
)
@click.pass_obj
def work(config: Settings, once: bool, for_others: bool) -> None:
    """Inspect and read the documents that came in, and do the desk's other jobs, until stopped.

    Killed at any point, the next run takes up what was not recorded.
    """
    os.nice(NICE)
    with stopping.orderly() as stop:
        if for_others:
            working.work_for_others(config, lambda: bool(stop.signal))
        elif once:
            done = working.work_until_idle(config, existing_desk(config.desk), handlers(config))
            say(f"{done:,} jobs done")
        else:
            db = existing_desk(config.desk)
            working.work(
                config, db, handlers(config), lambda: bool(stop.signal), say,
                meanwhile=lambda: reports.take_in(config, db),
            )  # fmt: skip
