"""The network client: where it may go, how it behaves, what it remembers."""

import csv
import os
import random
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

import fault_server
import httpx
import pytest
from fault_server import CSV, ETAG, MODIFIED, FaultServer
from hypothesis import given
from hypothesis import strategies as st

from portal import __version__
from portal.config import Settings
from portal.core import errors
from portal.core.sources import Snapshot
from portal.ingest.network.addresses import Rules, checked_ips, is_public, joined, read_address
from portal.ingest.network.fetch import Client, Known, Unchanged, retry_after
from portal.ingest.network.fetched import Fetched, asking, current_snapshot
from portal.ingest.network.kinds import check
from portal.ingest.network.limits import Limits
from portal.ingest.network.walls import not_the_page
from portal.store import archive

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "nasty" / "lists"
TLS: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)
PUBLIC = "93.184.215.14"
CONNECTED: list[str] = []


def _note_connections(event: str, told: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(told[1], tuple):
        CONNECTED.append(told[1][0])


sys.addaudithook(_note_connections)


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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[FaultServer]:
    with FaultServer(clock=clock) as server:
        yield server


Make = Callable[..., Client]


@pytest.fixture
def make(tmp_path: Path, clock: Clock, server: FaultServer) -> Iterator[Make]:
    """Makes clients that may ask the test's server, and closes them."""
    made = []

    def client(**given: Any) -> Client:
        given = {"allow": (f"127.0.0.1:{server.port}",), "tls": TLS} | given
        settings = Settings(
            var=tmp_path / "var", site="https://watch.example", contact="a@b.example"
        )
        made.append(Client(settings, clock=clock, sleep=clock.sleep, **given))
        return made[-1]

    yield client
    for each in made:
        each.close()


# Where it may go.

LISTED = Rules(hosts=("allowed.example.org",))
ANYWHERE = Rules()


def names(host: str, port: int) -> list[str]:
    """A resolver that finds a public address for every name, as an attacker's would."""
    return [PUBLIC]


@pytest.mark.parametrize("rules", [LISTED, ANYWHERE], ids=["with a list", "without"])
def test_the_sample_list_is_refused_and_its_good_addresses_pass(rules: Rules) -> None:
    path = SAMPLES / "urls_D.csv"
    if not path.is_file():
        pytest.skip(f"left out: {path} is missing")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["url"], row["expected"]) for row in csv.DictReader(file)]
    assert len(rows) == 22
    for url, expected in rows:
        if expected == "block" and (rules is LISTED or "attacker.invalid" not in url):
            with pytest.raises(errors.ForbiddenAddress):
                checked_ips(read_address(url, rules), rules, names)
        elif expected != "block":
            assert checked_ips(read_address(url, rules), rules, names) == [PUBLIC]


