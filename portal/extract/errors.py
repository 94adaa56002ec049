"""What reading a document may raise; each says what was expected and what was found."""

from portal.core.errors import BadInput


class ExtractError(BadInput):
    """A document whose tables cannot be read."""


class Unreadable(ExtractError):
    """Bytes that are damaged, cut off, empty or not of the kind they claim."""


class Encrypted(ExtractError):
    """A document that asks for a password."""


class UnknownKind(ExtractError):
    """A kind of document that we do not read."""


class TooMuch(ExtractError):
    """More pages, cells, bytes or time than the limits allow."""


class ReaderMissing(ExtractError):
    """An optional program or package that this document needs and that is not installed."""
