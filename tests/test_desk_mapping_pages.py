"""The mapping room's pages and API: by form, by API, and by pointing in a real browser."""

import html
import re

import pytest
from desk_site import Client, DeskSite, desk_site
from mapping_desk import document, request
from mapping_tables import LONG, WIDE, table

from portal.store import mapping_reading as reading

NOTICES = {"const-measure": "cd_notices", "const-holder": "_T", "const-area": "GB"}
LONG_FORM = {
    "header_rows": "1", "col-0": "period", "col-1": "requester", "col-2": "figures", **NOTICES,
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> DeskSite:
    """A desk with people and the bundled words."""
    return desk_site(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def contributor(site: DeskSite) -> Client:
    """Somebody who may map."""
    return site.client("contributor")


COUNT = iter(range(10**6))


def add(site: DeskSite, rows=LONG, **more) -> tuple[str, int]:
    db = site.db()
    sha256, ids = document(db, [table(rows)], f"answer-{next(COUNT)}.xlsx", **more)
    db.conn.close()
    return sha256, ids[0]


def live(site: DeskSite, id: int) -> list:
    db = site.db()
    found = reading.proposals(db, id)
    db.conn.close()
    return found


def form_of(page: str) -> dict[str, str]:
    """The fields of the mapping form as a browser would send them."""
    form = page[page.index('<form id="mapping"') :]
    form = form[: form.index("</form>")]
    fields = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if attributes.get("type") == "checkbox" and " checked" not in tag:
            continue
        if "name" in attributes:
            fields[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, inner in re.findall(r'<select [^>]*?name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        fields[name] = chosen[1] if chosen else ""
    for name, inner in re.findall(
        r'<textarea [^>]*?name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        fields[name] = html.unescape(inner)
    return fields


def test_the_list_shows_what_waits(site: DeskSite, contributor: Client) -> None:
    _, id = add(site)
    for address in ("/desk/tables", "/desk/mapping"):
        answer = contributor.get(address)
        assert answer.status_code == 200 and f"/desk/tables/{id}/map" in answer.text
    contributor.post(f"/desk/tables/{id}/map", data=contributor.form(**LONG_FORM))
    assert f"/desk/tables/{id}/map" not in contributor.get("/desk/tables").text
    assert f"/desk/tables/{id}/map" in contributor.get("/desk/tables?all=1").text


def test_the_form_as_it_comes_maps_the_table(site: DeskSite, contributor: Client) -> None:
    _, id = add(site, WIDE)
    page = contributor.get(f"/desk/tables/{id}/map")
    assert page.status_code == 200 and "first guess" in page.text
    fields = form_of(page.text) | {"const-measure": "cd_notices"}
    answer = contributor.post(f"/desk/tables/{id}/map", data=fields, follow_redirects=True)
    assert answer.status_code == 200 and "6 figures are proposed" in answer.text
    found = live(site, id)
    assert [row["value"] for row in found] == ["12", "13", "14", "20", None, None]
    assert {row["made_by"] for row in found} == {"contributor"}
    # Sent once more as it comes back, it changes nothing.
    again = form_of(contributor.get(f"/desk/tables/{id}/map").text)
    answer = contributor.post(f"/desk/tables/{id}/map", data=again, follow_redirects=True)
    assert "Nothing has changed" in answer.text
    assert [tuple(row) for row in live(site, id)] == [tuple(row) for row in found]


def test_a_preview_records_nothing_and_says_what_is_asked(
    site: DeskSite, contributor: Client
) -> None:
    _, id = add(site, [*LONG, ["2020", "Kent Polise", "9"], ["2020", "Cheshire Police", "??"]])
    data = contributor.form(**LONG_FORM, part="1")
    answer = contributor.post(f"/desk/tables/{id}/preview", data=data)
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "<strong>6</strong> figures; <strong>4</strong> say all" in answer.text
    assert "“Kent Polise”" in answer.text and 'value="kent-police"' in answer.text
    assert "does not read" in answer.text and live(site, id) == []
    whole = contributor.post(f"/desk/tables/{id}/preview", data=contributor.form(**LONG_FORM))
    assert "<html" in whole.text and form_of(whole.text)["col-2"] == "figures"


def test_a_name_chosen_in_the_form_is_shown_and_confirmed(
    site: DeskSite, contributor: Client
) -> None:
    _, id = add(site, [*LONG, ["2020", "Bedfordshyre", "9"]])
    word = {
        "word-0-field": "requester", "word-0-printed": "Bedfordshyre",
        "word-0-code": "bedfordshire-police",
    }  # fmt: skip
    data = contributor.form(**LONG_FORM, **word)
    shown = contributor.post(f"/desk/tables/{id}/preview", data=data)
    assert '<option value="bedfordshire-police" selected>' in shown.text
    contributor.post(f"/desk/tables/{id}/map", data=data)
    assert live(site, id)[-1]["requester"] == "bedfordshire-police"


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    site: DeskSite, contributor: Client
) -> None:
    _, id = add(site)
    data = contributor.form(**{**LONG_FORM, "const-measure": "cd_notises", "marks": "- = nothing"})
    for path in ("map", "preview"):
        answer = contributor.post(f"/desk/tables/{id}/{path}", data=data)
        assert answer.status_code == (400 if path == "map" else 200)
        assert "cd_notises" in answer.text and "near it: cd_notices" in html.unescape(answer.text)
        assert form_of(answer.text)["marks"] == "- = nothing"
    assert live(site, id) == []


def test_an_offered_mapping_is_applied_by_one_click(site: DeskSite, contributor: Client) -> None:
    head = ["Year", "Force", "Sent in one click"]
    _, first = add(site, [head, *LONG[1:]])
    contributor.post(f"/desk/tables/{first}/map", data=contributor.form(**LONG_FORM))
    _, second = add(site, [head, *LONG[1:], ["2021", "Kent Police", "4"]])
    page = contributor.get(f"/desk/tables/{second}/map")
    assert "Apply the offered mapping as it is" in page.text
    answer = contributor.post(
        f"/desk/tables/{second}/offered", data=contributor.form(in_use="0"), follow_redirects=True
    )
    assert "5 figures are proposed" in answer.text and len(live(site, second)) == 5


def test_somebody_elses_mapping_in_between_is_a_conflict(
    site: DeskSite, contributor: Client
) -> None:
    _, id = add(site)
    data = contributor.form(**LONG_FORM, in_use="0")
    with site.client("reviewer") as other:
        other.post(f"/desk/tables/{id}/map", data=other.form(**LONG_FORM, in_use="0"))
    changed = {**data, "marks": "blank = not_held"}
    answer = contributor.post(f"/desk/tables/{id}/map", data=changed)
    assert answer.status_code == 409 and "Somebody else has mapped" in answer.text
    assert form_of(answer.text)["marks"] == "blank = not_held"
    assert {row["made_by"] for row in live(site, id)} == {"reviewer"}


def test_held_cells_show_no_text_and_tables_that_are_not_there_are_not_found(
    site: DeskSite, contributor: Client
) -> None:
    _, id = add(site, held=[(1, 1)])
    assert "held back" in contributor.get(f"/desk/tables/{id}/map").text
    for address in ("/desk/tables/99999/map", "/desk/api/v1/tables/99999"):
        assert contributor.get(address).status_code == 404


def test_a_whole_answer_is_entered_by_a_form(site: DeskSite, contributor: Client) -> None:
    db = site.db()
    request(db, "kent-whole", "kent-police", state="cost_limit")
    db.conn.close()
    sha256, _ = add(site, request="kent-whole")
    address = f"/desk/documents/{sha256}/answer"
    page = contributor.get(address)
    assert 'value="kent-police"' in page.text
    assert '<option value="cost_limit" selected>' in page.text
    data = contributor.form(
        outcome="refused", measures=["cd_notices", "cd_items"], requester="kent-police",
        period="2019", printed="Section 24 is engaged", exemptions=["s24", "s31"], area="GB",
    )  # fmt: skip
    wrong = contributor.post(address, data={**data, "period": "some day"})
    assert wrong.status_code == 400 and 'value="s31" checked' in wrong.text
    answer = contributor.post(address, data=data, follow_redirects=True)
    assert "2 figures are proposed" in answer.text and "section 31" in answer.text
    again = contributor.post(address, data=data, follow_redirects=True)
    assert "Nothing has changed" in again.text


def test_confirmed_names_are_listed_and_a_reviewer_corrects_them(
    site: DeskSite, contributor: Client
) -> None:
    _, id = add(site, [*LONG, ["2021", "Our Force", "9"]])
    word = {
        "word-0-field": "requester",
        "word-0-printed": "Our Force",
        "word-0-code": "kent-police",
    }
    contributor.post(f"/desk/tables/{id}/map", data=contributor.form(**LONG_FORM, **word))
    address = "/desk/mapping/names"
    assert "our force" in contributor.get(address).text
    change = {"printed": "our force", "before": "kent-police", "code": "dorset-police"}
    assert contributor.post(address, data=contributor.form(**change)).status_code == 403
    with site.client("reviewer") as reviewer:
        data = reviewer.form(**change)
        assert (
            "means dorset-police now"
            in reviewer.post(address, data=data, follow_redirects=True).text
        )
        assert reviewer.post(address, data=data).status_code == 409


# ----- the API

MAPPING = {
    "header_rows": 1,
    "columns": [
        {"number": 0, "role": "period"},
        {"number": 1, "role": "requester"},
        {"number": 2, "role": "figures"},
    ],
    "constants": [["measure", "cd_notices"], ["holder", "_T"], ["area", "GB"]],
}


def test_the_api_maps_a_table(site: DeskSite, contributor: Client) -> None:
    head = ["Year", "Force", "Sent by API"]
    _, id = add(site, [head, *LONG[1:], ["2021", "Kent Polis", "7"]])
    csrf = {"X-CSRF": contributor.csrf}
    seen = contributor.get(f"/desk/api/v1/tables/{id}").json()
    assert seen["table"]["cells"][0] == [0, 0, "Year", {"reference": "Sheet1!A1"}]
    assert (seen["mapping"], seen["offered"], seen["in_use"]) == (None, None, 0)
    tried = contributor.post(f"/desk/api/v1/tables/{id}/preview", json=MAPPING, headers=csrf).json()
    assert (tried["figures"], tried["whole"]) == (5, 4) and live(site, id) == []
    assert tried["unknown"][0]["suggestions"][0]["code"] == "kent-police"
    given = {"mapping": MAPPING, "names": {"Kent Polis": "kent-police"}, "in_use": 0}
    done = contributor.post(f"/desk/api/v1/tables/{id}/mapping", json=given, headers=csrf)
    assert done.status_code == 201
    assert (done.json()["added"], done.json()["whole"], done.json()["doubtful"]) == (5, 5, 0)
    again = contributor.post(f"/desk/api/v1/tables/{id}/mapping", json=given, headers=csrf)
    assert again.status_code == 200 and again.json()["unchanged"]
    listed = contributor.get("/desk/api/v1/mappings", params={"shape": seen["shape"]}).json()
    assert [each["made_by"] for each in listed["mappings"]] == ["contributor"]
    _, other = add(site, [head, *LONG[1:]])
    offered = contributor.post(
        f"/desk/api/v1/tables/{other}/mapping", json={"offered": True}, headers=csrf
    )
    assert offered.json()["added"] == 4


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"{}", b'{"mapping": 7}', b'{"header_rows": 1, "columns": 7}',
     b'{"mapping": {"header_rows": 1, "columns": []}, "names": []}', b"[" * 100_000,
     b'{"header_rows": 1, "columns": [{"number": 99, "role": "figures"}]}', b"\xff\xfe",
     b'{"offered": true}'],
)  # fmt: skip
def test_the_api_refuses_what_is_no_mapping(site: DeskSite, contributor: Client, body) -> None:
    _, id = add(site, [["Year", "Force", "Refused by API"], *LONG[1:]])
    answer = contributor.post(
        f"/desk/api/v1/tables/{id}/mapping", content=body, headers={"X-CSRF": contributor.csrf}
    )
    assert answer.status_code == 400 and answer.json()["error"] and live(site, id) == []


def test_the_api_enters_an_answer(site: DeskSite, contributor: Client) -> None:
    sha256, _ = add(site)
    given = {
        "outcome": "not_held", "measures": ["cd_notices"], "requester": "kent-police",
        "period": "2019",
    }  # fmt: skip
    address, csrf = f"/desk/api/v1/documents/{sha256}/answer", {"X-CSRF": contributor.csrf}
    assert contributor.post(address, json=given, headers=csrf).json()["added"] == 1
    assert contributor.post(address, json=given, headers=csrf).status_code == 200
    for wrong in ({**given, "measures": "cd_notices"}, {**given, "page": "2"}, {"x": 1}, [1]):
        assert contributor.post(address, json=wrong, headers=csrf).status_code == 400


def test_nobody_maps_without_the_right(site: DeskSite) -> None:
    _, id = add(site)
    with site.client("anonymous") as nobody:
        for address in ("/desk/tables", f"/desk/tables/{id}/map", f"/desk/api/v1/tables/{id}"):
            assert nobody.get(address).status_code == 401
        assert nobody.post(f"/desk/tables/{id}/map", data=LONG_FORM).status_code == 401
    with site.client("contributor") as careless:
        assert careless.post(f"/desk/tables/{id}/map", data=LONG_FORM).status_code == 403
    assert live(site, id) == []


def test_a_long_table_is_mapped_whole_though_not_all_of_it_is_shown(
    site: DeskSite, contributor: Client
) -> None:
    rows = [["Year", "Force", "Many"], *([["2019", "Kent Police", str(n)] for n in range(900)])]
    _, id = add(site, rows)
    page = contributor.get(f"/desk/tables/{id}/map")
    assert "rows are not shown" in page.text
    fields = form_of(page.text) | NOTICES
    contributor.post(f"/desk/tables/{id}/map", data=fields)
    assert len(live(site, id)) == 900
