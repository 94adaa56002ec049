"""What a source is and what its module hands over. A source reads bytes; it never fetches them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """One regular publication. `page` is where a person finds it; `months` how often it is due.

    `proven` is True only when the reader was built against real files of this publisher.
    """

    id: str
    title: str
    publisher: str
    page: str
    licence: str
    months: int
    proven: bool
    since: str = ""
    quirks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Bytes from one address at one time. `linked_from` is the page that named the address."""

    address: str
    content: bytes
    fetched_at: str
    media_type: str = ""
    linked_from: str = ""
    label: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The hash under which the bytes are archived."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Record:
    """Something a source tells that is not a figure: a publication, a FOI request, a statement."""

    kind: str
    id: str
    fields: Mapping[str, Any]


# get(address) asks the publisher, or a recording of it, for one address.
Get = Callable[[str], Snapshot]
