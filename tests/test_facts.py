"""The data folder says what the collected facts say, and every word in it is defined."""

import csv
import re
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from portal.ingest import registry

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
FACTS = Path(__file__).resolve().parents[2] / "shared" / "facts"
FILES = {
    "uk_totals": "uk_communications_data_totals",
    "uk_by_authority": "uk_communications_data_by_authority",
    "uk_breakdowns": "uk_communications_data_breakdowns",
    "uk_errors": "uk_errors",
    "uk_costs": "uk_costs",
    "uk_warrants": "uk_intercept_warrants",
    "uk_police_foi": "uk_police_foi_requests",
    "uk_covert_surveillance": "uk_council_covert_surveillance",
    "eu_member_states": "eu_requests_by_member_state",
    "other_countries": "national_statistics_other",
    "companies": "company_transparency_requests",
}
DENOMINATORS = {
    "population": ("population_by_police_force_area", "population"),
    "police_officers": ("police_officers_by_force", "officers"),
}
COLUMNS = (
    "measure,requester,holder,area,breakdown,start,end,period_label,printed,reading,value,"
    "status,source,locator,url,seen_at,variant,note"
).split(",")
KEY = "measure,requester,holder,area,breakdown,start,end,source,variant".split(",")

# One data measure may carry two units of the facts only where both are words for the same thing.
SYNONYMS = {
    "cd_notices_share": {
        "percent of notices and authorisations",
        "percent of authorisations and notices",
    },
    "serious_errors_investigated": {
        "serious errors investigated",
        "serious error investigations",
    },
    "interception_errors": {"errors", "errors or breaches"},
    "foi_applications_sensitive": {"applications about journalists", "applications about lawyers"},
    "foi_records_to_search": {"records", "RIPA records (FOI)"},
    "foi_requests_to_companies": {"requests to companies", "requests"},
}
# Words that the facts print as a figure, and what they read to.
PRINTED = {
    "22.347": "22347",
    "half a percent": "0.5",
    "Approximately three quarters": "75",
    "903*": "903",
    "£488,208.60p": "488208.6",
}
NEW_BODIES = {"lycamobile", "proton", "tiktok", "snap", "discord", "github", "wikimedia"}

needs_facts = pytest.mark.skipif(
    not FACTS.is_dir(), reason=f"the collected facts are not beside this checkout ({FACTS.name})"
)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, each with a value for every column of the header."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        found = list(reader)
    assert found, f"{path.name} is empty"
    for number, row in enumerate(found, 1):
        assert None not in row and None not in row.values(), f"{path.name} row {number} is ragged"
    return found


def facts(name: str) -> list[dict[str, str]]:
    """The rows of one facts file."""
    return rows(FACTS / f"{name}.csv")


def figures(name: str) -> list[dict[str, str]]:
    """The rows of one figure file."""
    return rows(DATA / "figures" / f"{name}.csv")


def words(name: str) -> dict:
    """One file of the vocabulary."""
    return tomllib.loads((DATA / "vocabulary" / f"{name}.toml").read_text(encoding="utf-8"))


