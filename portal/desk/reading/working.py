"""Working off the jobs of the desk: what waits is sent out, what comes back is recorded once.

Jobs that need the private store are done here; reading a document is not, and may be done on
another machine. Killed at any point, the next run takes up what was not recorded.
"""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from huey.exceptions import TaskException

from portal.config import Settings
from portal.core.broken import told
from portal.core.errors import PortalError, StoreError
from portal.desk.reading import recording
from portal.desk.reading.engine import Engine
from portal.desk.reading.look import look
from portal.store import archive, findings, queue
from portal.store.desk import Desk

log = logging.getLogger("portal.desk")
READ = "read"
PAUSE, EVERY = 0.1, 5.0
# Handler(config, db, object) does a job of its kind here; a PortalError says why it cannot.
Handler = Callable[[Settings, Desk, str], None]
Handlers = Mapping[str, Handler]


@dataclass(slots=True)
class Desk_:
    """What working needs: where, on what store, and how jobs other than reading are done."""

    config: Settings
    db: Desk
    handlers: Handlers
    say: Callable[[str], None] = lambda _: None
    out: dict[int, queue.Job] = field(default_factory=dict)


def work_until_idle(config: Settings, db: Desk, handlers: Handlers | None = None) -> int:
    """Do all that waits, in this process; returns how many jobs were done.

    While `portal work` runs elsewhere, this waits for it instead.
    """
    desk, done = Desk_(config, db, handlers or {}), 0
    while True:
        try:
            with only_worker(config):
                queue.give_back(db)
                while _one(desk):
                    done += 1
                return done
        except StoreError:
            if not any(state in ("waiting", "running") for _, state in queue.counts(db)):
                return done
            time.sleep(PAUSE)


def work(
    config: Settings,
    db: Desk,
    handlers: Handlers,
    stopped: Callable[[], bool],
    say: Callable[[str], None],
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Work until stopped: workers of this machine, and those of others on the same queue.

    `meanwhile` is called every few seconds, whether or not anything waits.
    """
    with only_worker(config):
        engine, desk = Engine(config), Desk_(config, db, handlers, say)
        engine.forget()
        if engine.embedded:
            queue.give_back(db)
        desk.out = {job.id: job for job in queue.running(db, (READ,))}
        consumer = engine.consumer(config.workers)
        consumer.start()
        try:
            due = 0.0
            while not stopped():
                if time.monotonic() >= due:
                    meanwhile()
                    due = time.monotonic() + EVERY
                if not step(desk, engine):
                    time.sleep(PAUSE)
        finally:
            # What is being read is read to its end and recorded; a second signal does not wait.
            consumer.stop(graceful=True)
            for job in list(desk.out.values()):
                _collect(desk, engine, job)


def work_for_others(config: Settings, stopped: Callable[[], bool]) -> None:
    """Read documents for the desk of another machine, until stopped."""
    if not config.queue:
        raise StoreError(
            "PORTAL_QUEUE is not set; without it there is no other machine to work for"
        )
    consumer = Engine(config).consumer(config.workers)
    consumer.start()
    try:
        while not stopped():
            time.sleep(PAUSE)
    finally:
        consumer.stop(graceful=True)


def step(desk: Desk_, engine: Engine) -> bool:
    """Take back what is done, send out what waits, do what is ours; True when anything moved."""
    moved = [_collect(desk, engine, job) for job in list(desk.out.values())]
    given_back = queue.give_back(desk.db, only_over=True)
    if given_back:
        running = {job.id for job in queue.running(desk.db, (READ,))}
        desk.out = {id: job for id, job in desk.out.items() if id in running}
    room = 2 * desk.config.workers + (0 if engine.embedded else 16)
    while len(desk.out) < room and (job := queue.take(desk.db, desk.config.lease, (READ,))):
        _send(desk, engine, job)
        moved.append(True)
    ours = tuple(desk.handlers)
    if ours and (job := queue.take(desk.db, desk.config.lease, ours)):
        _do(desk, job)
        moved.append(True)
    return any(moved) or bool(given_back)


@contextmanager
def only_worker(config: Settings) -> Iterator[None]:
    """Hold the lock of the one process that gives out jobs; raises StoreError when it is held."""
    config.var.mkdir(parents=True, exist_ok=True)
    handle = os.open(config.var / "work.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreError(f"{config.var}: `portal work` runs already") from None
    try:
        yield
    finally:
        os.close(handle)


def _one(desk: Desk_) -> bool:
    job = queue.take(desk.db, desk.config.lease, (READ, *desk.handlers))
    if job is None:
        return False
    if job.what != READ:
        _do(desk, job)
        return True
    try:
        name = _begun(desk, job)
        recording.record(desk.config, desk.db, job, look(_content(desk, job), name))
    except PortalError as problem:
        queue.fail(desk.db, job, str(problem))
    return True


def _send(desk: Desk_, engine: Engine, job: queue.Job) -> None:
    try:
        name = _begun(desk, job)
        _content(desk, job)
        engine.send(_answer_of(job), job.object, name)
    except PortalError as problem:
        queue.fail(desk.db, job, str(problem))
        return
    desk.out[job.id] = job


def _collect(desk: Desk_, engine: Engine, job: queue.Job) -> bool:
    try:
        report = engine.answer(_answer_of(job))
        if report is None:
            return False
        recording.record(desk.config, desk.db, job, report)
    except TaskException as problem:
        # What it broke on may be a text that nobody has released.
        kind = str(problem.metadata.get("error", "")).partition("(")[0][:80]
        queue.fail(desk.db, job, f"the reader broke off: {kind}")
    except PortalError as problem:
        queue.fail(desk.db, job, f"the reader broke off: {problem}")
    del desk.out[job.id]
    desk.say(f"read {job.object[:12]}")
    return True


def _do(desk: Desk_, job: queue.Job) -> None:
    try:
        desk.handlers[job.what](desk.config, desk.db, job.object)
    except PortalError as problem:
        queue.fail(desk.db, job, str(problem))
        return
    except Exception as problem:
        # One job that breaks must not end the worker, and with it what everybody else waits for.
        log.error("a job broke (%s): %s", job.what, told(problem))
        queue.fail(desk.db, job, f"it broke on our side ({type(problem).__name__})")
        return
    queue.done(desk.db, job)


def _begun(desk: Desk_, job: queue.Job) -> str:
    findings.begin(desk.db, job.object)
    row = desk.db.execute("SELECT name FROM documents WHERE sha256 = ?", [job.object]).fetchone()
    if row is None:
        raise StoreError(f"{job.object}: there is no such document")
    return str(row[0])


def _content(desk: Desk_, job: queue.Job) -> bytes:
    return archive.read(desk.config.archive, job.object)


def _answer_of(job: queue.Job) -> str:
    return f"read-{job.id}-{job.attempt}"
