"""Every source reads its recordings, and each figure leads back to the cell it stands in.

Recordings are small files in the publisher's real format with invented numbers, made by the
scripts in tests/sources. A missing expected.csv is written by `pytest --write-expected`, and the
test then fails, so that a person reads what was written.
"""

import contextlib
import csv
import io
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from portal.core.errors import BadInput
from portal.core.observations import Locator, Observation, write_breakdown
from portal.core.sources import Snapshot
from portal.core.values import plain
from portal.core.vocabulary import Vocabulary
from portal.ingest import words
from portal.ingest.registry import sources
from portal.sources import _tables, google

HERE = Path(__file__).parent / "sources"
DATA = Path(__file__).parents[1] / "data"
SOURCES = sources()
FIGURES = [id for id, module in SOURCES.items() if hasattr(module, "observations")]
HEADER = (
    "file,measure,requester,holder,area,breakdown,start,end,label,printed,value,low,high,status,"
    "variant,member,sheet,table,row,column"
).split(",")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """The words of data/, with every source as a known one."""
    read = words.read_words(DATA)
    licences = {id: {"licence": module.SOURCE.licence} for id, module in SOURCES.items()}
    return words.vocabulary({**read, "source": {**read["source"], **licences}})


@cache
def snapshots(id: str) -> tuple[Snapshot, ...]:
    """What a source asks for, answered from its recordings."""
    folder = HERE / id
    listed = json.loads((folder / "recordings.json").read_text("utf-8"))

    def get(address: str) -> Snapshot:
        assert address in listed, f"{id} asks for {address}, which was not recorded"
        return Snapshot(address, (folder / listed[address]).read_bytes(), "2024-01-01T00:00:00Z")

    return tuple(SOURCES[id].snapshots(get))


def observations(id: str) -> Iterator[tuple[Snapshot, Observation]]:
    for snapshot in snapshots(id):
        for figure in SOURCES[id].observations(snapshot):
            yield snapshot, figure


def as_row(snapshot: Snapshot, figure: Observation) -> list[str]:
    s, p, v, at = figure.series, figure.period, figure.value, figure.locator
    return [
        snapshot.address.rpartition("/")[2], s.measure, s.requester, s.holder, s.area,
        write_breakdown(s.breakdown), str(p.start or ""), str(p.end or ""), p.label, v.printed,
        *map(plain, (v.number, v.low, v.high)), v.status, figure.variant, at.member, at.sheet,
        at.table, str(at.row or ""), at.column,
    ]  # fmt: skip


@pytest.mark.parametrize("id", FIGURES)
def test_recordings_give_what_a_person_expects(id: str, pytestconfig: pytest.Config) -> None:
    found = io.StringIO()
    csv.writer(found, lineterminator="\n").writerows(
        [HEADER, *(as_row(snapshot, figure) for snapshot, figure in observations(id))]
    )
    path = HERE / id / "expected.csv"
    if not path.exists() and pytestconfig.getoption("--write-expected"):
        path.write_text(found.getvalue(), "utf-8")
        pytest.fail(f"{path} was written: read it, then run again")
    assert path.exists(), f"no {path}: run pytest --write-expected and read what it writes"
    assert found.getvalue() == path.read_text("utf-8")


@pytest.mark.parametrize("id", FIGURES)
def test_words_are_known_ids_are_single_and_cells_are_found(
    id: str, vocabulary: Vocabulary
) -> None:
    ids = set()
    for snapshot, figure in observations(id):
        vocabulary.check(figure)
        assert figure.source == SOURCES[id].SOURCE.id
        assert figure.id not in ids, as_row(snapshot, figure)
        ids.add(figure.id)
        assert figure.locator.snapshot == snapshot.sha256
        if figure.locator.row is not None:
            assert _tables.text_at(snapshot.content, figure.locator) == figure.value.printed


@pytest.mark.parametrize("module", SOURCES.values(), ids=list(SOURCES))
def test_a_source_says_what_it_is(module: ModuleType, vocabulary: Vocabulary) -> None:
    source = module.SOURCE
    assert source.id == module.__name__.rpartition(".")[2] and source.months >= 1
    assert source.licence in words.read_words(DATA)["licence"]
    assert source.page.startswith("https://") and source.quirks
    assert hasattr(module, "observations") or hasattr(module, "records")


