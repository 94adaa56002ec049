"""What an edition holds: rows for each public table, computed from what is approved."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from portal.core.observations import TOTAL, read_breakdown
from portal.publish import documents
from portal.publish.figures import held_rows, number, observation_rows, series_rows
from portal.publish.origins import (
    fetch_rows,
    held_snapshots,
    mirrored_snapshots,
    public_names,
    told_tables,
)
from portal.publish.pairs import pair_figures, pair_rows, pairs
from portal.publish.state import Record, Row, State, breakdown_label, correction_figures

# What stands in a figure when no single body is meant.
EVERYBODY = "All"


def tables(state: State) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield each table's name and its rows, in an order that the foreign keys allow."""
    words, count = state.words, _Counts(state.figures)
    yield "units", _plain(words["unit"], "label one many kind symbol definition")
    measure = "label unit topic side counted_by definition why first last caution caution_source"
    yield "measures", _measures(words["measure"], measure, count)
    yield "dimensions", _plain(words["dimension"], "label definition")
    yield "codes", _codes(words["dimension"])
    breakdowns = sorted({f["breakdown"] for f in state.figures} | {TOTAL})
    yield "breakdowns", [(b, breakdown_label(b, words["dimension"])) for b in breakdowns]
    yield "breakdown_codes", _breakdown_codes(breakdowns)
    yield "statuses", _plain(words["status"], "label mark definition has_value")
    yield "areas", _plain(words["area"], "label kind iso ons")
    yield "body_types", _plain(words["body_type"], "label plural side")
    yield "bodies", _bodies(words, count)
    yield "body_names", _body_names(words["body"])
    yield "licences", _plain(_rights(words["licence"]), "label url attribution mirror")
    source = "title publisher year url kind licence note"
    yield "sources", ((*row, count("source", row[0])) for row in _plain(words["source"], source))
    found = pairs(state)
    held = held_snapshots(state, found)
    yield "snapshots", _snapshots(state, held, count)
    yield "fetches", fetch_rows(state, held)
    yield "series", series_rows(state)
    yield "observations", observation_rows(state)
    yield "revisions", _revisions(state)
    yield "comparisons", pair_rows(found)
    yield "comparison_figures", pair_figures(found)
    yield from told_tables(state)
    yield from documents.tables(state.answers, state.figures, words["source"])
    yield "breaks", _breaks(words)
    yield "break_measures", sorted(set(_break_measures(words["break"])))
    yield "chains", _plain(words["chain"], "label explanation from to")
    yield "chain_measures", _chain_measures(words["chain"])
    yield from _findings(state, count)
    yield from _reference(words)
    yield "held", held_rows(state)
    yield "datasets", _datasets(words, state)


def _findings(state: State, count: "_Counts") -> Iterator[tuple[str, Iterable[Row]]]:
    """Known errors and conflicts, as far as their figures and sources are held."""
    words, names = (
        state.words,
        "kind title printed expected reason reported_by state source locator",
    )
    guarded = _guarded(words["correction"], words["source"])
    yield "corrections", _plain(guarded, f"{names} guard")
    yield "correction_figures", sorted(set(correction_figures(words["correction"], count.ids)))
    yield "conflicts", _conflicts(words["conflict"], count.ids)
    yield "conflict_sides", _conflict_sides(words["conflict"], state)


def _reference(words: Mapping[str, Mapping[str, Record]]) -> Iterator[tuple[str, Iterable[Row]]]:
    """Laws, events and the words of law."""
    yield "laws", _laws(words["law"])
    event = "date event instrument body area source_title url"
    yield "timeline", _plain(words["event"], event)
    yield "powers", _plain(words["power"], "label act section from to definition source url")
    yield "purposes", _plain(words["purpose"], "label act section definition source url")
    yield "exemptions", _plain(words["exemption"], "label act section definition qualified")


class _Counts:
    """How many figures name a code in a column."""

    def __init__(self, figures: Sequence[Mapping[str, Any]]) -> None:
        self.ids = {figure["id"] for figure in figures}
        self.found: dict[tuple[str, str], int] = {}
        for figure in figures:
            for column in ("measure", "requester", "holder", "source", "snapshot"):
                key = (column, figure[column])
                self.found[key] = self.found.get(key, 0) + 1

    def __call__(self, column: str, code: str) -> int:
        return self.found.get((column, code), 0)


# Columns whose empty cell means "none" and which point at another table.
OPTIONAL = {"source", "area", "parent", "preferred", "holder"}


def _plain(entries: Mapping[str, Record], names: str) -> Iterator[Row]:
    for id, given in entries.items():
        yield (id, *(_cell(name, given.get(name, "")) for name in names.split()))


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return None if name in OPTIONAL and not value else value


def _measures(entries: Mapping[str, Record], names: str, count: _Counts) -> Iterator[Row]:
    for row in _plain(entries, names):
        yield (*row, int(bool(entries[row[0]].get("additive"))), count("measure", row[0]))


def _codes(dimensions: Mapping[str, Record]) -> Iterator[Row]:
    for dimension, given in dimensions.items():
        for code, label in given.get("codes", {}).items():
            yield f"{dimension}={code}", dimension, code, label


