"""What every answer carries, whatever was asked and whatever became of it."""

import gzip
import shutil
from pathlib import Path

import pytest
from asking import Answer, ask
from fastapi import FastAPI

from portal.config import Settings
from portal.web.app import create_app
from portal.web.headers import PROTECTION

PAGES = (
    "/ /bodies /bodies/metropolitan-police-service /operators/google /sources /glossary /privacy"
    " /methodology /corrections /changes /search?q=police /datasets /datasets/volume /docs"
).split()
OTHERS = (
    "/feeds/changes.atom /feeds/changes.json /robots.txt /.well-known/security.txt"
    " /api/v1/observations /api/v1/series /api/v1/openapi.json /downloads/current/volume.csv"
    " /downloads/1/manifest.json /static/site.css"
).split()
PROBLEMS = {
    "/nothing": 404,
    "/static/nothing.css": 404,
    "/downloads/1/nothing.csv": 404,
    "/downloads/x/volume.csv": 422,
    "/api/v1/observations/nothing": 404,
    "/api/v1/series?size=0": 422,
    "/changes?page=-1": 422,
    "/bodies/": 308,
    "/bodies/google": 308,
    "/data": 308,
    "/data/": 503,
}


def protected(answer: Answer) -> bool:
    names = [name for name, _ in answer.headers]
    held = {name.lower(): value for name, value in PROTECTION.items()}
    once = all(names.count(name) == 1 for name in [*held, "cache-control"])
    same = all(answer.header(name) == value for name, value in held.items())
    return once and same and "set-cookie" not in names


@pytest.mark.parametrize("address", [*PAGES, *OTHERS])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_good_answer_is_protected(app: FastAPI, address: str, method: str) -> None:
    answer = ask(app, address, method)
    assert answer.status == 200
    assert protected(answer)


@pytest.mark.parametrize("address", PROBLEMS)
def test_every_refusal_is_protected(app: FastAPI, address: str) -> None:
    answer = ask(app, address)
    assert answer.status == PROBLEMS[address]
    assert protected(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_nothing_can_be_sent_to_a_page(app: FastAPI, method: str) -> None:
    answer = ask(app, "/bodies", method)
    assert answer.status == 405
    assert protected(answer)


def test_a_page_that_breaks_is_protected_and_says_so_without_a_trace(published: Settings) -> None:
    app = create_app(published)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret of the house")

    answer = ask(app, "/broken", broken=True)
    assert answer.status == 500
    assert protected(answer)
    assert "Something broke on our side" in answer.text
    assert "secret" not in answer.text and "Traceback" not in answer.text


def test_a_site_without_an_edition_is_protected(tmp_path: Path) -> None:
    answer = ask(create_app(Settings(var=tmp_path)), "/bodies")
    assert answer.status == 503
    assert protected(answer)


def test_no_answer_sets_a_cookie_even_when_a_route_tries(published: Settings) -> None:
    app = create_app(published)

    @app.get("/biscuit")
    async def biscuit() -> object:
        from fastapi.responses import PlainTextResponse

        answer = PlainTextResponse("crumbs")
        answer.set_cookie("visitor", "7")
        return answer

    assert protected(ask(app, "/biscuit"))


@pytest.mark.parametrize("address", ["/bodies", "/datasets/volume", "/downloads/1/volume.csv"])
def test_what_a_reader_holds_already_is_not_sent_again(app: FastAPI, address: str) -> None:
    tag = ask(app, address).header("etag")
    again = ask(app, address, headers=[("If-None-Match", tag)])
    assert (again.status, again.content) == (304, b"")
    assert protected(again) and again.header("etag") == tag


def test_the_tag_is_the_same_for_every_reader_and_another_for_every_address(app: FastAPI) -> None:
    one = ask(app, "/bodies", headers=[("User-Agent", "one"), ("X-Forwarded-For", "192.0.2.7")])
    other = ask(app, "/bodies", headers=[("User-Agent", "other"), ("Cookie", "visitor=7")])
    assert one.header("etag") == other.header("etag") != ""
    assert ask(app, "/bodies?type=group").header("etag") != one.header("etag")


def test_the_tag_changes_with_the_edition(published: Settings, tmp_path: Path) -> None:
    shutil.copytree(published.editions, tmp_path / "editions", symlinks=True)
    app = create_app(Settings(var=tmp_path))
    before = ask(app, "/privacy").header("etag")
    manifest = tmp_path / "editions" / "0001" / "manifest.json"
    text = manifest.read_text("utf-8")
    manifest.chmod(0o644)
    at = text.index('"content_hash": "') + len('"content_hash": "')
    manifest.write_text(text[:at] + "0" * 64 + text[at + 64 :], "utf-8")
    assert ask(create_app(Settings(var=tmp_path)), "/privacy").header("etag") != before


def test_a_page_may_be_kept_for_a_minute_and_a_numbered_file_for_a_day(app: FastAPI) -> None:
    assert ask(app, "/bodies").header("cache-control") == "public, max-age=60"
    file = ask(app, "/downloads/1/volume.csv")
    assert file.header("cache-control") == "public, max-age=86400"
    assert ask(app, "/nothing").header("cache-control") == "no-store"


def test_a_page_is_packed_for_those_who_can_unpack(app: FastAPI) -> None:
    plain = ask(app, "/bodies")
    packed = ask(app, "/bodies", headers=[("Accept-Encoding", "br, gzip")])
    assert packed.header("content-encoding") == "gzip"
    assert int(packed.header("content-length")) == len(packed.content) < len(plain.content)
    assert gzip.decompress(packed.content) == plain.content


def test_a_stylesheet_is_packed_whole(app: FastAPI) -> None:
    plain = ask(app, "/static/site.css")
    packed = ask(app, "/static/site.css", headers=[("Accept-Encoding", "gzip")])
    assert gzip.decompress(packed.content) == plain.content
    assert int(packed.header("content-length")) == len(packed.content)


@pytest.mark.parametrize("address", [*PAGES, *OTHERS, *PROBLEMS])
def test_head_is_get_without_its_content(app: FastAPI, address: str) -> None:
    get, head = ask(app, address), ask(app, address, "HEAD")
    assert (head.status, head.content) == (get.status, b"")
    assert sorted(head.headers) == sorted(get.headers)


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("/bodies/", "/bodies"),
        ("/search/?q=a%26b", "/search?q=a%26b"),
        ("//elsewhere.example/", "/elsewhere.example"),
        ("/%2f%2felsewhere.example/", "/%2f%2felsewhere.example"),
        ("///", "/"),
        ("/\\elsewhere.example/", "/%5Celsewhere.example"),
    ],
)
def test_a_last_slash_leads_to_the_same_page_of_this_host(
    app: FastAPI, address: str, where: str
) -> None:
    answer = ask(app, address)
    assert (answer.status, answer.header("location")) == (308, where)


@pytest.mark.parametrize("address", PAGES)
def test_no_page_holds_a_script_an_inline_style_or_another_host(app: FastAPI, address: str) -> None:
    text = ask(app, address).text
    assert "<script" not in text and " style=" not in text and "<style" not in text
    loaded = [part.split('"')[0] for part in text.split('src="')[1:]]
    loaded += [p.split('href="')[1].split('"')[0] for p in text.split("<link ")[1:]]
    assert all(each.startswith("/") and not each.startswith("//") for each in loaded)