FORBIDDEN = (
    r"""
http://127.1/
http://127.0.1/
http://0/
http://0x7f.0.0.1/
http://0x7f000001/
http://0177.0.0.1/
http://017700000001/
http://127.0.0.01/
http://3232235777/
http://127.0.0.1./
http://localhost./
http://LOCALHOST/
http://sub.localhost/
http://printer/
http://router.lan/
http://db.internal/
http://nas.local/
http://x.home.arpa/
http://hidden.onion/
http://a.invalid/
http://127.255.255.254/
http://0.0.0.0/
http://10.255.255.255/
http://100.64.0.1/
http://100.127.255.254/
http://169.254.170.2/v2/credentials
http://172.31.255.255/
http://192.0.0.192/
http://192.0.2.1/
http://192.88.99.1/
http://198.18.0.1/
http://198.51.100.7/
http://203.0.113.9/
http://224.0.0.251/
http://239.255.255.250/
http://240.0.0.1/
http://255.255.255.255/
http://168.63.129.16/machine
http://100.100.100.200/latest/meta-data
http://[::]/
http://[::1]:80/
http://[0:0:0:0:0:0:0:1]/
http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/
http://[::ffff:8.8.8.8]/
http://[::127.0.0.1]/
http://[64:ff9b::7f00:1]/
http://[64:ff9b::10.0.0.1]/
http://[64:ff9b:1::1]/
http://[2002:7f00:1::]/
http://[2002:808:808::]/
http://[2001:0:7f00:1::]/
http://[2001:db8::1]/
http://[3fff::1]/
http://[fc00::1]/
http://[fd00:ec2::254]/latest/meta-data
http://[fe80::1]/
http://[fe80::1%25eth0]/
http://[fec0::1]/
http://[ff02::1]/
http://[2606:4700::5efe:10.0.0.1]/
http://[::1/
http://[127.0.0.1]/
http://[v1.x]/
http://allowed.example.org@127.0.0.1/
http://127.0.0.1@allowed.example.org/
http://@allowed.example.org/
http://allowed.example.org:80@10.0.0.1/
http://127.0.0.1\@allowed.example.org/
http://allowed.example.org\@127.0.0.1/
http:\\127.0.0.1\
http:/\127.0.0.1/
http:127.0.0.1
http:///127.0.0.1/
//127.0.0.1/
///allowed.example.org
allowed.example.org/a.csv
http://allowed.example.org%00.x.org/
http://allowed.example.org%2f@x.org/
http://%6c%6f%63%61%6c%68%6f%73%74/
http://allowed.example.org:22/
http://allowed.example.org:0/
http://allowed.example.org:6379/
http://allowed.example.org:65536/
http://allowed.example.org:-80/
http://allowed.example.org:8o/
http://①②⑦.⓪.⓪.①/
http://127。0。0。1/
http://ⓛocalhost/
http://аllowed.example.org/
http://-x.example.org/
http://x..example.org/
http://.example.org/
http://example.org./
https://allowed.example.org/../secret
https://allowed.example.org/a/./b
FILE:///etc/passwd
file://localhost/etc/passwd
dict://127.0.0.1:11211/stat
ldap://127.0.0.1/
jar:http://127.0.0.1!/x
view-source:http://127.0.0.1/
ws://allowed.example.org/
httpx://allowed.example.org/
blob:https://allowed.example.org/1
about:blank
mailto:a@allowed.example.org
http://
https://
http://?
http://#x
http://:80/
""".split()
    + [
        "",
        " http://allowed.example.org/",
        "http://allowed.example.org/ ",
        "http://a b.example.org/",
        "http://allowed.example.org/\r\nX: y",
        "http://allowed.example.org/\x00",
        "\thttp://x.org/",
        "http://allowed.example.org\t.x.org/",
        "ht\ntp://127.0.0.1/",
        "http://allowed.example.org/a b",
        "http://allowed.example.org\u3000/",
        "http://" + "a" * 64 + ".org/",
        "http://" + "a." * 130 + "org",
    ]
)


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_forbidden_address_is_refused_by_its_text(url: str) -> None:
    with pytest.raises(errors.ForbiddenAddress):
        read_address(url, ANYWHERE)


@pytest.mark.parametrize(
    "url",
    "https://www.gov.uk/api/search.json?q=a&count=1 HTTPS://WWW.Example.ORG/A http://8.8.8.8/x"
    " https://[2606:4700:4700::1111]/ https://xn--bcher-kva.example.org/ https://a_b.example.org/"
    " http://[64:ff9b::8.8.8.8]/ https://example.org?q=1 https://example.org/£25k.csv"
    " https://sf16-va.tiktokcdn.com/obj/a@b/..c/x.csv".split(),
)
def test_a_public_address_passes(url: str) -> None:
    assert read_address(url, ANYWHERE).text == url


def test_only_listed_hosts_are_asked_when_there_is_a_list() -> None:
    rules = Rules(hosts=("allowed.example.org", ".gov.uk"))
    assert read_address("https://allowed.example.org/", rules)
    assert read_address("https://assets.publishing.service.gov.uk/", rules)
    for host in ("example.org", "allowed.example.org.attacker.org", "xgov.uk", "gov.uk", "8.8.8.8"):
        with pytest.raises(errors.ForbiddenAddress, match="list"):
            read_address(f"https://{host}/", rules)


def test_a_password_is_not_repeated_in_the_error() -> None:
    with pytest.raises(errors.ForbiddenAddress) as caught:
        read_address("http://user:hunter2@example.org/", ANYWHERE)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "ips",
    [
        "10.0.0.1",
        f"{PUBLIC} 10.0.0.1",
        f"10.0.0.1 {PUBLIC}",
        "::1",
        "fe80::1%eth0",
        "nonsense",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "169.254.169.254",
        "0.0.0.0",
    ],
)
def test_one_inner_ip_among_all_refuses_the_name(ips: str) -> None:
    address = read_address("https://data.example.org/", ANYWHERE)
    with pytest.raises(errors.ForbiddenAddress):
        checked_ips(address, ANYWHERE, lambda host, port: ips.split())


