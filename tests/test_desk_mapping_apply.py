"""Mapping: tables of every form give exactly their figures; what does not read is said."""

import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_tables import FORCES, LONG, WIDE, table

from portal.config import Settings
from portal.core.errors import BadInput, UnknownCode
from portal.desk.mapping.apply import missing, proposals
from portal.desk.mapping.checks import sums
from portal.desk.mapping.form import fields_of, mapping_of
from portal.desk.mapping.model import Column, Head, Mapping, Row, Spot, dump, from_json, load
from portal.desk.mapping.names import Names, names
from portal.desk.mapping.offering import first_guess, for_another
from portal.desk.mapping.printed import read_cell
from portal.desk.mapping.shapes import column_keys
from portal.desk.mapping.words import Known, check_words, known
from portal.extract.model import Cell
from portal.ingest.words import read_words

BASE = (("holder", "_T"), ("area", "GB"))
NOTICES = (*BASE, ("measure", "cd_notices"))
CODES = (
    ("measure", "notices", "cd_notices"),
    ("measure", "applications", "cd_applications"),
    ("dimension:data_type", "traffic data", "traffic"),
    ("dimension:data_type", "all", "_T"),
)


@cache
def words() -> tuple[Known, Names]:
    given = read_words(Settings().data)
    return known(given), names(given["body"])


def read(given, mapping, **more):
    held, called = words()
    return proposals(given, mapping, called, held, **more)


def figures(given, mapping, **more):
    return {
        (p.measure, p.requester, p.period, p.breakdown): p.value or p.status
        for p in read(given, mapping, **more)
    }


# ----- forms of tables with known figures

FACTS = st.dictionaries(
    st.tuples(
        st.sampled_from(sorted(FORCES)),
        st.integers(2012, 2020).map(str),
        st.sampled_from(["Notices", "Applications"]),
    ),
    st.integers(0, 10**7),
    min_size=1,
    max_size=20,
)
MEASURES = {"Notices": "cd_notices", "Applications": "cd_applications"}


def wanted(facts):
    return {(MEASURES[m], FORCES[f], y, "_T"): str(n) for (f, y, m), n in facts.items()}


def only(found):
    """What was read; blanks, where the table has no such figure, are told and have no value."""
    assert all(p.doubts for p in found if p.value is None)
    return {(p.measure, p.requester, p.period, p.breakdown): p.value for p in found if p.value}


@given(FACTS)
@settings(max_examples=60)
def test_a_long_table_gives_exactly_its_figures(facts) -> None:
    rows = [["Year", "Force", "Kind", "Number"]]
    rows += [[y, f, m, f"{n:,}"] for (f, y, m), n in facts.items()]
    mapping = Mapping(
        1,
        (Column(0, "period"), Column(1, "requester"), Column(2, "measure"), Column(3, "figures")),
        constants=BASE,
        codes=CODES,
    )
    found = read(table(rows, 1), mapping)
    assert only(found) == wanted(facts) and len(found) == len(facts)
    assert not any(p.doubts for p in found)
    assert found[0].reference == "Sheet1!D2"


@given(FACTS)
@settings(max_examples=60)
def test_several_head_rows_give_exactly_their_figures(facts) -> None:
    years = sorted({y for _, y, _ in facts})
    kinds = sorted({m for *_, m in facts})
    heads = [(y, m) for y in years for m in kinds]
    top = [year if not n % len(kinds) else "" for n, (year, _) in enumerate(heads)]
    rows = [["", *top], ["Force", *(m for _, m in heads)]]
    for force in sorted({f for f, *_ in facts}):
        rows.append([force, *(str(facts.get((force, y, m), "")) for y, m in heads)])
    mapping = Mapping(
        2,
        (Column(0, "requester"), *(Column(n + 1, "figures") for n in range(len(heads)))),
        heads=(Head(0, "period", fill_right=True), Head(1, "measure")),
        constants=BASE,
        codes=CODES,
    )
    assert only(read(table(rows, 2), mapping)) == wanted(facts)


