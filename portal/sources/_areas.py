"""Names of countries as publishers print them, and the area each of them is.

The names are data/vocabulary/area_names.csv. A name that moves (`Turkey` at Apple, `Türkiye` at
Google in 2026; `Swaziland` at Meta) is one area, so that its series goes on; a name that is not
listed is refused, so that a new country cannot slip into another one.
"""

import csv
from functools import cache
from pathlib import Path

from portal.core.errors import UnknownCode

NAMES = Path(__file__).parents[2] / "data" / "vocabulary" / "area_names.csv"

# What companies print for all countries together, and for those whose country they do not know.
WORLD, WORLD_WITHOUT_US, NOT_KNOWN = "001", "001-x-US", "ZZ"


@cache
def area(name: str) -> str:
    """Return the area that a printed name stands for; raises UnknownCode for any other name."""
    found = _names().get(_fold(name))
    if found is None:
        raise UnknownCode("the name of a country in data/vocabulary/area_names.csv", name)
    return found


@cache
def _names() -> dict[str, str]:
    with NAMES.open(encoding="utf-8", newline="") as file:
        return {_fold(row["name"]): row["area"] for row in csv.DictReader(file)}


def _fold(name: str) -> str:
    # Publishers use either apostrophe (`Côte d'Ivoire`), pad names and change their case.
    return " ".join(name.replace("’", "'").split()).casefold()
