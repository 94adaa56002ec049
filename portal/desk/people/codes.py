"""Codes that change every thirty seconds, and those that help when the app is lost."""

import secrets
import time
from hmac import compare_digest

import pyotp
import segno

ISSUER = "Retention Watch desk"
STEP_SECONDS = 30
# A clock may be off by one step to either side.
DRIFT = (0, -1, 1)
RECOVERY = 10
# Without 0, 1, I, L, O and U: nothing to be mistaken, and no words.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 4, 4


def seed() -> str:
    """A new seed for an app, in base 32."""
    return pyotp.random_base32()


def address(seed: str, name: str) -> str:
    """What the picture for the app says."""
    return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(seed: str, name: str) -> str:
    """The picture that an app reads the seed from: the address of a PNG that is all within it."""
    return segno.make(address(seed, name), error="m", micro=False).png_data_uri(scale=5, border=4)


def step_of(seed: str, code: str, at: float | None = None) -> int:
    """The time step that a code belongs to; 0 when it belongs to none that counts now."""
    digits = "".join(code.split())
    if not (len(digits) == 6 and digits.isascii() and digits.isdecimal()):
        return 0
    now = int((time.time() if at is None else at) // STEP_SECONDS)
    made = pyotp.TOTP(seed)
    found = 0
    for off in DRIFT:
        if compare_digest(made.generate_otp(now + off), digits):
            found = found or now + off
    return found


def recovery() -> list[str]:
    """New recovery codes of 78 bits each, to be shown once: `7K2M-Q4XW-9RTB-C3HN`."""
    return [_code() for _ in range(RECOVERY)]


def _code() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def plain(code: str) -> str:
    """A recovery code however it was typed; empty when it cannot be one."""
    letters = "".join(sign for sign in code.upper() if sign not in " -–")
    right = len(letters) == GROUPS * GROUP and set(letters) <= set(LETTERS)
    return letters if right else ""
