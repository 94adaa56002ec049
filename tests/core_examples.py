"""A small vocabulary and figures made by hand, for the tests of core."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from portal.core.observations import TOTAL, Observation, Series
from portal.core.periods import Period, read_period
from portal.core.values import Value
from portal.core.vocabulary import Break, Chain, Dimension, Measure, Status, Unit, Vocabulary


def unit(id: str, many: str, kind: str = "count", symbol: str = "") -> Unit:
    return Unit(id, many.title(), id, many, kind, symbol)


def measure(id: str, unit: str, **given: Any) -> Measure:
    fields: dict[str, Any] = {
        "label": id.replace("_", " ").title(),
        "topic": "volume",
        "side": "authority",
        "counted_by": "the Commissioner",
        "definition": "What is counted.",
        "why": "It matters.",
        "additive": True,
    }
    return Measure(id=id, unit=unit, **{**fields, **given})


def by_id(*entries: Any) -> dict[str, Any]:
    return {entry.id: entry for entry in entries}


VOCABULARY = Vocabulary(
    units=by_id(
        unit("item", "items of data"),
        unit("notice", "notices and authorisations"),
        unit("error", "errors"),
        unit("pound", "pounds", "money", "£"),
        unit("percent", "percent of items", "share", "%"),
        unit("resident", "residents"),
        unit("officer", "officers", "amount"),
    ),
    measures=by_id(
        measure("items", "item"),
        measure("urgent_items", "item"),
        measure("press_items", "item", counted_by="the press"),
        measure("notices", "notice"),
        measure("errors", "error"),
        measure("grants", "pound", counted_by="Home Office"),
        measure("share", "percent", additive=False),
        measure("population", "resident", counted_by="ONS"),
        measure("officers", "officer", counted_by="Home Office"),
        measure("company_requests", "item", side="company", counted_by="The company"),
    ),
    dimensions=by_id(
        Dimension("data_type", "Kind of data", "", {"traffic": "traffic", "use": "service use"}),
        Dimension("purpose", "Purpose", "", {"crime": "crime"}),
    ),
    statuses=by_id(
        *(Status(s, s, "", "", True) for s in ("normal", "estimated", "approximate", "low")),
        *(Status(s, s, "[x]", "", False) for s in ("suppressed", "not_available")),
    ),
    breaks=by_id(
        Break("mid-2014", date(2014, 7, 1), "method", "New system", "It counts more.", ("items",)),
        Break(
            "notices-to-items", date(2016, 1, 1), "unit", "Notices become items.", "New unit.",
            ("notices",), ("items",),
        ),
    ),
    chains=by_id(Chain("volume", "Volume", ("notices", "items"))),
    areas={
        "GB": {"label": "United Kingdom", "kind": "state"},
        "GB-ENG": {"label": "England", "kind": "nation"},
        "GB-GBN": {"label": "Great Britain", "kind": "group"},
        "DE": {"label": "Germany", "kind": "state"},
        "FR": {"label": "France", "kind": "state"},
        "EU": {"label": "European Union", "kind": "union"},
    },
    bodies={
        "met": {"name": "Metropolitan Police", "parent": ""},
        "kent": {"name": "Kent Police", "parent": ""},
        "met-ctc": {"name": "Counter Terrorism Command", "parent": "met"},
        "google": {"name": "Google", "parent": ""},
        "meta": {"name": "Meta", "parent": ""},
    },
    sources={
        "report": {"publisher": "Commissioner"},
        "guardian": {"publisher": "Guardian"},
    },
)  # fmt: skip


def figure(
    value: int | str | Value | None,
    period: str | Period = "2013",
    measure: str = "items",
    *,
    requester: str = TOTAL,
    holder: str = TOTAL,
    area: str = "GB",
    source: str = "report",
    **breakdown: str,
) -> Observation:
    if value is None:
        value = Value(status="suppressed")
    elif not isinstance(value, Value):
        value = Value(Decimal(value))
    days = read_period(period) if isinstance(period, str) else period
    broken_down = tuple(sorted(breakdown.items()))
    return Observation(Series(measure, requester, holder, area, broken_down), days, value, source)


def band(low: int | None, high: int | None) -> Value:
    ends = (None if end is None else Decimal(end) for end in (low, high))
    return Value(None, *ends)


def with_status(observation: Observation, status: str) -> Observation:
    return replace(observation, value=replace(observation.value, status=status))
