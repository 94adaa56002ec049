"""`portal people`: the first admin comes in by it."""

import time
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result
from desk_site import SITE

from portal.cli import people
from portal.config import Settings
from portal.core.errors import PortalError
from portal.desk.people import accounts
from portal.store.desk import Desk, connect, open_desk


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    config = Settings(var=tmp_path, site=SITE)
    open_desk(config.desk).conn.close()
    return config


@pytest.fixture
def db(config: Settings) -> Desk:
    return connect(config.desk)


def run(config: Settings, *words: str) -> Result:
    return CliRunner().invoke(people.people, list(words), obj=config)


def come_in(db: Desk, token: str) -> None:
    code = pyotp.TOTP(accounts.open_invitation(db, token).seed).at(time.time())
    accounts.accept(db, token, "a sentence of mine", "a sentence of mine", code)


def test_the_first_admin_comes_in_by_command(config: Settings, db: Desk) -> None:
    done = run(config, "invite", "first", "--role", "admin")
    assert done.exit_code == 0
    address = done.output.strip()
    assert address.startswith(f"{SITE}/desk/invitation/")
    come_in(db, address.rsplit("/", 1)[1])
    assert "first" in run(config, "list").output and "admin" in run(config, "list").output


def test_roles_keys_and_ends_by_command(config: Settings, db: Desk) -> None:
    for name in ("admin-a", "admin-b"):
        told = run(config, "invite", name, "--role", "admin").output.strip()
        come_in(db, told.rsplit("/", 1)[1])
    assert run(config, "role", "admin-b", "reviewer").exit_code == 0
    assert "reviewer" in run(config, "list").output
    assert run(config, "link", "admin-b", "subject").exit_code == 0
    again = run(config, "reset", "admin-b").output.strip()
    come_in(db, again.rsplit("/", 1)[1])
    assert run(config, "revoke", "admin-b").exit_code == 0
    assert "revoked" in run(config, "list").output
    refused = run(config, "revoke", "admin-a")
    assert isinstance(refused.exception, PortalError) and "last admin" in str(refused.exception)
    said = [row[0] for row in db.execute("SELECT action FROM audit WHERE actor = 'portal'")]
    assert said == ["invite", "invite", "role", "link", "reset", "revoke"]


@pytest.mark.parametrize(
    "words", [("invite", "x"), ("invite", "x", "--role", "god"), ("role", "x")]
)
def test_a_command_without_its_words_does_nothing(
    config: Settings, db: Desk, words: tuple[str, ...]
) -> None:
    assert run(config, *words).exit_code == 2
    assert db.execute("SELECT count(*) FROM invitations").fetchone() == (0,)
