"""Bad input in data/: one sentence that names file, row, expected and found; nothing half done."""

import re
from pathlib import Path

import pytest
from small_data import FIGURES, VOCABULARY, make_data, write, write_figures

from portal.config import Settings
from portal.core.errors import BadInput
from portal.ingest import bundle
from portal.store.desk import Desk, open_desk


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data=make_data(tmp_path), var=tmp_path / "var")


@pytest.fixture
def db(config: Settings) -> Desk:
    return open_desk(config.desk)


def refusals(config: Settings, db: Desk) -> dict[str, tuple[str, ...]]:
    return {r.name: r.refused for r in bundle.load(config.data, config.archive, db) if r.refused}


GOOD = FIGURES[0]
BAD_ROWS = {
    "an unknown measure": (GOOD.replace("items", "itms", 1), r"known measure, found 'itms'"),
    "an unknown body": (
        GOOD.replace("_T", "kent-polce", 1),
        r"known body .*kent-police.*'kent-polce'",
    ),
    "an unknown area": (GOOD.replace("GB", "XX"), r"known area, found 'XX'"),
    "an unknown code": (GOOD.replace("GB,_T", "GB,cause=bad"), r"known code of cause, found 'bad'"),
    "an unknown dimension": (GOOD.replace("GB,_T", "GB,x=bad"), r"known dimension, found 'x'"),
    "an unknown source": (GOOD.replace("report", "reprt"), r"known source.*'reprt'"),
    "an unknown status": (GOOD.replace("normal", "nrmal"), r"known status.*'nrmal'"),
    "an empty requester": (GOOD.replace("_T", "", 1), r"a requester \(_T is the total"),
    "a day that does not exist": (GOOD.replace("2014-12-31", "2014-13-31"), r"days such as"),
    "an end before the start": (GOOD.replace("2014-12-31", "2013-12-31"), r"first day not after"),
    "a footnote mark": (GOOD.replace("517236", "517236*"), r"one number.*'517236\*'"),
    "half an item": (GOOD.replace("517236", "5.5"), r"whole number"),
    "an unknown reading": (GOOD.replace("exact", "maybe"), r"a reading \(exact"),
    "the same figure twice": (FIGURES[1], r"a figure other than that of row 2"),
    "no address": (GOOD.replace("p. 1,,", "p. 1,ftp://x,"), r"a web address, found 'ftp://x'"),
}


@pytest.mark.parametrize("kind", BAD_ROWS)
def test_a_bad_row_is_named_and_its_file_left_out_whole(
    config: Settings, db: Desk, kind: str
) -> None:
    row, says = BAD_ROWS[kind]
    write_figures(config.data, [*FIGURES[:2], row] if "twice" in kind else [row, FIGURES[1]])
    reports = {r.name: r for r in bundle.load(config.data, config.archive, db)}
    report = reports["figures/totals.csv"]
    number = 3 if "twice" in kind else 1
    assert len(report.refused) == 1
    assert re.search(rf"^figures/totals\.csv, row {number}: expected .*{says}", report.refused[0])
    assert db["observations"].count == db["readings"].count == 0
    assert db["imports"].count == len(reports) - 1


def test_a_row_with_a_cell_too_many_names_the_row(config: Settings, db: Desk) -> None:
    write_figures(config.data, [FIGURES[0], FIGURES[1] + ",extra"])
    says = refusals(config, db)["figures/totals.csv"]
    assert says == ("figures/totals.csv, row 2: expected 18 cells, found '19'",)


def test_another_header_is_refused_word_for_word(config: Settings, db: Desk) -> None:
    write(config.data / "figures" / "totals.csv", "measure,value\nitems,3\n")
    says = refusals(config, db)["figures/totals.csv"]
    assert says[0].startswith("figures/totals.csv: expected the header measure,requester")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("measures", 'unit = "item"', 'unit = "itm"', "a known unit"),
        ("measures", "additive", "adds", "only the fields"),
        ("units", "[unit.item]", "[unit.item", "TOML"),
        ("breaks", "2015-01-01", '"soon"', "a date such as"),
        ("breaks", '["items"]', '["itms"]', "a known measure"),
        ("chains", '["items"]', '["itms"]', "a known measure"),
        ("areas", "area.GB", "area.FR", "a known area"),
    ],
)
def test_a_wrong_word_stops_the_load_before_anything_is_written(
    config: Settings, db: Desk, file: str, old: str, new: str, says: str
) -> None:
    write(config.data / "vocabulary" / f"{file}.toml", VOCABULARY[file].replace(old, new))
    with pytest.raises(BadInput, match=says):
        list(bundle.load(config.data, config.archive, db))
    assert db["imports"].count == 0


def test_a_correction_must_name_a_row_that_was_loaded(config: Settings, db: Desk) -> None:
    text = '[[correction]]\nid = "c"\n[[correction.figures]]\nfile = "totals"\nrow = 9\n'
    write(config.data / "corrections" / "c.toml", text)
    says = refusals(config, db)["corrections"][0]
    assert "a row of figures/totals.csv that was loaded, found 9" in says
