"""Starts the site: `python -m portal.web`, which is what `portal serve` becomes."""

import contextlib
import socket
import sys

import uvicorn

from portal.config import Settings, settings
from portal.core.errors import PortalError, StoreError
from portal.web.app import create_app
from portal.web.patience import Patient


def main() -> int:
    """Serve until stopped; 1 with one sentence when it cannot begin."""
    try:
        config = settings()
        listener = _listen(config)
        app = create_app(config)
    except PortalError as problem:
        print(f"Error: {problem}", file=sys.stderr)
        return 1
    print(f"Retention Watch at http://{config.host}:{config.port}/ (Ctrl-C stops it)", flush=True)
    # No access log: what readers ask for is nobody's business.
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=Patient,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=True,
            # What a reader says of where they come from counts only behind a proxy of ours.
            proxy_headers=bool(config.behind_proxy),
            timeout_graceful_shutdown=5,
        )
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return 0


def _listen(config: Settings) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
    except OSError as problem:
        listener.close()
        where = f"{config.host}:{config.port}"
        raise StoreError(
            f"{where}: {problem.strerror}; set PORTAL_PORT to another port"
        ) from problem
    return listener


if __name__ == "__main__":
    sys.exit(main())
