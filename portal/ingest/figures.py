"""Reading data/figures: figures that a person transcribed, with the source of each."""

from datetime import date
from decimal import Decimal

from portal.core.errors import BadInput, BadPeriod, BadValue
from portal.core.observations import Locator, Observation, Series, read_breakdown
from portal.core.periods import Period
from portal.core.values import Value, read_value
from portal.core.vocabulary import Unit, Vocabulary
from portal.ingest.words import rows_of

HEADER = (
    "measure,requester,holder,area,breakdown,start,end,period_label,printed,reading,value,status,"
    "source,locator,url,seen_at,variant,note"
).split(",")
READINGS = ("exact", "about", "at_least", "less_than")


def read_figures(
    content: bytes, snapshot: str, vocabulary: Vocabulary, where: str
) -> tuple[list[Observation], list[BadInput]]:
    """Read one file: the figures that hold, and one error for each row that does not."""
    figures, refused, seen = [], [], {}
    for number, row in enumerate(rows_of(content, HEADER, where), 1):
        try:
            figure = _figure(row, number, snapshot, vocabulary)
            vocabulary.check(figure)
            if figure.id in seen:
                raise BadInput(f"a figure other than that of row {seen[figure.id]}", row["measure"])
        except BadInput as problem:
            refused.append(problem.at(f"{where}, row {number}"))
        else:
            seen[figure.id] = number
            figures.append(figure)
    return figures, refused


def _figure(row: dict[str, str], number: int, snapshot: str, vocabulary: Vocabulary) -> Observation:
    if row["measure"] not in vocabulary.measures:
        raise BadInput("a known measure", row["measure"])
    names = ("measure", "requester", "holder", "area")
    series = Series(*(row[name] for name in names), read_breakdown(row["breakdown"]))
    return Observation(
        series=series,
        period=_period(row),
        value=_value(row, vocabulary.unit_of(row["measure"])),
        source=row["source"],
        locator=Locator(
            snapshot=snapshot, row=number, column="printed", page=row["locator"], url=row["url"]
        ),
        variant=row["variant"],
        note=row["note"],
    )


def _period(row: dict[str, str]) -> Period:
    try:
        days = (date.fromisoformat(row[name]) if row[name] else None for name in ("start", "end"))
        return Period(*days, row["period_label"])
    except ValueError as problem:
        raise BadPeriod("days such as 2013-01-01", f"{row['start']} to {row['end']}") from problem


def _value(row: dict[str, str], unit: Unit) -> Value:
    printed, status = row["printed"], row["status"]
    if row["reading"] not in READINGS:
        raise BadValue(f"a reading ({', '.join(READINGS)})", row["reading"])
    read = read_value(row["value"] or printed, kind=unit.kind, symbol=unit.symbol)
    number: Decimal | None = read.number
    if row["reading"] == "at_least":
        return Value(low=number, status=status, printed=printed)
    if row["reading"] == "less_than":
        return Value(high=number, status=status, printed=printed)
    return Value(number, read.low, read.high, status, printed)
