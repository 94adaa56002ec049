"""A chart in words, for those who cannot see it: computed, and no more than the chart says."""

from collections.abc import Mapping, Sequence
from datetime import date

from portal.core.periods import MONTHS
from portal.publish.charts import Chart, Panel
from portal.publish.columns import Column, reach


def describe(chart: Chart, text: Mapping[str, str]) -> str:
    """The chart in words, computed. `text` gives each figure's value as the page prints it.

    Speaks of one panel at a time: it never compares across a break or across lengths of period.
    """
    held = [c for c in chart.columns if c.figure and not c.figure.is_missing]
    if not held:
        return "The chart holds no figure."
    parts = [f"{len(held)} figures, {held[0].period} to {held[-1].period}."]
    if len(held) == 1:
        parts = [f"One figure, for {held[0].period}: {text[held[0].figure.id]}."]  # type: ignore[union-attr]
    for panel in chart.panels if len(held) > 1 else ():
        parts += [f"Break: {b.title} ({_day(b.date)})." for b in panel.walls]
        parts.append(_panel_words(panel, text, named=len(chart.panels) > 1))
    gaps = [c.label for c in chart.columns if not c.figure or c.figure.is_missing]
    if gaps:
        parts.append(f"No figure in hand for {runs(gaps)}.")
    if chart.disputes:
        parts.append(f"Disputed: {runs([c.label for c in chart.disputes])}.")
    return " ".join(part for part in parts if part)


def _panel_words(panel: Panel, text: Mapping[str, str], named: bool) -> str:
    held = [c for c in panel.columns if c.figure and not c.figure.is_missing]
    usual = [c for c in held if not c.detail] or held
    if not held:
        return ""
    name = f"{panel.title}, {panel.unit}: " if named else ""
    if len(usual) == 1 or len({reach(c) for c in usual}) == 1:
        return name + "; ".join(f"{c.label} {text[c.figure.id]}" for c in held if c.figure) + "."
    low = min(usual, key=reach)
    high = max(usual, key=reach)
    said = f"lowest {_named(low, text)}, highest {_named(high, text)}"
    odd = [f"{_named(c, text)} over {c.detail}" for c in held if c.detail and c not in usual]
    return name + "; ".join([said, *odd]) + "."


def _named(column: Column, text: Mapping[str, str]) -> str:
    return f"{text[column.figure.id]} in {column.label}" if column.figure else column.label


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1].title()} {day.year}"


def runs(labels: Sequence[str]) -> str:
    """Years in words, runs drawn together: `2009 and 2020 to 2024`."""
    found: list[list[str]] = []
    for label in labels:
        if (
            found
            and label.isdigit()
            and found[-1][-1].isdigit()
            and int(label) == int(found[-1][-1]) + 1
        ):
            found[-1].append(label)
        else:
            found.append([label])
    words = [f"{run[0]} to {run[-1]}" if len(run) > 1 else run[0] for run in found]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
