"""What we add to Datasette: ways back to the site, plain errors, fewer doors."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup
from starlette.types import ASGIApp

from portal.web.tables.answers import Answers
from portal.web.tables.engine import Tables
from portal.web.tables.links import site_page

TOO_SLOW = "The answer took longer than the time allowed. Ask for fewer rows, or filter first."
ODD = "This address does not read: one of its parts is not what the tables expect."


@hookimpl
def render_cell(value: Any, column: str, table: str | None, datasette: Tables) -> Markup | None:
    """Show a cell as the site would, with the way to what it names."""
    return datasette.links.cell(table, column, value)


@hookimpl
def extra_template_vars(datasette: Tables) -> dict[str, Any]:
    """What the site's own frame needs: which place is open, which edition stands."""
    return {**datasette.frame, "site_page": site_page}


@hookimpl
def permission_allowed(action: str, resource: Any) -> bool | None:
    """Keep what the search index stores for itself off the pages."""
    hidden = action == "view-table" and str(resource[1]).lower().startswith("search_")
    return False if hidden else None


@hookimpl
def handle_exception(
    datasette: Tables, request: Any, exception: Exception
) -> Callable[[], Awaitable[Response]]:
    """Answer every error with one sentence: no trace, no path, no SQL."""

    async def answer() -> Response:
        status, words = 400, ODD
        if isinstance(exception, Base400):
            status, words = exception.status, str(exception.args[0])
        elif isinstance(exception.__context__, QueryInterrupted):
            words = TOO_SLOW
        elif isinstance(exception, DatasetteError) and not exception.message_is_html:
            status = exception.status if exception.status < 500 else 400
            words = str(exception.message)
        elif isinstance(exception, QueryInterrupted | DatasetteError):
            words = TOO_SLOW
        return await error(datasette, request.path, status, words)

    return answer


async def error(datasette: Tables, path: str, status: int, words: str) -> Response:
    """Return an error as a page, or as JSON where JSON was asked for."""
    if path.endswith(".json"):
        return Response.json({"ok": False, "error": words, "status": status}, status=status)
    template = datasette.jinja_env.get_template("error.html")
    page = await template.render_async(**datasette.frame, status=status, error=words)
    return Response.html(page, status=status)


@hookimpl
def asgi_wrapper(datasette: Tables) -> Callable[[ASGIApp], ASGIApp]:
    """Put our bounds around every request."""
    return partial(Answers, refuse=partial(error, datasette), seconds=datasette.answer_seconds)
