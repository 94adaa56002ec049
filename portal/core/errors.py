"""Every error that the portal raises on purpose.

PortalError
├── BadInput            something we were given does not read as it must
│   ├── BadValue        a printed number
│   ├── BadPeriod       a printed period
│   ├── BadObservation  a figure that contradicts itself
│   ├── UnknownCode     a word that the vocabulary does not hold
│   └── TooManyLost     a publication that has lost too many of its known figures at once
├── NotComparable       figures that must not be added, divided, ranked or joined
├── FetchError          what a publisher's server did or sent: address, expected, found
│   ├── ForbiddenAddress  an address that we never ask
│   ├── Disallowed      robots.txt says no, or does not answer
│   ├── AskedToWait     the publisher wants a longer pause than one run allows
│   ├── Unreachable     no connection, or one that broke before an answer
│   ├── Untrusted       a certificate that does not prove the name
│   ├── TooSlow         no first byte, a slow drip, or out of time
│   ├── TooLarge        more bytes than we take, as sent or once unpacked
│   ├── BadStatus       an answer other than the document
│   ├── BadRedirect     a redirect that we do not follow
│   ├── BadHeaders      headers that contradict each other or are not HTTP
│   ├── Truncated       a body that broke off, or is longer than it said
│   ├── Unframed        a body whose end nothing proves
│   ├── BadEncoding     a compression we did not ask for, or that is corrupt
│   ├── BadCharset      text that is not in the charset it claims
│   ├── WrongType       another kind of content: an error page, a login, a bot wall
│   └── BadArchive      a zip that must not be opened
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


class TooManyLost(BadInput):
    """A publication that has lost too many of its known figures at once."""


class NotComparable(PortalError):
    """Figures that must not be put together, with the reason."""


class FetchError(PortalError):
    """What a publisher's server did or sent, and what we expected instead."""

    def __init__(self, address: str, expected: str, found: object) -> None:
        self.address, self.expected, self.found = address, expected, found
        super().__init__(address, expected, found)

    def __str__(self) -> str:
        found = str(self.found)
        if len(found) > LONGEST_SHOWN:
            found = f"{found[:LONGEST_SHOWN]}…"
        return f"{self.address}: expected {self.expected}, found {found}"


class ForbiddenAddress(FetchError):
    """An address that we never ask: not public, not the web, or not on the list."""


class Disallowed(FetchError):
    """The publisher's robots.txt says no, or cannot be had for now."""


class AskedToWait(FetchError):
    """The publisher asks for a longer pause than one run allows."""


class Unreachable(FetchError):
    """No connection, or one that broke before an answer came."""


class Untrusted(FetchError):
    """A certificate that does not prove the name."""


class TooSlow(FetchError):
    """No first byte in time, a slow drip, or a body that takes too long."""


class TooLarge(FetchError):
    """More bytes than we take, as sent or once unpacked."""


class BadStatus(FetchError):
    """An answer other than the document; `retry_after` as the server wrote it."""

    def __init__(
        self, address: str, expected: str, found: object, status: int = 0, retry_after: str = ""
    ) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(address, expected, found)


class BadRedirect(FetchError):
    """A redirect that we do not follow."""


class BadHeaders(FetchError):
    """Headers that contradict each other, or are not HTTP."""


class Truncated(FetchError):
    """A body that broke off, or is longer than it said."""


class Unframed(FetchError):
    """A body whose end nothing proves."""


class BadEncoding(FetchError):
    """A compression that we did not ask for, or that is corrupt."""


class BadCharset(FetchError):
    """Text that is not in the charset it claims."""


class WrongType(FetchError):
    """Another kind of content: an error page, a login page, a bot wall."""


class BadArchive(FetchError):
    """A zip that must not be opened."""


class StoreError(PortalError):
    """The private store cannot be used: locked, full, damaged or of another version."""


class EditionError(PortalError):
    """There is no edition to serve, or it is damaged."""
