"""The programming interface explained, made from its own OpenAPI description."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.web.edition import Db
from portal.web.rendering import render

router = APIRouter(include_in_schema=False)

EXAMPLES = {
    "/api/v1/observations": "/api/v1/observations?measure=cd_notices&first=2013&size=5",
    "/api/v1/series": "/api/v1/series?measure=cd_items&size=5",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: where it stands, what it takes, what it means."""

    name: str
    where: str
    takes: str
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the interface, its parameters and the fields of its answer."""

    method: str
    path: str
    words: str
    parameters: list[Parameter]
    fields: list[tuple[str, str]]
    example: str


@dataclass(frozen=True, slots=True)
class Documentation:
    """All addresses of the interface."""

    words: str
    operations: list[Operation]
    site: str


@router.get("/docs")
async def docs(request: Request, db: Db) -> Response:
    """Explain the programming interface."""
    schema = request.app.openapi()
    operations = [
        _operation(schema, method, path, given)
        for path, methods in schema["paths"].items()
        for method, given in methods.items()
    ]
    site = request.app.state.settings.site.rstrip("/")
    return render(
        request, "docs.html", Documentation(schema["info"]["description"], operations, site)
    )


def _operation(schema: dict[str, Any], method: str, path: str, given: dict[str, Any]) -> Operation:
    answer = given["responses"]["200"]["content"]["application/json"]["schema"]
    name = answer.get("$ref", "").rsplit("/", 1)[-1]
    fields = schema["components"]["schemas"].get(name, {}).get("properties", {})
    return Operation(
        method.upper(),
        path,
        given.get("description", "").replace("`", ""),
        [_parameter(each) for each in given.get("parameters", [])],
        [(field, _takes(content)) for field, content in fields.items()],
        EXAMPLES.get(path, ""),
    )


def _parameter(given: dict[str, Any]) -> Parameter:
    content = given["schema"]
    words = given.get("description", content.get("description", ""))
    return Parameter(given["name"], given["in"], _takes(content), words)


def _takes(content: dict[str, Any]) -> str:
    if "$ref" in content:
        return str(content["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in content:
        return " or ".join(_takes(each) for each in content["anyOf"])
    kind = str(content.get("type", "any"))
    if kind == "array":
        return f"list of {_takes(content.get('items', {}))}"
    limits = [f"{word} {content[key]}" for key, word in LIMITS.items() if key in content]
    given = content.get("default")
    return ", ".join([kind, *limits, *([f"{given} when left out"] if given else [])])


LIMITS = {"minimum": "from", "maximum": "to", "maxLength": "letters up to"}
