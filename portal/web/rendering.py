"""From a page's dataclass to HTML: the templates, their filters, and `render`."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.config import HERE, settings
from portal.core.periods import MONTHS
from portal.publish.alternatives import describe
from portal.publish.charts import LETTERS, Chart, short_label

DASH = "–"


def number(value: int | float | None, places: int | None = None) -> str:
    """A number with thousands separators, no more decimals than it has: `808,214`, `43.5`."""
    if value is None:
        return ""
    if places is None:
        places = 0 if float(value).is_integer() else len(repr(float(value)).split(".")[1])
    return f"{value:,.{places}f}".replace("-", "−")


def money(value: int | float | None, symbol: str = "£") -> str:
    """Money as printed: pence only where there are some, `£84,582.23`, `−£187,100,000`."""
    if value is None:
        return ""
    text = number(abs(value), 0 if float(value).is_integer() else 2)
    return f"{'−' if value < 0 else ''}{symbol}{text}"


def _one(o: Any, value: int | float | None, short: bool = False) -> str:
    symbol = str(_get(o, "symbol"))
    if not symbol or symbol == "%":
        return number(value) + symbol
    symbol += " " if symbol.isalpha() else ""
    if short and value is not None:
        return f"{'−' if value < 0 else ''}{symbol}{_short(value)}"
    return money(value, symbol)


def _short(value: int | float) -> str:
    size = abs(value)
    for limit, word in ((1_000_000_000, "billion"), (1_000_000, "million")):
        if size >= limit * 0.9995:
            return f"{size / limit:.3g} {word}"
    return f"{size:,.0f}" if size >= 100 else number(size)


def _get(o: Any, name: str) -> Any:
    return getattr(o, name) if hasattr(o, name) else o[name]


def value_text(o: Any, short: bool = False) -> str:
    """What a figure says: `808,214`, `£84,582.23`, `0–499`, `at least 5`, or why there is none."""
    value, low, high = (_get(o, name) for name in ("value", "low", "high"))
    if value is not None:
        about = "about " if _get(o, "status") == "approximate" else ""
        return about + _one(o, value, short)
    if low is not None and high is not None:
        return f"{_one(o, low, short)}{DASH}{_one(o, high, short)}"
    if low is not None:
        return f"at least {_one(o, low, short)}"
    if high is not None:
        return f"at most {_one(o, high, short)}"
    return str(_get(o, "status_label")).lower()


def tight(o: Any) -> str:
    """The same for a narrow column: `£10.2m`, `≈500`, `≥5`; the full text is beside it, hidden."""
    text = value_text(o, short=_get(o, "kind") == "money")
    for long, short in ((" billion", "bn"), (" million", "m"), ("about ", "≈"), ("at least ", "≥")):
        text = text.replace(long, short)
    return text.replace("at most ", "≤")


def wordy(chart: Chart) -> bool:
    """Whether a value beside a bar needs more room than a number does: `103,000–103,499`."""
    return any(c.figure and len(tight(c.figure)) > 9 for c in chart.columns)


def pounds(amount: float) -> str:
    """An amount beside a scale: `£10m`, `£1bn`."""
    return f"£{_short(amount)}".replace(" million", "m").replace(" billion", "bn")


def tick(value: float, chart: Any) -> str:
    """A number of the scale beside a dense chart."""
    if chart.symbol and chart.symbol != "%":
        return f"{chart.symbol}{_short(value)}".replace(" million", "m").replace(" billion", "bn")
    return f"{value:,.4g}" + chart.symbol if value < 10 else f"{value:,.0f}{chart.symbol}"


def described(chart: Chart) -> str:
    """The computed text alternative of a chart."""
    figures = [f for c in chart.columns for f in (c.figure, *c.others) if f]
    return describe(chart, {f.id: value_text(f) for f in figures})


def brief(o: Any) -> str:
    """The same, rounded for a headline: `£10.2 million`. Counts stay whole."""
    return value_text(o, short=_get(o, "kind") == "money")


def when(o: Any) -> str:
    """The period as printed; a bare date of a table in words: `2014 H1`, `21 October 2014`."""
    printed = str(_get(o, "period"))
    if not DATE.fullmatch(printed):
        return printed
    return day(printed) if _get(o, "period_kind") == "day" else short_label(o.days)


DATE = re.compile(r"\d{4}-\d\d-\d\d")


def unit_words(o: Any) -> str:
    """The unit as it follows the value: `items of data`, `of reported errors` after a per cent."""
    words = str(_get(o, "one") if _get(o, "value") == 1 else _get(o, "many"))
    # The symbol has said the first word: £5 "a year", 43.5% "of reported errors".
    return SAID.sub("", words) if _get(o, "symbol") else words


SAID = re.compile(r"^(per cent|pounds?|Australian dollars?|Swiss francs?) ?")


def marks(text: str) -> list[str]:
    """`[b] [e]` as a list."""
    return re.findall(r"\[[a-z0-9]+\]", text or "")


MEANINGS = {
    "[b]": "break in the series",
    "[c]": "confidential",
    "[c1]": "withheld by law",
    "[e]": "estimated",
    "[e1]": "approximate",
    "[e2]": "partly projected by the publisher",
    "[e3]": "derived: computed by a secondary source or by us",
    "[f]": "forecast",
    "[low]": "low, rounds to zero",
    "[p]": "provisional",
    "[r]": "revised",
    "[u]": "low reliability",
    "[w]": "none recorded",
    "[x]": "not available",
    "[x1]": "refused",
    "[x2]": "not held",
    "[x3]": "no answer",
    "[x4]": "waiting for an answer",
    "[x5]": "not asked",
    "[x6]": "withdrawn",
    "[z]": "not applicable",
}


def meaning(mark: str) -> str:
    """What a mark says, for those who hover or listen."""
    return MEANINGS.get(mark) or MEANINGS.get(re.sub(r"\d", "", mark), mark)


def day(text: str | date | None) -> str:
    """A date as a person writes it, as exact as it is known: `5 February 2019`, `March 2015`."""
    if not text:
        return ""
    parts = str(text)[:10].split("-")
    if not parts[0].isdigit():
        return str(text)
    words = [parts[0]]
    if len(parts) > 1:
        words.insert(0, MONTHS[int(parts[1]) - 1].title())
    if len(parts) > 2:
        words.insert(0, str(int(parts[2])))
    return " ".join(words)


def months(low: int | None, high: int | None = None) -> str:
    """Months of retention: `12 months`, `up to 12 months`, `6 to 24 months`, `not stated`."""
    if low is None and high is None:
        return "not stated"
    if low is None or high is None:
        return f"up to {high} months" if high is not None else f"at least {low} months"
    return f"{high} month{'' if high == 1 else 's'}" if low == high else f"{low} to {high} months"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 figure`, `2 figures`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def lower_first(text: str) -> str:
    """The same words inside a sentence; a name in capitals stays as it is."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def upper_first(text: str) -> str:
    """The same words at the start of a sentence."""
    return text[:1].upper() + text[1:]


