"""Identifiers of persons in UK forms: found in the collected list and in one made here."""

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from stdnum.gb import nhs

from portal.desk.inspection import Cell, Table, inspect, pii
from portal.desk.inspection.figures import judge
from portal.desk.inspection.findings import Report

KIND = {
    "UK_NHS": "nhs", "UK_NINO": "nino", "EMAIL": "email", "POSTCODE": "postcode",
    "VRM": "vehicle", "IP": "ip", "PHONE": "phone", "DOB": "date_of_birth",
    "CRIMEREF": "crime_reference", "COLLAR": "collar",
}  # fmt: skip
LEAST = {
    "UK_NHS": 0.99, "UK_NINO": 0.99, "EMAIL": 0.99, "POSTCODE": 0.99, "VRM": 0.99, "IP": 0.98,
    "PHONE": 0.95, "DOB": 0.90, "CRIMEREF": 0.90, "COLLAR": 0.90,
}  # fmt: skip
MOST_CLEAN_FLAGGED = 0.05
EACH = 200
SEED = 77_041


def listed(shared: Path) -> list[tuple[str, str, str]]:
    path = shared / "samples" / "nasty" / "pii" / "labelled_D.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"], row["span"]) for row in csv.DictReader(file)]


def found(text: str, label: str, span: str) -> bool:
    """An identifier of the right kind overlaps the place where the list says one stands."""
    at = text.find(span)
    return any(
        each.kind == KIND[label] and each.start < at + len(span) and at < each.end
        for each in pii.find(text)
    )


@pytest.mark.parametrize("label", LEAST)
def test_the_collected_list(shared: Path, label: str) -> None:
    mine = [row for row in listed(shared) if row[1] == label]
    share = sum(found(*row) for row in mine) / len(mine)
    assert len(mine) >= 20 and share >= LEAST[label]


def test_clean_sentences_of_the_collected_list(shared: Path) -> None:
    clean = [text for text, label, _ in listed(shared) if label == "NONE"]
    assert len(clean) >= 100
    assert sum(bool(pii.kinds(text)) for text in clean) / len(clean) <= MOST_CLEAN_FLAGGED


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def an_nhs(rng: random.Random) -> str:
    while not nhs.is_valid(number := f"999{digits(rng, 7)}"):
        continue
    sep = rng.choice([" ", "-", " "])
    return f"{number[:3]}{sep}{number[3:6]}{sep}{number[6:]}"


def a_nino(rng: random.Random) -> str:
    number = f"{rng.choice(['AB', 'JT', 'PX', 'SN'])}0000{digits(rng, 2)}{rng.choice('ABCD')}"
    if rng.random() < 0.5:
        number = f"{number[:2]} {number[2:4]} {number[4:6]} {number[6:8]} {number[8]}"
    return number.lower() if rng.random() < 0.2 else number


def an_email(rng: random.Random) -> str:
    name = rng.choice(["w.tolb", "grizbree_h", "foi+2023", "o'fenn", "records.unit-7"])
    return (
        f"{name}{digits(rng, 2)}@{rng.choice(['example.org', 'mail.example.net', 'a-b.example'])}"
    )


def a_postcode(rng: random.Random) -> str:
    code = rng.choice(["SW1A 1AA", "M1 1AE", "CF10 3NP", "EC1A 1BB", "B33 8TH", "W1A 0AX"])
    return code if rng.random() < 0.7 else code.replace(" ", "")


def a_vehicle(rng: random.Random) -> str:
    letters = "ABCDEFGHJKLMNOPRSTUVWXYZ"
    area = rng.choice("ABCDEFGHKLMNOPRSTVWY") + rng.choice("ABCDEFGHJKLMNOPRSTUVWY")
    tail = "".join(rng.choice(letters) for _ in range(3))
    return f"{area}00{rng.choice([' ', ' ', ''])}{tail}"


def an_ip(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return f"2001:db8::{digits(rng, 1)}:{rng.randint(1, 0xFFFF):x}"
    return f"{rng.choice([203, 198, 192, 100])}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.7"


def a_phone(rng: random.Random) -> str:
    tail = f"{rng.randint(0, 999):03d}"
    return rng.choice([
        f"020 7946 0{tail}", f"07700 900{tail}", f"+44 7700 900{tail}", f"(0114) 496 0{tail}",
        f"0044 20 7946 0{tail}", f"07700900{tail}", f"+44 (0)29 2018 0{tail}", f"0161-496-0{tail}",
    ])  # fmt: skip


def a_birth(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1940, 2009)
    return rng.choice([
        f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}", f"{day}.{month}.{year}",
        f"{day} March {year}", f"{day}th Oct {year}", f"{day:02d}-{month:02d}-{year % 100:02d}",
    ])  # fmt: skip


def a_crime(rng: random.Random) -> str:
    return rng.choice([
        f"CR/{digits(rng, 6)}/{rng.randint(10, 23)}", f"CR{digits(rng, 8)}",
        f"crime reference {digits(rng, 8)}/{rng.randint(10, 23)}",
        f"Crime No: 42/{digits(rng, 5)}/22", f"incident number {digits(rng, 10)}",
    ])  # fmt: skip


def a_collar(rng: random.Random) -> str:
    return rng.choice([f"PC {digits(rng, 4)}", f"collar number {digits(rng, 4)}",
                       f"DC {digits(rng, 3)}", f"Sgt {digits(rng, 4)}"])  # fmt: skip