@given(st.ip_addresses(v=4))
def test_what_is_public_in_ipv4_is_public_wrapped_for_nat64_and_never_mapped(ip: Any) -> None:
    assert is_public(IPv6Address(int(ip) | 0x64FF9B << 96)) == is_public(ip)
    assert not is_public(IPv6Address(int(ip) | 0xFFFF << 32))
    assert not is_public(IPv6Address(0x2002 << 112 | int(ip) << 80))
    assert is_public(ip) <= ip.is_global


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://", "http://127.0.0.1"]))
def test_any_text_is_an_address_with_a_public_host_or_is_refused(text: str, start: str) -> None:
    try:
        address = read_address(start + text, ANYWHERE)
    except errors.ForbiddenAddress:
        return
    assert "." in address.host or is_public(ip_address(address.host))
    assert httpx.URL(address.text).host == address.host


def test_blanks_in_a_location_are_escaped() -> None:
    base = read_address("https://www.example.org/a/b", ANYWHERE)
    assert joined(base, "../c d.csv#top") == "https://www.example.org/c%20d.csv"


def test_no_forbidden_address_is_ever_connected_to(make: Make, server: FaultServer) -> None:
    client, before = make(allow=()), len(CONNECTED)
    for url in [*FORBIDDEN, server.address("good"), f"http://localhost:{server.port}/good"]:
        with pytest.raises(errors.ForbiddenAddress):
            client.get(url)
    assert CONNECTED[before:] == []
    assert server.connections == 0


def test_a_hundred_rebinding_attempts_are_refused(make: Make, server: FaultServer) -> None:
    """The name is harmless when robots.txt is asked, and an inner host a moment later."""
    chance, before = random.Random(14), len(CONNECTED)
    inner = ["10.0.0.5", "192.168.1.1", "169.254.169.254", "127.0.0.2", "::1", "fd00::1", "0.0.0.0"]
    refused = 0
    for _ in range(100):
        bad, asked = chance.choice(inner), []

        def rebinding(host: str, port: int, bad: str = bad, asked: list[str] = asked) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else [bad]

        host = f"rebind.example.org:{server.port}"
        allow = (f"127.0.0.1:{server.port}", host)
        with pytest.raises(errors.ForbiddenAddress, match="a public host"):
            make(allow=allow, resolve=rebinding).get(f"http://{host}/good")
        refused += len(asked) == 2
    assert refused == 100
    assert set(CONNECTED[before:]) == {"127.0.0.1"}
    assert server.pages() == []


def test_a_name_is_resolved_once_and_that_ip_is_connected_to(
    make: Make, server: FaultServer
) -> None:
    host, asked = f"once.example.org:{server.port}", []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    client = make(allow=(f"127.0.0.1:{server.port}", host), resolve=resolve)
    client.get(f"http://{host}/good", expect="csv")
    assert len(asked) == len(server.asked) == 2  # robots.txt and the document
    assert all(each.headers["host"] == host for each in server.asked)


def test_redirects_are_checked_and_resolved_like_the_first_address(
    make: Make, server: FaultServer
) -> None:
    other = f"other.example.org:{server.port}"
    fault_server.simple("to_other", fault_server.head(302, Location=f"http://{other}/good"))
    allow = (f"127.0.0.1:{server.port}", other)
    client = make(
        allow=allow, resolve=lambda host, port: ["127.0.0.3"] if "oth" in host else [host]
    )
    with pytest.raises(errors.ForbiddenAddress, match=r"other\.example\.org at 127"):
        client.get(server.address("to_other"))
    del fault_server.FAULTS["to_other"]


def test_a_name_that_is_not_found_is_unreachable(make: Make) -> None:
    def nothing(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(errors.Unreachable, match="Name or service not known"):
        make(resolve=nothing).get("https://gone.example.org/a.csv")


# TLS.


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for good.example.org, made for this run."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=good.example.org -addext subjectAltName=DNS:good.example.org"
        f" -keyout {folder}/key -out {folder}/certificate"
    )
    try:
        subprocess.run(command.split(), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("left out: openssl is not here to make a certificate")
    return folder


@pytest.mark.parametrize("name, trusted", [("good", True), ("evil", True), ("good", False)])
def test_the_certificate_must_prove_the_name_not_the_ip(
    make: Make, clock: Clock, certificates: Path, name: str, trusted: bool
) -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificates / "certificate", certificates / "key")
    ours = ssl.create_default_context(cafile=str(certificates / "certificate")) if trusted else TLS
    with FaultServer(clock=clock, tls=theirs) as server:
        host = f"{name}.example.org:{server.port}"
        allow = (f"127.0.0.1:{server.port}", host)
        client = make(allow=allow, tls=ours, resolve=lambda host, port: ["127.0.0.1"])
        if name == "good" and trusted:
            found = client.get(f"https://{host}/good", expect="csv")
            assert isinstance(found, Snapshot) and found.content == CSV
        else:
            with pytest.raises(errors.Untrusted, match="a certificate for its name"):
                client.get(f"https://{host}/good", expect="csv")
            assert server.asked == []
            assert server.connections == 1  # no second try


