"""Words that lists of answers and marks on pages are made of: where only they stand, no harm is."""

import re

# answers, states and units that forms offer everywhere; none of them names or counts anybody
_ANSWERS = set(
    """yes no y n true false n/a na none nil other unknown not known applicable held available
    stated recorded required started complete completed incomplete open closed pending new
    in progress on hold draft final provisional revised approved authorised granted refused
    rejected withdrawn cancelled renewed urgent routine answered partly partially fully full
    part disclosed exempt late overdue time high medium low red amber green male female pass
    fail accepted declined all select please choose item one an a of to and or the option
    option(s) from list january february march april may june july august september october
    november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday
    wednesday thursday friday saturday sunday mon tue wed thu fri sat sun q1 q2 q3 q4
    quarter month year annual total number count percent
    """.split()
)
# what is printed pale across a page
_STAMPS = set(
    """draft drafts confidential official sensitive restricted copy sample final specimen void
    redacted uncontrolled when printed not for publication embargoed until superseded
    archived unclassified protect internal use only private watermark do disclosure under
    foia foi
    """.split()
)
_WORD = re.compile(r"[^\s,;:/()\-–_.!?]+")


def answers(text: str) -> bool:
    """Tell whether a text consists of words that lists offer, and of short plain figures."""
    words = _WORD.findall(text.casefold())
    return all(word in _ANSWERS or _plain_figure(word) for word in words)


def stamp(text: str) -> bool:
    """Tell whether a text is what is printed across pages: DRAFT, OFFICIAL, COPY."""
    words = _WORD.findall(text.casefold())
    return bool(words) and all(word in _STAMPS for word in words)


def _plain_figure(word: str) -> bool:
    """Tell a year or a figure of one or two places: a list of years, of months, of marks."""
    return bool(re.fullmatch(r"\d{1,2}|(?:19|20)\d\d", word))
