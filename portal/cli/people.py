"""Commands about the people of the desk: the first admin comes in by one of these."""

import click

from portal.config import Settings
from portal.desk.people import accounts
from portal.desk.people.rights import ROLES
from portal.store.desk import existing_desk

# Who acts in the audit trail when somebody works on the machine itself.
ACTOR = "portal"


@click.group()
def people() -> None:
    """Invite people to the desk, change what they may do, and end their work there."""


@people.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What they may do.")
@click.pass_obj
def invite(config: Settings, name: str, role: str) -> None:
    """Invite NAME, and print the address that lets them in: it works once, for a week."""
    click.echo(accounts.invite(existing_desk(config.desk), config.site, name, role, ACTOR))


@people.command("list")
@click.pass_obj
def list_people(config: Settings) -> None:
    """List everybody who ever came in, and what they may do."""
    db = existing_desk(config.desk)
    for each in accounts.everybody(db):
        role = each["role"] if each["state"] == "active" else "revoked"
        click.echo(f"{each['name']:<24} {role:<12} last here {(each['seen_at'] or 'never')[:10]}")


@people.command()
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@click.pass_obj
def role(config: Settings, name: str, role: str) -> None:
    """Give NAME another ROLE, from their next request on."""
    accounts.set_role(existing_desk(config.desk), name, role, ACTOR)
    click.echo(f"{name} is {role} now")


@people.command()
@click.argument("name")
@click.pass_obj
def revoke(config: Settings, name: str) -> None:
    """End the work of NAME at once: sessions, tokens and keys open nothing any more."""
    accounts.revoke(existing_desk(config.desk), name, ACTOR)
    click.echo(f"{name} can do nothing at the desk any more")


@people.command()
@click.argument("name")
@click.pass_obj
def reset(config: Settings, name: str) -> None:
    """Print an address where NAME, who lost their keys, makes new ones; their sessions end."""
    click.echo(accounts.reset(existing_desk(config.desk), config.site, name, ACTOR))


@people.command()
@click.argument("name")
@click.argument("subject")
@click.pass_obj
def link(config: Settings, name: str, subject: str) -> None:
    """Let NAME come in as SUBJECT of the organisation's own sign-in server; "" takes it back."""
    accounts.link(existing_desk(config.desk), name, subject, ACTOR)
    click.echo(f"the sign-in of {name} was changed")
