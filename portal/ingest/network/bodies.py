"""A body whole or not at all: its framing, its length and its compression are proved, not trusted.

httpx 0.28 takes half a body when no length was given, a gzip cut in the middle, a gzip without its
trailer, and any inflation. Here the end of a body is proved in one of three ways:

1. its Content-Length, met to the byte (one byte more is refused as well);
2. the last chunk of a chunked body;
3. where neither was sent, by the content alone: a single gzip stream that ends with its trailer,
   or a zip whose end record is the end of the file. Anything else without an end is Unframed.
"""

import zlib
from dataclasses import dataclass

import httpx

from portal.core.errors import BadEncoding, BadHeaders, TooLarge, Truncated, Unframed
from portal.core.zips import check_inflation
from portal.ingest.network.limits import Limits

GZIP = b"\x1f\x8b"
# A second one of these would let two programs read two different documents.
ONCE = ("content-length", "content-type", "content-encoding", "transfer-encoding", "location")


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a document, unpacked. `framed` is False when only they can prove their end."""

    content: bytes
    framed: bool


def check_headers(address: str, response: httpx.Response) -> None:
    """Refuse headers that contradict each other."""
    headers = response.headers
    for name in ONCE:
        values = set(headers.get_list(name))
        if len(values) > 1:
            raise BadHeaders(address, f"one {name}", " and ".join(sorted(values)))
    if "content-length" in headers and "transfer-encoding" in headers:
        raise BadHeaders(address, "a length or chunks", "both")


def receive(address: str, response: httpx.Response, limits: Limits) -> Body:
    """Read a body to its proven end and unpack it."""
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise BadEncoding(address, "gzip or no compression, as we asked", coding)
    length = _announced(address, response, limits)
    chunked = "transfer-encoding" in response.headers
    streams = 0
    stream = response.stream
    assert isinstance(stream, httpx.SyncByteStream)
    if coding in ("", "identity"):
        parts = list(stream)
    else:
        unpack = Gunzip(address, limits)
        parts = [piece for part in stream for piece in unpack.feed(part)]
        unpack.finish()
        streams = unpack.streams
    _check_length(address, response, length)
    return Body(b"".join(parts), chunked or length is not None or streams == 1)


def _announced(address: str, response: httpx.Response, limits: Limits) -> int | None:
    text = response.headers.get("content-length")
    if text is None:
        return None
    length = int(text.split(",")[0])  # h11 has refused what is not one number
    if length > limits.raw:
        raise TooLarge(address, f"at most {limits.raw} bytes", f"{length} announced")
    return length


def _check_length(address: str, response: httpx.Response, length: int | None) -> None:
    """A body that goes on after its announced end was cut by its own header."""
    wire = response.extensions.get("wire")
    if length is not None and wire is not None and (excess := wire.excess(length)):
        raise Truncated(address, f"{length} bytes as announced", f"{excess} or more beyond")


def prove(address: str, body: Body, kind: str) -> None:
    """Refuse an unframed body, unless its kind is a zip, whose check demands its end record."""
    if not body.framed and kind not in ("zip", "xlsx", "ods"):
        raise Unframed(
            address, "a length, chunks, or content that proves its own end", "a body without an end"
        )


class Gunzip:
    """Unpacks gzip piece by piece; demands each trailer and stops at the limits."""

    def __init__(self, address: str, limits: Limits) -> None:
        self.address, self.limits = address, limits
        self.stream = zlib.decompressobj(wbits=31)
        self.packed = self.unpacked = self.streams = 0

    def feed(self, content: bytes) -> list[bytes]:
        """Unpack the next bytes."""
        self.packed += len(content)
        pieces = []
        while content:
            if self.stream.eof:
                self.stream = zlib.decompressobj(wbits=31)
            piece = self._unpack(content)
            self.unpacked += len(piece)
            self._check_size()
            pieces.append(piece)
            content = self.stream.unconsumed_tail
            if self.stream.eof:
                self.streams += 1
                content = self.stream.unused_data
        return pieces

    def finish(self) -> None:
        """Raise Truncated unless the last stream ended with its trailer."""
        if not self.stream.eof:
            found = f"{self.packed} bytes without one"
            raise Truncated(self.address, "a gzip body with its trailer", found)

    def _unpack(self, content: bytes) -> bytes:
        try:
            return self.stream.decompress(content, 1 << 20)
        except zlib.error as problem:
            raise BadEncoding(self.address, "a sound gzip body", problem) from problem

    def _check_size(self) -> None:
        check_inflation(self.address, self.packed, self.unpacked, self.limits)
