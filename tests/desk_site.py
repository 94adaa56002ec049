"""An installation with the desk in it, people of every role, and ways to act as each of them.

site = desk_site(tmp_path)                 # the bundled words and figures, nothing published
with site.client("reviewer") as client:    # signed in; "anonymous" for nobody
    client.get("/desk/review")
    client.post("/desk/review/1", data=client.form(verdict="accept"))
with site.serving() as address:            # the public site and the desk behind it, real
    site.sign_in(page, address, "reviewer")
site.worker()                              # works off all jobs that wait
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pyotp
from fastapi import FastAPI

from portal.cli.handlers import handlers
from portal.config import Settings
from portal.desk.people import accounts, sessions
from portal.desk.people.model import Person
from portal.desk.people.rights import ROLES
from portal.desk.reading.working import work_until_idle
from portal.ingest import bundle
from portal.publish import editions
from portal.store.desk import Desk, connect, one_writer, open_desk
from portal.web.desk import cookies
from portal.web.desk.app import create_desk

SITE = "https://desk.example"
PASSWORD = "correct horse {role} staple"
# Two of each, because nobody may decide on their own.
NAMES = [*ROLES, *(f"{role}-b" for role in ROLES)]


@dataclass(frozen=True, slots=True)
class Account:
    """A person of the tests and how they sign in."""

    person: Person
    password: str
    seed: str
    codes: list[str]


class InProcess(httpx.BaseTransport):
    """Hands requests to the desk's application in this process, one at a time."""

    def __init__(self, app: FastAPI, *, strict: bool) -> None:
        self.inner = httpx.ASGITransport(app, raise_app_exceptions=strict, client=("10.9.8.7", 1))
        self.loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return self.loop.run_until_complete(self._answer(request))

    def close(self) -> None:
        """No more requests."""
        self.loop.close()

    async def _answer(self, asked: httpx.Request) -> httpx.Response:
        given = {"headers": asked.headers, "content": asked.read()}
        answer = await self.inner.handle_async_request(
            httpx.Request(asked.method, asked.url, **given)
        )
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


class Client(httpx.Client):
    """A client of the desk, signed in by a session; `csrf` is that session's token."""

    csrf = ""

    def form(self, **fields: Any) -> dict[str, Any]:
        """Fields of a form as a page of the desk would send them."""
        return {"csrf": self.csrf, **fields}


@dataclass
class DeskSite:
    """An installation and its people, by role; a second of each role is `reviewer-b`."""

    config: Settings
    app: FastAPI
    people: dict[str, Account] = field(default_factory=dict)

    def db(self) -> Desk:
        """A connection to the private store."""
        return connect(self.config.desk)

    def client(self, role: str, *, strict: bool = True) -> Client:
        """A client signed in as a role; with `strict`, an error that nobody expected raises."""
        client = Client(transport=InProcess(self.app, strict=strict), base_url=SITE)
        client.headers["Origin"] = SITE
        if role != "anonymous":
            with closing(self.db().conn) as conn:
                cookie, client.csrf = sessions.begin(Desk(conn), self.people[role].person, "test")
            client.cookies.set(cookies.SESSION, cookie, domain="desk.example", path="/desk")
        return client

    @contextmanager
    def serving(self, **settings: str) -> Iterator[str]:
        """The public site with the desk behind it, in processes of their own."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # Passkeys need a name, not a number: browsers take localhost for safe.
        address = f"http://localhost:{port}"
        given = {**os.environ, "PORTAL_VAR": str(self.config.var), "PORTAL_PORT": str(port)}
        given |= {"PORTAL_SITE": address, "PORTAL_DATA": str(self.config.data)} | settings
        process = subprocess.Popen([sys.executable, "-m", "portal.web"], env=given)
        try:
            _wait(address + "/desk/sign-in", process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)

    def sign_in(self, page: Any, address: str, role: str) -> None:
        """Sign in through the page, as a person does."""
        account = self.people[role]
        page.goto(f"{address}/desk/sign-in")
        page.fill("input[name=name]", account.person.name)
        page.fill("input[name=password]", account.password)
        page.fill("input[name=code]", self.code(role))
        page.click("main button[type=submit], main form button")
        page.wait_for_selector("text=Sign out")

    def code(self, role: str) -> str:
        """A code that was not used before: this step's, or a recovery code."""
        account = self.people[role]
        with closing(self.db().conn) as conn:
            sql = "SELECT totp_step FROM people WHERE id = ?"
            used = conn.execute(sql, [account.person.id]).fetchone()[0]
        if used >= int(time.time() // 30):
            return account.codes.pop()
        return pyotp.TOTP(account.seed).now()

    def worker(self) -> int:
        """Work off all jobs that wait; returns how many."""
        with closing(self.db().conn) as conn:
            return work_until_idle(self.config, Desk(conn), handlers(self.config))


def desk_site(folder: Path, *, publish: bool = False, data: Path | None = None) -> DeskSite:
    """Make an installation with the bundled words and figures (or those of `data`), and people."""
    config = replace(Settings(), var=folder / "var", site=SITE)
    config = replace(config, data=data) if data else config
    with one_writer(config.var):
        db = open_desk(config.desk)
        list(bundle.load(config.data, config.archive, db))
        if publish:
            editions.publish(db, config.archive, config.editions, lambda text: None)
    site = DeskSite(config, create_desk(config))
    for name in NAMES:
        role = name.removesuffix("-b")
        site.people[name] = come_in(db, name, role)
    db.conn.close()
    return site


def come_in(db: Desk, name: str, role: str) -> Account:
    """Invite somebody and let them accept, a while ago so that this step's code is unused."""
    address = accounts.invite(db, SITE, name, role, "portal")
    token = address.rsplit("/", 1)[1]
    seed = accounts.open_invitation(db, token).seed
    password = PASSWORD.format(role=name)
    code = pyotp.TOTP(seed).at(time.time() - 30)
    person, codes = accounts.accept(db, token, password, password, code)
    return Account(person, password, seed, codes)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")
