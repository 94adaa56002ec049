"""The UK sources and the comparators: recordings against expectations, and what must be refused."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from uk_recordings import HERE, as_csv, observations, records, snapshots, text_at

from portal.config import Settings
from portal.core.errors import BadInput, BadValue, PortalError, UnknownCode
from portal.core.sources import Snapshot
from portal.core.vocabulary import Vocabulary
from portal.ingest import registry, scrape, words
from portal.sources import (
    _foi,
    _operators,
    bt,
    fragdenstaat,
    germany_bfj,
    govuk_watch,
    switzerland_uepf,
    vodafone,
    whatdotheyknow,
)
from portal.sources import home_office_spend as spend

NAMES = (
    "australia_tia", "bt", "fragdenstaat", "germany_bfj", "govuk_watch", "home_office_spend",
    "switzerland_uepf", "vodafone", "whatdotheyknow",
)  # fmt: skip


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    read = words.read_words(Settings().data)
    return scrape.with_sources(words.vocabulary(read))


@pytest.mark.parametrize("name", NAMES)
def test_recordings_read_as_expected(name: str) -> None:
    module = registry.sources()[name]
    kept = list(snapshots(name, module))
    figures = [each for snapshot in kept for each in observations(module, snapshot)]
    told = [each for snapshot in kept for each in records(module, snapshot)]
    found = {"expected.csv": as_csv(figures) if figures else "", "expected.json": _json(told)}
    for file, text in found.items():
        path = HERE / name / file
        if text and not path.is_file():
            path.write_text(text, "utf-8", newline="")
            pytest.fail(f"{path} was missing and is written: read it, then run again")
        assert (path.read_text("utf-8") if path.is_file() else "") == text


def _json(told: list[dict[str, Any]]) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n" if told else ""


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_uses_known_words_and_leads_back_to_its_cell(
    name: str, vocabulary: Vocabulary
) -> None:
    module = registry.sources()[name]
    ids: set[str] = set()
    for snapshot in snapshots(name, module):
        for each in observations(module, snapshot):
            vocabulary.check(each)
            assert text_at(module)(snapshot.content, each.locator) == each.value.printed
            assert each.locator.snapshot == snapshot.sha256
            assert each.id not in ids
            ids.add(each.id)


# Home Office spending

AREA = "OSCT - Office of Security & Counter Terrorism"
HEADER = (
    "Department Family,Entity,Date,Expense Type,Expense Area,Supplier,Transaction Number,Amount"
)


def month(*rows: str, label: str = "June 2012", header: str = HEADER) -> Snapshot:
    """A month's file with these rows."""
    content = "\r\n".join([header, *rows, ""]).encode()
    return Snapshot("https://www.gov.uk/m.csv", content, "2026-11-01T00:00:00Z", label=label)


def payment(
    supplier: str = "VODAFONE LTD", amount: str = '"30,000.00"', day: str = "05/06/2012",
    area: str = AREA, type_: str = "Grants",
) -> str:  # fmt: skip
    return f"Home Office,Home Office,{day},{type_},{area},{supplier},900,{amount}"


def reasons(snapshot: Snapshot) -> list[str]:
    """Why rows of a month were refused."""
    return [row["found"] for each in spend.records(snapshot) for row in each.fields["rows"]]


def test_a_misfiled_month_is_refused_as_a_whole() -> None:
    misfiled = month(payment(day="05/01/2012"), payment(day="06/01/2012"), label="June 2010")
    with pytest.raises(BadInput, match=r"payments of June 2010.*January 2012"):
        list(spend.observations(misfiled))


def test_payments_of_the_month_before_do_not_make_a_month_misfiled() -> None:
    rows = [payment(), payment(), payment(day="30/05/2012")]
    assert len(list(spend.observations(month(*rows)))) == 3


def test_a_label_without_a_month_is_refused() -> None:
    with pytest.raises(BadInput, match="a month and a year"):
        list(spend.observations(month(payment(), label="Spend over £25,000 in 2012")))


