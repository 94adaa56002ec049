"""T24: everything that can go wrong on the wire, played to every source through the real client.

A server on 127.0.0.1 stands for all publishers. One document of a source is spoilt at a time; the
source must end in a named error, its figures and all others must stay as they are, and another
source that runs after it must not notice.
"""

import gzip
import itertools
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any

import pytest
import spoiling
from fault_server import Parts, Play, chunks, head, whole, zipped
from publisher_server import SMALL, Document, LocalClient, PublisherServer, documents, publishers
from test_fetch_faults import Clock

from portal.config import Settings
from portal.core import errors
from portal.ingest import registry, running
from portal.ingest.scrape import Run
from portal.store import archive
from portal.store.desk import open_desk
from portal.store.writing import Look

SOURCES = registry.sources()
FIGURES = ("observations", "readings", "decisions", "records")
A_DAY = 86_400
LONG_AGO = 1_500_000_000.0  # so that the played time never meets the real one
WALL = b"<html><head><title>Just a moment...</title></head><body>Checking</body></html>"
GONE = b"<!doctype html><html><head><title>Page not found</title></head><body></body></html>"
OTHER = b"<!doctype html><html><head><title>Welcome</title></head><body><p>Hello</p></body></html>"
HASTY = replace(SMALL, connect=0.1, idle=0.05, total=0.1, tries=2)
# Only kept, or read from a PDF (tests/test_ipco.py): bytes can be cut or replaced, rows cannot.
KEPT = {"australia_tia", "germany_bfj", "ipco"}
# Lists of the newest requests or pages, of which rows go as new ones come.
MOVING = {"fragdenstaat", "govuk_watch", "whatdotheyknow"}


def always(content: Callable[[Document], bytes]) -> Callable[[Document], Play]:
    return lambda document: lambda server, asked: iter([content(document)])


def sent(content: bytes, document: Document, **more: object) -> bytes:
    return whole(content, document.media_type, **more)


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def packed(cut: int) -> Callable[[Document], bytes]:
    def answer(document: Document) -> bytes:
        body = gzip.compress(document.content, mtime=0)
        end = cut if cut else len(body) // 2
        return sent(body[:end], document, Content_Encoding="gzip")

    return answer


def drip(document: Document) -> Play:
    def play(server: object, asked: object) -> Parts:
        yield head(200, document.media_type, Content_Length=len(document.content))
        for byte in document.content:
            time.sleep(0.02)
            yield bytes([byte])

    return play


def bad_bytes(document: Document) -> bytes:
    kind = document.media_type.partition(";")[0]
    return whole(document.content + b"\xa3\n", f"{kind}; charset=utf-8")


def duplicate(document: Document) -> bytes:
    return sent(zipped(("a.csv", b"a,b\n1,2\n"), ("a.csv", b"a,b\n3,4\n")), document)


def climbing(document: Document) -> bytes:
    return sent(zipped(("../../etc/cron.d/x", b"a,b\n1,2\n")), document)


def endless(document: Document) -> bytes:
    path = "/" + document.address.split("/", 3)[3]
    return head(302, Location=path, Content_Length=0)


def busy(status: int, **more: object) -> Callable[[Document], Play]:
    return always(lambda document: whole(b"busy", "text/plain", status, **more))


