"""How long and how much a reader may send before it is a request: uvicorn itself sets no bound.

One connection could otherwise fill the memory with a head that never ends, and a thousand silent
ones take every place that the system has for connections.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Heads of browsers stay under 16 KB; whatever else is no part of a body counts too.
MOST_BYTES = 65_536
# A head must be whole in this time, and a body must keep coming.
HEAD_SECONDS, BODY_SECONDS = 20.0, 70.0


class Patient(HttpToolsProtocol):
    """uvicorn's protocol, which closes a connection that says too much or too little."""

    idle = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection: its first head must come soon."""
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end of a connection."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as what comes is a request."""
        self.idle += len(data)
        if self._timer is None:
            self._wait(HEAD_SECONDS)
        super().data_received(data)
        if self.idle > MOST_BYTES and not self.transport.is_closing():
            self.transport.abort()

    def on_headers_complete(self) -> None:
        """A head is whole; from now on its body must keep coming."""
        self.idle = 0
        self._wait(BODY_SECONDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body has come."""
        self.idle = 0
        self._wait(BODY_SECONDS)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole: uvicorn itself waits for the next."""
        self.idle = 0
        self._stop()
        super().on_message_complete()

    def _wait(self, seconds: float) -> None:
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        self._timer = None
        # A reader who is not read from just now, because the application is slow, is not at fault.
        if self.flow is not None and self.flow.read_paused:
            self._wait(BODY_SECONDS)
        elif not self.transport.is_closing():
            self.transport.abort()
