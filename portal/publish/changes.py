"""What changed, for readers: what came anew, and every revision.

A publisher's new file may revise hundreds of figures at once. They are one entry for each kind of
change, which leads to the page of the two files; a single correction of ours leads to its figure.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from portal.publish.documents import sources_of
from portal.publish.documents import title as document_title
from portal.publish.pairs import Pair, pairs
from portal.publish.state import State
from portal.store.desk import Desk
from portal.store.private import rows

IMPORTS = """
SELECT i.*, (SELECT min(e.number) FROM editions e WHERE e.last_import >= i.id AND e.built_at >=
  coalesce((SELECT max(d.recorded_at) FROM import_decisions d WHERE d.import = i.id), ''))
  AS edition
FROM imports i ORDER BY i.id
"""

LATER_READINGS = """
SELECT g.*, b.value AS was, b.low AS was_low, b.high AS was_high, b.status AS was_status,
  i.recorded_at,
  (SELECT min(e.number) FROM editions e WHERE e.last_import >= i.id) AS edition
FROM readings g JOIN imports i ON i.id = g.import
JOIN readings b ON b.observation = g.observation AND b.revision = g.revision - 1
JOIN decisions d ON d.observation = g.observation AND d.revision = g.revision
  AND d.verdict = 'approved'
WHERE substr(i.name, 1, instr(i.name, '/') - 1) NOT IN (SELECT value FROM json_each(:scraped))
ORDER BY g.import, g.observation
"""
# A withdrawal stands after what was recorded until then, whenever an edition is built.
WITHDRAWN = """
SELECT w.document, w.why, substr(w.recorded_at, 1, 10) AS day,
  (SELECT coalesce(max(i.id), 0) FROM imports i WHERE i.recorded_at <= w.recorded_at) AS import,
  (SELECT min(e.number) FROM editions e WHERE e.built_at >= w.recorded_at) AS edition
FROM withdrawals w ORDER BY w.id
"""
# kind of change between two files -> its name among all changes, and what it says of `{n}`
TOLD = {
    "changed": ("publisher_revised", "{n} of past periods revised"),
    "withdrawn": ("withdrawn", "{n} of past periods withdrawn"),
    "blank_became_zero": ("blank_became_zero", "{n} blank before, now zero"),
    "new_in_old_period": ("new_in_old_period", "{n} new in periods already told"),
    "new_period": ("new_period", "{n} of new periods"),
}

# What feeds of documents are called, before the SHA-256.
DESK = "desk/"

Change = tuple[Any, ...]


def changes(db: Desk, state: State, number: int) -> Iterator[Change]:
    """Yield rows of the table `changes`; what no edition has shown yet belongs to `number`."""
    imports = [dict(row) for row in rows(db, IMPORTS)]
    compared = pairs(state)
    found = [
        *_new(imports, compared, state),
        *_compared(imports, compared, state),
        *_revisions(db, state),
    ]
    found += [*_read_again(imports, compared, state), *_withdrawn(db, state)]
    for id, change in enumerate(sorted(found, key=lambda c: c[0]), 1):
        _, edition, *rest = change
        yield (id, edition or number, *rest)


def _figures_in(compared: list[Pair]) -> set[tuple[str, int]]:
    return {figure for pair in compared for figures in pair.figures.values() for figure in figures}


def _new(imports: list[dict[str, Any]], compared: list[Pair], state: State) -> Iterator[Change]:
    """New figures: of each bundled file, and of each source's files when they first came."""
    told, count = _figures_in(compared), {}  # type: ignore[var-annotated]
    for revision in state.revisions:
        if revision["revision"] == 1 and (revision["observation"], 1) not in told:
            count[revision["import"]] = count.get(revision["import"], 0) + 1
    brought = [{**each, "new": count[each["id"]]} for each in imports if each["id"] in count]
    for (source, edition), group in groupby(brought, key=lambda each: _origin(each, state)):
        files = list(group)
        new, day = sum(each["new"] for each in files), files[-1]["recorded_at"][:10]
        name, address = _named(source, state)
        title = f"{_figures(new)} in {name}".replace("figure", "new figure", 1)
        detail = "" if len(files) == 1 else f"Read from {len(files)} files."
        yield (files[-1]["id"], 0, ""), edition, "new", title, detail, None, address, day


