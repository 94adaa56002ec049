"""Shapes: the next file of the same kind is recognised, another one is not."""

from hypothesis import given
from hypothesis import strategies as st
from mapping_tables import LONG, WIDE, table

from portal.desk.mapping.shapes import normalised, shape_of, stretches
from portal.extract.model import Cell, Table

WORDS = st.sampled_from(["Force", "Notices", "Authorisations", "Applications", "Note", "Area"])
FIGURES = st.one_of(
    st.integers(0, 10**6).map(lambda n: f"{n:,}"), st.sampled_from(["<5", "-", "Refused", "s.24"])
)


@given(
    words=st.lists(WORDS, min_size=1, max_size=5, unique=True),
    year=st.integers(1990, 2040),
    rows=st.integers(3, 30),
    data=st.data(),
)
def test_the_next_years_file_with_more_rows_has_the_same_shape(words, year, rows, data) -> None:
    def file(first: int, count: int) -> Table:
        head = ["Force", *(f"{word} {first + n}" for n, word in enumerate(words))]
        number = data.draw(st.integers(5, 10**6))
        body = [
            # The first are numbers: a column of nothing but refusals is no column of figures.
            [f"Force {n}", *(f"{number}" if n < 3 else data.draw(FIGURES) for _ in words)]
            for n in range(count)
        ]
        return table([head, *body], header_rows=1)

    one, other = file(year, rows), file(year + 1, rows + 7)
    assert shape_of(one) == shape_of(other)
    assert len(shape_of(one)) == 16


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(0, 4), WORDS)
def test_another_word_in_the_head_is_another_shape(words, place, word) -> None:
    def file(head: list[str]) -> Table:
        return table([head, *([["7"] * len(head)] * 4)], header_rows=1)

    place = place % len(words)
    changed = [*words[:place], word, *words[place + 1 :]]
    assert (shape_of(file(words)) == shape_of(file(changed))) == (words == changed)


def test_one_more_year_is_the_same_shape() -> None:
    longer = [[*row, extra] for row, extra in zip(WIDE, ["2022", "1", "2", "3"], strict=True)]
    assert shape_of(table(WIDE)) == shape_of(table(longer))
    pairs = [["Force", "Notices 2019", "Oral 2019"], *([["Kent", "1", "2"]] * 3)]
    twice = [["Force", *[f"{w} {y}" for y in (2019, 2020) for w in ("Notices", "Oral")]]]
    twice += [["Kent", "1", "2", "3", "4"]] * 3
    assert shape_of(table(pairs)) == shape_of(table(twice))


def test_case_spacing_page_and_figures_do_not_count() -> None:
    said = table([[cell.upper() + "  *" for cell in LONG[0]], *LONG[1:]])
    assert shape_of(said) == shape_of(table(LONG)) == shape_of(table(LONG, page=7))


def test_columns_of_words_and_of_figures_are_told_apart() -> None:
    words = [LONG[0], *[[year, force, "see the letter"] for year, force, _ in LONG[1:]]]
    assert shape_of(table(LONG, 1)) != shape_of(table(words, 1))


def test_years_and_numbers_in_a_head_are_one_word() -> None:
    assert normalised("2019") == normalised(" 2019/20*") == normalised("Jan-Jun 2017") == "#"
    assert normalised("Notices 2019") == normalised("NOTICES  2020:")


@given(st.lists(st.sampled_from([("a", "number"), ("#", "number"), ("x #", "text")]), max_size=9))
def test_stretches_hold_every_column_once(keys) -> None:
    found = [column for _, columns in stretches(keys) for column in columns]
    assert sorted(found) == list(range(len(keys)))


def test_a_table_without_cells_has_a_shape() -> None:
    assert shape_of(Table("1", 1, ())) == shape_of(Table("2", 5, ()))
    assert shape_of(Table("1", 1, (Cell(0, 0, "x"),))) != shape_of(Table("1", 1, ()))
