"""The network client against a server that does everything wrong: T24 of RELIABILITY, and more.

Every answer comes over a real socket. Only the pauses are played by a clock of the test's own.
"""

import itertools
import random
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import fault_server
import httpx
import pytest
from fault_server import CSV, FAULTS, GZIP, REDIRECTS, ZIP, FaultServer, chunks, head

from portal.config import Settings
from portal.core import errors
from portal.core.sources import Snapshot
from portal.core.zips import check_zip
from portal.ingest.network.fetch import Client
from portal.ingest.network.limits import Limits
from portal.sources._tables import member, members

TLS: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)
SMALL = Limits(raw=3_000_000, decoded=40_000_000, connect=3, headers=3, idle=3, total=5)
HASTY = replace(SMALL, headers=0.1, idle=0.08, total=0.2)


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    now: float = 1_790_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Scene:
    server: FaultServer
    clock: Clock
    client: Client
    said: list[str]

    def get(
        self, name: str, expect: str = "csv", charsets: tuple[str, ...] = ("utf-8",)
    ) -> Snapshot:
        found = self.client.get(self.server.address(name), expect=expect, charsets=charsets)
        assert isinstance(found, Snapshot)
        return found


@contextmanager
def played(folder: Path, limits: Limits) -> Iterator[Scene]:
    clock, said = Clock(), list[str]()
    with FaultServer(clock=clock) as server:
        allow = (f"127.0.0.1:{server.port}",)
        with Client(
            Settings(var=folder),
            allow=allow,
            limits=limits,
            tls=TLS,
            say=said.append,
            clock=clock,
            sleep=clock.sleep,
        ) as client:
            yield Scene(server, clock, client, said)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with played(tmp_path, SMALL) as scene:
        yield scene


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Scene]:
    with played(tmp_path, HASTY) as scene:
        yield scene


GOOD = {
    "good": "csv good_chunked good_gzip good_gzip_two_members good_gzip_unframed good_cookie"
    " good_informed redirect_once redirect_twice redirect_thrice broken_twice busy_in_seconds"
    " busy_by_date busy_unreadable conditional",
    "other": "good_page:html good_json:json good_zip:zip good_zip_unframed:zip good_xlsx:xlsx"
    " good_pdf:pdf good_bom:csv",
}


@pytest.mark.parametrize("name", GOOD["good"].replace("csv ", "good.csv ").split())
def test_a_whole_document_is_taken_as_it_is(scene: Scene, name: str) -> None:
    snapshot = scene.get(name)
    assert snapshot.content == CSV
    assert snapshot.media_type == "text/csv"
    assert snapshot.headers["encoding"] == "utf-8"
    assert "set-cookie" not in snapshot.headers


@pytest.mark.parametrize("case", GOOD["other"].split())
def test_each_kind_is_known_by_its_content(scene: Scene, case: str) -> None:
    name, kind = case.split(":")
    assert scene.get(name, kind).content in FAULTS[name](scene.server, None).__next__()


REFUSED = {
    errors.Truncated: "length_too_long length_too_short length_too_short_slowly"
    " chunked_without_end chunked_cut chunked_nonsense gzip_cut gzip_cut_unframed"
    " gzip_without_trailer gzip_half_trailer gzip_two_members_cut empty reset_in_body"
    " half_pdf:pdf zip_cut:zip zip_cut_unframed:zip zip_with_rest:zip",
    errors.Unframed: "unframed_half unframed_whole unframed_page:html gzip_two_members_unframed",
    errors.BadEncoding: "gzip_wrong_checksum gzip_with_rest gzip_that_is_none gzip_twice"
    " br_unasked zstd_unasked deflate_unasked",
    errors.BadHeaders: "length_twice length_and_chunks length_no_number header_flood not_http"
    " types_twice encodings_twice redirect_two_ways",
    errors.TooLarge: "gzip_bomb endless_body length_too_big zip_bomb:zip",
    errors.Unreachable: "reset_before_answer closes_at_once",
    errors.BadCharset: "charset_lie charset_lie_latin1 charset_unknown charset_no_charset"
    " charset_undeclared charset_control",
    errors.WrongType: "error_page_200 error_page_200_as_csv soft_404 soft_404:html bot_wall"
    " bot_wall:html login_page login_page:html error_text_200 error_json_200:json error_json_200"
    " half_json:json nan_json:json pdf_for_csv zip_for_xlsx:xlsx html_for_zip:zip good_zip"
    " html_for_zip:pdf good:html good:json",
    errors.BadArchive: "zip_same_name_twice:zip zip_same_name_spelt_twice:zip zip_slip:zip"
    " zip_slip_backslash:zip zip_absolute:zip zip_drive:zip zip_lzma:zip zip_wrong_checksum:zip"
    " zip_cut_after_inner_zip:zip",
    errors.BadRedirect: " ".join(name for name in REDIRECTS if "_to_" in name)
    + " redirect_endless redirect_four_times redirect_nowhere",
    errors.BadStatus: "no_content part_only unasked_304 missing"
    + "".join(f" {name}" for name in FAULTS if name.startswith("status_")),
    errors.AskedToWait: "busy_for_a_year",
}
CASES = [(error, case) for error, cases in REFUSED.items() for case in cases.split()]
SLOW = "silent drip_headers drip_body stalls_in_body informed_without_end".split()


