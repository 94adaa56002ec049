"""A run over sources: over the network, or over recorded files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from portal.config import Settings
from portal.core.sources import Get
from portal.ingest import bundle, recorded
from portal.ingest.network.fetch import UTF8, Client
from portal.ingest.network.fetched import Fetched, asking
from portal.ingest.registry import source_of
from portal.ingest.scrape import Run, scrape, scrape_files, with_sources
from portal.store.desk import Desk, now
from portal.store.writing import Look


def start(config: Settings, db: Desk, say: Callable[[str], None]) -> Run:
    """Load the words as they stand in data/, and make ready to record."""
    vocabulary, version = bundle.load_words(config.data, config.archive, db)
    return Run(config, db, with_sources(vocabulary), version, say)


def every(
    run: Run,
    modules: Sequence[ModuleType],
    folder: Path | None = None,
    allow: Sequence[str] = (),
) -> Iterator[Look]:
    """Run the sources one after the other; yields how each ended."""
    if folder:
        yield from _recorded(run, modules, folder)
        return
    began = now()
    fetched = Fetched(run.config.var / "fetched", run.config.archive)
    with Client(run.config, allow=allow, say=run.say) as client:
        for module in modules:
            charsets = getattr(module, "CHARSETS", UTF8)
            yield scrape(run, module, asking(client, fetched, charsets=charsets, since=began))


def _recorded(run: Run, modules: Sequence[ModuleType], folder: Path) -> Iterator[Look]:
    for module in modules:
        listed = recorded.recordings(folder, source_of(module).id)
        files = [] if listed else list(recorded.loose_files(folder, module))
        if listed:
            yield scrape(run, module, recorded.replaying(listed))
        elif files:
            yield scrape_files(run, module, files)


def record(run: Run, module: ModuleType, folder: Path, allow: Sequence[str] = ()) -> int:
    """Save what a source asks for now as recordings for its tests; returns how many files."""
    kept = []
    fetched = Fetched(run.config.var / "fetched", run.config.archive)
    with Client(run.config, allow=allow, say=run.say) as client:
        ask = asking(client, fetched, charsets=getattr(module, "CHARSETS", UTF8))

        def get(address: str) -> object:
            kept.append(ask(address))
            return kept[-1]

        asked: Get = get  # type: ignore[assignment]
        for _ in module.snapshots(asked):
            pass
    once = {snapshot.address: replace(snapshot) for snapshot in kept}
    recorded.keep(folder, source_of(module).id, list(once.values()))
    return len(once)