def _named(source: str, state: State) -> tuple[str, str]:
    """What new figures came from, in words, and the page about it."""
    if source in state.words["source"]:
        return _title(source, state), f"/sources/{source}"
    known = state.answers.shown.get(source.removeprefix(DESK))
    if known and source.startswith(DESK):
        of = sources_of(state.figures).get(known.sha256, "")
        title = document_title(known.sha256, known, state.words["source"], of)
        return title, f"/documents/{known.sha256}"
    return source.removeprefix("figures/"), ""


def _withdrawn(db: Desk, state: State) -> Iterator[Change]:
    """Documents that were taken back, each with the reason that readers see."""
    for row in rows(db, WITHDRAWN):
        if row["document"] in state.answers.shown:
            name, address = _named(f"{DESK}{row['document']}", state)
            order, edition = (row["import"], 10, row["document"]), row["edition"]
            detail = f"Reason: {row['why']}"
            title = f"Withdrawn: {name}"
            yield order, edition, "document_withdrawn", title, detail, None, address, row["day"]


def _origin(given: Mapping[str, Any], state: State) -> tuple[str, int | None]:
    source = given["name"].partition("/")[0]
    scraped = source in state.words["source"]
    return (source if scraped else given["name"]), given["edition"]


def _compared(
    imports: list[dict[str, Any]], compared: list[Pair], state: State
) -> Iterator[Change]:
    by_snapshot = {(each["name"], each["snapshot"]): each for each in imports}
    for pair in compared:
        given = by_snapshot[f"{pair.source}/{pair.feed}", pair.new]
        address = f"/sources/{pair.source}/changes/{pair.old[:12]}/{pair.new[:12]}"
        for position, (kind, (name, says)) in enumerate(TOLD.items(), 1):
            if pair.count(kind):
                title = f"{_title(pair.source, state)}: {says.format(n=_figures(pair.count(kind)))}"
                order, day = (given["id"], position, ""), given["recorded_at"][:10]
                detail = _detail(pair, kind)
                place = f"{address}#{kind}" if kind != "new_period" else f"/snapshots/{pair.new}"
                yield order, given["edition"], name, title, detail, None, place, day


def _read_again(
    imports: list[dict[str, Any]], compared: list[Pair], state: State
) -> Iterator[Change]:
    """Figures of scraped files that better code reads otherwise: one entry an import and reason."""
    told, count = _figures_in(compared), {}  # type: ignore[var-annotated]
    for r in state.revisions:
        if r["revision"] > 1 and (r["observation"], r["revision"]) not in told:
            count[r["import"], r["reason"]] = count.get((r["import"], r["reason"]), 0) + 1
    for given in imports:
        source = given["name"].partition("/")[0]
        for reason in ("we_re_read", "publisher_revised", "withdrawn", "we_corrected"):
            found = count.get((given["id"], reason), 0)
            if found and source in state.words["source"]:
                title = f"{_title(source, state)}: {_figures(found)}, {reason.replace('_', ' ')}"
                order, day = (given["id"], 8, reason), given["recorded_at"][:10]
                address = f"/sources/{source}"
                yield order, given["edition"], reason, title, "", None, address, day


def _detail(pair: Pair, kind: str) -> str:
    share = pair.count(kind) / pair.known if pair.known else 0
    old = not kind.startswith("new_")
    return f"{share:.1%} of the {pair.known:,} figures known until then." if old else ""


def _title(source: str, state: State) -> str:
    given = state.words["source"][source]
    return f"{given['publisher']}, {given['title']}"


def _figures(count: int) -> str:
    return f"{count:,} figure{'' if count == 1 else 's'}"


def _revisions(db: Desk, state: State) -> Iterator[Change]:
    scraped = [id for id, each in state.words["source"].items() if each["kind"] == "scraped"]
    for row in rows(db, LATER_READINGS, scraped=json.dumps(scraped)):
        reads = {"value": row["value"], "low": row["low"], "high": row["high"]}
        detail = {
            "was": {"value": row["was"], "low": row["was_low"], "high": row["was_high"]},
            "was_status": row["was_status"],
            "is": reads,
            "is_status": row["status"],
            "explanation": row["explanation"],
        }
        title = f"{row['period']}: {row['reason'].replace('_', ' ')}"
        order = (row["import"], 9, row["observation"])
        text, id = json.dumps(detail, sort_keys=True), row["observation"]
        address, day = f"/observations/{id}#revisions", row["recorded_at"][:10]
        yield order, row["edition"], row["reason"], title, text, id, address, day
