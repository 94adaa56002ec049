"""Documents by programming interface: the same rules as by page, answers as JSON."""

import hashlib
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from desk_documents import CSV, SECRET, workbook
from desk_site import SITE, DeskSite, InProcess, desk_site
from small_data import make_data

from portal.desk.inspection.limits import LIMITS
from portal.desk.people import own
from portal.store.desk import Desk

OWNER = {"publication": "A review", "name": "answer.csv"}
API = "/desk/api/v1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    folder = tmp_path_factory.mktemp("desk")
    return desk_site(folder, data=make_data(folder))


def script(site: DeskSite, *scopes: str) -> httpx.Client:
    """A script of the contributor with a token of these scopes; no cookie, no origin."""
    with closing(site.db().conn) as conn:
        who = site.people["contributor"].person
        token = own.make_token(Desk(conn), who, "a script of the tests", list(scopes), "1")
    client = httpx.Client(transport=InProcess(site.app, strict=True), base_url=SITE)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest.fixture
def client(site: DeskSite) -> Iterator[httpx.Client]:
    with script(site, "take_in", "see") as made:
        yield made


def test_the_same_bytes_are_one_document_however_they_come(client: httpx.Client) -> None:
    raw = client.post(f"{API}/documents", params=OWNER, content=CSV)
    assert raw.status_code == 201
    told = raw.json()
    assert told["sha256"] == hashlib.sha256(CSV).hexdigest()
    assert (told["state"], told["new"]) == ("received", True)
    assert raw.headers["Location"] == told["links"]["self"]
    form = client.post(f"{API}/documents", data=OWNER, files={"file": ("other.csv", CSV)})
    assert (form.status_code, form.json()["new"]) == (200, False)
    assert form.json()["sha256"] == told["sha256"]
    jobs = client.get(told["links"]["jobs"]).json()["jobs"]
    assert [(job["what"], job["state"]) for job in jobs] == [("read", "waiting")]


def test_what_was_found_is_told_without_what_is_hidden(
    site: DeskSite, client: httpx.Client
) -> None:
    content = workbook(hidden=SECRET)
    told = client.post(
        f"{API}/documents", params=OWNER | {"name": "a.xlsx"}, content=content
    ).json()
    site.worker()
    answer = client.get(told["links"]["self"])
    found = answer.json()
    assert found["state"] == "quarantined"
    hidden = next(each for each in found["findings"] if each["kind"] == "hidden_sheet")
    assert hidden["place"] == "sheet 2" and hidden["said"] == "A sheet is hidden."
    texts = [cell["text"] for table in found["tables"] for cell in table["cells"]]
    assert "57" in texts
    assert SECRET not in answer.text
    listed = client.get(f"{API}/documents", params={"state": "quarantined"}).json()
    assert told["sha256"] in [each["sha256"] for each in listed["documents"]]
    done = client.get(f"{API}/jobs", params={"state": "done"}).json()["jobs"]
    assert told["sha256"] in [job["object"] for job in done]


@pytest.mark.parametrize(
    ("params", "content", "status", "said"),
    [
        ({"name": "a.csv"}, CSV, 400, "neither"),
        ({"publication": "A", "request": "b"}, CSV, 400, "both"),
        ({"request": "nowhere"}, CSV, 400, "the reference of a request"),
        (OWNER, b"", 400, "0 bytes"),
        (OWNER | {"sha256": "0" * 64}, CSV, 400, "as announced"),
        (OWNER, b"x" * (LIMITS.size + 1), 413, "at most 64 MB"),
    ],
)
def test_what_is_refused_says_why(
    site: DeskSite,
    client: httpx.Client,
    params: dict[str, str],
    content: bytes,
    status: int,
    said: str,
) -> None:
    before = count(site)
    answer = client.post(f"{API}/documents", params=params, content=content)
    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert count(site) == before


def test_a_form_without_its_file_is_refused(client: httpx.Client) -> None:
    answer = client.post(f"{API}/documents", data=OWNER)
    assert answer.status_code == 400 and "field `file`" in answer.json()["error"]


def test_a_token_does_no_more_than_its_scopes(site: DeskSite) -> None:
    before = count(site)
    with script(site, "see") as reader:
        answer = reader.post(f"{API}/documents", params=OWNER, content=b"1,2\n")
        assert answer.status_code == 403 and "take in documents" in answer.json()["error"]
        assert reader.get(f"{API}/jobs").status_code == 200
    with script(site, "take_in") as writer:
        assert writer.get(f"{API}/jobs").status_code == 403
    for header in ({}, {"Authorization": "Bearer nonsense"}):
        with httpx.Client(transport=InProcess(site.app, strict=True), base_url=SITE) as nobody:
            answer = nobody.post(f"{API}/documents", params=OWNER, content=b"1,2\n", headers=header)
            assert answer.status_code in (401, 403) and "error" in answer.json()
    assert count(site) == before


@pytest.mark.parametrize("sha256", ["0" * 64, "x", "' OR 1=1 --"])
def test_an_unknown_document_is_a_404_in_json(client: httpx.Client, sha256: str) -> None:
    answer = client.get(f"{API}/documents/{sha256}")
    assert answer.status_code == 404 and "no document" in answer.json()["error"]


def count(site: DeskSite) -> int:
    with closing(site.db().conn) as conn:
        return int(conn.execute("SELECT count(*) FROM documents").fetchone()[0])