# How it behaves.


def test_every_request_says_who_we_are_and_asks_for_nothing_odd(
    make: Make, server: FaultServer
) -> None:
    make().get(server.address("good.csv"))
    for asked in server.asked:
        agent = f"RetentionWatch/{__version__} (+https://watch.example; a@b.example)"
        assert asked.headers["user-agent"] == agent
        assert asked.headers["from"] == "a@b.example"
        assert asked.headers["accept-encoding"] == "gzip, identity"
        assert not {"cookie", "referer", "authorization"} & asked.headers.keys()


def test_proxies_of_the_environment_are_not_used(
    make: Make, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.9:1")
    assert make().get(server.address("good.csv"))


def test_robots_txt_is_asked_once_a_host_and_obeyed(make: Make, server: FaultServer) -> None:
    server.robots = b"User-agent: *\nDisallow: /\n\nUser-agent: RetentionWatch\nDisallow: /*.csv$\n"
    client = make()
    with pytest.raises(errors.Disallowed):
        client.get(server.address("good.csv"))
    assert client.get(server.address("good"), expect="csv")
    assert [asked.path for asked in server.asked] == ["/robots.txt", "/good"]


def test_robots_txt_is_asked_again_after_a_day(
    make: Make, server: FaultServer, clock: Clock
) -> None:
    client = make()
    client.get(server.address("good.csv"))
    clock.now += 86_500
    server.robots = b"User-agent: *\nDisallow: /\n"
    with pytest.raises(errors.Disallowed):
        client.get(server.address("good.csv"))


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_robots_txt_allows_all(make: Make, server: FaultServer, status: int) -> None:
    server.robots = fault_server.whole(b"User-agent: *\nDisallow: /", "text/plain", status)
    assert make().get(server.address("good.csv"))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_robots_txt_that_fails_forbids_for_now(
    make: Make, server: FaultServer, clock: Clock, status: int
) -> None:
    server.robots = fault_server.whole(b"", "text/plain", status)
    client = make()
    for _ in range(2):
        with pytest.raises(errors.Disallowed, match=str(status)):
            client.get(server.address("good.csv"))
    assert len(server.asked) == 5 and server.pages() == []
    clock.now += 700
    server.robots = b""
    assert client.get(server.address("good.csv"))


@pytest.mark.parametrize("asked, kept", [("2.5", 2.5), ("0.1", 1), ("100000", 30), ("soon", 1)])
def test_crawl_delay_is_kept_up_to_a_bound(
    make: Make, server: FaultServer, asked: str, kept: float
) -> None:
    server.robots = f"User-agent: *\nCrawl-delay: {asked}\n".encode()
    client = make()
    for _ in range(3):
        client.get(server.address("good.csv"))
    times = [each.at for each in server.pages()]
    assert [later - earlier for earlier, later in pairwise(times)] == [
        pytest.approx(kept, abs=0.001)
    ] * 2


def test_one_request_a_second_over_clients_too(make: Make, server: FaultServer) -> None:
    for _ in range(5):
        make().get(server.address("good.csv"))
    times = [asked.at for asked in server.asked]
    assert len(times) == 10
    assert all(later - earlier >= 1 for earlier, later in pairwise(times))


def test_a_clock_that_was_set_back_does_not_stop_us(
    make: Make, server: FaultServer, clock: Clock
) -> None:
    make().get(server.address("good.csv"))
    clock.now -= 10 * 365 * 86_400
    make().get(server.address("good.csv"))
    assert sum(clock.slept) < 10


ASK = """
import sys
from pathlib import Path
from portal.config import Settings
from portal.ingest.network.fetch import Client
from portal.ingest.network.limits import Limits
port, var = sys.argv[1:]
with Client(
    Settings(var=Path(var)), allow=(f"127.0.0.1:{port}",), limits=Limits(interval=0.05)
) as client:
    for _ in range(3):
        client.get(f"http://127.0.0.1:{port}/slow_but_good", expect="csv")
"""


def test_two_processes_share_the_pace_and_never_ask_at_once(tmp_path: Path) -> None:
    with FaultServer() as server:
        command = [sys.executable, "-c", ASK, str(server.port), str(tmp_path)]
        running = [subprocess.Popen(command) for _ in range(2)]
        assert [process.wait(timeout=30) for process in running] == [0, 0]
        times = [asked.at for asked in server.asked]
    assert len(times) == 8
    for earlier, later in pairwise(server.asked):
        answer = 0.1 if earlier.path == "/slow_but_good" else 0
        assert later.at - earlier.at >= answer + 0.05


def test_retry_after_reads_seconds_and_dates_and_nothing_else() -> None:
    now = 784_111_777.0
    assert retry_after("120", now) == 120
    assert retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == 60
    assert retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now) == 0
    assert [retry_after(text, now) for text in ("", "-5", "1.5", "soon", "1e3")] == [None] * 5


