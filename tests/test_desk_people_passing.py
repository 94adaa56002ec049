"""The way from the public site to the desk's process: what passes, what does not, and when."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import uvicorn
from desk_site import DeskSite, desk_site
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from portal.config import Settings
from portal.core.errors import BadInput, StoreError
from portal.web import keeping, passing
from portal.web.app import create_app
from portal.web.desk.__main__ import check_site, listen, only_one
from portal.web.sockets import desk_socket, reachable


async def told(request: Request) -> Response:
    """Tell what arrived."""
    body = await request.body()
    given = {"headers": dict(request.headers), "bytes": len(body), "path": request.url.path}
    answer = JSONResponse(given | {"query": request.url.query})
    answer.set_cookie("__Secure-desk", "x", path="/desk")
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def slowly(request: Request) -> Response:
    """An answer in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for n in range(3):
            yield b"%d" % n
            await asyncio.sleep(0)

    return StreamingResponse(pieces())


async def breaks(request: Request) -> Response:
    """An answer that ends too soon."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError("broken on purpose")

    return StreamingResponse(pieces(), headers={"Content-Length": "1000"})


@contextmanager
def pretended_desk(config: Settings) -> Iterator[None]:
    """A process's worth of desk that only tells what it was asked, on the real socket."""
    app = Starlette(
        routes=[
            Route("/desk/slowly", slowly),
            Route("/desk/breaks", breaks),
            Route("/desk", told, methods=["GET", "POST"]),
            Route("/desk/{rest:path}", told, methods=["GET", "POST", "PUT", "DELETE"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    listener = listen(desk_socket(config))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def config(published: Settings, tmp_path: Path) -> Settings:
    config = replace(published, var=tmp_path / "var")
    config.var.mkdir()
    config.editions.symlink_to(published.editions)
    return config


@pytest.fixture
async def client(config: Settings) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(config), client=("203.0.113.9", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://site.example") as client:
        yield client


async def test_what_is_asked_arrives_as_it_was_asked(
    config: Settings, client: httpx.AsyncClient
) -> None:
    with pretended_desk(config):
        headers = {
            "Cookie": "__Secure-desk=y", "X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4",
            "X-Real-IP": "1.2.3.4", "Origin": "http://site.example", "X-CSRF": "z",
        }  # fmt: skip
        answer = await client.put(
            "/desk/a%2Fb%C3%A9?q=1&q=%26", content=b"x" * 3000, headers=headers
        )
        given = answer.json()
    assert (given["bytes"], given["path"], given["query"]) == (3000, "/desk/a/bé", "q=1&q=%26")
    came = given["headers"]
    assert came["x-forwarded-for"] == "203.0.113.9"
    assert came["host"] == "site.example"
    assert came["cookie"] == "__Secure-desk=y" and came["x-csrf"] == "z"
    assert not {"forwarded", "x-real-ip", "transfer-encoding"} & set(came)
    # What the desk says goes back untouched: its cookie, and nothing of the site's own.
    assert "__Secure-desk=x" in answer.headers["set-cookie"]
    assert answer.headers["cache-control"] == "no-store"
    assert not {"etag", "vary", "content-encoding"} & set(answer.headers)


async def test_bodies_stream_in_both_directions(
    config: Settings, client: httpx.AsyncClient
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"y" * 100_000

    with pretended_desk(config):
        answer = await client.post("/desk/upload", content=parts())
        assert answer.json()["bytes"] == 6_400_000
        assert (await client.get("/desk/slowly")).content == b"012"


async def test_only_the_desk_is_passed_on(config: Settings, client: httpx.AsyncClient) -> None:
    with pretended_desk(config):
        assert (await client.get("/desk")).json()["path"] == "/desk"
        for path in ("/desks", "/deskx/y", "/DESK"):
            assert (await client.get(path)).status_code == 404
        public = await client.get("/privacy", headers={"Cookie": "__Secure-desk=y"})
        assert public.status_code == 200 and "set-cookie" not in public.headers


async def test_without_a_desk_the_site_says_so(client: httpx.AsyncClient) -> None:
    page = await client.get("/desk/review")
    assert page.status_code == 503 and "The desk is not running" in page.text
    assert page.headers["retry-after"] and page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    script = await client.post("/desk/api/v1/documents", content=b"x")
    assert script.status_code == 503 and "not running" in script.json()["error"]
    assert (await client.get("/privacy")).status_code == 200


async def test_too_much_is_refused_before_and_while_it_comes(
    config: Settings, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pretended_desk(config):
        huge = {"Content-Length": str(passing.LARGEST + 1)}
        assert (await client.post("/desk/x", headers=huge)).status_code == 413
        assert (await client.post("/desk/x", headers={"Content-Length": "-1"})).status_code == 413
        monkeypatch.setattr(passing, "LARGEST", 500_000)

        async def parts() -> AsyncIterator[bytes]:
            for _ in range(10):
                yield b"y" * 100_000

        assert (await client.post("/desk/x", content=parts())).status_code == 413


async def test_a_body_that_stops_coming_is_given_up(
    config: Settings, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "PART_SECONDS", 0.2)

    async def parts() -> AsyncIterator[bytes]:
        yield b"begin"
        await asyncio.sleep(30)

    with pretended_desk(config):
        assert (await client.post("/desk/x", content=parts())).status_code == 408


async def test_a_broken_answer_is_broken_off_not_made_whole(
    config: Settings, client: httpx.AsyncClient
) -> None:
    with pretended_desk(config), pytest.raises(ConnectionError):
        await client.get("/desk/breaks")


async def test_the_path_of_a_deep_folder_is_reached_all_the_same(
    published: Settings, tmp_path: Path
) -> None:
    deep = tmp_path / ("a" * 90) / ("b" * 90)
    deep.mkdir(parents=True)
    config = replace(published, var=deep)
    assert len(reachable(desk_socket(config))) < 60
    transport = httpx.ASGITransport(create_app(config))
    async with httpx.AsyncClient(transport=transport, base_url="http://site.example") as client:
        with pretended_desk(config):
            assert (await client.get("/desk")).status_code == 200


def test_one_desk_serves_an_installation(tmp_path: Path) -> None:
    first = only_one(tmp_path / "desk.lock")
    with pytest.raises(StoreError, match="runs already"):
        only_one(tmp_path / "desk.lock")
    os.close(first)
    os.close(only_one(tmp_path / "desk.lock"))


def test_the_socket_is_for_its_user_alone(published: Settings, tmp_path: Path) -> None:
    path = desk_socket(replace(published, var=tmp_path))
    listen(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("site", ["http://desk.example", "ftp://localhost", "http://10.0.0.1", ""])
def test_passwords_do_not_travel_in_the_open(site: str) -> None:
    with pytest.raises(BadInput, match="https"):
        check_site(site)
    for good in ("https://desk.example", "http://127.0.0.1:8001", "http://localhost"):
        check_site(good)


def test_a_setting_leaves_the_desk_out(published: Settings) -> None:
    assert keeping.keepers(replace(published, desk_on=0)) == []
    names = [keeper.name for keeper in keeping.keepers(published)]
    assert names == ["the desk", "the desk's worker"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    return desk_site(tmp_path_factory.mktemp("passing"))


def test_a_desk_that_is_killed_comes_back_and_sessions_live_on(site: DeskSite) -> None:
    with site.serving() as address, site.client("reviewer") as signed:
        cookie = "; ".join(f"{name}={value}" for name, value in signed.cookies.items())
        asked = {"Cookie": cookie}
        assert httpx.get(f"{address}/desk", headers=asked).status_code == 200
        before = holder(site.config)
        os.kill(before, signal.SIGKILL)
        end = time.monotonic() + 60
        answer = httpx.get(f"{address}/desk", headers=asked, timeout=30)
        while answer.status_code == 503 and time.monotonic() < end:
            time.sleep(0.1)
            answer = httpx.get(f"{address}/desk", headers=asked, timeout=30)
        assert answer.status_code == 200
        assert holder(site.config) != before
    with socket.socket(socket.AF_UNIX) as left, pytest.raises(OSError):
        left.connect(reachable(desk_socket(site.config)))


def holder(config: Settings) -> int:
    """The process that serves the desk: the one at the other end of its socket."""
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(reachable(desk_socket(config)))
        found = other.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(found[:4], "little")


def test_the_desk_ends_with_its_site_however_that_goes(site: DeskSite) -> None:
    import subprocess
    import sys

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {**os.environ, "PORTAL_VAR": str(site.config.var), "PORTAL_PORT": str(port)}
    given |= {"PORTAL_SITE": f"http://127.0.0.1:{port}"}
    process = subprocess.Popen([sys.executable, "-m", "portal.web"], env=given)
    end = time.monotonic() + 60
    found = 0
    while not found and time.monotonic() < end:
        try:
            found = holder(site.config)
        except OSError:
            time.sleep(0.1)
    process.kill()
    process.wait()
    while Path(f"/proc/{found}").exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert found and not Path(f"/proc/{found}").exists()


def test_the_site_has_no_route_of_the_desk_itself(app: FastAPI) -> None:
    endpoints = [each for each in app.routes if getattr(each, "path", "").startswith("/desk")]
    assert len(endpoints) == 2
    assert all(isinstance(each.endpoint, passing.Passing) for each in endpoints)  # type: ignore[attr-defined]
