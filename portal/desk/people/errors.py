"""What the desk answers when something cannot be done, each with one sentence.

PortalError
├── NotSignedIn   nobody has signed in, or the session has ended: 401
├── NotAllowed    the person may not do this: 403
├── NotThere      there is no such thing: 404
├── Stale         somebody else was faster; nothing was changed: 409
├── TooMuch       more bytes than the desk takes: 413
└── Throttled     too many wrong sign-ins: 429, with the seconds to wait
"""

from portal.core.errors import PortalError


class NotSignedIn(PortalError):
    """Nobody has signed in, or the session has ended."""


class NotAllowed(PortalError):
    """The person may not do this."""


class NotThere(PortalError):
    """There is no such thing, or none that this person may know of."""


class Stale(PortalError):
    """Somebody else has changed the thing in the meantime; nothing was changed now."""


class TooMuch(PortalError):
    """More bytes than the desk takes."""


class Throttled(PortalError):
    """Too many wrong sign-ins; `seconds` until the next try is looked at."""

    def __init__(self, sentence: str, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(sentence)
