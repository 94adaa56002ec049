"""Coming in through an organisation's server: a small one of our own, and its lies."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from desk_site import Client, DeskSite, desk_site
from joserfc import jwt
from joserfc.jwk import RSAKey

from portal.desk.people import accounts, oidc
from portal.desk.people.errors import NotThere
from portal.store.desk import Desk
from portal.web.desk import cookies
from portal.web.desk.app import create_desk
from portal.web.desk.oidc import fetch

KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "1"}) for _ in range(2))


@dataclass
class Issuer:
    """What the server says; a test changes it to make it lie."""

    address: str = ""
    subject: str = "subject-1"
    key: RSAKey = field(default_factory=lambda: KEY)
    signed: bool = True
    header: dict[str, str] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    claims: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    exchanged: list[dict[str, str]] = field(default_factory=list)

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": "desk", "sub": self.subject, "iat": now, "exp": now + 60,
            "nonce": self.asked.get("nonce", ""),
        } | self.claims  # fmt: skip
        told = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(self.header, told, self.key)
        if self.signed:
            return token
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        return f"{none}.{token.split('.')[1]}."

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            told = {name: f"{self.address}/{name}" for name in names}
            return 200, {"issuer": self.address} | told | self.configuration
        if path == "/jwks_uri":
            return 200, {"keys": [KEY.as_dict(private=False)]}
        verifier = form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        self.exchanged.append(form)
        if digest.rstrip(b"=").decode() != self.asked.get("code_challenge"):
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.token(), "access_token": "x", "token_type": "Bearer"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    told = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
            status, content = told.answer(urlsplit(self.path).path, form)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    site = desk_site(tmp_path_factory.mktemp("oidc"))
    with closing(site.db().conn) as conn:
        accounts.link(Desk(conn), "reviewer", "subject-1", "admin")
        accounts.link(Desk(conn), "publisher-b", "subject-2", "admin")
        accounts.revoke(Desk(conn), "publisher-b", "admin")
    return site


@pytest.fixture
def site(made: DeskSite, issuer: Issuer) -> DeskSite:
    config = replace(
        made.config, oidc_issuer=issuer.address, oidc_client="desk", oidc_secret="shared"
    )
    return replace(made, config=config, app=create_desk(config))


def begin(client: Client, issuer: Issuer, to: str = "/desk/me") -> None:
    answer = client.get("/desk/oidc", params={"to": to})
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["location"])
    assert f"{parts.scheme}://{parts.netloc}" == issuer.address
    issuer.asked = {name: value[0] for name, value in parse_qs(parts.query).items()}
    assert "SameSite=lax" in answer.headers["set-cookie"]
    kept = answer.headers["set-cookie"].split("=", 1)[1].split(";")[0]
    client.cookies.set(cookies.BEGUN, kept, domain="desk.example", path="/desk")


def finish(client: Client, **asked: str) -> Any:
    return client.get("/desk/oidc/back", params=asked)


def test_whom_an_admin_has_linked_comes_in(site: DeskSite, issuer: Issuer) -> None:
    with site.client("anonymous") as client:
        assert "/desk/oidc" in client.get("/desk/sign-in").text
        begin(client, issuer)
        answer = finish(client, code="c", state=issuer.asked["state"])
        assert answer.status_code == 200 and answer.headers["refresh"] == "0; url=/desk/me"
        assert client.get("/desk/me").status_code == 200
        assert "reviewer" in client.get("/desk/me").text
    form = issuer.exchanged[0]
    assert (
        form["client_secret"] == "shared" and form["redirect_uri"] == issuer.asked["redirect_uri"]
    )
    assert issuer.asked["redirect_uri"] == "https://desk.example/desk/oidc/back"


def test_a_stranger_and_somebody_revoked_do_not(site: DeskSite, issuer: Issuer) -> None:
    for subject in ("subject-3", "subject-2"):
        issuer.subject = subject
        with site.client("anonymous") as client:
            begin(client, issuer)
            answer = finish(client, code="c", state=issuer.asked["state"])
            assert answer.status_code == 401 and "Ask an admin" in answer.text
            assert client.get("/desk").status_code == 401


def test_a_sign_in_is_ended_once_and_where_it_began(site: DeskSite, issuer: Issuer) -> None:
    with site.client("anonymous") as client, site.client("anonymous") as other:
        begin(client, issuer)
        state = issuer.asked["state"]
        assert finish(other, code="c", state=state).status_code == 401
        assert finish(client, code="c", state="x").status_code == 401
        assert finish(client, code="c", state="").status_code == 401
        assert finish(client, code="c", state=state).status_code == 200
        client.cookies.set(cookies.BEGUN, state, domain="desk.example", path="/desk")
        assert finish(client, code="c", state=state).status_code == 401


LIES: dict[str, dict[str, Any]] = {
    "of another server": {"claims": {"iss": "https://other.example"}},
    "for another site": {"claims": {"aud": "other"}},
    "for several and nobody named": {"claims": {"aud": ["desk", "other"]}},
    "for another party": {"claims": {"azp": "other"}},
    "of another sign-in": {"claims": {"nonce": "other"}},
    "without a nonce": {"claims": {"nonce": None}},
    "too old": {"claims": {"exp": 1000}},
    "without an end": {"claims": {"exp": None}},
    "of nobody": {"claims": {"sub": ""}},
    "of a number": {"claims": {"sub": 1}},
    "signed by another key": {"key": OTHER_KEY},
    "signed by nobody": {"signed": False},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_lies_proves_nothing(site: DeskSite, issuer: Issuer, lie: str) -> None:
    for name, value in LIES[lie].items():
        setattr(issuer, name, value)
    with site.client("anonymous") as client:
        begin(client, issuer)
        answer = finish(client, code="c", state=issuer.asked["state"])
        assert answer.status_code == 401
        assert client.get("/desk").status_code == 401


@pytest.mark.parametrize(
    "configuration",
    [{"issuer": "https://other.example"}, {"token_endpoint": "http://10.0.0.1/x"}, {"jwks_uri": ""},
     {"authorization_endpoint": "javascript:alert(1)"}],
)  # fmt: skip
def test_a_server_that_is_another_or_unsafe_is_not_used(
    site: DeskSite, issuer: Issuer, configuration: dict[str, str]
) -> None:
    issuer.configuration = configuration
    with site.client("anonymous") as client:
        answer = client.get("/desk/oidc")
        assert answer.status_code == 400 and "location" not in answer.headers


def test_a_server_that_is_not_there_is_said_to_be_so(site: DeskSite, issuer: Issuer) -> None:
    with pytest.raises(oidc.BadServer, match="expected a JSON object"):
        fetch(f"{issuer.address}/token", {"code_verifier": "x"})
    with pytest.raises(oidc.BadServer):
        fetch("http://127.0.0.1:9/x", None)


def test_without_the_setting_there_is_no_such_door(made: DeskSite) -> None:
    with made.client("anonymous") as client:
        assert client.get("/desk/oidc").status_code == 404
        assert client.get("/desk/oidc/back").status_code == 404
        assert "/desk/oidc" not in client.get("/desk/sign-in").text


def test_a_subject_is_linked_to_one_person(made: DeskSite) -> None:
    with closing(made.db().conn) as conn:
        db = Desk(conn)
        with pytest.raises(Exception, match="reviewer already"):
            accounts.link(db, "contributor", "subject-1", "admin")
        with pytest.raises(NotThere):
            accounts.link(db, "nobody-here", "subject-9", "admin")
