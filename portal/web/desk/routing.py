"""Routes of the desk: each says who may come; one that does not is refused when it is written."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from portal.desk.people.rights import ALL, ANYONE
from portal.web.desk.guard import Guard

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Decorator = Callable[[Endpoint], Endpoint]


class DeskRouter:
    """A room's routes. `right` is one of the rights, or "anyone"; there is no other way in."""

    def __init__(self, prefix: str = "/desk") -> None:
        self.routes = APIRouter(prefix=prefix)

    def get(self, path: str, *, right: str) -> Decorator:
        """A page or an answer that changes nothing."""
        return self._add("GET", path, right)

    def post(self, path: str, *, right: str) -> Decorator:
        """Something that is done."""
        return self._add("POST", path, right)

    def put(self, path: str, *, right: str) -> Decorator:
        """Bytes that are handed over."""
        return self._add("PUT", path, right)

    def delete(self, path: str, *, right: str) -> Decorator:
        """Something that is given up."""
        return self._add("DELETE", path, right)

    def _add(self, method: str, path: str, right: str) -> Decorator:
        if right != ANYONE and right not in ALL:
            raise ValueError(f"{method} {path}: {right!r} is no right; one of {sorted(ALL)}")

        def add(endpoint: Endpoint) -> Endpoint:
            self.routes.add_api_route(
                path,
                endpoint,
                methods=[method],
                dependencies=[Depends(Guard(right))],
                response_class=HTMLResponse,
                response_model=None,
                name=endpoint.__name__,
            )
            return endpoint

        return add