@given(FACTS)
@settings(max_examples=60)
def test_forces_across_under_sections_give_exactly_their_figures(facts) -> None:
    forces = sorted({f for f, *_ in facts})
    rows = [["", *forces]]
    for kind in sorted({m for *_, m in facts}):
        rows.append([kind])
        for year in sorted({y for _, y, _ in facts}):
            cells = [str(facts.get((f, year, kind), "")) for f in forces]
            rows.append([year, *cells])
    mapping = Mapping(
        1,
        (Column(0, "period"), *(Column(n + 1, "figures") for n in range(len(forces)))),
        heads=(Head(0, "requester"),),
        rows=tuple(Row(kind, 0, "measure") for kind in ("notices", "applications")),
        constants=BASE,
        codes=CODES,
    )
    assert only(read(table(rows, 1), mapping)) == wanted(facts)


def test_each_column_of_figures_has_its_own_measure_and_breakdown() -> None:
    rows = [["Force", "Sent", "Traffic", "Note"], ["Kent Police", "5", "3", "see below"]]
    mapping = Mapping(
        1,
        (
            Column(0, "requester"),
            Column(1, "figures", (("measure", "cd_applications"),)),
            Column(2, "figures", (("dimension:data_type", "traffic"), ("measure", "cd_notices"))),
            Column(3, "leave_out"),
        ),
        constants=(*BASE, ("period", "2018-19")),
    )
    assert figures(table(rows, 1), mapping) == {
        ("cd_applications", "kent-police", "2018-19", "_T"): "5",
        ("cd_notices", "kent-police", "2018-19", "data_type=traffic"): "3",
    }


WIDE_MAP = Mapping(
    1,
    (Column(0, "requester"), *(Column(n, "figures") for n in (1, 2, 3))),
    heads=(Head(0, "period"),),
    rows=(Row("total", 0, "totals"),),
    constants=NOTICES,
)


def test_totals_are_checked_and_are_no_figures() -> None:
    given = table(WIDE)
    found = read(given, WIDE_MAP)
    assert len(found) == 6 and {p.requester for p in found} == {"kent-police", "dorset-police"}
    assert [f.agrees for f in sums(given, WIDE_MAP)] == [True]
    wrong = [row if row[0] != "Total" else ["Total", "33", "13", "14"] for row in WIDE]
    doubted = [p for p in read(table(wrong), WIDE_MAP) if "total does not agree" in str(p.doubts)]
    assert [(p.requester, p.period) for p in doubted] == [
        ("kent-police", "2019"), ("dorset-police", "2019")
    ]  # fmt: skip


def test_a_total_that_nobody_has_marked_is_doubted() -> None:
    found = read(table(WIDE), replace(WIDE_MAP, rows=()))
    total = [p for p in found if p.row == 3]
    assert total and all("called a total" in str(p.doubts) for p in total)
    assert all(p.requester == "" and "requester" in missing(p) for p in total)


def test_blanks_and_dashes_are_told_apart_and_a_person_may_say_what_a_mark_means() -> None:
    found = {(p.requester, p.period): p for p in read(table(WIDE), WIDE_MAP)}
    dash, blank = found["dorset-police", "2020"], found["dorset-police", "2021"]
    assert (dash.status, dash.value, dash.printed) == ("not_available", None, "-")
    assert (blank.status, blank.value) == ("", None) and "blank" in blank.doubts[0]
    said = replace(WIDE_MAP, marks=(("", "not_held"), ("-", "none_recorded")))
    found = {(p.requester, p.period): p.status for p in read(table(WIDE), said)}
    assert found["dorset-police", "2020"] == "none_recorded"
    assert found["dorset-police", "2021"] == "not_held"


@pytest.mark.parametrize(
    ("printed", "value", "low", "high", "status", "exemptions"),
    [
        ("1,204", "1204", None, None, "normal", []),
        ("<5", None, "1", "4", "normal", []),
        ("1-4", None, "1", "4", "normal", []),
        ("5+", None, "5", None, "normal", []),
        ("12*", "12", None, None, "normal", []),
        ("7 [1]", "7", None, None, "normal", []),
        ("Refused", None, None, None, "refused", []),
        ("s.24", None, None, None, "refused", ["s24"]),
        ("Exempt s31(1)", None, None, None, "refused", ["s31"]),
        ("Withheld under sections 23(5), 24 and 31", None, None, None, "refused",
         ["s23", "s24", "s31"]),
        ("exempt", None, None, None, "refused", []),
        ("Not held", None, None, None, "not_held", []),
        ("Information not held.", None, None, None, "not_held", []),
        ("NCND", None, None, None, "refused", ["ncnd"]),
        ("NCND s23(5)", None, None, None, "refused", ["ncnd", "s23"]),
        ("Section 12", None, None, None, "refused", ["s12"]),
        ("-", None, None, None, "not_available", []),
        ("*", None, None, None, "suppressed", []),
        ("no response", None, None, None, "no_answer", []),
    ],
)  # fmt: skip
def test_words_of_answers(printed, value, low, high, status, exemptions) -> None:
    rows = [*LONG[:4], ["2020", "Dorset Police", printed]]
    mapping = Mapping(
        1, (Column(0, "period"), Column(1, "requester"), Column(2, "figures")), constants=NOTICES
    )
    found = read(table(rows, 1), mapping)[-1]
    assert (found.value, found.low, found.high, found.status) == (value, low, high, status)
    assert list(found.exemptions) == exemptions and found.printed == printed
    assert all(code in words()[0].exemptions for code in exemptions)


