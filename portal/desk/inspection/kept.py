"""Words that formats, formulas, rules and addresses keep, and that no visible cell says.

Nothing of them is ever published, so they are taken out; but whoever reads the findings learns
that they were there. Ordinary words of formulas ("High", "Late") and units are none.
"""

import re
from collections.abc import Iterable

from portal.desk.inspection import ordinary, pii
from portal.desk.inspection.findings import Report

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_QUERY = re.compile(r"[?#&;](?:[^=&;#]{0,60}=)?([^&;#]{4,})")
LONG_WORD, MANY_WORDS, MANY_DIGITS = 12, 5, 4


def quoted(code: str) -> list[str]:
    """Return what stands between quotes in a formula or a number format."""
    return [found[1] for found in _QUOTED.finditer(code)]


def queries(address: str) -> list[str]:
    """Return the values that an address carries behind its path."""
    return [found[1].replace("+", " ").replace("%20", " ") for found in _QUERY.finditer(address)]


def note(report: Report, place: str, texts: Iterable[str], seen: set[str]) -> None:
    """Note texts that say something which no visible cell says."""
    lost = sorted({text for text in texts if _speaks(text) and _plain(text) not in seen})
    if lost:
        report.hidden("kept_words", place, "\n".join(lost), len(lost))


def _speaks(text: str) -> bool:
    """Tell a message from a unit, an answer or the code of a format."""
    words = re.findall(r"[^\W\d_]{3,}", text)
    if not words or ordinary.answers(text):
        return False
    digits = sum(letter.isdigit() for letter in text)
    several = len(words) >= MANY_WORDS or (len(words) >= 2 and digits >= MANY_DIGITS)
    return (
        several
        or (digits >= MANY_DIGITS and any(map(str.isupper, text)))
        or bool(pii.hidden_count(text))
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
