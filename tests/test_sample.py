"""Sixty figures, drawn by a seed: what the facts say is what the site shows, cell by cell."""

import json
import random
import re
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from asking import ask
from fastapi import FastAPI
from test_facts import DENOMINATORS, FILES, facts

from portal.config import Settings

SEED, SAMPLE = 20091127, 60
GIVEN = {**FILES, **{name: source for name, (source, _) in DENOMINATORS.items()}}


@pytest.fixture(scope="module")
def rows(published: Settings) -> dict[tuple[str, int], str]:
    """The figure of each row of each file of data/figures."""
    path = (published.editions / "current" / "retention-watch.db").resolve()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        found = db.execute(
            'SELECT s.name, o."row", o.id FROM observations o JOIN snapshots s'
            " ON s.sha256 = o.snapshot"
        ).fetchall()
    return {(Path(name).stem, row): id for name, row, id in found}


def drawn() -> list[tuple[str, int, dict[str, str]]]:
    """The sample: file, row, and the row of the facts."""
    every = [
        (name, number, fact)
        for name, source in GIVEN.items()
        for number, fact in enumerate(facts(source), 1)
    ]
    # The big company file would fill the sample: half of it is drawn from the others.
    dice = random.Random(SEED)
    others = [each for each in every if each[0] != "companies"]
    return dice.sample(every, SAMPLE // 2) + dice.sample(others, SAMPLE // 2)


def test_no_row_of_the_facts_was_lost(shared: Path, rows: dict[tuple[str, int], str]) -> None:
    wanted = sum(len(facts(source)) for source in GIVEN.values())
    assert len(rows) == len(set(rows.values())) == wanted == 2929


def test_sixty_figures_are_shown_as_the_facts_have_them(
    shared: Path, app: FastAPI, rows: dict[tuple[str, int], str]
) -> None:
    for name, number, fact in drawn():
        id = rows[name, number]
        page = ask(app, f"/observations/{id}").words
        told = json.loads(ask(app, f"/api/v1/observations/{id}").text)
        told = told.get("observation", told)
        where = f"{name}, row {number}, {id}"
        value = Decimal(_cell(fact, "value", "officers", "population"))
        read = [told[part] for part in ("value", "low", "high") if told[part] is not None]
        assert value in [Decimal(str(part)) for part in read], where
        assert _shown(value) in page, where
        days = [fact[part] for part in ("period_start", "period_end") if fact.get(part)]
        days += [fact["as_at"]] if "as_at" in fact else []
        assert days == [] or set(days) <= {told["start"], told["end"]}, where
        for part in ("note", "source_title", "source_page"):
            text = re.sub(r"\s+", " ", fact.get(part) or "")
            assert text in page or text.replace("'", "’") in page, (where, part, text)


def _cell(fact: dict[str, str], *names: str) -> str:
    return next(fact[name] for name in names if name in fact)


def _shown(value: Decimal) -> str:
    text = f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text
