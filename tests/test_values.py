"""Printed values: read exactly, or refused."""

import re
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from portal.core.errors import BadValue
from portal.core.values import KINDS, NUMERALS, WHOLE, Value, plain, read_value, write_value


def number(printed: str, **column: str) -> str:
    return plain(read_value(printed, **column).number)


def ends(printed: str, **column: str) -> tuple[str, str]:
    value = read_value(printed, **column)
    assert value.is_band
    return plain(value.low), plain(value.high)


@pytest.mark.parametrize(
    ("printed", "column", "expected"),
    [
        ("1,234", {}, "1234"),
        ("1618", {}, "1618"),
        ("1,234,567", {}, "1234567"),
        ("0", {}, "0"),
        (" 56,918\u00a0", {}, "56918"),
        ("49.0", {}, "49"),
        ("1.234", {"locale": "de"}, "1234"),
        ("7.986", {"locale": "de"}, "7986"),
        ("1.234,50 €", {"locale": "de", "kind": "money", "symbol": "€"}, "1234.5"),
        ("14'483", {"locale": "ch"}, "14483"),
        ("14’483", {"locale": "ch"}, "14483"),
        ("CHF 14'483.05", {"locale": "ch", "kind": "money", "symbol": "CHF"}, "14483.05"),
        ("59%", {"kind": "share", "symbol": "%"}, "59"),
        ("0.01 %", {"kind": "share", "symbol": "%"}, "0.01"),
        ("59", {"kind": "share", "symbol": "%"}, "59"),
        ("£488,208.60p", {"kind": "money", "symbol": "£"}, "488208.6"),
        ("£ 25,000", {"kind": "money", "symbol": "£"}, "25000"),
        ("-£1,234.50", {"kind": "money", "symbol": "£"}, "-1234.5"),
        ("£-1,234.50", {"kind": "money", "symbol": "£"}, "-1234.5"),
        ("-1,234.50", {"kind": "money", "symbol": "£"}, "-1234.5"),
        ("−5", {"kind": "money"}, "-5"),
        ("-0.00", {"kind": "money"}, "0"),
        ("0.125", {"kind": "money"}, "0.125"),
        ("1,234.567", {"kind": "money"}, "1234.567"),
        ("0.28999999999999998", {"kind": "rate"}, "0.28999999999999998"),
        ("2728.42", {"kind": "amount"}, "2728.42"),
    ],
)
def test_a_number_is_read_as_its_column_prints_it(
    printed: str, column: dict[str, str], expected: str
) -> None:
    assert number(printed, **column) == expected
    assert read_value(printed, **column).printed == printed


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("0 - 499", ("0", "499")),
        ("0-249", ("0", "249")),
        ("1,005 - 1,499", ("1005", "1499")),
        ("11,000 – 12,000", ("11000", "12000")),
        ("5 to 10", ("5", "10")),
        ("<5", ("1", "4")),
        ("< 1,000", ("1", "999")),
        ("<1", ("", "0")),
        ("less than 5", ("", "4")),
        ("≤ 5", ("", "5")),
        ("up to 5", ("", "5")),
        ("over 26,500", ("26501", "")),
        ("Over 26,500", ("26501", "")),
        ("at least 5", ("5", "")),
        (">=5", ("5", "")),
        ("just under 360,000", ("", "359999")),
        ("just under\n360,000", ("", "359999")),
    ],
)
def test_a_band_is_read_with_its_bounds(printed: str, expected: tuple[str, str]) -> None:
    assert ends(printed) == expected


def test_bands_of_shares_and_amounts_of_money_are_read_too() -> None:
    assert ends("1-5%", kind="share", symbol="%") == ("1", "5")
    assert ends("over 5%", kind="share", symbol="%") == ("5", "")
    assert ends("£1,000 - £2,000", kind="money", symbol="£") == ("1000", "2000")
    assert ends("-5 to -3", kind="money") == ("-5", "-3")
    assert ends("<= -3", kind="money") == ("", "-3")


@pytest.mark.parametrize(
    "printed", ["about 3,000", "~3,000", "c. 3,000", "c.3,000", "some 3,000", "Around 3,000"]
)
def test_an_approximate_number_keeps_its_number_and_says_so(printed: str) -> None:
    assert read_value(printed) == Value(Decimal(3000), status="approximate", printed=printed)


@pytest.mark.parametrize("printed", ["C. 12", "c.f. 12", "ca. 12", "some12", "over12", "something"])
def test_a_word_that_only_looks_like_about_is_refused(printed: str) -> None:
    with pytest.raises(BadValue):
        read_value(printed)


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("~", "suppressed"),
        (" -", "not_available"),
        ("n/a", "not_available"),
        ("N/A", "not_available"),
        ("[c]", "suppressed"),
        ("Can't disclose", "withheld_by_law"),
    ],
)
def test_a_mark_for_a_missing_number_becomes_a_status(printed: str, status: str) -> None:
    assert read_value(printed) == Value(status=status, printed=printed)


