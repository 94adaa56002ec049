"""The figures of an edition: their series, their marks, and each as one row of the public table."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from portal.core.observations import TOTAL
from portal.core.periods import Period
from portal.publish.state import Record, Row, State, breakdown_label, correction_figures


def series_label(figure: Mapping[str, Any], words: Mapping[str, Mapping[str, Record]]) -> str:
    """Name a series as a reader would: who, what, of whom, broken down how, where."""
    measure = words["measure"][figure["measure"]]["label"]
    parts = [
        words["body"][figure[role]]["name"]
        for role in ("requester", "holder")
        if figure[role] != TOTAL
    ]
    where = words["area"][figure["area"]]["label"] if figure["area"] != "GB" else ""
    named = ", ".join([*parts, *([where] if where else [])])
    label = f"{named}: {measure}" if named else measure
    if figure["breakdown"] == TOTAL:
        return label
    return f"{label} ({breakdown_label(figure['breakdown'], words['dimension'])})"


SERIES = ("measure", "requester", "holder", "area", "breakdown")


def series_rows(state: State) -> Iterator[Row]:
    """Yield each series with its name, first and last day."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for figure in state.figures:
        found.setdefault(figure["series"], []).append(figure)
    for id, figures in sorted(found.items()):
        first = min((f["start"] or f["end"] for f in figures), default="")
        last = max(f["end"] or f["start"] for f in figures)
        codes = [figures[0][name] for name in SERIES]
        bands = sum(f["value"] is None and f["low"] is not None for f in figures)
        label = series_label(figures[0], state.words)
        yield (id, label, *codes, first, last, len(figures), bands)


def number(text: str | None) -> int | float | None:
    """A number as SQLite keeps it: whole ones as integers."""
    if text is None:
        return None
    return float(text) if "." in text else int(text)


def observation_rows(state: State) -> Iterator[Row]:
    """Yield each figure with its marks, unit and place."""
    marks = marks_of(state)
    disputed = {s.get("observation") for c in state.words["conflict"].values() for s in c["sides"]}
    ids = {figure["id"] for figure in state.figures}
    corrected = {o for _, o in correction_figures(state.words["correction"], ids)}
    for f in state.figures:
        place = f["place"]
        yield (
            *(f[name] for name in ("id", "series", "measure")),
            state.words["measure"][f["measure"]]["unit"],
            *(
                f[name]
                for name in ("requester", "holder", "area", "breakdown", "period", "start", "end")
            ),
            _kind(f["start"], f["end"]),
            *(number(f[name]) for name in ("value", "low", "high")),
            *(f["status"], marks[f["id"]], f["printed"], f["source"]),
            *(place.get("page", ""), place.get("url", ""), f["snapshot"]),
            *(part_of(place), place.get("row"), place.get("column", "")),
            *(f["variant"], f["note"]),
            *(int(f["id"] in disputed), int(f["id"] in corrected), f["revision"]),
        )


def part_of(place: Mapping[str, Any]) -> str:
    """Which part of the archived file a row belongs to: member of a zip, sheet, table."""
    names = ("member", "sheet", "table")
    return ", ".join(f"{name} {place[name]}" for name in names if place.get(name))


def marks_of(state: State) -> dict[str, str]:
    """The marks of each figure: its status, [r] once revised, [b] after a break."""
    first_after = set(_first_after_breaks(state))
    revised = {r["observation"] for r in state.revisions if r["reason"] == "publisher_revised"}
    marks = {}
    for figure in state.figures:
        found = [state.words["status"][figure["status"]]["mark"]]
        found += ["[r]"] if figure["id"] in revised else []
        found += ["[b]"] if figure["id"] in first_after else []
        marks[figure["id"]] = " ".join(mark for mark in found if mark)
    return marks


def _first_after_breaks(state: State) -> Iterator[str]:
    touching: dict[str, list[Record]] = {}
    for each in state.words["break"].values():
        for measure in each.get("to_measures") or each["measures"]:
            touching.setdefault(measure, []).append(each)
    series: dict[str, list[Mapping[str, Any]]] = {}
    for figure in state.figures:
        if figure["measure"] in touching and figure["start"]:
            series.setdefault(figure["series"], []).append(figure)
    for figures in series.values():
        figures.sort(key=lambda f: (f["start"], f["end"]))
        for each in touching[figures[0]["measure"]]:
            if each.get("holder") not in (None, "", figures[0]["holder"]):
                continue
            before = [f for f in figures if f["end"] < each["date"]]
            # A span over many years that began long before is not the first after anything.
            after = [f for f in figures if f["end"] >= each["date"] and not _spans(f, each["date"])]
            # A measure that a break brought begins with it, or began later for this body.
            begins = after and after[0]["start"] <= each["date"] and each.get("to_measures")
            if after and (before or begins):
                yield from (f["id"] for f in after if f["start"] == after[0]["start"])


def _spans(figure: Mapping[str, Any], day: str) -> bool:
    """True when the period began more than two years before the day and runs across it."""
    return int(day[:4]) - int(figure["start"][:4]) > 2


def held_rows(state: State) -> Iterator[Row]:
    """Yield, for each authority and year, the figures on how much it asked: the rest are gaps."""
    for f in state.figures:
        measure = state.words["measure"][f["measure"]]
        counts = state.words["unit"][measure["unit"]]["kind"] == "count"
        total = f["requester"] != TOTAL and f["breakdown"] == TOTAL == f["holder"]
        asks = measure["topic"] in ("volume", "foi") and measure["side"] == "authority"
        if counts and total and asks and f["start"] and f["end"]:
            first, last = int(f["start"][:4]), int(f["end"][:4])
            whole = first == last and _kind(f["start"], f["end"]) == "year"
            yield from (
                (f["requester"], year, f["id"], int(whole)) for year in range(first, last + 1)
            )


@lru_cache(maxsize=4096)
def _kind(start: str, end: str) -> str:
    first, last = (date.fromisoformat(day) if day else None for day in (start, end))
    return Period(first, last, "-").kind
