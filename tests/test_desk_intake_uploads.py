"""Uploads in pieces: any order of pieces and losses ends in the same bytes or a clear answer."""

import hashlib
import os
import stat
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from desk_site import Client, DeskSite, desk_site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_data import make_data

from portal.config import Settings
from portal.core.errors import BadInput
from portal.desk.intake import uploads
from portal.desk.intake.uploads import Asked, begin, clean, find, finish, offset, writing
from portal.desk.people.errors import NotThere, Stale
from portal.store import archive
from portal.store import uploads as store
from portal.store.desk import Desk, connect, open_desk

CONTENT = bytes(range(256)) * 12
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAMED = {"name": "answer.csv", "bytes": str(len(CONTENT)), "publication": "A review"}


@dataclass(frozen=True)
class Room:
    config: Settings
    db: Desk
    person: int


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    config = Settings(var=tmp_path_factory.mktemp("uploads") / "var")
    db = open_desk(config.desk)
    db.execute(
        "INSERT INTO people (name, role, state, password, totp, created_at, changed_at)"
        " VALUES ('contributor-a', 'contributor', 'active', '', '', '', '')"
    )
    return Room(config, db, 1)


def began(room: Room, content: bytes = CONTENT, sha256: str = "") -> store.Upload:
    asked = Asked("answer.csv", len(content), sha256, publication="A review")
    upload = begin(room.config, room.db, room.person, asked)
    return find(room.db, upload.id, room.person)


def put(room: Room, upload: store.Upload, start: int, content: bytes) -> None:
    with writing(room.config, upload, start) as place:
        place.write(content)


PIECES = st.lists(
    st.tuples(st.integers(0, len(CONTENT) + 5), st.integers(0, 1500), st.booleans()), max_size=25
)


