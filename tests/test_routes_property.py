"""Whatever stands in an address, no route of the site ever fails."""

import inspect
from urllib.parse import quote_from_bytes

import pytest
from asking import ask
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.web.app import ROUTERS

ROUTES = sorted(
    (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)),
    key=lambda route: route.path,
)
# Names and numbers that mean something, near misses of them, and what breaks parsers.
TELLING = [
    "", "0", "1", "2", "-1", "1e9", "9" * 30, "0x10", "nan", "None", "true", "_T", "GB", "2013",
    "metropolitan-police-service", "google", "volume", "cd_items", "iocco-2013", "current", "0001",
    "police", "..", ".", "%", "'", '"', "\\", ";", "*", "a" * 5000, "\0", "\u202e", "😀", "ß" * 300,
    "' OR 1=1 --", '" OR "', "title:x", "NEAR(", "{{7*7}}", "<script>alert(1)</script>", "../../x",
    "__class__", "manifest.json", "retention-watch.db", "volume.csv",
]  # fmt: skip
TEXTS = st.sampled_from(TELLING).map(str.encode) | st.text(max_size=40).map(
    lambda text: text.encode("utf-8", "replace")
)
BYTES = TEXTS | st.binary(max_size=40)
FIELDS = st.sampled_from(["page", "size", "q", "type", "area", "s", "measure", "first", "x"])


def query_names(route: APIRoute) -> list[str]:
    return [field.alias for field in route.dependant.query_params]


@st.composite
def addresses(draw: st.DrawFn, route: APIRoute) -> bytes:
    """An address of the route with anything in its places and in its query."""
    path = route.path
    for name in inspect.signature(route.endpoint).parameters:
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote_from_bytes(draw(BYTES), safe=""))
    known = query_names(route)
    names = FIELDS.map(str.encode) | BYTES
    if known:
        names = st.sampled_from(known).map(str.encode) | names
    pairs = draw(st.lists(st.tuples(names, BYTES), max_size=4))
    raw = draw(st.binary(max_size=20)) if draw(st.booleans()) else b""
    query = "&".join(f"{quote_from_bytes(n)}={quote_from_bytes(v)}" for n, v in pairs)
    return path.encode() + b"?" + query.encode() + raw.replace(b"\n", b"").replace(b"#", b"")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), method=st.sampled_from(["GET", "GET", "HEAD", "POST"]))
def test_no_route_ever_fails(
    app: FastAPI, route: APIRoute, data: st.DataObject, method: str
) -> None:
    answer = ask(app, data.draw(addresses(route)), method)
    assert answer.status < 500
    assert "Traceback" not in answer.content.decode("utf-8", "replace")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.binary(max_size=60), query=st.binary(max_size=60))
def test_no_address_ever_fails(app: FastAPI, path: bytes, query: bytes) -> None:
    raw = quote_from_bytes(path, safe="/%+&=;").encode()
    answer = ask(app, b"/" + raw + b"?" + query.replace(b"#", b""))
    # What stands behind the site need not run beside this test; then it says 503.
    behind = raw.startswith((b"data", b"desk"))
    assert answer.status < 500 or (behind and answer.status == 503)


def test_bytes_that_are_no_text_reach_the_desk_as_plain_ones(app: FastAPI) -> None:
    assert ask(app, b"/desk?\xc0").status == 503


def test_every_route_reads_only(app: FastAPI) -> None:
    assert len(ROUTES) > 30
    for route in ROUTES:
        # Whoever reports an error sends it; all else here is only read.
        may = {"POST", "GET", "HEAD"} if route.path == "/report" else {"GET", "HEAD"}
        assert route.methods <= may, route.path
