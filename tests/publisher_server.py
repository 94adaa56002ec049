"""All publishers at once on 127.0.0.1: what the sources ask for, answered from their recordings.

A recorded address https://host/path is asked at http://host:port/path; the resolver sends every
host here. The real client does the asking, with all its checks; only the pauses are played.
"""

import json
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from fault_server import CSV, Asked, FaultServer, Parts, Play, _missing, head, whole

from portal.config import Settings
from portal.core.sources import Snapshot
from portal.ingest.network.fetch import Client, Unchanged
from portal.ingest.network.limits import Limits
from portal.ingest.registry import source_of, sources

RECORDED = Path(__file__).parent / "sources"
SMALL = Limits(raw=3_000_000, decoded=40_000_000, connect=3, headers=3, idle=3, total=5)
TYPES = {
    b"P": "application/zip",
    b"%": "application/pdf",
    b"<": "text/html",
    b"{": "application/json",
    b"[": "application/json",
}


@dataclass(frozen=True)
class Document:
    """One recorded address of a source, its bytes and its media type."""

    address: str
    content: bytes
    media_type: str


def documents(source: str) -> dict[str, Document]:
    """What a source asks for, by address."""
    folder = RECORDED / source
    listed = json.loads((folder / "recordings.json").read_text("utf-8"))
    found = {}
    for address, name in listed.items():
        content = (folder / name).read_bytes()
        kind = TYPES.get(content.lstrip()[:1], "text/csv")
        if name.endswith(".csv"):
            kind = "text/csv"
        if name.endswith(".xlsx"):
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        found[address] = Document(address, content, kind)
    return found


@dataclass
class PublisherServer(FaultServer):
    """Serves recordings; `spoilt` maps an address to what is answered instead."""

    held: dict[str, Document] = field(default_factory=dict)
    spoilt: dict[str, Callable[[Document], Play]] = field(default_factory=dict)
    etags: bool = True
    delay: float = 0

    def play(self, name: str, asked: Asked) -> Play:
        address = f"https://{asked.headers['host'].rpartition(':')[0]}{asked.path}"
        document = self.held.get(address)
        if document is None:
            return _missing
        return self.spoilt.get(address, self._good)(document)

    def _good(self, document: Document) -> Play:
        return lambda server, asked: self._conditional(document, asked)

    def _conditional(self, document: Document, asked: Asked) -> Parts:
        time.sleep(self.delay)
        tag = f'"{hash(document.content)}"'
        if asked.headers.get("if-none-match") == tag:
            yield head(304, ETag=tag)
            return
        tags = {"ETag": tag} if self.etags else {}
        yield whole(document.content, document.media_type, **tags)

    def asked_for(self, address: str) -> list[Asked]:
        """The requests for one recorded address."""
        return [each for each in self.asked if self.address_of(each) == address]

    @staticmethod
    def address_of(asked: Asked) -> str:
        return f"https://{asked.headers['host'].rpartition(':')[0]}{asked.path}"


def everything() -> dict[str, Document]:
    """The recordings of all sources, by address."""
    return {a: d for id in sources() for a, d in documents(id).items()}


class LocalClient(Client):
    """The real client, sent to the server on 127.0.0.1 whatever host is asked."""

    scheme = "http"

    def __init__(self, settings: Settings, port: int, hosts: set[str], **given: Any) -> None:
        allow = ("127.0.0.1", *(f"{host}:{port}" for host in hosts))
        given.setdefault("limits", SMALL)
        super().__init__(settings, allow=allow, resolve=lambda *_: ["127.0.0.1"], **given)
        self.port = port

    def get(self, address: str, **given: Any) -> Snapshot | Unchanged:
        """Ask the local server for the address; what comes back has the publisher's own."""
        host, slash, path = address.removeprefix("https://").partition("/")
        answer = super().get(f"{self.scheme}://{host}:{self.port}{slash}{path}", **given)
        return replace(answer, address=address)


def hosts(held: dict[str, Document]) -> set[str]:
    """The hosts of recorded addresses."""
    return {address.split("/")[2] for address in held}


@contextmanager
def publishers(var: Path, clock: Any, **given: Any):  # type: ignore[no-untyped-def]
    """A server with all recordings, and a client that asks it; time passes only by sleeping."""
    held = everything()
    with PublisherServer(clock=clock, held=held) as server:
        config = Settings(var=var)
        names = hosts(held)
        given = {"clock": clock, "sleep": clock.sleep, **given}
        with LocalClient(config, server.port, names, **given) as client:
            yield server, client


def name_of(module: ModuleType) -> str:
    """The id of a module's source."""
    return source_of(module).id


__all__ = ["CSV", "Document", "LocalClient", "PublisherServer", "publishers"]
