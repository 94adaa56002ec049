"""The site: every route, the headers of every answer, and pages for what goes wrong."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from portal import __version__
from portal.config import Settings
from portal.core.errors import EditionError
from portal.web import (
    api,
    bodies,
    campaigns,
    datasets,
    documentation,
    documents,
    gaps,
    health,
    keeping,
    notices,
    observations,
    passing,
    problems,
    register,
    rendering,
    reports,
    search,
    sources,
    story,
    withdrawn,
    words,
)
from portal.web.edition import Editions
from portal.web.headers import EveryAnswer
from portal.web.tables import proxy
from portal.web.tables.supervisor import Supervisor

ROUTERS = (
    story.router,
    bodies.router,
    gaps.router,
    campaigns.router,
    documents.router,
    reports.router,
    observations.router,
    sources.router,
    datasets.router,
    search.router,
    words.router,
    register.router,
    notices.router,
    api.router,
    documentation.router,
)


def create_app(config: Settings) -> FastAPI:
    """Build the site over the editions of an installation."""
    supervisor, desk = Supervisor(config), passing.Passing(config)
    app = FastAPI(
        title="Retention Watch",
        version=__version__,
        description=api.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
        lifespan=beside(config, supervisor, desk),
    )
    app.state.settings, app.state.editions = config, Editions(config.editions)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=config.templates / "static", check_dir=False))
    proxy.install(app, supervisor)
    passing.install(app, desk)
    problems.install(app)
    code = code_version(Path(__file__).parents[1], config.templates)

    def version() -> str:
        told = health.stamp(config) + withdrawn.stamp(config)
        return content_version(app.state.editions, code, told)

    app.add_middleware(EveryAnswer, version=version)
    return app


def beside(
    config: Settings, supervisor: Supervisor, desk: passing.Passing
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What runs beside the site while it does: the tables, the desk and its worker."""

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        rendering.warm()
        # Pages are served at once; /data asks for patience until its process stands.
        starting = asyncio.create_task(supervisor.start())
        kept = keeping.keepers(config)
        for keeper in kept:
            keeper.start()
        try:
            yield
        finally:
            starting.cancel()
            with suppress(asyncio.CancelledError):
                await starting
            ending = [supervisor.stop(), desk.stop(), *(keeper.stop() for keeper in kept)]
            await asyncio.gather(*ending)

    return running


def code_version(*folders: Path) -> str:
    """A hash over the code and the templates: pages change when these do."""
    found = hashlib.sha256(__version__.encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                found.update(path.read_bytes())
    return found.hexdigest()


def content_version(editions: Editions, code: str, looked: str) -> str:
    """What every answer depends on besides its address; empty while no edition stands."""
    try:
        current = editions.current()
    except EditionError:
        return ""
    return f"{current.number}/{current.content_hash}/{code}/{looked}"