def refused(scene: Scene, error: type[errors.FetchError], name: str, expect: str) -> None:
    with pytest.raises(error) as caught:
        scene.get(name, expect)
    assert type(caught.value) is error
    assert caught.value.address and caught.value.expected and str(caught.value.found)
    assert len(scene.server.pages()) <= 5


@pytest.mark.parametrize("error, case", CASES, ids=[case for _, case in CASES])
def test_a_fault_is_refused_by_name(
    scene: Scene, error: type[errors.FetchError], case: str
) -> None:
    name, _, kind = case.partition(":")
    refused(scene, error, name, kind or "csv")
    times = [asked.at for asked in scene.server.asked]
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_answer_is_given_up(hasty: Scene, name: str) -> None:
    refused(hasty, errors.TooSlow, name, "csv")
    # The server may read a request after we gave up, so here the pauses count, not its log.
    assert len(hasty.clock.slept) >= 4
    assert min(hasty.clock.slept) >= 1


def test_a_document_that_moved_to_a_page_is_refused_by_the_ending_asked_for(scene: Scene) -> None:
    refused(scene, errors.WrongType, "moved.csv", "")


def test_every_fault_the_server_knows_is_in_a_list() -> None:
    named = {case.split(":")[0] for _, case in CASES} | {
        "good.csv",
        "good_cp1252",
        "slow_but_good",
        "moved.csv",
        *SLOW,
    }
    named |= {case.split(":")[0] for cases in GOOD.values() for case in cases.split()}
    assert set(FAULTS) - named == set()


def test_redirects_lead_nowhere_that_was_not_checked(scene: Scene) -> None:
    with FaultServer() as inner:
        fault_server.simple(
            "redirect_inside", head(302, Location=inner.address("good"), Content_Length=0)
        )
        with pytest.raises(errors.BadRedirect):
            scene.get("redirect_inside")
        del FAULTS["redirect_inside"]
        assert inner.connections == 0


@pytest.mark.parametrize("name, wait", [("busy_in_seconds", 7), ("busy_by_date", 9)])
def test_retry_after_is_kept_within_a_second(scene: Scene, name: str, wait: int) -> None:
    scene.get(name)
    times = [asked.at for asked in scene.server.pages()]
    assert len(times) == 3
    for earlier, later in itertools.pairwise(times):
        assert wait - 1 <= later - earlier <= wait + 1


def test_a_retry_after_by_date_is_never_early(scene: Scene) -> None:
    scene.get("busy_by_date")
    first, second, _ = (asked.at for asked in scene.server.pages())
    assert second >= int(first + 9)


def test_without_retry_after_the_pauses_double_with_jitter(scene: Scene) -> None:
    with pytest.raises(errors.BadStatus):
        scene.get("status_503")
    times = [asked.at for asked in scene.server.pages()]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(pauses) == 4
    for number, pause in enumerate(pauses):
        assert 2**number <= pause <= 2 ** (number + 1)
    assert len({round(pause / 2**number, 6) for number, pause in enumerate(pauses)}) > 1


@pytest.mark.parametrize("name", ["status_404", "gzip_bomb", "charset_lie", "soft_404"])
def test_what_will_not_get_better_is_asked_once(scene: Scene, name: str) -> None:
    with pytest.raises(errors.FetchError):
        scene.get(name)
    assert len(scene.server.pages()) == 1


