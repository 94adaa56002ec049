"""The Commissioners' reports: a table is taken only when nothing is left to guess."""

from pathlib import Path

import pytest

from portal.core.errors import BadInput
from portal.core.sources import Snapshot
from portal.sources import ipco
from portal.sources._bodies import body

REPORT = Path(__file__).parent / "sources" / "ipco" / "Annual-Report-2018.pdf"


def report(label: str = "Annual Report 2018") -> Snapshot:
    address = "https://ipco-wpmedia.example/Annual-Report-2018.pdf"
    return Snapshot(address, REPORT.read_bytes(), "2024-01-01", label=label)


def why(snapshot: Snapshot) -> list[str]:
    return [r.fields["why"] for r in ipco.records(snapshot) if r.kind == "proposal"]


def test_the_table_that_adds_up_is_taken_and_each_figure_leads_to_its_cell() -> None:
    snapshot = report()
    found = list(ipco.observations(snapshot))
    told = {o.series.requester: o.value.printed for o in found}
    assert told == {
        "environment-agency": "20",
        "royal-mail": "100",
        "serious-fraud-office": "30",
        "gambling-commission": "1,000",
    }
    assert {o.series.measure for o in found} == {"cd_items"}
    for figure in found:
        assert ipco.text_at(snapshot.content, figure.locator) == figure.value.printed
        assert figure.locator.page.startswith("page 1, ")


def test_other_tables_are_offered_for_transcription_with_the_reason() -> None:
    wrong_sum, footnote = why(report())
    assert "do not add up to the printed total of 1160" in wrong_sum
    assert "found '30*'" in footnote


def test_a_report_whose_title_names_no_year_gives_nothing() -> None:
    assert list(ipco.observations(report("Annual Report"))) == []
    assert len(why(report("Annual Report"))) == 3


def test_a_page_instead_of_a_report_is_refused() -> None:
    with pytest.raises(BadInput, match="a PDF"):
        list(ipco.observations(Snapshot("https://x.example/a.pdf", b"<html>", "", label="2018")))


@pytest.mark.parametrize("name", ["FSA", "West Midlands Police Authority", "", "Total"])
def test_a_name_of_none_or_of_two_bodies_is_no_body(name: str) -> None:
    assert body(name) == ""


def test_names_are_found_however_they_are_spelt() -> None:
    assert body("gambling  COMMISSION") == "gambling-commission"
    assert body("Health & Safety Executive") == "health-and-safety-executive"
