"""Attacks on the desk from outside and by its own people: each was open once, and stays closed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from portal.core.errors import BadInput
from portal.desk.people import accounts, own
from portal.desk.people.errors import NotAllowed
from portal.desk.review.reading import Said, read, release
from portal.store import archive, proofs, queue, sessions
from portal.store import people as people_store
from portal.store.desk import Desk, transaction
from portal.web.desk import cookies
from tests.desk_review import MAPPER, PUBLISHER, A, figures, room, who
from tests.desk_site import SITE, Client, DeskSite, come_in, desk_site

FORM = "application/x-www-form-urlencoded"
SMALL = {"name": "reviewer", "password": "x" * 12, "code": "000000"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    return desk_site(tmp_path_factory.mktemp("attacked"))


@pytest.fixture
def db(site: DeskSite) -> Iterator[Desk]:
    with closing(site.db().conn) as conn:
        yield Desk(conn)


def multipart(charset: str, content: bytes, name: str = "name") -> tuple[bytes, dict[str, str]]:
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
    kind = f"multipart/form-data; boundary=x{charset}"
    return head + content + b"\r\n--x--\r\n", {"Content-Type": kind}


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", '"utf-7"', "utf-16"])
def test_nobody_chooses_how_a_form_is_decoded(site: DeskSite, charset: str) -> None:
    # Punycode takes time that grows with the square: a field of a megabyte held the desk for hours.
    body, headers = multipart(f"; charset={charset}", b"a-bbbbbbbb")
    with site.client("anonymous") as client:
        answer = client.post("/desk/sign-in", content=body, headers=headers)
    assert answer.status_code == 400 and "UTF-8" in answer.text
    body, headers = multipart("; charset=UTF-8", b"nobody")
    with site.client("anonymous") as client:
        assert client.post("/desk/sign-in", content=body, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("anonymous", "/desk/sign-in"),
        ("anonymous", "/desk/invitation/x"),
        ("contributor", "/desk/requests"),
        ("contributor", "/desk/me/password"),
        ("contributor", "/desk/api/v1/requests"),
    ],
)
def test_files_come_only_to_where_files_are_taken(site: DeskSite, role: str, path: str) -> None:
    """Five megabytes of a file to any other address would lie on our disk, whoever sent them."""
    body, headers = multipart('"; filename="a.bin'.join(["", ""]), b"a" * 5_000_000, "file")
    with site.client(role) as client:
        answer = client.post(path, content=body, headers={**headers, "X-CSRF": client.csrf})
    assert answer.status_code == 413


def test_words_beside_files_are_few(site: DeskSite) -> None:
    """What is no file is kept in memory: not 250 megabytes of it."""
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"a" * 900_000 + b"\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with site.client("contributor") as client:
        headers["X-CSRF"] = client.csrf
        large = client.post("/desk/intake", content=part + b"--x--\r\n", headers=headers)
        short = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n'
        many = client.post("/desk/intake", content=short * 60 + b"--x--\r\n", headers=headers)
    assert large.status_code == many.status_code == 400


NUMBERS = [
    "/desk/tables/{n}/map",
    "/desk/reports/{n}",
    "/desk/api/v1/tables/{n}",
    "/desk/review/" + "a" * 64 + "?figure={n}",
    "/desk/documents/" + "a" * 64 + "/pages/{n}.png",
    "/desk/documents/" + "a" * 64 + "?table={n}",
    "/desk/publishing/" + "a" * 64 + "/pages/{n}.png",
    "/desk/audit?page={n}",
    "/desk/documents?page={n}",
    "/desk/requests?page={n}",
    "/desk/api/v1/documents?page={n}",
    "/desk/api/v1/jobs?limit={n}",
    "/desk/api/v1/documents/" + "a" * 64 + "/tables/{n}?first={n}",
]


@pytest.mark.parametrize("path", NUMBERS)
@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "-1", "٣", "1e3", "0x1"])
def test_no_number_breaks_a_page(site: DeskSite, path: str, number: str) -> None:
    with site.client("admin", strict=False) as client:
        answer = client.get(path.format(n=number))
    assert answer.status_code < 500, answer.text[:300]


def test_no_number_of_a_form_breaks_it(site: DeskSite, db: Desk) -> None:
    huge = "9" * 5000
    with site.client("publisher", strict=False) as client:
        for path, fields in (
            ("/desk/review/" + "a" * 64 + "/blind", {"blind": "1", "table": huge}),
            (f"/desk/review/{'a' * 64}/{'9' * 25}", {"verdict": "accept", "version": "1"}),
            ("/desk/documents/" + "a" * 64 + "/cells/look", {"table": huge}),
            ("/desk/reports/1", {"version": huge}),
        ):
            answer = client.post(path, data=client.form(**fields))
            assert answer.status_code < 500, path
        given = {"verdict": "accept", "version": 10**400}
        path = f"/desk/api/v1/proposals/{'9' * 25}/readings"
        answer = client.post(path, json=given, headers={"X-CSRF": client.csrf})
        assert answer.status_code < 500


def test_a_number_of_days_is_what_it_says(site: DeskSite, db: Desk) -> None:
    """Zeros before it hid that a token was for a lifetime."""
    me = site.people["contributor"].person
    for days in ("0000013650", "000001" + "9" * 30):
        with pytest.raises(BadInput, match="days"):
            own.make_token(db, me, "a script", ["see"], days)


def test_new_keys_do_not_bring_an_old_role_back(site: DeskSite, db: Desk) -> None:
    """Whoever was given new keys as a publisher, and a lower role after that, stays lower."""
    come_in(db, "demoted", "publisher")
    address = accounts.reset(db, SITE, "demoted", "admin")
    accounts.set_role(db, "demoted", "contributor", "admin")
    invited = accounts.open_invitation(db, address.rsplit("/", 1)[1])
    assert invited.role == "contributor"


@pytest.mark.parametrize("held_by", ["reader", "mapper"])
def test_nobody_releases_their_own_single_reading(tmp_path: Path, held_by: str) -> None:
    """A publisher who reads, or maps, and releases would be the only person behind a figure."""
    config, db = room(tmp_path)
    mapper = PUBLISHER if held_by == "mapper" else MAPPER
    _, [id] = figures(db, config.archive, 1, made_by=mapper)
    reader = who(PUBLISHER if held_by == "reader" else A)
    done = read(db, reader, id, Said("accept"), 1)
    with pytest.raises(NotAllowed, match="somebody else"):
        release(db, who(PUBLISHER), id, done.version)
    assert not db.execute("SELECT count(*) FROM approvals").fetchone()[0]


class Slow:
    """Sends a request to the desk's application whose body ends only when it is told to."""

    def __init__(self, site: DeskSite, client: Client, path: str, kind: str) -> None:
        self.site, self.path, self.kind, self.client = site, path, kind, client
        self.status = 0

    async def send(self, content: bytes, before_the_end: object, method: str = "POST") -> int:
        waiting = [content]

        async def receive() -> Message:
            if waiting:
                return {"type": "http.request", "body": waiting.pop(), "more_body": True}
            assert callable(before_the_end)
            before_the_end()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]

        await _call(self.site, self._scope(method), receive, send)
        return self.status

    def _scope(self, method: str) -> Scope:
        cookie = self.client.cookies.get(cookies.SESSION)
        path, _, query = self.path.partition("?")
        headers = {
            "host": "desk.example", "origin": SITE, "content-type": self.kind,
            "cookie": f"{cookies.SESSION}={cookie}", "x-csrf": self.client.csrf,
        }  # fmt: skip
        return {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(),
            "query_string": query.encode(), "http_version": "1.1", "scheme": "https",
            "server": ("desk.example", 443), "client": ("10.9.8.7", 1), "root_path": "",
            "headers": [(n.encode(), v.encode()) for n, v in headers.items()],
        }  # fmt: skip


