"""The companies' real files: each is read whole, and each figure is found again in its cell.

They lie beside the checkout in ../shared/samples and are never committed; without them these tests
are left out.
"""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from portal.core.errors import BadInput
from portal.core.observations import Observation
from portal.core.sources import Snapshot
from portal.core.values import plain
from portal.core.vocabulary import Vocabulary
from portal.ingest import words
from portal.ingest.registry import sources
from portal.sources import _tables

SOURCES = sources()
DATA = Path(__file__).parents[1] / "data"
GOOGLE = {
    2018: "google/2018-12-download/google-user-data-requests.csv",
    2024: "google/2024-05-download/google-global-user-data-requests.csv",
}
# file -> figures in it: rows times columns, as counted by hand in each
FIGURES = {
    "apple/2024-05-download/account_preservation_requests.csv": 328 * 3,
    "apple/2024-05-download/account_requests.csv": 867 * 6,
    "apple/2024-05-download/device_requests.csv": 1013 * 4,
    "apple/2024-05-download/emergency_requests.csv": 383 * 5,
    "apple/2024-05-download/push_token_requests.csv": 5 * 4,
    "apple/2024-05-download/us_national_security_requests.csv": 40 * 2,
    # US processes 4, countries 40, 21 and 26 (Norway twice), and four totals; two columns each
    "discord/2024-H1.csv": (4 + 40 + 21 + 26 + 4) * 2,
    "github/cross_border_data_requests.csv": 70,
    "github/government_takedowns_received.csv": 0,  # not about user data
    "github/national_security_letters_and_orders.csv": 48,
    "github/requests_accounts_affected.csv": 5,
    "github/requests_received_and_disclosed.csv": 26 * 2,
    GOOGLE[2018]: 1546 * 3,
    GOOGLE[2024]: 3456 * 3,
    "google/2024-05-download/google-enterprise-data-requests.csv": 389 * 3,
    "google/2024-05-download/google-global-user-data-dlr-requests.csv": 542,
    "google/2024-05-download/google-usnationalsecurity-fisa-content-requests.csv": 29 * 2,
    "google/2024-05-download/google-usnationalsecurity-nsl-requests.csv": 30 * 2,
    # 11 or 14 columns for each country, 33 or 36 by process for the US
    "meta/PRPL-Facebook-Government-Report-2013_H1.csv": 71 * 11 + 36,
    "meta/PRPL-Facebook-Government-Report-2016_H1.csv": 102 * 11 + 36,
    "meta/PRPL-Facebook-Government-Report-2019_H1.csv": 251 * 14 + 33,
    "meta/PRPL-Facebook-Government-Report-2022_H2.csv": 251 * 14 + 33,
    "meta/PRPL-Facebook-Government-Report-2023_H1.csv": 251 * 14 + 33,
    "tiktok/CLIGR_2025H2_InformationRequests.excerpt.csv": 48,
    "wikimedia/data_dec_2015.ods": 6400,
    "wikimedia/data_jun_2018.xlsx": 14304,
    "wikimedia/sum.csv": 109 * 22,
    "wikimedia/where_from.csv": 0,  # not about user data
}
UNREAD = {"snap/Snap_Transparency_Report_H1-2025.excerpt.csv"}  # no row about government requests


@pytest.fixture(scope="module")
def company(shared: Path) -> Path:
    return shared / "samples" / "company"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """The words of data/, with every source as a known one."""
    read = words.read_words(DATA)
    licences = {id: {"licence": module.SOURCE.licence} for id, module in SOURCES.items()}
    return words.vocabulary({**read, "source": {**read["source"], **licences}})


@cache
def snapshot(path: Path) -> Snapshot:
    return Snapshot(f"https://publisher.example/{path.name}", path.read_bytes(), "2024-05-01")


@cache
def figures(path: Path, source: str) -> tuple[Observation, ...]:
    return tuple(SOURCES[source].observations(snapshot(path)))


def test_every_table_in_hand_is_known_here(company: Path) -> None:
    found = {str(p.relative_to(company)) for p in company.rglob("*") if p.is_file()}
    assert {name for name in found if not name.endswith(".txt")} == {*FIGURES, *UNREAD}


@pytest.mark.parametrize(("name", "expected"), FIGURES.items())
def test_a_real_file_is_read_whole(
    company: Path, vocabulary: Vocabulary, name: str, expected: int
) -> None:
    path = company / name
    found = figures(path, name.partition("/")[0])
    assert len(found) == expected == len({figure.id for figure in found})
    grids = {}
    for figure in found:
        vocabulary.check(figure)
        place = replace(figure.locator, row=None, column="")
        if place not in grids:
            grids[place] = _tables.grid(snapshot(path).content, place)
        assert _tables.text_in(grids[place], figure.locator) == figure.value.printed


