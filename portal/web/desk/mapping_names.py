"""Names that people confirmed: what each printed name means, and a way to correct it."""

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Row

from fastapi import Request
from starlette.responses import Response

from portal.desk.mapping import deeds
from portal.desk.mapping.words import Known
from portal.store import mapping_reading as reading
from portal.web.desk.given import Form, Me, Store
from portal.web.desk.pages import back, page
from portal.web.desk.routing import DeskRouter

router = DeskRouter()


@dataclass(frozen=True, slots=True)
class NamesPage:
    """The confirmed names with who confirmed them."""

    names: Sequence[Row]
    known: Known


@router.get("/mapping/names", right="map")
def names(request: Request, db: Store) -> Response:
    """The list of confirmed names."""
    known, _ = deeds.held_words(db)
    return page(request, "desk/mapping_names.html", NamesPage(reading.confirmed_names(db), known))


@router.post("/mapping/names", right="review")
def change(db: Store, me: Me, form: Form) -> Response:
    """Correct a name, or take its confirmation back."""
    printed, code = form.text("printed"), form.text("code")
    deeds.change_name(db, printed, code, form.text("before"), me.name)
    what = f"“{printed}” means {code} now." if code else f"“{printed}” means nobody now."
    return back("/desk/mapping/names", f"{what} Tables mapped before stay until mapped again.")