def test_the_limits_are_those_promised() -> None:
    limits = Limits()
    assert (limits.raw, limits.decoded, limits.redirects, limits.tries) == (50e6, 200e6, 3, 5)
    assert limits.interval == 1


# What it remembers.


def test_an_unchanged_document_is_not_sent_again(make: Make, server: FaultServer) -> None:
    client, address = make(), server.address("conditional")
    first = client.get(address, expect="csv")
    assert isinstance(first, Snapshot)
    known = Known.of(first)
    assert known == Known(address, first.sha256, ETAG, MODIFIED)
    second = client.get(address, known=known, expect="csv")
    assert isinstance(second, Unchanged) and second.known == known


def test_validators_go_only_to_the_address_they_came_from(make: Make, server: FaultServer) -> None:
    known = Known(server.address("elsewhere"), "0" * 64, ETAG, MODIFIED)
    assert isinstance(
        make().get(server.address("conditional"), known=known, expect="csv"), Snapshot
    )
    assert "if-none-match" not in server.pages()[0].headers


def test_a_hundred_visits_make_one_version(make: Make, server: FaultServer, tmp_path: Path) -> None:
    fetched = Fetched(tmp_path / "fetched", tmp_path / "archive")
    client = make()
    found = {
        current_snapshot(client, fetched, server.address(name), expect="csv").sha256
        for _ in range(50)
        for name in ("conditional", "good")
    }
    assert len(server.pages()) == 100
    assert list(archive.held(tmp_path / "archive")) == sorted(found)
    assert len(found) == 1


def test_an_interrupted_run_goes_on_and_asks_nothing_twice(
    make: Make, server: FaultServer, tmp_path: Path
) -> None:
    fetched = Fetched(tmp_path / "fetched", tmp_path / "archive")
    addresses = [server.address(f"good.csv?{number}") for number in range(6)]
    began = "2026-01-01T00:00:00+00:00"
    get = asking(make(), fetched, since=began)
    for address in addresses[:3]:
        get(address)
    interrupt = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        get(server.address("stalls_in_body"))
    assert len(list(archive.held(tmp_path / "archive"))) == 1  # nothing of the half document
    again = asking(make(), fetched, since=began)
    assert {again(address).content for address in addresses} == {CSV}
    paths = [asked.path for asked in server.pages() if asked.path.startswith("/good")]
    assert paths == [f"/good.csv?{number}" for number in range(6)]


def test_a_failure_leaves_no_trace_in_archive_or_memory(
    make: Make, server: FaultServer, tmp_path: Path
) -> None:
    fetched = Fetched(tmp_path / "fetched", tmp_path / "archive")
    get = asking(make(), fetched)
    for name in ("unframed_half", "gzip_cut", "soft_404", "zip_slip", "status_404"):
        with pytest.raises(errors.FetchError):
            get(server.address(name))
        assert fetched.known(server.address(name)) is None
    assert list(archive.held(tmp_path / "archive")) == []


def test_bytes_that_are_gone_are_fetched_anew(
    make: Make, server: FaultServer, tmp_path: Path
) -> None:
    fetched = Fetched(tmp_path / "fetched", tmp_path / "archive")
    get = asking(make(), fetched)
    first = get(server.address("conditional"))
    archive.place(tmp_path / "archive", first.sha256).unlink()
    assert get(server.address("conditional")).content == CSV
    assert "if-none-match" not in server.pages()[-1].headers


