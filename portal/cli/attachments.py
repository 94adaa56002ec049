"""The desk's way to the network: one document from a public address, by the client of ingest."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from portal.config import Settings
from portal.core.errors import StoreError
from portal.desk.inspection.limits import LIMITS as DOCUMENTS
from portal.desk.intake.fetching import Fetch
from portal.ingest.network.fetch import Client, Unchanged
from portal.ingest.network.limits import Limits

# One person waits for one file: fewer tries than a round over all sources has.
LIMITS = Limits(raw=DOCUMENTS.size, total=120, tries=2, wait=30)


def fetcher(config: Settings, client: Client | None = None) -> Fetch:
    """Return fetch(address) -> (bytes, name, headers); a `client` is given by tests only."""

    def fetch(address: str) -> tuple[bytes, str, Mapping[str, str]]:
        if client is not None:
            return _asked(client, address)
        with Client(config, limits=LIMITS) as own:
            return _asked(own, address)

    return fetch


def _asked(client: Client, address: str) -> tuple[bytes, str, Mapping[str, str]]:
    snapshot = client.get(address)
    if isinstance(snapshot, Unchanged):
        raise StoreError(f"{address}: the answer has no document")
    name = urlsplit(address).path.rpartition("/")[2]
    return snapshot.content, name, snapshot.headers
