"""Keeps the process behind /data alive and on the current edition."""

import asyncio
import contextlib
import logging
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from portal.config import Settings
from portal.core.errors import EditionError
from portal.web.edition import DATABASE as FILE
from portal.web.tables.child import Child

LOG = logging.getLogger("portal.tables")
LOOK_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
FIRST_PATIENCE = 8.0
# The longest path that a Unix domain socket may have is 107 bytes.
LONGEST_SOCKET = 100


class Down(Exception):
    """No process answers under /data at the moment."""


class Supervisor:
    """One process for the current edition; a new edition gets a new one before the old one ends."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.child: Child | None = None
        self.pause = 0.0
        # Set whenever another process has taken over.
        self.changed = asyncio.Event()
        self._numbers = count(1)
        self._following: asyncio.Task[None] | None = None
        self.retiring: set[asyncio.Task[None]] = set()
        self._folder: Path | None = None

    async def start(self, edition: Path | None = None) -> None:
        """Start a process for the edition, by default the current one; then follow `current`.

        The site runs without /data: when no process starts, that is logged and tried again.
        """
        self._folder = run_folder(self.settings)
        await self._turn(edition or self.current())
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End every process."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        ending = [self.child.end()] if self.child else []
        await asyncio.gather(*ending, *self.retiring)
        self.child = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Supervisor"]:
        """Start, and end every process when this block is left: for the lifespan of the site."""
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    @asynccontextmanager
    async def request(self) -> AsyncIterator[Child]:
        """Hold the process for one request; raises Down when there is none."""
        if self.child is None and self._folder is not None and self.current():
            # The site has just begun: the first process stands in a second or two.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_PATIENCE):
                    await self.changed.wait()
        child = self.child
        if child is None or child.ended:
            raise Down
        async with child.request():
            yield child

    def current(self) -> Path | None:
        """The database file of the current edition; None before the first."""
        path = self.settings.editions / "current" / FILE
        return path.resolve() if path.exists() else None

    async def _follow(self) -> None:
        while True:
            await self._look()
            await self._turn(self.current())

    async def _look(self) -> None:
        """Wait for a while, less when the process ends."""
        child = self.child
        if child is not None and not child.ended:
            try:
                async with asyncio.timeout(max(LOOK_SECONDS, self.pause)):
                    code = await child.process.wait()
            except TimeoutError:
                return
            LOG.warning("the process behind /data ended (code %s); starting another", code)
        await asyncio.sleep(self.pause if child else LOOK_SECONDS)

    async def _turn(self, wanted: Path | None) -> None:
        """Start what is wanted and does not run; then let go of what ran before."""
        child = self.child
        running = child is not None and not child.ended
        if wanted is None or (running and child is not None and child.edition == wanted):
            self.pause = 0.0 if running else self.pause
            return
        assert self._folder is not None
        socket = self._folder / f"tables-{os.getpid()}-{next(self._numbers)}.sock"
        try:
            self.child = await Child.start(wanted, socket, self.settings)
        except EditionError as problem:
            self.pause = min(max(2 * self.pause, FIRST_PAUSE), LONGEST_PAUSE)
            LOG.error("%s; trying again in %.1f s", problem, self.pause)
            return
        self.changed.set()
        self.pause = 0.0 if running else min(max(2 * self.pause, FIRST_PAUSE), LONGEST_PAUSE)
        if child is not None:
            task = asyncio.create_task(child.retire())
            self.retiring.add(task)
            task.add_done_callback(self.retiring.discard)


def run_folder(settings: Settings) -> Path:
    """Return the folder of the sockets, which nobody else may enter."""
    folder = settings.var / "run"
    if len(str(folder)) > LONGEST_SOCKET - len("tables-1000000-1000.sock"):
        return Path(tempfile.mkdtemp(prefix="portal-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