def parts(breakdown: str) -> str:
    """A breakdown without the names of its dimensions: `Applicant, wrong time or date`."""
    return ", ".join(part.split(": ", 1)[-1] for part in breakdown.split("; "))


def listed(words: list[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return (
        f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
    )


@lru_cache
def static(name: str) -> str:
    """The address of a static file, changed when its content changes so that it may be cached."""
    path = settings().templates / "static" / name
    tag = hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.exists() else "0"
    return f"/static/{name}?v={tag}"


@lru_cache
def has_fonts() -> bool:
    """True once scripts/fonts has put our own fonts in place."""
    return (settings().templates / "static" / "fonts" / "fonts.css").exists()


def environment() -> Environment:
    """The templates with their filters; a name that is not there is an error, never blank."""
    made = Environment(
        loader=FileSystemLoader([settings().templates, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": number, "money": money, "value": value_text, "brief": brief,
        "unit": unit_words, "marks": marks, "meaning": meaning, "date": day, "plural": plural,
        "lower_first": lower_first, "upper_first": upper_first,
        "listed": listed, "pounds": pounds, "parts": parts, "when": when,
        "wordy": wordy, "tight": tight, "tick": tick,
        "describe": described, "letter": lambda index: LETTERS[index % len(LETTERS)],
    }  # fmt: skip
    made.globals |= {"static": static, "months": months, "has_fonts": has_fonts}
    return made


@lru_cache
def templates() -> Environment:
    """The one environment of this process."""
    return environment()


def warm() -> None:
    """Compile every page's template, so that no reader waits for it."""
    for name in templates().list_templates(extensions=["html", "atom"]):
        if not name.startswith("datasette/"):
            templates().get_template(name)


def about(request: Request) -> "_About":
    """What the edition says of itself; empty on a page that stands on no edition."""
    edition = getattr(request.state, "edition", None)
    return _About({**edition.about, "edition": edition.number} if edition else {})


class _About(dict[str, Any]):
    """Keys an edition may lack read as empty, so that the footer never breaks a page."""

    def __missing__(self, key: str) -> str:
        return ""


def render(
    request: Request,
    template: str,
    page: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Fill one template with one dataclass: templates see it as `page`."""
    html = (
        templates()
        .get_template(template)
        .render(page=page, path=request.url.path, about=about(request), request=request)
    )
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))
