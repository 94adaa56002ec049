"""The UK sources and the comparators: recordings against expectations, and what must be refused."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from uk_recordings import HERE, records, snapshots, text_at

from portal.core.errors import BadInput, BadValue, PortalError
from portal.core.sources import Snapshot
from portal.ingest import registry
from portal.sources import (
    _foi,
    bt,
    fragdenstaat,
    germany_bfj,
    govuk_watch,
    switzerland_uepf,
    vodafone,
    whatdotheyknow,
)

TOLD = [id for id, module in registry.sources().items() if hasattr(module, "records")]


@pytest.mark.parametrize("id", TOLD)
def test_recordings_tell_what_a_person_expects(id: str, pytestconfig: pytest.Config) -> None:
    module = registry.sources()[id]
    told = [each for snapshot in snapshots(id, module) for each in records(module, snapshot)]
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    path = HERE / id / "expected.json"
    if not path.exists() and pytestconfig.getoption("--write-expected"):
        path.write_text(text, "utf-8")
        pytest.fail(f"{path} was written: read it, then run again")
    assert path.exists(), f"no {path}: run pytest --write-expected and read what it writes"
    assert path.read_text("utf-8") == text


def test_the_words_of_a_statement_are_found_again_on_their_line() -> None:
    (page,) = snapshots("bt", bt)
    for each in bt.observations(page):
        assert bt.text_at(page.content, each.locator) == each.value.printed


# Requests under freedom of information law

PERSONAL = ("user", "user_name", "snippet", "description", "content", "sender", "about_me")


def people(given: Any, inside: bool = False) -> Iterator[str]:
    """Every text under a key that tells of a person."""
    if isinstance(given, dict):
        for key, value in given.items():
            yield from people(value, inside or key in PERSONAL)
    elif isinstance(given, list):
        for value in given:
            yield from people(value, inside)
    elif inside and isinstance(given, str) and given:
        yield given


@pytest.mark.parametrize("module", [whatdotheyknow, fragdenstaat])
def test_no_person_comes_through(module: Any) -> None:
    for snapshot in snapshots(module.SOURCE.id, module):
        told = json.dumps(records(module, snapshot), ensure_ascii=False)
        names = list(people(json.loads(snapshot.content)))
        assert names or module is fragdenstaat
        for name in [*names, "someone", "PC 1234", "7946", "Erfunden", "erfunden", "Hidden"]:
            assert name not in told


def test_a_title_with_a_person_is_cut_to_law_and_authority() -> None:
    fields = {"title": "x@example.org", "url_title": "x_example_org", "law": "foi"}
    found = _foi.request("request-1", {**fields, "authority_name": "Home Office"}, "")
    assert (found.id, found.fields["title"]) == ("request-1", "foi, Home Office")
    assert found.fields["url_title"] == ""


@pytest.mark.parametrize(
    "title",
    ["Data in 2010-2020", "From 01/04/2012 to 31.03.2013", "RIPA s.22: 1,234 notices", "Dc Comics"],
)
def test_an_ordinary_title_stays(title: str) -> None:
    assert _foi.request("1", {"title": title, "url_title": "x"}, "").fields["title"] == title


def test_a_request_with_other_fields_is_refused() -> None:
    with pytest.raises(BadInput, match="only the fields"):
        _foi.request("1", {"title": "x", "url_title": "x", "user": "y"}, "")


def test_an_atom_feed_tells_address_title_and_time_only() -> None:
    entry = (
        "<entry><id>tag:x,2005:1</id><updated>2025-08-29T19:29:16Z</updated>"
        '<link rel="alternate" href="https://www.whatdotheyknow.com/request/use_of_data#outgoing-1"/>'
        '<title type="html">Use of &lt;span class="highlight"&gt;data&lt;/span&gt;</title>'
        "<content>Invented Person wrote</content><author><name>Invented Person</name></author>"
        "</entry>"
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}{entry}</feed>'.encode()
    (found,) = whatdotheyknow.records(Snapshot("https://x.org/feed", feed, ""))
    assert found.fields == {
        "url_title": "use_of_data", "title": "Use of data", "last_event": "2025-08-29T19:29:16Z",
    }  # fmt: skip


BROKEN = (
    b"",
    b"[]",
    b"{}",
    b"[{}]",
    b"null",
    b"<feed/>",
    b"<!DOCTYPE x><feed/>",
    b"\xff\xfe{",
    b"[1]",
)


@pytest.mark.parametrize("content", BROKEN)
@pytest.mark.parametrize("module", [whatdotheyknow, fragdenstaat, govuk_watch])
def test_an_unknown_shape_is_an_error_that_names_the_address(module: Any, content: bytes) -> None:
    with pytest.raises(BadInput, match=r"https://example\.org/x"):
        list(module.records(Snapshot("https://example.org/x", content, "")))


def broken(given: Any) -> Iterator[Any]:
    """The same JSON with each value in turn replaced by another kind, or left out."""
    pairs = given.items() if isinstance(given, dict) else enumerate(given)
    for key, value in list(pairs):
        for other in (None, 7, "x", [], {}, [7], ["x"], [None]):
            yield _with(given, key, other)
        if isinstance(given, dict):
            yield {k: v for k, v in given.items() if k != key}
        if isinstance(value, dict | list):
            for inner in broken(value):
                yield _with(given, key, inner)


def _with(given: Any, key: Any, value: Any) -> Any:
    if isinstance(given, dict):
        return {**given, key: value}
    return [value if at == key else each for at, each in enumerate(given)]


@pytest.mark.parametrize(
    "name", ["whatdotheyknow/feed", "fragdenstaat/page-1", "govuk_watch/code", "fragdenstaat/own"]
)
def test_json_of_another_shape_is_read_or_refused_but_never_breaks_the_reader(name: str) -> None:
    module = registry.sources()[name.split("/")[0]]
    path = HERE / f"{name}.json"
    given = json.loads(path.read_bytes()) if path.is_file() else own_page()
    for each in broken(given):
        content = json.dumps(each).encode()
        with contextlib.suppress(BadInput):
            list(module.records(Snapshot("https://example.org/x", content, "")))


def own_page() -> dict[str, Any]:
    """A request's own page at FragDenStaat, with messages and their files."""
    asked = json.loads((HERE / "fragdenstaat" / "page-2.json").read_bytes())["objects"][0]
    name = "Schreiben_Erfunden_Mensch.pdf"
    files = [
        {"resource_uri": f"https://fragdenstaat.de/api/v1/attachment/{n}/", "approved": n != 2,
         "pending": n == 3, "name": name, "site_url": f"https://fragdenstaat.de/{name}"}
        for n in (1, 2, 3)
    ]  # fmt: skip
    law = {"name": "Informationsfreiheitsgesetz", "id": 2}
    return {**asked, "law": law, "messages": [{"sender": "Mensch", "attachments": files}]}