MAKERS: dict[str, tuple[Callable[[random.Random], str], list[str]]] = {
    "UK_NHS": (an_nhs, ["Recorded under {}.", "{}", "NHS no {} was given", "ref ({}) closed"]),
    "UK_NINO": (a_nino, ["NI number {}", "{}", "held for {}, since 2019", "({})"]),
    "EMAIL": (an_email, ["Write to {} by Friday.", "{}", "<{}>", "reply:{};"]),
    "POSTCODE": (
        a_postcode,
        ["Seen near {}.", "{}", "The address ends {}, it says", "at {} twice"],
    ),
    "VRM": (a_vehicle, ["A car, {}, was stopped.", "{}", "registration {}", "vehicle: {}."]),
    "IP": (an_ip, ["Resolved to {}.", "{}", "from {} at 12:04", "host [{}]"]),
    "PHONE": (a_phone, ["Ring {} first.", "{}", "Tel: {}", "on {}, or not"]),
    "DOB": (a_birth, ["born {}", "DOB {}", "Date of birth: {}.", "d.o.b. {} given"]),
    "CRIMEREF": (a_crime, ["See {}.", "{}", "logged as {} that day"]),
    "COLLAR": (a_collar, ["{} attended.", "signed by {}", "{}"]),
}


@pytest.mark.parametrize("label", MAKERS)
def test_a_made_list_that_no_rule_was_tuned_on(label: str) -> None:
    rng = random.Random(f"{SEED} {label}")
    make, frames = MAKERS[label]
    hits = 0
    for _ in range(EACH):
        span = make(rng)
        hits += found(rng.choice(frames).format(span), label, span)
    assert hits / EACH >= LEAST[label]


def a_clean_sentence(rng: random.Random) -> str:
    n, m = rng.randint(2, 99_999), rng.randint(2, 999)
    year = rng.randint(2008, 2024)
    return rng.choice([
        f"In {year} the force made {n:,} applications, {m} of them urgent.",
        f"Section {m % 80 + 1}({m % 9 + 1}) of the Act of {year} applies to {n} records.",
        f"The cost was £{n:,}.{m % 100:02d}, against £{m},000 the year before.",
        f"Answer sent on {m % 28 + 1} March {year}, {m % 20 + 1} working days after it was due.",
        f"Version {m % 9}.{m % 7}.{n % 10}.{m % 5} of the form was in use until {year}.",
        f"Between {year - 1}/{year % 100:02d} and {year}/{year % 100 + 1:02d} it rose {m / 10}%.",
        f"Table {m % 30} gives {n} notices, {m} authorisations and {n + m} items of data.",
        f"ISBN 978-1-4741-{n % 10_000:04d}-{m % 10} is cited in paragraph {m % 90}.{m % 9}.",
        f"FOI reference {n:05d}/{year % 100:02d} was closed after {m} hours.",
        f"Bands: 1-4, 5-9, 10-{m}; more than {n:,} in all.",
        f"Decision FS{n:08d} was published in {year}.",
        f"The rate is {m}.{n % 10} per 100,000 residents; the range {m}-{m + n}.",
    ])  # fmt: skip


def test_made_sentences_without_any_person() -> None:
    rng = random.Random(SEED)
    clean = [a_clean_sentence(rng) for _ in range(600)]
    flagged = [text for text in clean if pii.kinds(text)]
    assert len(flagged) / len(clean) <= MOST_CLEAN_FLAGGED, flagged[:5]


@pytest.mark.parametrize("before", range(pii.WINDOW - 30, pii.WINDOW + 10, 3))
def test_what_lies_across_two_stretches_of_long_text_is_found_once(before: int) -> None:
    text = "a " * (before // 2) + " AB000012C " + "b " * 3_000
    assert [each.kind for each in pii.find(text)] == ["nino"]
    (only,) = pii.find(text)
    assert text[only.start : only.end] == "AB000012C"


def table(header: str, values: list[str]) -> Table:
    cells = [Cell(1, 1, "Area"), Cell(1, 2, header)]
    for n, value in enumerate(values, 2):
        cells += [Cell(n, 1, f"Ward {'ABCDEFGHIJKL'[n % 12]}"), Cell(n, 2, value)]
    return Table("sheet 1", cells)


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_small_counts_of_persons_are_shown_to_the_reviewer_and_stay(small: int) -> None:
    report = Report()
    given = table("Persons arrested", ["120", str(small), "88", "97"])
    judged = judge(given, report)
    assert [(f.kind, f.count) for f in report.findings() if f.kind == "small_count"] == [
        ("small_count", 1)
    ]
    assert [cell.text for cell in judged.cells] == [cell.text for cell in given.cells]
    assert {f.outcome for f in report.findings() if f.kind == "small_count"} == {"quarantine"}


@pytest.mark.parametrize("header", ["Applications", "Kilometres", "Pages"])
def test_small_figures_that_count_no_persons_are_let_be(header: str) -> None:
    report = Report()
    judge(table(header, ["120", "3", "88", "97"]), report)
    assert "small_count" not in {finding.kind for finding in report.findings()}


def test_a_column_of_free_text_is_held_cell_by_cell() -> None:
    remarks = [
        f"The caller said that the matter of case {n} was settled by the parties in May."
        for n in range(5)
    ]
    report = Report()
    judged = judge(table("Remarks", remarks), report)
    assert {c.held for c in judged.cells if c.column == 2 and c.row > 1} == {"free_text"}
    assert all(not cell.text for cell in judged.cells if cell.held)
    text = "Area,Remarks\n" + "".join(f'North,"{each}"\n' for each in remarks)
    assert "free_text" in inspect(text.encode(), "a.csv").kinds


def test_figures_side_by_side_are_no_number_of_a_patient() -> None:
    rng = random.Random(SEED)
    rows = [[str(rng.randint(100, 999)), str(rng.randint(100, 999)), str(rng.randint(1000, 9999))]
            for _ in range(300)]  # fmt: skip
    text = "One,Two,Three\n" + "\n".join(",".join(row) for row in rows)
    assert "pii" not in inspect(text.encode(), "a.csv").kinds