async def _call(site: DeskSite, scope: Scope, receive: Receive, send: Send) -> None:
    await site.app(scope, receive, send)


ENDINGS = ("revoked", "demoted", "signed out")


@pytest.mark.parametrize("ending", ENDINGS)
async def test_who_was_let_go_while_their_form_came_does_nothing(
    site: DeskSite, db: Desk, ending: str
) -> None:
    name = f"slow.{ending.replace(' ', '-')}"
    site.people[name] = come_in(db, name, "publisher")

    def let_go() -> None:
        with closing(site.db().conn) as conn:
            other = Desk(conn)
            if ending == "revoked":
                accounts.revoke(other, name, "admin")
            elif ending == "demoted":
                accounts.set_role(other, name, "contributor", "admin")
            else:
                people_store.end_sessions(other, site.people[name].person.id, name, name)

    with site.client(name) as client:
        form = b"title=T&question=Q&measures=cd_notices&first=2019&last=2020&state=open"
        status = await Slow(site, client, "/desk/campaigns", FORM).send(form, let_go)
        assert status in (400, 401, 403)
        assert not db.execute("SELECT count(*) FROM campaigns").fetchone()[0]
        # An edition too is asked for by nobody who may not any more.
    assert queue.of(db, "publish", "edition") is None


async def test_a_token_that_was_ended_while_its_file_came_does_nothing(
    site: DeskSite, db: Desk
) -> None:
    account = come_in(db, "slow.token", "contributor")
    token = own.make_token(db, account.person, "a script", ["take_in", "see"], "5")

    def let_go() -> None:
        with closing(site.db().conn) as conn, transaction(Desk(conn)) as writing:
            sessions.end_token(writing, account.person.id)

    with site.client("anonymous") as client:
        path = "/desk/api/v1/documents?name=a.csv&publication=Figures"
        slow = Slow(site, client, path, "application/octet-stream")
        scope = slow._scope
        slow._scope = lambda method: {  # type: ignore[method-assign]
            **scope(method), "headers": [(b"authorization", f"Bearer {token}".encode())]
        }  # fmt: skip
        status = await slow.send(b"Year,Figure\n2019,7777\n", let_go)
    assert status == 401
    sql = "SELECT count(*) FROM documents WHERE received_by = 'slow.token'"
    assert not db.execute(sql).fetchone()[0]


