"""Which job of the desk is done by what: the one place where the desk meets ingest and publish."""

from collections.abc import Callable

from portal.cli.attachments import fetcher
from portal.config import Settings
from portal.desk import copying
from portal.desk.intake import fetching
from portal.desk.publishing import job
from portal.desk.reading.working import Handlers
from portal.desk.review import finishing
from portal.desk.review.reading import RECORD
from portal.publish import editions, takedown
from portal.store.desk import Desk


def handlers(config: Settings) -> Handlers:
    """Return how each kind of job other than reading is done."""
    return {
        fetching.FETCH: fetching.handler(fetcher(config)),
        copying.COPY: copying.make,
        RECORD: finishing.handle,
        **job.handlers(_publish),
    }


def _publish(config: Settings, db: Desk) -> None:
    publish(config, db, lambda text: None)


def publish(config: Settings, db: Desk, say: Callable[[str], None]) -> editions.Edition:
    """Publish all that people agreed on and nobody took back."""
    finishing.finish(db, config.archive)
    takedown.enforce(config, db)
    return editions.publish(db, config.archive, config.editions, say)
