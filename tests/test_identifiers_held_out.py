"""Identifiers in forms that no rule was written from first, and sentences of statistics prose."""

import random
from collections.abc import Iterator

import pytest

from portal.desk.inspection import pii

FOUND = {
    "nhs": ["her NHS no: 999-000-0026", "(NHS: 999 000 0050)", "NHS Number:9990000077"],
    "nino": ["ab 12 34 56 a", "AB12 3456D", "NINO (JC000099)", "NI no. YZ 00 00 12"],
    "postcode": ["post to GIR 0AA", "BFPO 57 was the address", "address BFPO 5765", "zip l1 8jq"],
    "vehicle": [
        "van ab00cde", "index 1234 AB", "driving AIZ 4321", "the Ford LKZ 1234", "plate 1 ABC",
        "car BD00-XYZ", "vehicle reg 101 D 234", "NI plate AZ 1234", "VRM Q123 ABC",
    ],
    "ip": ["[2001:db8::7]:443", "192.0.2.0/24", "203[.]0[.]113[.]77", "::ffff:192.0.2.128"],
    "phone": [
        "+44 (0)131 496 0456", "0161 496 0777 x4521", "44 7700 900222", "07700.900.111",
        "ext. 4567 on 01632960222",
    ],
    "date_of_birth": [
        "date of birth: third of March 1987", "born the third of March nineteen eighty-seven",
        "dob 12051990", "d o b 12 05 1990", "date of birth was the 12th of May 1990",
    ],
    "crime_reference": [
        "CRN 1234567/23", "incident 0123 of 4 May 2023", "niche ref 47230001234",
        "log 123 of 12/05/2023", "reference 13/4567/23 for the crime", "URN 01YZ1234523",
    ],
    "email": [
        "a.b [at] example.org", "a.b at example dot org", "ab AT example DOT org DOT uk",
        "a.b&#64;example.org", "a.b＠example.org", '"a b"@example.org', "a.b{at}example{dot}org",
    ],
    "collar": ["PC1234", "PC A1234", "DS1245", "warrant card number 201234"],
    "name": ["Sgt O’Neil", "Sir John Field", "Lady Ashe", "Cllr Pat Moor", "Superintendent Hall"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts]
)
def test_held_out_forms_are_found(kind: str, text: str) -> None:
    assert kind in pii.kinds(text)


FORMS = [
    "Between {y}/{s} and {z}/{t} the number of notices rose from {n:,} to {m:,}.",
    "There were {n:,} authorisations in {y}, {p} per cent of all {m:,}.",
    "Table {a}.{b} shows requests by purpose and month, {month} {y} to {month} {z}.",
    "The average was {p} days (median {a}), compared with {q} days in {y}/{s}.",
    "Under section {a}({b}) of the {y} Act the order lapsed after {n} days.",
    "The code of practice, version {a}.{b}.{c}, came into force on {d} {month} {y}.",
    "See paragraph {a}.{b}.{c}.{d} and regulation {n} of SI {y}/{n}.",
    "Some {n:,} of the {m:,} crime reports were closed by {month} {y}.",
    "Crime recorded by the police rose by {p}% to {n:,} offences in {y}/{s}.",
    "Incident volumes fell from {n} in {month} to {o} in {month}.",
    "The budget was £{m:,}.{d:02} and spending £{n:,}, a rate of {a} in {b}{c}.",
    "Figures were revised on {d} {month} {y}; the next release is due in {month} {z}.",
    "The response rate was {p}.{b}% (n={n}), {d} points above {y}.",
    "Of {n} appeals, {d} were upheld, {a} dismissed and {b} withdrawn.",
    "Form RC{a}, annex {b}, lists {n} data fields in {d} groups.",
    "A total of {n}-{m} records were held in phase {a}, wave {b}.",
    "The {month} {y} census counted {m:,} households in {d} wards.",
    "The ratio was {a}:{b} in {y} and {c}:{d} in {z}.",
    "Retention is limited to {a} months under articles {b} to {d}, see case C-{n}/{t}.",
    "Quarter {q1} of {y}/{s}: {n:,} requests, {m:,} items, {d} errors.",
    "Error notification {a} of {d} concerned {n} lines of an export of {m} lines.",
    "Between 9 am and 5 pm some {p} calls a day were logged in {y}.",
    "In all {d} forces replied, {a} refused and {b} held no information.",
    "The M{a} and A{n} corridors had {m:,} cameras in {y}.",
    "Staff in post: {n} full time, {d}.{a} part time, as at {d} {month} {y}.",
    "Grade {a} posts fell to {n}; the vacancy rate is {p}.{b} per cent.",
    "Release {y}.{a}.{b} of the data set has {m:,} rows and {d} columns.",
    "The population estimate of {month} {y} was {m},{n:03} persons.",
    "For the {d}th of {month} {y} no figure is published.",
    "The log of changes for {y} lists {n} entries, {d} of them in {month}.",
]
MONTHS = "January February March April May June July August September October November".split()


def sentences(seed: int, count: int) -> Iterator[str]:
    rng = random.Random(seed)
    for at in range(count):
        year = rng.randint(2010, 2024)
        yield FORMS[at % len(FORMS)].format(
            y=year, z=year + 1, s=(year + 1) % 100, t=(year + 2) % 100, a=rng.randint(1, 9),
            b=rng.randint(1, 9), c=rng.randint(0, 9), d=rng.randint(10, 28), p=rng.randint(2, 98),
            q=rng.randint(2, 40), q1=rng.randint(1, 4), n=rng.randint(101, 999),
            m=rng.randint(1_000, 99_999), o=rng.randint(100, 400), month=rng.choice(MONTHS),
        )  # fmt: skip


def test_sentences_of_statistics_are_rarely_flagged() -> None:
    texts = list(sentences(seed=20_240_601, count=300))
    flagged = [text for text in texts if pii.kinds(text)]
    assert len(flagged) <= 15, flagged[:20]
