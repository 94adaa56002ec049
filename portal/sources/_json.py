"""Reading JSON strictly: a missing key or another kind of value names the address and the key."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from portal.core.errors import BadInput
from portal.core.sources import Snapshot

Kind = TypeVar("Kind")
NAMES = {str: "a text", dict: "an object", list: "a list", int: "a whole number", bool: "a boolean"}


def read_json(snapshot: Snapshot) -> Any:
    """Return the content of a JSON snapshot; raises BadInput when it is not JSON in UTF-8."""
    try:
        return json.loads(snapshot.content.decode("utf-8-sig"))
    except ValueError as problem:
        start = snapshot.content[:60]
        raise BadInput(f"JSON ({problem})", start, snapshot.address) from problem


def is_json(snapshot: Snapshot) -> bool:
    """True when the bytes begin like JSON; the media type is not always sent."""
    return snapshot.content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def need(given: Any, name: str, kind: type[Kind], where: str) -> Kind:
    """Return one key of an object, which must be there and of this kind."""
    if not isinstance(given, Mapping):
        raise BadInput(f"an object with {name}", given, where)
    if name not in given:
        raise BadInput(f"the key {name}", ", ".join(given), where)
    value = given[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadInput(f"{NAMES[kind]} as {name}", value, where)
    return value


def text(given: Any, name: str, where: str) -> str:
    """Return a text that may be missing or null: then it is empty."""
    missing = isinstance(given, Mapping) and given.get(name) is None
    return "" if missing else need(given, name, str, where)


def objects(given: Any, name: str, where: str) -> list[Any]:
    """Return a list of objects that may be missing or null: then it is empty."""
    missing = isinstance(given, Mapping) and given.get(name) is None
    found = [] if missing else need(given, name, list, where)
    for each in found:
        if not isinstance(each, Mapping):
            raise BadInput(f"objects in {name}", each, where)
    return found
