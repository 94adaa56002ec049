"""An installation with documents that wait, over either engine: our own file, or Redis."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from portal.config import Settings
from portal.desk.intake.receive import receive
from portal.store.desk import open_desk

ENGINES = ("file", "redis")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis of our own on 127.0.0.1, ended afterwards; skips where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("left out: redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    words = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("redis-server did not begin to answer")


@contextmanager
def configured(folder: Path, engine: str) -> Iterator[Settings]:
    """Settings of a new installation over that engine."""
    config = Settings(var=folder / "var", workers=2)
    if engine == "file":
        yield config
        return
    with redis(folder / "redis") as address:
        yield replace(config, queue=address, queue_secret="for tests only", lease=20.0)


def environment(config: Settings) -> dict[str, str]:
    """The same settings for another process."""
    names = ("var", "queue", "queue_secret", "workers", "lease")
    return {f"PORTAL_{name.upper()}": str(getattr(config, name)) for name in names}


def bring(config: Settings, count: int) -> list[str]:
    """Receive that many small answers, each with its own figures; returns their SHA-256."""
    db = open_desk(config.desk)
    brought = []
    for number in range(count):
        text = f"Force,Notices {number}\nKent,{1000 + number}\nSurrey,{2000 + number}\n"
        name = f"answer-{number}.csv"
        brought.append(
            receive(db, config.archive, text.encode(), name, "contributor-a", publication="annual")
        )
    db.close()
    return brought


def started(config: Settings, *words: str) -> subprocess.Popen[bytes]:
    """Start `portal work` with these words, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "work", *words],
        env={"PATH": "/usr/bin:/bin", **environment(config)},
        cwd=Path(__file__).parents[1],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
