"""Random words that prove something; the store keeps only what they hash to."""

import hashlib
import secrets

BYTES = 32


def fresh() -> str:
    """A new secret of 256 bits, fit for an address, a cookie or a header."""
    return secrets.token_urlsafe(BYTES)


def hashed(secret: str) -> str:
    """What the store keeps of a secret. It is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