@given(PIECES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_pieces_then_going_on_gives_the_same_bytes(
    room: Room, pieces: list[tuple[int, int, bool]]
) -> None:
    upload, held = began(room), 0
    for start, length, lost in pieces:
        content = CONTENT[start : start + length]
        cut = content[: len(content) // 2] if lost else content  # the connection broke off
        if start > held:
            with pytest.raises(Stale, match=f"go on at byte {held:,}"):
                put(room, upload, start, cut)
        else:
            put(room, upload, start, cut)
            held = max(held, start + len(cut))
        assert offset(room.config, upload) == held
    put(room, upload, held, CONTENT[held:])
    received = finish(room.config, room.db, upload)
    assert received and received.sha256 == SHA256
    assert archive.read(room.config.archive, SHA256) == CONTENT
    assert not (room.config.var / "uploads" / upload.id).exists()


@given(st.integers(1, len(CONTENT) - 1), st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_other_bytes_over_those_that_are_here_are_refused(room: Room, held: int, back: int) -> None:
    upload = began(room)
    put(room, upload, 0, CONTENT[:held])
    start = max(0, held - 1 - back)
    other = bytes([CONTENT[start] ^ 1]) + CONTENT[start + 1 :]
    with pytest.raises(Stale, match="not those that came before"):
        put(room, upload, start, other)
    assert offset(room.config, upload) == held
    uploads.forget(room.config, room.db, upload)


def test_too_many_bytes_are_refused_and_none_of_them_kept(room: Room) -> None:
    upload = began(room, CONTENT[:10])
    put(room, upload, 0, CONTENT[:4])
    with pytest.raises(BadInput, match="10 bytes as announced"):
        put(room, upload, 4, CONTENT[4:11])
    assert offset(room.config, upload) == 4


def test_pieces_lie_where_only_we_may_read(room: Room) -> None:
    upload = began(room)
    put(room, upload, 0, CONTENT[:4])
    path = room.config.var / "uploads" / upload.id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_requests_do_not_write_one_upload_at_once(room: Room) -> None:
    upload = began(room)
    with (
        writing(room.config, upload, 0),
        pytest.raises(Stale, match="another request"),
        writing(room.config, upload, 0),
    ):
        raise AssertionError("both write")


def test_a_wrong_sha256_is_refused_and_the_bytes_are_gone(room: Room) -> None:
    upload = began(room, CONTENT + b"!", sha256="0" * 64)
    put(room, upload, 0, CONTENT + b"!")
    with pytest.raises(BadInput, match="the SHA-256 0000"):
        finish(room.config, room.db, upload)
    with pytest.raises(NotThere):
        find(room.db, upload.id, room.person)
    assert not (room.config.var / "uploads" / upload.id).exists()
    found = hashlib.sha256(CONTENT + b"!").hexdigest()
    assert not archive.place(room.config.archive, found).exists()


def test_a_kill_between_the_document_and_its_end_is_mended(room: Room) -> None:
    upload = began(room)
    put(room, upload, 0, CONTENT)
    room.db.execute(
        "CREATE TRIGGER broken BEFORE UPDATE ON uploads BEGIN SELECT RAISE(ABORT, 'broken'); END"
    )
    with suppress(Exception):
        finish(room.config, room.db, upload)
    room.db.execute("DROP TRIGGER broken")
    assert find(room.db, upload.id, room.person).ended_at == ""
    received = finish(room.config, room.db, upload)
    assert received and received.sha256 == SHA256 and not received.new
    assert finish(room.config, room.db, find(room.db, upload.id, room.person)) is not None


def test_abandoned_uploads_are_cleared_and_whole_ones_received(room: Room) -> None:
    half, whole, young = began(room), began(room, b"whole file"), began(room, b"young")
    put(room, half, 0, CONTENT[:100])
    put(room, whole, 0, b"whole file")
    stray = room.config.var / "uploads" / ("s" * 22)
    stray.write_bytes(b"of an upload that ended")
    torn, fresh = (room.config.archive / "ab" / f".part-{name}" for name in ("old", "new"))
    torn.parent.mkdir(parents=True, exist_ok=True)
    for path in (torn, fresh):
        path.write_bytes(b"half")
    os.utime(torn, (0, 0))
    past = "2020-01-01T00:00:00+00:00"
    for upload in (half, whole):
        room.db.execute("UPDATE uploads SET began_at = ? WHERE id = ?", [past, upload.id])
    assert clean(room.config, room.db) == 1
    assert store.find(room.db, half.id, room.person) is None
    assert archive.read(room.config.archive, find(room.db, whole.id, room.person).sha256)
    assert find(room.db, young.id, room.person).ended_at == ""
    assert (torn.exists(), fresh.exists()) == (False, True)
    assert not stray.exists() and not (room.config.var / "uploads" / half.id).exists()


def test_a_person_cannot_begin_without_end(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way = len(store.under_way(room.db, room.person))
    monkeypatch.setattr(uploads, "MOST_UNDER_WAY", under_way + 1)
    began(room)
    with pytest.raises(BadInput, match="uploads of one person"):
        began(room)


@pytest.mark.parametrize("id", ["..", "../desk.db", "x" * 22, "a" * 5000, "%2e%2e"])
def test_ids_lead_nowhere_else(room: Room, id: str) -> None:
    with pytest.raises(NotThere):
        find(room.db, id, room.person)


# Over HTTP.


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    folder = tmp_path_factory.mktemp("desk")
    return desk_site(folder, data=make_data(folder))


@pytest.fixture
def client(site: DeskSite) -> Client:
    return site.client("contributor")


def headers(client: Client, **more: str) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"X-CSRF": client.csrf, **named}


def begin_by_page(client: Client, **more: str) -> str:
    answer = client.post("/desk/uploads", data=NAMED | more, headers=headers(client))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert answer.headers["Location"] == f"/desk/uploads/{told['id']}"
    return str(told["id"])


def test_a_file_in_three_pieces_becomes_a_document(site: DeskSite, client: Client) -> None:
    id = begin_by_page(client, sha256=SHA256)
    for start, end in ((0, 1000), (1000, 2000), (2000, len(CONTENT))):
        assert client.get(f"/desk/uploads/{id}").json()["offset"] == start
        given = headers(client, Content_Range=f"bytes {start}-{end - 1}/{len(CONTENT)}")
        answer = client.put(f"/desk/uploads/{id}", content=CONTENT[start:end], headers=given)
        assert answer.status_code == 200, answer.text
        assert answer.json()["offset"] == end
    told = answer.json()
    assert (told["done"], told["document"]) == (True, SHA256)
    assert "waits to be inspected" in told["said"]
    assert client.get(f"/desk/uploads/{id}").json()["document"] == SHA256
    again = client.put(f"/desk/uploads/{id}?offset=0", content=CONTENT, headers=headers(client))
    assert again.json()["document"] == SHA256
    with closing(site.db().conn) as conn:
        sql = "SELECT received_by FROM documents WHERE sha256 = ?"
        assert conn.execute(sql, [SHA256]).fetchall() == [("contributor",)]


@pytest.mark.parametrize(
    ("query", "range_", "sent", "status", "said"),
    [
        ("?offset=5", "", b"x", 409, "go on at byte 0"),
        ("", "", b"x", 400, "offset"),
        ("?offset=-1", "", b"x", 400, "whole number"),
        ("", "bytes 0-9/10", b"x" * 10, 400, "bytes as announced"),
        ("", f"bytes 0-9/{len(CONTENT)}", b"x" * 9, 400, "Content-Length"),
        ("", f"bytes 9-0/{len(CONTENT)}", b"x" * 9, 400, "first and a last byte"),
        ("", "items 0-9/10", b"x", 400, "Content-Range"),
        ("?offset=0", "", CONTENT + b"x", 400, "as announced"),
    ],
)
def test_pieces_that_do_not_fit_are_refused(
    client: Client, query: str, range_: str, sent: bytes, status: int, said: str
) -> None:
    id = begin_by_page(client)
    given = headers(client) | ({"Content-Range": range_} if range_ else {})
    answer = client.put(f"/desk/uploads/{id}{query}", content=sent, headers=given)
    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert client.get(f"/desk/uploads/{id}").json()["offset"] in (0, len(CONTENT))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bytes": "0"}, "0 bytes"),
        ({"bytes": str(65 * 1024 * 1024)}, "at most 64 MB"),
        ({"bytes": "many"}, "whole number"),
        ({"publication": ""}, "neither"),
        ({"request": "nowhere-1"}, "both"),
        ({"sha256": "abc"}, "SHA-256"),
    ],
)
def test_an_upload_that_would_be_refused_does_not_begin(
    client: Client, change: dict[str, str], said: str
) -> None:
    answer = client.post("/desk/uploads", data=NAMED | change, headers=headers(client))
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_an_upload_is_its_persons_own(site: DeskSite, client: Client) -> None:
    id = begin_by_page(client)
    other = site.client("admin")
    assert other.get(f"/desk/uploads/{id}").status_code == 404
    put_ = other.put(f"/desk/uploads/{id}?offset=0", content=b"x", headers=headers(other))
    assert put_.status_code == 404
    gone = other.delete(f"/desk/uploads/{id}", headers=headers(other))
    assert gone.status_code == 404
    assert client.get(f"/desk/uploads/{id}").json()["offset"] == 0
    assert client.delete(f"/desk/uploads/{id}", headers=headers(client)).status_code == 204
    assert client.get(f"/desk/uploads/{id}").status_code == 404


def test_without_the_sessions_token_nothing_is_written(client: Client) -> None:
    id = begin_by_page(client)
    for named in ({"X-CSRF": "wrong"}, {"X-CSRF": client.csrf, "Origin": "https://evil.example"}):
        answer = client.put(f"/desk/uploads/{id}?offset=0", content=b"x", headers=named)
        assert answer.status_code == 403
    assert client.get(f"/desk/uploads/{id}").json()["offset"] == 0


def test_a_resumed_upload_of_another_request_keeps_its_owner(client: Client) -> None:
    first, second = begin_by_page(client), begin_by_page(client, publication="Another")
    assert first != second


def test_no_upload_of_a_full_disk_is_half_taken(room: Room, tmp_path: Path) -> None:
    if not Path("/dev/full").exists() or os.geteuid() != 0:
        pytest.skip("left out: this system has no disk that is always full")
    upload = began(room)
    (room.config.var / "uploads" / upload.id).symlink_to("/dev/full")
    with pytest.raises(Exception, match="No space left"):
        put(room, upload, 0, CONTENT)
    (room.config.var / "uploads" / upload.id).unlink()
    put(room, upload, 0, CONTENT)
    assert finish(room.config, room.db, upload)
    connect(room.config.desk).conn.close()
