"""A run over sources: over the network, or over recorded files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import ModuleType

from portal.config import Settings
from portal.core.errors import BadInput
from portal.core.sources import Snapshot
from portal.ingest import bundle, recorded, words
from portal.ingest.network.fetch import UTF8, Client
from portal.ingest.network.fetched import Fetched, asking
from portal.ingest.registry import source_of
from portal.ingest.resuming import going_on
from portal.ingest.scrape import LOSSES, Run, feed_of, scrape, scrape_files, with_sources
from portal.ingest.stopping import Stop
from portal.store import private
from portal.store.desk import Desk
from portal.store.writing import Look


def start(
    config: Settings,
    db: Desk,
    say: Callable[[str], None],
    stop: Stop | None = None,
    losses: float = LOSSES,
) -> Run:
    """Load the words as they stand in data/, and make ready to record."""
    vocabulary, version = bundle.load_words(config.data, config.archive, db)
    stop = stop or Stop()
    return Run(config, db, with_sources(vocabulary), version, say, stop, losses)


def today(config: Settings, db: Desk, say: Callable[[str], None], stop: Stop | None = None) -> Run:
    """Make ready to read with the words as they stand in data/; nothing is written."""
    vocabulary = words.vocabulary(words.read_words(config.data))
    return Run(config, db, with_sources(vocabulary), "", say, stop or Stop())


def every(
    run: Run,
    modules: Sequence[ModuleType],
    folder: Path | None = None,
    client: Client | None = None,
) -> Iterator[Look]:
    """Run the sources one after the other; yields how each ended.

    What an interrupted run has fetched is not asked for again. Tests bring a client of their own.
    """
    if folder:
        yield from _recorded(run, modules, folder)
        return
    fetched = Fetched(run.config.var / "fetched", run.config.archive)
    ids = [source_of(module).id for module in modules]
    with going_on(run.config.var, ids) as since, _client(run, client) as asks:
        for module, id in zip(modules, ids, strict=True):
            charsets = getattr(module, "CHARSETS", UTF8)
            yield scrape(run, module, asking(asks, fetched, charsets=charsets, since=since[id]))


def _client(run: Run, given: Client | None) -> AbstractContextManager[Client]:
    if given:
        return nullcontext(given)
    return Client(run.config, say=run.say, sleep=run.stop.sleep)


def _recorded(run: Run, modules: Sequence[ModuleType], folder: Path) -> Iterator[Look]:
    for module in modules:
        listed = recorded.recordings(folder, source_of(module).id)
        files = [] if listed else list(recorded.loose_files(folder, module))
        if listed:
            yield scrape(run, module, recorded.replaying(listed))
        elif files:
            yield scrape_files(run, module, not_overtaken(run.db, module, files))


def not_overtaken(db: Desk, module: ModuleType, files: Sequence[Snapshot]) -> list[Snapshot]:
    """Leave out the files that lie before the one from which their feed was last read.

    A folder may hold a download of 2018 beside that of 2024. Taken in a second time, the older one
    would look as if the publisher had gone back to it.
    """
    shown = dict[str, list[Snapshot]]()
    for each in files:
        shown.setdefault(feed_of(module, each), []).append(each)
    past = set[int]()
    for feed, states in shown.items():
        newest = private.newest_snapshot(db, feed)
        at = [number for number, each in enumerate(states) if each.sha256 == newest]
        past |= {id(each) for each in states[: at[-1] if at else 0]}
    return [each for each in files if id(each) not in past]


def record(config: Settings, module: ModuleType, folder: Path, client: Client) -> int:
    """Save what a source asks for now as recordings for its tests; returns how many files.

    All or none: recordings that were there stay until every document of the source has come.
    """
    kept: dict[str, Snapshot] = {}
    fetched = Fetched(config.var / "fetched", config.archive)
    ask = asking(client, fetched, charsets=getattr(module, "CHARSETS", UTF8))

    def get(address: str) -> Snapshot:
        kept[address] = ask(address)
        return kept[address]

    for _ in module.snapshots(get):
        pass
    if not kept:
        raise BadInput("at least one document", "none", source_of(module).page)
    recorded.keep(folder, source_of(module).id, list(kept.values()))
    return len(kept)
