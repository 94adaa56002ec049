"""What commands tell on the screen."""

import click

# A file that is wrong in one way is wrong in every row: the first few tell it.
SHOWN = 10


def say(text: str) -> None:
    """Tell on the screen how far a long command is."""
    click.echo(text, err=True)
