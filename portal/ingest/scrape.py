"""One source end to end: fetch, archive, read, check, record. One that fails stops no other."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import portal.sources
from portal.config import Settings
from portal.core.errors import (
    AskedToWait,
    BadInput,
    BadStatus,
    FetchError,
    PortalError,
    TooSlow,
    Unreachable,
    Untrusted,
)
from portal.core.observations import Observation, Series
from portal.core.sources import Get, Snapshot
from portal.core.values import Value
from portal.core.vocabulary import Vocabulary
from portal.ingest.network.fetch import PASSING
from portal.ingest.registry import source_of, sources
from portal.ingest.stopping import Stop
from portal.store import archive, writing
from portal.store.desk import Desk, now
from portal.store.writing import Batch, Look, Outcome

# More than this share of a feed's known figures changed at once is looked at by a person first.
ALARM = 0.2
# A publication that has lost more than this share of its known figures is more likely broken than
# revised: it is refused whole, until a person has looked and says that it is so.
LOSSES = 0.3
REMEMBERED = 1 << 15  # series and values of one file that are known to be sound
# These are said of a host, not of one document.
HOST_FAILED = (AskedToWait, TooSlow, Unreachable, Untrusted)
PROVEN = "proven source: its reader was built against real files and every check passed"


@dataclass(frozen=True, slots=True)
class Run:
    """What every source of one run shares."""

    config: Settings
    db: Desk
    vocabulary: Vocabulary
    version: str
    say: Callable[[str], None]
    stop: Stop = field(default_factory=Stop)
    losses: float = LOSSES

    @property
    def archive(self) -> Path:
        """Where bytes are kept."""
        return self.config.archive


def with_sources(vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary with every source module as a known source."""
    scraped = {id: asdict(source_of(module)) for id, module in sources().items()}
    return replace(vocabulary, sources={**vocabulary.sources, **scraped})


def scrape(run: Run, module: ModuleType, get: Get) -> Look:
    """Run one source; whatever goes wrong ends in the look that is recorded and returned."""
    failed: dict[str, FetchError] = {}
    return scrape_files(run, module, module.snapshots(going_on(get, failed)), failed)


def going_on(get: Get, failed: dict[str, FetchError]) -> Get:
    """Ask on when one document cannot be had: it is told in `failed`, and stands empty.

    When the host itself does not answer, the source ends there, for politeness.
    """

    def ask(address: str) -> Snapshot:
        try:
            return get(address)
        except HOST_FAILED:
            raise
        except FetchError as problem:
            if isinstance(problem, BadStatus) and problem.status in PASSING:
                raise
            failed[address] = problem
            return Snapshot(address, b"", "")

    return ask


def scrape_files(
    run: Run,
    module: ModuleType,
    snapshots: Iterable[Snapshot],
    failed: Mapping[str, FetchError] | None = None,
) -> Look:
    """Take in snapshots of one source; those that failed, or fail here, are told in the look."""
    source, began = source_of(module), now()
    found: list[Outcome] = []
    problems: list[str] = []
    failed = {} if failed is None else failed
    try:
        record_source(run, module)
        for snapshot in snapshots:
            run.stop.check()
            if snapshot.address in failed:
                continue
            run.say(f"{source.id}: {snapshot.label or snapshot.address}")
            try:
                found.append(take_in(run, module, snapshot))
            except PortalError as problem:
                problems.append(f"{snapshot.label or snapshot.address}: {told(problem)}")
        if not found and not problems and not failed:
            raise BadInput("at least one document", "none", source.page)
    except PortalError as problem:
        # That a page which never came names no files is no news.
        if not any(address in str(problem) for address in failed):
            problems.append(told(problem))
    problems[:0] = map(told, failed.values())
    look = _look(source.id, began, found, problems)
    writing.record_look(run.db, look)
    return look


def told(problem: PortalError) -> str:
    """An error by its name and its sentence, on one line."""
    return f"{type(problem).__name__}: {' '.join(str(problem).split())}"


def _look(source: str, began: str, found: list[Outcome], problems: list[str]) -> Look:
    counts = {
        name: sum(getattr(outcome, name) for outcome in found)
        for name in ("new", "revised", "withdrawn")
    }
    changed = "changed" if any(counts.values()) else "unchanged"
    outcome = "failed" if problems else changed
    held = sum(outcome.held for outcome in found)
    told = "\n".join(problems)
    return Look(source, began, now(), outcome, len(found), **counts, held=held, problems=told)


