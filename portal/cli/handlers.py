"""Which job of the desk is done by what: the one place where the desk meets ingest and publish."""

from portal.config import Settings
from portal.desk.reading.working import Handlers


def handlers(config: Settings) -> Handlers:
    """Return how each kind of job other than reading is done."""
    return {}