def records(folder: str, kind: str) -> list[dict]:
    """All corrections or all conflicts."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((DATA / folder).glob("*.toml"))]
    return [record for text in texts for record in tomllib.loads(text)[kind]]


def all_figures() -> dict[str, list[dict[str, str]]]:
    """Every figure file by name."""
    return {name: figures(name) for name in (*FILES, *DENOMINATORS)}


def number(row: dict[str, str]) -> float:
    """The value of a figure, read from the printed text unless it is given apart."""
    return float((row["value"] or row["printed"]).replace(",", ""))


def pairs(breakdown: str) -> list[tuple[str, str]]:
    """The dimension and code pairs of a breakdown."""
    if breakdown == "_T":
        return []
    return [tuple(pair.split("=")) for pair in breakdown.split(";")]


# ---- the facts are carried over, whole and in order


@needs_facts
@pytest.mark.parametrize("name", FILES)
def test_each_fact_is_a_figure_in_the_same_row(name: str) -> None:
    collected, kept = facts(FILES[name]), figures(name)
    assert len(kept) == len(collected)
    titles = {row["id"]: row for row in rows(DATA / "sources.csv")}
    for place, (fact, figure) in enumerate(zip(collected, kept, strict=True), 1):
        where = f"{name} row {place}"
        assert (figure["value"] or figure["printed"]) == fact["value"], where
        assert figure["start"] == fact["period_start"], where
        assert figure["end"] == fact["period_end"], where
        assert figure["note"] == fact["note"], where
        assert figure["locator"] == fact["source_page"], where
        assert figure["url"] == fact["source_url"], where
        assert (figure["seen_at"] or figure["url"]) == fact["verified_in"], where
        source = titles[figure["source"]]
        assert source["title"].replace("£", "") == fact["source_title"].replace("£", ""), where
        assert source["publisher"] == fact["source_publisher"], where
        assert source["year"] == fact["source_year"], where


@needs_facts
@pytest.mark.parametrize("name", FILES)
def test_the_reading_follows_the_qualifier(name: str) -> None:
    for place, (fact, figure) in enumerate(zip(facts(FILES[name]), figures(name), strict=True), 1):
        where, qualifier = f"{name} row {place}", fact["value_qualifier"]
        if qualifier != "approx":
            allowed = {qualifier}
            if fact["note"] == "The remainder.":
                allowed = {"about"}
            assert figure["reading"] in allowed, where
        elif figure["reading"] == "exact":
            assert figure["status"] in {"doubtful", "derived"}, where
        else:
            assert figure["reading"] == "about", where
            assert figure["status"] in {"approximate", "derived", "doubtful"}, where


@needs_facts
def test_a_measure_never_mixes_two_units_of_the_facts() -> None:
    units = defaultdict(set)
    for name, source in FILES.items():
        for fact, figure in zip(facts(source), figures(name), strict=True):
            units[figure["measure"]].add(fact["unit"])
    mixed = {measure: found for measure, found in units.items() if len(found) > 1}
    assert mixed == SYNONYMS


@needs_facts
def test_one_unit_of_the_facts_keeps_its_kind() -> None:
    measures, units = words("measures")["measure"], words("units")["unit"]
    for name, source in FILES.items():
        for fact, figure in zip(facts(source), figures(name), strict=True):
            kind = units[measures[figure["measure"]]["unit"]]["kind"]
            is_share = fact["unit"].startswith("percent")
            is_money = fact["unit"].split(" ")[0] in {"GBP", "AUD", "CHF"}
            assert (kind == "share") == is_share, (name, fact["unit"], figure["measure"])
            assert (kind in {"money", "rate"}) == is_money, (name, fact["unit"])


@needs_facts
@pytest.mark.parametrize("name", DENOMINATORS)
def test_each_denominator_is_a_figure_in_the_same_row(name: str) -> None:
    source, column = DENOMINATORS[name]
    collected, kept = facts(source), figures(name)
    assert len(kept) == len(collected)
    for place, (fact, figure) in enumerate(zip(collected, kept, strict=True), 1):
        where = f"{name} row {place}"
        assert figure["requester"] == fact["body_id"], where
        assert figure["printed"] == fact[column] and figure["value"] == "", where
        assert figure["note"] == fact.get("note", ""), where
        assert figure["url"] in fact["source"], where
        assert figure["start"] == figure["end"], where
        if name == "police_officers":
            assert figure["start"] == fact["as_at"], where
            assert f"30 September {figure['source'][-4:]}" in fact["source"], where
            assert (figure["status"] == "revised") == fact["note"].startswith("revised"), where
        elif fact["source"].startswith("Census"):
            assert figure["start"] == "2011-03-27" and fact["year"] == "2011", where
        else:
            assert figure["start"] == f"{fact['year']}-06-30", where
            assert (figure["source"] == "population-2020-by-police-area") == (
                fact["year"] == "2020"
            ), where


@needs_facts
def test_all_bodies_are_kept_and_only_groups_and_known_companies_added() -> None:
    collected, kept = facts("bodies"), rows(DATA / "bodies.csv")
    for fact, body in zip(collected, kept, strict=False):
        expected = {key.replace("jurisdiction", "area"): value for key, value in fact.items()}
        assert body == expected
    added = kept[len(collected) :]
    assert {body["id"] for body in added if body["body_type"] != "group"} == NEW_BODIES


@needs_facts
def test_laws_and_timeline_are_carried_over() -> None:
    same = {
        "instrument": "instrument",
        "reference": "reference",
        "ended_on": "ended_on",
        "instrument_type": "instrument_type",
        "in_force_from": "in_force_from",
        "months_min": "retention_months_min",
        "months_max": "retention_months_max",
        "data_covered": "data_covered",
        "status": "status",
        "status_event": "status_event",
        "status_event_date": "status_event_date",
        "url": "source_url",
        "note": "note",
    }
    for fact, law in zip(facts("retention_laws"), rows(DATA / "laws.csv"), strict=True):
        assert {key: law[key] for key in same} == {key: fact[old] for key, old in same.items()}
        assert (law["seen_at"] or law["url"]) == fact["verified_in"]
    for fact, event in zip(facts("timeline_events"), rows(DATA / "timeline.csv"), strict=True):
        for key in ("date", "event", "instrument", "body", "source_title"):
            assert event[key] == fact[key]
        assert (event["area"], event["url"]) == (fact["jurisdiction"], fact["source_url"])


@needs_facts
def test_each_body_text_of_the_facts_is_an_alias_of_the_requester_or_holder() -> None:
    aliases = {row["id"]: set(row["aliases"].split("|")) for row in rows(DATA / "bodies.csv")}
    checked = 0
    for name, source in FILES.items():
        for place, (fact, figure) in enumerate(zip(facts(source), figures(name), strict=True), 1):
            named = {figure["requester"], figure["holder"]} - {"_T"}
            if fact["body_type"] not in {
                "police",
                "local_authority",
                "intelligence",
                "company",
                "other_public_authority",
                "other_law_enforcement",
            }:
                continue
            assert any(fact["body"] in aliases[body] for body in named), f"{name} row {place}"
            checked += 1
    assert checked > 1400


# ---- every word is defined, every key is unique


@pytest.mark.parametrize("name", (*FILES, *DENOMINATORS))
def test_every_id_of_a_figure_exists(name: str) -> None:
    measures, statuses = words("measures")["measure"], words("statuses")["status"]
    areas, dimensions = words("areas")["area"], words("dimensions")["dimension"]
    bodies = {row["id"] for row in rows(DATA / "bodies.csv")} | {"_T"}
    sources = {row["id"] for row in rows(DATA / "sources.csv")}
    for place, row in enumerate(figures(name), 1):
        where = f"{name} row {place}"
        assert list(row) == COLUMNS, where
        assert row["measure"] in measures, where
        assert row["requester"] in bodies and row["holder"] in bodies, where
        assert row["area"] in areas and row["source"] in sources, where
        assert statuses[row["status"]]["has_value"], f"{where}: a value with {row['status']}"
        assert row["reading"] in {"exact", "about", "at_least", "less_than"}, where
        found = pairs(row["breakdown"])
        assert found == sorted(found) and len(dict(found)) == len(found), where
        for dimension, code in found:
            assert code in dimensions[dimension]["codes"], f"{where}: {dimension}={code}"


def test_the_key_of_a_figure_is_unique_over_all_files() -> None:
    keys = Counter(
        tuple(row[column] for column in KEY) for kept in all_figures().values() for row in kept
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_periods_are_days_in_order_and_always_labelled() -> None:
    for name, kept in all_figures().items():
        for place, row in enumerate(kept, 1):
            where = f"{name} row {place}"
            for day in (row["start"], row["end"]):
                assert day == "" or re.fullmatch(r"\d{4}-\d\d-\d\d", day), where
            assert not (row["start"] and row["end"]) or row["start"] <= row["end"], where
            empty = not row["start"] and not row["end"]
            assert row["period_label"] and (row["period_label"] == "not stated") == empty, where


def test_a_value_is_given_apart_only_where_the_printed_text_does_not_read() -> None:
    named = {
        (figure["file"], figure["row"])
        for record in records("corrections", "correction")
        for figure in record["figures"]
        if not is_scraped(figure)
    }
    apart = {}
    for name, kept in all_figures().items():
        for place, row in enumerate(kept, 1):
            if row["value"]:
                apart[row["printed"]] = row["value"]
                assert (name, place) in named, f"{name} row {place} has no correction"
            else:
                assert re.fullmatch(r"-?\d+(\.\d+)?", row["printed"]), f"{name} row {place}"
    assert apart == PRINTED


def test_every_measure_in_use_is_defined_with_a_unit() -> None:
    units, measures = words("units")["unit"], words("measures")["measure"]
    used = {row["measure"] for kept in all_figures().values() for row in kept}
    assert used <= set(measures)
    assert {measure["unit"] for measure in measures.values()} <= set(units)
    for id, measure in measures.items():
        assert measure["topic"] in {
            "volume",
            "company",
            "errors",
            "cost",
            "warrants",
            "foi",
            "retention",
            "covert",
            "denominator",
            "abroad",
        }, id
        assert measure["side"] in {"authority", "company", "money", "other"}, id
        assert measure["label"] and measure["definition"] and measure["why"], id


def test_breaks_and_chains_name_measures_and_sources_that_exist() -> None:
    measures = words("measures")["measure"]
    sources = {row["id"] for row in rows(DATA / "sources.csv")}
    breaks = words("breaks")["break"]
    assert len({b["id"] for b in breaks}) == len(breaks)
    for b in breaks:
        assert set(b["measures"]) | set(b["to_measures"]) <= set(measures), b["id"]
        assert b["source"] in sources and re.fullmatch(r"\d{4}-\d\d-\d\d", b["date"]), b["id"]
        assert len(b["title"].split()) <= 6, b["id"]
        assert b["kind"] in {
            "unit",
            "law",
            "coverage",
            "system",
            "method",
            "definition",
            "projection",
        }, b["id"]
    for chain in words("chains")["chain"]:
        assert set(chain["measures"]) <= set(measures), chain["id"]


def test_each_step_of_the_national_chain_is_a_declared_break() -> None:
    chain = next(c for c in words("chains")["chain"] if c["id"] == "national")
    assert chain["measures"] == ["cd_requests", "cd_notices", "cd_items", "cd_authorisations"]
    for old, new in zip(chain["measures"], chain["measures"][1:], strict=False):
        assert any(
            old in b["measures"] and new in b["to_measures"] for b in words("breaks")["break"]
        ), (old, new)


def test_bodies_sources_laws_and_events_use_defined_words() -> None:
    areas, types = words("areas")["area"], words("body_types")["body_type"]
    bodies, sources = rows(DATA / "bodies.csv"), rows(DATA / "sources.csv")
    ids = {row["id"] for row in bodies}
    assert len(ids) == len(bodies)
    assert len({row["id"] for row in sources}) == len(sources)
    assert len({(row["title"], row["publisher"]) for row in sources}) == len(sources)
    for row in bodies:
        assert row["body_type"] in types and row["area"] in {*areas, ""}, row["id"]
        assert row["parent"] in {*ids, ""}, row["id"]
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["id"]), row["id"]
    licences = words("licences")["licence"]
    for row in sources:
        assert row["licence"] in licences and "?page=" not in row["url"], row["id"]
        assert row["kind"] in {
            "official",
            "parliament",
            "court",
            "press",
            "ngo",
            "company",
            "compilation",
            "legal_note",
        }, row["id"]
    for row in rows(DATA / "laws.csv"):
        assert row["area"] in areas and row["source"] in {s["id"] for s in sources}, row["id"]
        assert row["state"] in {"in_force", "ended", "struck_down", "not_in_force", "judgment"}, (
            row["id"]
        )
    events = rows(DATA / "timeline.csv")
    assert len({event["id"] for event in events}) == len(events)
    assert {event["area"] for event in events} <= set(areas)


def test_purposes_are_the_codes_of_the_dimension() -> None:
    codes = words("dimensions")["dimension"]["purpose"]["codes"]
    assert set(words("purposes")["purpose"]) == set(codes)


# ---- corrections and conflicts


def all_sources() -> set[str]:
    """The publications that were transcribed, and those that are scraped."""
    return {row["id"] for row in rows(DATA / "sources.csv")} | set(registry.sources())


def is_scraped(figure: dict[str, object]) -> bool:
    """True when a record names a figure by its id, which is none of data/figures."""
    return bool(re.fullmatch("[0-9a-f]{12}", str(figure.get("observation", ""))))


def test_corrections_point_to_rows_and_their_guards_still_hold() -> None:
    kept = all_figures()
    sources = all_sources()
    found = records("corrections", "correction")
    assert len({record["id"] for record in found}) == len(found)
    for record in found:
        id = record["id"]
        assert record["kind"] in {
            "misprint",
            "sum",
            "inconsistent",
            "second_hand",
            "extraction",
            "period",
            "revised",
            "label",
            "unexplained",
        }, id
        assert record["state"] in {"open", "reported", "acknowledged", "fixed"}, id
        assert record["source"] in sources and record["figures"], id
        for figure in record["figures"]:
            if is_scraped(figure):
                assert record["source"] in registry.sources(), id
            else:
                assert 1 <= figure["row"] <= len(kept[figure["file"]]), id
        if all(map(is_scraped, record["figures"])):
            continue
        guard, first = record["guard"], record["figures"][0]
        if guard["kind"] == "value_is":
            assert number(kept[first["file"]][first["row"] - 1]) == float(guard["value"]), id
        else:
            assert guard["kind"] == "parts_do_not_add", id
            file, row = guard["total"]
            parts = sum(number(kept[name][place - 1]) for name, place in guard["parts"])
            assert abs(parts - number(kept[file][row - 1])) > 0.001, id


def test_conflicts_have_two_sides_that_exist() -> None:
    kept = all_figures()
    sources = all_sources()
    found = records("conflicts", "conflict")
    assert len({record["id"] for record in found}) == len(found)
    for record in found:
        sides = record["sides"]
        assert len(sides) >= 2 and all(side["says"] for side in sides), record["id"]
        places = [(side["file"], side["row"]) for side in sides if "row" in side]
        for file, row in places:
            assert 1 <= row <= len(kept[file]), record["id"]
        for side in sides:
            assert "row" in side or side["source"] in sources, record["id"]
        preferred = record["preferred"]
        if preferred and is_scraped(preferred):
            assert preferred["observation"] in {side.get("observation") for side in sides}
            continue
        assert preferred == "" or (preferred["file"], preferred["row"]) in places, record["id"]


def test_two_values_for_the_same_thing_are_always_a_declared_conflict() -> None:
    groups = defaultdict(list)
    for name, kept in all_figures().items():
        for place, row in enumerate(kept, 1):
            groups[tuple(row[column] for column in KEY[:7])].append((name, place, number(row)))
    declared = [
        {(side["file"], side["row"]) for side in record["sides"] if "row" in side}
        for record in records("conflicts", "conflict")
    ]
    for key, found in groups.items():
        if len({value for *_, value in found}) > 1:
            places = {(name, place) for name, place, _ in found}
            assert any(places <= sides for sides in declared), key


def test_each_doubt_in_a_note_has_a_record() -> None:
    covered = {
        (figure["file"], figure["row"])
        for record in records("corrections", "correction")
        for figure in record["figures"]
        if not is_scraped(figure)
    }
    covered |= {
        (side["file"], side["row"])
        for record in records("conflicts", "conflict")
        for side in record["sides"]
        if "row" in side
    }
    doubt = re.compile(
        r"CONFLICT|ERRATUM|misprint|inferred|inconsisten|uncertain|ambiguous|"
        r"wrongly|presumed|Low confidence"
    )
    for name, kept in all_figures().items():
        for place, row in enumerate(kept, 1):
            if doubt.search(row["note"]) or row["status"] == "doubtful":
                assert (name, place) in covered, f"{name} row {place}: {row['note']}"


def test_nobody_writes_where_the_data_were_prepared() -> None:
    for path in DATA.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            here = str(Path(__file__).resolve().parents[2]) + "/"
            assert "\r" not in text and here not in text and "/tmp/" not in text, path.name
