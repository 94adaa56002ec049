"""A site with nothing but the open tables and one plain page, for their tests."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from portal.config import Settings
from portal.web.tables.proxy import install
from portal.web.tables.supervisor import Supervisor


def copy_of(published: Settings, folder: Path) -> Settings:
    """An installation of one's own with the published edition in it."""
    config = replace(published, var=folder / "var")
    shutil.copytree(published.editions, config.editions, symlinks=True, copy_function=os.link)
    return config


def next_edition(config: Settings, number: int) -> Path:
    """Put a copy of the edition beside it under another number, and make it current."""
    here = config.editions / "current"
    folder = config.editions / f"{number:04d}"
    shutil.copytree(here.resolve(), folder)
    link = config.editions / f".current-{number}"
    link.symlink_to(folder.name)
    link.replace(here)
    return folder / "retention-watch.db"


class Site:
    """A client of the site, and the supervisor behind it."""

    def __init__(self, client: httpx.AsyncClient, supervisor: Supervisor) -> None:
        self.client, self.supervisor = client, supervisor

    async def get(self, path: str, **asked: str) -> httpx.Response:
        """Ask the site as a reader would."""
        return await self.client.get(path, params=asked or None)

    async def sql(self, sql: str, form: str = ".json") -> httpx.Response:
        """Ask a question in SQL."""
        return await self.get(f"/data/retention-watch{form}", sql=sql)

    @property
    def pid(self) -> int:
        """The process that answers now."""
        assert self.supervisor.child is not None
        return self.supervisor.child.process.pid


@asynccontextmanager
async def serving(config: Settings) -> AsyncIterator[Site]:
    """Run the site."""
    app = Starlette(routes=[Route("/plain", lambda request: PlainTextResponse("plain"))])
    async with Supervisor(config).running() as supervisor:
        install(app, supervisor)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
            yield Site(client, supervisor)