def test_a_source_says_what_its_own_blank_dash_or_zero_means() -> None:
    assert read_value("", missing={"": "not_applicable"}).status == "not_applicable"
    assert read_value("0", missing={"0": "not_available"}).is_missing
    assert read_value("No Data", missing={"No Data": "not_held"}).status == "not_held"
    for printed in ("-", "n/a", "~"):
        with pytest.raises(BadValue):
            read_value(printed, missing={"x": "suppressed"})


@pytest.mark.parametrize("printed", ["761,70244", "903*", "1234¹", "1234a", "1,2345", "12[1]"])
def test_a_footnote_mark_glued_to_a_figure_is_refused(printed: str) -> None:
    with pytest.raises(BadValue):
        read_value(printed)


@pytest.mark.parametrize(
    "printed",
    [
        "", "  ", "\u00a0", "312 (26 IP)", "(45)", "12,34", "1,234,", ",234", "1.234", "1.000",
        "22.347", "1 204", "1\u00a0204", "1\u202f204", "12 13", "1e5", "1_000", "0x10", "NaN",
        "inf", "+5", "5-", "- 5", "-5", "5 -3", "5- 3", "5+", "£5", "59%", "1,234.50", "007",
        "0,123", "00", "１２３", "١٢٣", "½", "five", "1" * 29, "1,234 - ", "9 - 1", "1 - 2 - 3",
        "<0", "<", "over", "about", "about 5 - 10", "12 [1]", "12 [14 - 16]", "1,234 567",
        "5" * 1000, "12\x0013", "=1+1",
    ],
)  # fmt: skip
def test_what_does_not_read_as_one_count_is_refused(printed: str) -> None:
    with pytest.raises(BadValue):
        read_value(printed)


@pytest.mark.parametrize(
    ("printed", "column"),
    [
        ("(1,234.50)", {"kind": "money"}),
        ("1.234", {"kind": "money"}),
        ("1,234", {"kind": "money", "locale": "de"}),
        ("£-£5", {"kind": "money", "symbol": "£"}),
        ("--5", {"kind": "money"}),
        ("- £5", {"kind": "money", "symbol": "£"}),
        ("$5", {"kind": "money", "symbol": "£"}),
        ("488,208.60p", {"kind": "money", "symbol": "£"}),
        ("£5p", {"kind": "money", "symbol": "£"}),
        ("59%", {"kind": "share"}),
        ("£59", {"kind": "share", "symbol": "%"}),
        ("1,234", {"locale": "ch"}),
        ("14'483’000", {"locale": "ch"}),
        ("1.234", {"locale": "ch"}),
        ("1,234", {"locale": "de"}),
        ("-1.5", {"kind": "amount"}),
        ("5", {"locale": "xx"}),
    ],
)
def test_another_sign_symbol_or_locale_is_refused(printed: str, column: dict[str, str]) -> None:
    with pytest.raises(BadValue):
        read_value(printed, **column)


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({}, "status that says why"),
        ({"number": Decimal(1), "status": ""}, "status"),
        ({"number": Decimal("NaN")}, "finite Decimal as number"),
        ({"high": Decimal("Infinity")}, "finite Decimal as high"),
        ({"number": 5}, "finite Decimal as number"),
        ({"number": Decimal("1e28")}, "at most 28 digits"),
        ({"number": Decimal("1e-29")}, "at most 28 digits"),
        ({"low": Decimal(5), "high": Decimal(4)}, "low end is not above"),
        ({"number": Decimal(9), "low": Decimal(1), "high": Decimal(4)}, "inside its band 1 - 4"),
        ({"number": Decimal(9), "low": Decimal(1)}, "both ends"),
    ],
)
def test_a_value_that_contradicts_itself_cannot_be_made(
    parts: dict[str, object], what: str
) -> None:
    with pytest.raises(BadValue, match=what):
        Value(**parts)  # type: ignore[arg-type]


def test_a_refusal_says_where_it_stands_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(BadValue) as refused:
        read_value("761,70244")
    placed = refused.value.at("row 12").at("annex.csv")
    assert type(placed) is BadValue
    assert placed.where == "annex.csv, row 12"
    assert str(placed) == (
        "annex.csv, row 12: expected one number as printed in locale 'en', found '761,70244'"
    )
    assert len(str(BadValue("a number", "9" * 10_000))) < 300


