"""A real HTTP server on 127.0.0.1 that plays every fault of RELIABILITY 2.11 and T24.

It speaks over raw sockets, since a well-behaved library would not send these answers. Each fault
is a function below, named by its path: GET /gzip_cut plays `gzip_cut`. Anything else is 404.
"""

import gzip
import io
import json
import socket
import ssl
import struct
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Self

CSV = b"period,requests\n" + b"".join(b"2015-%02d,%d\n" % (m, m * 7) for m in range(1, 13)) * 40
PAGE = b"<!doctype html><html><head><title>Figures</title></head><body><p>42</p></body></html>"
GZIP = gzip.compress(CSV, mtime=0)
ETAG, MODIFIED = '"v1"', "Mon, 05 Oct 2026 10:00:00 GMT"


@dataclass
class Asked:
    """One request as it arrived: when, by the test's clock, and what."""

    at: float
    path: str
    headers: dict[str, str]


@dataclass
class FaultServer:
    """Serves until it is closed; `asked` holds every request, `connections` counts accepts."""

    clock: Callable[[], float] = time.time
    tls: ssl.SSLContext | None = None
    robots: bytes = b""
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *told: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def address(self, path: str = "", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/{path}"

    def pages(self) -> list[Asked]:
        """The requests for anything but robots.txt."""
        return [asked for asked in self.asked if asked.path != "/robots.txt"]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with self.lock:
            self.connections += 1
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            asked = self._read(connection)
            with self.lock:
                self.asked.append(asked)
            name = asked.path.split("?")[0].strip("/")
            play = _robots if name == "robots.txt" else self.play(name, asked)
            for part in play(self, asked):
                connection.sendall(part)
            if name in RESET:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        except OSError:
            pass
        finally:
            connection.close()

    def play(self, name: str, asked: Asked) -> "Play":
        """What to answer to a request for this path."""
        return FAULTS.get(name, _missing)

    def _read(self, connection: socket.socket) -> Asked:
        at, content = self.clock(), b""
        while b"\r\n\r\n" not in content:
            part = connection.recv(65536)
            if not part:
                raise ConnectionError
            content += part
        first, *lines = content.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        pairs = (line.split(": ", 1) for line in lines)
        return Asked(at, first.split(" ")[1], {name.lower(): value for name, value in pairs})


Parts = Iterator[bytes]
Play = Callable[[FaultServer, Asked], Parts]
FAULTS: dict[str, Play] = {}
RESET = {"reset_before_answer", "reset_in_body"}


def fault(play: Play) -> Play:
    FAULTS[play.__name__] = play
    return play


def head(status: int | str = 200, type_: str = "text/csv", **more: object) -> bytes:
    lines = [f"HTTP/1.1 {status} x", f"Content-Type: {type_}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def whole(content: bytes, type_: str = "text/csv", status: int = 200, **more: object) -> bytes:
    return head(status, type_, Content_Length=len(content), **more) + content


def chunks(content: bytes, size: int = 300) -> bytes:
    cut = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in cut)


def _missing(server: FaultServer, asked: Asked) -> Parts:
    yield whole(b"not here", "text/plain", 404)


def _robots(server: FaultServer, asked: Asked) -> Parts:
    if server.robots.startswith(b"HTTP/"):
        yield server.robots
    elif server.robots:
        yield whole(server.robots, "text/plain")
    else:
        yield from _missing(server, asked)


def simple(name: str, content: bytes) -> None:
    """A fault that is always the same bytes."""
    FAULTS[name] = lambda server, asked: iter([content])


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice is what we want
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return held.getvalue()


# What is right, and must be taken.
simple("good", whole(CSV))
simple("good.csv", whole(CSV))
simple("good_chunked", head(Transfer_Encoding="chunked") + chunks(CSV) + b"0\r\n\r\n")
simple("good_gzip", whole(GZIP, Content_Encoding="gzip"))
TWICE = gzip.compress(CSV[:3000]) + gzip.compress(CSV[3000:])
simple("good_gzip_two_members", whole(TWICE, Content_Encoding="gzip"))
simple("good_gzip_unframed", head(Content_Encoding="gzip") + GZIP)
simple("good_page", whole(PAGE, "text/html; charset=utf-8"))
simple("good_json", whole(json.dumps({"results": [1]}).encode(), "application/json"))
ZIP = zipped(("a.csv", CSV), ("b/c.csv", CSV))
simple("good_zip", whole(ZIP, "application/zip"))
simple("good_zip_unframed", head(type_="application/zip") + ZIP)
BOOK = zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))
simple("good_xlsx", whole(BOOK, "application/octet-stream"))
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"
simple("good_pdf", whole(PDF, "application/pdf"))
simple("good_cookie", whole(CSV, Set_Cookie="track=1; Path=/"))
simple("good_informed", b"HTTP/1.1 103 Early Hints\r\n\r\n" + whole(CSV))
POUNDS = "supplier,amount\nBT – OSCT,£25,000\n"
simple("good_cp1252", whole(POUNDS.encode("cp1252")))
simple("good_bom", whole(b"\xef\xbb\xbf" + POUNDS.encode()))