@pytest.mark.parametrize("printed", ["761 2", "761,70244", "abc", "12a", "1.5", "10%", "007", "?"])
def test_what_does_not_read_is_a_proposal_without_value(printed) -> None:
    unit = words()[0].vocabulary.unit_of("cd_notices")
    cell = read_cell(printed, unit)
    assert cell.value is None and "does not read" in cell.doubts[0]


@given(st.text(max_size=40))
def test_reading_a_cell_never_raises_and_keeps_what_was_printed(printed) -> None:
    cell = read_cell(printed, words()[0].vocabulary.unit_of("cd_notices"))
    assert cell.value is None or cell.value.printed == printed
    assert cell.value is not None or cell.doubts


def test_sections_of_another_law_are_not_taken_for_ours() -> None:
    mapping = first_guess(table(LONG), words()[1])
    mapping = replace(mapping, constants=NOTICES)
    rows = [*LONG[:4], ["2020", "Dorset Police", "NCND s.31"]]
    laws = ("foia", "foisa", "eir")
    ours, scottish, other = (read(table(rows), mapping, law=law)[-1] for law in laws)
    assert ours.exemptions == ("ncnd", "s31")
    assert ours.note == "Neither confirm nor deny; section 31 (Law enforcement)"
    # Section 31 of the Scottish Act is national security.
    assert scottish.exemptions == ("scotland-s18", "scotland-s31")
    assert "National security" in scottish.note
    assert other.exemptions == () and "another law" in str(other.doubts)
    rows = [*LONG[:4], ["2020", "Police Scotland", "s.31"], ["2020", "Kent Police", "s.99"]]
    by_place = read(table(rows), mapping)
    assert by_place[-2].exemptions == ("scotland-s31",)
    assert by_place[-1].exemptions == () and "No section 99" in str(by_place[-1].doubts)


def test_names_are_never_matched_silently() -> None:
    rows = [*LONG, ["2020", "Cheshyre Constabulary", "9"]]
    mapping = replace(first_guess(table(LONG), words()[1]), constants=NOTICES)
    found = read(table(rows, 1), mapping)[-1]
    assert found.requester == "" and "requester" in missing(found) and found.value == "9"
    assert "“Cheshyre Constabulary”" in str(found.doubts)
    held, called = words()
    best = called.suggest("Cheshyre Constabulary")[0]
    assert best.code == "cheshire-constabulary" and best.score > 80
    said = replace(called, confirmed={"cheshyre constabulary": best.code})
    assert proposals(table(rows, 1), mapping, said, held)[-1].requester == best.code


def test_a_name_that_two_bodies_carry_is_nobody() -> None:
    two = {"a": {"name": "West", "aliases": ""}, "b": {"name": "Old West", "aliases": "West"}}
    called = names(two)
    assert called.find("West") == "" and {s.code for s in called.suggest("West")} == {"a", "b"}


def test_a_merged_refusal_counts_for_each_year_and_a_merged_number_for_none() -> None:
    given = table([["Force", "2019", "2020"], ["Kent Police", "5", "6"], ["Dorset Police", "7"]], 1)
    head, rest = given.cells[:3], [c for c in given.cells if c.row]
    for text, status, count in (("Refused s.24", "refused", 0), ("7", "", 2)):
        cells = [
            replace(c, text=text, column_span=2) if (c.row, c.column) == (2, 1) else c for c in rest
        ]
        found = read(
            replace(given, cells=(*head, *cells)),
            replace(WIDE_MAP, columns=WIDE_MAP.columns[:3], rows=()),
        )
        merged = [p for p in found if p.requester == "dorset-police"]
        assert [p.status for p in merged] == [status, status]
        assert sum("merged" in str(p.doubts) for p in merged) == count


