"""The desk's application: every room that exists, each route with its guard."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import FastAPI
from fastapi.routing import APIRoute

import portal.web.desk as rooms
from portal import __version__
from portal.config import Settings
from portal.web.desk import problems
from portal.web.desk.guard import Guard
from portal.web.desk.headers import DeskAnswer
from portal.web.desk.routing import DeskRouter


def create_desk(config: Settings) -> FastAPI:
    """Build the desk over the private store of an installation."""
    app = FastAPI(
        title="Retention Watch: the desk",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.settings = config
    for router in routers():
        app.include_router(router.routes)
    every = [route for router in routers() for route in router.routes.routes]
    app.state.pages = frozenset(
        route.path for route in every if isinstance(route, APIRoute) and "GET" in route.methods
    )
    for route in every:
        right(route)
    problems.install(app)
    app.add_middleware(DeskAnswer)
    return app


def routers() -> list[DeskRouter]:
    """The routers of all rooms, sorted by the names of their modules."""
    names = sorted(each.name for each in iter_modules(rooms.__path__) if each.name != "__main__")
    modules = [import_module(f"{rooms.__name__}.{name}") for name in names]
    found = [getattr(module, "router", None) for module in modules]
    return [router for router in found if isinstance(router, DeskRouter)]


def right(route: object) -> str:
    """The right that a route asks for; raises TypeError for one without a guard of its own."""
    guards = [each.dependency for each in getattr(route, "dependencies", ())]
    rights = [each.right for each in guards if isinstance(each, Guard)]
    if len(rights) != 1:
        raise TypeError(f"{getattr(route, 'path', route)}: a route of the desk has one rule")
    return rights[0]
