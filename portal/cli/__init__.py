"""The command `portal`: one short function for each thing it does, grouped by what it is about."""

import sys

import click

from portal import __version__
from portal.cli import editions, ingest, people, serving, sources, withdraw, work
from portal.cli.screen import say
from portal.config import settings
from portal.core.errors import PortalError
from portal.ingest import stopping

COMMANDS = (
    editions.init,
    sources.scrape,
    sources.keep_watch,
    sources.record,
    sources.read_again,
    sources.list_sources,
    sources.approve,
    editions.publish,
    editions.check,
    editions.verify,
    serving.serve,
    serving.show_settings,
    work.work,
    ingest.ingest,
    people.people,
    withdraw.withdraw,
)


class Command(click.Group):
    """Ends with one sentence instead of a traceback; 1 for a refusal, 130 when interrupted."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; turn the portal's own errors into a sentence."""
        try:
            return super().invoke(context)
        except PortalError as problem:
            raise click.ClickException(str(problem)) from problem
        except stopping.Stopped:
            say("stopped between two documents; the next run goes on where this one ended")
            sys.exit(130)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portal")
@click.pass_context
def main(context: click.Context) -> None:
    """Retention Watch: who asks for phone and internet records, and how long they are kept.

    Settings are read from the environment; `portal settings` lists them.
    """
    context.obj = settings()


for command in COMMANDS:
    main.add_command(command)