def test_held_cells_and_cells_left_out_give_no_figure() -> None:
    given = table(WIDE)
    assert len(read(given, WIDE_MAP, held={(1, 1)})) == 5
    assert len(read(given, replace(WIDE_MAP, spots=(Spot(1, 2, "leave_out"),)))) == 5
    fewer = replace(WIDE_MAP, rows=(*WIDE_MAP.rows, Row("kent police", 0, "leave_out")))
    assert {p.requester for p in read(given, fewer)} == {"dorset-police"}


def test_a_cell_gives_the_period_and_blank_cells_are_filled_down_where_so_said() -> None:
    rows = [["Financial year 2018/19", "", ""], ["Force", "Kind", "Number"]]
    rows += [["Kent Police", "Notices", "4"], ["", "Applications", "5"]]
    columns = (Column(0, "requester", fill_down=True), Column(1, "measure"), Column(2, "figures"))
    mapping = Mapping(2, columns, spots=(Spot(0, 0, "period"),), constants=BASE, codes=CODES)
    found = read(table(rows, 2), mapping)
    assert [(p.requester, p.start, p.end, p.value) for p in found] == [
        ("kent-police", "2018-04-01", "2019-03-31", "4"),
        ("kent-police", "2018-04-01", "2019-03-31", "5"),
    ]
    plain = replace(mapping, columns=(Column(0, "requester"), *columns[1:]))
    assert [p.requester for p in read(table(rows, 2), plain)] == ["kent-police", ""]


@pytest.mark.parametrize(
    ("printed", "years", "start", "end"),
    [
        ("2019", "calendar", "2019-01-01", "2019-12-31"),
        ("2019*", "april_from", "2019-04-01", "2020-03-31"),
        ("2019", "april_to", "2018-04-01", "2019-03-31"),
        ("FY 2018/19", "calendar", "2018-04-01", "2019-03-31"),
        ("Financial year 2019", "april_to", "2018-04-01", "2019-03-31"),
        ("Calendar year 2019", "april_to", "2019-01-01", "2019-12-31"),
        ("year ending March 2014", "calendar", "2013-04-01", "2014-03-31"),
        # Which year is meant nobody may guess.
        ("FY 2019", "calendar", "", ""),
        ("Financial year 2019", "calendar", "", ""),
        ("2019 to date", "calendar", "", ""),
        ("1/4/18", "calendar", "", ""),
    ],
)
def test_periods(printed, years, start, end) -> None:
    rows = [LONG[0], [printed, "Kent Police", "3"]]
    columns = (Column(0, "period"), Column(1, "requester"), Column(2, "figures"))
    found = read(table(rows, 1), Mapping(1, columns, constants=NOTICES, years=years))[0]
    assert (found.start, found.end) == (start, end)
    assert ("period" in missing(found)) == (not start)


def test_a_person_says_what_a_printed_period_means() -> None:
    rows = [LONG[0], ["1/4/18 - 31/3/19", "Kent Police", "3"]]
    columns = (Column(0, "period"), Column(1, "requester"), Column(2, "figures"))
    codes = (("period", "1/4/18 - 31/3/19", "2018-19"),)
    found = read(table(rows, 1), Mapping(1, columns, constants=NOTICES, codes=codes))[0]
    assert (found.start, found.period) == ("2018-04-01", "1/4/18 - 31/3/19")


def test_two_cells_that_claim_the_same_figure_are_both_doubted() -> None:
    mapping = replace(first_guess(table(LONG), words()[1]), constants=NOTICES)
    found = read(table([*LONG, ["2019", "Kent Police", "13"]], 1), mapping)
    assert sum("Another cell" in str(p.doubts) for p in found) == 2


def test_an_unknown_word_of_a_breakdown_never_becomes_the_total() -> None:
    rows = [
        ["Force", "Kind", "n"],
        ["Kent Police", "Trafic data", "4"],
        ["Kent Police", "All", "9"],
    ]
    columns = (Column(0, "requester"), Column(1, "dimension:data_type"), Column(2, "figures"))
    constants = (*NOTICES, ("period", "2019"))
    found = read(table(rows, 1), Mapping(1, columns, constants=constants, codes=CODES))
    assert [p.breakdown for p in found] == ["", "_T"] and "breakdown" in missing(found[0])


