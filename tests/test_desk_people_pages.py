"""The desk's skeleton: forms, problems, sentences that are shown once, bounds of a request."""

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import unquote

import pytest
from desk_site import Client, DeskSite, desk_site
from fastapi import FastAPI, Request
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import JSONResponse, Response

from portal.core.errors import BadInput, StoreError
from portal.desk.people.errors import NotAllowed, NotThere, Stale
from portal.web.desk import cookies, headers
from portal.web.desk.app import create_desk
from portal.web.desk.given import Form, Given, Me
from portal.web.desk.pages import back
from portal.web.desk.routing import DeskRouter
from portal.web.desk.signing import place

PROBLEMS = {
    "stale": (Stale("Somebody changed it."), 409),
    "missing": (NotThere("There is none."), 404),
    "refused": (NotAllowed("Not your own."), 403),
    "wrong": (BadInput("a number", "x", "here"), 400),
    "locked": (StoreError("the store is locked"), 503),
    "broken": (RuntimeError("secret detail"), 500),
}


def room() -> DeskRouter:
    """A room with a route for each thing that can happen."""
    router = DeskRouter()

    @router.post("/test/form", right="see")
    def form(form: Form, me: Me) -> Response:
        files = {name: [each.filename for each in files] for name, files in form.files.items()}
        return JSONResponse({"fields": form.fields, "files": files, "me": me.name})

    @router.post("/test/{name}", right="see")
    def fail(request: Request, name: str) -> Response:
        raise PROBLEMS[name][0]

    @router.post("/api/v1/test/{name}", right="see")
    def fail_in_json(name: str) -> Response:
        raise PROBLEMS[name][0]

    return router


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    made = desk_site(tmp_path_factory.mktemp("pages"))
    app: FastAPI = create_desk(made.config)
    app.include_router(room().routes)
    made.app = app
    return made


@pytest.fixture
def client(site: DeskSite) -> Iterator[Client]:
    with site.client("reviewer", strict=False) as client:
        yield client


def test_a_form_comes_without_what_is_the_desks_own(client: Client) -> None:
    given = client.post("/desk/test/form", data=client.form(a=["1", "2"], b=" x "))
    assert given.json() == {
        "fields": {"a": ["1", "2"], "b": [" x "]},
        "files": {},
        "me": "reviewer",
    }
    files = {"file": ("a.csv", b"x"), "other": ("b.csv", b"y")}
    given = client.post("/desk/test/form", data=client.form(a="1"), files=files)
    assert given.json()["files"] == {"file": ["a.csv"], "other": ["b.csv"]}
    assert Given({"b": [" x "]}).text("b") == "x" and Given().text("b", "y") == "y"


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=40), max_size=5))
def test_every_word_of_a_form_arrives(site: DeskSite, fields: dict[str, str]) -> None:
    plain = {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in fields.items()
        if name not in ("csrf", "held")
    }
    with site.client("reviewer") as client:
        came = client.post("/desk/test/form", data={**plain, "csrf": client.csrf}).json()["fields"]
    assert came == {name: [value] for name, value in plain.items()}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_goes_wrong_is_said_and_what_was_typed_is_shown(client: Client, name: str) -> None:
    problem, status = PROBLEMS[name]
    form = client.form(note="typed <b>with</b> care", password="never shown")
    page = client.post(f"/desk/test/{name}", data=form)
    assert page.status_code == status
    sentence = str(problem).replace("'", "&#39;")
    assert (sentence in page.text) == (status != 500)
    assert ("typed &lt;b&gt;with&lt;/b&gt; care" in page.text) == (status != 404)
    assert "never shown" not in page.text and "Traceback" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    script = client.post(
        f"/desk/api/v1/test/{name}", headers={"X-CSRF": client.csrf}, content=b"{}"
    )
    assert script.status_code == status
    assert set(script.json()) == {"error"} and "secret detail" not in script.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [("multipart/form-data", b"x"), ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
     ("multipart/form-data; boundary=x", b"")],
)  # fmt: skip
def test_a_form_that_does_not_read_changes_nothing(client: Client, kind: str, body: bytes) -> None:
    answer = client.post("/desk/test/form", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 403)


def test_more_bytes_than_a_form_may_have_are_refused(client: Client) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"a=" + b"x" * headers.PLAIN_FORM
    assert client.post("/desk/test/form", content=body, headers=kind).status_code == 413

    def parts() -> Iterator[bytes]:
        yield from (body[i : i + 500_000] for i in range(0, len(body), 500_000))

    assert client.post("/desk/test/form", content=parts(), headers=kind).status_code == 413
    lying = {"Content-Length": "-5", **kind}
    assert client.post("/desk/test/form", content=b"a=1", headers=lying).status_code == 413


def test_a_sentence_is_shown_once(client: Client) -> None:
    answer = back("/desk", "Zwölf “figures” <b> were read; 100%.")
    value = answer.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    assert unquote(value) == "Zwölf “figures” <b> were read; 100%."
    client.cookies.set(cookies.SAID, value, domain="desk.example", path="/desk")
    page = client.get("/desk")
    assert "Zwölf “figures” &lt;b&gt; were read; 100%." in page.text
    assert "Max-Age=0" in page.headers["set-cookie"]
    assert "were read" not in client.get("/desk").text


@pytest.mark.parametrize("to", ["/", "//desk", "https://desk.example/desk", "/deskx", ""])
def test_the_way_back_leads_into_the_desk(to: str) -> None:
    with pytest.raises(ValueError, match="no page"):
        back(to)
    assert place(to) == "/desk"


def test_an_address_with_a_slash_too_many_is_put_right(client: Client) -> None:
    answer = client.get("/desk/people/?a=1")
    assert answer.status_code == 308 and answer.headers["location"] == "/desk/people?a=1"


def test_the_menu_shows_what_one_may_open(site: DeskSite) -> None:
    with site.client("contributor") as low, site.client("admin") as high:
        assert "/desk/people" not in low.get("/desk").text
        assert 'href="/desk/people"' in high.get("/desk").text
        for client in (low, high):
            page = client.get("/desk").text.split("</nav>")[0]
            links = [part.split('"')[0] for part in page.split('href="/desk')[1:]]
            for link in links:
                assert client.get(f"/desk{link}").status_code == 200, link


def test_an_installation_without_a_store_says_what_to_do(site: DeskSite, tmp_path: object) -> None:
    from dataclasses import replace
    from pathlib import Path

    empty = replace(site.config, var=Path(str(tmp_path)))
    lost = DeskSite(empty, create_desk(empty))
    with lost.client("anonymous", strict=False) as client:
        answer = client.get("/desk")
        assert answer.status_code == 503 and "portal init" in answer.text


def test_a_request_leaves_no_connection_open(site: DeskSite, client: Client) -> None:
    with closing(site.db().conn) as conn:
        client.get("/desk")
        assert conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
