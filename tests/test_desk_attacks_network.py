"""What strangers can do to the public process and, through it, to the desk: take its places, its
memory, or another reader's request."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import uvicorn

from portal.config import Settings
from portal.web import passing, patience
from portal.web.app import create_app
from tests.desk_site import DeskSite, desk_site
from tests.test_desk_people_passing import pretended_desk


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    return desk_site(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def address(site: DeskSite) -> Iterator[tuple[str, int]]:
    with site.serving() as address:
        yield "127.0.0.1", int(address.rsplit(":", 1)[1])


def said(address: tuple[str, int], *parts: bytes, wait: float = 5.0) -> bytes:
    """What the site answers to these bytes; b"" when it ends the connection without a word."""
    with closing(socket.create_connection(address)) as line:
        line.settimeout(wait)
        answer = b""
        with suppress(ConnectionError):
            for part in parts:
                line.sendall(part)
            while piece := line.recv(65536):
                answer += piece
        return answer


HEAD = b"GET /desk/sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
ENDLESS = {
    "a header": [HEAD, b"X-A: ", *[b"a" * 50_000] * 80],
    "many headers": [HEAD, *[b"X-A: b\r\n" * 5_000] * 80],
    "an address": [b"GET /desk?", *[b"a" * 50_000] * 80],
    "the size of a part": [
        HEAD.replace(b"GET", b"POST"), b"Transfer-Encoding: chunked\r\n\r\n1;",
        *[b"a" * 50_000] * 80,
    ],
    "what follows a body": [
        HEAD.replace(b"GET", b"POST"), b"Transfer-Encoding: chunked\r\n\r\n0\r\n",
        *[b"X-A: b\r\n" * 5_000] * 80,
    ],
}  # fmt: skip


@pytest.mark.parametrize("what", ENDLESS)
def test_no_head_is_endless(address: tuple[str, int], what: str) -> None:
    """Each of these was taken whole into memory, however long it went on."""
    answer = said(address, *ENDLESS[what])
    assert b"200 OK" not in answer
    assert b"200 OK" in said(address, HEAD, b"\r\n")


def test_a_head_of_usual_length_is_read(address: tuple[str, int]) -> None:
    assert b"200 OK" in said(address, HEAD, b"Cookie: a=" + b"b" * 15_000 + b"\r\n\r\n")


SMUGGLED = b"GET /desk/audit HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 60\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5 \r\nContent-Length: 6\r\n",
        b"X: y\nContent-Length: 5\r\n",
        b"Content-Length: 0\r\nContent-Length: 46\r\n",
    ],
)
def test_no_request_hides_in_another(address: tuple[str, int], headers: bytes) -> None:
    """One request in, one answer out: whatever bodies say of their length."""
    begin = b"POST /desk/sign-in HTTP/1.1\r\nHost: localhost\r\n" + headers
    body = b"0\r\n\r\n" + SMUGGLED
    answer = said(address, begin + b"Connection: close\r\n\r\n" + body)
    assert answer.count(b"HTTP/1.1 ") <= 1
    # Nobody else gets what was left over: the next reader's answer is their own.
    assert b"Sign in" in said(address, HEAD, b"\r\n")


SPELLINGS = (
    "/desk/%2e%2e/privacy //desk/audit /%64esk/audit /desk//audit /desk%2faudit /DESK/audit"
    " /desk/./audit /privacy/..%2fdesk/audit /desk\\audit /desk;a/audit"
).split()


@pytest.mark.parametrize("path", SPELLINGS)
def test_no_spelling_leads_past_the_sign_in(address: tuple[str, int], path: str) -> None:
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    answer = said(address, head)
    assert answer.partition(b" ")[2][:3] in (b"401", b"404", b"400", b"308", b"503")


@pytest.mark.parametrize("host", ["evil.example", "localhost@evil.example", "localhost, evil", ""])
def test_no_address_is_made_of_what_a_request_calls_its_host(
    address: tuple[str, int], site: DeskSite, host: str
) -> None:
    for path in ("/desk", "/desk/sign-in/", "/desk/sign-in?to=https://evil.example"):
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        assert b"evil" not in said(address, head)
    # Nor does the public side keep a page of the desk for others.
    answer = said(address, HEAD, b'If-None-Match: *, W/"a"\r\n\r\n')
    assert b"no-store" in answer and b"etag" not in answer.lower() and b" 304 " not in answer


@pytest.fixture
async def server(published: Settings, tmp_path: Path) -> AsyncIterator[tuple[str, int]]:
    config = replace(published, var=tmp_path / "var", desk_on=False)
    config.var.mkdir()
    config.editions.symlink_to(published.editions)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        given = uvicorn.Config(create_app(config), http=patience.Patient, log_level="critical")
        made = uvicorn.Server(given)
        serving = asyncio.create_task(made.serve([listener]))
        with pretended_desk(config):
            while not made.started:
                await asyncio.sleep(0.01)
            yield listener.getsockname()
        made.should_exit = True
        await serving


async def test_who_sends_nothing_loses_the_place(
    server: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent connections, half heads and bodies that stop were kept for ever."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.6)
    begun = (b"", b"GET / HT", b"GET /privacy HTTP/1.1\r\nX-A: ",
             b"POST /report HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: none\r\nContent-Length: 9\r\n"
             b"Content-Type: application/x-www-form-urlencoded\r\n\r\na")  # fmt: skip
    for words in begun:
        reader, writer = await asyncio.open_connection(*server)
        writer.write(words)
        async with asyncio.timeout(20):
            with suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()


async def test_one_reader_leaves_room_for_others(
    server: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "OF_ONE", 3)
    begin = b"POST /desk/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na"
    lines = [await asyncio.open_connection(*server) for _ in range(3)]
    for _, writer in lines:
        writer.write(begin)
    await asyncio.sleep(0.3)
    async with httpx.AsyncClient(base_url=f"http://{server[0]}:{server[1]}") as client:
        answer = await client.get("/desk/y")
        assert answer.status_code == 429 and answer.headers["retry-after"]
        assert (await client.get("/privacy")).status_code == 200
        for _, writer in lines:
            writer.close()
        async with asyncio.timeout(20):
            while (await client.get("/desk/y")).status_code == 429:
                await asyncio.sleep(0.1)
        assert (await client.get("/desk/y")).status_code == 200


async def test_a_body_must_come_with_some_speed(
    server: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte every minute held one of the desk's places for a quarter of an hour."""
    monkeypatch.setattr(passing, "SLOW_SECONDS", 0.5)
    reader, writer = await asyncio.open_connection(*server)
    writer.write(b"POST /desk/x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n")
    began = time.monotonic()

    async def drip() -> None:
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b"a")
                await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(20):
        answer = await reader.read(500)
    assert b" 408 " in answer and time.monotonic() - began < 15
    writer.close()
    await dripping
