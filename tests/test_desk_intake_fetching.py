"""Documents from addresses: asked of real servers on this machine by the real client."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from desk_documents import CSV, workbook
from fault_server import Asked as Request
from fault_server import FaultServer, Parts, head, whole

from portal.cli.attachments import LIMITS, fetcher
from portal.config import Settings
from portal.core.errors import BadInput, PortalError
from portal.desk.inspection.limits import LIMITS as DOCUMENTS
from portal.desk.intake import fetching
from portal.desk.intake.fetching import Asked
from portal.desk.reading.working import work_until_idle
from portal.ingest.network.fetch import Client
from portal.ingest.network.limits import Limits
from portal.store import archive, documents
from portal.store.desk import Desk, open_desk

LOGIN = b"<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
NAMED = {"Content_Disposition": 'attachment; filename="FOI 118 answer.xlsx"'}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Platform(FaultServer):
    """A FOI platform: attachments, a login in their place, redirects."""

    answers: dict[str, bytes] = field(default_factory=dict)

    def play(self, name: str, asked: Request) -> "object":
        def answer(server: FaultServer, asked: Request) -> Parts:
            yield self.answers.get(name, whole(b"not here", "text/plain", 404))

        return answer


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as server:
        server.answers = {
            "attach/3/answer.csv": whole(CSV),
            "attach/4": whole(workbook(), XLSX, **NAMED),
            "attach/5/answer.pdf": whole(LOGIN, "text/html"),
            "attach/6": whole(LOGIN, "text/html"),
            "attach/11": whole(LOGIN.replace(b"Sign in", b"Answer to request 118"), "text/html"),
            "attach/7": head(302, Location="http://127.0.0.1:1/secret"),
            "attach/8": head(302, Location=server.address("attach/3/answer.csv")),
            "attach/9": head(200, "text/csv", Content_Length=DOCUMENTS.size + 1),
            "attach/10.csv": head(200, "text/csv", Content_Length=0),
        }
        yield server


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var", site="https://watch.example", contact="a@b.example")


@pytest.fixture
def db(config: Settings) -> Iterator[Desk]:
    desk = open_desk(config.desk)
    yield desk
    desk.conn.close()


@pytest.fixture
def client(config: Settings, platform: Platform) -> Iterator[Client]:
    allow = (f"127.0.0.1:{platform.port}",)
    limits = Limits(raw=LIMITS.raw, tries=1, connect=3, headers=3, idle=3, total=5)
    with Client(config, allow=allow, limits=limits, sleep=lambda _: None) as made:
        yield made


def fetched(config: Settings, db: Desk, address: str, client: Client | None) -> tuple[str, str]:
    """Ask for an address and work it off; returns the job's state and its problem."""
    fetching.ask(db, Asked(address, "contributor-a", publication="A review"))
    way = fetcher(config, client)
    work_until_idle(config, db, {fetching.FETCH: fetching.handler(way)})
    (job,) = documents.jobs(db, what=fetching.FETCH, limit=1)
    return job["state"], job["problem"]


def received(db: Desk) -> list[tuple[str, str, str]]:
    sql = "SELECT name, address, received_by FROM documents ORDER BY rowid"
    return [tuple(row) for row in db.execute(sql).fetchall()]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("attach/3/answer.csv", "answer.csv"),
        ("attach/4", "FOI 118 answer.xlsx"),
        ("attach/8", "8"),
    ],
)
def test_an_attachment_is_received_like_any_other(
    config: Settings, db: Desk, platform: Platform, client: Client, path: str, name: str
) -> None:
    address = platform.address(path)
    assert fetched(config, db, address, client) == ("done", "")
    assert received(db) == [(name, address, "contributor-a")]
    (row,) = documents.listed(db, documents.Wanted())[0]
    assert row["state"] in ("ready", "rejected") and archive.read(config.archive, row["sha256"])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("attach/5/answer.pdf", "expected pdf"),
        ("attach/6", "a page titled 'Sign in'"),
        ("attach/11", "a page of the web"),
        ("attach/7", "a redirect to a public address"),
        ("attach/9", "announced"),
        ("attach/10.csv", "an empty body"),
        ("nowhere", "404"),
    ],
)
def test_what_is_no_attachment_is_not_received(
    config: Settings, db: Desk, platform: Platform, client: Client, path: str, said: str
) -> None:
    state, problem = fetched(config, db, platform.address(path), client)
    assert state == "failed" and said in problem
    assert received(db) == []


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/attach/3/answer.csv",
        "http://localhost:{port}/attach/3/answer.csv",
        "http://[::1]:{port}/attach/3/answer.csv",
        "http://10.0.0.1/answer.csv",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/answer.csv",
    ],
)
def test_without_leave_no_private_address_is_asked(
    config: Settings, db: Desk, platform: Platform, address: str
) -> None:
    state, problem = fetched(config, db, address.format(port=platform.port), None)
    assert state == "failed" and "expected" in problem
    assert platform.connections == 0 and received(db) == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "https://"),
        ("file:///etc/passwd", "https://"),
        ("ftp://files.example/a.csv", "https://"),
        ("https://", "https://"),
        ("https://files.example/a b.csv", "https://"),
        ("https://files.example/a\nHost: x", "https://"),
        ("https://[", "https://"),
        ("https://me:secret@files.example/a.csv", "without a password"),
        ("https://files.example/" + "a" * 1000, "letters"),
    ],
)
def test_what_is_no_address_is_not_asked_for(db: Desk, address: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        fetching.ask(db, Asked(address, "contributor-a", publication="A review"))
    assert "secret" not in str(refused.value)
    assert documents.jobs(db) == []


def test_an_address_that_waits_is_not_asked_for_twice(db: Desk) -> None:
    asked = Asked("https://files.example/a.csv", "contributor-a", publication="A review")
    assert fetching.ask(db, asked) == fetching.ask(db, asked)
    with pytest.raises(BadInput, match="neither"):
        fetching.ask(db, Asked("https://files.example/a.csv", "contributor-a"))


@pytest.mark.parametrize("object", ["", "[]", '{"address": 1}', "{"])
def test_a_job_that_names_no_address_fails_clearly(object: str) -> None:
    with pytest.raises(PortalError, match="names no address"):
        fetching.read(object)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", "last%20part.csv"),
        ('attachment; filename="a b.csv"', "a b.csv"),
        ("attachment; filename*=UTF-8''r%C3%A9ponse.csv", "réponse.csv"),
        ("attachment; filename=plain.csv; size=3", "plain.csv"),
    ],
)
def test_the_servers_name_counts_before_the_address(header: str, name: str) -> None:
    found = fetching.name_of("last%20part.csv", {"content-disposition": header} if header else {})
    assert found == name.replace("%20", " ")
