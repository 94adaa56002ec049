"""What a person does with a table at the desk: look at it, try a mapping, apply it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from portal.core.errors import BadInput, PortalError
from portal.core.observations import TOTAL
from portal.desk.mapping import words as vocabulary
from portal.desk.mapping.apply import Proposed, as_row, proposals
from portal.desk.mapping.checks import sums
from portal.desk.mapping.codes import ROLES, Reader
from portal.desk.mapping.model import DIMENSION, Mapping, dump, folded, load
from portal.desk.mapping.names import Names, Suggestion, names, suggest_codes
from portal.desk.mapping.offering import Offer, first_guess, for_another
from portal.desk.mapping.places import Place, places
from portal.desk.mapping.shapes import column_keys
from portal.desk.mapping.words import Known, check_words
from portal.desk.people.errors import NotThere, Stale
from portal.desk.reading.tables import load as load_table
from portal.extract.model import Table
from portal.extract.sums import Finding, number_of
from portal.store import mapping as store
from portal.store import mapping_reading as reading
from portal.store.desk import Desk

BODY = "body"
CHANGED = (
    "Somebody else has mapped this table since you opened it. Nothing was changed; look at theirs,"
    " and apply yours again if it is still right."
)
NO_FIGURES = "The mapping gives no figures: say which columns hold figures."


@dataclass(frozen=True)
class Seen:
    """A table as a person sees it: cells, what is held back, and the words to map it with."""

    id: int
    document: str
    document_name: str
    number: int
    shape: str
    table: Table
    held: Collection[Place]
    known: Known
    names: Names
    law: str
    request: str
    body: str
    in_use: int  # the mapping that its proposals come from, 0 for none

    @property
    def title(self) -> str:
        """What the table is called in lists."""
        return self.table.title or f"Table {self.number}, {self.table.place}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A printed word that nobody has confirmed, how often it stands, and what it may be."""

    field: str
    printed: str
    count: int
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a mapping would propose, and what stands in the way."""

    rows: Sequence[Proposed]
    unknown: Sequence[Unknown] = field(default_factory=tuple)
    sums: Sequence[Finding] = field(default_factory=tuple)
    left: Sequence[int] = field(default_factory=tuple)  # columns with figures and no role

    @property
    def whole(self) -> int:
        """How many figures say all that is needed."""
        return sum(not row.missing for row in self.rows)

    @property
    def doubtful(self) -> int:
        """How many figures have a doubt."""
        return sum(bool(row.doubts) for row in self.rows)


def see(db: Desk, table_id: int) -> Seen:
    """Return a table that may be mapped; raises NotThere when there is none."""
    row = reading.table(db, table_id)
    if row is None:
        raise NotThere(f"There is no table {table_id}; its document may have been read anew.")
    if row["withdrawn"] or row["state"] != "ready":
        raise NotThere(f"Table {table_id} is of a document that is not to be read.")
    known, names = held_words(db)
    current = reading.used(db, table_id)
    return Seen(
        id=table_id,
        document=row["document"],
        document_name=row["name"],
        number=row["number"],
        shape=row["shape"],
        table=load_table(row["content"]),
        held=reading.held(db, table_id),
        known=known,
        names=names,
        law=row["law"],
        request=row["request"],
        body=row["body"],
        in_use=current["id"] if current else 0,
    )


def held_words(db: Desk) -> tuple[Known, Names]:
    """Return the vocabulary as it stands, and the names of bodies with those confirmed."""
    words = reading.words(db, vocabulary.KINDS)
    return vocabulary.known(words), names(words[BODY], reading.confirmed(db, BODY))


def offered(db: Desk, seen: Seen) -> Offer | None:
    """Return the newest mapping made for this shape, as far as it may be carried over."""
    for row in reading.mappings(db, seen.shape):
        try:
            return for_another(load(row["content"]), seen.table, seen.body)
        except BadInput:
            continue  # the same words, another order of years: an older mapping may still fit
    return None


def begun(db: Desk, seen: Seen) -> Offer:
    """Return what the form starts with: the mapping in use, one that is offered, or a guess."""
    if seen.in_use:
        row = reading.mapping(db, seen.in_use)
        assert row is not None  # proposals refer to it
        return Offer(load(row["content"]))
    return offered(db, seen) or Offer(first_guess(seen.table, seen.names, seen.body))


def preview(seen: Seen, mapping: Mapping) -> Preview:
    """Return what a mapping would propose; raises BadInput for words that are not known."""
    check_words(mapping, seen.known)
    made = for_table(seen, mapping)
    rows = proposals(seen.table, made, seen.names, seen.known, held=seen.held, law=seen.law)
    return Preview(rows, unknown_words(seen, made), sums(seen.table, made), _left(seen, made))


def for_table(seen: Seen, mapping: Mapping) -> Mapping:
    """Return the mapping with the head it was made for, so that the next file is recognised."""
    if mapping.keys:
        return mapping
    return replace(mapping, keys=tuple(column_keys(seen.table)))


def apply(
    db: Desk,
    seen: Seen,
    mapping: Mapping,
    actor: str,
    *,
    confirm: Sequence[tuple[str, str]] = (),
    in_use: int | None = None,
) -> store.Outcome:
    """Record a mapping, names that the person confirmed (printed, code), and the proposals.

    `in_use` is the mapping the person saw; raises Stale when another one took its place.
    """
    made = for_table(seen, mapping)
    found = preview(knowing(seen, confirm), made)
    if not found.rows:
        raise PortalError(NO_FIGURES)
    deed = store.Deed(
        table_id=seen.id,
        shape=seen.shape,
        name=made.name or seen.title[:300],
        content=dump(made),
        rows=[as_row(row) for row in found.rows],
        actor=actor,
        names=[(folded(printed), BODY, code) for printed, code in confirm],
    )
    done = store.propose(db, deed, in_use)
    if done is None:
        raise Stale(CHANGED)
    return done


def knowing(seen: Seen, confirm: Sequence[tuple[str, str]]) -> Seen:
    """Return the table as if these names (printed, code) were confirmed; raises BadInput."""
    bodies = seen.known.vocabulary.bodies
    for printed, code in confirm:
        if code not in bodies:
            raise BadInput("a known body for each name", code, printed)
    return replace(seen, names=names(bodies, [*seen.names.confirmed.items(), *confirm]))


def change_name(db: Desk, printed: str, code: str, before: str, actor: str) -> None:
    """Correct what a printed name was confirmed to mean; no code takes it back.

    Raises BadInput for a body that is not known, Stale when somebody else has corrected it.
    """
    known, _ = held_words(db)
    if code and code not in known.vocabulary.bodies:
        raise BadInput("a known body", code, printed)
    if not store.change_name(db, printed, BODY, code, actor, before):
        raise Stale(f"“{printed}” was changed since you opened the list. Nothing was changed now.")


def unknown_words(seen: Seen, mapping: Mapping) -> list[Unknown]:
    """Return the printed words of the table that nobody has confirmed, in their order."""
    laid = places(seen.table, mapping)
    reader = Reader(laid.mapping, seen.names, seen.known)
    counted: dict[tuple[str, str], int] = {}
    for row in laid.body():
        for column in laid.figure_columns:
            for name in ("measure", *ROLES, "area", *laid.dimensions(column)):
                word = laid.word(name, row, column)
                if word and word.text.strip() and not reader.code(name, word)[0]:
                    key = (name, " ".join(word.text.split()))
                    counted[key] = counted.get(key, 0) + 1
    return [
        Unknown(name, printed, count, tuple(_suggested(seen, name, printed)))
        for (name, printed), count in counted.items()
    ]


def _suggested(seen: Seen, name: str, printed: str) -> list[Suggestion]:
    total = [Suggestion(TOTAL, "the total of all", "", 0)]
    if name in ROLES:
        return seen.names.suggest(printed) + total
    found = suggest_codes(printed, seen.known.codes(name))
    return found + total if name.startswith(DIMENSION) else found


def _left(seen: Seen, mapping: Mapping) -> list[int]:
    """Return the columns that hold figures and that the mapping does not speak of."""
    spoken = {column.number for column in mapping.columns if column.role}
    counted: dict[int, int] = {}
    for cell in seen.table.cells:
        if cell.row >= mapping.header_rows and cell.column not in spoken and number_of(cell.text):
            counted[cell.column] = counted.get(cell.column, 0) + 1
    return sorted(counted)