WIRE: dict[str, tuple[Callable[[Document], Play], tuple[type[Exception], ...]]] = {
    "cut": (
        always(lambda d: head(200, d.media_type, Content_Length=len(d.content)) + half(d.content)),
        (errors.Truncated,),
    ),
    "wrong length": (
        always(lambda d: head(200, d.media_type, Content_Length=len(d.content) // 2) + d.content),
        (errors.Truncated,),
    ),
    "no length, cut": (
        always(lambda d: head(200, d.media_type) + half(d.content)),
        (errors.Unframed, errors.Truncated),
    ),
    "chunked, cut": (
        always(
            lambda d: head(200, d.media_type, Transfer_Encoding="chunked") + chunks(half(d.content))
        ),
        (errors.Truncated,),
    ),
    "gzip, cut": (always(packed(0)), (errors.Truncated,)),
    "gzip without trailer": (always(packed(-8)), (errors.Truncated,)),
    "gzip bomb": (
        always(lambda d: sent(gzip.compress(b"0," * 2_000_000), d, Content_Encoding="gzip")),
        (errors.TooLarge,),
    ),
    "empty": (always(lambda d: sent(b"", d)), (errors.Truncated,)),
    "bot wall": (always(lambda d: whole(WALL, "text/html")), (errors.WrongType,)),
    "soft 404": (always(lambda d: whole(GONE, "text/html")), (errors.WrongType,)),
    "soft 404 as declared": (
        always(lambda d: sent(GONE, d)),
        (errors.WrongType, errors.Truncated),
    ),
    "another page": (
        always(lambda d: whole(OTHER, "text/html")),
        (errors.WrongType, errors.BadInput),
    ),
    "404": (busy(404), (errors.BadStatus,)),
    "429 without Retry-After": (busy(429), (errors.BadStatus,)),
    "503 without Retry-After": (busy(503), (errors.BadStatus,)),
    "503 for a year": (busy(503, Retry_After=31_536_000), (errors.AskedToWait,)),
    "endless redirect": (always(endless), (errors.BadRedirect,)),
    "redirect inside": (
        always(lambda d: head(302, Location="http://169.254.169.254/", Content_Length=0)),
        (errors.BadRedirect,),
    ),
    "304 unasked": (always(lambda d: head(304)), (errors.BadStatus,)),
    "reset": (lambda d: lambda server, asked: iter(()), (errors.Unreachable,)),
    "charset lie": (always(bad_bytes), (errors.BadCharset,)),
    "duplicate member": (always(duplicate), (errors.BadArchive, errors.WrongType)),
    "zip slip": (always(climbing), (errors.BadArchive, errors.WrongType)),
    "slow drip": (drip, (errors.TooSlow,)),
    "TLS error": (always(lambda d: b""), (errors.Unreachable, errors.Untrusted)),
}


def target(id: str) -> Document:
    """The document of a source that holds most of its figures, else the last it asks for."""
    held = list(documents(id).values())
    read = {"govuk_watch": 3, "whatdotheyknow": 0, "fragdenstaat": 0}
    if id in read:
        return held[read[id]]
    return max(held, key=lambda d: (_count(id, d), held.index(d)))


def _count(id: str, document: Document) -> int:
    try:
        return len(spoiling.figures(SOURCES[id], document))
    except errors.PortalError:
        return 0


@dataclass
class Scene:
    config: Settings
    run: Run
    clock: Clock
    server: PublisherServer
    client: LocalClient
    good: dict[str, int]

    def scrape(self, *ids: str, client: LocalClient | None = None) -> list[Look]:
        """Run sources with an hour's distance to whatever was before."""
        self.clock.now += 2 * A_DAY
        self.server.asked.clear()
        modules = [SOURCES[id] for id in ids]
        return list(running.every(self.run, modules, client=client or self.client))

    def figures(self) -> dict[str, int]:
        return counted(self.run.db)


def counted(db: Any) -> dict[str, int]:
    """How many rows each table has. Nothing can be overwritten, so as many are the same ones."""
    tables = ("observations", "readings", "decisions", "records", "imports", "snapshots")
    return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """All sources scraped once, as they should be, over the wire."""
    var, clock = tmp_path_factory.mktemp("faults"), Clock(LONG_AGO)
    config = Settings(var=var)
    run = running.start(config, open_desk(config.desk), lambda text: None)
    with publishers(var, clock) as (server, client):
        scene = Scene(config, run, clock, server, client, {})
        looks = scene.scrape(*SOURCES)
        assert {look.outcome for look in looks} == {"changed"}, [x.problems for x in looks]
        scene.good = scene.figures()
        yield scene


def family(kind: type[Exception]) -> set[str]:
    """The names of an error and of the more special ones."""
    return {kind.__name__}.union(*(family(each) for each in kind.__subclasses__()))


def refused(scene: Scene, id: str, kinds: tuple[type[Exception], ...], **given: Any) -> Look:
    """Run a spoilt source, and another after it: a named error, and nothing else has changed."""
    other, before = "x" if id == "snap" else "snap", scene.figures()
    look, unharmed = scene.scrape(id, other, **given)
    assert look.outcome == "failed"
    names = {name for kind in kinds for name in family(kind)}
    assert any(f"{name}: " in look.problems for name in names), f"{names}: {look.problems}"
    assert unharmed.outcome == "unchanged", unharmed.problems
    assert scene.figures() == before
    return look


def polite(scene: Scene, address: str) -> None:
    """At most five tries, and never two requests to one host within a second."""
    assert len(scene.server.asked_for(address)) <= 5
    hosts: dict[str, list[float]] = {}
    for asked in scene.server.asked:
        hosts.setdefault(asked.headers["host"], []).append(asked.at)
    for times in hosts.values():
        assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(times))


def applies(fault: str, document: Document) -> bool:
    if fault == "charset lie":
        return (
            document.media_type not in ("application/zip", "application/pdf")
            and (document.content[:2]) != b"PK"
        )
    return True


WIRE_CASES = [(f, id) for f in WIRE for id in SOURCES if applies(f, target(id))]


@pytest.mark.parametrize("fault, id", WIRE_CASES)
def test_a_fault_on_the_wire_ends_in_a_named_error(scene: Scene, fault: str, id: str) -> None:
    play, kinds = WIRE[fault]
    document, client = target(id), scene.client
    fetches, before = scene.run.db["fetches"].count, scene.figures()
    kept = set(archive.held(scene.config.archive))
    if fault in ("slow drip", "TLS error"):
        names = {address.split("/")[2] for address in scene.server.held}
        client = LocalClient(
            scene.config, scene.server.port, names, clock=scene.clock, sleep=scene.clock.sleep,
            limits=HASTY,
        )  # fmt: skip
        client.scheme = "https" if fault == "TLS error" else "http"
    scene.server.spoilt = {document.address: play}
    if fault == "304 unasked":
        shutil.rmtree(scene.config.var / "fetched")  # so that no condition is sent
    if client.scheme == "https":
        (look,) = scene.scrape(id, client=client)
        assert look.outcome == "failed" and scene.figures() == before
        assert any(f"{kind.__name__}: " in look.problems for kind in kinds)
    elif client is scene.client:
        refused(scene, id, kinds)
        polite(scene, document.address)
    else:
        (look,) = scene.scrape(id, client=client)
        assert look.outcome == "failed" and "TooSlow: " in look.problems
        assert scene.figures() == before
    if fault != "another page":  # it is a sound page, kept as proof that the source refused it
        assert scene.run.db["fetches"].count == fetches
        assert set(archive.held(scene.config.archive)) == kept


@pytest.mark.slow
@pytest.mark.parametrize("fault", [each for each in WIRE if each not in ("slow drip", "TLS error")])
@pytest.mark.parametrize("id", SOURCES)
def test_a_fault_at_any_address_of_a_source_leaves_its_figures(
    scene: Scene, fault: str, id: str
) -> None:
    """Index pages, API pages and every file, not only the one with most figures."""
    play, _ = WIRE[fault]
    for document in documents(id).values():
        if not applies(fault, document):
            continue
        before = scene.figures()
        shutil.rmtree(scene.config.var / "fetched", ignore_errors=True)  # nothing is conditional
        scene.server.spoilt = {document.address: play}
        (look,) = scene.scrape(id)
        assert look.outcome == "failed", (document.address, look)
        assert re.match(r"(.*: )?[A-Z]\w+: ", look.problems), look.problems
        assert scene.figures() == before
        polite(scene, document.address)


READ = [id for id in SOURCES if id not in KEPT]


@pytest.mark.parametrize("id", READ)
def test_a_changed_header_stops_with_an_alarm(scene: Scene, id: str) -> None:
    document = target(id)
    content = spoiling.renamed(id, SOURCES[id], document)
    assert content != document.content
    scene.server.spoilt = {document.address: always(lambda d: sent(content, d))}
    refused(scene, id, (errors.BadInput,))


@pytest.mark.parametrize("id", [id for id in READ if id not in MOVING])
def test_half_of_the_rows_is_refused_with_an_alarm(scene: Scene, id: str) -> None:
    document = target(id)
    content = spoiling.without(id, SOURCES[id], document, 0.5)
    scene.server.spoilt = {document.address: always(lambda d: sent(content, d))}
    # Some refuse a table or a member of a zip that is not whole before anybody counts.
    refused(scene, id, (errors.TooManyLost, errors.BadInput))


@pytest.mark.parametrize("id", [id for id in READ if id != "govuk_watch"])
def test_an_empty_table_is_an_error(scene: Scene, id: str) -> None:
    document = target(id)
    content = spoiling.without(id, SOURCES[id], document, 1)
    scene.server.spoilt = {document.address: always(lambda d: sent(content, d))}
    refused(scene, id, (errors.BadInput, errors.TooManyLost, errors.WrongType))


@pytest.mark.parametrize("id", sorted(MOVING - {"govuk_watch"}))
def test_a_list_of_the_newest_may_be_short_and_takes_nothing_away(scene: Scene, id: str) -> None:
    document = target(id)
    content = spoiling.without(id, SOURCES[id], document, 0.5)
    scene.server.spoilt = {document.address: always(lambda d: sent(content, d))}
    before = scene.run.db["records"].count
    scene.scrape(id)
    assert scene.run.db["records"].count == before
    scene.server.spoilt = {}
    scene.scrape(id)


@pytest.mark.parametrize("by_date", [False, True], ids=["seconds", "date"])
@pytest.mark.parametrize("id", SOURCES)
def test_retry_after_is_kept_within_a_second(scene: Scene, id: str, by_date: bool) -> None:
    document, before = target(id), scene.figures()

    def play(server: PublisherServer, asked: Any) -> Parts:
        if len(server.asked_for(document.address)) <= 2:
            date = formatdate(server.clock() + 7, usegmt=True)
            yield whole(b"busy", "text/plain", 503, Retry_After=date if by_date else 7)
        else:
            yield sent(document.content, document)

    scene.server.spoilt = {document.address: lambda d: play}
    (look,) = scene.scrape(id)
    assert look.outcome == "unchanged", look.problems
    assert scene.figures() == before
    times = [asked.at for asked in scene.server.asked_for(document.address)][:3]
    assert all(6 <= later - earlier <= 8 for earlier, later in itertools.pairwise(times))


def test_one_bad_document_does_not_stop_the_others_of_its_source(scene: Scene) -> None:
    first = next(a for a in documents("home_office_spend") if a.endswith("march-2011.csv"))
    scene.server.spoilt = {first: busy(404)}
    (look,) = scene.scrape("home_office_spend")
    assert look.outcome == "failed" and look.documents == 5
    assert look.problems.count("\n") == 0 and "BadStatus: " in look.problems


def test_a_host_that_does_not_answer_is_not_asked_for_the_rest(scene: Scene) -> None:
    first, second, *_ = documents("github")
    scene.server.spoilt = {first: busy(503)}
    (look,) = scene.scrape("github")
    assert look.outcome == "failed"
    assert scene.server.asked_for(second) == []


def test_afterwards_everything_is_as_it_was(scene: Scene) -> None:
    scene.server.spoilt = {}
    assert {look.outcome for look in scene.scrape(*SOURCES)} == {"unchanged"}
    left = scene.figures()
    assert [left[t] for t in FIGURES] == [scene.good[t] for t in FIGURES]