def _breakdown_codes(breakdowns: Iterable[str]) -> Iterator[Row]:
    for breakdown in breakdowns:
        for dimension, code in read_breakdown(breakdown):
            yield breakdown, f"{dimension}={code}"


def _bodies(words: Mapping[str, Mapping[str, Record]], count: _Counts) -> Iterator[Row]:
    names = "name body_type area ons_code parent valid_from valid_to website whatdotheyknow_slug"
    group = next(id for id, given in words["body_type"].items() if given.get("side") == "group")
    yield (TOTAL, EVERYBODY, group, None, "", None, *[""] * 6, 0, 0)
    for row in _plain(words["body"], f"{names} note source_url"):
        yield (*row, count("requester", row[0]), count("holder", row[0]))


def _body_names(bodies: Mapping[str, Record]) -> list[Row]:
    pairs = {
        (name, id) for id, b in bodies.items() for name in (b["name"], *b["aliases"].split("|"))
    }
    return sorted(pair for pair in pairs if pair[0])


def _rights(licences: Mapping[str, Record]) -> dict[str, Record]:
    return {id: {**given, "mirror": bool(given.get("mirror"))} for id, given in licences.items()}


def _snapshots(state: State, held: Sequence[str], count: _Counts) -> Iterator[Row]:
    mirrored, told = mirrored_snapshots(state, held), public_names(state)
    for sha256 in held:
        known = state.snapshots[sha256]
        if sha256 in told:
            name, address = told[sha256]
            known = {**known, "name": name, "address": address}
        facts = (known[name] for name in ("name", "address", "media_type", "bytes"))
        yield (sha256, *facts, count("snapshot", sha256), int(sha256 in mirrored))


def _revisions(state: State) -> Iterator[Row]:
    for r in state.revisions:
        numbers = (number(r[name]) for name in ("value", "low", "high"))
        texts = "status printed note snapshot reason explanation approved_by recorded_at".split()
        yield (r["observation"], r["revision"], *numbers, *(r[name] for name in texts))


def _breaks(words: Mapping[str, Mapping[str, Record]]) -> Iterator[Row]:
    names = "date kind title changed source locator holder"
    yield from _plain(_of_held_sources(words["break"], words["source"]), names)


def _break_measures(breaks: Mapping[str, Record]) -> Iterator[Row]:
    for id, given in breaks.items():
        after = given.get("to_measures") or []
        for measure in given["measures"]:
            yield id, measure, "before" if after else "within"
        for measure in after:
            yield id, measure, "after"


def _chain_measures(chains: Mapping[str, Record]) -> Iterator[Row]:
    for id, given in chains.items():
        for position, measure in enumerate(given["measures"], 1):
            yield id, position, measure


def _guarded(corrections: Mapping[str, Record], sources: Mapping[str, Record]) -> dict[str, Record]:
    """Corrections whose guard names its figure: the first one, unless it says otherwise."""
    found = {}
    for id, given in corrections.items():
        guard = given.get("guard") or {}
        if guard.get("kind") == "value_is":
            guard = {"figure": given["figures"][0]["observation"], **guard}
        found[id] = {**given, "guard": guard or ""}
    return _of_held_sources(found, sources)


def _of_held_sources(
    entries: Mapping[str, Record], sources: Mapping[str, Record]
) -> dict[str, Record]:
    """The entries; a source that was never scraped here has no row that could be pointed at."""
    return {
        id: {**given, "source": given["source"] if given.get("source") in sources else ""}
        for id, given in entries.items()
    }


def _conflicts(conflicts: Mapping[str, Record], known: set[str]) -> Iterator[Row]:
    for id, given in conflicts.items():
        preferred = (given.get("preferred") or {}).get("observation")
        yield id, given["title"], given["explanation"], preferred if preferred in known else None


def _conflict_sides(conflicts: Mapping[str, Record], state: State) -> Iterator[Row]:
    sources = {f["id"]: f["source"] for f in state.figures}
    for id, given in conflicts.items():
        for position, side in enumerate(given["sides"], 1):
            figure = side.get("observation")
            source = side.get("source") or sources.get(figure) or None
            # A figure of a source that was not scraped here is told in words alone.
            held = figure if figure in sources else None
            known = source if source in state.words["source"] else None
            yield id, position, held, side["says"], known


def _laws(laws: Mapping[str, Record]) -> Iterator[Row]:
    names = "instrument reference area instrument_type in_force_from ended_on"
    rest = "data_covered state status status_event status_event_date source url note"
    for id, given in laws.items():
        months = (
            int(given[name]) if given[name] else None for name in ("months_min", "months_max")
        )
        parts = [[_cell(name, given[name]) for name in group.split()] for group in (names, rest)]
        yield (id, *parts[0], *months, *parts[1])


def _datasets(words: Mapping[str, Mapping[str, Record]], state: State) -> Iterator[Row]:
    topics = [words["measure"][f["measure"]]["topic"] for f in state.figures]
    for id, given in words["dataset"].items():
        yield id, given["label"], given["definition"], topics.count(id)