# Bodies that are not whole.
simple("length_too_long", head(Content_Length=len(CSV) + 1000) + CSV)
simple("length_too_short", head(Content_Length=1000) + CSV)
simple("length_twice", head(Content_Length=10, **{"content_length": len(CSV)}) + CSV)
simple("length_and_chunks", head(Content_Length=9, Transfer_Encoding="chunked") + b"0\r\n\r\n")
simple("length_no_number", head(Content_Length="many") + CSV)
simple("chunked_without_end", head(Transfer_Encoding="chunked") + chunks(CSV))
simple("chunked_cut", head(Transfer_Encoding="chunked") + chunks(CSV)[:-100])
simple("chunked_nonsense", head(Transfer_Encoding="chunked") + b"zz\r\nabc\r\n0\r\n\r\n")
simple("unframed_half", head() + CSV[: len(CSV) // 2])
simple("unframed_whole", head() + CSV)
simple("unframed_page", head(type_="text/html") + PAGE)
simple("gzip_cut", whole(GZIP[: len(GZIP) // 2], Content_Encoding="gzip"))
simple("gzip_cut_unframed", head(Content_Encoding="gzip") + GZIP[: len(GZIP) // 2])
simple("gzip_without_trailer", whole(GZIP[:-8], Content_Encoding="gzip"))
simple("gzip_half_trailer", whole(GZIP[:-3], Content_Encoding="gzip"))
simple("gzip_wrong_checksum", whole(GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:], Content_Encoding="gzip"))
simple("gzip_with_rest", whole(GZIP + b"rest", Content_Encoding="gzip"))
simple("gzip_two_members_cut", whole(TWICE[:-9], Content_Encoding="gzip"))
simple("gzip_two_members_unframed", head(Content_Encoding="gzip") + TWICE)
simple("gzip_that_is_none", whole(CSV, Content_Encoding="gzip"))
simple("gzip_bomb", whole(gzip.compress(b"0," * 10_000_000), Content_Encoding="gzip"))
simple("gzip_twice", whole(gzip.compress(GZIP), Content_Encoding="gzip, gzip"))
simple("br_unasked", whole(b"\x0b\x02\x80abc\x03", Content_Encoding="br"))
simple("zstd_unasked", whole(b"\x28\xb5\x2f\xfd", Content_Encoding="zstd"))
simple("deflate_unasked", whole(b"x\x9c", Content_Encoding="deflate"))
simple("empty", whole(b""))
simple("no_content", head(204))
simple("part_only", whole(CSV[:100], status=206, Content_Range="bytes 0-99/4000"))
simple("unasked_304", head(304))

# Another kind of content than announced or asked for.
simple("charset_lie", whole(POUNDS.encode("cp1252"), "text/csv; charset=utf-8"))
simple("charset_lie_latin1", whole(POUNDS.encode(), "text/csv; charset=iso-8859-1"))
simple("charset_unknown", whole(CSV, "text/csv; charset=x-nonsense"))
simple("charset_no_charset", whole(b"61,62\n63,64\n", "text/csv; charset=hex"))
simple("charset_undeclared", whole(POUNDS.encode("cp1252")))
simple("charset_control", whole(POUNDS.encode("cp1252"), "text/csv; charset=iso-8859-1"))
WALL = b"<html><head><title>Just a moment...</title></head><body>Checking</body></html>"
LOGIN = b"<html><head><title>Sign in - Portal</title></head><body><form></form></body></html>"
GONE = b"<!DOCTYPE html><html><head><title>Page not found - GOV.UK</title></head></html>"
simple("error_page_200", whole(b"<html><title>Error 500</title></html>", "text/html"))
simple("error_page_200_as_csv", whole(b"<html><title>Error 500</title></html>", "text/csv"))
simple("soft_404", whole(GONE, "text/html"))
simple("bot_wall", whole(WALL, "text/html"))
simple("login_page", whole(LOGIN, "text/html; charset=utf-8"))
simple("error_text_200", whole(b"Service busy. Try again later.\n", "text/plain"))
simple("error_json_200", whole(b'{"error": "not found", "status": 404}', "application/json"))
simple("half_json", whole(b'{"results": [1, 2', "application/json"))
simple("nan_json", whole(b'{"results": NaN}', "application/json"))
simple("pdf_for_csv", whole(PDF, "text/csv"))
simple("half_pdf", whole(PDF[:-10], "application/pdf"))
simple("zip_cut", whole(ZIP[:-30], "application/zip"))
simple("zip_cut_unframed", head(type_="application/zip") + ZIP[:-30])
simple("zip_with_rest", whole(ZIP + b"<html>", "application/zip"))
simple("zip_same_name_twice", whole(zipped(("a.csv", CSV), ("a.csv", b"other")), "application/zip"))
simple("zip_same_name_spelt_twice", whole(zipped(("a.csv", CSV), ("./a.csv", b"other"))))
simple("zip_slip", whole(zipped(("../../etc/cron.d/x", CSV)), "application/zip"))
simple("zip_slip_backslash", whole(zipped(("..\\..\\x.csv", CSV)), "application/zip"))
simple("zip_absolute", whole(zipped(("/etc/passwd", CSV)), "application/zip"))
simple("zip_drive", whole(zipped(("C:\\x.csv", CSV)), "application/zip"))
simple("zip_bomb", whole(zipped(("a.csv", b"0" * 30_000_000)), "application/zip"))
simple("zip_lzma", whole(zipped(("a.csv", CSV), method=zipfile.ZIP_LZMA), "application/zip"))
INNER = zipped(("inner.csv", CSV))
OUTER = zipped(("inner.zip", INNER), ("z.csv", CSV), method=zipfile.ZIP_STORED)
CUT_AFTER_INNER = OUTER[: OUTER.index(INNER) + len(INNER)]
simple("zip_cut_after_inner_zip", head(type_="application/zip") + CUT_AFTER_INNER)
simple("zip_wrong_checksum", whole(OUTER.replace(b"2015-03,21", b"2015-03,99"), "application/zip"))
simple("zip_for_xlsx", whole(ZIP, "application/zip"))
simple("html_for_zip", whole(WALL, "text/html"))

# Redirects.
REDIRECTS = {
    "moved.csv": "/good_page",
    "redirect_to_loopback": "http://127.0.0.2/inner",
    "redirect_to_localhost": "http://localhost/inner",
    "redirect_to_ipv6": "http://[::1]/inner",
    "redirect_to_number": "http://2130706433/inner",
    "redirect_to_metadata": "http://169.254.169.254/latest/meta-data/",
    "redirect_to_file": "file:///etc/hostname",
    "redirect_to_ftp": "ftp://example.org/a.csv",
    "redirect_to_data": "data:text/csv,a,b",
    "redirect_to_port": "http://example.org:25/",
    "redirect_to_user": "http://user:pw@example.org/",
    "redirect_to_nonsense": "http://[::1/",
    "redirect_endless": "/redirect_endless",
    "redirect_once": "/good",
    "redirect_twice": "/redirect_once",
    "redirect_thrice": "/redirect_twice",
    "redirect_four_times": "/redirect_thrice",
}
for _name, _to in REDIRECTS.items():
    simple(_name, head(302, Location=_to, Content_Length=0))
simple("redirect_nowhere", head(302, Content_Length=0))
simple("redirect_two_ways", head(302, Location="/good", location="/robots.txt", Content_Length=0))

# Statuses.
for _status in (400, 401, 403, 404, 410, 451, 500, 501, 502, 503, 504, 429):
    simple(f"status_{_status}", whole(b"no", "text/plain", _status))


@fault
def busy_in_seconds(server: FaultServer, asked: Asked) -> Parts:
    """503 with Retry-After: 7, twice; then the document."""
    yield from _busy(server, asked, 503, "7")


@fault
def busy_by_date(server: FaultServer, asked: Asked) -> Parts:
    """429 with a date 9 seconds away, twice; then the document."""
    yield from _busy(server, asked, 429, formatdate(server.clock() + 9, usegmt=True))


@fault
def busy_unreadable(server: FaultServer, asked: Asked) -> Parts:
    yield from _busy(server, asked, 503, "soon")


@fault
def busy_for_a_year(server: FaultServer, asked: Asked) -> Parts:
    yield from _busy(server, asked, 503, "31536000")


def _busy(server: FaultServer, asked: Asked, status: int, after: str) -> Parts:
    if sum(other.path == asked.path for other in server.asked) <= 2:
        yield whole(b"busy", "text/plain", status, Retry_After=after)
    else:
        yield whole(CSV)


@fault
def broken_twice(server: FaultServer, asked: Asked) -> Parts:
    """Half a body, twice; then all of it."""
    count = sum(other.path == asked.path for other in server.asked)
    yield head(Content_Length=len(CSV)) + (CSV[:500] if count <= 2 else CSV)


@fault
def conditional(server: FaultServer, asked: Asked) -> Parts:
    """304 to whoever holds version 1."""
    same = asked.headers.get("if-none-match") == ETAG
    since = asked.headers.get("if-modified-since") == MODIFIED
    if same and since:
        yield head(304, ETag=ETAG)
    else:
        yield whole(CSV, ETag=ETAG, Last_Modified=MODIFIED)


@fault
def reset_before_answer(server: FaultServer, asked: Asked) -> Parts:
    yield from ()


@fault
def reset_in_body(server: FaultServer, asked: Asked) -> Parts:
    yield head(Content_Length=len(CSV)) + CSV[:100]
    time.sleep(0.02)


@fault
def closes_at_once(server: FaultServer, asked: Asked) -> Parts:
    yield from ()


@fault
def slow_but_good(server: FaultServer, asked: Asked) -> Parts:
    """Long enough to show whether anybody asks meanwhile."""
    time.sleep(0.1)
    yield whole(CSV)


@fault
def silent(server: FaultServer, asked: Asked) -> Parts:
    time.sleep(1)
    yield b""


@fault
def drip_headers(server: FaultServer, asked: Asked) -> Parts:
    yield b"HTTP/1.1 200 OK\r\nX: "
    for _ in range(100):
        time.sleep(0.02)
        yield b"x"


@fault
def drip_body(server: FaultServer, asked: Asked) -> Parts:
    yield head(Content_Length=len(CSV))
    for byte in CSV:
        time.sleep(0.02)
        yield bytes([byte])


@fault
def stalls_in_body(server: FaultServer, asked: Asked) -> Parts:
    yield head(Content_Length=len(CSV)) + CSV[:100]
    time.sleep(1)


@fault
def header_flood(server: FaultServer, asked: Asked) -> Parts:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(100_000):
        yield b"X-%d: %s\r\n" % (number, b"y" * 100)


@fault
def informed_without_end(server: FaultServer, asked: Asked) -> Parts:
    while True:
        yield b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000


@fault
def endless_body(server: FaultServer, asked: Asked) -> Parts:
    yield head(Transfer_Encoding="chunked")
    while True:
        yield chunks(b"1,2\n" * 50_000, 100_000)


simple("length_too_big", head(Content_Length=10**12) + CSV)
simple("not_http", b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
simple("types_twice", head(200, "text/csv", **{"content_type": "text/html"}) + CSV)
simple("encodings_twice", head(Content_Encoding="gzip", **{"content_encoding": "br"}) + GZIP)


@fault
def length_too_short_slowly(server: FaultServer, asked: Asked) -> Parts:
    """The rest comes in a packet of its own."""
    yield head(Content_Length=1000) + CSV[:1000]
    time.sleep(0.03)
    yield CSV[1000:]
