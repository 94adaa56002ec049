"""Real files through extraction and mapping: nothing is dropped silently, nothing is invented."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from portal.config import Settings
from portal.desk.mapping.apply import proposals
from portal.desk.mapping.form import fields_of, mapping_of
from portal.desk.mapping.model import Column, Mapping, dump, load
from portal.desk.mapping.names import Names, names
from portal.desk.mapping.offering import first_guess
from portal.desk.mapping.places import places
from portal.desk.mapping.shapes import shape_of
from portal.desk.mapping.words import Known, known
from portal.desk.reading.tables import dump as dump_table
from portal.desk.reading.tables import load as load_table
from portal.extract import tables
from portal.extract.model import Table
from portal.extract.sums import number_of
from portal.ingest.words import read_words

SHEETS = (
    "company/wikimedia/data_dec_2015.ods",
    "company/wikimedia/sum.csv",
    "company/discord/2024-H1.csv",
    "company/github/requests_received_and_disclosed.csv",
    "company/apple/2024-05-download/emergency_requests.csv",
    "company/meta/PRPL-Facebook-Government-Report-2013_H1.csv",
    "uk-25k/home-office/july-2012.csv",
)
PDFS = ("us-001", "us-025", "eu-001", "eu-005", "eu-013")
COUNTED = (("measure", "cd_notices"), ("holder", "_T"), ("area", "GB"), ("period", "2019"))


@cache
def words() -> tuple[Known, Names]:
    given = read_words(Settings().data)
    return known(given), names(given["body"])


def of(path: Path) -> list[Table]:
    return tables(path.read_bytes(), path.suffix)


def sample(shared: Path, name: str) -> Path:
    path = shared / "samples" / name
    if not path.is_file():
        pytest.skip(f"left out: there is no {name} in the samples")
    return path


def checked(given: Table) -> int:
    """Map a table by its first guess; every place of a column of figures is told of, as printed."""
    held, called = words()
    guess = first_guess(given, called)
    own = {field for field, _ in COUNTED} - {part.role for part in (*guess.heads, *guess.columns)}
    mapping = replace(guess, constants=tuple(c for c in COUNTED if c[0] in own))
    found = proposals(given, mapping, called, held)
    laid = places(given, mapping)
    expected = {(row, column) for row in laid.body() for column in laid.figure_columns}
    assert {(p.row, p.column) for p in found} == expected and len(found) == len(expected)
    for each in found:
        cell = laid.at.get((each.row, each.column))
        assert each.printed == (cell.text if cell else "")
        if each.value is None and each.low is None and each.high is None and not each.status:
            assert each.doubts
        if each.value is not None:
            plain = number_of(each.printed)
            assert plain is None or plain[0] == Decimal(each.value), each
        assert each.requester in held.vocabulary.bodies or each.doubts
    assert load(dump(mapping)) == mapping
    assert shape_of(load_table(dump_table(given))) == shape_of(given)
    # The form says the same as the mapping it was filled from.
    fields = fields_of(mapping, given)
    again = mapping_of(lambda name: fields.get(name, ""), given)
    same = proposals(given, replace(again, keys=mapping.keys), called, held)
    assert same == found
    return len(found)


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_are_mapped_without_loss(shared: Path, name: str) -> None:
    found = [checked(table) for table in of(sample(shared, name)) if table.rows < 3000]
    assert sum(found) > 0


@pytest.mark.parametrize("name", PDFS)
def test_tables_of_pdfs_are_mapped_without_loss(shared: Path, name: str) -> None:
    given = of(sample(shared, f"pdf_tables/icdar2013/{name}.pdf"))
    assert sum(checked(table) for table in given) > 0


def test_the_next_half_year_of_a_publisher_is_recognised_and_another_head_is_not(
    shared: Path,
) -> None:
    folder = "company/meta/PRPL-Facebook-Government-Report-"
    halves = ("2022_H2", "2023_H1", "2019_H1", "2016_H1")
    shapes = [shape_of(of(sample(shared, f"{folder}{half}.csv"))[0]) for half in halves]
    # From 2016 to 2022 the words of the head changed twice.
    assert shapes[0] == shapes[1] and len(set(shapes)) == 3


def test_a_real_table_gives_its_known_figures(shared: Path) -> None:
    given = of(sample(shared, "company/github/requests_received_and_disclosed.csv"))[0]
    held, called = words()
    columns = [Column(0, "period"), Column(2, "figures")]
    constants = tuple(c for c in COUNTED if c[0] != "period")
    mapping = Mapping(
        given.header_rows, tuple(columns), constants=(*constants, ("requester", "_T"))
    )
    found = proposals(given, mapping, called, held)
    body = given.grid()[given.header_rows :]
    assert [(p.period, p.value) for p in found] == [(row[0], row[2]) for row in body]
    assert not any(p.missing for p in found)
