"""Commands that serve: the site, and the settings it runs by."""

import os
import sys

import click

from portal.config import HELP, Settings


@click.command()
@click.pass_obj
def serve(config: Settings) -> None:
    """Serve the site, the API and the open tables until stopped."""
    config.var.mkdir(parents=True, exist_ok=True)
    os.execv(sys.executable, [sys.executable, "-m", "portal.web"])


@click.command("settings")
@click.pass_obj
def show_settings(config: Settings) -> None:
    """List the settings, their present values and what they are for."""
    for name, help in HELP.items():
        value = getattr(config, name)
        shown = "(set)" if value and name.endswith("secret") else value
        click.echo(f"PORTAL_{name.upper():<16} {shown}\n{'':<23} {help}")