def test_the_bounds_of_an_estimate_are_those_of_its_margin() -> None:
    value = Value(Decimal(1000), Decimal(950), Decimal(1050))
    assert value.bounds == (950, 1050)
    assert write_value(value) == "1000 [950 - 1050]"
    assert Value(Decimal(7)).bounds == (7, 7)
    assert (Value(Decimal(7)).band_text, Value(status="refused").band_text) == ("", "")


def test_a_missing_value_is_not_written_as_a_number() -> None:
    with pytest.raises(BadValue, match="found 'suppressed'"):
        write_value(Value(status="suppressed"))


def numbers(kind: str) -> st.SearchStrategy[Decimal]:
    if kind in WHOLE:
        return st.integers(0, 10**27).map(Decimal)
    places = 2 if kind in ("money", "amount") else 9
    lowest = 0 if kind == "amount" else -(10**15)
    return st.decimals(lowest, 10**15, places=places, allow_nan=False, allow_infinity=False)


@st.composite
def values(draw: st.DrawFn, kind: str) -> Value:
    low, middle, high = sorted(draw(st.tuples(*[numbers(kind)] * 3)))
    return draw(
        st.sampled_from(
            [
                Value(middle),
                Value(low=low, high=high),
                Value(low=low),
                Value(high=high),
                Value(middle, low, high),
            ]
        )
    )


columns = st.tuples(st.sampled_from(KINDS), st.sampled_from(sorted(NUMERALS)))


def parts(value: Value) -> tuple[Decimal | None, ...]:
    return value.number, value.low, value.high


@given(columns, st.sampled_from(["", "£", "%"]), st.data())
def test_what_is_written_reads_back_in_every_locale_and_kind(
    column: tuple[str, str], symbol: str, data: st.DataObject
) -> None:
    kind, locale = column
    value = data.draw(values(kind))
    text = write_value(value, locale=locale)
    back = read_value(text, kind=kind, symbol=symbol, locale=locale)
    assert parts(back) == parts(value)
    assert write_value(back, locale=locale) == text


@given(st.sampled_from(KINDS), st.data())
def test_two_different_values_are_never_written_alike(kind: str, data: st.DataObject) -> None:
    one, other = data.draw(values(kind)), data.draw(values(kind))
    same = parts(one) == parts(other)
    assert (write_value(one) == write_value(other)) == same


@given(columns, st.data())
def test_printing_a_number_another_way_changes_what_is_printed_and_not_the_number(
    column: tuple[str, str], data: st.DataObject
) -> None:
    kind, locale = column
    value = Value(data.draw(numbers(kind)))
    thousands, point = NUMERALS[locale]
    assert value.number is not None
    mark = data.draw(st.sampled_from(thousands))
    swap = str.maketrans({",": mark, ".": point})
    grouped = f"{Decimal(plain(value.number)):,f}".translate(swap)
    read = read_value(f" {grouped}", kind=kind, locale=locale)
    assert read.number == value.number
    assert read.printed == f" {grouped}"


words = st.sampled_from(
    ["over ", "<", "about ", "c.", " - ", "-", " to ", "£", "%", "p", "(", "[", "]", ",", ".", " "]
    + ["'", "’", "1", "12", "499", "000", "0", "e5", "*", "¹", "１", "N/A", "~", "\u00a0", "−"]
)
texts = st.one_of(st.text(max_size=40), st.lists(words, max_size=8).map("".join))


@given(texts, columns, st.sampled_from(["", "£", "%", "€"]))
@example("1" * 500, ("count", "en"), "")
def test_any_text_is_read_from_what_it_says_or_refused(
    text: str, column: tuple[str, str], symbol: str
) -> None:
    kind, locale = column
    try:
        value = read_value(text, kind=kind, symbol=symbol, locale=locale)
    except BadValue:
        return
    if value.number is None:
        return
    thousands, point = NUMERALS[locale]
    digits = text.translate({ord(mark): None for mark in thousands}).replace(point, ".")
    shown = [Decimal(found) for found in re.findall(r"\d+(?:\.\d+)?", digits, re.ASCII)]
    assert abs(value.number) in shown


@given(st.integers(0, 10**12), st.text(alphabet="0123456789", min_size=1, max_size=2))
def test_a_grouped_number_never_swallows_the_note_behind_it(count: int, note: str) -> None:
    grouped = f"{count:,}"
    assume("," in grouped)
    with pytest.raises(BadValue):
        read_value(grouped + note)


@given(st.integers(2, 10**9))
def test_a_hidden_small_count_is_at_least_one_and_below_its_limit(limit: int) -> None:
    assert read_value(f"<{limit:,}").bounds == (1, limit - 1)
