"""Stated totals against computed ones, and the score that readers are compared by."""

import importlib.util
import random
from decimal import Decimal
from pathlib import Path

import pytest

from portal.extract import Table, adds_up, tables
from portal.extract.model import Cell
from portal.extract.sums import number_of

SCRIPTS = Path(__file__).parents[1] / "scripts"


def script(name: str):
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


scores = script("table_scores")


def read(text: str) -> Table:
    (table,) = tables("\n".join(line.strip() for line in text.split("/")).encode(), "csv")
    return table


def test_totals_that_agree_are_found_down_and_along() -> None:
    table = read(
        'Force,Asked,Refused,Total / Kent,"1,200",3,"1,203" / Essex,7,5,12'
        ' / Total,"1,207",8,"1,215"'
    )
    found = adds_up(table)
    assert all(f.agrees for f in found)
    assert {f.kind for f in found} == {"column", "row"} and len(found) == 6


def test_a_total_that_differs_is_told_with_both_numbers() -> None:
    table = read("Force,Asked / Kent,12 / Essex,7 / Total,20")
    (finding,) = adds_up(table)
    assert (finding.stated, finding.computed, finding.agrees) == (Decimal(20), Decimal(19), False)
    assert any("differs from the sum of 2 parts, 19" in doubt for doubt in table.doubts)


def test_percentages_may_be_off_by_their_rounding() -> None:
    assert adds_up(read("Kind,Share / A,33.3% / B,33.3% / C,33.3% / Total,100%"))[0].agrees
    assert not adds_up(read("Kind,Share / A,33.3% / B,33.3% / C,23.3% / Total,100%"))[0].agrees
    assert not adds_up(read("Kind,Count / A,33 / B,33 / C,33 / Total,101"))[0].agrees


def test_subtotals_are_sums_of_their_group_and_parts_of_the_whole() -> None:
    table = read(
        "Force,Asked / Kent,1 / Essex,2 / Sub-total,3 / Fife,4 / Moray,5 / Sub-total,9 / Total,12"
    )
    assert [f.agrees for f in adds_up(table)] == [True, True, True]


def test_marks_of_notes_are_no_part_of_a_figure() -> None:
    assert number_of("903*") == (Decimal(903), 0, False)
    assert number_of("761,702 44") == (Decimal(761702), 0, False)
    assert number_of("(12.5%)") == (Decimal("-12.5"), 1, True)
    assert number_of("£488,208.60") == (Decimal("488208.60"), 2, False)
    for text in ("", "n/a", "12-14", "<5", "1,23", "9" * 40, "١٢"):
        assert number_of(text) is None


def test_a_figure_with_a_glued_mark_is_doubted() -> None:
    rows = " / ".join(f'Force {k},"{k},000"' for k in range(1, 8))
    table = read(f'Force,Asked / {rows} / Other,"761,70244"')
    assert any("may hold the mark of a note" in d for d in table.doubts)


# The score of the ICDAR 2013 competition.


def spots(*rows: str):
    return [
        scores.Spot(r, k, 1, 1, text.strip())
        for r, row in enumerate(rows)
        for k, text in enumerate(row.split("|"))
    ]


def test_a_table_against_itself_scores_one() -> None:
    table = scores.relations(spots("a|b|c", "d||f", "g|h|i"))
    assert scores.score([table], [table]).f1 == 1.0


def test_relations_skip_empty_cells_and_white_space() -> None:
    assert scores.relations(spots("a b||c")) == {("ab", "c", "right"): 1}
    assert scores.relations(spots("a", "", "c")) == {("a", "c", "down"): 1}


def test_a_wide_cell_has_each_cell_below_as_neighbour_once() -> None:
    head = scores.Spot(0, 0, 1, 2, "head")
    below = [scores.Spot(1, 0, 1, 1, "a"), scores.Spot(1, 1, 1, 1, "b")]
    found = scores.relations([head, *below])
    assert found == {
        ("head", "a", "down"): 1, ("head", "b", "down"): 1, ("a", "b", "right"): 1
    }  # fmt: skip
    tall = [scores.Spot(0, 0, 2, 1, "x"), scores.Spot(0, 1, 2, 1, "y")]
    assert scores.relations(tall) == {("x", "y", "right"): 1}


def test_recall_and_precision_are_of_all_tables_of_a_document() -> None:
    stated = [scores.relations(spots("a|b", "c|d")), scores.relations(spots("e|f"))]
    found = [scores.relations(spots("a|b", "c|x"))]
    result = scores.score(found, stated)
    assert (result.right, result.found, result.stated) == (2, 4, 5)
    assert result.f1 == pytest.approx(2 * 0.5 * 0.4 / 0.9)
    assert scores.score([], stated).f1 == 0 and scores.score([], []).f1 == 1
    assert scores.score(found + found, stated).right == 2


def test_ground_truth_files_are_read_with_their_spans(tmp_path: Path) -> None:
    structure = tmp_path / "a-str.xml"
    structure.write_text(
        "<document><table id='1'><region id='1' page='1' col-increment='0' row-increment='-1'>"
        "<cell start-row='1' start-col='0' end-col='1'><content>A\nb</content></cell>"
        "<cell start-row='2' start-col='1'><content>c</content></cell></region></table></document>"
    )
    (table,) = scores.stated_tables(structure)
    assert table == [scores.Spot(0, 0, 1, 2, "A\nb"), scores.Spot(1, 1, 1, 1, "c")]
    regions = tmp_path / "a-reg.xml"
    regions.write_text(
        "<document><table id='1'><region id='1' page='2'>"
        "<bounding-box x1='10' y1='40' x2='30' y2='20'/></region></table></document>"
    )
    assert scores.stated_regions(regions) == [(2, (10, 20, 30, 40))]


def test_columns_and_rows_of_a_table_count_its_spans() -> None:
    dice = random.Random(1)
    cells = tuple(Cell(r, k, str(dice.random())) for r in range(3) for k in range(2))
    table = Table("1", 1, (*cells, Cell(3, 0, "wide", column_span=4)))
    assert (table.rows, table.columns) == (4, 4)
    assert table.grid()[3] == ["wide", "", "", ""]
