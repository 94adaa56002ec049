"""Figures and rules made by hand, for tests of charts and of how they read."""

from datetime import date

from portal.core.periods import Period
from portal.core.vocabulary import Break, Measure, Unit, Vocabulary
from portal.store.reading.figures import Figure

PARTS = ("counted by", "definition", "why")
UNITS = {"item": Unit("item", "Item", "item", "items", "count")} | {
    "notice": Unit("notice", "Notice", "notice", "notices", "count")
}


def figure(start: str, end: str, value: float | None = None, **given: object) -> Figure:
    """A national figure of one period; everything else can be given by name."""
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    facts: dict[str, object] = {
        "id": f"{start}-{value}", "series": "s", "measure": "items",
        "measure_label": "Items obtained", "topic": "volume", "side": "authority",
        "unit": "item", "one": "item", "many": "items", "kind": "count", "symbol": "",
        "requester": "_T", "requester_label": "All", "holder": "_T", "holder_label": "All",
        "area": "GB", "area_label": "United Kingdom", "breakdown": "_T",
        "breakdown_label": "Total", "period": period.label, "start": start, "end": end,
        "period_kind": period.kind, "value": value, "low": None, "high": None,
        "status": "normal", "status_label": "Normal", "marks": "", "printed": str(value),
        "source": "report", "source_title": "Report", "publisher": "Commissioner",
        "source_kind": "official", "page": "", "url": "", "variant": "", "note": "",
        "disputed": 0, "corrected": 0, "revision": 1,
    }  # fmt: skip
    return Figure(**{**facts, **given})  # type: ignore[arg-type]


def year(number: int, value: float | None = None, **given: object) -> Figure:
    """A figure of one calendar year."""
    return figure(f"{number}-01-01", f"{number}-12-31", value, **given)


def rules(*breaks: Break) -> Vocabulary:
    """A vocabulary of two measures, `notices` and `items`, with these breaks."""
    measures = {
        f"{unit}s": Measure(f"{unit}s", f"{unit.title()}s", unit, "volume", "authority", *PARTS)
        for unit in UNITS
    }
    return Vocabulary(UNITS, measures, {}, {}, {b.id: b for b in breaks}, {}, {}, {}, {})


def break_on(day: str, *measures: str, after: tuple[str, ...] = ()) -> Break:
    """A break on a day in these measures."""
    title = f"Counting changed in {day[:4]}"
    return Break(
        f"b{day}", date.fromisoformat(day), "unit", title, "It did.", measures or ("items",), after
    )
