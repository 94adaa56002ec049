"""Home Office spending: what is taken of a month, and what is refused with its reason."""

import json
from dataclasses import replace
from datetime import date

import pytest

from portal.core.errors import BadInput, UnknownCode
from portal.core.sources import Snapshot
from portal.sources import _operators, _spend
from portal.sources import home_office_spend as spend

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


@pytest.mark.parametrize(
    ("label", "months"),
    [
        ("January 2014 (Home Office spending over £25,000: 2014)", (1, 1)),
        ("January (Home Office spending over £25,000: 2014)", (1, 1)),
        ("April to May 2014 (April 2010 to December 2014)", (4, 5)),
        ("Sept 2014 CSV", (9, 9)),
    ],
)
def test_a_label_names_its_months(label: str, months: tuple[int, int]) -> None:
    first, last = months
    assert _spend.months_of(label) == (date(2014, first, 1), date(2014, last, 1))


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
    day = date(2010, 6, 30)
    assert _operators.operator("ORANGE PCS LTD (G)", day) == "orange-uk"
    assert _operators.operator("Orange PCS Ltd", day.replace(year=2011)) == "ee"
    assert _operators.operator("SKYSCAPE CLOUD SERVICES", day) == ""
    with pytest.raises(UnknownCode):
        _operators.operator("EVERYTHING EVERYWHERE LTD", day)
    assert not _operators.is_counter_terrorism("CPG - Crime & Policing Group", day)
    assert _operators.is_counter_terrorism("Homeland Security Group", date(2022, 1, 1))


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


def test_a_page_without_months_is_told_after_all_others_were_asked() -> None:
    asked = []

    def get(address: str) -> Snapshot:
        asked.append(address)
        path = address.removeprefix("https://www.gov.uk/api/content")
        links = {"documents": [{"base_path": "/a"}, {"base_path": "/b"}]} if "coll" in path else {}
        page = {"base_path": path, "title": "t", "document_type": "x", "details": {}}
        return Snapshot(address, json.dumps({**page, "links": links}).encode(), "")

    with pytest.raises(BadInput, match=r"content/a, .*content/b"):
        list(spend.snapshots(get))
    assert len(asked) == 3
