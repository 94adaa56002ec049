"""Who a supplier is, which area pays, and what an expense type is called: dated lists in data/.

`ORANGE PCS (HSBC)` of March 2011 is EE, not Orange, for EE began on 1 July 2010. A name that is not
in the list but holds an operator's word (`VODAFONE GROUP SERVICES`) is refused, not passed over.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from portal.core.errors import UnknownCode

DATA = Path(__file__).parents[2] / "data"
OPERATOR_WORDS = re.compile(
    r"\b(bt|british tele\w*|openreach|plusnet|vodafone|telefonica|o2|everything everywhere|ee|"
    r"orange|t mobile|virgin media|bskyb|sky|british sky|talk ?talk|hutchison|three|"
    r"cable and wireless|kcom|colt|verizon|level 3|global crossing|lycamobile|aol|tesco mobile)\b"
)
AREA_WORDS = re.compile(r"\bosct\b|counter terror|homeland security")


def key(text: str) -> str:
    """Return a printed name as it is compared: no (G), no marks, `&` is `and`, case ignored."""
    without = re.sub(r"\(G\)", " ", unmangled(text), flags=re.IGNORECASE).replace("&", " and ")
    return " ".join(re.sub(r"[\W_]+", " ", without.casefold()).split())


def unmangled(text: str) -> str:
    """Undo UTF-8 that was read as cp1252, once or twice: `Â£1,000` is `£1,000`."""
    for _ in range(2):
        try:
            text = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            break
    return text


def operator(supplier: str, day: date) -> str:
    """Return the body that a supplier's name stands for on a day; empty when it is no operator."""
    found = _on(_list("operator_names.csv").get(key(supplier), ()), day)
    if not found and OPERATOR_WORDS.search(key(supplier)):
        raise UnknownCode(f"a name of data/operator_names.csv on {day}", supplier)
    return found


def is_counter_terrorism(area: str, day: date) -> bool:
    """True when an expense area is the one for security and counter-terrorism on a day."""
    found = _on(_list("spending_areas.csv").get(key(area), ()), day)
    if not found and AREA_WORDS.search(key(area)):
        raise UnknownCode(f"an area of data/spending_areas.csv on {day}", area)
    return found == "counter_terrorism"


def expense_type(printed: str) -> str:
    """Return the code of a printed expense type; raises UnknownCode for one that is not listed."""
    found = _list("expense_types.csv").get(key(printed))
    if not found:
        raise UnknownCode("an expense type of data/expense_types.csv", printed)
    return found[0]["code"]


def _on(entries: Sequence[Mapping[str, str]], day: date) -> str:
    for each in entries:
        begins, ends = each["from"] or "0001-01-01", each["to"] or "9999-12-31"
        if begins <= day.isoformat() <= ends:
            return each.get("body") or each["area"]
    return ""


@cache
def _list(name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(key(row["name"]), []).append(row)
    return found
