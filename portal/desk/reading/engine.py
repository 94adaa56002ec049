"""The task engine: huey over a file by default, over Redis with more machines by one setting.

A message names a document; over Redis it brings the bytes along, for another machine has no archive
of ours. Messages are signed: nobody who can merely write to the queue can make us run something.
"""

import secrets
from collections.abc import Callable

from huey import Huey, RedisExpireHuey, SqliteHuey
from huey.consumer import Consumer
from huey.serializer import SignedSerializer

from portal.config import Settings
from portal.core.errors import StoreError
from portal.desk.reading.look import Report, look
from portal.store import archive

NAME = "retention-watch"
KEPT = 24 * 3600  # seconds that an answer waits to be fetched
Read = Callable[[str, str, bytes | None], Report]


class Engine:
    """Sends documents to be read to whichever worker takes them, and brings back what they say."""

    def __init__(self, config: Settings) -> None:
        self.config = config
        self.huey = _huey(config)

        @self.huey.task(name="read")
        def read(sha256: str, name: str, content: bytes | None) -> Report:
            return look(archive.read(config.archive, sha256) if content is None else content, name)

        self._read = read

    @property
    def embedded(self) -> bool:
        """True when the queue is our own file, which no other machine works on."""
        return not self.config.queue

    def send(self, id: str, sha256: str, name: str) -> None:
        """Ask for a document to be read; `id` names the answer."""
        content = None if self.embedded else archive.read(self.config.archive, sha256)
        task = self._read.s(sha256, name, content)
        task.id = id
        self.huey.enqueue(task)

    def answer(self, id: str) -> Report | None:
        """What a worker answered, once; None while there is nothing. Raises TaskException."""
        found = self.huey.result(id)
        return found if isinstance(found, Report) else None

    def forget(self) -> None:
        """Throw away what an earlier process left in our own file."""
        if self.embedded:
            self.huey.flush()

    def consumer(self, workers: int) -> Consumer:
        """Workers for this process, each a thread that waits for a walled-off process."""
        return _Consumer(
            self.huey, workers=workers, worker_type="thread", periodic=False, max_delay=0.5
        )


class _Consumer(Consumer):
    # Signals are the business of the command around us.
    def _set_signal_handlers(self) -> None:
        pass


def _huey(config: Settings) -> Huey:
    signed = SignedSerializer(secret=_secret(config), salt=NAME)
    if config.queue:
        # What nobody fetches any more, since another attempt was faster, goes away by itself.
        return RedisExpireHuey(NAME, expire_time=KEPT, url=config.queue, serializer=signed)
    config.var.mkdir(parents=True, exist_ok=True)
    path = config.var / "queue.db"
    made = SqliteHuey(NAME, filename=str(path), serializer=signed)
    path.chmod(0o600)
    return made


def _secret(config: Settings) -> str:
    """The secret of the setting; of the embedded queue, one made once and kept beside it."""
    if config.queue_secret:
        return config.queue_secret
    if config.queue:
        raise StoreError("PORTAL_QUEUE_SECRET is not set; all machines of one queue share it")
    path = config.var / "queue.key"
    if not path.exists():
        archive.write_whole(path, secrets.token_hex(32).encode(), mode=0o600)
    return path.read_text("ascii")
