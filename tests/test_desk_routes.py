"""Every route of the desk, asked by everybody: who may, who may not, and what stays unchanged."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from desk_site import SITE, Client, DeskSite, desk_site
from fastapi import FastAPI
from fastapi.routing import APIRoute

from portal.desk.people import accounts, own
from portal.desk.people.model import ANONYMOUS
from portal.desk.people.rights import ALL, ANYONE, OWN, RIGHTS, ROLES, SCOPES, WORDS
from portal.store.desk import Desk, transaction
from portal.web.desk import app as desk_app
from portal.web.desk.given import store
from portal.web.desk.routing import DeskRouter

NO_RIGHT = "You may not"
# What a request may write although it changes nothing: that it was made, and what it was asked.
TRACES = ("attempts", "challenges")


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the desk, and the right that it asks for."""

    method: str
    path: str
    right: str

    @property
    def address(self) -> str:
        """An address that the route answers."""
        return re.sub(r"\{\w+(:\w+)?\}", "1", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def live_routes() -> list[Route]:
    """The routes of all rooms as they stand now."""
    found = []
    for router in desk_app.routers():
        for route in router.routes.routes:
            assert isinstance(route, APIRoute)
            found += [Route(m, route.path, desk_app.right(route)) for m in route.methods]
    return sorted(found, key=str)


ROUTES = live_routes()
CHANGING = [route for route in ROUTES if route.method != "GET"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    return desk_site(tmp_path_factory.mktemp("routes"))


@pytest.fixture(scope="module")
def clients(site: DeskSite) -> Iterator[dict[str, Client]]:
    """One client for each role, and one whose person was revoked after they had signed in."""
    made = {role: site.client(role) for role in ("anonymous", *ROLES)}
    made["revoked"] = site.client("reviewer-b")
    with closing(site.db().conn) as conn:
        accounts.revoke(Desk(conn), "reviewer-b", "admin")
    yield made
    for client in made.values():
        client.close()


def everything(site: DeskSite, without: tuple[str, ...] = TRACES) -> dict[str, list[Any]]:
    """The whole private store, row by row."""
    with closing(site.db().conn) as conn:
        names = [
            row[0]
            for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if row[0] not in without
        ]
        return {name: conn.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def ask(client: Client, route: Route, **headers: str) -> Any:
    """Ask a route, with an empty form where it changes something."""
    if route.method == "GET":
        return client.get(route.address, headers=headers)
    return client.request(route.method, route.address, data=client.form(), headers=headers)


def test_rooms_are_found_and_every_route_has_one_rule() -> None:
    assert len(ROUTES) >= 25
    assert {route.right for route in ROUTES} <= ALL | {ANYONE}
    assert len({str(route) for route in ROUTES}) == len(ROUTES)


def test_nothing_answers_at_the_desk_that_is_not_a_route_of_a_room(site: DeskSite) -> None:
    expected = {id(router.routes) for router in desk_app.routers()}
    found = {id(getattr(each, "original_router", None)) for each in site.app.routes}
    assert found == expected


def test_a_route_without_a_rule_fails_the_build() -> None:
    router = DeskRouter()
    with pytest.raises(TypeError):
        router.get("/x")  # type: ignore[call-arg]
    for wrong in ("", "everybody", "admin", "SEE"):
        with pytest.raises(ValueError, match="is no right"):
            router.post("/x", right=wrong)
    router.routes.add_api_route("/desk/hole", lambda: "in")
    with pytest.raises(TypeError, match="hole"):
        desk_app.right(router.routes.routes[-1])


def test_what_anyone_may_do_is_a_short_list() -> None:
    anyone = {str(route) for route in ROUTES if route.right == ANYONE}
    known = {
        "GET /desk/sign-in", "POST /desk/sign-in", "GET /desk/invitation/{token}",
        "POST /desk/invitation/{token}", "POST /desk/passkey", "POST /desk/passkey/options",
        "GET /desk/oidc", "GET /desk/oidc/back",
    }  # fmt: skip
    assert anyone == known


@pytest.mark.parametrize("role", ["anonymous", "revoked", *ROLES])
def test_no_role_gets_further_than_its_rights(
    site: DeskSite, clients: dict[str, Client], role: str
) -> None:
    client, before = clients[role], everything(site)
    for route in ROUTES:
        if route.right == ANYONE or route.right in RIGHTS[role]:
            continue
        answer = ask(client, route)
        expected = 401 if role in ("anonymous", "revoked") else 403
        assert answer.status_code == expected, f"{role}: {route}: {answer.status_code}"
        assert role != "contributor" or NO_RIGHT in answer.text, f"{route}"
    after = everything(site)
    if role == "revoked":
        # A form of a session that ended is kept for its person, but not for one who was revoked.
        assert after["held_forms"] == []
    assert after == before


@pytest.mark.parametrize("role", ROLES)
def test_every_role_gets_as_far_as_its_rights(clients: dict[str, Client], role: str) -> None:
    for route in ROUTES:
        if route.method == "GET" and route.right in RIGHTS[role]:
            answer = ask(clients[role], route)
            assert answer.status_code not in (401, 405, 500), f"{role}: {route}"
            assert NO_RIGHT not in answer.text, f"{role}: {route}"


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_token_gets_no_further_than_its_scope(site: DeskSite, scope: str) -> None:
    with closing(site.db().conn) as conn:
        token = own.make_token(Desk(conn), site.people["admin"].person, scope, [scope], "1")
    client = site.client("anonymous")
    client.headers["Authorization"] = f"Bearer {token}"
    ask(client, ROUTES[0])
    before = everything(site)
    for route in ROUTES:
        if route.right in (ANYONE, scope):
            continue
        answer = ask(client, route)
        assert answer.status_code == 403, f"{scope}: {route}: {answer.status_code}"
        assert WORDS[route.right] in answer.json()["error"]
    assert everything(site) == before


def test_a_token_never_looks_after_people_or_keys(site: DeskSite) -> None:
    assert not {OWN, "people"} & SCOPES
    with closing(site.db().conn) as conn, pytest.raises(Exception, match="scopes"):
        own.make_token(Desk(conn), site.people["admin"].person, "x", ["people"], "1")
    with closing(site.db().conn) as conn, pytest.raises(Exception, match="scopes"):
        own.make_token(Desk(conn), site.people["reviewer"].person, "x", ["publish"], "1")


def test_a_token_follows_its_person_down_the_ladder(site: DeskSite) -> None:
    with closing(site.db().conn) as conn:
        db = Desk(conn)
        token = own.make_token(db, site.people["admin-b"].person, "x", ["see", "audit"], "1")
        client = site.client("anonymous")
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get("/desk/audit").status_code == 200
        accounts.set_role(db, "admin-b", "contributor", "admin")
        assert client.get("/desk/audit").status_code == 403
        assert client.get("/desk").status_code == 200
        accounts.revoke(db, "admin-b", "admin")
        assert client.get("/desk").status_code == 401


@pytest.mark.parametrize("wrong", ["", "x", "Bearer", "\x00", "a" * 5000])
def test_a_wrong_token_opens_nothing_even_with_a_session(site: DeskSite, wrong: str) -> None:
    with site.client("admin") as client:
        wrong = wrong.replace("\x00", "%00")
        answer = client.get("/desk", headers={"Authorization": f"Bearer {wrong}"})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


CROSS = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": SITE, "Sec-Fetch-Site": "cross-site"},
    {"Origin": SITE, "Sec-Fetch-Site": "same-site"},
    {"Origin": f"{SITE}.evil.example"},
    {"Origin": f"https://evil.example/{SITE}"},
    {"Origin": ""},
)


@pytest.mark.parametrize("headers", CROSS, ids=lambda each: "-".join(each.values()) or "none")
def test_what_another_site_sends_changes_nothing(site: DeskSite, headers: dict[str, str]) -> None:
    with site.client("admin") as client:
        before = everything(site, ())
        for route in CHANGING:
            answer = ask(client, route, **headers)
            assert answer.status_code == 403, f"{route}: {answer.status_code}"
        assert everything(site, ()) == before


def test_what_says_not_from_where_it_comes_changes_nothing(site: DeskSite) -> None:
    with site.client("admin") as client:
        del client.headers["Origin"]
        before = everything(site, ())
        assert {ask(client, route).status_code for route in CHANGING} == {403}
        assert everything(site, ()) == before


@pytest.mark.parametrize("csrf", ["", "x", "of another"])
def test_a_form_without_its_sessions_token_changes_nothing(site: DeskSite, csrf: str) -> None:
    with site.client("admin") as client, site.client("admin") as other:
        client.csrf = other.csrf if csrf == "of another" else csrf
        before = everything(site, ())
        for route in (each for each in CHANGING if each.right != ANYONE):
            assert ask(client, route).status_code == 403, str(route)
            marked = client.request(
                route.method, route.address, content=b"{}", headers={"X-CSRF": client.csrf or "-"}
            )
            assert marked.status_code == 403, str(route)
        assert everything(site, ()) == before


def test_reading_changes_nothing(site: DeskSite) -> None:
    with site.client("admin") as client:
        before = everything(site)
        for route in ROUTES:
            if route.method == "GET":
                assert ask(client, route).status_code != 500, str(route)
        assert everything(site) == before


def test_every_answer_is_protected(site: DeskSite, clients: dict[str, Client]) -> None:
    for role in ("anonymous", "admin"):
        for route in ROUTES:
            if route.method != "GET":
                continue
            headers = ask(clients[role], route).headers
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'"), str(route)
            assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
            assert headers["cache-control"] == "no-store", str(route)
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE", "HEAD", "PROPFIND"])
def test_other_methods_do_nothing(site: DeskSite, clients: dict[str, Client], method: str) -> None:
    before = everything(site)
    for route in ROUTES:
        answer = clients["admin"].request(method, route.address)
        assert answer.status_code in (404, 405), f"{method} {route.address}"
    assert everything(site) == before


def test_an_unknown_address_is_the_same_for_everybody(clients: dict[str, Client]) -> None:
    for role, client in clients.items():
        answer = client.get("/desk/nothing-stands-here")
        assert answer.status_code == 404, role
        assert client.get("/desk/api/v1/nothing").json()["error"]


def test_a_request_has_its_own_connection_and_closes_it(site: DeskSite) -> None:
    opened = store(site.config)
    db = next(opened)
    with transaction(db) as conn:
        assert conn.execute("SELECT count(*) FROM people").fetchone()[0] >= 8
    opened.close()
    with pytest.raises(Exception, match="closed"):
        db.conn.execute("SELECT 1")


def test_nobody_has_no_right() -> None:
    assert ANONYMOUS.rights == frozenset()
    assert not any(ANONYMOUS.may(right) for right in ALL)


def test_the_desk_serves_no_documentation_of_itself(app: FastAPI, site: DeskSite) -> None:
    with site.client("admin") as client:
        for path in ("/docs", "/openapi.json", "/redoc", "/"):
            assert client.get(path).status_code == 404