def test_a_host_that_asked_for_a_long_pause_is_left_alone_by_the_next_run(scene: Scene) -> None:
    for _ in range(2):
        with pytest.raises(errors.AskedToWait):
            scene.get("busy_for_a_year")
    assert len(scene.server.pages()) == 1
    scene.clock.now += 86_400
    assert scene.get("good").content == CSV


FRAMINGS = {
    "length": (lambda body: head(Content_Length=len(body)), lambda body: body, CSV),
    "chunks": (
        lambda body: head(Transfer_Encoding="chunked"),
        lambda body: chunks(body) + b"0\r\n\r\n",
        CSV,
    ),
    "nothing": (lambda body: head(), lambda body: body, CSV),
    "gzip and nothing": (lambda body: head(Content_Encoding="gzip"), lambda body: body, GZIP),
    "zip and nothing": (lambda body: head(type_="application/zip"), lambda body: body, ZIP),
}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_body_cut_at_any_byte_is_never_taken(tmp_path: Path, framing: str) -> None:
    """Forty random cuts for each framing, and the cut before the last byte."""
    headers, body, content = FRAMINGS[framing]
    sent, chance, clock = headers(content) + body(content), random.Random(framing), Clock()
    least = len(headers(content))
    cuts = [len(sent) - 1, least, *(chance.randrange(least, len(sent)) for _ in range(40))]
    limits = Limits(tries=1, headers=1, idle=1, total=2)
    with FaultServer(clock=clock) as server:
        fault_server.FAULTS["cut"] = lambda server, asked: iter(
            [sent[: int(asked.path.split("?")[1])]]
        )
        allow = (f"127.0.0.1:{server.port}",)
        with Client(
            Settings(var=tmp_path),
            allow=allow,
            limits=limits,
            tls=TLS,
            clock=clock,
            sleep=clock.sleep,
        ) as client:
            kind = "zip" if framing.startswith("zip") else "csv"
            for cut in cuts:
                with pytest.raises((errors.Truncated, errors.Unframed)):
                    client.get(server.address(f"cut?{cut}"), expect=kind)
        del fault_server.FAULTS["cut"]
    assert len(server.pages()) == len(cuts)


def test_a_zip_with_any_byte_changed_is_refused_or_reads_the_same() -> None:
    """Times and flags may change unseen; names, places and contents may not."""
    refused, flips = 0, (0x01, 0x02, 0x55, 0x80, 0xFF)
    for at, flip in itertools.product(range(len(ZIP)), flips):
        changed = ZIP[:at] + bytes([ZIP[at] ^ flip]) + ZIP[at + 1 :]
        try:
            check_zip("http://x", changed, Limits())
        except errors.FetchError:
            refused += 1
        else:
            assert [member(changed, name) for name in members(changed)] == [CSV, CSV]
    assert refused > len(ZIP) * len(flips) / 2


def test_members_come_by_name_and_safely(scene: Scene) -> None:
    content = scene.get("good_zip", "zip").content
    assert {name: member(content, name) for name in members(content)} == {
        "a.csv": CSV,
        "b/c.csv": CSV,
    }


@pytest.mark.parametrize("name", ["../b", "/b", "a", "a/../a", "C:b"])
def test_a_zip_from_a_disk_is_checked_like_one_from_the_wire(name: str) -> None:
    """Also where only another member is asked for."""
    slip = fault_server.zipped(("a", b"1"), (name, b"2"))
    for ask in (members, lambda content: member(content, "a")):
        with pytest.raises(errors.BadInput, match=r"stay inside|each member name once"):
            ask(slip)


def test_cp1252_is_read_only_where_the_source_allows_it(scene: Scene) -> None:
    both = ("utf-8", "cp1252")
    assert scene.get("good_cp1252", charsets=both).headers["encoding"] == "cp1252"
    assert scene.get("charset_control", charsets=both).headers["encoding"] == "cp1252"
    assert scene.get("good_bom", charsets=both).headers["encoding"] == "utf-8-sig"
    assert scene.get("good", charsets=both).headers["encoding"] == "utf-8"
    with pytest.raises(errors.BadCharset, match="utf-8 as declared"):
        scene.get("charset_lie", charsets=both)


def test_no_cookie_goes_back(scene: Scene) -> None:
    scene.get("good_cookie")
    scene.get("good_cookie")
    assert all("cookie" not in asked.headers for asked in scene.server.asked)
