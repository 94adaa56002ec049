"""The process behind /data: `python -m portal.web.tables.server --edition FILE --socket FILE`.

It reads its settings from the environment, says `ready` on its output, then says nothing more:
what readers ask is written nowhere. It ends when its input ends, which is when its parent does.
"""

import argparse
import os
import resource
import signal
import socket
import sys
import threading
from pathlib import Path

import uvicorn
from datasette.plugins import pm

from portal.config import Settings, settings
from portal.web.edition import connect
from portal.web.tables import plugin, words
from portal.web.tables.engine import Tables
from portal.web.tables.guard import limit_memory
from portal.web.tables.links import links

NICE = 10
STATM = Path("/proc/self/statm")
# Parts of Datasette that we do without: signing in, publishing, errors with their traces.
LEFT_OUT = (
    "datasette.actor_auth_cookie",
    "datasette.default_magic_parameters",
    "datasette.default_menu_links",
    "datasette.handle_exception",
    "datasette.publish.cloudrun",
    "datasette.publish.heroku",
)


def tables(edition: Path, given: Settings) -> Tables:
    """Return Datasette over one edition."""
    for name in LEFT_OUT:
        if pm.has_plugin(name):
            pm.unregister(name=name)
    if not pm.has_plugin("tables"):
        pm.register(plugin, "tables")
    db = connect(edition)
    try:
        db.row_factory = None
        metadata = words.metadata(db, given.data)
        leads = links(db, metadata)
    finally:
        db.close()
    return Tables(edition, given, metadata, leads)


def main() -> None:
    """Serve one edition on a socket until the parent is gone."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--edition", type=Path, required=True)
    asked.add_argument("--socket", type=Path, required=True)
    options = asked.parse_args()
    threading.Thread(target=_end_with_parent, args=[options.socket], daemon=True).start()
    os.nice(NICE)
    given = settings()
    limit_memory(given.query_memory)
    served = tables(options.edition, given)
    app = served.app()
    listener = _listener(options.socket)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )
    print("ready", flush=True)
    _say_no_more()
    _walls(given.query_memory)
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_parent(path: Path) -> None:
    while os.read(0, 1024):
        pass
    path.unlink(missing_ok=True)
    os._exit(0)


def _listener(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(64)
    return listener


def _walls(megabytes: int) -> None:
    """A second wall, should a bound above fail: no file can grow, memory ends somewhere."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if STATM.exists():
        held = int(STATM.read_text().split()[0]) * resource.getpagesize()
        limit = held + 4 * megabytes * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _say_no_more() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


if __name__ == "__main__":
    main()