def test_an_unknown_column_is_refused_with_what_was_expected_and_found() -> None:
    rows = "Period Ending,Country/Region,CLDR Territory Code,Legal Process,Requests\n"
    with pytest.raises(BadInput, match=r"known header.*Requests"):
        list(google.observations(Snapshot("x.csv", rows.encode(), "")))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((b",IS,", b",DK,"), "code IS for Iceland.*DK"),
        ((b"Iceland", b"Atlantis"), "name of a country.*Atlantis"),
        ((b"Preservation Requests", b"New Requests"), "known legal process.*New Requests"),
        ((b"2009-12-31", b"2009-12-30"), "30 June or 31 December.*2009-12-30"),
        ((b",100,0,0\n", b",100,0,0,0\n"), "7 cells, found 8"),
        ((b",100,0,0\n", b",1OO,0,0\n"), "1OO"),
        ((b"T\xc3\xbcrkiye", b"T\xfcrkiye"), "text in utf-8"),
    ],
)
def test_google_refuses_what_it_does_not_know(change: tuple[bytes, bytes], reason: str) -> None:
    (snapshot,) = snapshots("google")
    name = "google-user-data-requests/google-global-user-data-requests.csv"
    content = _tables.member(snapshot.content, name)
    assert change[0] in content
    with pytest.raises(BadInput, match=reason):
        list(google.observations(replace(snapshot, content=content.replace(*change))))


def test_a_table_without_rows_is_an_error() -> None:
    header = b",".join(name.encode() for name in google.GLOBAL)
    with pytest.raises(BadInput, match="at least one figure"):
        list(google.observations(Snapshot("x.csv", header + b"\n", "")))


@pytest.mark.parametrize("id", ["meta", "tiktok", "discord", "microsoft", "snap", "x"])
def test_a_page_that_names_no_file_is_an_error(id: str) -> None:
    empty = Snapshot("https://publisher.example/", b"<html>moved</html>", "")
    with pytest.raises(BadInput, match="links to"):
        list(SOURCES[id].snapshots(lambda address: empty))


COMPANIES = "google apple meta microsoft tiktok snap discord github wikimedia linkedin x".split()


@pytest.mark.parametrize("id", COMPANIES)
def test_damaged_bytes_are_refused_or_read_and_nothing_else_happens(id: str) -> None:
    chance = random.Random(id)
    for snapshot in snapshots(id):
        for _ in range(15):
            content = bytearray(snapshot.content)
            at = chance.randrange(len(content))
            content[at : at + chance.randrange(20)] = chance.choice((b"", b'"', b"\x00", b"\xff,"))
            with contextlib.suppress(BadInput):
                list(SOURCES[id].observations(replace(snapshot, content=bytes(content))))


def test_a_cell_is_found_by_member_sheet_table_row_and_column() -> None:
    stacked = (
        b"First title,\nCountry,Requests\nIceland,1\n,\nSecond,\nCountry,Requests\nIceland,2\n"
    )
    assert _tables.text_at(stacked, Locator(table="Second", row=7, column="Requests")) == "2"
    assert _tables.text_at(stacked, Locator(row=3, column="B")) == "1"
    band = Locator(row=2, column=_tables.both("low", "high"))
    assert _tables.text_at(b"low,high\n0,499\n", band) == "0 - 499"
    page = (
        b"<table><tr><th rowspan=2>A<th colspan=2>B<tr><td>1<td>2</table><table><tr><td>3</table>"
    )
    assert _tables.text_at(page, Locator(table="1", row=2, column="A")) == "A"
    assert _tables.text_at(page, Locator(table="1", row=2, column="C")) == "2"
    assert _tables.text_at(page, Locator(table="2", row=1, column="A")) == "3"
    with pytest.raises(BadInput, match="a row from 1 to 7"):
        _tables.text_at(stacked, Locator(row=8, column="B"))
    with pytest.raises(BadInput, match="column of this name"):
        _tables.text_at(stacked, Locator(row=3, column="Accounts"))


def test_line_ends_marks_and_encodings_are_read_strictly() -> None:
    rows = [(1, ["a", "b"]), (2, ["1", "2"])]
    assert list(_tables.csv_rows(b"a,b\r1,2\r")) == rows
    assert list(_tables.csv_rows(b"\xef\xbb\xbfa,b\r\n1,2\r\n")) == rows
    pound = "£5".encode("cp1252")
    with pytest.raises(BadInput, match="text in utf-8"):
        list(_tables.csv_rows(pound))
    assert list(_tables.csv_rows(pound, encodings=("utf-8", "cp1252"))) == [(1, ["£5"])]
    with pytest.raises(BadInput, match="quotes close"):
        list(_tables.csv_rows(b'a,"b\n1,2\n'))
