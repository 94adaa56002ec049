"""The command that takes a document back at once."""

import click

from portal.config import Settings
from portal.core.errors import StoreError
from portal.desk.publishing.releasing import public_reason
from portal.publish import takedown
from portal.store.desk import existing_desk

SHORTEST = 8


@click.command()
@click.argument("sha256")
@click.option("--as", "actor", required=True, help="Who decided it; stays in the private store.")
@click.option("--why", required=True, help="The reason that readers see; it names nobody.")
@click.pass_obj
def withdraw(config: Settings, sha256: str, actor: str, why: str) -> None:
    """Withdraw the document SHA256 (or the start of it) from every edition, at once.

    Its pictures and copies are deleted from all editions; its figures stay, with the reason. A
    second time finishes what a first one has left undone.
    """
    reason = public_reason(why)
    db = existing_desk(config.desk)
    found = []
    if len(sha256) >= SHORTEST and sha256.isalnum():
        sql = "SELECT sha256 FROM documents WHERE sha256 LIKE ? || '%'"
        found = [row[0] for row in db.execute(sql, [sha256.lower()]).fetchall()]
    if len(found) != 1:
        raise StoreError(f"{sha256}: {len(found)} documents of the desk have a SHA-256 so begun")
    for each in takedown.withdraw(db, config, found[0], actor, reason):
        click.echo(f"withdrawn: {each}")
    click.echo("its pictures and copies are gone from every edition; its figures stay")
