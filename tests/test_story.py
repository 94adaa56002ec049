"""The story pages: every number from the edition, nothing joined, nothing from elsewhere."""

import csv
import io
import re
import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from asking import Answer, ask
from chart_figures import year
from fastapi import FastAPI

from portal.config import Settings
from portal.web import dossiers, stories
from portal.web.charting import chain_chart, statistical_title
from portal.web.edition import connect
from portal.web.rendering import (
    brief,
    day,
    listed,
    marks,
    money,
    months,
    number,
    tight,
    unit_words,
    value_text,
)

PAGES = (
    "/", "/trends", "/trends?chain=national", "/trends?measure=cd_items",
    "/trends?measure=company_requests&holder=google&area=GB", "/compare",
    "/retention", "/costs", "/errors", "/timeline", "/timeline?area=IE",
)  # fmt: skip
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@pytest.fixture(scope="module")
def db(published: Settings) -> Iterator[sqlite3.Connection]:
    opened = connect(published.editions / "current" / "retention-watch.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pages(app: FastAPI) -> dict[str, Answer]:
    return {address: ask(app, address) for address in PAGES}


class Outline(HTMLParser):
    """Open tags, ids, headings and what would break the content policy."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("script", "iframe", "style", "object") or "style" in given:
            self.faults.append(f"{tag} {given}")
        self.faults += [name for name in given if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_whole_and_keeps_the_content_policy(
    address: str, pages: dict[str, Answer]
) -> None:
    outline = Outline()
    outline.feed(pages[address].text)
    assert pages[address].status == 200
    assert outline.faults == [] and outline.open == []
    assert len(outline.ids) == len(set(outline.ids)), "an id stands twice"
    assert outline.headings.count(1) == 1
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps), "a level of headings is left out"


@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_loaded_from_another_host(address: str, pages: dict[str, Answer]) -> None:
    loaded = re.findall(r'(?:src|srcset|action)="([^"]+)"', pages[address].text)
    loaded += re.findall(r'<link[^>]+href="([^"]+)"', pages[address].text)
    assert loaded and all(each.startswith("/") for each in loaded)


@pytest.mark.parametrize("address", PAGES)
def test_every_observation_that_a_page_links_is_in_the_edition(
    address: str, pages: dict[str, Answer], db: sqlite3.Connection
) -> None:
    held = {row[0] for row in db.execute("SELECT id FROM observations")}
    linked = set(re.findall(r"/observations/([0-9a-f]+)", pages[address].text))
    assert linked <= held


def test_the_sentence_of_the_home_page_is_the_edition_s_own_number(
    pages: dict[str, Answer], db: sqlite3.Connection
) -> None:
    value, period = db.execute(
        "SELECT value, period FROM observations WHERE measure = 'cd_items' AND requester = '_T' "
        "AND breakdown = '_T' AND status = 'normal' ORDER BY end DESC LIMIT 1"
    ).fetchone()
    heading = re.search(r"<h1>(.*?)</h1>", pages["/"].text, re.DOTALL)
    assert heading and f"{value:,}" in heading[1] and period in heading[1]


def test_the_national_chart_keeps_units_and_missing_years_apart(db: sqlite3.Connection) -> None:
    made = chain_chart(db, "national")
    assert made is not None
    assert [len({c.figure.measure for c in g.panels[0].columns if c.figure}) for g in made.groups]
    for panel in made.panels:
        assert len({c.figure.unit for c in panel.columns if c.figure}) <= 1
        assert len({c.figure.days.months for c in panel.columns if c.figure}) == 1
    missing = [c.label for c in made.columns if c.figure is None]
    assert missing == ["2009", "2020", "2021", "2022", "2023", "2024"]
    wall = next(p for p in made.panels if p.columns[0].label == "2015")
    assert any(b.kind == "unit" for b in wall.walls)


def test_the_disputed_total_of_2016_shows_both_values(pages: dict[str, Answer]) -> None:
    assert "Disputed, 2016: drawn 754,559 items of data" in pages["/"].words
    assert "754,599" in pages["/"].words


def test_authorities_and_companies_stand_side_by_side_and_share_no_chart(
    db: sqlite3.Connection,
) -> None:
    page = stories.home(db)
    assert page.authority_chart and page.company_chart
    assert {c.figure.side for c in page.authority_chart.columns if c.figure} == {"authority"}
    assert {c.figure.side for c in page.company_chart.columns if c.figure} == {"company"}


def test_series_of_different_units_are_shown_with_the_reasons_against_it(
    db: sqlite3.Connection,
) -> None:
    ids = [
        row[0]
        for row in db.execute(
            "SELECT id FROM series WHERE measure IN ('cd_items', 'errors_reported') "
            "AND requester = '_T' AND holder = '_T' AND breakdown = '_T'"
        )
    ]
    page = stories.compare_page(db, ids)
    assert len(page.sides) == 2 and not page.same_scale
    assert any("count different things" in reason for reason in page.reasons)
    assert page.sides[0].chart.top != page.sides[1].chart.top


def test_one_unit_and_one_length_share_one_scale(db: sqlite3.Connection) -> None:
    ids = [
        row[0]
        for row in db.execute(
            "SELECT id FROM series WHERE measure = 'company_requests' AND holder = 'google' "
            "AND area IN ('GB', 'DE') AND breakdown = '_T'"
        )
    ]
    page = stories.compare_page(db, ids)
    assert page.same_scale and len({side.chart.top for side in page.sides}) == 1


def test_a_comparison_keeps_six_series_and_names_what_it_does_not_hold(app: FastAPI) -> None:
    answer = ask(app, "/compare?s=nothing")
    assert answer.status == 200 and "No series has the address nothing" in answer.words
    assert ask(app, "/compare?" + "&".join("s=x" for _ in range(7))).status == 422


def test_a_series_that_does_not_exist_is_not_found(app: FastAPI) -> None:
    assert ask(app, "/trends?measure=nothing").status == 404
    assert ask(app, "/trends?chain=nothing").status == 404
    assert ask(app, "/trends?measure=cd_items&holder=nobody").status == 404
    assert ask(app, "/trends.csv?s=nothing").status == 404


def test_the_csv_of_a_chain_carries_the_warning_in_each_row(app: FastAPI) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(app, "/trends.csv?chain=national").text)))
    assert rows and all("must not be compared" in row["warning"] for row in rows)
    assert {row["unit"] for row in rows} >= {"requests", "items of data", "authorisations"}


def test_shares_are_a_whole_bar_only_where_they_add_up(db: sqlite3.Connection) -> None:
    page = dossiers.errors_page(db)
    assert {s.period for s in page.shares if s.whole} >= {"2011", "2012", "2016"}
    assert all(abs(s.total - 100) <= 1 for s in page.shares if s.whole)
    assert any(not s.whole for s in page.shares)


def test_what_does_not_add_up_is_shown_with_both_numbers(db: sqlite3.Connection) -> None:
    found = {t.period: (t.value, added) for t, _, added in dossiers.errors_page(db).mismatches}
    assert found["2019"] == (1063, 1011)


def test_grants_of_financial_years_never_stand_beside_calendar_years(
    db: sqlite3.Connection,
) -> None:
    chart = dossiers.costs_page(db).grants
    assert chart is not None
    drawn = {c.figure.period_kind for c in chart.columns if c.figure}
    assert drawn == {"financial_year"} and {f.period_kind for f in chart.beside} >= {"year"}


def test_the_timeline_of_one_area_leaves_out_the_others(db: sqlite3.Connection) -> None:
    entries = [e for _, found in dossiers.timeline_page(db, "IE").years for e in found]
    assert entries and {e.area for e in entries} == {"Ireland"}
    dates = [e.date for _, found in dossiers.timeline_page(db).years for e in found]
    assert dates == sorted(dates)


def test_laws_begin_with_the_united_kingdom_then_the_union(pages: dict[str, Answer]) -> None:
    captions = re.findall(r"<caption>(.*?)</caption>", pages["/retention"].text)
    assert captions[:2] == ["United Kingdom", "European Union"]


# How values read


@pytest.mark.parametrize(
    ("given", "full", "short"),
    [
        ({"value": 808214}, "808,214", "808,214"),
        ({"value": 0}, "0", "0"),
        ({"low": 0, "high": 499}, "0–499", "0–499"),
        ({"low": 5}, "at least 5", "≥5"),
        ({"high": 4}, "at most 4", "≤4"),
        ({"value": 600, "status": "approximate"}, "about 600", "≈600"),
        ({"status": "suppressed", "status_label": "Suppressed"}, "suppressed", "suppressed"),
        ({"value": 43.5, "kind": "share", "symbol": "%"}, "43.5%", "43.5%"),
        ({"value": 10175527.73, "kind": "money", "symbol": "£"}, "£10,175,527.73", "£10.2m"),
        ({"value": -187100000, "kind": "money", "symbol": "£"}, "−£187,100,000", "−£187m"),
        ({"value": 999_999_999, "kind": "money", "symbol": "£"}, "£999,999,999", "£1bn"),
        ({"value": 31.76, "kind": "rate", "symbol": "£"}, "£31.76", "£31.76"),
        ({"value": 5, "kind": "money", "symbol": "CHF"}, "CHF 5", "CHF 5"),
    ],
)
def test_a_value_reads_as_it_must(given: dict[str, object], full: str, short: str) -> None:
    shown = year(2018, **given)  # type: ignore[arg-type]
    assert (value_text(shown), tight(shown)) == (full, short)


def test_a_count_is_never_rounded_for_a_headline() -> None:
    assert brief(year(2018, 12_345_678)) == "12,345,678"


@pytest.mark.parametrize(
    ("many", "symbol", "words"),
    [
        ("items of data", "", "items of data"),
        ("per cent of reported errors", "%", "of reported errors"),
        ("pounds a year", "£", "a year"),
        ("pounds", "£", ""),
    ],
)
def test_a_symbol_takes_the_place_of_the_first_word(many: str, symbol: str, words: str) -> None:
    assert unit_words(year(2018, 7, many=many, symbol=symbol)) == words


def test_one_item_is_not_one_items() -> None:
    assert unit_words(year(2018, 1)) == "item"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (12, 12, "12 months"), (1, 1, "1 month"), (None, 12, "up to 12 months"),
        (6, 24, "6 to 24 months"), (None, None, "not stated"), (6, None, "at least 6 months"),
    ],
)  # fmt: skip
def test_months_of_retention_read_as_a_duty(low: int | None, high: int | None, words: str) -> None:
    assert months(low, high) == words


def test_dates_are_as_exact_as_they_are_known() -> None:
    assert [day("2019-02-05"), day("2015-03"), day("2020"), day("")] == [
        "5 February 2019", "March 2015", "2020", "",
    ]  # fmt: skip


def test_small_words() -> None:
    assert marks("[e2] [b]") == ["[e2]", "[b]"]
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (number(1234.5), number(None), money(0.5)) == ("1,234.5", "", "£0.50")


def test_a_statistical_title_names_what_who_where_when_and_unit() -> None:
    title = statistical_title([year(2015, 1), year(2018, 2)])
    assert title == "Items obtained, United Kingdom, 2015 to 2018. Unit: items."


def test_a_title_over_two_units_names_both() -> None:
    notices = year(2014, 1, measure_label="Notices given", many="notices")
    assert "Units, never mixed: notices, items." in statistical_title([notices, year(2015, 1)])
