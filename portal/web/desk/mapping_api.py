"""The mapping room for scripts: a table as JSON, a mapping applied, the mappings of a shape."""

import json
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from portal.core.errors import BadInput
from portal.desk.mapping import answers, deeds
from portal.desk.mapping.answers import Answer
from portal.desk.mapping.apply import as_row
from portal.desk.mapping.deeds import Preview, Seen
from portal.desk.mapping.model import dump, from_json
from portal.desk.reading.tables import dump as dump_table
from portal.store import mapping_reading as reading
from portal.store.mapping import Outcome
from portal.web.desk.given import Me, Store, WholeTable
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
MOST_BYTES = 4_000_000
MOST_PAGES = 1_000_000


async def sent(request: Request) -> Any:
    """The JSON that a request brings; raises BadInput for anything else."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise BadInput(f"at most {MOST_BYTES:,} bytes of JSON", "more")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise BadInput("a body of JSON", content[:80].decode("utf-8", "replace")) from None


Json = Annotated[Any, Depends(sent)]


@router.get("/api/v1/tables", right="map")
def tables(db: Store, everything: int = 0) -> Response:
    """The tables that wait for a mapping, or all."""
    found = reading.tables(db, bool(everything))
    return JSONResponse(
        {"tables": [{**dict(row), "doubts": json.loads(row["doubts"])} for row in found]}
    )


@router.get("/api/v1/tables/{id}", right="map")
def table(db: Store, id: int, _: WholeTable) -> Response:
    """A table with its cells, what is held back, the mapping in use and the one offered."""
    seen = deeds.see(db, id)
    used = reading.mapping(db, seen.in_use)
    offer = deeds.offered(db, seen)
    return JSONResponse(
        {
            "id": seen.id,
            "document": seen.document,
            "shape": seen.shape,
            "table": json.loads(dump_table(seen.table)),
            "held": sorted(seen.held),
            "in_use": seen.in_use,
            "mapping": json.loads(used["content"]) if used else None,
            "offered": json.loads(dump(offer.mapping)) if offer else None,
            "to_give": list(offer.to_give) if offer else [],
        }
    )


@router.get("/api/v1/mappings", right="map")
def mappings(db: Store, shape: str) -> Response:
    """The mappings made for tables of a shape, the newest first."""
    found = [
        {"id": row["id"], "name": row["name"], "made_by": row["made_by"]}
        | {"made_at": row["made_at"], "mapping": json.loads(row["content"])}
        for row in reading.mappings(db, shape)
    ]
    return JSONResponse({"shape": shape, "mappings": found})


@router.post("/api/v1/tables/{id}/preview", right="map")
def preview(db: Store, given: Json, id: int, _: WholeTable) -> Response:
    """What a mapping would propose; nothing is recorded."""
    seen = deeds.see(db, id)
    mapping, confirm = _given(given)
    found = deeds.preview(deeds.knowing(seen, confirm), mapping)
    return JSONResponse(told(seen, found) | {"proposals": [as_row(row) for row in found.rows]})


@router.post("/api/v1/tables/{id}/mapping", right="map")
def apply(db: Store, me: Me, given: Json, id: int, _: WholeTable) -> Response:
    """Record a mapping and its proposals.

    The body is a mapping, or an object of `mapping` or `offered` (true), `names` (printed to body)
    and `in_use` (the mapping that was seen in use: another one is refused).
    """
    seen = deeds.see(db, id)
    if isinstance(given, dict) and given.get("offered") is True:
        given = {**given, "mapping": _offered(db, seen)}
    mapping, confirm = _given(given)
    in_use = given.get("in_use")
    if in_use is not None and type(in_use) is not int:
        raise BadInput("a number as in_use", in_use)
    done = deeds.apply(db, seen, mapping, me.name, confirm=confirm, in_use=in_use)
    found = deeds.preview(deeds.see(db, id), mapping)
    return JSONResponse({**_done(done), **told(seen, found)}, 200 if done.unchanged else 201)


@router.post("/api/v1/documents/{sha256}/answer", right="map")
def answer(db: Store, me: Me, given: Json, sha256: str) -> Response:
    """Record what a document answers as a whole."""
    try:
        made = Answer(**given)
    except TypeError as problem:
        raise BadInput("an answer: outcome, measures, requester, period", str(problem)) from None
    if not isinstance(made.measures, list) or not isinstance(made.exemptions, (list, tuple)):
        raise BadInput("lists of measures and exemptions", given)
    texts = (made.outcome, made.requester, made.holder, made.area, made.period, made.printed)
    lists = (*made.measures, *made.exemptions)
    if not all(isinstance(text, str) for text in (*texts, made.breakdown, *lists)):
        raise BadInput("texts in all fields of an answer", given)
    if type(made.page) is not int or not 0 <= made.page < MOST_PAGES:
        raise BadInput("a page number", made.page)
    done = answers.enter(db, sha256, made, me.name)
    return JSONResponse(_done(done), 200 if done.unchanged else 201)


def told(seen: Seen, found: Preview) -> dict[str, Any]:
    """Counts of a preview, the words nobody has confirmed, and the sums."""
    return {
        "figures": len(found.rows),
        "whole": found.whole,
        "doubtful": found.doubtful,
        "unknown": [
            {"field": each.field, "printed": each.printed, "count": each.count}
            | {"suggestions": [{"code": s.code, "score": s.score} for s in each.suggestions]}
            for each in found.unknown
        ],
        "sums": [str(each) for each in found.sums],
        "columns_left": list(found.left),
    }


def _done(done: Outcome) -> dict[str, Any]:
    counts = {"added": done.added, "kept": done.kept, "dropped": done.dropped}
    return {"mapping": done.mapping, **counts, "unchanged": done.unchanged}


def _given(given: Any) -> tuple[Any, list[tuple[str, str]]]:
    if not isinstance(given, dict):
        raise BadInput("a mapping as a JSON object", given)
    if "mapping" not in given:
        return from_json(given), []
    names = given.get("names", {})
    if not isinstance(names, dict) or not all(isinstance(code, str) for code in names.values()):
        raise BadInput("an object of printed names and bodies as names", names)
    return from_json(given["mapping"]), list(names.items())


def _offered(db: Any, seen: Seen) -> Any:
    offer = deeds.offered(db, seen)
    if offer is None:
        raise BadInput("an earlier mapping for a table of this shape", "none")
    if offer.to_give:
        raise BadInput("what only this file can say, given by hand", ", ".join(offer.to_give))
    return json.loads(dump(offer.mapping))
