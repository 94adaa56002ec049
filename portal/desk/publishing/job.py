"""Publishing as a job of the desk: the edition is built by the worker, while the desk goes on."""

from collections.abc import Callable

from portal.config import Settings
from portal.desk.publishing.releasing import PUBLISH
from portal.desk.publishing.reports import take_in
from portal.store.desk import Desk, one_writer

Publish = Callable[[Settings, Desk], object]
Handler = Callable[[Settings, Desk, str], None]


def handlers(publish: Publish) -> dict[str, Handler]:
    """The job `publish`, done by what is given: packages of one level do not know each other.

    Raises StoreError when another command writes; the job says so and can be asked for again.
    """

    def handle(config: Settings, db: Desk, object: str) -> None:
        take_in(config, db)
        with one_writer(config.var):
            publish(config, db)

    return {PUBLISH: handle}