def test_it_says_what_it_does(make: Make, server: FaultServer) -> None:
    said: list[str] = []
    client = make(say=said.append)
    client.get(server.address("busy_in_seconds"), expect="csv")
    client.get(server.address("redirect_once"), expect="csv")
    assert any("try 1 of 5" in text for text in said)
    assert any("redirected to" in text for text in said)
    assert said[-1].endswith(f"{len(CSV)} bytes")


# What it makes of text and titles.


@pytest.mark.parametrize(
    "encoded, declared, allowed, found",
    [
        ("utf-8", "", "utf-8", "utf-8"),
        ("utf-8", "utf8", "utf-8", "utf-8"),
        ("utf-8-sig", "", "utf-8", "utf-8-sig"),
        ("utf-8-sig", "UTF-8", "utf-8", "utf-8-sig"),
        ("utf-16", "", "utf-8", "utf-16"),
        ("utf-16", "utf-16le", "utf-8", "utf-16"),
        ("cp1252", "windows-1252", "utf-8", "cp1252"),
        ("cp1252", "", "utf-8 cp1252", "cp1252"),
        ("cp1252", "iso-8859-1", "utf-8 cp1252", "cp1252"),
        ("cp1252", "", "utf-8", None),
        ("cp1252", "utf-8", "utf-8 cp1252", None),
        ("utf-8", "windows-1252", "utf-8", None),
        ("utf-8-sig", "windows-1252", "utf-8", None),
        ("utf-8", "us-ascii", "utf-8", None),
        ("utf-8", "utf-7", "utf-8", None),
        ("utf-16-le", "", "utf-8 cp1252", None),
    ],
)
def test_a_charset_is_true_or_refused(
    encoded: str, declared: str, allowed: str, found: str | None
) -> None:
    text = "supplier;amount\nBT – OSCT;£25\n"
    header = f"text/csv; charset={declared}" if declared else "text/csv"
    given = (header, allowed.split(), Limits())
    if found is None:
        with pytest.raises((errors.BadCharset, errors.WrongType)):
            check("http://x", text.encode(encoded), "csv", *given)
    else:
        assert check("http://x", text.encode(encoded), "csv", *given) == found


def test_a_page_may_declare_its_charset_inside() -> None:
    page = '<html><head><meta charset="windows-1252"></head><body>£5 – £10</body></html>'
    assert check("http://x", page.encode("cp1252"), "html", "text/html", ["utf-8"], Limits()) == (
        "cp1252"
    )
    with pytest.raises(errors.BadCharset):
        check("http://x", page.encode(), "html", "text/html", ["utf-8"], Limits())


NOT_PAGES = """Page not found - GOV.UK|404 Not Found|Error 500|403 Forbidden|HTTP Status 404|Sign in
Just a moment...|Attention Required! | Cloudflare|Access Denied|Log in to continue|Request Rejected
ERROR: The request could not be satisfied|Sorry, that page can’t be found|503 Service Unavailable
Server Error (500)|Pardon Our Interruption|Are you a robot?|Service unavailable - Data
Session expired|Sorry, we are experiencing technical difficulties - GOV.UK|Verify you are human
Site maintenance|Google - Sign in|429 Too Many Requests|We can't find that page|Login required"""
PAGES = """Annual report 2019 - GOV.UK|404 requests in 2015|Request rejected by police: FOI 403/2021
National security checks: statistics|Law enforcement made too many requests, says report|500 forces
Errors: annual report 2014|Data requests not found to be necessary|Transparency | Sign-in providers
Forbidden data: what operators keep|Retention - 12 months|Access denied to 42 requests|Home"""


def parts(text: str) -> list[str]:
    return [each for line in text.splitlines() for each in line.split("|") if each.strip()]


@pytest.mark.parametrize("title", parts(NOT_PAGES.replace("Required! | Cl", "Required! - Cl")))
def test_the_title_of_an_error_page_gives_it_away(title: str) -> None:
    assert not_the_page(f"<html><head><title>\n{title}\n</title></head></html>")


@pytest.mark.parametrize("title", parts(PAGES.replace("Transparency | S", "Transparency - S")))
def test_the_title_of_a_page_about_requests_does_not(title: str) -> None:
    assert not_the_page(f"<html><head><title>{title}</title></head></html>") == ""