# ----- the next file of the same shape


def test_the_next_file_with_one_more_year_is_mapped_alike() -> None:
    made = replace(WIDE_MAP, keys=tuple(column_keys(table(WIDE))))
    longer = [[*row, extra] for row, extra in zip(WIDE, ["2022", "1", "2", "3"], strict=True)]
    offer = for_another(made, table(longer))
    assert offer.to_give == () and len(read(table(longer), offer.mapping)) == 8
    with pytest.raises(BadInput, match="head"):
        for_another(made, table(LONG))


def test_what_was_said_by_hand_of_one_file_is_not_carried_over() -> None:
    rows = [["Kind", "Number"], ["Notices", "4"], ["Applications", "7"]]
    columns = (Column(0, "measure"), Column(1, "figures"))
    constants = (*BASE, ("period", "2019"), ("requester", "kent-police"))
    made = Mapping(1, columns, constants=constants, codes=CODES, rows=(Row("", 2, "leave_out"),))
    made = replace(made, keys=tuple(column_keys(table(rows, 1))))
    offer = for_another(made, table(rows, 1))
    assert offer.to_give == ("period", "requester") and offer.mapping.rows == ()
    assert all(missing(p) == ["requester", "period"] for p in read(table(rows, 1), offer.mapping))
    known_body = for_another(made, table(rows, 1), "dorset-police")
    assert known_body.to_give == ("period",)
    assert dict(known_body.mapping.constants)["requester"] == "dorset-police"


def test_columns_mapped_one_by_one_are_not_stretched_over_another_number_of_years() -> None:
    by_hand = (
        Column(0, "requester"), Column(1, "figures"), Column(2, "leave_out"), Column(3, "figures"),
    )  # fmt: skip
    made = replace(WIDE_MAP, columns=by_hand, keys=tuple(column_keys(table(WIDE))))
    longer = [[*row, extra] for row, extra in zip(WIDE, ["2022", "1", "2", "3"], strict=True)]
    with pytest.raises(BadInput, match="one by one"):
        for_another(made, table(longer))


def test_a_first_guess_finds_years_names_figures_and_totals() -> None:
    guess = first_guess(table(WIDE), words()[1])
    assert [(c.number, c.role) for c in guess.columns] == [
        (0, "requester"), (1, "figures"), (2, "figures"), (3, "figures"),
    ]  # fmt: skip
    assert guess.heads == (Head(0, "period"),) and guess.rows == (Row("total", 0, "totals"),)


# ----- mappings as JSON

CODE_TEXT = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
FIELD = st.one_of(
    st.sampled_from(["measure", "requester", "holder", "area", "period"]),
    CODE_TEXT.map(lambda code: f"dimension:{code}"),
)
ROLE = st.one_of(FIELD, st.sampled_from(["figures", "totals", "leave_out"]))
PAIRS = st.dictionaries(FIELD, st.text(max_size=20), max_size=4).map(lambda d: tuple(d.items()))
MAPPINGS = st.builds(
    Mapping,
    header_rows=st.integers(0, 9),
    columns=st.lists(
        st.builds(Column, st.integers(0, 50), ROLE, PAIRS, st.booleans()),
        max_size=6, unique_by=lambda column: column.number,
    ).map(tuple),
    heads=st.lists(
        st.builds(Head, st.integers(0, 9), FIELD, st.booleans()),
        max_size=3, unique_by=lambda head: head.number,
    ).map(tuple),
    rows=st.lists(
        st.builds(Row, st.text(max_size=9), st.integers(0, 99), st.one_of(
            FIELD, st.sampled_from(["totals", "leave_out"]))), max_size=4,
    ).map(tuple),
    spots=st.lists(
        st.builds(Spot, st.integers(0, 9), st.integers(0, 9), st.one_of(
            FIELD, st.just("leave_out"))),
        max_size=3, unique_by=lambda spot: (spot.row, spot.column),
    ).map(tuple),
    constants=PAIRS,
    codes=st.lists(st.tuples(FIELD, st.text(max_size=9), CODE_TEXT), max_size=4).map(tuple),
    marks=st.lists(st.tuples(st.text(max_size=3), CODE_TEXT), max_size=3).map(tuple),
    years=st.sampled_from(["calendar", "april_from", "april_to"]),
    name=st.text(max_size=20),
    keys=st.lists(st.lists(st.text(max_size=4), min_size=1).map(tuple), max_size=4).map(tuple),
)  # fmt: skip


