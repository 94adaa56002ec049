"""Every error that the portal raises on purpose.

PortalError
├── BadInput            something we were given does not read as it must
│   ├── BadValue        a printed number
│   ├── BadPeriod       a printed period
│   ├── BadObservation  a figure that contradicts itself
│   └── UnknownCode     a word that the vocabulary does not hold
├── NotComparable       figures that must not be added, divided, ranked or joined
├── StoreError          the private store: locked, full, damaged, wrong version
└── EditionError        no edition, or one that is damaged
"""

from typing import Self

LONGEST_SHOWN = 200


class PortalError(Exception):
    """An error with one sentence that a person can act on."""


class BadInput(PortalError):
    """Input that was refused: says where it stands, what was expected and what was found."""

    def __init__(self, expected: str, found: object, where: str = "") -> None:
        self.expected, self.found, self.where = expected, found, where
        super().__init__(expected, found, where)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        found = repr(self.found)
        shown = found if len(found) <= LONGEST_SHOWN else f"{found[:LONGEST_SHOWN]}..."
        return f"{place}expected {self.expected}, found {shown}"

    def at(self, where: str) -> Self:
        """Return the same error with its place in front."""
        joined = f"{where}, {self.where}" if self.where else where
        return type(self)(self.expected, self.found, joined)


class BadValue(BadInput):
    """A printed number that does not read as one number."""


class BadPeriod(BadInput):
    """A printed period that does not read as one period."""


class BadObservation(BadInput):
    """A figure that contradicts itself."""


class UnknownCode(BadInput):
    """A word that the vocabulary does not hold."""


class NotComparable(PortalError):
    """Figures that must not be put together, with the reason."""


class StoreError(PortalError):
    """The private store cannot be used: locked, full, damaged or of another version."""


class EditionError(PortalError):
    """There is no edition to serve, or it is damaged."""