@pytest.mark.parametrize("day", ["01/212", "05/06/20122", "31/06/2012", "2012-06-05", "5 June", ""])
def test_a_row_without_a_readable_date_is_refused_and_the_others_go_on(day: str) -> None:
    snapshot = month(payment(), payment(day=day))
    assert len(list(spend.observations(snapshot))) == 1
    assert reasons(snapshot) == [day]


def test_a_date_far_from_the_month_is_refused() -> None:
    snapshot = month(payment(), payment(), payment(day="05/06/2021"))
    assert len(list(spend.observations(snapshot))) == 2
    assert reasons(snapshot) == ["2021-06-05"]


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ('"£1,234.50"', "1234.50"), ('"-£1,234.50"', "-1234.50"), ('" 1,234.50 "', "1234.50"),
        ("345", "345"), ("24.5", "24.5"), ('"Â£1,234.50"', "1234.50"),
        ('"Ã‚Â£1,234.50"', "1234.50"),
    ],
)  # fmt: skip
def test_amounts_are_read_in_every_spelling_and_kept_as_printed(printed: str, value: str) -> None:
    (found,) = spend.observations(month(payment(amount=printed)))
    assert str(found.value.number) == value
    assert found.value.printed == printed.strip('"')


@pytest.mark.parametrize("amount", ['"(1,234.50)"', "1.234", '"12,34.50"', '"$1,234.50"'])
def test_an_amount_that_may_mean_something_else_is_refused(amount: str) -> None:
    snapshot = month(payment(), payment(amount=amount))
    assert len(list(spend.observations(snapshot))) == 1
    assert reasons(snapshot) == [amount.strip('"')]


def test_ordinary_telephony_of_other_areas_is_not_taken() -> None:
    assert list(spend.observations(month(payment(area="CSG - Corporate Services Group")))) == []


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (payment(supplier="VODAFONE GROUP SERVICES LTD"), "VODAFONE GROUP SERVICES LTD"),
        (payment(area="Counter Terrorism Unit"), "Counter Terrorism Unit"),
        (payment(type_="Satellites"), "Satellites"),
    ],
)
def test_a_new_name_is_refused_rather_than_passed_over(row: str, found: str) -> None:
    snapshot = month(payment(), row)
    assert len(list(spend.observations(snapshot))) == 1
    assert reasons(snapshot) == [found]


def test_an_operator_is_known_by_the_name_it_had_on_the_day() -> None:
    day = spend.date(2010, 6, 30)
    assert _operators.operator("ORANGE PCS LTD (G)", day) == "orange-uk"
    assert _operators.operator("Orange PCS Ltd", day.replace(year=2011)) == "ee"
    assert _operators.operator("SKYSCAPE CLOUD SERVICES", day) == ""
    with pytest.raises(UnknownCode):
        _operators.operator("EVERYTHING EVERYWHERE LTD", day)
    assert not _operators.is_counter_terrorism("CPG - Crime & Policing Group", day)
    assert _operators.is_counter_terrorism("Homeland Security Group", spend.date(2022, 1, 1))


@pytest.mark.parametrize(
    "header",
    [
        HEADER.replace("Amount", "Sum"), HEADER.replace(",Supplier", ""), HEADER + ",Date",
        HEADER + ",Remarks",
    ],
)  # fmt: skip
def test_an_unknown_header_is_refused(header: str) -> None:
    with pytest.raises(BadInput):
        list(spend.observations(month(payment(), header=header)))


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"<html>Not found</html>", b"PK\x03\x04", b"\x81,"]
)
def test_what_is_no_spending_file_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        list(spend.observations(replace(month(payment()), content=content)))


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


@pytest.mark.parametrize("title", ["Data in 2010-2020", "RIPA s.22: 1,234 notices", "Dc Comics"])
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


def test_a_swiss_row_that_is_new_or_there_twice_is_refused() -> None:
    row = "<tr><td>Notsuchen</td><td>900</td></tr>"
    for rows in (row + row, "<tr><td>Drohnen</td><td>1</td></tr>"):
        page = f"<table><tr><td>Art</td><td>2024</td></tr>{rows}</table>"
        with pytest.raises(PortalError):
            list(switzerland_uepf.observations(web(page)))
