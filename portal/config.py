"""One table of settings: name, default, help; each read from the environment, PORTAL_<NAME>."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from portal.core.errors import BadInput

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things live and how the server behaves."""

    data: Path = HERE / "data"
    var: Path = HERE / "var"
    templates: Path = HERE / "templates"
    host: str = "127.0.0.1"
    port: int = 8001
    site: str = "http://127.0.0.1:8001"
    contact: str = "corrections@retention.watch.example"
    query_memory: int = 128
    query_seconds: float = 1.0
    queue: str = ""
    queue_secret: str = ""
    workers: int = 1
    lease: float = 900.0
    desk_on: int = 1
    behind_proxy: int = 0
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret: str = ""

    @property
    def desk(self) -> Path:
        """The private store."""
        return self.var / "desk.db"

    @property
    def archive(self) -> Path:
        """Archived bytes by SHA-256."""
        return self.var / "archive"

    @property
    def public(self) -> Path:
        """Facts about this installation that the site may tell: the health of the sources."""
        return self.var / "public"

    @property
    def editions(self) -> Path:
        """The public editions; `current` points at the newest."""
        return self.var / "editions"


HELP = {
    "data": "folder of what people edit: vocabulary, figures, corrections",
    "var": "folder for the private store, the archive and the editions",
    "templates": "folder of the pages' templates and static files",
    "host": "address the server listens on",
    "port": "port the server listens on",
    "site": "address under which readers reach the site; used in feeds and downloads",
    "contact": "where readers report an error",
    "query_memory": "megabytes that free SQL under /data may use",
    "query_seconds": "seconds that one statement under /data may run",
    "queue": "where documents wait to be read: empty for a file of ours, or redis://HOST:PORT/0",
    "queue_secret": "signs what goes over the queue; all machines of one queue share it",
    "workers": "documents that this machine reads at once",
    "lease": "seconds after which a document that a worker has not brought back goes to another",
    "desk_on": "1 when `portal serve` also runs the desk and a worker, 0 when it does not",
    "behind_proxy": "1 when a proxy of ours stands in front and says where readers come from",
    "oidc_issuer": "address of a sign-in service (OpenID Connect); empty for none",
    "oidc_client": "our name at that service",
    "oidc_secret": "our secret at that service",
}


def settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises BadInput naming the variable that does not read."""
    given = {}
    for setting in fields(Settings):
        name = f"PORTAL_{setting.name.upper()}"
        if name in environment:
            kind = type(setting.default)
            kind = Path if issubclass(kind, Path) else kind
            try:
                given[setting.name] = kind(environment[name])
            except ValueError as problem:
                raise BadInput(f"a {kind.__name__}", environment[name], name) from problem
    return Settings(**given)
