"""Passwords: argon2id, long enough, and not the person's own name."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.core.errors import BadInput

SHORTEST, LONGEST = 12, 1000
# RFC 9106, second choice: 64 MB and three passes, about a tenth of a second.
HASHER = PasswordHasher()
# Each hash takes 64 MB: as many at once as there are cores, whoever asks.
AT_ONCE = threading.Semaphore(2)
# What an unknown name is compared with, so that it takes as long as a known one.
NOBODYS = HASHER.hash("nobody has this password")


def hashed(password: str, name: str) -> str:
    """What is kept of a new password; raises BadInput for one that is too easy."""
    refuse(password, name)
    with AT_ONCE:
        return HASHER.hash(password.encode("utf-8", "surrogatepass"))


def refuse(password: str, name: str) -> None:
    """Raise BadInput unless a password is long enough, not one sign over and over, not a name."""
    if not SHORTEST <= len(password) <= LONGEST:
        wanted = f"a password of {SHORTEST} to {LONGEST} characters"
        raise BadInput(wanted, f"{len(password)} characters", "password")
    bare = password.casefold().strip()
    if name.casefold() in bare and len(bare) - len(name) < SHORTEST // 2:
        raise BadInput("a password that is not the name", "the name", "password")
    if len(set(bare)) < 5:
        raise BadInput("a password of at least 5 different characters", "fewer", "password")


def fits(kept: str, password: str) -> bool:
    """True when a password is the one that was kept; the empty hash fits nothing."""
    given = password[: LONGEST + 1].encode("utf-8", "surrogatepass")
    with AT_ONCE:
        try:
            return HASHER.verify(kept or NOBODYS, given) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def is_old(kept: str) -> bool:
    """True when a hash was made with an earlier cost."""
    return HASHER.check_needs_rehash(kept)
