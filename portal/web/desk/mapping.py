"""The mapping room: tables that wait, a table mapped by pointing, and answers without a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from sqlite3 import Row

from fastapi import Request
from starlette.responses import Response

from portal.core.errors import BadInput, PortalError
from portal.desk.mapping import deeds, showing
from portal.desk.mapping.deeds import Seen
from portal.desk.mapping.form import (
    ROLE_WORDS,
    Chosen,
    chosen_of,
    fields_of,
    mapping_of,
    with_chosen,
)
from portal.desk.mapping.model import DIMENSION, YEARS, Mapping
from portal.desk.people.errors import Stale
from portal.desk.people.model import Person
from portal.store import documents
from portal.store import mapping as store
from portal.store import mapping_reading as reading
from portal.store.desk import Desk
from portal.web.desk.given import Form, Given, Me, Store, WholeTable
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()
YEAR_WORDS = dict(
    zip(
        YEARS,
        (
            "the calendar year",
            "the financial year that begins in it (April 2019 to March 2020)",
            "the financial year that ends in it (April 2018 to March 2019)",
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class TablesPage:
    """Tables that wait for a mapping, or all."""

    tables: Sequence[Row]
    everything: bool


@dataclass(frozen=True)
class MapPage:
    """One table, the form that maps it, and what it would give.

    `came` says where the form's content comes from: used, offered, guessed or typed.
    """

    seen: Seen
    grid: Sequence[showing.GridRow]
    heads: Sequence[str]
    pictures: Sequence[showing.Picture]
    fields: dict[str, str]
    came: str
    to_give: Sequence[str]
    preview: showing.Shown | None
    problem: str = ""
    in_use: int = 0
    roles: Sequence[tuple[str, str, str]] = ROLE_WORDS
    years: dict[str, str] = field(default_factory=lambda: dict(YEAR_WORDS))

    @property
    def dimensions(self) -> list[tuple[str, str]]:
        """The dimensions as roles."""
        held = self.seen.known.vocabulary.dimensions
        return [(f"{DIMENSION}{id}", each.label) for id, each in held.items()]

    @property
    def missing(self) -> list[tuple[str, str]]:
        """The statuses that say why there is no figure."""
        held = self.seen.known.vocabulary.statuses
        return [(id, each.label) for id, each in held.items() if not each.has_value]

    def value(self, name: str) -> str:
        """What a field of the form holds."""
        return self.fields.get(name, "")


@router.get("/mapping", right="map")
@router.get("/tables", right="map")
def tables(request: Request, db: Store) -> Response:
    """The tables that wait for a mapping."""
    everything = request.query_params.get("all") == "1"
    shown = TablesPage(reading.tables(db, everything), everything)
    return page(request, "desk/mapping_tables.html", shown)


@router.get("/tables/{id}/map", right="map")
def map_page(request: Request, db: Store, me: Me, id: int, _: WholeTable) -> Response:
    """A table with the form that maps it, filled with what is in use, offered or guessed."""
    seen = deeds.see(db, id)
    begun = deeds.begun(db, seen)
    came = "used" if seen.in_use else "offered" if deeds.offered(db, seen) else "guessed"
    fields = fields_of(begun.mapping, seen.table)
    tried = _tried(seen, begun.mapping, [])
    made = _page(db, me, seen, fields, came, tried)
    return page(request, "desk/mapping.html", replace(made, to_give=begun.to_give))


@router.post("/tables/{id}/preview", right="map")
def preview(request: Request, db: Store, me: Me, form: Form, id: int, _: WholeTable) -> Response:
    """What the form would propose; nothing is recorded. `part` asks for the preview alone."""
    seen = deeds.see(db, id)
    chosen = chosen_of(form.text)
    try:
        tried, problem = _tried(seen, mapping_of(form.text, seen.table), chosen), ""
    except BadInput as wrong:
        tried, problem = None, str(wrong)
    made = _page(db, me, seen, _sent(form), "typed", tried)
    made = replace(made, problem=problem, in_use=_in_use(form, seen))
    part = form.text("part") == "1"
    return page(request, "desk/mapping_preview.html" if part else "desk/mapping.html", made)


@router.post("/tables/{id}/map", right="map")
def apply(request: Request, db: Store, me: Me, form: Form, id: int, _: WholeTable) -> Response:
    """Record the mapping, the names confirmed with it, and the proposals."""
    seen = deeds.see(db, id)
    chosen = chosen_of(form.text)
    try:
        mapping, confirm = with_chosen(mapping_of(form.text, seen.table), chosen)
        in_use = _in_use(form, seen)
        done = deeds.apply(db, seen, mapping, me.name, confirm=confirm, in_use=in_use)
    except PortalError as problem:
        # What was typed stays in the form, beside the sentence that says what is wrong.
        made = _page(db, me, seen, _sent(form), "typed", None)
        made = replace(made, problem=str(problem), in_use=seen.in_use)
        return page(request, "desk/mapping.html", made, 409 if isinstance(problem, Stale) else 400)
    return back(f"/desk/tables/{id}/map", said(done))


@router.post("/tables/{id}/offered", right="map")
def apply_offered(db: Store, me: Me, form: Form, id: int, _: WholeTable) -> Response:
    """Apply the mapping of the earlier file of this shape as it is."""
    seen = deeds.see(db, id)
    offer = deeds.offered(db, seen)
    if offer is None:
        raise BadInput("an earlier mapping for a table of this shape", "none")
    if offer.to_give:
        raise BadInput("what only this file can say, given by hand", ", ".join(offer.to_give))
    done = deeds.apply(db, seen, offer.mapping, me.name, in_use=_in_use(form, seen))
    return back(f"/desk/tables/{id}/map", said(done))


def said(done: store.Outcome) -> str:
    """Say what was done, in one sentence."""
    if done.unchanged:
        return f"Nothing has changed: these {done.kept} figures were proposed already."
    words = [f"{done.added} figures are proposed for review"]
    if done.kept:
        words.append(f"{done.kept} stay as they were")
    if done.dropped:
        words.append(f"{done.dropped} earlier proposals are dropped")
    return f"{'; '.join(words)}."


def _tried(seen: Seen, mapping: Mapping, chosen: list[Chosen]) -> showing.Shown:
    """Preview a mapping together with what the person said of unknown words."""
    asked = deeds.unknown_words(seen, deeds.for_table(seen, mapping))
    whole, confirm = with_chosen(mapping, chosen)
    found = deeds.preview(deeds.knowing(seen, confirm), whole)
    return showing.shown(seen, found, asked, chosen)


def _page(
    db: Desk,
    me: Person,
    seen: Seen,
    fields: dict[str, str],
    came: str,
    tried: showing.Shown | None,
) -> MapPage:
    return MapPage(
        seen=seen,
        grid=showing.grid(seen.table, set(seen.held)),
        heads=showing.heads(seen.table),
        pictures=_pictures(db, me, seen),
        fields=fields,
        came=came,
        to_give=(),
        preview=tried,
        in_use=seen.in_use,
    )


def _pictures(db: Desk, me: Person, seen: Seen) -> list[showing.Picture]:
    """The pages that the table stands on, if this person may look at them."""
    found = []
    for number in sorted({cell.page for cell in seen.table.cells if cell.page and cell.box}):
        row = documents.picture(db, seen.document, number)
        if row is None or ((row["held"] or row["closed"]) and not me.may("release_cells")):
            continue
        size = reading.page(db, seen.document, number)
        if size is None:
            continue
        address = f"/desk/documents/{seen.document}/pages/{number}.png"
        made = showing.picture(
            seen.table, number, address, (size["width"], size["height"]), size["scale"]
        )
        if made:
            found.append(made)
    return found


def _sent(form: Given) -> dict[str, str]:
    return {name: values[0].strip() for name, values in form.fields.items() if values}


def _in_use(form: Given, seen: Seen) -> int:
    """The mapping that the person saw in use; without the field, the one that is."""
    text = form.text("in_use")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else seen.in_use
