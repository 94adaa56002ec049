"""The desk's process: `python -m portal.web.desk`, on a Unix socket that only its user may open.

It says `ready` once it listens.
"""

import fcntl
import logging
import os
import socket
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from portal.config import settings
from portal.core.broken import WithoutWords
from portal.core.errors import BadInput, PortalError, StoreError
from portal.publish import takedown
from portal.store.desk import Desk, existing_desk
from portal.web.desk.app import create_desk
from portal.web.sockets import desk_socket, reachable


def main() -> int:
    """Serve until stopped; 1 with one sentence when it cannot begin."""
    try:
        config = settings()
        check_site(config.site)
        path = desk_socket(config)
        # Brings the schema up to date before anybody asks.
        with closing(existing_desk(config.desk).conn) as conn:
            # A take-down that was cut off is finished before anybody is served.
            takedown.enforce(config, Desk(conn))
        lock = only_one(path.with_suffix(".lock"))
        listener = listen(path)
        app = create_desk(config)
    except PortalError as problem:
        print(f"Error: {problem}", file=sys.stderr)
        return 1
    for name in ("uvicorn.error", "asyncio", "portal.desk"):
        logging.getLogger(name).addFilter(WithoutWords())
    print("ready", flush=True)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        )
    )
    server.run(sockets=[listener])
    os.close(lock)
    return 0


def only_one(path: Path) -> int:
    """Hold the desk's lock; raises StoreError when another desk serves this installation."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreError(f"{path}: the desk runs already") from None
    return handle


def listen(path: Path) -> socket.socket:
    """A socket that nobody else may open; one that a dead process left behind is replaced."""
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(reachable(path))
    except OSError as problem:
        listener.close()
        raise StoreError(f"{path}: {problem.strerror or problem}") from problem
    finally:
        os.umask(before)
    listener.listen(64)
    return listener


def check_site(site: str) -> None:
    """Raise BadInput where passwords would travel in the open: http is for this machine only."""
    parts = urlsplit(site)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise BadInput("an https address, because people sign in there", site, "PORTAL_SITE")


if __name__ == "__main__":
    sys.exit(main())
