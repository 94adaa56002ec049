"""One process behind /data: started, healthy, drained, ended."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpcore

from portal.config import Settings
from portal.core.errors import EditionError
from portal.web.tables import MOUNT

START_SECONDS = 30.0
DRAIN_SECONDS = 30.0
END_SECONDS = 8.0
# The settings that the process needs; it never learns where the private store is.
TOLD = ("data", "templates", "site", "query_memory", "query_seconds")
KEPT_IN_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "PYTHONPATH")


class Child:
    """A Datasette process over one edition, and the connections to it."""

    def __init__(self, process: asyncio.subprocess.Process, socket: Path, edition: Path) -> None:
        self.process, self.socket, self.edition = process, socket, edition
        self.pool = httpcore.AsyncConnectionPool(
            uds=str(socket), max_connections=16, keepalive_expiry=30.0
        )
        self.in_flight = 0
        self.idle = asyncio.Event()
        self.idle.set()

    @classmethod
    async def start(cls, edition: Path, socket: Path, settings: Settings) -> "Child":
        """Start a process and wait until it answers; raises EditionError when it does not."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "portal.web.tables.server"),
            *("--edition", str(edition), "--socket", str(socket)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment(settings),
            start_new_session=True,
        )
        child = cls(process, socket, edition)
        try:
            async with asyncio.timeout(START_SECONDS):
                await child._ready()
        except (TimeoutError, EditionError, httpcore.NetworkError, httpcore.ProtocolError) as why:
            await child.end()
            reason = str(why) or type(why).__name__
            words = f"{edition}: the tables under {MOUNT} do not start: {reason}"
            raise EditionError(words) from why
        except BaseException:
            await child.end()
            raise
        return child

    async def _ready(self) -> None:
        assert self.process.stdout is not None
        said = await self.process.stdout.readline()
        if said.strip() != b"ready":
            raise EditionError("it ended before it was ready")
        answer = await self.pool.request("GET", f"http://tables{MOUNT}/")
        if answer.status != 200:
            raise EditionError(f"its first page answers {answer.status}")

    @property
    def ended(self) -> bool:
        """True once the process is gone."""
        return self.process.returncode is not None

    @asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        """Hold the process for one request."""
        self.in_flight += 1
        self.idle.clear()
        try:
            yield
        finally:
            self.in_flight -= 1
            if not self.in_flight:
                self.idle.set()

    async def retire(self) -> None:
        """End the process once its requests are answered."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.idle.wait()
        await self.end()

    async def end(self) -> None:
        """End the process now."""
        await self.pool.aclose()
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
        self.socket.unlink(missing_ok=True)


def environment(settings: Settings) -> dict[str, str]:
    """What the process is told: our settings, the way to Python, nothing else."""
    told = {name: os.environ[name] for name in KEPT_IN_ENVIRONMENT if name in os.environ}
    ours = {f"PORTAL_{name.upper()}": str(getattr(settings, name)) for name in TOLD}
    # One pool of memory instead of one for each thread: what is freed can be used again.
    return {**told, **ours, "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}
