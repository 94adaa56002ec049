"""Keeps the desk's processes alive beside the site: its pages, and the worker that reads."""

import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path

from portal.config import HELP, Settings

LOG = logging.getLogger("portal.desk")
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A process that ran for so long was well; when it ends, the next one comes soon.
WELL_SECONDS = 60.0
END_SECONDS = 8.0
STORE_SECONDS = 2.0
# what the log calls it -> module and words
PROCESSES = {
    "the desk": ("portal.web.desk",),
    "the desk's worker": ("portal.cli", "work"),
}
KEPT_IN_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "TMPDIR",
)


class Keeper:
    """One process, started again whenever it ends, less and less often while it fails."""

    def __init__(
        self, store: Path, words: tuple[str, ...], name: str, environment: dict[str, str]
    ) -> None:
        self.store, self.words, self.name, self.environment = store, words, name, environment
        self.process: asyncio.subprocess.Process | None = None
        self.pause = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; the site does not wait for it."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End the process and do not start it again."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._end()

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            # Before `portal init` there is nothing to work on.
            while not self.store.is_file():
                await asyncio.sleep(STORE_SECONDS)
            began = clock()
            try:
                code = await self._run()
            except OSError as problem:
                code = problem.strerror
            well = clock() - began >= WELL_SECONDS
            longer = min(max(2 * self.pause, FIRST_PAUSE), LONGEST_PAUSE)
            self.pause = FIRST_PAUSE if well else longer
            LOG.warning("%s ended (code %s); again in %.1f s", self.name, code, self.pause)
            await asyncio.sleep(self.pause)

    async def _run(self) -> int:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "portal.web.beside"),
            *self.words,
            # Its end tells the process that we are gone, however we went.
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env=self.environment,
            start_new_session=True,
        )
        return await self.process.wait()

    async def _end(self) -> None:
        process = self.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def keepers(config: Settings) -> list[Keeper]:
    """The processes of the desk; none when the setting says so."""
    if not config.desk_on:
        return []
    told = environment(config)
    return [Keeper(config.desk, words, name, told) for name, words in PROCESSES.items()]


def environment(config: Settings) -> dict[str, str]:
    """What the processes are told: our settings and the way to Python, nothing else."""
    told = {name: os.environ[name] for name in KEPT_IN_ENVIRONMENT if name in os.environ}
    ours = {f"PORTAL_{name.upper()}": str(getattr(config, name)) for name in HELP}
    return {**told, **ours, "PYTHONUNBUFFERED": "1"}