def record_source(run: Run, module: ModuleType) -> None:
    """Keep the source's description among the words, so that an edition can show it."""
    source = source_of(module)
    content = repr(source).encode()
    kept = writing.Snapshot(
        archive.keep(run.archive, content), f"sources/{source.id}", "", "text/plain", len(content)
    )
    words = {"scraped_source": {source.id: asdict(source)}}
    key = _key("source", kept.sha256)
    writing.record(run.db, Batch(f"source {source.id}", key, kept, records=words, complete=False))


def take_in(run: Run, module: ModuleType, snapshot: Snapshot) -> Outcome:
    """Archive one snapshot, read it and record what it says; read before by this code: nothing."""
    source = source_of(module)
    archive.keep(run.archive, snapshot.content)
    writing.record_fetch(run.db, source.id, snapshot, snapshot.fetched_at or now())
    feed = feed_of(module, snapshot)
    key = _key(source.id, feed, snapshot.sha256, run.version, code(module))
    same = writing.recorded(run.db, feed, key)
    return same or writing.record(run.db, batch(run, module, snapshot, key))


def batch(run: Run, module: ModuleType, snapshot: Snapshot, key: str) -> Batch:
    """What the module reads in a snapshot, checked as it streams by."""
    source = source_of(module)
    records: dict[str, dict[str, dict[str, object]]] = {}
    for each in module.records(snapshot) if hasattr(module, "records") else ():
        records.setdefault(each.kind, {})[each.id] = dict(each.fields)
    figures = hasattr(module, "observations")
    kept = writing.Snapshot(
        snapshot.sha256,
        snapshot.label or snapshot.address.rsplit("/", 1)[-1],
        snapshot.address,
        snapshot.media_type or "application/octet-stream",
        len(snapshot.content),
    )
    return Batch(
        feed=feed_of(module, snapshot),
        key=key,
        snapshot=kept,
        observations=checked(run.vocabulary, module, snapshot) if figures else (),
        records=records,
        complete=figures and not records,
        rule=PROVEN if source.proven else "",
        alarm=ALARM,
        losses=run.losses,
        reason="publisher_revised",
    )


def checked(
    vocabulary: Vocabulary, module: ModuleType, snapshot: Snapshot
) -> Iterator[Observation]:
    """Yield the figures of a snapshot once every word in them is known; none at all is an error."""
    known: dict[int, tuple[Series, dict[int, Value], str]] = {}
    by_measure: dict[tuple[str, str], dict[int, Value]] = {}
    count = 0
    for observation in module.observations(snapshot):
        # A big file has few series and few values: each is looked up once, as long as we hold it.
        series, value = observation.series, observation.value
        sound = known.get(id(series))
        if sound is None or sound[2] != observation.source:
            vocabulary.check_series(series)
            of = by_measure.setdefault((series.measure, observation.source), {})
            sound = (series, of, observation.source)
            _remember(known, id(series), sound)
        if id(value) not in sound[1]:
            vocabulary.check_value(observation)
            _remember(sound[1], id(value), value)
        count += 1
        yield observation
    if not count and not getattr(module, "MAY_BE_EMPTY", False):
        raise BadInput("at least one figure", "none", snapshot.label or snapshot.address)


def _remember(known: dict[Any, Any], key: Any, held: object) -> None:
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = held


def feed_of(module: ModuleType, snapshot: Snapshot) -> str:
    """Which publication a snapshot is the newest state of: by default, its file's name.

    Pages that have no name but what they were asked (`/request/?tags=...`) are told apart by that.
    """
    own = getattr(module, "feed", None)
    name = own(snapshot) if own else snapshot.address.partition("?")[0].rpartition("/")[2]
    name = name or snapshot.address.partition("://")[2]
    return f"{source_of(module).id}/{name}"


def code(module: ModuleType) -> str:
    """The hash of the reader's text and its helpers': another may read the same bytes anew."""
    own = Path(module.__file__ or "")
    helpers = sorted(Path(portal.sources.__path__[0]).glob("_*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in (own, *helpers))).hexdigest()


def _key(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(("scrape", *parts)).encode()).hexdigest()
