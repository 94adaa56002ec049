"""Every shared sample of GOV.UK, the Home Office and WhatDoTheyKnow: read, or refused by name.

The samples stand beside the checkout and are never part of it.
"""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from uk_recordings import text_at

from portal.config import Settings
from portal.core.errors import BadInput
from portal.core.sources import Snapshot
from portal.ingest import scrape, words
from portal.sources import _govuk, _spend, govuk_watch, home_office_spend, whatdotheyknow

HO, API = "uk-25k/home-office", "govuk/content-api"

# file -> (label of its link, rows, blank rows, encoding, payments taken, their sum)
MONTHS = {
    f"{HO}/march-2011.csv": ("March 2011", 1173, 0, "cp1252", 0, "0"),
    f"{HO}/july-2012.csv": ("July 2012", 1222, 1, "utf-8-sig", 0, "0"),
    f"{HO}/HO_FY1314_AP10_25K_Spend_CSV.csv": ("January 2014", 989, 1344, "cp1252", 0, "0"),
    f"{HO}/HO_FY1415_AP7_Proc_Spend_25K_CSV.csv": (
        "October 2014", 1230, 0, "utf-8-sig", 18, "4521858.64",
    ),
    f"{HO}/Home-Office-Spending-Over-25000-August-2016-CSV.csv": (
        "August 2016", 1054, 0, "utf-8-sig", 0, "0",
    ),
}  # fmt: skip

# file -> (kind of document, organisations, notes of change, files)
PAGES = {
    f"{API}/best-practice-foi-release.json": ("foi_release", 1, 1, 0),
    f"{API}/best-practice-official-statistics.json": ("official_statistics", 1, 4, 0),
    f"{API}/best-practice-transparency-data.json": ("transparency", 3, 1, 0),
    f"{API}/document_collection.json": ("document_collection", 1, 0, 0),
    f"{API}/publication-with-featured-attachments.json": ("foi_release", 1, 1, 1),
    f"{API}/statistical_data_set_with_csv.json": ("statistical_data_set", 1, 0, 7),
}

# file -> (who refuses it, in which words, why that is right)
REFUSED = {
    "uk-25k/other/HMRC_spending_over_25000_for_August_2023.csv": (
        "spend", "payments of the Home Office", "another department's month, in the newer layout",
    ),
    "govuk/ckan/package_show_update.json": (
        "page", "the key base_path", "data.gov.uk's own format, which no source of ours asks",
    ),
    "govuk/ckan/search_dataset_p1.json": (
        "page", "the key base_path", "data.gov.uk's own format, which no source of ours asks",
    ),
    "foi/whatdotheyknow/feed_search_event.excerpt.json": (
        "foi", "the key public_body", "an excerpt: authority, requester and snippet were cut out",
    ),
}  # fmt: skip
INDEXES = {"uk-25k/_index/header_variants_counts.csv", "uk-25k/_index/sources.csv"}


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples"


def snapshot(samples: Path, name: str, label: str = "") -> Snapshot:
    content = (samples / name).read_bytes()
    return Snapshot(f"https://example.org/{name}", content, "2026-11-01T00:00:00Z", label=label)


def test_every_sample_is_accounted_for(samples: Path) -> None:
    found = {
        path.relative_to(samples).as_posix()
        for folder in ("govuk", "foi", "uk-25k")
        for path in (samples / folder).rglob("*")
        if path.is_file()
    }
    assert found == {*MONTHS, *PAGES, *REFUSED, *INDEXES}


@pytest.mark.parametrize("name", MONTHS)
def test_a_month_reads_whole_and_each_payment_leads_to_its_cell(samples: Path, name: str) -> None:
    label, rows, blank, encoding, taken, total = MONTHS[name]
    kept = snapshot(samples, name, label)
    file = _spend.read(kept, "Home Office")
    assert (len(file.payments), file.blank, file.encoding) == (rows, blank, encoding)
    assert file.refused == [] and list(home_office_spend.records(kept)) == []
    figures = list(home_office_spend.observations(kept))
    assert len(figures) == len({each.id for each in figures}) == taken
    assert sum(each.value.number or 0 for each in figures) == Decimal(total)
    known = scrape.with_sources(words.vocabulary(words.read_words(Settings().data)))
    for each in figures:
        known.check(each)
        assert text_at(home_office_spend)(kept.content, each.locator) == each.value.printed


