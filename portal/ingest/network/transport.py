"""The wire under httpx: connects to checked IP addresses only, and to the clock.

httpx keeps the name for Host, SNI and the certificate; only where the socket goes is decided
here. Each request resolves its host once and has a connection of its own, so neither a changed
DNS answer nor a kept connection can lead anywhere that was not checked.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from portal.core.errors import (
    BadHeaders,
    FetchError,
    TooLarge,
    TooSlow,
    Truncated,
    Unreachable,
    Untrusted,
)
from portal.ingest.network.addresses import Address
from portal.ingest.network.limits import Limits

LONGEST_HEAD = 128 * 1024
LINGER = 1.0  # how long to look for bytes after a body that ended where it said


class Wire(httpcore.NetworkStream):
    """One connection that knows its time limits and counts what comes in."""

    def __init__(self, sock: socket.socket, address: Address, limits: Limits) -> None:
        self.sock, self.address, self.limits = sock, address, limits
        self.received, self.head = 0, bytearray()
        self.answered = False  # the headers are complete
        self.tls = False
        self.started = time.monotonic()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there; raises when the answer is too slow, too late or too long."""
        self.sock.settimeout(self._patience())
        try:
            content = self.sock.recv(max_bytes)
        except TimeoutError:
            self._patience()
            found = "silence" if self.received else "no first byte"
            raise self._slow(f"a byte within {self.limits.idle:g} s", found) from None
        except OSError as problem:
            raise httpcore.ReadError(str(problem)) from problem
        self.received += len(content)
        if len(self.head) < LONGEST_HEAD:
            self.head += content
        if self.received > self.limits.raw:
            raise TooLarge(self.address.text, f"at most {self.limits.raw} bytes", "more")
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send the request."""
        try:
            self.sock.settimeout(self._patience())
            self.sock.sendall(buffer)
        except OSError as problem:
            raise httpcore.WriteError(str(problem)) from problem

    def close(self) -> None:
        """Close the connection."""
        self.sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Speak TLS from here on; the certificate must be the name's."""
        try:
            self.sock.settimeout(self.limits.connect)
            self.sock = ssl_context.wrap_socket(self.sock, server_hostname=server_hostname)
            self.tls = True
        except ssl.SSLCertVerificationError as problem:
            self.close()
            found = problem.verify_message
            raise Untrusted(self.address.text, "a certificate for its name", found) from problem
        except OSError as problem:
            self.close()
            raise Unreachable(self.address.text, "a TLS connection", problem) from problem
        return self

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about a connection."""
        return self.sock if info == "ssl_object" and self.tls else None

    def excess(self, length: int) -> int:
        """How many bytes came beyond a body of that length, as far as they came within a second."""
        for block in re.finditer(rb"(.*?)\r?\n\r?\n", bytes(self.head), re.DOTALL):
            if not re.match(rb"HTTP/1\.\d 1\d\d", block[1]):
                break
        else:
            return 0
        if self.received == block.end() + length:
            try:
                self.sock.settimeout(LINGER)
                self.received += len(self.sock.recv(1))
            except OSError:
                return 0
        return self.received - block.end() - length

    def _patience(self) -> float:
        """Seconds that the next read may take."""
        limit = self.limits.total if self.answered else self.limits.headers
        left = limit - (time.monotonic() - self.started)
        if left <= 0:
            what = "the whole answer" if self.answered else "all headers"
            raise self._slow(f"{what} within {limit:g} s", f"{self.received} bytes by then")
        return min(left, self.limits.idle)

    def _slow(self, expected: str, found: str) -> TooSlow:
        return TooSlow(self.address.text, expected, found)


class Backend(httpcore.NetworkBackend):
    """Connects to the IP addresses that were checked for the request; resolves nothing."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.address: Address | None = None
        self.ips: list[str] = []
        self.wire: Wire | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked IP address that answers."""
        address, problems = self.address, []
        if address is None or (host, port) != (address.host, address.port):
            raise RuntimeError(f"{host}:{port} was not checked")
        for ip in self.ips:
            try:
                sock = socket.create_connection((ip, port), self.limits.connect)
            except OSError as problem:
                problems.append(f"{ip}: {problem}")
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.wire = Wire(sock, address, self.limits)
            return self.wire
        raise Unreachable(address.text, "a connection", "; ".join(problems))


class Transport(httpx.BaseTransport):
    """What httpx.Client sends through: one request, one connection, no proxy, HTTP/1.1."""

    def __init__(self, limits: Limits, tls: ssl.SSLContext | None = None) -> None:
        self.backend = Backend(limits)
        self.pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            network_backend=self.backend,
            max_keepalive_connections=0,
        )

    def aim(self, address: Address, ips: list[str]) -> None:
        """Say where the next request goes: to this address, at these checked IPs and no other."""
        self.backend.address, self.backend.ips, self.backend.wire = address, ips, None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer's headers, its body still to be read."""
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
        )
        address = self.backend.address
        assert address is not None
        with _Named(address, "headers"):
            answer = self.pool.handle_request(sent)
        wire = self.backend.wire
        if wire is None:
            raise RuntimeError("an answer without a connection")
        wire.answered = True
        assert isinstance(answer.stream, Iterable)
        body = Body(answer.stream, address)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=body, extensions={"wire": wire}
        )

    def close(self) -> None:
        """Close every connection."""
        self.pool.close()


class Body(httpx.SyncByteStream):
    """A body as it comes, with our own errors."""

    def __init__(self, stream: Any, address: Address) -> None:
        self.stream, self.address = stream, address

    def __iter__(self) -> Iterator[bytes]:
        with _Named(self.address, "body"):
            yield from self.stream

    def close(self) -> None:
        """Let go of the connection."""
        self.stream.close()


class _Named:
    """Turns httpcore's errors into ours; `part` is what was being read: headers or body."""

    def __init__(self, address: Address, part: str) -> None:
        self.address, self.part = address, part

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, problem: BaseException | None, trace: Any) -> None:
        if isinstance(problem, FetchError) or problem is None:
            return
        if isinstance(problem, httpcore.NetworkError | httpcore.RemoteProtocolError):
            raise self._error(problem) from problem

    def _error(self, problem: Exception) -> FetchError:
        if self.part == "body":
            return Truncated(self.address.text, "the body to its end", problem)
        if isinstance(problem, httpcore.NetworkError) or "disconnected" in str(problem):
            return Unreachable(self.address.text, "an answer", problem)
        return BadHeaders(self.address.text, "the headers of an HTTP answer", problem)
