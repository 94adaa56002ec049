"""The words of the portal: none unknown, none of the wrong type."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from core_examples import VOCABULARY, band, figure, with_status

from portal.core.errors import BadInput, BadObservation, UnknownCode
from portal.core.values import Value
from portal.core.vocabulary import Break, Chain, Dimension, Measure, Unit, entry, link

UNIT = {"label": "Items", "one": "item", "many": "items", "kind": "count"}


def test_a_figure_made_of_known_words_passes() -> None:
    VOCABULARY.check(figure(1000, requester="met", data_type="traffic"))
    VOCABULARY.check(figure(None))
    VOCABULARY.check(figure("12.5", measure="share"))
    VOCABULARY.check(figure("-12.50", measure="grants"))
    VOCABULARY.check(with_status(figure(band(1, 4)), "suppressed"))
    VOCABULARY.check(figure(Value(status="low")))


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"measure": "itmes"}, "a known measure"),
        ({"requester": "metro"}, "a known body"),
        ({"holder": "goggle"}, "a known body"),
        ({"area": "XX"}, "a known area"),
        ({"source": "rumour"}, "a known source"),
        ({"colour": "red"}, "a known dimension"),
        ({"data_type": "red"}, "a known code of data_type"),
    ],
)
def test_an_unknown_word_is_refused(given: dict[str, str], what: str) -> None:
    with pytest.raises(UnknownCode, match=what):
        VOCABULARY.check(figure(1, **given))  # type: ignore[arg-type]


def test_a_refusal_names_the_words_that_are_near() -> None:
    with pytest.raises(UnknownCode) as refused:
        VOCABULARY.check(figure(1, holder="googel"))
    assert str(refused.value) == "expected a known body (near it: google), found 'googel'"
    with pytest.raises(UnknownCode, match="a known measure"):
        VOCABULARY.unit_of("nothing")


@pytest.mark.parametrize(
    ("observation", "what"),
    [
        (figure(Value(Decimal(1), status="suppressed")), "no number where the status"),
        (figure(Value(status="estimated")), "a number or a band where the status is estimated"),
        (figure("1.5"), "a whole number of items of data"),
        (figure("-1"), "items of data that is not below zero"),
        (figure("-1.5", measure="officers"), "officers that is not below zero"),
        (figure(band(-1, 5)), "not below zero"),
        (figure(Value(low=Decimal("0.5"))), "a whole number"),
        (figure(Value(Decimal(1), status="rumoured")), "a known status"),
    ],
)
def test_a_value_that_its_unit_or_status_forbids_is_refused(observation: Any, what: str) -> None:
    with pytest.raises((BadObservation, UnknownCode), match=what):
        VOCABULARY.check(observation)


def test_an_entry_is_built_from_its_table() -> None:
    assert entry(Unit, "item", UNIT, "units.toml") == Unit("item", **UNIT)
    built = entry(
        Break,
        "b",
        {
            "date": date(2014, 1, 1),
            "kind": "unit",
            "title": "t",
            "changed": "c",
            "measures": ["a", "b"],
        },
        "breaks.toml",
    )
    assert built.measures == ("a", "b")


@pytest.mark.parametrize(
    ("kind", "table", "message"),
    [
        (Unit, {**UNIT, "simbol": "£"}, "units.toml, x: expected only the fields "),
        (Unit, {**UNIT, "label": 5}, "units.toml, x: expected a text as label, found 5"),
        (Unit, {"label": "Items"}, "units.toml, x: expected all fields of a unit"),
        (Unit, {**UNIT, "id": "y"}, "found 'id'"),
        (Measure, {"additive": "false"}, "expected true or false as additive, found 'false'"),
        (Measure, {"additive": 1}, "expected true or false as additive, found 1"),
        (Break, {"date": "2014-01-01"}, "expected a date as date"),
        (Break, {"measures": "items"}, "expected a list of texts as measures"),
        (Break, {"measures": ["items", 1]}, "expected a list of texts as measures"),
        (Chain, {"first": True}, "expected a whole number as first"),
        (Dimension, {"codes": ["a"]}, "expected a table of texts as codes"),
        (Dimension, {"codes": {"a": 1}}, "expected a table of texts as codes"),
    ],
)
def test_an_entry_that_is_wrong_names_file_and_field(
    kind: type, table: dict[str, object], message: str
) -> None:
    with pytest.raises(BadInput) as refused:
        entry(kind, "x", table, "units.toml")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("units", replace(VOCABULARY.units["item"], kind="cuont")),
        ("measures", replace(VOCABULARY.measures["items"], unit="itmes")),
        ("breaks", replace(VOCABULARY.breaks["mid-2014"], measures=("itmes",))),
        ("breaks", replace(VOCABULARY.breaks["mid-2014"], to_measures=("itmes",))),
        ("chains", replace(VOCABULARY.chains["volume"], measures=("itmes",))),
    ],
)
def test_a_word_that_refers_to_nothing_is_refused(part: str, wrong: Any) -> None:
    entries = {**getattr(VOCABULARY, part), wrong.id: wrong}
    with pytest.raises(BadInput):
        link(replace(VOCABULARY, **{part: entries}))


def test_words_that_all_refer_to_something_are_linked() -> None:
    assert link(VOCABULARY) is VOCABULARY


def test_breaks_are_found_from_both_of_their_sides_in_order_of_date() -> None:
    assert [b.id for b in VOCABULARY.breaks_of(["items"])] == ["mid-2014", "notices-to-items"]
    assert [b.id for b in VOCABULARY.breaks_of(["notices"])] == ["notices-to-items"]
    assert VOCABULARY.breaks_of(["share"]) == []