def test_october_2014_pays_seven_operators_and_keeps_five_identical_lines(samples: Path) -> None:
    name = f"{HO}/HO_FY1415_AP7_Proc_Spend_25K_CSV.csv"
    figures = list(home_office_spend.observations(snapshot(samples, name, "October 2014")))
    paid: Counter[str] = Counter()
    for each in figures:
        paid[each.series.holder] += int((each.value.number or 0) * 100)
    assert paid == {
        "bt": 34114562, "ee": 50685395, "o2-telefonica-uk": 21730000, "sky-uk": 209798370,
        "talktalk": 7588620, "virgin-media": 9513030, "vodafone-uk": 118755887,
    }  # fmt: skip
    assert sum(each.value.printed == "199,116.90" for each in figures) == 5
    grants = [e for e in figures if ("payment_kind", "grant") in e.series.breakdown]
    assert sorted(e.value.printed for e in grants) == ["1,939,333.20", "119,100.00"]


def test_a_month_under_another_months_label_is_refused(samples: Path) -> None:
    kept = snapshot(samples, f"{HO}/march-2011.csv", "June 2010")
    with pytest.raises(BadInput, match="payments of June 2010"):
        list(home_office_spend.observations(kept))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_gov_uk_tells_its_changes_and_files(samples: Path, name: str) -> None:
    kept = snapshot(samples, name)
    told = _govuk.publication(kept).fields
    kind, organisations, notes, files = PAGES[name]
    assert told["document_type"] == kind
    assert [len(told[n]) for n in ("organisations", "change_history", "attachments")] == [
        organisations, notes, files,
    ]  # fmt: skip
    assert all(each["title"] and each["url"].startswith("https") for each in told["attachments"])
    # None of them is about communications data, and the watcher passes each over.
    assert list(govuk_watch.records(kept)) == []


def test_a_collection_names_its_documents_once_each(samples: Path) -> None:
    kept = snapshot(samples, f"{API}/document_collection.json")
    found = _govuk.linked(_govuk.document(kept), kept.address)
    assert len(found) == len(set(found)) == 9
    assert all(each.startswith(_govuk.CONTENT + "/government/") for each in found)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_ours_is_refused_by_name(samples: Path, name: str) -> None:
    reader, expected, _why = REFUSED[name]
    read = {
        "spend": home_office_spend.observations,
        "page": govuk_watch.records,
        "foi": whatdotheyknow.records,
    }[reader]
    with pytest.raises(BadInput, match=re.escape(expected)) as problem:
        list(read(snapshot(samples, name, "August 2023")))
    assert name in str(problem.value)


def test_a_real_event_reads_once_its_authority_is_there_and_tells_no_person(samples: Path) -> None:
    kept = snapshot(samples, "foi/whatdotheyknow/feed_search_event.excerpt.json")
    (event,) = json.loads(kept.content)
    event["public_body"] = {"name": "Bristol City Council", "url_name": "bristol_city_council"}
    event["user"] = {"name": "Invented Person", "url_name": "invented_person"}
    event["snippet"] = "Dear Invented Person"
    full = Snapshot(kept.address, json.dumps([event]).encode(), kept.fetched_at)
    (found,) = whatdotheyknow.records(full)
    assert found.id == event["info_request"]["url_title"]
    assert found.fields["state"] == "internal_review"
    assert found.fields["last_event"] == event["created_at"]
    assert "nvented" not in json.dumps(dict(found.fields))


def test_every_spelling_of_a_header_is_known(samples: Path) -> None:
    index = samples / "uk-25k/_index/header_variants_counts.csv"
    names = {
        "department_family": "department", "expense_type": "type", "expense_area": "area",
        "transaction_number": "transaction", "vat_registration_number": "vat",
        "supplier_postcode": "postcode", "contract_number": "contract", "project_code": "project",
        "expenditure_type": "expenditure",
    }  # fmt: skip
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 166
    for row in rows:
        found = _spend.FIELDS.get(_spend._letters(row["header_as_published"]))
        assert found == names.get(row["field"], row["field"]), row


def test_every_label_of_the_home_office_names_its_months(samples: Path) -> None:
    with (samples / "uk-25k/_index/sources.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["publisher_id"] == "home-office"]
    assert len(rows) == 78
    for row in rows:
        days = [datetime.strptime(day, "%d-%m-%Y").date() for day in row["period_id"].split("/")]
        assert _spend.months_of(row["title"]) == tuple(day.replace(day=1) for day in days)