def test_snaps_file_without_government_rows_is_refused(company: Path) -> None:
    (name,) = UNREAD
    with pytest.raises(BadInput, match="government requests: expected at least one figure"):
        list(SOURCES["snap"].observations(snapshot(company / name)))


def by_plain_csv(company: Path, year: int) -> dict[tuple[str, ...], tuple[str, str, str]]:
    """Key -> requests, share and accounts as printed, by code: names of countries moved."""
    with (company / GOOGLE[year]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {(r[0], r[2] or r[1], r[3]): (r[4], r[5], r[6]) for r in rows}


def by_our_reading(company: Path, year: int) -> dict[tuple, tuple[Observation, ...]]:
    """The same of what we read: key -> the three figures of a row."""
    rows: dict[tuple, dict[str, Observation]] = {}
    for figure in figures(company / GOOGLE[year], "google"):
        key = (figure.period.label, figure.series.area, figure.series.breakdown, figure.variant)
        rows.setdefault(key, {})[figure.series.measure] = figure
    names = ("company_requests", "company_disclosure_share", "company_accounts")
    return {key: tuple(row[name] for name in names) for key, row in rows.items()}


def differences(old: dict, new: dict) -> tuple[int, int, int, int]:
    """Changed counts, rows that vanished, rows added inside old periods, blanks that became 0."""
    both, periods = old.keys() & new.keys(), {key[0] for key in old}
    printed = {
        key: [
            [f.value.printed if isinstance(f, Observation) else f for f in row[key]]
            for row in (old, new)
        ]
        for key in both
    }
    blank = [
        key
        for key, (was, now) in printed.items()
        if any(a == "" and b == "0" for a, b in zip(was[1:], now[1:], strict=True))
    ]
    return (
        sum(was[0] != now[0] for was, now in printed.values()),
        len(old.keys() - new.keys()),
        sum(key[0] in periods for key in new.keys() - old.keys()),
        len(blank),
    )


def test_google_changed_its_past_as_a_plain_comparison_of_its_files_says(company: Path) -> None:
    plainly = differences(by_plain_csv(company, 2018), by_plain_csv(company, 2024))
    as_read = differences(by_our_reading(company, 2018), by_our_reading(company, 2024))
    assert as_read == plainly == (8, 7, 8, 67)


def test_what_google_never_counted_was_missing_and_is_zero_with_a_note(company: Path) -> None:
    old, new = by_our_reading(company, 2018), by_our_reading(company, 2024)
    key = ("2009-12-31", "GB", (), "")
    assert [figure.value.status for figure in old[key]] == ["normal", *["not_available"] * 2]
    assert [plain(figure.value.number) for figure in new[key]] == ["1166", "0", "0"]
    assert "did not print this before" in new[key][1].note


@pytest.mark.parametrize(
    ("half", "total"), [("2013_H1", "1975"), ("2023_H1", "9787")], ids=["2013", "2023"]
)
def test_metas_uk_totals_are_those_known(company: Path, half: str, total: str) -> None:
    path = company / "meta" / f"PRPL-Facebook-Government-Report-{half}.csv"
    (found,) = [
        figure
        for figure in figures(path, "meta")
        if (figure.series.measure, figure.series.area) == ("company_requests", "GB")
        and not figure.series.breakdown
    ]
    assert plain(found.value.number) == total


def test_metas_range_in_a_count_cell_is_a_band(company: Path) -> None:
    path = company / "meta" / "PRPL-Facebook-Government-Report-2013_H1.csv"
    bands = [figure.value for figure in figures(path, "meta") if figure.value.is_band]
    assert [value.printed for value in bands] == ["11,000 - 12,000", "20,000 - 21,000"]


def test_discords_norway_stands_twice_and_its_total_is_kept_as_printed(company: Path) -> None:
    found = [
        figure
        for figure in figures(company / "discord" / "2024-H1.csv", "discord")
        if figure.series.measure == "company_requests"
        and figure.series.breakdown == (("legal_process", "emergency"),)
    ]
    norway = [(f.variant, f.value.printed) for f in found if f.series.area == "NO"]
    assert norway == [("", "1"), ("row-2", "4")]
    total = next(f.value.number for f in found if f.series.area == "001")
    parts = sum(f.value.number for f in found if f.series.area != "001")
    assert (total, parts) == (539, 540)


def test_apples_not_reported_is_missing_and_its_bands_begin_at_the_minimum(company: Path) -> None:
    folder = company / "apple" / "2024-05-download"
    emergency = figures(folder / "emergency_requests.csv", "apple")
    assert sum(f.value.status == "not_available" for f in emergency) == 180
    security = figures(folder / "us_national_security_requests.csv", "apple")
    band = next(f.value for f in security if f.value.printed == "13,255 - 13,499")
    assert (band.low, band.high) == (13255, 13499)