@given(MAPPINGS)
def test_a_mapping_as_json_comes_back_the_same(mapping) -> None:
    assert load(dump(mapping)) == mapping
    assert dump(load(dump(mapping))) == dump(mapping)


def test_a_mapping_as_fields_of_a_form_comes_back_the_same() -> None:
    given = table([*WIDE, ["Note", "see", "the", "letter"], ["", "x", "y"]], 1)
    whole = Mapping(
        1,
        (
            Column(0, "requester", fill_down=True),
            Column(1, "figures", (("period", "2019"), ("measure", "cd_notices"))),
            Column(2, "totals"),
            Column(3, "dimension:data_type"),
        ),
        heads=(Head(0, "period", fill_right=True),),
        rows=(Row("total | 14", 0, "totals"), Row("", 5, "leave_out"), Row("*", 0, "measure")),
        spots=(Spot(1, 2, "leave_out"), Spot(0, 0, "area")),
        constants=(("measure", "cd_items"), ("holder", "_T"), ("dimension:urgency", "urgent_oral")),
        codes=(("dimension:data_type", "traffic data", "traffic"), ("measure", "sent", "cd_items")),
        marks=(("", "not_held"), ("-", "none_recorded")),
        years="april_to",
        name="a name",
    )
    fields = fields_of(whole, given)
    assert mapping_of(lambda name: fields.get(name, ""), given) == whole


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=9) | st.sampled_from(list(Mapping.__slots__)), inner)
    ),
    max_leaves=12,
)


@given(ANY_JSON)
def test_anything_else_is_refused_with_a_sentence(given_json) -> None:
    try:
        from_json(given_json)
    except BadInput as problem:
        assert str(problem)
    else:
        assert {"header_rows", "columns"} <= set(given_json)


@pytest.mark.parametrize(
    "change",
    [
        {"columns": [{"number": True, "role": "figures"}]},
        {"columns": [{"number": -1, "role": "figures"}]},
        {"columns": [{"number": 0, "role": "guess"}]},
        {"columns": [{"number": 0, "role": "figures"}, {"number": 0, "role": "period"}]},
        {"columns": [{"number": 0, "role": "figures", "given": [["x", "y"]]}]},
        {"heads": [{"number": 0, "role": "figures"}]},
        {"header_rows": -1},
        {"years": "lunar"},
        {"constants": [["measure"]]},
        {"constants": [["measure", "a"], ["measure", "b"]]},
        {"codes": [["measure", "x"]]},
        {"marks": [["-"]]},
        {"strange": 1},
        {"name": 7},
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(change) -> None:
    with pytest.raises(BadInput):
        from_json({"header_rows": 1, "columns": [], **change})
    json.dumps(change)  # each is JSON that somebody may send


@pytest.mark.parametrize(
    "change",
    [
        {"constants": (("measure", "cd_notice"),)},
        {"constants": (("measure", "_T"),)},
        {"constants": (("area", "_T"),)},
        {"constants": (("requester", "kent"),)},
        {"constants": (("dimension:data_type", "trafic"),)},
        {"codes": (("dimension:nothing", "x", "y"),)},
        {"marks": (("-", "normal"),)},
        {"marks": (("-", "none"),)},
    ],
)
def test_words_that_nobody_holds_are_refused(change) -> None:
    with pytest.raises(UnknownCode):
        check_words(replace(WIDE_MAP, **change), words()[0])
    check_words(WIDE_MAP, words()[0])


def test_confidence_and_place_come_from_the_cell() -> None:
    cells = tuple(
        replace(c, page=3, box=(1.0, 2.0, 3.0, 4.0), confidence=0.6, reference="")
        for c in table(WIDE).cells
    )
    found = read(replace(table(WIDE), cells=cells, page=3), WIDE_MAP)[0]
    assert (found.page, found.box, found.confidence) == (3, "[1.0, 2.0, 3.0, 4.0]", 0.6)
    assert Cell(0, 0, "x").box is None