def test_what_belongs_to_nothing_leaves_no_bytes(site: DeskSite) -> None:
    """Bytes that no document names can be neither found nor withdrawn; a disk of them is full."""
    content = b"Year,Figure\n2019,123454321\n"
    with site.client("contributor") as client:
        path = "/desk/api/v1/documents?name=a.csv&request=no-such-request"
        answer = client.post(path, content=content, headers={"X-CSRF": client.csrf})
    assert answer.status_code == 400
    assert not archive.place(site.config.archive, archive.digest(content)).exists()


def test_challenges_that_nobody_answers_do_not_pile_up(
    site: DeskSite, db: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may ask for one; a hundred thousand of them made every write of the desk slow."""
    monkeypatch.setattr(proofs, "MOST_OF_ANYBODY", 3)
    invited = accounts.invite(db, SITE, "new.person", "reviewer", "admin")
    seed = accounts.open_invitation(db, invited.rsplit("/", 1)[1]).seed
    for number in range(6):
        proofs.pose(db, f"{number}", "sign-in", f"challenge {number}", 300)
    assert [bool(proofs.posed(db, str(n), "sign-in")) for n in range(6)] == [False] * 3 + [True] * 3
    # What an admin has begun for somebody waits as long as it was given.
    assert accounts.open_invitation(db, invited.rsplit("/", 1)[1]).seed == seed
