"""A scrape in a process of its own, to be killed: folder, port and sources are its arguments.

The server of the test stands for all publishers; no pause is really made.
"""

import sys
from pathlib import Path

from publisher_server import LocalClient, everything, hosts

from portal.config import Settings
from portal.ingest import registry, running
from portal.store.desk import one_writer, open_desk


def main(var: Path, port: int, names: tuple[str, ...]) -> None:
    """Run the sources like `portal scrape` does."""
    config = Settings(var=var)
    with one_writer(var), LocalClient(config, port, hosts(everything()), sleep=_at_once) as client:
        run = running.start(config, open_desk(config.desk), lambda text: None)
        print("ready", flush=True)
        for look in running.every(run, registry.chosen(names), client=client):
            print(look.source, look.outcome, look.problems, flush=True)


def _at_once(seconds: float) -> None:
    """No pause."""


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), tuple(sys.argv[3:]))
