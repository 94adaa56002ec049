"""Deadlines as a calendar file after RFC 5545: days without times, folded and escaped lines."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

PRODUCT = "-//Retention Watch//campaign deadlines//EN"
LONGEST_LINE = 75  # octets, without the line break


@dataclass(frozen=True, slots=True)
class Entry:
    """One day: `uid` stays the same for the same deadline; `stamp` is when it was last told."""

    uid: str
    day: date
    stamp: str
    summary: str
    description: str = ""
    url: str = ""
    ended: bool = False


def calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the calendar file with its entries in the order of their days."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{escape(name)}")
    for entry in sorted(entries, key=lambda each: (each.day, each.uid)):
        lines.extend(_event(entry))
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) for line in lines)


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(entry.uid)}"
    yield f"DTSTAMP:{_stamp(entry.stamp)}"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    # The end of a day is the next one.
    yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escape(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{escape(entry.description)}"
    if entry.url:
        yield f"URL:{_plain(entry.url)}"
    yield f"STATUS:{'CANCELLED' if entry.ended else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _stamp(moment: str) -> str:
    """`2026-03-31T12:00:00+00:00` as `20260331T120000Z`; our moments are UTC."""
    return f"{re.sub('[^0-9T]', '', moment[:19])}Z"


def escape(text: str) -> str:
    """Text as a value: backslash, semicolon, comma and line breaks escaped, no other control."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return _plain(text.replace("\n", "\\n"))


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)


def fold(line: str) -> bytes:
    """One line in octets, broken so that no piece is longer than allowed nor a letter is split."""
    pieces, piece, room = [], b"", LONGEST_LINE
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            piece, room = b"", LONGEST_LINE - 1  # a continued line begins with a space
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