def test_a_request_lists_only_files_that_are_open_and_not_by_their_names() -> None:
    content = json.dumps(own_page()).encode()
    (found,) = fragdenstaat.records(Snapshot("https://example.org/x", content, ""))
    assert found.fields["attachments"] == ["https://fragdenstaat.de/api/v1/attachment/1/"]
    assert found.fields["law"] == "Informationsfreiheitsgesetz"
    assert "Mensch" not in str(found)


# Statements and comparators


def web(body: str) -> Snapshot:
    return Snapshot("https://example.org/x", f"<html><body>{body}</body></html>".encode(), "")


@pytest.mark.parametrize("module", [bt, vodafone, switzerland_uepf, germany_bfj])
def test_a_page_without_figures_is_an_error(module: Any) -> None:
    with pytest.raises(BadInput):
        list(module.observations(web("<p>Sorry (1 Jan to 31 Dec 2023)</p><table></table>")))


def test_words_that_nobody_has_seen_are_refused() -> None:
    page = (
        "<h2>(1 Jan to 31 Dec 2023)</h2><h3>France</h3><p>Data disclosure: We would rather not</p>"
    )
    with pytest.raises(BadValue):
        list(bt.observations(web(page)))


def test_the_german_total_is_read_with_its_own_numerals() -> None:
    lands = "".join(f"<td>{land}</td>" for land in ["BW", "BY", "BE 1)", *germany_bfj.LANDS[3:]])
    blank = "<td>1</td>" * len(germany_bfj.LANDS)
    page = (
        f"<table><tr><td>1.</td><td>Land</td>{lands}<td>insges.</td></tr>"
        f"<tr><td>2.</td><td>Berichtsjahr</td>{blank}<td>2011</td></tr>"
        f"<tr><td>4.1</td><td>Erstanordnungen</td>{blank}<td>13.000</td></tr>"
        f"<tr><td>6.2</td><td>bis zu zwei Monate</td>{blank}<td>1.350</td></tr></table>"
    )
    snapshot = web(page)
    first, aged = germany_bfj.observations(snapshot)
    assert (str(first.value.number), first.period.label) == ("13000", "2011")
    assert aged.series.breakdown == (("data_age", "up_to_2_months"),)
    assert text_at(germany_bfj)(snapshot.content, aged.locator) == "1.350"


def test_the_same_form_of_another_section_is_not_taken_for_it() -> None:
    lands = "".join(f"<td>{land}</td>" for land in [*germany_bfj.LANDS, "insges."])
    year, figures = (f"{'<td>0</td>' * 17}<td>{each}</td>" for each in (2015, "5.945"))
    page = (
        f"<table><tr><td>1.</td><td>Land</td>{lands}</tr>"
        f"<tr><td>2.</td><td>Berichtsjahr</td>{year}</tr>"
        f"<tr><td>3.</td><td>Verfahren, § 100a Abs. 1 StPO</td>{figures}</tr></table>"
    )
    with pytest.raises(BadInput, match="100g in question 3"):
        list(germany_bfj.observations(web(page)))


def test_a_swiss_row_that_is_new_or_there_twice_is_refused() -> None:
    row = "<tr><td>Notsuchen</td><td>900</td></tr>"
    for rows in (row + row, "<tr><td>Drohnen</td><td>1</td></tr>"):
        page = f"<table><tr><td>Art</td><td>2024</td></tr>{rows}</table>"
        with pytest.raises(PortalError):
            list(switzerland_uepf.observations(web(page)))
